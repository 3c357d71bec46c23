"""The one place that talks to DuckDB: runs texts, keeps the transaction, turns DuckDB's errors into T-SQL's.

DuckDB aborts a whole transaction on any error and has no savepoints. So every writing text of an open
transaction is journalled with its parameters; after an error, a rollback to a savepoint, or when READ
COMMITTED must see what others committed since, the transaction is rolled back, begun again and the journal is
run anew. Where the journal's texts read what others have changed meanwhile, rows are kept as they were
(`keptrows`); what nonetheless has to be run again must come out as it was, else the transaction ends as a
deadlock's victim does (1205): never with other rows than the client was told.
"""

from __future__ import annotations

import datetime as dt
import functools
import re
import threading
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, TypeVar

import duckdb

from tsqld.binder.scope import quoted
from tsqld.catalog import store
from tsqld.catalog.model import Catalog, Table
from tsqld.compile.checks import appended
from tsqld.errors import TsqlError, error
from tsqld.functions import failure
from tsqld.functions.sqltext import quote
from tsqld.runtime import keptrows
from tsqld.runtime.keptvalues import KeptValues
from tsqld.runtime.placeholders import given

if TYPE_CHECKING:
    from tsqld.runtime.engine import Engine

_TABLES: Final = """
SELECT CASE database_name
    WHEN 'temp' THEN format('temp.main."{}"', replace(table_name, '"', '""'))
    ELSE format('"{}"."{}"."{}"', replace(database_name, '"', '""'), replace(schema_name, '"', '""'),
        replace(table_name, '"', '""'))
END
FROM duckdb_tables()
"""
"""Every table there is, spelled as its storage."""
_NO_ROOM_TO_COMMIT: Final = re.compile(r"Failed to commit: failed to (pin|allocate)")
_LONG: Final = 1.0
"""Seconds of work from which rows are rather kept than found again."""
_TEMPORARY: Final = "temp.main."
"""Temp tables are seen by the cursor that made them alone."""
Answer = TypeVar("Answer")
Work = tuple[str, Sequence[Any]]


@dataclass(slots=True)
class Savepoint:
    name: str
    journal: int
    catalogs: dict[str, Catalog]
    temporaries: list[dict[str, Table]]
    """The temp tables there were, by session frame."""


@dataclass(slots=True)
class Transaction:
    """An open transaction: what it wrote, which catalogs it changed, and in what state it is."""

    began: dt.datetime = field(default_factory=dt.datetime.now)
    journal: list[Work] = field(default_factory=list)
    catalogs: dict[str, Catalog] = field(default_factory=dict)
    savepoints: list[Savepoint] = field(default_factory=list)
    written: set[str] = field(default_factory=set)
    changed: dict[str, Table] = field(default_factory=dict)
    """Tables whose rows it has changed, temp tables too, by storage."""
    sources: dict[str, int] = field(default_factory=dict)
    """What its writing texts read, and the commit they read as of."""
    unseen: set[str] = field(default_factory=set)
    """Tables it has only added to, without having seen what others have committed there."""
    kept: list[object] = field(default_factory=list)
    """What the journal's texts read from and must not be deleted before the end."""
    seconds: float = 0.0
    """How long it took to find the rows that the journal's texts wrote."""
    marks: list[int] = field(default_factory=list)
    """How long the journal was when each of the statements under way began."""
    memory: int = -1
    """At which step of more memory the last of its texts ran that needed it."""
    snapshot: int = 0
    broken: bool = False
    doomed: bool = False
    frozen: bool = False
    """SNAPSHOT keeps the snapshot of its first statement."""
    started: bool = False


class Result:
    """The rows of a reading text; DuckDB may compute them as they are fetched."""

    def __init__(self, executor: Executor, cursor: duckdb.DuckDBPyConnection) -> None:
        self._executor = executor
        self._cursor = cursor

    def fetchone(self) -> tuple[Any, ...] | None:
        return self._executor._told(self._cursor.fetchone)

    def fetchall(self) -> list[tuple[Any, ...]]:
        return self._executor._told(self._cursor.fetchall)

    def fetchmany(self, count: int) -> list[tuple[Any, ...]]:
        return self._executor._told(lambda: self._cursor.fetchmany(count))


