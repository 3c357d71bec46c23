"""The server as its clients meet it: start, throughput, memory, large values, arrays, many at once."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Final

import pyodbc
from tests.bench.clock import timed
from tests.wire.served import Served, serving

STREAMED: Final = 1_000_000
LARGE: Final = 100_000_000
ARRAY: Final = 20_000
CONNECTIONS: Final = 50


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        with serving(data):
            pass
        started = time.perf_counter()
        with serving(data) as served:
            spent, computed = time.perf_counter() - started, served.processor_seconds()
            print(f"server: ready {spent:.2f} s after its start, {computed:.2f} s of them computing")
            connection = served.connect()
            _stream(served, connection)
            _large(served, connection)
            _arrays(served, connection)
            _many(served)


def _stream(served: Served, connection: pyodbc.Connection) -> None:
    """Six columns, fetched and thrown away."""
    connection.execute(
        "CREATE TABLE six (i int, b bigint, t varchar(30), d decimal(12, 2), m datetime2(3), f float);"
        "INSERT six SELECT value, value * 9, CONCAT('text ', value), value / 4.0, SYSDATETIME(), value / 3.0 "
        f"FROM GENERATE_SERIES(1, {STREAMED})"
    )
    before, highest = served.memory(), 0
    computed = served.processor_seconds()
    cursor = connection.execute("SELECT * FROM six")
    started, count = time.perf_counter(), 0
    while rows := cursor.fetchmany(50_000):
        count += len(rows)
        highest = max(highest, served.memory())
    spent = time.perf_counter() - started
    each = (served.processor_seconds() - computed) / count * 1e6
    speed = f"{count / spent:,.0f} rows/s of six columns, {each:.1f} µs of processor time each"
    print(f"server: {speed}; {_mib(highest - before)} more memory")


def _large(served: Served, connection: pyodbc.Connection) -> None:
    """One value of each kind, written as a parameter and read again."""
    values = {"varchar": "x" * LARGE, "nvarchar": "ä" * (LARGE // 2), "varbinary": b"x" * LARGE}
    for name, value in values.items():
        kind = f"large_{name}"
        connection.execute(f"CREATE TABLE {kind} (v {name}(max))")
        _value(served, f"written to {kind}", partial(connection.execute, f"INSERT {kind} VALUES (?)", value))
        _value(served, f"read from {kind}", partial(_fetched, connection, f"SELECT v FROM {kind}"))


def _fetched(connection: pyodbc.Connection, query: str) -> object:
    return connection.execute(query).fetchval()


def _value(served: Served, what: str, work: Callable[[], object]) -> None:
    served.highest_memory()
    before, computed = served.memory(), served.processor_seconds()
    spent, size = timed(work), LARGE / 1e6
    computed = served.processor_seconds() - computed
    more = _mib(served.highest_memory() - before)
    print(
        f"server: {size:,.0f} MB {what} at {size / spent:,.0f} MB/s, "
        f"{size / computed:,.0f} a second of processor time; {more} more memory at most"
    )


def _arrays(served: Served, connection: pyodbc.Connection) -> None:
    connection.execute("CREATE TABLE arrays (i int PRIMARY KEY, t varchar(50), d decimal(12, 2), f float)")
    cursor = connection.cursor()
    cursor.fast_executemany = True
    rows = [(i, f"text {i}", i / 4, i / 3) for i in range(ARRAY)]
    computed = served.processor_seconds()
    spent = timed(lambda: cursor.executemany("INSERT arrays VALUES (?, ?, ?, ?)", rows))
    each = (served.processor_seconds() - computed) / ARRAY * 1e6
    print(f"server: {ARRAY / spent:,.0f} rows/s by fast_executemany, {each:.0f} µs of processor time a row")


def _many(served: Served) -> None:
    def visit(number: int) -> int:
        connection = served.connect()
        found = connection.execute("SELECT COUNT(*) FROM six WHERE i % 50 = ?", number).fetchval()
        connection.close()
        return int(found)

    with ThreadPoolExecutor(CONNECTIONS) as threads:
        started = time.perf_counter()
        assert sum(threads.map(visit, range(CONNECTIONS))) == STREAMED
        print(f"server: {CONNECTIONS} connections at once answered in {time.perf_counter() - started:.1f} s")


def _mib(kib: int) -> str:
    return f"{kib / 1024:,.0f} MiB"
