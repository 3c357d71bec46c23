"""Triggers: AFTER ones run when a change has been applied and checked, INSTEAD OF ones in its place, both
inside its transaction.

Specification: Microsoft Learn, "CREATE TRIGGER", "DML triggers", "Create nested triggers". A trigger sees
`inserted` and `deleted`, runs with XACT_ABORT ON, and may end the transaction, which ends the batch (3609).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from tsqld.binder.scope import quoted
from tsqld.catalog.model import Module, Table
from tsqld.compile.dml.plan import ChangePlan
from tsqld.compile.triggered import CHANGE, Fired, is_instead, stored
from tsqld.errors import error
from tsqld.events import Event
from tsqld.functions.sqltext import duck_type
from tsqld.runtime.frame import Frame
from tsqld.syntax.parser import parse_batch
from tsqld.syntax.walk import parse_module

if TYPE_CHECKING:
    from tsqld.runtime.interpreter import Interpreter
    from tsqld.runtime.session import Session

_MAX_NESTING: Final = 32


class Triggers:
    """The triggers of a session's changes."""

    def __init__(self, session: Session, interpreter: Interpreter) -> None:
        self.session = session
        self.interpreter = interpreter

    def fire(self, plan: ChangePlan, change: str, count: int) -> Iterator[Event]:
        """Run what waits for a change whose rows the change set holds."""
        catalog = self.session.catalog(plan.name.database)
        recursive = catalog.options.get("RECURSIVE_TRIGGERS", "OFF") == "ON"
        waiting = sorted(catalog.triggers_of(plan.table), key=lambda trigger: trigger.object_id)
        for fired in plan.fired:
            for trigger in waiting:
                if fired.event not in trigger.events or is_instead(trigger) != fired.instead:
                    continue
                if not recursive and self._is_running(trigger):
                    continue
                yield from self._run(trigger, plan, fired, change, count)

    def _is_running(self, trigger: Module) -> bool:
        """Whether the innermost trigger under way is this one: direct recursion."""
        for frame in reversed(self.session.frames):
            if frame.trigger:
                return frame.trigger == trigger.object_id
        return False

    def _run(
        self, trigger: Module, plan: ChangePlan, fired: Fired, change: str, count: int
    ) -> Iterator[Event]:
        session = self.session
        level = 1 + sum(1 for frame in session.frames if frame.trigger)
        if level > _MAX_NESTING or session.frame.nest >= _MAX_NESTING:
            raise error(217)
        specials = self._logical_tables(plan, fired, change, level)
        frame = Frame(
            procedure=trigger.name,
            procedure_id=trigger.object_id,
            tree=parse_batch(trigger.text),
            database=plan.name.database,
            schema=trigger.schema,
            owned=(plan.name.database, plan.table),
            nest=session.frame.nest + 1,
            specials=specials,
            tables={f" {name}": table for name, table in specials.items()},
            signature=("trigger", trigger.object_id, level),
            trigger=trigger.object_id,
            updated=fired.updated,
            fired_on=plan.table,
        )
        options, transaction = session.options, session.executor.transaction
        instead = session.instead
        if fired.instead:
            session.instead = (*instead, trigger.object_id)
        entry = session.trancount
        session.trancount = max(entry, 1)
        session.options = replace(options, xact_abort=True)
        session.rowcount = count
        authority = session.authority
        identities = authority.depth
        identity = authority.as_module(trigger, plan.name.database)
        if identity is not None:
            authority.push(identity)
        frame.identities = authority.depth
        session.frames.append(frame)
        depth = len(session.frames)
        try:
            yield from self.interpreter.procedures._body(parse_module(trigger.text).body)
            if transaction is not None and session.executor.transaction is transaction and transaction.doomed:
                problem = error(3616)
                problem.ends_batch = True
                raise problem
            if session.executor.transaction is transaction:
                yield from self.interpreter.procedures.drop_temporaries(frame)
        finally:
            del session.frames[depth - 1 :]
            session.options = options
            session.instead = instead
            authority.unwind(identities)
            if session.executor.transaction is transaction:
                session.trancount = entry
        if session.executor.transaction is not transaction:
            raise error(3609)

    def _logical_tables(self, plan: ChangePlan, fired: Fired, change: str, level: int) -> dict[str, Table]:
        """`inserted` and `deleted` as temp tables named by the trigger's depth."""
        executor = self.session.executor
        tables = {}
        columns = plan.table.columns
        if fired.instead:
            columns = tuple(replace(column, nullable=True) for column in columns)
        for name, text in (("inserted", fired.inserted), ("deleted", fired.deleted)):
            source = text.replace(CHANGE, change) or _no_rows(plan.table)
            short = quoted(f"{name} {level}")
            executor.write(f"CREATE OR REPLACE TEMP TABLE {short} AS {source}")
            tables[name] = replace(
                plan.table,
                name=name,
                columns=columns,
                storage=f"temp.main.{short}",
                kind="T@",
                indexes=(),
                foreign_keys=(),
                checks=(),
            )
        return tables


def _no_rows(table: Table) -> str:
    """The columns of a logical table that an event leaves empty."""
    names = (f"CAST(NULL AS {duck_type(column.type)}) AS {quoted(column.name)}" for column in stored(table))
    return f"SELECT {', '.join(names)} LIMIT 0"
