"""Sessions of the real engine: apart from each other, reset, ended, cancelled, timed out."""

from __future__ import annotations

import socket
import struct
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pyodbc
import pytest
from tests.wire.raw import RawClient, batch
from tests.wire.served import Served, eventually, serving

RESET, RESET_KEEP_TRANSACTION = 0x08, 0x10


@pytest.fixture(scope="module")
def tables(served: Served) -> None:
    """A table to write to, and one whose square is more than anybody will wait for."""
    connection = served.connect()
    connection.execute("CREATE TABLE t (v int)")
    connection.execute("CREATE TABLE big (v int NOT NULL)")
    connection.execute("INSERT big SELECT value FROM GENERATE_SERIES(1, 1000000)")
    connection.close()


@pytest.fixture
def raw(served: Served, tables: None) -> Iterator[RawClient]:
    client = RawClient(served.port)
    yield client
    client.close()


def integer(reply: bytes) -> int:
    """The last integer of an answer whose last column is one int."""
    at = reply.rindex(b"\xd1")
    size = reply[at + 1]
    if size == 4:
        return int(struct.unpack_from("<i", reply, at + 2)[0])
    return int(struct.unpack_from("<i", reply, at + 1)[0])


def fails(reply: bytes, number: int) -> bool:
    return struct.pack("<I", number) in reply and b"\xaa" in reply


# --- apart


def test_sessions_share_no_temp_tables_options_or_transactions(served: Served, tables: None) -> None:
    one, two = served.connect(), served.connect()
    for connection, value in ((one, 1), (two, 2)):
        connection.execute("CREATE TABLE #mine (v int)")
        connection.execute("INSERT #mine VALUES (?)", value)
    one.execute("SET LOCK_TIMEOUT 5; SET DATEFIRST 1; BEGIN TRANSACTION")
    for connection, value in ((one, 1), (two, 2)):
        assert connection.execute("SELECT v FROM #mine").fetchall()[0][0] == value
    assert tuple(two.execute("SELECT @@LOCK_TIMEOUT, @@DATEFIRST, @@TRANCOUNT").fetchone()) == (-1, 7, 0)
    one.close()
    two.close()


# --- reset


DIRT = """
CREATE TABLE #left (v int); SET LOCK_TIMEOUT 5; SET DATEFIRST 1; SET XACT_ABORT ON; SET ROWCOUNT 1
SET TRANSACTION ISOLATION LEVEL SERIALIZABLE; SET NOCOUNT ON; USE tempdb
EXEC sp_set_session_context 'who', 'me'
DECLARE @r int; EXEC @r = sp_getapplock 'reset', 'Exclusive', 'Session'
"""
CLEAN = """
SELECT CASE WHEN OBJECT_ID('tempdb..#left') IS NULL AND @@LOCK_TIMEOUT = -1 AND @@DATEFIRST = 7
    AND DB_NAME() = 'master' AND SESSION_CONTEXT(N'who') IS NULL AND @@TRANCOUNT = 0
    AND (SELECT transaction_isolation_level FROM sys.dm_exec_sessions WHERE session_id = @@SPID) = 2
    AND (SELECT COUNT(*) FROM GENERATE_SERIES(1, 3)) = 3 AND @@OPTIONS & 16384 = 0
    AND APPLOCK_MODE('public', 'reset', 'Session') = 'NoLock' THEN 1 ELSE 0 END AS clean
"""


def test_a_reset_connection_is_as_good_as_new(raw: RawClient, served: Served) -> None:
    raw.ask(batch(DIRT))
    raw.ask(batch("BEGIN TRANSACTION; INSERT master.dbo.t VALUES (1)"))
    reply = raw.ask(batch(CLEAN, RESET))
    assert not fails(reply, 50100)
    assert integer(reply) == 1
    other = served.connect()
    assert other.execute("SELECT COUNT(*) FROM t").fetchval() == 0
    assert other.execute("SET LOCK_TIMEOUT 0; DELETE t").rowcount in (-1, 0)
    other.close()


def test_a_reset_may_keep_the_transaction(raw: RawClient, served: Served) -> None:
    raw.ask(
        batch("CREATE TABLE #left (v int); BEGIN TRANSACTION; INSERT t VALUES (7); INSERT #left VALUES (1)")
    )
    assert integer(raw.ask(batch("SELECT @@TRANCOUNT AS n", RESET_KEEP_TRANSACTION))) == 1
    assert fails(raw.ask(batch("SELECT * FROM #left")), 208)
    raw.ask(batch("INSERT t VALUES (8); COMMIT"))
    other = served.connect()
    assert other.execute("SELECT SUM(v) FROM t").fetchval() == 15
    other.execute("DELETE t")
    other.close()


