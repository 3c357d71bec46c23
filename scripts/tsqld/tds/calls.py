"""Runs one remote call: the well-known procedures that clients execute statements with, all others by name.

Place: `connection` hands it each `Call` of a message and encodes the events it returns. Specification: [MS-
TDS] 2.2.6.6 and Microsoft Learn's pages of sp_executesql, sp_prepare, sp_prepexec, sp_execute, sp_unprepare
and sp_describe_first_result_set. OUTPUT parameters keep their place among all arguments of the call.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import takewhile
from typing import Final

from tsqld.errors import TsqlError, error
from tsqld.events import Argument, Columns, Done, Error, Event, ReturnStatus, ReturnValue
from tsqld.runtime.datatypes import datatype_info
from tsqld.tds.cursors import ApiCursors
from tsqld.tds.describe import first_result_set, undeclared_parameters
from tsqld.tds.prepared import Prepared, PreparedStatements
from tsqld.tds.protocol import Session
from tsqld.tds.requests import Call
from tsqld.types import INT

_SYSTEM_SCHEMAS: Final = frozenset({"", "sys", "dbo"})
_RETURN_METADATA: Final = 0x01


class Calls:
    """The remote calls of one connection; prepared statements live as long as it does."""

    def __init__(
        self, session: Session, prepared: PreparedStatements, cursors: ApiCursors | None = None
    ) -> None:
        cursors = cursors or ApiCursors(session, prepared)
        self._session = session
        self._prepared = prepared
        self._handlers: dict[str, Callable[[Sequence[Argument]], Iterator[Event]]] = {
            "sp_executesql": self._execute_sql,
            "sp_prepare": self._prepare,
            "sp_prepexec": self._prepare_and_execute,
            "sp_prepexecrpc": self._prepare_and_call,
            "sp_execute": self._execute,
            "sp_unprepare": self._unprepare,
            "sp_describe_first_result_set": self._describe,
            "sp_describe_undeclared_parameters": self._describe_parameters,
            **cursors.handlers,
            "sp_datatype_info": lambda arguments: _datatype_info(arguments, knows_2008=False),
            "sp_datatype_info_90": lambda arguments: _datatype_info(arguments, knows_2008=False),
            "sp_datatype_info_100": lambda arguments: _datatype_info(arguments, knows_2008=True),
        }

    def events(self, call: Call) -> Iterator[Event]:
        """What happens when `call` runs. A refusal is an event too."""
        name = system_procedure(call.procedure)
        handler = self._handlers.get(name)
        if handler is not None:
            return _told(handler, call.arguments)
        return self._session.call(call.procedure, call.arguments)

    def alike(self, calls: Sequence[Call]) -> int:
        """How many calls from the first on run the same statement."""
        first = self._statement(calls[0])
        if first is None:
            return 1
        return sum(1 for _ in takewhile(lambda call: self._statement(call) == first, calls))

    def together(self, calls: Sequence[Call]) -> tuple[bool, list[Event]]:
        """Calls that are alike, run at once where nobody can tell: see `Session.execute_many`."""
        found = self._statement(calls[0])
        assert found is not None
        prepared, own = found
        its = [call.arguments[own:] for call in calls]
        return self._session.execute_many(prepared.statement, prepared.declarations, its)

    def _statement(self, call: Call) -> tuple[Prepared, int] | None:
        """The statement that a call runs, and how many of its arguments say so."""
        name, arguments = system_procedure(call.procedure), call.arguments
        try:
            if name == "sp_execute" and arguments:
                prepared = self._prepared.find(arguments[0].value)
                return None if prepared.is_procedure else (prepared, 1)
            if name == "sp_executesql" and len(arguments) > 1:
                return Prepared(_text(arguments, 0, ""), _text(arguments, 1, "")), 2
        except TsqlError:
            pass
        return None

    def _execute_sql(self, arguments: Sequence[Argument]) -> Iterator[Event]:
        statement = _text(arguments, 0, "@statement")
        declarations = _text(arguments, 1, "@params") if len(arguments) > 1 else ""
        return self._run(Prepared(statement, declarations), arguments, 2)

    def _prepare_and_execute(self, arguments: Sequence[Argument]) -> Iterator[Event]:
        prepared = _statement_to_prepare(arguments)
        handle = self._prepared.replace(arguments[0].value, prepared)
        yield from self._run(prepared, arguments, 3)
        yield _handle(arguments, handle)

    def _prepare_and_call(self, arguments: Sequence[Argument]) -> Iterator[Event]:
        prepared = Prepared(_text(arguments, 1, "@rpccall"), is_procedure=True)
        handle = self._prepared.replace(arguments[0].value, prepared)
        yield from self._run(prepared, arguments, 2)
        yield _handle(arguments, handle)

    def _prepare(self, arguments: Sequence[Argument]) -> Iterator[Event]:
        prepared = _statement_to_prepare(arguments)
        columns = self._session.describe(prepared.statement, prepared.declarations)
        options = arguments[3].value if len(arguments) > 3 else _RETURN_METADATA
        if columns and isinstance(options, int) and options & _RETURN_METADATA:
            yield Columns(columns)
            yield Done(None, select=True)
        yield _handle(arguments, self._prepared.replace(arguments[0].value, prepared))

    def _execute(self, arguments: Sequence[Argument]) -> Iterator[Event]:
        prepared = self._prepared.find(arguments[0].value if arguments else None)
        return self._run(prepared, arguments, 1)

    def _unprepare(self, arguments: Sequence[Argument]) -> Iterator[Event]:
        self._prepared.remove(arguments[0].value if arguments else None)
        yield ReturnStatus(0)

    def _describe(self, arguments: Sequence[Argument]) -> Iterator[Event]:
        statement = _text(arguments, 0, "@tsql")
        declarations = _text(arguments, 1, "@params") if len(arguments) > 1 else ""
        yield from first_result_set(self._session.describe(statement, declarations) or ())
        yield ReturnStatus(0)

    def _describe_parameters(self, arguments: Sequence[Argument]) -> Iterator[Event]:
        statement = _text(arguments, 0, "@tsql")
        declarations = _text(arguments, 1, "@params") if len(arguments) > 1 else ""
        yield from undeclared_parameters(self._session.undeclared(statement, declarations))
        yield ReturnStatus(0)

    def _run(self, prepared: Prepared, arguments: Sequence[Argument], own: int) -> Iterator[Event]:
        """The statement with the arguments that are its own: all but the first `own`."""
        its = tuple(arguments[own:])
        if prepared.is_procedure:
            events = self.events(Call(prepared.statement, its))
        else:
            events = self._session.execute_sql(prepared.statement, prepared.declarations, its)
        for event in events:
            yield replace(event, ordinal=event.ordinal + own) if isinstance(event, ReturnValue) else event


def system_procedure(name: str) -> str:
    """The lower-case name of a procedure that may be the system's; empty when its schema says it is not."""
    parts = [part.strip().strip('[]"').lower() for part in name.split(".")]
    schema = parts[-2] if len(parts) > 1 else ""
    return parts[-1] if schema in _SYSTEM_SCHEMAS else ""


