"""The one place that talks to DuckDB: runs texts, keeps the transaction, turns DuckDB's errors into T-SQL's.

DuckDB aborts a whole transaction on any error and has no savepoints. So every writing text of an open
transaction is journalled with its parameters; after an error, a rollback to a savepoint, or when READ
COMMITTED must see what others committed since, the transaction is rolled back, begun again and the journal is
run anew.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import duckdb

from tsqld.catalog.model import Catalog
from tsqld.errors import TsqlError, error
from tsqld.functions import failure
from tsqld.runtime.placeholders import given

if TYPE_CHECKING:
    from tsqld.runtime.engine import Engine

Work = tuple[str, Sequence[Any]]


@dataclass(slots=True)
class Savepoint:
    name: str
    journal: int
    catalogs: dict[str, Catalog]


@dataclass(slots=True)
class Transaction:
    """An open transaction: what it wrote, which catalogs it changed, and in what state it is."""

    journal: list[Work] = field(default_factory=list)
    catalogs: dict[str, Catalog] = field(default_factory=dict)
    savepoints: list[Savepoint] = field(default_factory=list)
    written: set[str] = field(default_factory=set)
    kept: list[object] = field(default_factory=list)
    """What the journal's texts read from and must not be deleted before the end."""
    snapshot: int = 0
    broken: bool = False
    doomed: bool = False
    frozen: bool = False
    """SNAPSHOT, REPEATABLE READ and SERIALIZABLE keep their first snapshot."""


class Executor:
    """A session's two DuckDB cursors: one with its transaction, one for values without tables."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.cursor = engine.connection.cursor()
        self.scratch = engine.connection.cursor()
        self.transaction: Transaction | None = None
        self.writes = 0

    def close(self) -> None:
        self.cursor.close()
        self.scratch.close()

    # transactions

    def begin(self, *, frozen: bool = False) -> None:
        self.cursor.execute("BEGIN TRANSACTION")
        self.transaction = Transaction(snapshot=self.engine.commits, frozen=frozen)

    def commit(self) -> None:
        transaction = self.transaction
        assert transaction is not None
        if transaction.broken:
            self._replay(transaction)
        try:
            self.cursor.execute("COMMIT")
        except duckdb.Error as problem:
            self.transaction = None
            raise translate(problem) from problem
        self.transaction = None
        self.engine.published(transaction.catalogs, transaction.written)

    def rollback(self) -> None:
        if self.transaction is not None and not self.transaction.broken:
            self.cursor.execute("ROLLBACK")
        self.transaction = None

    def save(self, name: str) -> None:
        assert self.transaction is not None
        point = Savepoint(name, len(self.transaction.journal), dict(self.transaction.catalogs))
        self.transaction.savepoints.append(point)

    def rollback_to(self, name: str) -> bool:
        """Back to the last savepoint of that name; False when there is none."""
        transaction = self.transaction
        assert transaction is not None
        for position in range(len(transaction.savepoints) - 1, -1, -1):
            point = transaction.savepoints[position]
            if point.name.lower() == name.lower():
                del transaction.savepoints[position + 1 :]
                del transaction.journal[point.journal :]
                transaction.catalogs = dict(point.catalogs)
                self.broke()
                return True
        return False

    def broke(self) -> None:
        """Note that DuckDB's transaction is lost; the next use replays it."""
        transaction = self.transaction
        if transaction is not None and not transaction.broken:
            self.cursor.execute("ROLLBACK")
            transaction.broken = True

    def fresh(self, reads: Iterable[str]) -> None:
        """Make DuckDB's transaction usable, and let it see what was committed to `reads` since it began."""
        transaction = self.transaction
        if transaction is None:
            return
        if transaction.broken:
            self._replay(transaction)
        elif not transaction.frozen and any(
            self.engine.committed.get(name, 0) > transaction.snapshot for name in reads
        ):
            self.cursor.execute("ROLLBACK")
            self._replay(transaction)

    def _replay(self, transaction: Transaction) -> None:
        transaction.snapshot = self.engine.commits
        self.cursor.execute("BEGIN TRANSACTION")
        transaction.broken = False
        try:
            for sql, parameters in transaction.journal:
                self.cursor.execute(sql, parameters)
        except duckdb.Error as problem:
            self.broke()
            transaction.doomed = True
            raise translate(problem) from problem

    # work

    def write(self, sql: str, parameters: Sequence[Any] = ()) -> int:
        """Run a writing text inside the transaction and journal it; the rows it counted."""
        assert self.transaction is not None
        sql, parameters = given(sql, parameters)
        try:
            result = self.cursor.execute(sql, parameters).fetchall()
        except duckdb.Error as problem:
            self.broke()
            raise translate(problem) from problem
        self.writes += 1
        self.transaction.journal.append((sql, parameters))
        return int(result[0][0]) if result and isinstance(result[0][0], int) else 0

    def change(self, sql: str, parameters: Sequence[Any] = ()) -> None:
        """Run a writing text, inside the transaction where there is one."""
        if self.transaction is not None:
            self.write(sql, parameters)
        else:
            self.cursor.execute(sql, parameters)

    def read(self, sql: str, parameters: Sequence[Any] = ()) -> duckdb.DuckDBPyConnection:
        """Run a reading text; the cursor to fetch from."""
        sql, parameters = given(sql, parameters)
        try:
            return self.cursor.execute(sql, parameters)
        except duckdb.Error as problem:
            if self.transaction is not None:
                self.broke()
            raise translate(problem) from problem

    def fetch(self, count: int) -> list[tuple[Any, ...]]:
        try:
            return self.cursor.fetchmany(count)
        except duckdb.Error as problem:
            if self.transaction is not None:
                self.broke()
            raise translate(problem) from problem

    def scalar_row(self, sql: str, parameters: Sequence[Any] = ()) -> tuple[Any, ...]:
        """One row computed without tables, beside any transaction."""
        sql, parameters = given(sql, parameters)
        try:
            row = self.scratch.execute(sql, parameters).fetchone()
        except duckdb.Error as problem:
            raise translate(problem) from problem
        assert row is not None
        return row

    def interrupt(self) -> None:
        self.cursor.interrupt()
        self.scratch.interrupt()


_PATTERNS: list[tuple[re.Pattern[str], int, tuple[str, ...]]] = [
    (re.compile(r"More than one row returned by a subquery"), 512, ()),
    (re.compile(r"division by zero", re.IGNORECASE), 8134, ()),
    (
        re.compile(r"Catalog write-write conflict|Conflict on (update|tuple)|write-write conflict"),
        1205,
        ("0",),
    ),
    (
        re.compile(r"out of range|Overflow|cannot be cast|doesn't fit", re.IGNORECASE),
        8115,
        ("expression", "numeric"),
    ),
]


def translate(problem: duckdb.Error) -> TsqlError:
    """The T-SQL error that a DuckDB error stands for.

    What no rule knows is the engine's own fault and says so, with DuckDB's first line.
    """
    text = str(problem)
    ours = failure(text)
    if ours is not None:
        return ours
    if isinstance(problem, duckdb.InterruptException):
        raise InterruptedError from problem
    for pattern, number, places in _PATTERNS:
        if pattern.search(text):
            return error(number, *places)
    first = text.strip().splitlines()[0] if text.strip() else type(problem).__name__
    return TsqlError(50101, f"tsqld: DuckDB refused a compiled statement: {first}", severity=16)