def test_a_reset_goes_before_a_statement_that_fails_to_parse(raw: RawClient) -> None:
    raw.ask(batch("BEGIN TRANSACTION"))
    assert fails(raw.ask(batch("SELECT FROM", RESET)), 156)
    assert integer(raw.ask(batch("SELECT @@TRANCOUNT AS n"))) == 0


# --- ended


def test_a_client_that_leaves_is_rolled_back(served: Served, tables: None) -> None:
    before = served.sessions()
    client = RawClient(served.port)
    client.ask(batch("BEGIN TRANSACTION; INSERT t VALUES (1); DELETE big WHERE v = 1"))
    client.close()
    other = served.connect()
    other.execute("SET LOCK_TIMEOUT 3000; DELETE big WHERE v = -1")
    assert other.execute("SELECT COUNT(*) FROM t").fetchval() == 0
    other.close()
    assert eventually(lambda: served.sessions() <= before)


@pytest.mark.parametrize(
    "command", ["WAITFOR DELAY '00:01:00'", "SELECT a.v FROM big AS a CROSS JOIN big AS b"]
)
def test_a_client_that_is_cut_off_in_the_middle_is_rolled_back(
    served: Served, tables: None, command: str
) -> None:
    before = served.sessions()
    client = RawClient(served.port)
    client.send(batch(f"BEGIN TRANSACTION; INSERT t VALUES (1); DELETE big WHERE v = 1; {command}"))
    time.sleep(0.3)
    client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()
    other = served.connect()
    other.execute("SET LOCK_TIMEOUT 3000; DELETE big WHERE v = -1")
    assert other.execute("SELECT COUNT(*) FROM t").fetchval() == 0
    other.close()
    assert eventually(lambda: served.sessions() <= before)


# --- cancelled

RECURSION = """WITH r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r)
SELECT MAX(n) FROM r OPTION (MAXRECURSION 0)"""
LONG = {
    "wait": "WAITFOR DELAY '00:01:00'",
    "empty loop": "WHILE 1 = 1 BEGIN DECLARE @x int = 1 END",
    "counting loop": "DECLARE @i bigint = 0; WHILE 1 = 1 SET @i = @i + 1",
    "loop of results": "WHILE 1 = 1 SELECT 1 AS a",
    "loop of messages": "WHILE 1 = 1 PRINT 'x'",
    "dynamic loop": "WHILE 1 = 1 EXEC ('DECLARE @x int = 1')",
    "loop of errors": "WHILE 1 = 1 BEGIN TRY THROW 50001, '', 1 END TRY BEGIN CATCH PRINT 1 END CATCH",
    "query": "SELECT SUM(CAST(a.v AS bigint)) FROM big AS a CROSS JOIN big AS b WHERE a.v % 7 > b.v % 5",
    "big result": "SELECT a.v FROM big AS a CROSS JOIN big AS b",
    "insert": "INSERT t SELECT a.v FROM big AS a CROSS JOIN big AS b",
    "select into": "SELECT a.v INTO made FROM big AS a CROSS JOIN big AS b",
    "update": "UPDATE t SET v = (SELECT COUNT(*) FROM big AS a CROSS JOIN big AS b WHERE a.v % 7 > b.v % 5)",
    "condition": "IF (SELECT COUNT(*) FROM big a CROSS JOIN big b WHERE a.v % 7 > b.v % 5) = 0 SELECT 1",
    "cursor": "DECLARE c CURSOR FOR SELECT a.v FROM big AS a CROSS JOIN big AS b; OPEN c",
    "recursion": RECURSION,
    "series": "SELECT COUNT(*) FROM GENERATE_SERIES(CAST(1 AS bigint), CAST(1000000000000 AS bigint))",
    "sort": "SELECT TOP 1 a.v FROM big a CROSS JOIN GENERATE_SERIES(1, 1000) b ORDER BY a.v % 1000, b.value",
    "lock": "UPDATE locked SET v = 2",
    "application lock": "EXEC sp_getapplock 'taken', 'Exclusive', 'Session'",
}


@pytest.mark.parametrize("command", LONG.values(), ids=list(LONG))
def test_an_attention_stops_what_runs_within_a_second(served: Served, raw: RawClient, command: str) -> None:
    holder = served.connect()
    holder.execute("IF OBJECT_ID('locked') IS NULL CREATE TABLE locked (v int PRIMARY KEY)")
    holder.execute(
        "BEGIN TRANSACTION; INSERT locked VALUES (1); EXEC sp_getapplock 'taken', 'Exclusive', 'Session'"
    )
    raw.ask(batch("INSERT t VALUES (1)"))
    raw.send(batch(command))
    time.sleep(0.3)
    assert raw.attention() < 1.0
    assert integer(raw.ask(batch("SELECT 1000 + @@TRANCOUNT AS n"))) == 1000
    assert integer(raw.ask(batch("SELECT COUNT(*) AS n FROM t WHERE v = 1"))) == 1
    raw.ask(batch("DELETE t"))
    holder.close()


