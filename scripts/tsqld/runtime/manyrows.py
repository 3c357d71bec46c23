"""Many calls of one INSERT … VALUES (parameters), as drivers send arrays of rows, run as one INSERT.

Only where that cannot be told from running them one after another: no triggers, no OUTPUT, nothing that
happens per statement. Where the INSERT of all rows fails, it has done nothing, and the calls run one by one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

from tsqld.catalog.model import ModuleParameter
from tsqld.compile.dml.plan import ChangePlan
from tsqld.errors import TsqlError
from tsqld.events import Argument, Column, Done, Event
from tsqld.syntax import nodes as n
from tsqld.syntax.parser import parse_batch
from tsqld.types import MAX, SqlType

if TYPE_CHECKING:
    from tsqld.runtime.session import Session

_WIDEST: Final = 2
"""UTF-16 units, or bytes, that a character takes at most."""
_LONG: Final = {"text": "varchar", "ntext": "nvarchar", "image": "varbinary"}
"""As what type's (max) a value of the old long types arrives."""


class ManyRows:
    """One array of calls. `done` tells afterwards whether they were run together."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.done = False

    def run(self, statement: str, declarations: str, calls: Sequence[Sequence[Argument]]) -> Iterator[Event]:
        """Insert the rows of all calls, or nothing. Ends with what each of the calls would tell."""
        session = self._session
        interpreter = session.interpreter
        options = session.options
        if options.rowcount or options.noexec or options.fmtonly or options.parseonly:
            return
        try:
            node = _insert(statement)
            parameters = interpreter.procedures.declared(declarations)
            found = _rows(node, parameters, calls) if node is not None else None
            if node is None or found is None:
                return
            columns, rows = found
            interpreter._fresh_frame()
            plan = interpreter.writing._rows_plan(interpreter.evaluator.compiler(), node, columns, "rows")
        except TsqlError:
            return
        if not _may_run_together(plan):
            return
        first = self._identity(plan)
        try:
            yield from (
                event for event in interpreter.writing.insert_rows(node, columns, rows) if not _is_done(event)
            )
        except TsqlError:
            if first is not None:
                session.engine.counters.give_back(plan.name.database, plan.table, first, len(rows))
            return
        session.rowcount = 1
        session.last_error = 0
        self.done = True
        yield Done(None if options.nocount else 1)

    def _identity(self, plan: ChangePlan) -> int | None:
        if not plan.identity:
            return None
        return self._session.engine.counters.next_of(plan.name.database, plan.table)


def _insert(statement: str) -> n.Insert | None:
    """The statement, when it is an INSERT of one row of parameters and nothing else."""
    statements = parse_batch(statement).statements
    if len(statements) != 1 or not isinstance(statements[0], n.Insert):
        return None
    node = statements[0]
    source = node.source
    if node.top or node.outputs or node.ctes or not isinstance(source, tuple) or len(source) != 1:
        return None
    if not all(isinstance(value, n.Variable) and not value.name.startswith("@@") for value in source[0]):
        return None
    return node


def _rows(
    node: n.Insert, parameters: Sequence[ModuleParameter], calls: Sequence[Sequence[Argument]]
) -> tuple[list[Column], list[list[Any]]] | None:
    """The columns and rows that the calls give, when each argument is what was declared."""
    assert isinstance(node.source, tuple)
    places = {parameter.name.lower(): place for place, parameter in enumerate(parameters)}
    wanted = [places.get(value.name.lower(), -1) for value in node.source[0] if isinstance(value, n.Variable)]
    if -1 in wanted or any(parameter.table_type or parameter.output for parameter in parameters):
        return None
    types = [parameter.type for parameter in parameters]
    names = [parameter.name.lower() for parameter in parameters]
    rows = []
    for arguments in calls:
        if len(arguments) != len(types):
            return None
        for argument, type, name in zip(arguments, types, names, strict=True):
            if argument.is_output or argument.is_default or argument.name.lower() not in ("", name):
                return None
            if not fits(argument.value, argument.type, type):
                return None
        rows.append([arguments[place].value for place in wanted])
    return [Column(f"c{i}", types[place]) for i, place in enumerate(wanted, 1)], rows


def fits(value: Any, source: SqlType, target: SqlType) -> bool:
    """Whether a value of one type is the same as a value of the other, so that nothing need be converted."""
    if value is None or source == target:
        return True
    if source.length == MAX and _LONG.get(target.name) == source.name:
        return True
    if source.name != target.name:
        return False
    if target.name in ("varchar", "nvarchar"):
        return target.length == MAX or len(value) * _WIDEST <= target.length
    if target.name == "varbinary":
        return target.length == MAX or len(value) <= target.length
    return False


def _may_run_together(plan: ChangePlan) -> bool:
    once = plan.fired or plan.outputs or plan.skips or plan.assigns or plan.replaced or plan.explicit_identity
    return not once and not any(reference.kind == "sequence" for reference in plan.references)


def _is_done(event: Event) -> bool:
    return isinstance(event, Done)
