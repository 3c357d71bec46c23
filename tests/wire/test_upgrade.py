"""A data directory that an earlier tsqld has written is brought up to date when it is opened, once."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pyodbc
import pytest
from tests.wire.served import Served, serving, start
from tests.wire.test_storage import tsqld

ANALYST = {"UID": "analyst", "PWD": "{Str0ng!Reading}", "Database": "shop"}
SETUP = (
    "CREATE DATABASE shop",
    "CREATE LOGIN analyst WITH PASSWORD = 'Str0ng!Reading', DEFAULT_DATABASE = shop",
    "USE shop",
    "CREATE USER analyst FOR LOGIN analyst",
    "CREATE ROLE readers",
)


def _shop(data: Path) -> None:
    with serving(data) as served:
        connection = served.connect()
        for statement in SETUP:
            connection.execute(statement)
        connection.close()


def _change_state(data: Path, steps: int | None) -> None:
    """Let the database have taken so many steps; None: as it was written before there were any."""
    with duckdb.connect(str(data / "shop.duckdb")) as database:
        (text,) = database.execute("SELECT body FROM __tsqld.entries WHERE kind = 'State'").fetchone() or (
            "",
        )
        state = {**json.loads(text), "steps": steps}
        if steps is None:
            del state["steps"]
        database.execute("UPDATE __tsqld.entries SET body = ? WHERE kind = 'State'", [json.dumps(state)])


def _as_before_permissions(data: Path) -> None:
    with duckdb.connect(str(data / "shop.duckdb")) as database:
        gone = database.execute(
            "DELETE FROM __tsqld.entries WHERE kind = 'Grant' AND body LIKE '%CONNECT%'"
        ).fetchone()
        assert gone == (1,)
    _change_state(data, None)


def _connects(served: Served) -> bool:
    try:
        served.connect(**ANALYST).close()
    except pyodbc.Error as problem:
        if "(4060)" not in str(problem):
            raise
        return False
    return True


def test_users_of_before_permissions_may_connect(tmp_path: Path) -> None:
    data = tmp_path / "data"
    _shop(data)
    _as_before_permissions(data)
    with serving(data) as served:
        assert _connects(served)
        connection = served.connect(Database="shop")
        granted = connection.execute(
            "SELECT USER_NAME(grantee_principal_id), state_desc FROM sys.database_permissions "
            "WHERE permission_name = 'CONNECT'"
        ).fetchall()
        assert ("analyst", "GRANT") in [tuple(row) for row in granted]
        assert "readers" not in [row[0] for row in granted]
        connection.close()


def test_what_is_revoked_afterwards_stays_revoked(tmp_path: Path) -> None:
    data = tmp_path / "data"
    _shop(data)
    _as_before_permissions(data)
    with serving(data) as served:
        connection = served.connect(Database="shop")
        connection.execute("REVOKE CONNECT FROM analyst")
        connection.close()
    with serving(data) as served:
        assert not _connects(served)


def test_a_restored_backup_of_before_permissions_is_brought_up_to_date(tmp_path: Path) -> None:
    data = tmp_path / "data"
    _shop(data)
    _as_before_permissions(data)
    (data / "shop.duckdb").rename(tmp_path / "old.backup")
    with serving(tmp_path / "other") as served:
        connection = served.connect()
        connection.execute(SETUP[1].replace(", DEFAULT_DATABASE = shop", ""))
        connection.close()
        code, _, errors = tsqld(
            "restore", "--data", tmp_path / "other", "--database", "shop", tmp_path / "old.backup"
        )
        assert code == 0, errors
        assert _connects(served)


def test_a_database_of_a_later_tsqld_is_not_served(tmp_path: Path) -> None:
    data = tmp_path / "data"
    _shop(data)
    _change_state(data, 99)
    with pytest.raises(RuntimeError, match=r"exit code 4: .*shop.duckdb cannot be served: .*later tsqld"):
        start(data)
