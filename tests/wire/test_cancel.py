"""Cancelling, time-outs and clients that go away, while a query runs."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pyodbc
import pytest
from tests.wire.conftest import StandIn

SOON = 20.0
"""Seconds that no machine needs, however busy; what is cancelled here would go on for longer, or for ever."""


def _open_sessions(stand_in: StandIn) -> int:
    connection = stand_in.microsoft()
    count = int(connection.execute("state").fetchone()[1])
    connection.close()
    return count


def _eventually(holds: Callable[[], bool], seconds: float = 5.0) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if holds():
            return True
        time.sleep(0.05)
    return False


def _read_all(cursor: pyodbc.Cursor, command: str) -> None:
    cursor.execute(command)
    while cursor.fetchmany(1000):
        continue


# FreeTDS aborts its process when one thread cancels while another fetches, so it only has to wait.
@pytest.mark.parametrize(
    ("connect", "command"),
    [("microsoft", "forever"), ("microsoft", "wait"), ("microsoft", "busy"), ("freetds", "forever")],
)
def test_a_cancelled_query_stops_soon(stand_in: StandIn, connect: str, command: str) -> None:
    connection = getattr(stand_in, connect)()
    cursor = connection.cursor()
    timer = threading.Timer(1, cursor.cancel)
    timer.start()
    cancelled = time.monotonic() + 1
    with pytest.raises(pyodbc.Error, match=r"HY008|HY010"):
        _read_all(cursor, command)
    assert time.monotonic() - cancelled < SOON
    timer.join()
    cursor.close()
    assert connection.execute("exec x").fetchval() == 1
    connection.close()


def test_a_query_that_takes_too_long_for_its_client_stops(stand_in: StandIn) -> None:
    connection = stand_in.microsoft()
    connection.timeout = 1
    started = time.monotonic()
    with pytest.raises(pyodbc.OperationalError, match="timeout"):
        connection.execute("forever").fetchall()
    assert time.monotonic() - started < 1 + SOON
    connection.timeout = 0
    assert connection.execute("exec x").fetchval() == 1
    connection.close()


def test_a_result_that_is_not_read_to_its_end_is_given_up(stand_in: StandIn) -> None:
    connection = stand_in.microsoft()
    cursor = connection.execute("busy")
    assert len(cursor.fetchmany(10)) == 10
    cursor.close()
    assert connection.execute("exec x").fetchval() == 1
    connection.close()


def test_a_session_ends_when_its_client_closes(stand_in: StandIn) -> None:
    before = _open_sessions(stand_in)
    connection = stand_in.microsoft()
    assert _open_sessions(stand_in) == before + 1
    connection.close()
    assert _eventually(lambda: _open_sessions(stand_in) <= before)


def test_a_client_that_vanishes_ends_its_query_and_its_session(stand_in: StandIn) -> None:
    import subprocess
    import sys

    before = _open_sessions(stand_in)
    script = (
        "import pymssql, sys; c = pymssql.connect(server='127.0.0.1', port=int(sys.argv[1]), user='sa', "
        "password=sys.argv[2]); print('in', flush=True); c.cursor().execute('forever'); c.cursor().fetchall()"
    )
    client = subprocess.Popen(
        [sys.executable, "-c", script, str(stand_in.port), stand_in.password], stdout=subprocess.PIPE
    )
    assert client.stdout is not None
    client.stdout.readline()
    time.sleep(0.3)
    client.kill()
    client.wait()
    client.stdout.close()
    assert _eventually(lambda: _open_sessions(stand_in) <= before, 3)


def test_a_pooled_connection_is_reset_for_its_next_user(stand_in: StandIn, pooled: Any) -> None:
    first = pooled(stand_in)
    first.execute("use warehouse")
    spid = first.execute("state").fetchone()[0]
    first.close()
    second = pooled(stand_in)
    row = second.execute("state").fetchone()
    assert (row[0], row[3]) == (spid, "master")
    assert row[2] == 1
    second.close()


@pytest.fixture
def pooled() -> Iterator[Any]:
    """mssql-python pools connections in the driver: what it opens again is the same connection, reset."""
    import mssql_python

    mssql_python.pooling(max_size=1, idle_timeout=60)

    def connect(stand_in: StandIn) -> Any:
        words = f"Server=127.0.0.1,{stand_in.port};UID=sa;PWD={stand_in.password};Database=master"
        return mssql_python.connect(f"{words};Encrypt=yes;TrustServerCertificate=yes", autocommit=True)

    yield connect
    mssql_python.pooling(enabled=False)
