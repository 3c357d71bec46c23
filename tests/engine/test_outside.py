"""A transaction that only inserts is not run again because others have committed to the same tables."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from tests.engine.session import Client

from tsqld.runtime.engine import Engine
from tsqld.runtime.executor import Executor
from tsqld.runtime.outside import FEW

TABLES = """
CREATE TABLE parents (id int NOT NULL PRIMARY KEY);
CREATE TABLE children (
    id int NOT NULL PRIMARY KEY, parent int NULL REFERENCES parents (id), name nvarchar(9) NULL,
    price decimal(9, 2) NULL, at datetimeoffset NULL, id_text uniqueidentifier NULL, bytes varbinary(9) NULL
);
CREATE UNIQUE INDEX by_name ON children (name) WHERE name IS NOT NULL;
CREATE TABLE work (n int NOT NULL);
INSERT parents VALUES (1), (2);
"""
OPENING = "SET XACT_ABORT OFF; BEGIN TRANSACTION; INSERT work VALUES (1);"


@pytest.fixture
def pair(engine: Engine, database: str) -> Iterator[tuple[Client, Client]]:
    one, two = Client(engine.login("sa", "x", database)), Client(engine.login("sa", "x", database))
    assert not one(TABLES).errors
    yield one, two
    one.session.close()
    two.session.close()


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[Executor]:
    """One entry for each time that a transaction was run again."""
    found: list[Executor] = []
    run = Executor._run_journal

    def counted(executor: Executor, transaction: Any) -> None:
        found.append(executor)
        run(executor, transaction)

    monkeypatch.setattr(Executor, "_run_journal", counted)
    return found


def test_new_keys_beside_those_of_others_need_no_second_run(
    pair: tuple[Client, Client], runs: list[Executor]
) -> None:
    one, two = pair
    one(OPENING)
    two("INSERT children (id, parent, name) VALUES (1, 1, 'a')")
    first = "(2, 1, 'b', 1.50, '2024-01-02 03:04:05 +02:00', '6F9619FF-8B86-D011-B42D-00C04FC964FF', 0x01FF)"
    assert one(f"INSERT children VALUES {first}, (3, NULL, NULL, NULL, NULL, NULL, NULL)").counts == [2]
    assert runs == []
    assert not one("COMMIT").errors
    assert one("SELECT id FROM children ORDER BY id").rows == [(1,), (2,), (3,)]


@pytest.mark.parametrize(("row", "number"), [("(1, 1, 'b')", 2627), ("(2, 1, 'A ')", 2601)])
def test_a_key_that_another_session_has_committed_since_is_a_duplicate(
    pair: tuple[Client, Client], row: str, number: int
) -> None:
    one, two = pair
    one(OPENING)
    two("INSERT children (id, parent, name) VALUES (1, 1, 'a')")
    assert one(f"INSERT children (id, parent, name) VALUES {row}").numbers == [number]
    assert not one("INSERT children (id, parent, name) VALUES (5, 1, 'e'); COMMIT").errors
    assert one("SELECT id FROM children ORDER BY id").rows == [(1,), (5,)]


def test_a_parent_may_come_of_another_session_or_of_the_transaction(pair: tuple[Client, Client]) -> None:
    one, two = pair
    one(f"{OPENING} INSERT parents VALUES (3)")
    two("INSERT children (id, parent) VALUES (1, 1)")
    assert not one("INSERT children (id, parent) VALUES (2, 3)").errors
    one("COMMIT")
    one(OPENING)
    two("INSERT parents VALUES (4)")
    assert not one("INSERT children (id, parent) VALUES (4, 4)").errors
    assert one("INSERT children (id, parent) VALUES (9, 9)").numbers == [547]
    assert not one("COMMIT").errors
    assert one("SELECT id FROM children ORDER BY id").rows == [(1,), (2,), (4,)]


def test_a_parent_that_another_session_has_deleted_since_is_none(pair: tuple[Client, Client]) -> None:
    one, two = pair
    one(OPENING)
    two("DELETE parents WHERE id = 2")
    assert one("INSERT children (id, parent) VALUES (2, 2)").numbers == [547]


def test_duplicates_among_the_rows_themselves_are_found_beside_news(pair: tuple[Client, Client]) -> None:
    one, two = pair
    one(f"{OPENING} INSERT children (id) VALUES (7)")
    one("COMMIT")
    one(OPENING)
    two("INSERT parents VALUES (5)")
    assert one("INSERT children (id) VALUES (8), (8)").numbers == [2627]
    assert one("INSERT children (id) VALUES (7)").numbers == [2627]


def test_what_was_deleted_elsewhere_may_be_inserted(pair: tuple[Client, Client]) -> None:
    one, two = pair
    two("INSERT children (id) VALUES (1)")
    one(OPENING)
    two("DELETE children")
    assert not one("INSERT children (id) VALUES (1); COMMIT").errors
    assert one("SELECT COUNT(*) FROM children").rows == [(1,)]


def test_many_rows_are_checked_by_running_again(pair: tuple[Client, Client], runs: list[Executor]) -> None:
    one, two = pair
    one(OPENING)
    two("INSERT children (id) VALUES (1)")
    many = f"SELECT value FROM GENERATE_SERIES(2, {FEW + 2})"
    assert one(f"INSERT children (id) {many}").counts == [FEW + 1]
    assert len(runs) == 1
    assert one("INSERT children (id) VALUES (1)").numbers == [2627]


def test_a_table_without_keys_takes_rows_beside_those_of_others(
    pair: tuple[Client, Client], runs: list[Executor]
) -> None:
    one, two = pair
    one(OPENING)
    two("INSERT work VALUES (2)")
    assert one("INSERT work VALUES (3)").counts == [1]
    assert runs == []
    one("COMMIT")
    assert one("SELECT n FROM work ORDER BY n").rows == [(1,), (2,), (3,)]


def test_what_the_transaction_read_may_have_grown_by_then(pair: tuple[Client, Client]) -> None:
    one, two = pair
    one("SET XACT_ABORT OFF; BEGIN TRANSACTION; INSERT work SELECT id FROM parents WHERE id = 1")
    two("INSERT parents VALUES (5)")
    one("INSERT parents VALUES (6)")
    assert one("SELECT id FROM parents ORDER BY id").rows == [(1,), (2,), (5,), (6,)]
    assert not one("UPDATE parents SET id += 10 WHERE id > 2; COMMIT").errors
    assert two("SELECT id FROM parents ORDER BY id").rows == [(1,), (2,), (15,), (16,)]
