"""Arrays of rows, as pyodbc's fast_executemany sends them: fast where nobody can tell, else row by row."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pyodbc
import pytest
from tests.wire.served import Served

ROWS = 500


@pytest.fixture
def cursor(served: Served) -> Iterator[pyodbc.Cursor]:
    connection = served.connect()
    connection.execute(
        "DROP TABLE IF EXISTS plain, keyed, watched, seen;"
        "CREATE TABLE plain (i int, t nvarchar(20), d decimal(9, 3), m datetime2, f float);"
        "CREATE TABLE keyed (id int IDENTITY(1, 1), k int NOT NULL PRIMARY KEY, low tinyint);"
        "CREATE TABLE watched (v int); CREATE TABLE seen (n int)"
    )
    cursor = connection.cursor()
    cursor.fast_executemany = True
    yield cursor
    connection.close()


def rows_of(cursor: pyodbc.Cursor, query: str) -> list[Any]:
    return [tuple(row) for row in cursor.execute(query).fetchall()]


def test_a_temp_table_takes_an_array_of_rows(cursor: pyodbc.Cursor) -> None:
    cursor.execute("CREATE TABLE #rows (i int, t nvarchar(20))")
    cursor.executemany("INSERT #rows VALUES (?, ?)", [(i, f"row {i}") for i in range(ROWS)])
    assert rows_of(cursor, "SELECT COUNT(*), MAX(i) FROM #rows") == [(ROWS, ROWS - 1)]


def test_values_arrive_as_they_are(cursor: pyodbc.Cursor) -> None:
    rows = [
        (i, f"Zeile {i} ä", Decimal(i) / 8, dt.datetime(2024, 1, 1) + dt.timedelta(seconds=i), i / 4)
        if i % 7 != 3
        else (None,) * 5
        for i in range(ROWS)
    ]
    cursor.executemany("INSERT INTO plain (i, t, d, m, f) VALUES (?, ?, ?, ?, ?)", rows)
    assert rows_of(cursor, "SELECT i, t, d, m, f FROM plain WHERE i IS NOT NULL ORDER BY i") == [
        row for row in rows if row[0] is not None
    ]
    assert rows_of(cursor, "SELECT COUNT(*) FROM plain WHERE i IS NULL") == [(len(rows[3::7]),)]


def test_columns_in_another_order_than_the_parameters(cursor: pyodbc.Cursor) -> None:
    cursor.executemany("INSERT INTO plain (f, i) VALUES (?, ?)", [(i / 2, i) for i in range(ROWS)])
    assert rows_of(cursor, "SELECT SUM(f), SUM(i), COUNT(t) FROM plain") == [
        (ROWS * (ROWS - 1) / 4, 124750, 0)
    ]


def test_a_row_that_fails_leaves_those_before_it(cursor: pyodbc.Cursor) -> None:
    rows = [(i if i != 300 else 7, 1) for i in range(ROWS)]
    with pytest.raises(pyodbc.IntegrityError, match="2627"):
        cursor.executemany("INSERT INTO keyed (k, low) VALUES (?, ?)", rows)
    kept = rows_of(cursor, "SELECT k FROM keyed WHERE k <= 299 ORDER BY k")
    assert [k for (k,) in kept] == list(range(300))
    assert rows_of(cursor, "SELECT MIN(id), MAX(id) FROM keyed WHERE k <= 299") == [(1, 300)]


def test_a_row_that_fails_in_a_transaction_leaves_it_open(cursor: pyodbc.Cursor) -> None:
    cursor.execute("BEGIN TRANSACTION")
    rows = [(i if i < 256 else 7, 1) for i in range(258)]
    with pytest.raises(pyodbc.IntegrityError, match="2627"):
        cursor.executemany("INSERT INTO keyed (k, low) VALUES (?, ?)", rows)
    assert rows_of(cursor, "SELECT @@TRANCOUNT, COUNT(*) FROM keyed") == [(1, 256)]
    cursor.execute("ROLLBACK")
    assert rows_of(cursor, "SELECT COUNT(*) FROM keyed") == [(0,)]


def test_identity_values_follow_one_another(cursor: pyodbc.Cursor) -> None:
    for first in (0, ROWS):
        rows = [(first + i, 1) for i in range(ROWS)]
        cursor.executemany("INSERT INTO keyed (k, low) VALUES (?, ?)", rows)
    assert rows_of(cursor, "SELECT COUNT(*), MIN(id - k), MAX(id - k), @@ROWCOUNT FROM keyed") == [
        (2 * ROWS, 1, 1, 1)
    ]
    assert rows_of(cursor, "SELECT CAST(@@IDENTITY AS int)") == [(2 * ROWS,)]


def test_a_trigger_fires_for_each_row(cursor: pyodbc.Cursor) -> None:
    cursor.execute(
        "CREATE TRIGGER watching ON watched AFTER INSERT AS INSERT seen SELECT COUNT(*) FROM inserted"
    )
    cursor.executemany("INSERT INTO watched VALUES (?)", [(i,) for i in range(40)])
    assert rows_of(cursor, "SELECT COUNT(*), SUM(n) FROM seen") == [(40, 40)]


def test_an_update_of_many_rows_runs_for_each(cursor: pyodbc.Cursor) -> None:
    cursor.executemany("INSERT INTO keyed (k, low) VALUES (?, ?)", [(i, 0) for i in range(50)])
    cursor.executemany("UPDATE keyed SET low = low + ? WHERE k = ?", [(i % 3, i) for i in range(50)])
    assert rows_of(cursor, "SELECT SUM(CAST(low AS int)) FROM keyed") == [(49,)]


def test_an_insert_of_expressions_runs_for_each(cursor: pyodbc.Cursor) -> None:
    cursor.executemany("INSERT INTO watched VALUES (? + (SELECT COUNT(*) FROM watched))", [(0,)] * 20)
    assert rows_of(cursor, "SELECT MAX(v), COUNT(DISTINCT v) FROM watched") == [(19, 20)]


def test_an_implicit_transaction_holds_all_rows(served: Served, cursor: pyodbc.Cursor) -> None:
    other = pyodbc.connect(served.odbc(), autocommit=False)
    rows = other.cursor()
    rows.fast_executemany = True
    rows.executemany("INSERT INTO watched VALUES (?)", [(i,) for i in range(ROWS)])
    assert rows_of(cursor, "SELECT COUNT(*) FROM watched") == [(0,)]
    other.rollback()
    assert rows_of(cursor, "SELECT COUNT(*) FROM watched") == [(0,)]
    rows.executemany("INSERT INTO watched VALUES (?)", [(i,) for i in range(ROWS)])
    other.commit()
    assert rows_of(cursor, "SELECT COUNT(*) FROM watched") == [(ROWS,)]
    other.close()
