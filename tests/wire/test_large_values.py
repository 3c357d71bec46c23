"""Values of many megabytes through a real server: whole, in bounded memory, and cancelled half-way."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import suppress

import pyodbc
import pytest
from tests.wire.raw import RawClient, batch
from tests.wire.served import Served, serving

MANY = 20_000_000
TEXTS = {
    "v": "line 1\n" * (MANY // 7),
    "n": "\N{GREEK SMALL LETTER BETA}x" * (MANY // 4),
    "b": bytes(range(256)) * 40_000,
}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("large") / "data") as server:
        connection = server.connect()
        connection.execute(
            "CREATE TABLE t (k int IDENTITY, v varchar(max), n nvarchar(max), b varbinary(max))"
        )
        connection.close()
        yield server


@pytest.mark.parametrize("column", TEXTS)
def test_a_large_parameter_is_stored_and_read_as_it_was(served: Served, column: str) -> None:
    connection = served.connect()
    value = TEXTS[column]
    connection.execute(f"INSERT t ({column}) VALUES (?)", value)
    read = connection.execute(
        f"SELECT {column}, DATALENGTH({column}) FROM t WHERE {column} IS NOT NULL"
    ).fetchone()
    assert read[0] == value
    assert read[1] == (len(value) * 2 if column == "n" else len(value))
    connection.close()


def test_a_large_literal_is_read_as_it_was(served: Served) -> None:
    connection = served.connect()
    value = "it''s " * 1_000_000
    assert connection.execute(f"SELECT '{value}'").fetchval() == value.replace("''", "'")
    assert connection.execute(f"SELECT DATALENGTH(0x{'61' * 5_000_000})").fetchval() == 5_000_000
    connection.close()


def test_the_memory_of_a_literal_is_a_small_multiple_of_it(served: Served) -> None:
    connection = served.connect()
    before = served.highest_memory()
    connection.execute(f"DECLARE @large varchar(max) = '{'y' * MANY}'")
    assert served.highest_memory() - before < 12 * MANY // 1024
    connection.close()


def test_rows_of_large_values_are_not_gathered(served: Served) -> None:
    connection = served.connect()
    connection.execute("CREATE TABLE pages (k int PRIMARY KEY, v varchar(max))")
    connection.execute(
        "INSERT pages SELECT value, REPLICATE(CAST('z' AS varchar(max)), 2000000) FROM GENERATE_SERIES(1, 40)"
    )
    cursor = connection.execute("SELECT v FROM pages")
    before, count = served.highest_memory(), 0
    while row := cursor.fetchone():
        count += len(row[0])
    assert count == 80_000_000
    assert served.highest_memory() - before < 3 * 80_000_000 // 1024
    connection.close()


def test_cancelled_inside_a_large_value_the_session_goes_on(served: Served) -> None:
    connection = served.connect()
    cursor = connection.execute(
        "SELECT REPLICATE(CAST('z' AS varchar(max)), 30000000), 1 UNION ALL SELECT 'b', 2"
    )
    canceller = threading.Timer(0.2, cursor.cancel)
    canceller.start()
    started = time.monotonic()
    with suppress(pyodbc.Error):  # it may have been quicker
        cursor.fetchall()
    assert time.monotonic() - started < 60
    canceller.cancel()
    canceller.join()
    cursor.close()
    assert connection.execute("SELECT 42").fetchval() == 42
    connection.close()


def test_an_attention_inside_a_large_value_is_acknowledged_after_its_row(served: Served) -> None:
    client = RawClient(served.port)
    client.send(batch("SELECT REPLICATE(CAST('z' AS varchar(max)), 30000000)"))
    assert client.attention() < 5
    assert b"\xd1" in client.ask(batch("SELECT 1"))
    client.close()
