"""BULK INSERT and OPENROWSET(BULK …): files that `tsqld.bulk` has read become rows of tables and queries.

A failed load rolls its transaction back, as under XACT_ABORT, and tells the whole chain of errors.
Specification: Microsoft Learn, "BULK INSERT (Transact-SQL)", "OPENROWSET BULK".
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING, Final

import duckdb

from tsqld.binder.bound import Bound
from tsqld.binder.scope import Relation
from tsqld.bulk.errors import REJECTED
from tsqld.bulk.interrupts import watching
from tsqld.bulk.layout import TargetColumn
from tsqld.bulk.options import BulkOptions, options_from
from tsqld.bulk.rowset import openrowset, rowset_columns, rowset_options
from tsqld.bulk.source import BulkSource, open_bulk
from tsqld.catalog.model import Column, Table
from tsqld.compile.checks import FIRST_LOCAL_ROW
from tsqld.compile.context import Context, Reference
from tsqld.compile.dml.plan import Target
from tsqld.compile.inline import Compiler
from tsqld.compile.text import OutColumn, QueryText, cte_relation
from tsqld.errors import TsqlError, unsupported
from tsqld.events import Error, Event, Message
from tsqld.runtime.consequences import told_line
from tsqld.runtime.ddl import permits
from tsqld.runtime.environment import SessionEnvironment
from tsqld.runtime.session import Session
from tsqld.syntax import nodes as n
from tsqld.types import INT

if TYPE_CHECKING:
    from tsqld.runtime.interpreter import Interpreter

_FILE_PROBLEMS: Final = (4860, 4861)
SPOOLED_ROWS: Final = 50_000
SPOOLED_BYTES: Final = 256 << 20
_OTHERS_AT_WORK: Final = (1205, 1222)
"""Errors that other sessions cause: they say nothing about the file."""
_PLACES: Final = re.compile(r"'[^']*+(?:''[^']*+)*+'|\"[^\"]*+(?:\"\"[^\"]*+)*+\"|\?")


class BulkLoads:
    """Bulk loads for a session."""

    def __init__(self, session: Session, interpreter: Interpreter) -> None:
        self.session = session
        self.interpreter = interpreter

    def insert(self, node: n.BulkInsert) -> Iterator[Event]:
        """Read a file as SQL Server would and insert its rows through the common plan."""
        options = options_from(node.options, node.line)
        permits.bulk_load(self.session, node.line)
        target = self.compiler().target(n.Target(node.line, node.table))
        permits.loads_into(self.session, target, options, node.line)
        columns = [_target_column(column, options) for column in target.order]
        yield from self._attempt(node, options, target, columns, hopeful=True)
        self.distrust(target.table, options)

    def _attempt(
        self,
        node: n.BulkInsert,
        options: BulkOptions,
        target: Target,
        columns: Sequence[TargetColumn],
        *,
        hopeful: bool,
    ) -> Iterator[Event]:
        """Load the file; a hopeful load that meets a doubt begins again with care."""
        session = self.session
        session.executor.fresh(())
        assert session.executor.transaction is not None
        mark = len(session.executor.transaction.journal)
        numbered = target.table.identity is not None and not options.keep_identity
        unseen_up_to = _unseen_up_to(target, options, numbered) if hopeful else 0
        source = self._opened(node, options, columns, hopeful=hopeful, unseen_up_to=unseen_up_to)
        spooled = numbered and source.bytes <= SPOOLED_BYTES
        if spooled and source.count is None:
            spooled = source.rows >= SPOOLED_ROWS
        identity = session.identity_insert
        if options.keep_identity and target.table.identity is not None:
            session.identity_insert = target.table.storage
        if not hopeful:
            yield from self._messages(source)
        told = self._load(node, options, source, columns, target.order, spooled)
        try:
            first = next(told, None)
        except TsqlError as problem:
            if problem.number == REJECTED:
                self._undo(mark)
                yield from self._attempt(node, options, target, columns, hopeful=False)
                return
            if hopeful:
                yield from self._messages(source)
            raise
        else:
            if hopeful:
                yield from self._messages(source)
            if first is not None:
                yield first
            yield from told
        finally:
            session.identity_insert = identity

    def _undo(self, mark: int) -> None:
        """Back to where the journal was so long."""
        executor = self.session.executor
        assert executor.transaction is not None
        del executor.transaction.journal[mark:]
        executor.broke()

    def compiler(self) -> Compiler:
        return Compiler(Context(SessionEnvironment(self.session)))

    def _opened(
        self,
        node: n.BulkInsert,
        options: BulkOptions,
        columns: Sequence[TargetColumn],
        *,
        hopeful: bool,
        unseen_up_to: int,
    ) -> BulkSource:
        try:
            with self._reading() as side:
                return open_bulk(
                    side,
                    node.path,
                    options,
                    columns,
                    node.line,
                    hopeful=hopeful,
                    unseen_up_to=unseen_up_to,
                )
        except TsqlError as problem:
            if problem.number in _FILE_PROBLEMS:
                problem.uncatchable_in = self.session.frame
            raise

    @contextmanager
    def _reading(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A cursor to look into a file with. InterruptedError when the request is cancelled meanwhile."""
        with watching(self.session.cancelled.is_set), self.session.executor.beside() as cursor:
            try:
                yield cursor
            except duckdb.InterruptException:
                raise InterruptedError from None

    def _messages(self, source: BulkSource) -> Iterator[Event]:
        """Notices, and the errors of rows left out, which a TRY keeps to itself."""
        for message in source.messages:
            if message.severity <= 10:
                yield notice(message, self.session.frame.procedure)
            elif not self.session.try_depth:
                self.session.last_error = message.number
                yield notice(message, self.session.frame.procedure)

    def _load(
        self,
        node: n.BulkInsert,
        options: BulkOptions,
        source: BulkSource,
        columns: Sequence[TargetColumn],
        order: Sequence[Column],
        spooled: bool,
    ) -> Iterator[Event]:
        """Insert the rows. With `spooled` they go through a temporary table, which numbers them.

        DuckDB knows the position of each row of a table that it filled on all cores, but row_number() over a
        file keeps it on one core; so the way round is the shorter, until memory runs short.
        """
        session, executor = self.session, self.session.executor
        compiler = self.compiler()
        compiler.unchecked = not options.check_constraints
        compiler.fires_instead = options.fire_triggers
        if executor.transaction is not None:
            executor.transaction.kept.append(source)
        spool = f'temp.main."bulk {session.engine.serial()}"' if spooled else ""
        doubtful = source.count is not None
        try:
            if spool:
                self._agree(node, source, executor.write(_spooling(spool, source), source.parameters))
                doubtful = False
            rows = self._rows(compiler, options, source, columns, order, spool)
            plan = compiler.insert_rows_plan(n.Target(node.line, node.table), source.columns, rows, node.line)
            compiler.context.environment.verify()
            if not options.fire_triggers:
                plan = replace(plan, fired=())
            yield from self.interpreter.changes.run(plan)
            if spool:
                executor.write(f"DROP TABLE {spool}")
            elif not plan.skips:
                self._agree(node, source, session.rowcount)
        except TsqlError as problem:
            if doubtful and problem.number not in _OTHERS_AT_WORK:
                raise TsqlError(REJECTED, problem.message) from problem
            if problem.number != 50101:
                raise
            with watching(session.cancelled.is_set):
                raise source.explain(duckdb.Error(problem.message)) from problem
        finally:
            if source.count is not None:
                source.count.abandon()

    def _agree(self, node: n.BulkInsert, source: BulkSource, rows: int) -> None:
        if rows != source.rows:
            raise TsqlError(50101, f"tsqld: {node.path} changed while it was loaded; nothing was kept.")

    def _rows(
        self,
        compiler: Compiler,
        options: BulkOptions,
        source: BulkSource,
        columns: Sequence[TargetColumn],
        order: Sequence[Column],
        spool: str,
    ) -> QueryText:
        """The rows to insert, from the file or from the table that holds them already."""
        by_name = {column.name.lower(): column for column in order}
        chosen = [by_name[name.lower()] for name in source.columns]
        texts = [f'"{name}"' for name in source.columns]
        listed = filled(compiler, options, zip(texts, chosen, strict=True))
        context = compiler.context
        # Where NULL must not arrive, none does: then the rows need not be looked at for it again.
        full = {column.name.lower() for column in columns if not column.nullable}
        out = tuple(OutColumn(c.name, c.type, c.name.lower() not in full) for c in chosen)
        if spool:
            listed.append(f"rowid - {FIRST_LOCAL_ROW} AS ordinal")
            text = f"SELECT {', '.join(listed)} FROM {spool} AS {context.alias('bulk')}"
            return QueryText(text, out, ordinal="ordinal")
        first = len(context.references) + 1
        context.references += _constants(source)
        text = f"SELECT {', '.join(listed)} FROM ({_numbered(source.sql, first)}) AS {context.alias('bulk')}"
        return QueryText(text, out)

    def distrust(self, table: Table, options: BulkOptions) -> None:
        """A load that checked no constraints leaves them untrusted."""
        if options.check_constraints or table.is_temporary or not (table.checks or table.foreign_keys):
            return
        changed = replace(
            table,
            checks=tuple(replace(check, trusted=False) for check in table.checks),
            foreign_keys=tuple(replace(key, trusted=False) for key in table.foreign_keys),
        )
        if changed != table:
            catalog = self.session.lock_catalog(self.session.frame.database or self.session.database)
            self.session.change_catalog(catalog.put(changed))

    # OPENROWSET

    def rowset(self, compiler: Compiler, node: n.BulkSource) -> tuple[str, Relation]:
        """The rows of a file as a table source; the file is read when the statement is compiled."""
        permits.bulk_load(self.session, node.line)
        kind, options = rowset_options(node.options, node.line)
        columns = rowset_columns(kind, options, node.line)
        with self._reading() as side:
            source = openrowset(side, node.path, options, kind, columns, node.line)
        if any(message.severity > 10 for message in source.messages):
            raise unsupported("OPENROWSET(BULK …) that leaves rows out", node.line)
        first = len(compiler.context.references) + 1
        compiler.context.references += _constants(source)
        types = {column.name.lower(): column.type for column in columns}
        names = node.columns or source.columns
        out = [
            OutColumn(name, types[given.lower()]) for name, given in zip(names, source.columns, strict=True)
        ]
        listed = ", ".join(f'"{name}" AS c{i}' for i, name in enumerate(source.columns, 1))
        alias = compiler.context.alias()
        self.session.kept.append(source)
        text = f"(SELECT {listed} FROM ({_numbered(source.sql, first)})) AS {alias}"
        return text, cte_relation(alias, node.alias or alias, out)