@pytest.mark.parametrize(("setting", "open_after"), [("OFF", 1), ("ON", 0)])
def test_an_attention_rolls_back_where_xact_abort_is_on(
    raw: RawClient, setting: str, open_after: int
) -> None:
    raw.ask(batch(f"SET XACT_ABORT {setting}; BEGIN TRANSACTION; INSERT t VALUES (1)"))
    raw.send(batch("INSERT t VALUES (2); WAITFOR DELAY '00:01:00'"))
    time.sleep(0.3)
    raw.attention()
    assert integer(raw.ask(batch("SELECT @@TRANCOUNT AS n"))) == open_after
    assert integer(raw.ask(batch("SELECT COUNT(*) AS n FROM t"))) == 2 * open_after
    raw.ask(batch("IF @@TRANCOUNT > 0 ROLLBACK; DELETE t"))


def test_a_statement_that_was_cancelled_has_done_nothing(raw: RawClient) -> None:
    raw.ask(batch("BEGIN TRANSACTION; INSERT t VALUES (1)"))
    raw.send(batch("INSERT t SELECT a.v FROM big AS a CROSS JOIN big AS b"))
    time.sleep(0.5)
    raw.attention()
    assert integer(raw.ask(batch("SELECT COUNT(*) AS n FROM t"))) == 1
    raw.ask(batch("ROLLBACK"))


def test_a_storm_of_attentions_leaves_a_session_that_answers(raw: RawClient) -> None:
    for number in range(50):
        raw.send(batch("SELECT v FROM big" if number % 2 else "INSERT t SELECT TOP 1000 v FROM big"))
        if number % 3:
            time.sleep(0.001 * (number % 5))
        raw.attention()
    assert integer(raw.ask(batch("SELECT 77 AS n"))) == 77
    raw.ask(batch("DELETE t"))


# --- time-outs


@pytest.fixture(scope="module")
def impatient(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder: Path = tmp_path_factory.mktemp("impatient")
    with serving(folder / "data", "--idle-timeout", "1", "--query-timeout", "1.5") as server:
        yield server
        assert not server.faults()


@pytest.mark.parametrize(
    "command",
    [
        "WAITFOR DELAY '00:01:00'",
        "DECLARE @i bigint = 0; WHILE 1 = 1 SET @i = @i + 1",
        "SELECT COUNT(*) FROM GENERATE_SERIES(1, 1000000) AS a CROSS JOIN GENERATE_SERIES(1, 1000000) AS b",
    ],
)
def test_a_request_that_runs_too_long_ends_with_50102(impatient: Served, command: str) -> None:
    connection = impatient.connect()
    started = time.monotonic()
    with pytest.raises(pyodbc.Error, match="50102"):
        connection.execute(command).fetchall()
    assert 1.4 < time.monotonic() - started < 3
    assert connection.execute("SELECT 5 AS n").fetchval() == 5
    connection.close()


def test_an_idle_connection_is_closed_and_rolled_back(impatient: Served) -> None:
    idle, other = impatient.connect(), impatient.connect()
    idle.execute("CREATE TABLE held (v int); BEGIN TRANSACTION; INSERT held VALUES (1)")
    deadline = time.monotonic() + 4
    closed = False
    while not closed and time.monotonic() < deadline:
        time.sleep(0.3)
        closed = other.execute("SELECT COUNT(*) FROM sys.dm_exec_sessions").fetchval() == 1
    assert closed
    assert other.execute("SELECT COUNT(*) FROM held").fetchval() == 0
    with pytest.raises(pyodbc.Error, match="08S01"):
        idle.execute("SELECT 1")
    other.close()


def test_a_slow_reader_is_not_idle(impatient: Served) -> None:
    client = RawClient(impatient.port)
    client.send(batch("SELECT value FROM GENERATE_SERIES(1, 100000)"))
    time.sleep(1.3)
    assert len(client.answer()) > 100_000
    client.close()


# --- nothing is left


def test_connections_that_come_and_go_leave_nothing_behind(served: Served, tables: None) -> None:
    def visit() -> None:
        for _ in range(10):
            connection = served.connect()
            connection.execute("CREATE TABLE #x (v int); BEGIN TRANSACTION; INSERT #x VALUES (1)")
            connection.close()

    visit()
    assert eventually(lambda: served.sessions() == 0)
    threads, files = served.threads(), served.files()
    visitors = [threading.Thread(target=visit) for _ in range(4)]
    for visitor in visitors:
        visitor.start()
    for visitor in visitors:
        visitor.join()
    assert eventually(lambda: served.sessions() == 0)
    assert eventually(lambda: served.threads() <= threads and served.files() <= files)