def as_event(problem: TsqlError) -> Error:
    """An exception as the event that tells the client."""
    line = max(problem.line, 1)
    return Error(problem.number, problem.message, problem.severity, problem.state, line, problem.procedure)


def _told(
    handler: Callable[[Sequence[Argument]], Iterator[Event]], arguments: Sequence[Argument]
) -> Iterator[Event]:
    try:
        yield from handler(arguments)
    except TsqlError as problem:
        yield as_event(problem)


def _datatype_info(arguments: Sequence[Argument], *, knows_2008: bool) -> Iterator[Event]:
    wanted = [0, 2]
    for place, argument in enumerate(arguments):
        place = {"@data_type": 0, "@odbcver": 1}.get(argument.name.lower(), place)
        if place < len(wanted) and isinstance(argument.value, int):
            wanted[place] = argument.value
    yield from datatype_info(*wanted, knows_2008=knows_2008)
    yield ReturnStatus(0)


def _text(arguments: Sequence[Argument], place: int, name: str) -> str:
    """A text argument by its place; NULL counts as empty.

    Raises TsqlError 214 when it is missing or not text.
    """
    value = arguments[place].value if place < len(arguments) else 0
    if value is None:
        return ""
    if not isinstance(value, str):
        raise error(214, name, "ntext/nchar/nvarchar")
    return value


def _statement_to_prepare(arguments: Sequence[Argument]) -> Prepared:
    return Prepared(statement=_text(arguments, 2, "@stmt"), declarations=_text(arguments, 1, "@params"))


def _handle(arguments: Sequence[Argument], handle: int) -> ReturnValue:
    return ReturnValue(arguments[0].name, INT, handle, 0)
