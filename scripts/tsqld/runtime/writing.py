"""Runs statements that change rows: INSERT, UPDATE, DELETE, MERGE, BULK INSERT and TRUNCATE."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tsql.tokens import Kind
from tsqld.compile.dml.plan import ChangePlan
from tsqld.compile.inline import Compiler
from tsqld.compile.text import OutColumn, QueryText
from tsqld.errors import TsqlError, error, unsupported
from tsqld.events import Column, Columns, Done, Error, Event, Message, Rows
from tsqld.runtime.ddl import permits
from tsqld.runtime.frame import Handlers, stopping
from tsqld.runtime.session import Session
from tsqld.syntax import nodes as n

if TYPE_CHECKING:
    from tsqld.runtime.interpreter import Interpreter


class Writing:
    """Changes of a session."""

    def __init__(self, session: Session, interpreter: Interpreter) -> None:
        self.session = session
        self.interpreter = interpreter
        self.evaluator = interpreter.evaluator
        self.handlers: Handlers = {
            n.Insert: self._insert,
            n.Update: self._change,
            n.Delete: self._change,
            n.Merge: self._change,
            n.BulkInsert: self._bulk_insert,
            n.Truncate: self._truncate,
        }

    def _limited(self, node: Any) -> Any:
        """A change with no TOP of its own under SET ROWCOUNT."""
        limit = self.session.options.rowcount
        if not limit or node.top is not None:
            return node
        return replace(node, top=n.Top(node.line, _whole_number(limit, node.line), False, False))

    def plan(self, node: n.Insert | n.Update | n.Delete | n.Merge) -> ChangePlan:
        """What a change does, compiled."""

        def make(compiler: Compiler) -> ChangePlan:
            plan = compiler.changed(node)
            hints = {(plan.table.storage, hint) for hint in node.target.hints}
            return replace(plan, hints=frozenset(compiler.context.hints | hints))

        return self.evaluator.compiled(node, "change", make)  # type: ignore[no-any-return]

    def _change(self, node: n.Insert | n.Update | n.Delete | n.Merge) -> Iterator[Event]:
        session = self.session
        session.statement_time = dt.datetime.now()
        plan = self.plan(self._limited(node))
        yield from self.interpreter.transactions.run(lambda: self.interpreter.changes.run(plan))
        if not any(output.into is None for output in plan.outputs):
            yield Done(None if session.options.nocount else session.rowcount)

    def _insert(self, node: n.Insert) -> Iterator[Event]:
        if isinstance(node.source, n.Execute):
            yield from self._insert_execute(node, node.source)
        else:
            yield from self._change(node)

    def _insert_execute(self, node: n.Insert, execute: n.Execute) -> Iterator[Event]:
        """INSERT … EXEC: the rows of every result set, counted together. Errors 213, 483, 8164."""
        session = self.session
        if node.outputs:
            raise error(483, line=node.line)
        if node.top is not None:
            raise unsupported("TOP of INSERT … EXEC", node.line)
        if session.insert_exec is not None:
            raise error(8164, line=node.line)
        sets: list[tuple[tuple[Column, ...], list[Sequence[Any]]]] = []
        depth = len(session.frames)
        session.insert_exec = session.trancount
        try:
            with stopping(self.interpreter.execute(execute)) as events:
                for event in events:
                    if isinstance(event, Columns):
                        self._fits(node, event.columns, depth)
                        sets.append((event.columns, []))
                    elif isinstance(event, Rows):
                        sets[-1][1].extend(event.rows)
                    elif isinstance(event, Message | Error):
                        yield event
        finally:
            session.insert_exec = None
        count = 0
        for columns, rows in sets:
            for event in self.insert_rows(node, columns, rows):
                if not isinstance(event, Done):
                    yield event
            count += session.rowcount
        session.rowcount = count
        yield Done(None if session.options.nocount else count)

    def _fits(self, node: n.Insert, columns: Sequence[Column], depth: int) -> None:
        """Error 213 at the place that sends other columns than INSERT … EXEC can take."""
        session = self.session
        frames = session.frames
        session.frames = frames[:depth]
        try:
            self._rows_plan(self.evaluator.compiler(), node, columns, "")
        except TsqlError as problem:
            if problem.number in (120, 121, 213):
                frame = frames[-1]
                problem = error(213, line=frame.line, state=7)
                problem.procedure = frame.procedure
                problem.ends_batch = True
            raise problem from None
        finally:
            session.frames = frames

    def _rows_plan(
        self, compiler: Compiler, node: n.Insert, columns: Sequence[Column], source: str
    ) -> ChangePlan:
        out = tuple(OutColumn(column.name, column.type, column.nullable) for column in columns)
        text = QueryText(f"SELECT * FROM {source}", out)
        return compiler.insert_rows_plan(node.target, node.columns, text, node.line)

    def insert_rows(
        self, node: n.Insert, columns: Sequence[Column], rows: Sequence[Sequence[Any]]
    ) -> Iterator[Event]:
        """Insert rows held in Python through the same plan as any INSERT."""
        session = self.session
        with self.interpreter.definitions.rows_table([column.type for column in columns], rows) as source:
            compiler = self.evaluator.compiler()
            plan = self._rows_plan(compiler, node, columns, source)
            compiler.context.environment.verify()
            yield from self.interpreter.transactions.run(lambda: self.interpreter.changes.run(plan))
        yield Done(None if session.options.nocount else session.rowcount)

    def _bulk_insert(self, node: n.BulkInsert) -> Iterator[Event]:
        session = self.session
        session.statement_time = dt.datetime.now()
        yield from self.interpreter.transactions.run(lambda: self.interpreter.bulk.insert(node))
        yield Done(None if session.options.nocount else session.rowcount)

    def _truncate(self, node: n.Truncate) -> Iterator[Event]:
        definitions = self.interpreter.definitions
        permits.alters_table(self.session, definitions, node.table, node.line)
        yield from self.interpreter.transactions.run(
            lambda: definitions.truncate(node, self.interpreter.changes)
        )


def _whole_number(value: int, line: int) -> n.Literal:
    return n.Literal(line, Kind.INTEGER, str(value))