def filled(compiler: Compiler, options: BulkOptions, values: Iterable[tuple[str, Column]]) -> list[str]:
    """The values c1, c2 … of a bulk load, defaults in the place of NULLs unless these are kept."""
    listed = []
    for position, (text, column) in enumerate(values, 1):
        if column.default is not None and not options.keep_nulls:
            text = f"coalesce({text}, {compiler.default_of(column).sql})"
        listed.append(f"{text} AS c{position}")
    return listed


def _unseen_up_to(target: Target, options: BulkOptions, numbered: bool) -> int:
    """Bytes up to which a file may be loaded before anything is known about it for certain.

    What cannot be taken back must not have happened by then: triggers, messages, identity values that are
    used up. Rows that go through a temporary table are counted before they are numbered.
    """
    identity = target.table.identity is not None
    ignoring = any(index.ignores_duplicates for index in target.table.keys)
    if options.fire_triggers or ignoring or (identity and not numbered):
        return 0
    return SPOOLED_BYTES if numbered else sys.maxsize


def _spooling(spool: str, source: BulkSource) -> str:
    return f"CREATE TEMP TABLE {spool.removeprefix('temp.main.')} AS {_numbered(source.sql, 1)}"


def _target_column(column: Column, options: BulkOptions) -> TargetColumn:
    fills = column.default is not None and not options.keep_nulls
    ignored = column.is_generated or (column.identity is not None and not options.keep_identity)
    return TargetColumn(column.name, column.type, column.nullable or fills, ignored=ignored)


def _constants(source: BulkSource) -> list[Reference]:
    return [Reference("constant", "bulk", (Bound("", INT, value=value),)) for value in source.parameters]


def _numbered(sql: str, first: int) -> str:
    """`?` places as `$1`, `$2` …, since DuckDB does not let the two stand together."""
    numbers = count(first)
    return _PLACES.sub(lambda found: f"${next(numbers)}" if found[0] == "?" else found[0], sql)


def notice(problem: TsqlError, procedure: str) -> Event:
    """A problem told without ending anything."""
    line = told_line(problem.line)
    if problem.severity > 10:
        return Error(problem.number, problem.message, problem.severity, problem.state, line, procedure)
    return Message(problem.message, problem.number, problem.severity, problem.state, line, procedure)
