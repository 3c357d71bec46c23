"""What the server's views tell of its connections and waits is what a raw client knows of its own."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyodbc
import pytest
from tests.wire.served import Served, eventually, serving

CONNECTION = """SELECT encrypt_option, client_net_address, local_net_address, local_tcp_port, net_packet_size,
auth_scheme, net_transport FROM sys.dm_exec_connections WHERE session_id = @@SPID"""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("views") / "data") as server:
        yield server


def _row(connection: pyodbc.Connection, query: str) -> tuple[Any, ...]:
    return tuple(connection.execute(query).fetchone())


@pytest.mark.parametrize(("encrypt", "told"), [("yes", "TRUE"), ("no", "FALSE")])
def test_a_connection_tells_how_it_is_made(served: Served, encrypt: str, told: str) -> None:
    connection = served.connect(Encrypt=encrypt)
    assert _row(connection, CONNECTION) == (
        *(told, "127.0.0.1", "127.0.0.1", served.port, 4096),
        *("SQL", "TCP"),
    )
    connection.close()


def test_a_session_tells_the_sid_of_its_own_login(served: Served) -> None:
    connection = served.connect()
    connection.execute("CREATE LOGIN watcher WITH PASSWORD = 'Str0ng!Reading'")
    connection.execute("GRANT VIEW SERVER STATE TO watcher")
    other = served.connect(UID="watcher", PWD="{Str0ng!Reading}")
    query = "SELECT security_id, SUSER_SID() FROM sys.dm_exec_sessions WHERE session_id = @@SPID"
    mine, known = _row(other, query)
    assert mine == known != b"\x01"
    assert _row(other, "SELECT sid FROM sys.sysprocesses WHERE spid = @@SPID")[0].rstrip(b"\0") == known
    other.close()
    connection.close()


def test_a_wait_for_a_lock_is_counted(served: Served) -> None:
    first, second = served.connect(), served.connect()
    first.execute("CREATE TABLE waited (i int); INSERT waited VALUES (1)")
    query = """SELECT waiting_tasks_count, wait_time_ms, max_wait_time_ms FROM sys.dm_os_wait_stats
        WHERE wait_type = 'LCK_M_X'"""
    before = _row(first, query)
    first.execute("BEGIN TRANSACTION; UPDATE waited SET i = 2")
    waiting = threading.Thread(target=second.execute, args=("UPDATE waited SET i = 3",))
    waiting.start()
    waits = "SELECT COUNT(*) FROM sys.dm_os_waiting_tasks"
    assert eventually(lambda: _row(first, waits) == (1,))
    time.sleep(0.3)
    first.execute("COMMIT")
    waiting.join()
    count, total, longest = _row(first, query)
    assert count == before[0] + 1
    assert total - before[1] >= 300
    assert 300 <= longest <= total
    first.close()
    second.close()


def test_a_checkpoint_takes_the_log_into_the_file(tmp_path: Path) -> None:
    with serving(tmp_path / "data") as served:
        connection = served.connect()
        connection.execute("CREATE DATABASE shop")
        connection.execute("USE shop")
        connection.execute("CREATE TABLE t (i int); INSERT t VALUES (1)")
        log = tmp_path / "data" / "shop.duckdb.wal"
        assert log.stat().st_size > 0
        other = served.connect(Database="shop")
        other.execute("BEGIN TRANSACTION; INSERT t VALUES (2)")
        connection.execute("CHECKPOINT")
        assert not log.exists()
        other.execute("COMMIT")
        served.kill()
    with serving(tmp_path / "data") as served:
        assert _row(served.connect(Database="shop"), "SELECT COUNT(*) FROM t") == (2,)


def test_the_log_of_many_small_transactions_stays_short(tmp_path: Path) -> None:
    with serving(tmp_path / "data") as served:
        connection = served.connect()
        connection.execute("CREATE DATABASE shop")
        connection.execute("USE shop")
        connection.execute("CREATE TABLE t (i int, text char(8000))")
        longest = 0
        for i in range(12):
            connection.execute("INSERT t SELECT value, REPLICATE(value, 2) FROM GENERATE_SERIES(1, 200)")
            log = tmp_path / "data" / "shop.duckdb.wal"
            longest = max(longest, log.stat().st_size if log.exists() else 0)
            assert i < 11 or longest > 1 << 20
        assert longest < 11 << 20


def test_a_session_tells_its_clients_library_and_process(served: Served) -> None:
    connection = served.connect(APP="watching program")
    query = """SELECT program_name, client_interface_name, host_process_id FROM sys.dm_exec_sessions
        WHERE session_id = @@SPID"""
    program, interface, process = _row(connection, query)
    assert (program, interface) == ("watching program", "ODBC")
    assert process == os.getpid()
    connection.close()


STATS = """SELECT s.execution_count, s.total_rows, s.last_rows, s.total_elapsed_time, s.total_worker_time,
        s.min_elapsed_time, s.max_elapsed_time, s.last_execution_time, s.query_hash,
        SUBSTRING(t.text, s.statement_start_offset / 2 + 1,
            (CASE s.statement_end_offset WHEN -1 THEN DATALENGTH(t.text) ELSE s.statement_end_offset END
                - s.statement_start_offset) / 2 + 1) AS statement, t.objectid
    FROM sys.dm_exec_query_stats AS s CROSS APPLY sys.dm_exec_sql_text(s.sql_handle) AS t
    WHERE t.text LIKE ? ORDER BY s.statement_start_offset"""


def test_each_query_of_a_batch_is_counted_with_its_own_text(served: Served) -> None:
    connection = served.connect()
    batch = "DECLARE @i int = 7; SELECT value FROM GENERATE_SERIES(1, @i); /*counted*/ SELECT 1 AS one"
    for _ in range(3):
        connection.execute(batch).fetchall()
    first, second = connection.execute(STATS, "DECLARE @i int = 7;%/*counted*/%").fetchall()
    assert (first.statement, second.statement) == (
        "SELECT value FROM GENERATE_SERIES(1, @i)",
        "SELECT 1 AS one",
    )
    assert (first.execution_count, first.total_rows, first.last_rows) == (3, 21, 7)
    assert (second.execution_count, second.total_rows) == (3, 3)
    for row in (first, second):
        assert 0 < row.min_elapsed_time <= row.max_elapsed_time < row.total_elapsed_time
        assert 0 <= row.total_worker_time <= row.total_elapsed_time
        assert row.objectid is None
    connection.close()


def test_queries_of_a_procedure_belong_to_it_until_it_is_changed(served: Served) -> None:
    connection = served.connect()
    connection.execute("CREATE TABLE kept_for_stats (i int)")
    connection.execute(
        "CREATE PROCEDURE count_me AS "
        "INSERT kept_for_stats OUTPUT inserted.i VALUES (1); SELECT i FROM kept_for_stats"
    )
    connection.execute("SET NOCOUNT ON")
    for _ in range(2):
        cursor = connection.execute("EXEC count_me")
        while cursor.nextset():
            pass
    rows = connection.execute(STATS, "%PROCEDURE count_me AS%").fetchall()
    assert [row.statement for row in rows] == [
        "INSERT kept_for_stats OUTPUT inserted.i VALUES (1)",
        "SELECT i FROM kept_for_stats",
    ]
    assert [(row.execution_count, row.total_rows) for row in rows] == [(2, 2), (2, 3)]
    assert {row.objectid for row in rows} == {_row(connection, "SELECT OBJECT_ID('count_me')")[0]}
    connection.execute("ALTER PROCEDURE count_me AS SELECT 2 AS two")
    assert connection.execute(STATS, "%PROCEDURE count_me AS%").fetchall() == []
    connection.close()


def test_texts_that_differ_in_literals_share_a_query_hash(served: Served) -> None:
    connection = served.connect()
    for text in ("SELECT 11 AS alike", "select  12 /* x */ AS alike", "SELECT 13 AS other"):
        connection.execute(text).fetchall()
    rows = connection.execute(STATS, "SELECT 1_ AS %").fetchall()
    rows += connection.execute(STATS, "select  12%").fetchall()
    hashes = {row.statement: row.query_hash for row in rows}
    assert len(hashes) == 3
    assert len(set(hashes.values())) == 2
    connection.execute("DBCC FREEPROCCACHE")
    assert connection.execute(STATS, "SELECT 1_ AS %").fetchall() == []
    connection.close()


def test_a_query_that_fails_is_not_counted(served: Served) -> None:
    connection = served.connect()
    with pytest.raises(pyodbc.Error):
        connection.execute("SELECT 1 / 0 AS failing").fetchall()
    assert connection.execute(STATS, "SELECT 1 / 0 AS failing").fetchall() == []
    connection.close()


def test_query_statistics_ask_for_a_permission(served: Served) -> None:
    admin = served.connect()
    admin.execute("CREATE LOGIN curious WITH PASSWORD = 'Str0ng!Reading'")
    other = served.connect(UID="curious", PWD="{Str0ng!Reading}")
    with pytest.raises(pyodbc.Error, match="VIEW SERVER"):
        other.execute("SELECT COUNT(*) FROM sys.dm_exec_query_stats").fetchall()
    other.close()
    admin.close()
