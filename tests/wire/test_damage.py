"""Files that were damaged, cut off, taken away, or found no room: told, never served as if nothing were."""

from __future__ import annotations

import random
import re
import shutil
import struct
import time
from pathlib import Path
from typing import Any

import pyodbc
import pytest
from tests.soak import chance, times
from tests.wire.served import Served, serving, start

from tsqld.runtime.walcheck import COMMIT, has_lost_commits

QUESTIONS = (
    "SELECT COUNT(*), SUM(id), COUNT(v), MAX(v), MIN(v), SUM(CHECKSUM(v) % 1000) FROM shop.dbo.a",
    "SELECT COUNT(*), SUM(a), SUM(id) FROM shop.dbo.b",
    "SELECT COUNT(*) FROM shop.dbo.w",
    "SELECT COUNT(*) FROM shop.sys.objects",
)
LOGGED = 20


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with rows in the database's file and others in its log."""
    data = tmp_path_factory.mktemp("good") / "data"
    with serving(data) as served:
        connection = served.connect()
        connection.execute("CREATE DATABASE shop")
        connection.execute("USE shop")
        connection.execute(
            "CREATE TABLE a (id int PRIMARY KEY, v varchar(50));"
            "INSERT a SELECT value, CONCAT('row ', value) FROM GENERATE_SERIES(1, 20000);"
            "CREATE TABLE b (id int IDENTITY PRIMARY KEY, a int REFERENCES a (id));"
            "INSERT b (a) SELECT value FROM GENERATE_SERIES(1, 20000)"
        )
        connection.execute("CREATE VIEW w AS SELECT * FROM a")
        connection.close()
        served.process.terminate()
        served.process.wait(20)
    with serving(data) as served:
        connection = served.connect()
        for number in range(LOGGED):
            connection.execute("INSERT shop.dbo.a VALUES (?, 'logged')", 100_000 + number)
    return data


@pytest.fixture
def data(good: Path, tmp_path: Path) -> Path:
    """A copy to be damaged."""
    return Path(
        shutil.copytree(good, tmp_path / "data", ignore=shutil.ignore_patterns("tmp", "*.sock", "*.lock"))
    )


def answers(served: Served) -> list[Any]:
    """What it answers; the number of an error for one that fails."""
    found: list[Any] = []
    for question in QUESTIONS:
        connection = served.connect()
        try:
            found.append(tuple(connection.execute(question).fetchone()))
        except pyodbc.Error as problem:
            found.append(int(re.findall(r"\((\d+)\) \(SQL", str(problem))[0]))
        connection.close()
    return found


def attempt(data: Path) -> tuple[Served | None, str]:
    """A server, or why it does not start."""
    data.with_name(f"{data.name}.log").unlink(missing_ok=True)
    try:
        return start(data), ""
    except RuntimeError as problem:
        return None, str(problem)


def refusal(data: Path) -> str:
    """The line with which a server refuses to start; empty when it starts, and is then killed."""
    served, refused = attempt(data)
    if served is not None:
        served.kill()
        return ""
    code, _, line = refused.partition(": ")
    assert code == "exit code 4"
    assert line.count("\n") == 1
    return line


def test_a_database_that_is_missing_is_missed(data: Path) -> None:
    (data / "shop.duckdb").rename(data / "away")
    assert "shop.duckdb is missing; put a backup in its place: tsqld restore" in refusal(data)
    (data / "away").rename(data / "shop.duckdb")
    assert refusal(data) == ""


def test_a_dropped_database_is_not_missed(data: Path) -> None:
    with serving(data) as served:
        served.connect().execute("DROP DATABASE shop")
    assert refusal(data) == ""


def test_what_a_crash_left_of_a_new_database_is_removed(data: Path) -> None:
    for name in ("half.duckdb.new", "half.duckdb.new.wal", "shop.duckdb.restored", "x.backup.unfinished"):
        (data / name).write_bytes(b"half")
    assert refusal(data) == ""
    assert not [path for path in data.iterdir() if path.name.startswith("half") or "restored" in path.name]


def test_a_log_of_nothing_but_zeros_is_looked_through_at_once(tmp_path: Path) -> None:
    rows = bytes.fromhex("6400") + bytes(64 << 20) + bytes.fromhex("ffff")
    wal = tmp_path / "shop.duckdb.wal"
    wal.write_bytes(bytes(40) + struct.pack("<QQ", len(rows), 0) + rows + COMMIT)
    started = time.process_time()
    assert not has_lost_commits(wal)
    assert time.process_time() - started < 1
    wal.write_bytes(bytes(40) + struct.pack("<QQ", len(rows) + 1, 0) + rows + COMMIT)
    assert has_lost_commits(wal)


