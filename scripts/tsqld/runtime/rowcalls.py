"""Calls that DuckDB makes back into the engine, row by row, while a query runs.

Two uses: catalog functions over columns (`OBJECT_NAME(object_id)`), answered from the catalogs in Python; and
functions written in T-SQL whose body cannot be folded into the query, run by the interpreter in a session of
their own. Values travel as text. Compiled texts name a call by its handle; handles end with their session.
"""

from __future__ import annotations

import datetime as dt
import json
import sys
import threading
import uuid
from collections.abc import Callable, Collection, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import duckdb
from duckdb.func import FunctionNullHandling

from tsqld.catalog.model import Catalog, Module
from tsqld.errors import TsqlError, unsupported
from tsqld.functions.sqltext import udf_error
from tsqld.runtime.executor import Executor
from tsqld.runtime.session import Session
from tsqld.runtime.usercode import returned_rows, returned_value
from tsqld.runtime.values import to_duck
from tsqld.ticks import FineDatetime, FineTime
from tsqld.types import SqlType

if TYPE_CHECKING:
    from tsqld.runtime.engine import Engine

Call = Callable[[Sequence[str | None]], Any]
_RECURSION = 5_000
"""Python frames enough for 32 nested modules, each some forty frames deep."""
_KEPT = 20_000
"""Results of one statement that are remembered by their arguments."""


def install(engine: Engine) -> None:
    """Enter the functions through which compiled texts call back."""
    calls = engine.row_calls
    sys.setrecursionlimit(max(sys.getrecursionlimit(), _RECURSION))

    def value(handle: int, arguments: Sequence[str | None]) -> str | None:
        return _guarded(calls, handle, arguments)  # type: ignore[no-any-return]

    def rows(handle: int, arguments: Sequence[str | None]) -> list[list[str | None]]:
        return _guarded(calls, handle, arguments)  # type: ignore[no-any-return]

    for name, function, result in (
        ("tsqld_row_value", value, "VARCHAR"),
        ("tsqld_row_table", rows, "VARCHAR[][]"),
    ):
        engine.connection.create_function(
            name,
            function,
            [duckdb.sqltype("BIGINT"), duckdb.sqltype("VARCHAR[]")],
            duckdb.sqltype(result),
            null_handling=FunctionNullHandling.SPECIAL,
            side_effects=True,
        )


def _guarded(calls: dict[int, Call], handle: int, arguments: Sequence[str | None]) -> Any:
    try:
        return calls[handle](arguments)
    except TsqlError as problem:
        raise udf_error(problem) from None


class RowCalls:
    """The calls of one session, made when a text that needs them is compiled."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._handles: dict[tuple[Any, ...], int] = {}
        self._helper: Session | None = None
        self._turn = threading.RLock()

    def close(self) -> None:
        for handle in self._handles.values():
            self.session.engine.row_calls.pop(handle, None)
        if self._helper is not None:
            self._helper.executor.close()

    def _handle(self, key: tuple[Any, ...], call: Call) -> int:
        handle = self._handles.get(key)
        if handle is None:
            handle = self._handles[key] = self.session.engine.serial()
        self.session.engine.row_calls[handle] = call
        return handle

    def catalog_function(self, name: str, types: Sequence[SqlType], result: SqlType) -> int:
        """A handle for a function the session answers by itself."""

        def call(arguments: Sequence[str | None]) -> str | None:
            values = [from_text(text, type) for text, type in zip(arguments, types, strict=True)]
            functions = self.session.interpreter.evaluator._functions
            return to_text(to_duck(functions.call(name, values), result))

        return self._handle((name, tuple(types)), call)

    def scalar_function(self, module: Module, database: str) -> int:
        """A handle for a scalar function in T-SQL."""
        return self._module(module, database, lambda *made: to_text(returned_value(*made)))

    def table_function(self, module: Module, database: str) -> int:
        """A handle for a multi-statement table function: a list of rows."""

        def rows(*made: Any) -> list[list[str | None]]:
            return [[to_text(value) for value in row] for row in returned_rows(*made)]

        return self._module(module, database, rows)

    def _module(self, module: Module, database: str, run: Callable[..., Any]) -> int:
        known: dict[tuple[str | None, ...], Any] = {}
        seen: list[Any] = [None]

        def call(arguments: Sequence[str | None]) -> Any:
            with self._turn:
                now = (self.session.statement_time, self.session.executor.writes, self.session.engine.commits)
                if seen[0] != now:
                    known.clear()
                    seen[0] = now
                key = tuple(arguments)
                if key not in known:
                    if len(known) >= _KEPT:
                        known.clear()
                    values = [
                        from_text(text, parameter.type)
                        for text, parameter in zip(arguments, module.parameters, strict=True)
                    ]
                    known[key] = run(self.helper(), module, database, values)
                    seen[0] = (now[0], now[1], self.session.engine.commits)
                return known[key]

        return self._handle((module.object_id, database.lower(), hash(module.text)), call)

    def helper(self) -> Session:
        """The session in which function bodies run while the caller's query is under way."""
        if self._helper is None:
            self._helper = _Helper(self.session)
        self._helper.statement_time = self.session.statement_time
        self._helper.options = self.session.options
        return self._helper


class _Helper(Session):
    """Runs function bodies beside the session that calls them; sees its catalogs, not its changes."""

    def __init__(self, parent: Session) -> None:
        super().__init__(parent.engine, parent.spid, parent.login, parent.database, parent.app, parent.host)
        self.parent = parent
        self.cancelled = parent.cancelled
        self.authority.stack = parent.authority.stack
        self.executor.close()
        self.executor = _HelperExecutor(parent)

    def catalog(self, database: str) -> Catalog:
        return self.parent.catalog(database)


class _HelperExecutor(Executor):
    """Refuses to read what the calling transaction has changed and not committed."""

    def __init__(self, parent: Session) -> None:
        super().__init__(parent.engine)
        self.parent = parent

    def fresh(self, reads: Collection[str]) -> None:
        caller = self.parent.executor.transaction
        changed = caller.written & set(reads) if caller is not None else ()
        if changed:
            raise unsupported("a function that reads, row by row, tables its transaction has changed")
        super().fresh(reads)


def from_text(text: str | None, type: SqlType) -> Any:
    """A value from the text DuckDB casts it to."""
    if text is None:
        return None
    name = type.name
    if name == "bit":
        return text in ("true", "1")
    if type.is_integer:
        return int(text)
    if type.is_decimal or type.is_money:
        return Decimal(text)
    if type.is_float:
        return float(text)
    if name in ("datetime", "smalldatetime", "datetime2"):
        return dt.datetime.fromisoformat(text)
    if name == "date":
        return dt.date.fromisoformat(text)
    if name == "time":
        return dt.time.fromisoformat(text)
    if name == "uniqueidentifier":
        return uuid.UUID(text)
    return bytes.fromhex(text) if type.is_binary else text


def to_text(value: Any) -> str | None:
    """A value as text that DuckDB casts back."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, FineDatetime | FineTime):
        raise unsupported("a seventh digit of a second from a function called by rows")
    if isinstance(value, bytes | bytearray):
        return bytes(value).hex()
    return json.dumps(value) if isinstance(value, dict) else str(value)
