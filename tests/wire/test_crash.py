"""kill -9 at any moment: what was acknowledged is there, what was not committed is not, and it serves again.

Writers of several kinds run until the server dies under them: single statements, transactions of several
tables, definitions. Each remembers what it was told; the next start must agree, on the same files, again and
again. `make soak` kills a hundred times.
"""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pyodbc
import pytest
from tests.soak import chance, times
from tests.wire.served import ENVIRONMENT, Served, connect, start

READY_SECONDS = 2.0
TABLES = """
CREATE TABLE singles (n int NOT NULL PRIMARY KEY, text nvarchar(200) NOT NULL);
CREATE TABLE pairs (id int IDENTITY(1, 1) PRIMARY KEY, n int NOT NULL, side char(1) NOT NULL);
CREATE TABLE totals (writer int NOT NULL PRIMARY KEY, n int NOT NULL);
INSERT totals VALUES (1, 0);
CREATE TABLE uncommitted (n int NOT NULL);
"""


@dataclass
class Told:
    """What the server has acknowledged, and what was asked for, which may or may not have happened."""

    singles: set[int] = field(default_factory=set)
    pairs: set[int] = field(default_factory=set)
    made: set[int] = field(default_factory=set)
    asked_singles: set[int] = field(default_factory=set)
    asked_pairs: set[int] = field(default_factory=set)


Writer = Callable[[pyodbc.Connection, Told, int], None]


def write_singles(connection: pyodbc.Connection, told: Told, number: int) -> None:
    told.asked_singles.add(number)
    connection.execute("INSERT singles VALUES (?, ?)", number, f"number {number} " * (number % 9))
    told.singles.add(number)


def write_pairs(connection: pyodbc.Connection, told: Told, number: int) -> None:
    """Both sides and the total, or nothing."""
    told.asked_pairs.add(number)
    connection.execute(
        "SET XACT_ABORT ON; BEGIN TRANSACTION; INSERT pairs (n, side) VALUES (?, 'a');"
        "UPDATE totals SET n = n + 1 WHERE writer = 1; INSERT pairs (n, side) VALUES (?, 'b'); COMMIT",
        number,
        number,
    )
    told.pairs.add(number)


def write_definitions(connection: pyodbc.Connection, told: Told, number: int) -> None:
    connection.execute(f"CREATE TABLE made_{number} (n int NOT NULL CHECK (n > 0))")
    connection.execute(f"INSERT made_{number} VALUES (1)")
    told.made.add(number)
    if number % 3 == 0:
        connection.execute(f"ALTER TABLE made_{number} ADD added int NOT NULL DEFAULT 5")
    if number % 5 == 0:
        connection.execute("CHECKPOINT")


def write_and_never_commit(connection: pyodbc.Connection, told: Told, number: int) -> None:
    connection.execute("BEGIN TRANSACTION; INSERT uncommitted SELECT value FROM GENERATE_SERIES(1, 500)")
    connection.execute("INSERT uncommitted VALUES (?)", number)
    time.sleep(0.01)
    connection.execute("ROLLBACK")


WRITERS: tuple[Writer, ...] = (write_singles, write_pairs, write_definitions, write_and_never_commit)


def keep_writing(port: int, writer: Writer, told: Told, first: int) -> None:
    """Until the server dies."""
    number = first
    with suppress(pyodbc.Error):
        connection = connect(port, Database="shop")
        while True:
            number += 1
            writer(connection, told, number)


def agree(connection: pyodbc.Connection, told: Told) -> None:
    """The database holds what was told, and of what was not told only whole transactions."""
    connection.execute("USE shop")
    singles = {n for (n,) in connection.execute("SELECT n FROM singles").fetchall()}
    assert told.singles <= singles <= told.asked_singles
    sides: dict[int, str] = {}
    for n, side in connection.execute("SELECT n, side FROM pairs ORDER BY id").fetchall():
        sides[n] = sides.get(n, "") + side
    assert told.pairs <= sides.keys() <= told.asked_pairs
    assert set(sides.values()) <= {"ab"}
    assert connection.execute("SELECT n FROM totals").fetchval() == len(sides)
    assert connection.execute("SELECT COUNT(DISTINCT id) - COUNT(*) FROM pairs").fetchval() == 0
    assert connection.execute("SELECT COUNT(*) FROM uncommitted").fetchval() == 0
    made = {
        int(name.rpartition("_")[2])
        for (name,) in connection.execute("SELECT name FROM sys.tables WHERE name LIKE 'made[_]%'").fetchall()
    }
    assert told.made <= made
    for number in list(made)[-20:]:
        assert connection.execute(f"SELECT COUNT(*) FROM made_{number}").fetchval() in (0, 1)
    told.singles, told.pairs, told.made = singles, set(sides), made
    told.asked_singles, told.asked_pairs = set(singles), set(sides)