def test_a_log_entry_whose_length_is_damaged_does_not_swallow_commits(data: Path) -> None:
    wal = data / "shop.duckdb.wal"
    log = bytearray(wal.read_bytes())
    assert log.count(COMMIT) >= LOGGED
    assert not has_lost_commits(wal)
    second = log.index(COMMIT, log.index(COMMIT) + 1) + len(COMMIT)
    log[second + 2] ^= 0x40
    wal.write_bytes(log)
    assert has_lost_commits(wal)
    assert "shop.duckdb.wal is damaged" in refusal(data)


def test_a_log_that_a_crash_cut_off_is_served_up_to_its_last_commit(data: Path) -> None:
    wal = data / "shop.duckdb.wal"
    log = wal.read_bytes()
    wal.write_bytes(log[: log.rindex(COMMIT) - 3])
    with serving(data) as served:
        count = served.connect().execute("SELECT COUNT(*) FROM shop.dbo.a").fetchval()
    assert count == 20_000 + LOGGED - 1


def test_reading_a_damaged_block_is_error_824_and_other_tables_go_on(data: Path) -> None:
    path = data / "shop.duckdb"
    content = bytearray(path.read_bytes())
    at = content.index(b"row 19")
    content[at : at + 16] = b"\x55" * 16
    path.write_bytes(content)
    line = refusal(data)
    if line:
        assert "shop.duckdb is damaged" in line
        return
    with serving(data) as served:
        found = answers(served)
        assert found[0] == 824
        assert found[1][0] == 20_000
        with pytest.raises(pyodbc.Error, match=r"\(824\)"):
            served.connect().execute("DBCC CHECKDB (shop);")
        served.connect().execute("DBCC CHECKDB;")


def damage(numbers: random.Random, data: Path) -> str:
    """Damages one file in some way; says how."""
    path = data / numbers.choice(("shop.duckdb", "shop.duckdb.wal", "shop.duckdb.wal", "master.duckdb"))
    content = bytearray(path.read_bytes())
    at = numbers.randrange(len(content))
    how = numbers.choice(("bit", "bits", "zeros", "garbage", "cut", "empty", "missing"))
    match how:
        case "bit":
            content[at] ^= 1 << numbers.randrange(8)
        case "bits":
            for _ in range(20):
                content[numbers.randrange(len(content))] ^= 1 << numbers.randrange(8)
        case "zeros":
            content[at : at + 4096] = bytes(len(content[at : at + 4096]))
        case "garbage":
            content[at : at + 100] = numbers.randbytes(len(content[at : at + 100]))
        case "cut":
            del content[at:]
        case "empty":
            content.clear()
    path.write_bytes(content)
    if how == "missing":
        path.unlink()
    return f"{how} in {path.name} at {at}"


def test_damage_anywhere_is_told_or_harmless(good: Path, tmp_path: Path) -> None:
    numbers = chance("damage")
    whole = tmp_path / "whole"
    shutil.copytree(good, whole, ignore=shutil.ignore_patterns("tmp", "*.sock", "*.lock"))
    with serving(whole) as served:
        expected = answers(served)
    for _ in range(times(6, 300)):
        data = tmp_path / "damaged"
        shutil.rmtree(data, ignore_errors=True)
        shutil.copytree(good, data, ignore=shutil.ignore_patterns("tmp", "*.sock", "*.lock"))
        said = damage(numbers, data)
        damaged, refused = attempt(data)
        if damaged is None:
            assert refused.startswith("exit code 4"), (said, refused)
            assert refused.count("\n") == 1, (said, refused)
            continue
        found = answers(damaged)
        damaged.kill()
        # A log that ends early is what a crash leaves: what it still holds is served.
        ends_early = said.endswith(tuple("0123456789")) and ".wal" in said
        for mine, right in zip(found, expected, strict=True):
            if mine not in (right, 824):
                assert ends_early, (said, found)
                assert 20_000 <= mine[0] <= right[0], (said, found)


def test_a_full_disk_is_an_error_and_loses_nothing(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with serving(data, largest_file=3_000_000) as served:
        connection = served.connect()
        connection.execute("CREATE TABLE t (id int, v varchar(100))")
        stored, told = 0, ""
        while not told:
            assert stored < 1_000_000
            try:
                connection.execute("INSERT t SELECT value, NEWID() FROM GENERATE_SERIES(1, 3000)")
                stored += 3000
            except pyodbc.Error as problem:
                told = str(problem)
        assert "(9002)" in told or "(1105)" in told
        assert connection.execute("SELECT COUNT(*) FROM t").fetchval() == stored
        connection.execute("DELETE TOP (1) FROM t")
    with serving(data) as served:
        assert served.connect().execute("SELECT COUNT(*) FROM t").fetchval() == stored - 1
