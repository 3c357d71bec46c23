"""Many connections, large values, long results: speed is measured by tests.wire.throughput, not here."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from tests.wire.conftest import StandIn


def test_fifty_connections_at_once(stand_in: StandIn) -> None:
    connections = [stand_in.microsoft() for _ in range(50)]
    with ThreadPoolExecutor(10) as threads:
        answers = list(threads.map(lambda c: c.execute("rows 2000").fetchall(), connections))
    assert {len(rows) for rows in answers} == {2000}
    spids = {connection.execute("state").fetchone()[0] for connection in connections}
    assert len(spids) == 50
    for connection in connections:
        connection.close()


@pytest.mark.parametrize("connect", ["microsoft", "freetds", "pymssql", "mssql_python"])
def test_values_of_ten_megabytes_arrive_whole(stand_in: StandIn, connect: str) -> None:
    connection: Any = getattr(stand_in, connect)()
    cursor = connection.cursor()
    size = 10_000_000
    cursor.execute(f"large {size}")
    text, raw = cursor.fetchone()
    assert text == "ä" * size
    assert raw == b"\x5a" * size
    connection.close()


@pytest.mark.parametrize("connect", ["microsoft", "mssql_python"])
def test_parameters_of_ten_megabytes_arrive_whole(stand_in: StandIn, connect: str) -> None:
    connection: Any = getattr(stand_in, connect)()
    text, raw = "ö" * 10_000_000, b"\x77" * 10_000_000
    cursor = connection.cursor()
    cursor.execute("echo ?, ?", (text, raw))
    row = cursor.fetchone()
    assert row[2] == text
    assert row[4] == raw
    connection.close()


@pytest.mark.slow
def test_a_million_rows_stream_through_flat_memory(stand_in: StandIn) -> None:
    connection = stand_in.microsoft()
    cursor = connection.execute("rows 1000000")
    cursor.fetchmany(1000)
    before, highest, count = stand_in.memory(), 0, 1000
    while rows := cursor.fetchmany(20_000):
        count += len(rows)
        highest = max(highest, stand_in.memory())
    assert count == 1_000_000
    assert highest - before < 20_000  # KiB
    connection.close()


def test_a_client_that_does_not_read_holds_nothing_up(stand_in: StandIn) -> None:
    idle = stand_in.microsoft()
    idle.execute("rows 1000000").fetchmany(10)
    other = stand_in.microsoft()
    assert len(other.execute("rows 5000").fetchall()) == 5000
    other.close()
    idle.close()