def started(data: Path) -> Served:
    served = start(data)
    assert served.processor_seconds() < READY_SECONDS
    return served


@contextmanager
def dying(served: Served, told: Told, first: int, after: float) -> Iterator[None]:
    """Writers at work; at the end of the block, and not before `after` seconds, the server is killed."""
    writers = [
        threading.Thread(target=keep_writing, args=(served.port, writer, told, first)) for writer in WRITERS
    ]
    for writer in writers:
        writer.start()
    deadline = time.monotonic() + after
    yield
    time.sleep(max(deadline - time.monotonic(), 0))
    served.kill()
    for writer in writers:
        writer.join()


def _shop(data: Path) -> None:
    served = start(data)
    connection = served.connect()
    connection.execute("CREATE DATABASE shop")
    connection.execute("USE shop")
    connection.execute(TABLES)
    connection.close()
    served.kill()


def test_whatever_was_acknowledged_survives_kills_at_any_moment(tmp_path: Path) -> None:
    data, told, numbers = tmp_path / "data", Told(), chance("kills")
    _shop(data)
    for round_number in range(times(3, 100)):
        served = started(data)
        agree(served.connect(), told)
        with dying(served, told, round_number * 100_000, numbers.uniform(0.05, 0.8)):
            pass
    served = started(data)
    agree(served.connect(), told)
    assert told.singles
    assert told.pairs
    assert told.made
    assert not served.faults()
    served.kill()


def test_kills_during_a_checkpoint_lose_nothing(tmp_path: Path) -> None:
    data, told, numbers = tmp_path / "data", Told(), chance("checkpoints")
    _shop(data)
    for round_number in range(times(1, 20)):
        served = started(data)
        connection = served.connect()
        agree(connection, told)
        with dying(served, told, round_number * 100_000, 0.3):
            connection.execute("INSERT uncommitted SELECT value FROM GENERATE_SERIES(1, 300000)")
            connection.execute("DELETE uncommitted")
            killer = threading.Timer(numbers.uniform(0, 0.1), served.process.kill)
            killer.start()
            with suppress(pyodbc.Error):
                connection.execute("CHECKPOINT")
            killer.join()


def test_kills_during_startup_lose_nothing(tmp_path: Path) -> None:
    data, told, numbers = tmp_path / "data", Told(), chance("startups")
    _shop(data)
    served = started(data)
    with dying(served, told, 0, 0.5):
        pass
    for _ in range(times(3, 40)):
        starting = subprocess.Popen(
            [sys.executable, "-m", "tsqld", "serve", "--port", "0", "--data", str(data)],
            stdout=subprocess.DEVNULL,
            env=ENVIRONMENT,
        )
        time.sleep(numbers.uniform(0.1, 1.2))
        starting.kill()
        starting.wait()
    served = started(data)
    agree(served.connect(), told)
    served.kill()


@pytest.mark.parametrize("command", ["backup", "restore"])
def test_a_kill_during_backup_or_restore_leaves_a_whole_file_or_none(tmp_path: Path, command: str) -> None:
    data, told, numbers = tmp_path / "data", Told(), chance(command)
    _shop(data)
    for round_number in range(times(1, 20)):
        served = started(data)
        connection = served.connect()
        agree(connection, told)
        file = tmp_path / f"{round_number}.backup"
        if command == "restore":
            assert _tsqld("backup", data, file).wait() == 0
        asked = _tsqld(command, data, file)
        with dying(served, told, round_number * 100_000, numbers.uniform(0.1, 0.6)):
            pass
        asked.wait()
        served = started(data)
        connection = served.connect()
        agree(connection, told)
        names = {name for (name,) in connection.execute("SELECT name FROM sys.databases").fetchall()}
        if "copy" in names:
            assert connection.execute("SELECT COUNT(*) FROM copy.dbo.totals").fetchval() == 1
            connection.execute("DROP DATABASE copy")
        if command == "backup" and file.exists():
            connection.close()
            assert _tsqld("restore", data, file).wait() == 0
        leftovers = [path.name for path in data.iterdir() if path.name.endswith((".restored", ".unfinished"))]
        assert not leftovers
        _drop_copy(served)
        served.kill()


def _tsqld(command: str, data: Path, file: Path) -> subprocess.Popen[bytes]:
    name = "shop" if command == "backup" else "copy"
    return subprocess.Popen(
        [sys.executable, "-m", "tsqld", command, "--data", str(data), "--database", name, str(file)],
        env=ENVIRONMENT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def _drop_copy(served: Served) -> None:
    connection = served.connect()
    connection.execute("DROP DATABASE IF EXISTS copy")
    connection.close()
