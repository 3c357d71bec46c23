"""Several results at once on one connection (MARS), through Microsoft's driver and packet by packet."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Final

import pyodbc
import pytest
from tests.wire.multiplexed import ACK, DATA, FIN, SYN, Streams
from tests.wire.raw import batch
from tests.wire.served import Served, eventually, serving

MANY: Final = "SELECT value, REPLICATE('x', 100) AS filler FROM GENERATE_SERIES(1, 300000)"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("mars") / "data") as server:
        yield server
        assert not server.faults()


@pytest.fixture
def mars(served: Served) -> Iterator[pyodbc.Connection]:
    connection = served.connect(MARS_Connection="yes")
    yield connection
    connection.close()


def test_other_requests_are_answered_while_a_result_is_being_read(mars: pyodbc.Connection) -> None:
    outer, inner = mars.cursor(), mars.cursor()
    inner.execute("CREATE TABLE #seen (n int NOT NULL)")
    outer.execute(MANY)
    total = 0
    for n, _ in outer:
        total += n
        if n % 50_000 == 0:
            inner.execute("INSERT #seen VALUES (?)", n)
            assert inner.execute("SELECT COUNT(*) FROM #seen").fetchval() == n // 50_000
    assert total == 300_000 * 300_001 // 2


def test_many_results_are_read_in_turns(mars: pyodbc.Connection) -> None:
    cursors = [mars.cursor() for _ in range(12)]
    for number, cursor in enumerate(cursors):
        cursor.execute("SELECT value * ?, REPLICATE('y', 200) FROM GENERATE_SERIES(1, 3000)", number)
    for n in range(1, 3001):
        assert [cursor.fetchone()[0] for cursor in cursors] == [n * number for number in range(12)]


def test_what_nobody_reads_yet_does_not_stay_in_memory(served: Served) -> None:
    connection = served.connect(MARS_Connection="yes")
    before = served.memory()
    unread, other = connection.cursor(), connection.cursor()
    unread.execute("SELECT REPLICATE('z', 4000) FROM GENERATE_SERIES(1, 100000)")
    assert other.execute("SELECT 1").fetchval() == 1
    assert served.memory() - before < 200 << 10
    assert sum(1 for _ in unread) == 100_000
    connection.close()


def test_all_streams_are_one_session(mars: pyodbc.Connection) -> None:
    first, second = mars.cursor(), mars.cursor()
    first.execute("CREATE TABLE #shared (n int); USE tempdb")
    assert second.execute("SELECT OBJECT_ID('tempdb..#shared')").fetchval() is not None
    assert second.execute("SELECT DB_NAME()").fetchval() == "tempdb"
    spids = {cursor.execute("SELECT @@SPID").fetchval() for cursor in (first, second)}
    assert len(spids) == 1


def test_a_transaction_of_tsql_ends_with_its_batch(mars: pyodbc.Connection) -> None:
    cursor = mars.cursor()
    cursor.execute("CREATE TABLE #rows (n int)")
    with pytest.raises(pyodbc.Error, match=r"MARS batch.*\(3997\)"):
        _to_its_end(cursor, "BEGIN TRANSACTION; INSERT #rows VALUES (1)")
    assert cursor.execute("SELECT @@TRANCOUNT").fetchval() == 0
    assert cursor.execute("SELECT COUNT(*) FROM #rows").fetchval() == 0
    cursor.execute("BEGIN TRANSACTION; INSERT #rows VALUES (2); COMMIT")
    assert cursor.execute("SELECT COUNT(*) FROM #rows").fetchval() == 1


def _to_its_end(cursor: pyodbc.Cursor, statement: str) -> None:
    cursor.execute(statement)
    while cursor.nextset():
        pass


def test_a_transaction_of_the_driver_spans_the_streams(mars: pyodbc.Connection) -> None:
    mars.execute("CREATE TABLE #rows (n int)")
    mars.autocommit = False
    mars.cursor().execute("INSERT #rows VALUES (1)")
    mars.cursor().execute("INSERT #rows VALUES (2)")
    mars.rollback()
    assert mars.execute("SELECT COUNT(*) FROM #rows").fetchval() == 0


def test_a_cancelled_stream_leaves_the_others_alone(mars: pyodbc.Connection) -> None:
    one, other = mars.cursor(), mars.cursor()
    one.execute(MANY)
    waiting = threading.Timer(0.3, other.cancel)
    waiting.start()
    started = time.monotonic()
    with pytest.raises(pyodbc.Error, match="HY008"):
        other.execute("WAITFOR DELAY '00:00:30'")
    assert time.monotonic() - started < 20
    assert sum(1 for _ in one) == 300_000
    assert other.execute("SELECT 1").fetchval() == 1


@pytest.fixture
def streams(served: Served) -> Iterator[Streams]:
    client = Streams(served.port)
    yield client
    client.close()


def test_the_server_sends_no_more_than_the_client_allows(streams: Streams) -> None:
    streams.say(SYN, 7)
    streams.say(DATA, 7, 1, data=batch(MANY))
    heard = [streams.hear() for _ in range(4)]
    assert [(flags, stream, sequence) for flags, stream, sequence, _, _ in heard] == [
        (DATA, 7, n) for n in (1, 2, 3, 4)
    ]
    streams.say(SYN, 8)
    streams.say(DATA, 8, 1, data=batch("SELECT 5"))
    assert streams.hear()[:3] == (DATA, 8, 1)
    streams.say(ACK, 7, 1, window=6)
    assert [streams.hear()[:3] for _ in range(2)] == [(DATA, 7, 5), (DATA, 7, 6)]


def test_a_closed_stream_is_answered_and_may_be_opened_again(streams: Streams) -> None:
    for _ in range(3):
        streams.say(SYN, 0)
        streams.say(DATA, 0, 1, data=batch(MANY))
        assert streams.hear()[:3] == (DATA, 0, 1)
        streams.say(FIN, 0, 1)
        while streams.hear()[0] != FIN:
            pass
    streams.say(SYN, 0)
    streams.say(DATA, 0, 1, data=batch("SELECT 1"))
    assert b"\xd1" in streams.hear()[4]


@pytest.mark.parametrize(
    ("flags", "stream", "sequence", "window"),
    [
        (DATA, 1, 1, 4),  # never opened
        (SYN, 0, 0, 4),  # open already
        (DATA, 0, 2, 4),  # out of order
        (ACK, 0, 0, 3),  # less than was allowed
        (ACK | FIN, 0, 0, 4),
        (0x40, 0, 0, 4),
    ],
)
def test_what_breaks_the_protocol_of_streams_ends_the_connection(
    streams: Streams, flags: int, stream: int, sequence: int, window: int
) -> None:
    streams.say(SYN, 0)
    streams.say(flags, stream, sequence, window, batch("SELECT 1") if flags == DATA else b"")
    assert streams.is_hung_up()


def test_requests_that_nobody_waits_for_do_not_pile_up(streams: Streams) -> None:
    streams.say(SYN, 0)
    slow = batch("WAITFOR DELAY '00:00:20'")
    for sequence in range(1, 8):
        streams.say(DATA, 0, sequence, data=slow)
    assert streams.is_hung_up()


def test_a_client_of_streams_that_leaves_is_rolled_back(served: Served) -> None:
    before = served.sessions()
    client = Streams(served.port)
    client.say(SYN, 0)
    client.say(DATA, 0, 1, data=batch(MANY))
    assert client.hear()[0] == DATA
    client.close()
    assert eventually(lambda: served.sessions() <= before)