class Executor:
    """A session's two DuckDB cursors: one with its transaction, one for values without tables."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.cursor = engine.connection.cursor()
        self.scratch = engine.connection.cursor()
        self.transaction: Transaction | None = None
        self._kept = KeptValues(engine.unstable_names)
        self._ending = threading.Lock()
        self.writes = 0
        self.spid = 0
        self._aside: duckdb.DuckDBPyConnection | None = None
        self._beside: set[duckdb.DuckDBPyConnection] = set()
        self._reading = self.cursor
        """Where the rows being fetched come from."""
        self._reads_aside = False
        self.writing = ("", "")
        """The table last written to, and its database."""
        self.is_writing = False
        """A writing statement is under way."""
        self.positions_matter = False
        """A cursor has remembered where rows are stored."""

    def close(self) -> None:
        for cursor in (self.cursor, self.scratch, self._aside):
            if cursor is not None:
                cursor.close()

    # transactions

    def _at_once(self, sql: str) -> None:
        """Begin or end DuckDB's transaction: what no cancellation may stop half-way."""
        with self._ending:
            self.cursor.execute(sql)

    def begin(self, *, frozen: bool = False) -> None:
        snapshot = self.engine.commits
        self._at_once("BEGIN TRANSACTION")
        self.transaction = Transaction(snapshot=snapshot, frozen=frozen)

    def commit(self) -> None:
        transaction = self.transaction
        assert transaction is not None
        if transaction.broken:
            self._replay(transaction)
        self._write_catalogs(transaction)
        try:
            try:
                self._commit(transaction)
            except duckdb.TransactionException as problem:
                if not _NO_ROOM_TO_COMMIT.search(str(problem)):
                    raise
                transaction.memory = self.engine.memory_steps - 1
                with self.engine.more_memory(transaction.memory):
                    self._replay(transaction)
                    self._commit(transaction)
        except duckdb.Error as problem:
            raise self._translated(problem) from problem
        finally:
            self.transaction = None

    def _commit(self, transaction: Transaction) -> None:
        with self.engine.committing:
            self._at_once("COMMIT")
            self.engine.published(transaction.catalogs, transaction.written)

    def define(self, changed: Catalog) -> None:
        """Use a changed catalog in the open transaction. Error 1205 where another one has changed it."""
        transaction = self.transaction
        assert transaction is not None
        if changed.name.lower() not in transaction.catalogs:
            store.claim(self.write, changed.name)
        transaction.catalogs[changed.name.lower()] = changed

    def _write_catalogs(self, transaction: Transaction) -> None:
        """Write down what the transaction has defined; it goes on as it was where that fails."""
        mark = len(transaction.journal)
        try:
            for key, catalog in transaction.catalogs.items():
                store.save(self.write, catalog, self.engine.catalogs[key])
        except TsqlError:
            del transaction.journal[mark:]
            raise

    def rollback(self) -> None:
        if self.transaction is not None and not self.transaction.broken:
            self._at_once("ROLLBACK")
        self.transaction = None

    def save(self, name: str, temporaries: list[dict[str, Table]]) -> None:
        assert self.transaction is not None
        point = Savepoint(name, len(self.transaction.journal), dict(self.transaction.catalogs), temporaries)
        self.transaction.savepoints.append(point)

    def rollback_to(self, name: str) -> Savepoint | None:
        """Back to the last savepoint of that name; None when there is none."""
        transaction = self.transaction
        assert transaction is not None
        for position in range(len(transaction.savepoints) - 1, -1, -1):
            point = transaction.savepoints[position]
            if point.name.lower() == name.lower():
                del transaction.savepoints[position + 1 :]
                del transaction.journal[point.journal :]
                transaction.catalogs = dict(point.catalogs)
                self.broke()
                return point
        return None

    def broke(self) -> None:
        """Note that DuckDB's transaction is lost; the next use replays it."""
        transaction = self.transaction
        if transaction is not None and not transaction.broken:
            self._at_once("ROLLBACK")
            transaction.broken = True

    def fresh(self, reads: Collection[str]) -> None:
        """Make DuckDB's transaction usable, and let it see what was committed to `reads` since it began."""
        transaction = self.transaction
        self._reads_aside = False
        if transaction is None:
            return
        if transaction.broken:
            self._replay(transaction)
        elif transaction.frozen:
            if not transaction.started:
                self._start(transaction)
        elif self.has_news(reads):
            self._reads_aside = self._may_read_aside(transaction, reads)
            if not self._reads_aside:
                self._renew(transaction)

    def has_news(self, reads: Collection[str]) -> bool:
        """Whether others have committed to tables, or defined anything, since the transaction began."""
        transaction = self.transaction
        return transaction is not None and (
            self.engine.defined > transaction.snapshot
            or any(self.engine.committed.get(name, 0) > transaction.snapshot for name in reads)
        )

    def _may_read_aside(self, transaction: Transaction, reads: Collection[str]) -> bool:
        """Whether a query reads nothing of what the transaction has written: then it need not be run anew to
        see what others have committed."""
        own = transaction.changed.keys() & set(reads)
        return bool(transaction.journal) and not (self.is_writing or transaction.catalogs or own)

    def _start(self, transaction: Transaction) -> None:
        """The snapshot of a transaction that keeps it is that of its first statement, not of its BEGIN."""
        transaction.started = True
        if not transaction.journal:
            self._at_once("ROLLBACK")
            transaction.snapshot = self.engine.commits
            self._at_once("BEGIN TRANSACTION")

    def _renew(self, transaction: Transaction) -> None:
        """Let the transaction see what was committed since it began. Error 1205."""
        unseen = set(transaction.unseen)
        before = None
        if self._moved(transaction):
            before = self._contents(transaction, unseen)
        if before is not None or transaction.seconds > _LONG:
            self._keep_rows(transaction)
        self._at_once("ROLLBACK")
        self._run_journal(transaction)
        if before is not None or self._moved(transaction):
            if before is None or self._contents(transaction, unseen) != before:
                self._lose(transaction)
            transaction.sources = dict.fromkeys(transaction.sources, transaction.snapshot)

    def _keep_rows(self, transaction: Transaction) -> None:
        """Put aside what need not be found again when the journal is run."""
        borders = [*transaction.marks, *(point.journal for point in transaction.savepoints)]
        journal = keptrows.Journal(
            [sql for sql, _ in transaction.journal], borders, positions_matter=self.positions_matter
        )
        folder = self.engine.data / "kept"
        waiting = [one for one in journal.kept if not one.is_aside]
        for one, file in keptrows.files(waiting, folder, self.engine.serial()):
            copy = f"COPY ({one.rows}) TO {quote(str(file.path))} (FORMAT parquet)"
            self._in_memory(self.cursor, functools.partial(self.cursor.execute, copy))
            transaction.kept.append(file)
            for place, text in one.texts(file.path):
                transaction.journal[place] = text, ()
        for place in journal.idle:
            transaction.journal[place] = keptrows.NOTHING, ()
        if not journal.writes_again:
            transaction.sources.clear()
        transaction.seconds = 0.0

    def _replay(self, transaction: Transaction) -> None:
        """Come back after an error. Error 1205 where the way back would lead somewhere else."""
        before = transaction.snapshot
        self._run_journal(transaction)
        if self._moved(transaction) or (transaction.frozen and self.engine.commits > before):
            self._lose(transaction)

    def _run_journal(self, transaction: Transaction) -> None:
        transaction.snapshot = self.engine.commits
        self._at_once("BEGIN TRANSACTION")
        transaction.broken = False
        transaction.unseen.clear()
        enough = self.engine.more_memory(transaction.memory) if transaction.memory >= 0 else nullcontext()
        try:
            with enough:
                for sql, parameters in transaction.journal:
                    self.cursor.execute(sql, parameters)
        except duckdb.InterruptException as problem:
            self.broke()
            raise InterruptedError from problem
        except duckdb.Error as problem:
            self.broke()
            transaction.doomed = True
            raise self._translated(problem) from problem

    def _lose(self, transaction: Transaction) -> None:
        self.broke()
        transaction.doomed = True
        raise error(1205, self.spid)

    def _moved(self, transaction: Transaction) -> bool:
        """Whether others have committed changes to what the journal's texts read."""
        with self.engine.committing:
            return any(
                self.engine.committed.get(name, 0) > seen for name, seen in transaction.sources.items()
            )

    def _contents(self, transaction: Transaction, unseen: Collection[str]) -> list[Any]:
        """A fingerprint of every table the transaction has changed: of its own rows where others add some."""
        found: list[Any] = []
        # Asking for a table that the transaction itself has dropped would end it.
        known = {row[0] for row in self.cursor.execute(_TABLES).fetchall()} if transaction.changed else set()
        for storage, table in sorted(transaction.changed.items()):
            if storage not in known:
                found.append(None)
                continue
            alone = table.is_temporary or self.engine.locks.holds(self.spid, storage, "transaction") == "X"
            rows = storage if alone and storage not in unseen else appended(table)
            sql = f"SELECT count(*), sum(hash(t)) FROM {rows} AS t"
            found.append(self.cursor.execute(sql).fetchone())
        return found

    def depends_on(self, reads: Collection[str]) -> None:
        """What a writing statement writes comes of these tables as they are now."""
        if self.is_writing and self.transaction is not None:
            for name in reads:
                self.transaction.sources.setdefault(name, self.transaction.snapshot)

    def wrote(self, table: Table) -> None:
        """The open transaction has changed a table's rows."""
        transaction = self.transaction
        if transaction is None:
            return
        transaction.changed[table.storage] = table
        if not table.is_temporary:
            transaction.written.add(table.storage)

    # work

    def write(self, sql: str, parameters: Sequence[Any] = ()) -> int:
        """Run a writing text inside the transaction and journal it; the rows it counted."""
        assert self.transaction is not None
        sql, parameters = given(sql, parameters)
        began = time.perf_counter()
        result = self._in_memory(self.cursor, lambda: self.cursor.execute(sql, parameters).fetchall())
        self.transaction.seconds += time.perf_counter() - began
        self.writes += 1
        self.transaction.journal.append((sql, parameters))
        return int(result[0][0]) if result and isinstance(result[0][0], int) else 0

    def change(self, sql: str, parameters: Sequence[Any] = ()) -> None:
        """Run a writing text, inside the transaction where there is one."""
        if self.transaction is not None:
            self.write(sql, parameters)
        else:
            self.cursor.execute(sql, parameters)

    def read(self, sql: str, parameters: Sequence[Any] = ()) -> Result:
        """Run a reading text; what to fetch its rows from."""
        sql, parameters = given(sql, parameters)
        reader = self._reading = self._reader(sql)
        return Result(self, self._in_memory(reader, lambda: reader.execute(sql, parameters)))

    def _reader(self, sql: str) -> duckdb.DuckDBPyConnection:
        """The cursor a reading text runs on: one beside the transaction where `fresh` found that it may."""
        if not self._reads_aside:
            return self.cursor
        self._reads_aside = False
        if _TEMPORARY in sql:
            assert self.transaction is not None
            self._renew(self.transaction)
            return self.cursor
        if self._aside is None:
            self._aside = self.engine.connection.cursor()
        return self._aside

    def fetch(self, count: int) -> list[tuple[Any, ...]]:
        return self._told(lambda: self._reading.fetchmany(count))

    def _told(self, work: Callable[[], Answer]) -> Answer:
        """DuckDB's answer, its errors as T-SQL's."""
        try:
            return work()
        except duckdb.Error as problem:
            raise self._failed(problem) from problem

    def _in_memory(self, cursor: duckdb.DuckDBPyConnection, work: Callable[[], Answer]) -> Answer:
        """The same of work on a cursor, done again with more memory where it does not fit. Error 701."""
        if self.engine.is_beyond_memory:
            self.engine.less_memory()
        try:
            return work()
        except duckdb.OutOfMemoryException as problem:
            return self._in_more_memory(cursor, work, problem)
        except duckdb.Error as problem:
            raise self._failed(problem) from problem

    def _in_more_memory(
        self, cursor: duckdb.DuckDBPyConnection, work: Callable[[], Answer], problem: duckdb.Error
    ) -> Answer:
        transaction = self.transaction if cursor is self.cursor else None
        for step in range(max(transaction.memory, 0) if transaction else 0, self.engine.memory_steps):
            with self.engine.more_memory(step):
                if transaction is not None:
                    transaction.memory = step
                    self.broke()
                    self._replay(transaction)
                try:
                    return work()
                except duckdb.OutOfMemoryException as again:
                    problem = again
                except duckdb.Error as other:
                    raise self._failed(other) from other
        raise self._failed(problem) from problem

    def _failed(self, problem: duckdb.Error) -> TsqlError:
        """The T-SQL error, after which DuckDB's transaction is no more."""
        if self.transaction is not None:
            self.broke()
        return self._translated(problem)

    @contextmanager
    def beside(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A cursor whose queries may fail without harm to any transaction, and stop when the session's do."""
        cursor = self.engine.connection.cursor()
        self._beside.add(cursor)
        try:
            yield cursor
        finally:
            self._beside.discard(cursor)
            cursor.close()

    def checkpoint(self, database: str) -> None:
        """Take a database's log into its file, whatever other sessions do meanwhile."""
        try:
            with self.beside() as cursor:
                cursor.execute(f"CHECKPOINT {quoted(database)}")
        except duckdb.Error as problem:
            raise self._translated(problem) from problem

    def scalar_row(self, sql: str, parameters: Sequence[Any] = ()) -> tuple[Any, ...]:
        """One row computed without tables, beside any transaction."""
        sql, parameters = given(sql, parameters)
        return self._kept.row(sql, parameters, lambda: self._computed(sql, parameters))

    def _computed(self, sql: str, parameters: Sequence[Any]) -> tuple[Any, ...]:
        try:
            row = self.scratch.execute(sql, parameters).fetchone()
        except duckdb.Error as problem:
            raise self._translated(problem) from problem
        assert row is not None
        return row

    def _translated(self, problem: duckdb.Error) -> TsqlError:
        """The T-SQL error of a DuckDB error: a conflict of versions is 3960 under SNAPSHOT, else 1205."""
        found = translate(problem)
        if found.number == 1205:
            transaction = self.transaction
            if transaction is not None and transaction.frozen:
                return error(3960, *self.writing)
            return error(1205, self.spid)
        return found

    def interrupt(self) -> None:
        """Stop what runs now, but for the beginning or end of a transaction. Called from another thread."""
        if not self._ending.acquire(blocking=False):
            return
        try:
            for cursor in (self.cursor, self.scratch, self._aside, *tuple(self._beside)):
                if cursor is not None:
                    cursor.interrupt()
        finally:
            self._ending.release()


_PATTERNS: list[tuple[re.Pattern[str], int, tuple[str, ...]]] = [
    (re.compile(r"^Out of Memory Error"), 701, ("default",)),
    (_NO_ROOM_TO_COMMIT, 701, ("default",)),
    (re.compile(r"Corrupt database file|Corrupt WAL"), 824, ()),
    (re.compile(r"Could not write file .*\.wal.*(No space|too large|quota)"), 9002, ()),
    (re.compile(r"No space left|File too large|quota exceeded|not enough disk space|Out of Disk"), 1105, ()),
    (re.compile(r"Max expression depth limit|Maximum recursion depth|nested too deep"), 191, ()),
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
