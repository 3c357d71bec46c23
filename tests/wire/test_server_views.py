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
