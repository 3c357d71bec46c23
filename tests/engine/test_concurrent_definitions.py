"""Definitions of several sessions at once: none is lost, however the catalog is changed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.engine.session import Client

from tsqld.runtime.engine import Engine


@pytest.fixture
def other(engine: Engine, database: str) -> Iterator[Client]:
    """A second session in the same database."""
    session = engine.login("sa", "x", database)
    yield Client(session)
    session.close()


@pytest.mark.parametrize(
    "change",
    [
        "EXEC sp_rename 't', 'renamed'",
        "EXEC sp_addextendedproperty 'note', 'text', 'SCHEMA', 'dbo', 'TABLE', 't'",
        "CREATE INDEX ix ON t (a)",
        "SELECT 1 AS a INTO made",
    ],
)
def test_a_definition_waits_for_the_transaction_that_defines(
    client: Client, other: Client, change: str
) -> None:
    client("CREATE TABLE t (a int)")
    client("BEGIN TRANSACTION; CREATE TABLE first (a int);")
    assert other(f"SET LOCK_TIMEOUT 0; {change}").numbers == [1222]
    client("COMMIT TRANSACTION")
    assert not other(change).errors
    assert client("SELECT COUNT(*) FROM first").rows == [(0,)]


def test_a_name_of_three_parts_waits_in_the_database_it_names(
    engine: Engine, database: str, client: Client
) -> None:
    client("BEGIN TRANSACTION; CREATE TABLE first (a int);")
    elsewhere = engine.login("sa", "x", "master")
    try:
        make = f"CREATE TABLE {database}.dbo.second (a int)"
        assert Client(elsewhere)(f"SET LOCK_TIMEOUT 0; {make}").numbers == [1222]
        client("COMMIT TRANSACTION")
        assert not Client(elsewhere)(make).errors
    finally:
        elsewhere.close()
    assert client("SELECT name FROM sys.tables ORDER BY name").rows == [("first",), ("second",)]


def test_a_transaction_that_began_earlier_sees_what_was_defined_since(client: Client, other: Client) -> None:
    client("CREATE TABLE t (a int)")
    client("BEGIN TRANSACTION; INSERT INTO t VALUES (1);")
    other("CREATE TABLE first (a int)")
    assert not client("CREATE TABLE second (a int); COMMIT TRANSACTION").errors
    assert other("SELECT name FROM sys.tables ORDER BY name").rows == [("first",), ("second",), ("t",)]
    assert other("SELECT a FROM t").rows == [(1,)]
