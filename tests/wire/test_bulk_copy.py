"""Bulk copies into the real engine, by the clients that can send them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pymssql
import pytest
from pymssql._mssql import MSSQLDatabaseException
from tests.wire.test_serve import _PASSWORD, _port, _serving

ROWS = [
    (1, "first", Decimal("1.5000"), dt.date(2024, 2, 29), None),
    (2, "zweite é", Decimal("-922337203685477.5807"), None, dt.datetime(2024, 1, 1, 12, 30)),
    (3, None, None, dt.date(1, 1, 1), dt.datetime(9999, 12, 31, 23, 59, 59)),
]
PLAIN = [(i, f"row {i}", None, None, None) for i in range(3)]
TABLE = (
    "DROP TABLE IF EXISTS dbo.target; CREATE TABLE dbo.target (id int NOT NULL PRIMARY KEY, "
    "name nvarchar(20) NULL, amount decimal(19, 4) NULL CHECK (amount <> 13), day date NULL, "
    "at datetime2(0) NULL);"
)


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    with _serving(tmp_path_factory.mktemp("bulk")) as (_, lines):
        yield _port(lines)


@pytest.fixture
def connection(port: int) -> Iterator[Any]:
    connected = pymssql.connect(
        server="127.0.0.1", port=str(port), user="sa", password=_PASSWORD, autocommit=True, tds_version="7.4"
    )
    with connected.cursor() as cursor:
        cursor.execute(TABLE)
    yield connected
    connected.close()


def rows_of(connection: Any, query: str = "SELECT * FROM dbo.target ORDER BY id") -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return list(cursor.fetchall())


def test_values_arrive_as_they_were_sent(port: int, connection: Any) -> None:
    import mssql_python

    mssql_python.pooling(enabled=False)
    words = f"Server=127.0.0.1,{port};UID=sa;PWD={_PASSWORD};Encrypt=yes;TrustServerCertificate=yes"
    other = mssql_python.connect(words, autocommit=True)
    other.cursor().bulkcopy("dbo.target", ROWS)
    other.close()
    assert rows_of(connection) == ROWS


def test_columns_may_be_named_and_the_others_get_their_defaults(connection: Any) -> None:
    rows_of(
        connection, "ALTER TABLE dbo.target ADD source varchar(10) NOT NULL DEFAULT 'copied'; SELECT 1 AS one"
    )
    connection.bulk_copy("dbo.target", [(7, "seven")], column_ids=[1, 2])
    assert rows_of(connection, "SELECT id, name, source FROM dbo.target") == [(7, "seven", "copied")]


def test_constraints_are_left_aside_unless_asked_for(connection: Any) -> None:
    bad = [(1, "x", Decimal(13), None, None)]
    connection.bulk_copy("dbo.target", bad)
    assert len(rows_of(connection)) == 1
    rows_of(connection, "DELETE FROM dbo.target; SELECT 1 AS one")
    with pytest.raises(MSSQLDatabaseException, match="CHECK constraint"):
        connection.bulk_copy("dbo.target", bad, check_constraints=True)
    assert rows_of(connection) == []


def test_a_duplicate_key_loads_nothing_and_the_connection_goes_on(connection: Any) -> None:
    with pytest.raises(MSSQLDatabaseException, match="PRIMARY KEY"):
        connection.bulk_copy("dbo.target", [PLAIN[0], PLAIN[0]])
    assert rows_of(connection) == []
    connection.bulk_copy("dbo.target", PLAIN)
    assert len(rows_of(connection)) == 3


def test_triggers_fire_when_asked_for(connection: Any) -> None:
    rows_of(connection, "DROP TABLE IF EXISTS dbo.seen; CREATE TABLE dbo.seen (n int); SELECT 1 AS one")
    rows_of(
        connection,
        "EXEC('CREATE TRIGGER dbo.see ON dbo.target AFTER INSERT AS "
        "INSERT INTO dbo.seen SELECT COUNT(*) FROM inserted'); SELECT 1 AS one",
    )
    connection.bulk_copy("dbo.target", PLAIN[:1])
    connection.bulk_copy("dbo.target", PLAIN[1:], fire_triggers=True)
    assert rows_of(connection, "SELECT n FROM dbo.seen") == [(2,)]


def test_identity_values_are_made_unless_given(connection: Any) -> None:
    rows_of(connection, "DROP TABLE IF EXISTS dbo.numbered; SELECT 1 AS one")
    rows_of(connection, "CREATE TABLE dbo.numbered (id int IDENTITY(10, 5), v int NULL); SELECT 1 AS one")
    connection.bulk_copy("dbo.numbered", [(1,), (2,)], column_ids=[2])
    assert rows_of(connection, "SELECT id, v FROM dbo.numbered") == [(10, 1), (15, 2)]


def test_many_rows_in_batches(connection: Any) -> None:
    rows = [(i, f"row {i}", Decimal(i) / 4, None, None) for i in range(25_000)]
    connection.bulk_copy("dbo.target", rows, batch_size=10_000, tablock=True)
    found = rows_of(connection, "SELECT COUNT(*), SUM(amount), COUNT(DISTINCT name) FROM dbo.target")
    assert found == [(25_000, sum(row[2] for row in rows), 25_000)]


def test_an_unknown_table_is_error_208(connection: Any) -> None:
    with pytest.raises(MSSQLDatabaseException, match=r"Invalid object name 'dbo\.nowhere'"):
        connection.bulk_copy("dbo.nowhere", [(1,)])
