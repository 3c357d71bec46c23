"""What tests of the command line need; their warehouses are those of tests.sites."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.conftest import SqlServer
from tests.e2e.site import ROOT
from tests.warehouse.place import Place, drop_database

from warehouse.connection import server_from_dsn


@pytest.fixture(scope="session", autouse=True)
def source_path() -> None:
    """Let engines that a test starts find the packages where the project is not installed."""
    os.environ["PYTHONPATH"] = str(ROOT / "scripts")


@pytest.fixture
def place(tsqld_server: SqlServer, tmp_path: Path) -> Iterator[Place]:
    """A project without any script, and a database that does not exist yet."""
    name = f"migrations_{uuid.uuid4().hex[:12]}"
    project = tmp_path / "project"
    for folder in ("migrations", "database"):
        (project / folder).mkdir(parents=True)
    server = server_from_dsn(tsqld_server.dsn(name))
    yield Place(server, project)
    drop_database(server)
