"""Backups, restores, status, damaged files and logs of a served data directory, as its keeper meets them."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pyodbc
from tests.wire.test_serve import _ENVIRONMENT, _microsoft, _port, _serving


def tsqld(*arguments: str | Path) -> tuple[int, str, str]:
    """Exit code, output and errors of a command."""
    ended = subprocess.run(
        [sys.executable, "-m", "tsqld", *map(str, arguments)],
        env=_ENVIRONMENT,
        capture_output=True,
        text=True,
        check=False,
    )
    return ended.returncode, ended.stdout, ended.stderr


def accounts(connection: pyodbc.Connection, name: str) -> None:
    connection.execute(f"CREATE DATABASE {name}")
    connection.execute(f"USE {name}")
    connection.execute(
        "CREATE TABLE accounts (id int IDENTITY(1, 1) PRIMARY KEY, balance int NOT NULL CHECK (balance >= 0))"
    )
    connection.execute("INSERT INTO accounts SELECT 100 FROM GENERATE_SERIES(1, 50)")
    connection.execute(
        "CREATE VIEW total AS SELECT SUM(balance) AS total, COUNT(*) AS accounts FROM accounts"
    )


def transfer(connection: pyodbc.Connection, stop: threading.Event, failures: list[str]) -> None:
    number = 0
    while not stop.is_set():
        number += 1
        try:
            connection.execute(
                "SET XACT_ABORT ON; BEGIN TRANSACTION;"
                "UPDATE accounts SET balance = balance - 1 WHERE id = ? AND balance > 0;"
                "IF @@ROWCOUNT = 1 UPDATE accounts SET balance = balance + 1 WHERE id = ?;"
                "COMMIT;",
                number % 50 + 1,
                (number + 7) % 50 + 1,
            )
        except pyodbc.Error as problem:
            failures.append(str(problem))


def test_a_backup_taken_while_money_moves_has_all_of_it(tmp_path: Path) -> None:
    data, file = tmp_path / "data", tmp_path / "bank.backup"
    with _serving(data) as (_, lines):
        connection = _microsoft(_port(lines))
        accounts(connection, "bank")
        stop, failures = threading.Event(), list[str]()
        writer = threading.Thread(target=transfer, args=(connection, stop, failures))
        writer.start()
        code, said, _ = tsqld("backup", "--data", data, "--database", "bank", file)
        stop.set()
        writer.join()
        assert (code, failures) == (0, [])
        assert f"bank is in {file}" in said
        assert file.stat().st_mode & 0o777 == 0o600
        assert tsqld("restore", "--data", data, "--database", "Copy of bank", file)[0] == 0
        connection.execute("USE [Copy of bank]")
        assert tuple(connection.execute("SELECT total, accounts FROM total").fetchone()) == (5000, 50)
        connection.execute("INSERT INTO accounts (balance) VALUES (1)")
        assert connection.execute("SELECT MAX(id) FROM accounts").fetchval() > 50
        connection.execute("USE bank")
        assert tuple(connection.execute("SELECT total, accounts FROM total").fetchone()) == (5000, 50)
        assert sorted(path.name for path in tmp_path.iterdir()) == ["bank.backup", "data"]


def test_a_restore_replaces_only_when_told_and_nobody_uses_the_database(tmp_path: Path) -> None:
    data, file = tmp_path / "data", tmp_path / "bank.backup"
    restore = ("restore", "--data", data, "--database", "bank", file)
    with _serving(data) as (_, lines):
        connection = _microsoft(_port(lines))
        accounts(connection, "bank")
        assert tsqld("backup", "--data", data, "--database", "bank", file)[0] == 0
        connection.execute("DELETE FROM accounts")
        assert tsqld("backup", "--data", data, "--database", "bank", file)[0] == 1
        code, _, errors = tsqld(*restore)
        assert code == 1
        assert "already; add --replace" in errors
        code, _, errors = tsqld(*restore, "--replace")
        assert code == 1
        assert "in use by session" in errors
        connection.execute("USE master")
        assert tsqld(*restore, "--replace")[0] == 0
        assert connection.execute("SELECT total FROM bank.dbo.total").fetchval() == 5000
        connection.execute("USE bank")
        connection.execute("INSERT INTO accounts (balance) VALUES (7)")
    with _serving(data) as (_, lines):
        assert _microsoft(_port(lines)).execute("SELECT total FROM bank.dbo.total").fetchval() == 5007


def test_backup_and_restore_work_on_files_that_nobody_serves(tmp_path: Path) -> None:
    data, file = tmp_path / "data", tmp_path / "bank.backup"
    with _serving(data) as (process, lines):
        accounts(_microsoft(_port(lines)), "bank")
        process.terminate()
        process.wait(timeout=20)
    assert tsqld("backup", "--data", data, "--database", "bank", file)[0] == 0
    assert tsqld("restore", "--data", data, "--database", "bank", file)[0] == 1
    assert tsqld("restore", "--data", data, "--database", "bank", "--replace", file)[0] == 0
    with _serving(data) as (_, lines):
        assert _microsoft(_port(lines)).execute("SELECT total FROM bank.dbo.total").fetchval() == 5000


def test_a_damaged_file_is_named_with_its_remedy_and_not_served(tmp_path: Path) -> None:
    data, file = tmp_path / "data", tmp_path / "bank.backup"
    with _serving(data) as (process, lines):
        accounts(_microsoft(_port(lines)), "bank")
        assert tsqld("backup", "--data", data, "--database", "bank", file)[0] == 0
        process.terminate()
        process.wait(timeout=20)
    path = data / "bank.duckdb"
    content = bytearray(path.read_bytes())
    content[:8192] = b"\x5a" * 8192
    path.write_bytes(content)
    code, _, errors = tsqld("serve", "--port", "0", "--data", data)
    assert code == 4
    assert errors.count("\n") == 1
    assert f"{path} is damaged" in errors
    assert "tsqld restore --data" in errors
    assert tsqld("restore", "--data", data, "--database", "bank", "--replace", file)[0] == 0
    with _serving(data) as (_, lines):
        assert _microsoft(_port(lines)).execute("SELECT total FROM bank.dbo.total").fetchval() == 5000


def test_a_file_that_is_no_backup_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    data, file = tmp_path / "data", tmp_path / "other"
    file.write_text("not a database", encoding="utf-8")
    with _serving(data):
        code, _, errors = tsqld("restore", "--data", data, "--database", "bank", file)
        assert code == 1
        assert "not a backup of tsqld" in errors
        assert not list(data.glob("bank*"))


def test_status_tells_who_serves_what(tmp_path: Path) -> None:
    data = tmp_path / ("long" * 40) / "data"
    assert tsqld("status", "--data", tmp_path)[0] == 3
    with _serving(data) as (process, lines):
        connection = _microsoft(_port(lines))
        connection.execute("CREATE DATABASE bank")
        code, said, _ = tsqld("status", "--data", data, "--json")
        assert code == 0
        found: dict[str, Any] = json.loads(said)
        assert (found["pid"], found["address"]) == (process.pid, f"127.0.0.1:{_port(lines)}")
        assert found["sessions"] == 1
        assert found["databases"]["bank"] > 0
        connection.execute("USE bank; CREATE TABLE t (v int); BEGIN TRANSACTION; INSERT t VALUES (1)")
        code, said, _ = tsqld("status", "--data", data)
        assert code == 0
        assert "database bank:" in said
        assert re.search(r"session \d+: sa in bank, .*, idle, in a transaction", said)
        assert re.search(r"lock IX on \S+: session \d+", said)


def test_files_are_for_their_owner_alone_and_the_log_goes_where_it_is_sent(tmp_path: Path) -> None:
    data, log = tmp_path / "data", tmp_path / "tsqld.log"
    with _serving(data, "--log-file", str(log), "--log-level", "debug"):
        modes = {path.name: path.stat().st_mode & 0o077 for path in (log, *data.iterdir())}
        assert set(modes.values()) == {0}, modes
