"""An Airflow of the test session's own: home, metadata database and connection, all in a temporary folder.

Airflow reads its configuration when it is first imported, so the environment is set here, before any test
module imports it.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.conftest import ROOT, SqlServer
from tests.e2e.cut import Figures, figures, write_cut

from warehouse.connection import server_from_dsn
from warehouse.journey import csv_file
from warehouse.odbc import Connection

HOME = Path(tempfile.mkdtemp(prefix="airflow-"))
os.environ |= {
    "AIRFLOW_HOME": str(HOME),
    "AIRFLOW__CORE__DAGS_FOLDER": str(ROOT / "dags"),
    "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
    "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "True",
    "AIRFLOW__CORE__UNIT_TEST_MODE": "False",
    "WAREHOUSE_PROJECT": str(ROOT),
}


@dataclass(frozen=True)
class Injected:
    """A migrated, empty warehouse that Airflow's connection names, and what lies in its landing folder."""

    landing: Path
    connection: Connection
    expected: Figures

    def count(self, table: str) -> int:
        """The rows of a table."""
        schema, name = table.split(".")
        statement = f"SELECT COUNT_BIG(*) AS rows_there FROM [{schema}].[{name}];"
        return int(self.connection.call(statement, "", ()).rows[0]["rows_there"])


@pytest.fixture(scope="session", autouse=True)
def airflow_home() -> Iterator[Path]:
    """Airflow's metadata database, made once; the folder goes when the session ends."""
    from airflow.utils.db import initdb

    initdb()
    yield HOME
    shutil.rmtree(HOME, ignore_errors=True)


@pytest.fixture(scope="session")
def injected(tsqld_server: SqlServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Injected]:
    """A warehouse with a small cut of the journey data in front of it."""
    database = f"warehouse_dags_{uuid.uuid4().hex[:12]}"
    landing, prefix = _landing(tmp_path_factory, database)
    write_cut(landing)
    dsn = tsqld_server.dsn(database)
    environment = {**os.environ, "WAREHOUSE_DSN": dsn}
    subprocess.run([sys.executable, "-m", "warehouse", "migrate"], env=environment, check=True, timeout=120)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WAREHOUSE_LANDING", str(landing))
        patch.setenv("WAREHOUSE_LANDING_ON_SERVER", prefix)
        patch.setenv("AIRFLOW_CONN_WAREHOUSE", _airflow_connection(tsqld_server, database))
        with server_from_dsn(dsn).connect() as connection:
            yield Injected(landing, connection, figures(csv_file(landing, "transactions")))


def _landing(factory: pytest.TempPathFactory, name: str) -> tuple[Path, str]:
    """A new landing folder, and the same as the server sees it."""
    shared = os.environ.get("WAREHOUSE_TEST_LANDING")
    landing = Path(shared) / name if shared else factory.mktemp("landing")
    landing.mkdir(parents=True, exist_ok=True)
    on_server = os.environ.get("WAREHOUSE_TEST_LANDING_ON_SERVER")
    return landing, f"{on_server}/{name}" if on_server else str(landing)


def _airflow_connection(server: SqlServer, database: str) -> str:
    return json.dumps(
        {
            "conn_type": "mssql",
            "host": server.host,
            "port": server.port,
            "login": server.user,
            "password": server.password,
            "schema": database,
            "extra": {"login_timeout": 15, "timeout": 120, "tds_version": "7.4"},
        }
    )
