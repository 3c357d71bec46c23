"""Two runs at once, and runs that are killed: one applies, none fails, nothing is lost, no lock is left."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest
from tests.conftest import ROOT
from tests.soak import chance, times
from tests.warehouse.place import Place, drop_database

from warehouse.connection import format_keywords
from warehouse.migrations.deploy import Options

SCRIPTS = 8


def start(place: Place, *arguments: str) -> subprocess.Popen[str]:
    """`warehouse migrate …` as a process of its own."""
    dsn = format_keywords({**place.server.keywords, "Database": place.server.database})
    environment = {name: value for name, value in os.environ.items() if not name.startswith("WAREHOUSE_")}
    return subprocess.Popen(
        [sys.executable, "-m", "warehouse", "migrate", *arguments, "--project", str(place.project)],
        env={**environment, "WAREHOUSE_DSN": dsn, "PYTHONPATH": str(ROOT / "scripts")},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.fixture
def counted(place: Place) -> Place:
    """A project whose every script leaves a row, so that one that ran twice or not at all shows."""
    place.write(
        "migrations/V0001__log.sql",
        "CREATE SCHEMA hr;\nGO\nCREATE TABLE hr.log (version int NOT NULL);\nGO\nINSERT INTO hr.log VALUES "
        "(1);",
    )
    for version in range(2, SCRIPTS + 1):
        place.write(
            f"migrations/V{version:04d}__step.sql",
            f"INSERT INTO hr.log (version) VALUES ({version});\nGO\n"
            f"CREATE TABLE hr.t{version} (id int NOT NULL);\nGO\nWAITFOR DELAY '00:00:00.020';\n",
        )
        place.write(
            f"database/hr/views/v{version}.sql",
            f"CREATE VIEW hr.v{version} AS SELECT t.id FROM hr.t{version} AS t;",
        )
    return place


def assert_complete(place: Place) -> None:
    """Every script ran once, in order, and nothing is left to do or to explain."""
    assert [row["version"] for row in place.sql("SELECT version FROM hr.log;")] == list(range(1, SCRIPTS + 1))
    assert place.count("ops.schema_migrations") == SCRIPTS
    assert place.count("ops.object_versions") == SCRIPTS - 1
    assert place.drift() == []
    assert place.run("plan").code == 0


@pytest.mark.timeout(1800)
def test_of_two_runs_that_race_for_the_lock_one_applies_and_none_fails(counted: Place) -> None:
    for race in range(times(2, 20)):
        drop_database(counted.server)
        runs = [start(counted) for _ in range(2)]
        ended = [(run.communicate(timeout=120), run.returncode) for run in runs]
        assert [code for _, code in ended] == [0, 0], (race, ended)
        last = sorted(output.splitlines()[-1] for (output, _), _ in ended)
        assert last[0].startswith(f"applied {SCRIPTS} of {SCRIPTS} migrations"), (race, ended)
        assert last[1].startswith("up to date"), (race, ended)
        assert_complete(counted)


@pytest.mark.timeout(3600)
def test_a_run_killed_at_any_moment_is_completed_by_the_next(counted: Place) -> None:
    moments = chance("kills of migrate")
    whole = _seconds(counted)
    for kill in range(times(3, 50)):
        drop_database(counted.server)
        run = start(counted)
        time.sleep(moments.uniform(0.3 * whole, whole))
        run.send_signal(signal.SIGKILL)
        run.communicate(timeout=60)
        started = time.monotonic()
        counted.apply(Options(lock_seconds=30))
        assert time.monotonic() - started < 30, f"kill {kill}: the lock outlived its run"
        assert_complete(counted)


def _seconds(place: Place) -> float:
    """How long a whole run takes here."""
    started = time.monotonic()
    run = start(place)
    output = run.communicate(timeout=120)
    assert run.returncode == 0, output
    return time.monotonic() - started


@pytest.fixture
def held(counted: Place) -> Iterator[Place]:
    """A database whose lock somebody holds."""
    counted.apply()
    with counted.server.connect() as connection:
        connection.run(
            "EXEC sys.sp_getapplock @Resource = N'warehouse migrate', @LockMode = N'Exclusive', "
            "@LockOwner = N'Session';"
        )
        yield counted


def test_a_run_that_may_not_wait_fails_at_once(held: Place) -> None:
    ended = held.run("apply", "--lock-timeout", "0")
    assert (ended.code, ended.output) == (2, "")
    assert ended.errors == (
        "warehouse: another migrate still runs on this database; wait for it and try again\n"
    )


def test_a_run_that_waits_says_so_and_gives_up_in_time(held: Place) -> None:
    ended = held.run("apply", "--lock-timeout", "1")
    assert ended.code == 2
    assert ended.output == "another migrate is running on this database; waiting up to 1 s\n"
    assert "still runs on this database after 1 s" in ended.errors


@pytest.mark.parametrize("command", ["plan", "status", "verify", "history"])
def test_commands_that_only_read_do_not_wait(held: Place, command: str) -> None:
    assert held.run(command).code == 0


def test_a_script_outside_of_a_transaction_that_was_cut_off_runs_again(counted: Place) -> None:
    counted.apply()
    counted.write(
        "migrations/V0009__alone.sql",
        "-- migrate: no-transaction\nIF OBJECT_ID(N'hr.alone') IS NULL CREATE TABLE hr.alone (id int NOT "
        "NULL);\n"
        "GO\nIF @@SPID > 0 THROW 51000, N'not yet', 1;\n",
    )
    ended = counted.run("apply")
    assert "V0009__alone.sql, line 4: error 51000: not yet; what ran before this line stays" in ended.errors
    assert counted.exists("hr.alone")
    counted.write(
        "migrations/V0009__alone.sql",
        "-- migrate: no-transaction\nIF OBJECT_ID(N'hr.alone') IS NULL CREATE TABLE hr.alone (id int NOT "
        "NULL);\n",
    )
    assert counted.apply().applied == ("migrations/V0009__alone.sql",)
    assert counted.drift() == []


def test_a_run_that_is_interrupted_leaves_nothing_of_its_script_and_no_lock(counted: Place) -> None:
    counted.write(
        "migrations/V0009__slow.sql", "CREATE TABLE hr.slow (id int NOT NULL);\nGO\nWAITFOR DELAY '00:01:00';"
    )
    run = start(counted)
    while "V0008" not in (run.stdout.readline() if run.stdout else "V0008"):
        continue
    time.sleep(0.3)
    run.send_signal(signal.SIGINT)
    output = run.communicate(timeout=60)
    assert (run.returncode, "interrupted" in output[1]) == (130, True), output
    assert not counted.exists("hr.slow")
    (counted.project / "migrations/V0009__slow.sql").unlink()
    counted.apply(Options(lock_seconds=5))
    assert_complete(counted)
