"""Rows that come from Python: table-valued parameters, INSERT … EXEC, table variables after a rollback."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal
from itertools import chain
from typing import Any

import duckdb
from tests.engine.session import Client, told

from tsqld.events import Argument
from tsqld.runtime.engine import Engine
from tsqld.runtime.executor import Executor
from tsqld.runtime.filling import fill
from tsqld.tds.parameters import TableColumn, TableValue
from tsqld.types import INT, SqlType, decimal, nvarchar


class Plain(Executor):
    """An executor over a DuckDB of its own."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.cursor, self.transaction = connection, None


def test_values_of_every_kind_arrive_as_they_are() -> None:
    samples: list[tuple[SqlType, str, list[Any]]] = [
        (decimal(38, 38), "DECIMAL(38,38)", [Decimal("0." + "9" * 38), Decimal(0), None]),
        (decimal(38, 0), "DECIMAL(38,0)", [Decimal("9" * 38), Decimal("1E+5"), None]),
        (SqlType("money"), "DECIMAL(19,4)", [Decimal("922337203685477.5807"), Decimal("-1"), None]),
        (SqlType("bit"), "BOOLEAN", [True, False, None]),
        (SqlType("varbinary", 8), "BLOB", [b"\x00\xff", b"", None]),
        (SqlType("uniqueidentifier"), "UUID", [uuid.UUID(int=7), uuid.UUID(int=2**128 - 1), None]),
        (SqlType("datetime2", scale=6), "TIMESTAMP", [dt.datetime(1, 1, 1), dt.datetime(9999, 12, 31), None]),
        (nvarchar(50), "VARCHAR", ["é😀\n\0", "", None]),
    ]
    with duckdb.connect() as connection:
        for type, duck, values in samples:
            connection.execute(f"CREATE OR REPLACE TABLE t (a {duck})")
            fill(Plain(connection), "t", [type], [[value] for value in values])
            assert [row[0] for row in connection.execute("FROM t").fetchall()] == values, duck


def test_no_rows_are_no_rows_and_many_are_many() -> None:
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE t (a INTEGER, b VARCHAR)")
        fill(Plain(connection), "t", [INT, nvarchar(50)], [])
        fill(Plain(connection), "t", [INT, nvarchar(50)], ((i, f"row {i}") for i in range(25_001)))
        found = connection.execute("SELECT count(*), max(a), bool_and(b = 'row ' || a) FROM t").fetchone()
        assert found == (25_001, 25_000, True)


def test_a_table_valued_parameter_stays_full_when_others_commit_meanwhile(
    engine: Engine, database: str, client: Client
) -> None:
    client(
        "CREATE TYPE ids AS TABLE (id int);\nGO\nCREATE TABLE other (a int);\nGO\n"
        "CREATE PROCEDURE count_ids @ids ids READONLY AS\n"
        "SELECT COUNT(*) FROM other;"
        "SELECT (SELECT COUNT(*) FROM @ids), (SELECT COUNT(*) FROM other);"
    )
    value = TableValue("ids", "dbo", (TableColumn("id", INT),), tuple((i,) for i in range(5)))
    client("BEGIN TRANSACTION; INSERT INTO other VALUES (1);")
    second = Client(engine.login("sa", "x", database))
    events = client.session.call("count_ids", [Argument("@ids", SqlType("table"), value)])
    begun = [next(events)]
    assert not second("INSERT INTO other VALUES (2);").errors
    out = told(chain(begun, events))
    second.session.close()
    assert out.errors == []
    assert out.sets[-1] == [(5, 2)]
