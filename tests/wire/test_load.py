"""Eight sessions that read and write at once: no wrong result, no lost update, nothing left, flat memory.

Money moves between accounts in transactions of several tables; readers of every isolation level must always
find the same total. A few seconds in `make test`, a minute in `make soak`.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pyodbc
from tests.soak import chance, times
from tests.wire.served import Served, eventually, serving

ACCOUNTS, EACH = 40, 1000
RETRY = ("(1205)", "(3960)", "(1222)")
GROWTH = 60_000
"""KiB that a server may grow by, whatever was done: caches fill."""
TABLES = """
CREATE TABLE accounts (id int NOT NULL PRIMARY KEY, balance int NOT NULL CHECK (balance >= 0),
    moves int NOT NULL);
CREATE TABLE journal (id int IDENTITY(1, 1) PRIMARY KEY, source int NOT NULL REFERENCES accounts (id),
    target int NOT NULL REFERENCES accounts (id), amount int NOT NULL);
CREATE TABLE counters (name varchar(10) NOT NULL PRIMARY KEY, n int NOT NULL);
INSERT counters VALUES ('moves', 0);
"""
MOVE = """
SET NOCOUNT, XACT_ABORT ON;
DECLARE @source int = ?, @target int = ?, @amount int = ?;
BEGIN TRANSACTION;
UPDATE accounts SET balance = balance - @amount, moves = moves + 1 WHERE id = @source AND balance >= @amount;
IF @@ROWCOUNT = 1
BEGIN
    UPDATE accounts SET balance = balance + @amount, moves = moves + 1 WHERE id = @target;
    INSERT journal (source, target, amount) VALUES (@source, @target, @amount);
    UPDATE counters SET n = n + 1 WHERE name = 'moves';
END;
IF ? = 1 ROLLBACK ELSE COMMIT;
"""


@dataclass
class Outcome:
    """What the sessions did, and what they found wrong."""

    moves: int = 0
    reads: int = 0
    retries: int = 0
    wrong: list[str] = field(default_factory=list)


Work = Callable[[pyodbc.Connection, random.Random, Outcome], None]


def move_money(connection: pyodbc.Connection, numbers: random.Random, outcome: Outcome) -> None:
    source, target = numbers.sample(range(1, ACCOUNTS + 1), 2)
    connection.execute(MOVE, source, target, numbers.randrange(1, 50), int(numbers.random() < 0.2))
    outcome.moves += 1


def move_after_reading(connection: pyodbc.Connection, numbers: random.Random, outcome: Outcome) -> None:
    """Reads with UPDLOCK, decides in the client, and writes what it has read."""
    source, target = numbers.sample(range(1, ACCOUNTS + 1), 2)
    connection.execute("SET XACT_ABORT ON; BEGIN TRANSACTION")
    query = "SELECT id, balance FROM accounts WITH (UPDLOCK) WHERE id IN (?, ?)"
    found = {row[0]: row[1] for row in connection.execute(query, source, target).fetchall()}
    amount = min(found[source], 10)
    for account, balance in ((source, found[source] - amount), (target, found[target] + amount)):
        connection.execute(
            "UPDATE accounts SET balance = ?, moves = moves + 1 WHERE id = ?", balance, account
        )
    connection.execute("INSERT journal (source, target, amount) VALUES (?, ?, ?)", source, target, amount)
    connection.execute("UPDATE counters SET n = n + 1 WHERE name = 'moves'; COMMIT")
    outcome.moves += 1


def read_totals(connection: pyodbc.Connection, numbers: random.Random, outcome: Outcome) -> None:
    level = numbers.choice(("READ COMMITTED", "SNAPSHOT", "REPEATABLE READ", "SERIALIZABLE"))
    connection.execute(f"SET TRANSACTION ISOLATION LEVEL {level}")
    total = connection.execute("SELECT SUM(balance) FROM accounts").fetchval()
    if total != ACCOUNTS * EACH:
        outcome.wrong.append(f"a total of {total} under {level}")
    if level != "READ COMMITTED":
        connection.execute("BEGIN TRANSACTION")
        moves = connection.execute("SELECT SUM(moves) FROM accounts").fetchval()
        journal, counted = connection.execute(
            "SELECT (SELECT COUNT(*) FROM journal), (SELECT n FROM counters)"
        ).fetchone()
        if not moves == 2 * journal == 2 * counted:
            outcome.wrong.append(f"{moves} moves, {journal} entries, {counted} counted under {level}")
        connection.execute("COMMIT")
    outcome.reads += 1


def use_temp_tables(connection: pyodbc.Connection, numbers: random.Random, outcome: Outcome) -> None:
    connection.execute("DROP TABLE IF EXISTS #mine; SELECT id, balance INTO #mine FROM accounts")
    if connection.execute("SELECT SUM(balance) FROM #mine").fetchval() != ACCOUNTS * EACH:
        outcome.wrong.append("a temp table with another total")
    connection.execute("BEGIN TRANSACTION; DELETE #mine; DELETE journal WHERE id < 0; ROLLBACK")
    if connection.execute("SELECT COUNT(*) FROM #mine").fetchval() != ACCOUNTS:
        outcome.wrong.append("a temp table that was not rolled back")
    outcome.reads += 1


SESSIONS: tuple[Work, ...] = (
    *(move_money, move_money, move_money, move_after_reading),
    *(read_totals, read_totals, read_totals, use_temp_tables),
)


def at_work(served: Served, work: Work, numbers: random.Random, outcome: Outcome, until: float) -> None:
    connection = served.connect(Database="bank")
    while time.monotonic() < until:
        try:
            work(connection, numbers, outcome)
        except pyodbc.Error as problem:
            if not any(number in str(problem) for number in RETRY):
                outcome.wrong.append(str(problem))
                break
            outcome.retries += 1
            connection.execute("IF @@TRANCOUNT > 0 ROLLBACK")
    connection.close()


def test_money_is_never_made_or_lost(tmp_path: Path) -> None:
    seconds = times(4, 60)
    with serving(tmp_path / "data") as served:
        connection = served.connect()
        connection.execute("CREATE DATABASE bank")
        connection.execute("USE bank")
        connection.execute(TABLES)
        connection.execute(f"INSERT accounts SELECT value, {EACH}, 0 FROM GENERATE_SERIES(1, {ACCOUNTS})")
        outcomes = [Outcome() for _ in SESSIONS]
        until = time.monotonic() + seconds
        sessions = [
            threading.Thread(target=at_work, args=(served, work, chance(f"session {n}"), outcomes[n], until))
            for n, work in enumerate(SESSIONS)
        ]
        for session in sessions:
            session.start()
        time.sleep(seconds / 3)
        before = served.memory()
        for session in sessions:
            session.join()
        after = served.memory()
        assert [wrong for outcome in outcomes for wrong in outcome.wrong] == []
        assert sum(outcome.moves for outcome in outcomes) > 10
        assert sum(outcome.reads for outcome in outcomes) > 10
        total, moves = connection.execute("SELECT SUM(balance), SUM(moves) FROM accounts").fetchone()
        entries, distinct = connection.execute("SELECT COUNT(*), COUNT(DISTINCT id) FROM journal").fetchone()
        assert (total, moves) == (ACCOUNTS * EACH, 2 * entries)
        assert distinct == entries
        assert eventually(lambda: served.sessions() == 1)
        assert (
            connection.execute(
                "SELECT COUNT(*) FROM sys.dm_tran_locks WHERE resource_type <> 'DATABASE'"
            ).fetchval()
            == 0
        )
        assert after - before < GROWTH, f"{before} KiB became {after}"
        assert not served.faults()
