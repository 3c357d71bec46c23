"""Bulk copies: INSERT BULK announces rows, the client's next message brings them.

Documented only as what bcp and SqlBulkCopy do: [MS-TDS] 2.2.6.1, and Microsoft Learn, "SqlBulkCopyOptions":
constraints and triggers are left aside unless asked for, NULLs become defaults unless kept, an identity value
is kept when its column is listed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from tsqld.bulk.options import options_from
from tsqld.compile.text import OutColumn, QueryText
from tsqld.errors import TsqlError, error
from tsqld.events import Column, Done, Event
from tsqld.runtime.bulk import filled
from tsqld.runtime.ddl import permits
from tsqld.runtime.session import Session
from tsqld.syntax import nodes as n

if TYPE_CHECKING:
    from tsqld.runtime.interpreter import Interpreter


class BulkCopies:
    """Bulk copies for a session."""

    def __init__(self, session: Session, interpreter: Interpreter) -> None:
        self.session = session
        self.interpreter = interpreter
        self.announced: n.InsertBulk | None = None

    def announce(self, node: n.InsertBulk) -> Iterator[Event]:
        """INSERT BULK: the table, its columns and the options are known; the rows follow."""
        target = self.interpreter.bulk.compiler().target(n.Target(node.line, node.table))
        for name, _ in node.columns:
            target.column(name, node.line)
        options_from(node.options, node.line)
        self.announced = node
        yield Done(None)

    def statement(self, columns: Sequence[Column], rows: Iterable[Sequence[Any]]) -> n.BulkCopy:
        """The statement that inserts what has arrived. Errors: nothing was announced; 4816."""
        node, self.announced = self.announced, None
        if node is None:
            raise TsqlError(50000, "Bulk data arrived without an INSERT BULK statement.")
        if node.columns and len(node.columns) != len(columns):
            raise error(4816, min(len(node.columns), len(columns)) + 1)
        return n.BulkCopy(node.line, node, columns, rows)

    def insert(self, node: n.BulkCopy) -> Iterator[Event]:
        """The rows of the bulk copy that was announced. Errors: what an INSERT raises."""
        columns = cast(Sequence[Column], node.columns)
        yield from self.interpreter.transactions.run(lambda: self._load(node.announced, columns, node.rows))
        yield Done(self.session.rowcount)

    def _load(
        self, node: n.InsertBulk, columns: Sequence[Column], rows: Iterable[Sequence[Any]]
    ) -> Iterator[Event]:
        session, loads = self.session, self.interpreter.bulk
        options = options_from(node.options, node.line)
        compiler = loads.compiler()
        compiler.unchecked = not options.check_constraints
        compiler.fires_instead = options.fire_triggers
        target = compiler.target(n.Target(node.line, node.table))
        permits.loads_into(session, target, options, node.line)
        names = [name for name, _ in node.columns] or [column.name for column in columns]
        identity = session.identity_insert
        if target.table.identity is not None and target.table.identity.name.lower() in map(str.lower, names):
            session.identity_insert = target.table.storage
        try:
            with self.interpreter.definitions.rows_table([c.type for c in columns], rows) as source:
                values = ((f"c{i}", target.column(name, node.line)) for i, name in enumerate(names, 1))
                listed = ", ".join(filled(compiler, options, values))
                out = tuple(OutColumn(column.name, column.type) for column in columns)
                text = QueryText(f"SELECT {listed} FROM {source}", out)
                plan = compiler.insert_rows_plan(n.Target(node.line, node.table), names, text, node.line)
                if not options.fire_triggers:
                    plan = replace(plan, fired=())
                yield from self.interpreter.changes.run(plan)
        finally:
            session.identity_insert = identity
        loads.distrust(target.table, options)
