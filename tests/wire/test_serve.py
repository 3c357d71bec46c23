"""`tsqld serve` as a process, and the clients people use against the real engine."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import pymssql
import pyodbc
import pytest

from warehouse.connection import driver_library

ROOT: Final = Path(__file__).resolve().parents[2]
_PASSWORD: Final = "Str0ng!Password"
_COMMAND: Final = [sys.executable, "-m", "tsqld", "serve", "--port", "0"]
_ENVIRONMENT: Final = {**os.environ, "PYTHONPATH": str(ROOT / "scripts"), "TSQLD_SA_PASSWORD": _PASSWORD}


@contextmanager
def _serving(
    data: Path, *more: str, env: dict[str, str] = _ENVIRONMENT, fds: tuple[int, ...] = ()
) -> Iterator[tuple[subprocess.Popen[str], list[str]]]:
    """A server, and the lines it printed until it was ready."""
    process = subprocess.Popen(
        [*_COMMAND, "--data", str(data), *more], stdout=subprocess.PIPE, text=True, env=env, pass_fds=fds
    )
    assert process.stdout is not None
    lines: list[str] = []
    try:
        for line in process.stdout:
            lines.append(line.strip())
            if " ready on " in line:
                break
        yield process, lines
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def _port(lines: list[str]) -> int:
    return int(lines[-1].rpartition(":")[2])


def _microsoft(port: int, password: str = _PASSWORD) -> pyodbc.Connection:
    words = f"Driver={driver_library()};Server=127.0.0.1,{port};UID=sa;PWD={{{password}}}"
    return pyodbc.connect(f"{words};Encrypt=yes;TrustServerCertificate=yes", autocommit=True)


def test_it_says_where_it_is_ready_and_stops_at_a_signal(tmp_path: Path) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        with _serving(tmp_path / "new" / "data") as (process, lines):
            assert re.fullmatch(r"tsqld: ready on 127\.0\.0\.1:\d+", lines[-1])
            connection = _microsoft(_port(lines))
            assert connection.execute("SELECT 1 AS one").fetchval() == 1
            process.send_signal(number)
            assert process.wait(timeout=20) == 0


def test_the_key_of_its_certificate_is_for_its_owner_alone(tmp_path: Path) -> None:
    with _serving(tmp_path):
        assert (tmp_path / "server.pem").stat().st_mode & 0o777 == 0o600
        first = (tmp_path / "server.pem").read_bytes()
    with _serving(tmp_path):
        assert (tmp_path / "server.pem").read_bytes() == first


def test_a_directory_in_use_is_one_line_and_exit_code_3(tmp_path: Path) -> None:
    with _serving(tmp_path):
        second = subprocess.run(
            [*_COMMAND, "--data", str(tmp_path)],
            env=_ENVIRONMENT,
            capture_output=True,
            text=True,
            check=False,
        )
    assert second.returncode == 3
    assert len(second.stderr.strip().splitlines()) == 1
    assert "in use" in second.stderr


@pytest.mark.parametrize("arguments", [["--data", "x", "--port", "70000"], [], ["--data", "/proc/none"]])
def test_wrong_usage_is_exit_code_2(arguments: list[str]) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "tsqld", "serve", *arguments],
        env=_ENVIRONMENT,
        capture_output=True,
        check=False,
    )
    assert ended.returncode == 2


def test_a_port_that_is_taken_is_exit_code_2(tmp_path: Path) -> None:
    with _serving(tmp_path / "a") as (_, lines):
        command = [sys.executable, "-m", "tsqld", "serve", "--port", str(_port(lines))]
        ended = subprocess.run(
            [*command, "--data", str(tmp_path / "b")], env=_ENVIRONMENT, capture_output=True, check=False
        )
    assert ended.returncode == 2
    assert b"cannot listen" in ended.stderr


def test_without_a_password_it_makes_one_and_prints_it_once(tmp_path: Path) -> None:
    without = {key: value for key, value in _ENVIRONMENT.items() if key != "TSQLD_SA_PASSWORD"}
    with _serving(tmp_path, env=without) as (_, lines):
        assert len(lines) == 2
        connection = _microsoft(_port(lines), lines[0].rpartition(" ")[2])
        assert connection.execute("SELECT 1 AS one").fetchval() == 1


def test_it_stops_when_its_lifeline_ends(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    with _serving(tmp_path, "--lifeline", str(reading), fds=(reading,)) as (process, _):
        os.close(reading)
        os.close(writing)
        assert process.wait(timeout=20) == 0


def test_it_stops_while_a_query_runs(tmp_path: Path) -> None:
    with _serving(tmp_path) as (process, lines):
        connection = _microsoft(_port(lines))
        waiting = threading.Thread(target=_swallow, args=(connection, "WAITFOR DELAY '00:00:30'"))
        waiting.start()
        time.sleep(0.5)
        process.terminate()
        assert process.wait(timeout=15) == 0
        waiting.join()


def _swallow(connection: pyodbc.Connection, text: str) -> None:
    with pytest.raises(pyodbc.Error):
        connection.execute(text)


# --- the real engine through each client


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    with _serving(tmp_path_factory.mktemp("wire")) as (_, lines):
        yield _port(lines)


@pytest.fixture(params=["microsoft", "freetds", "pymssql", "mssql-python"])
def connection(port: int, request: pytest.FixtureRequest) -> Iterator[Any]:
    opened: Any
    if request.param == "microsoft":
        opened = _microsoft(port)
    elif request.param == "freetds":
        words = f"Driver=FreeTDS;Server=127.0.0.1;Port={port};UID=sa;PWD={_PASSWORD};TDS_Version=7.4"
        opened = pyodbc.connect(words, autocommit=True)
    elif request.param == "pymssql":
        opened = pymssql.connect(
            server="127.0.0.1", port=str(port), user="sa", password=_PASSWORD, autocommit=True
        )
    else:
        import mssql_python

        words = f"Server=127.0.0.1,{port};UID=sa;PWD={_PASSWORD};Encrypt=yes;TrustServerCertificate=yes"
        opened = mssql_python.connect(words, autocommit=True)
    yield opened
    opened.close()


def test_every_client_asks_and_is_answered(connection: Any) -> None:
    cursor = connection.cursor()
    cursor.execute("SELECT @@SPID AS a, DB_NAME() AS b, CAST(1.5 AS decimal(9, 2)) AS c, N'東京' AS d")
    row = tuple(cursor.fetchone())
    assert row[0] > 50
    assert row[1:] == ("master", Decimal("1.50"), "東京")


def test_every_client_binds_parameters(connection: Any) -> None:
    mark = "%s" if isinstance(connection, pymssql.Connection) else "?"
    cursor = connection.cursor()
    cursor.execute(f"SELECT {mark} + 1 AS next, {mark} AS word, {mark} AS nothing", (41, "x", None))
    assert tuple(cursor.fetchone()) == (42, "x", None)


def test_every_client_sees_a_transaction_roll_back(connection: Any) -> None:
    cursor = connection.cursor()
    cursor.execute("DROP TABLE IF EXISTS dbo.wire; CREATE TABLE dbo.wire (id int NOT NULL);")
    cursor.execute("BEGIN TRANSACTION; INSERT INTO dbo.wire (id) VALUES (1), (2); ROLLBACK TRANSACTION;")
    cursor.execute("SELECT COUNT(*) AS rows FROM dbo.wire")
    assert cursor.fetchone()[0] == 0


def test_every_client_gets_errors_with_their_numbers(connection: Any) -> None:
    with pytest.raises(Exception, match="Divide by zero"):
        connection.cursor().execute("SELECT 1 / 0 AS nothing")
    with pytest.raises(Exception, match=r"Invalid object name .dbo[.]nowhere"):
        connection.cursor().execute("SELECT id FROM dbo.nowhere")


def test_a_running_query_is_cancelled_long_before_its_end(port: int) -> None:
    connection = _microsoft(port)
    cursor = connection.cursor()
    for text in ("WAITFOR DELAY '00:01:30'", "DECLARE @i int = 0; WHILE @i < 1000000000 SET @i = @i + 1;"):
        timer = threading.Timer(0.5, cursor.cancel)
        timer.start()
        started = time.monotonic()
        with pytest.raises(pyodbc.Error, match=r"HY008"):
            cursor.execute(text)
        assert time.monotonic() - started < 30
        timer.join()
    assert connection.execute("SELECT 1 AS one").fetchval() == 1
    connection.close()


def test_a_vanished_clients_transaction_is_rolled_back(port: int) -> None:
    watching = _microsoft(port)
    watching.execute("DROP TABLE IF EXISTS dbo.gone; CREATE TABLE dbo.gone (id int NOT NULL);")
    script = (
        "import pymssql, os, sys; c = pymssql.connect(server='127.0.0.1', port=sys.argv[1], user='sa', "
        "password=sys.argv[2]); c.cursor().execute('INSERT INTO dbo.gone (id) VALUES (1)'); os._exit(0)"
    )
    subprocess.run([sys.executable, "-c", script, str(port), _PASSWORD], check=True)
    watching.execute("SET LOCK_TIMEOUT 5000; INSERT INTO dbo.gone (id) VALUES (2);")
    assert watching.execute("SELECT SUM(id) AS total FROM dbo.gone").fetchval() == 2
    watching.close()


def test_a_null_is_bound_as_the_type_of_its_column(tmp_path: Path) -> None:
    with _serving(tmp_path / "data") as (_, lines):
        connection = _microsoft(_port(lines))
        connection.execute("CREATE TABLE photos (id int NOT NULL, photo varbinary(100) NULL)")
        connection.execute("INSERT INTO photos VALUES (?, ?)", 1, None)
        assert tuple(connection.execute("SELECT id, photo FROM photos").fetchone()) == (1, None)
        connection.close()
