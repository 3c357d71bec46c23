"""A connection to the server: runs batches and calls, and reports every message in its order and in full.

After diagnostics; used by every command. It calls the driver manager itself instead of going through pyodbc,
for two reasons: a migration or a step that fails must name line and procedure, which pyodbc drops, and Ctrl-C
must cancel what other threads execute, which crashed the process with pyodbc's `cursor.cancel`.
"""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from types import TracebackType
from typing import Any, Final

from warehouse import odbcapi as api
from warehouse.diagnostics import diagnostics
from warehouse.errors import Diagnostic, SqlFailed, Unreachable
from warehouse.interrupts import interruptibly

Value = int | float | bool | str | bytes | Decimal | None
Argument = int | str | None

_ROWS_A_CHUNK: Final = 1000
_BUFFER_BYTES: Final = 16384
_LONGEST_NVARCHAR: Final = 4000


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a result set; `sql_type` is ODBC's SQL type number. `name` is empty where T-SQL gives
    none."""

    name: str
    sql_type: int


@dataclass(frozen=True, slots=True)
class Columns:
    """A result set begins."""

    columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True)
class Rows:
    """The next rows of the result set that began last; dates and times are ISO text."""

    rows: Sequence[tuple[Value, ...]]


@dataclass(frozen=True, slots=True)
class Affected:
    """A statement without result set changed `count` rows."""

    count: int


Event = Columns | Rows | Affected | Diagnostic


@dataclass(frozen=True, slots=True)
class Answer:
    """What a batch or call ended with: the rows of each result set by column name, and what it printed."""

    results: tuple[tuple[Mapping[str, Any], ...], ...]
    messages: tuple[str, ...]

    @property
    def rows(self) -> tuple[Mapping[str, Any], ...]:
        """The rows of the last result set; none when there is none."""
        return self.results[-1] if self.results else ()


class Connection:
    """One connection in autocommit mode; used by one thread at a time, except `cancel`."""

    def __init__(self, connection_string: str, *, timeout_seconds: int = 15) -> None:
        """Connect. Errors: Unreachable, whose `__cause__` is the SqlFailed that holds the server's
        numbers."""
        self._library = api.library()
        self._handle = api.allocate(api.CONNECTION, api.environment())
        self._closing = threading.Lock()
        self._statement = ctypes.c_void_p()
        self._library.SQLSetConnectAttrW(self._handle, api.ATTR_LOGIN_TIMEOUT, timeout_seconds, 0)
        text = api.wide(connection_string)
        code = interruptibly(
            lambda: self._library.SQLDriverConnectW(
                self._handle, None, text, api.NULL_TERMINATED, None, 0, None, 0
            ),
            lambda: None,
        )
        if not api.succeeded(code):
            failure = SqlFailed(tuple(diagnostics(api.CONNECTION, self._handle)))
            self._library.SQLFreeHandle(api.CONNECTION, self._handle)
            raise Unreachable(failure.diagnostics[0].text) from failure
        self._statement = api.allocate(api.STATEMENT, self._handle)
        self._buffer = ctypes.create_string_buffer(_BUFFER_BYTES)

    def __enter__(self) -> Connection:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close; an open transaction is rolled back by the server. Closing twice does nothing."""
        with self._closing:
            if self._statement:
                self._library.SQLFreeHandle(api.STATEMENT, self._statement)
                self._library.SQLDisconnect(self._handle)
                self._library.SQLFreeHandle(api.CONNECTION, self._handle)
                self._statement = ctypes.c_void_p()

    def cancel(self) -> None:
        """Ask the server to end what it executes, if anything; callable from any thread."""
        with self._closing:
            if self._statement:
                self._library.SQLCancel(self._statement)

    def batch(self, text: str) -> Iterator[Event]:
        """Run one batch; everything the server answers, in its order, errors included as Diagnostic.

        Iterate to the end: results that are not taken leave the batch unfinished.
        """
        return self._interruptible_events(text, ())

    def run(self, text: str) -> Answer:
        """Run one batch to its end. Errors: SqlFailed with every error it sent."""
        return _collect(self._interruptible_events(text, ()))

    def call(self, statement: str, declarations: str = "", arguments: Sequence[Argument] = ()) -> Answer:
        """One sp_executesql call: `statement` with its @names, their declarations, their values in that
        order.

        Errors: SqlFailed with every error it sent, those behind the first result set too.
        """
        places = ", ?" * (len(arguments) + 1) if declarations else ""
        values = (statement, declarations, *arguments) if declarations else (statement,)
        return _collect(self._interruptible_events(f"{{CALL sys.sp_executesql (?{places})}}", values))

    def _interruptible_events(self, text: str, arguments: Sequence[Argument]) -> Iterator[Event]:
        events = self._events(text, arguments)
        while (event := interruptibly(lambda: next(events, None), self.cancel)) is not None:
            yield event

    def _events(self, text: str, arguments: Sequence[Argument]) -> Iterator[Event]:
        self._library.SQLFreeStmt(self._statement, api.FREE_CLOSE)
        self._library.SQLFreeStmt(self._statement, api.FREE_RESET_PARAMETERS)
        bound = [self._bind(number, value) for number, value in enumerate(arguments, 1)]
        code = self._library.SQLExecDirectW(self._statement, api.wide(text), api.NULL_TERMINATED)
        if code == api.NO_DATA:  # the first statement is an UPDATE or DELETE that found no row
            yield Affected(0)
            code = self._library.SQLMoreResults(self._statement)
        while code != api.NO_DATA:
            messages = [] if code == api.SUCCESS else diagnostics(api.STATEMENT, self._statement)
            yield from messages
            if api.succeeded(code):
                yield from self._result()
            elif not any(message.severity for message in messages):
                break  # the driver itself failed, or the call was cancelled: there is no further result
            code = self._library.SQLMoreResults(self._statement)
        bound.clear()  # the driver read from these buffers until now

    def _bind(self, number: int, value: Argument) -> tuple[Any, Any]:
        """Bind an argument: whole numbers as bigint, text and NULL as nvarchar. Returns what must stay
        alive."""
        if isinstance(value, int):
            return self._bind_as(number, api.C_BIGINT, api.BIGINT, 19, ctypes.c_longlong(value), 8)
        if value is None:
            return self._bind_as(number, api.C_WCHAR, api.WVARCHAR, 1, api.wide(""), api.NULL_DATA)
        data = api.wide(value)
        units = len(data) // 2 - 1
        size = max(units, 1) if units <= _LONGEST_NVARCHAR else 0  # 0 stands for nvarchar(max)
        return self._bind_as(number, api.C_WCHAR, api.WVARCHAR, size, data, units * 2)

    def _bind_as(
        self, number: int, c_type: int, sql_type: int, size: int, data: Any, length: int
    ) -> tuple[Any, Any]:
        indicator = ctypes.c_ssize_t(length)
        self._library.SQLBindParameter(
            *(self._statement, number, api.PARAMETER_INPUT, c_type, sql_type, size, 0),
            *(ctypes.byref(data), ctypes.sizeof(data), ctypes.byref(indicator)),
        )
        return data, indicator

    def _result(self) -> Iterator[Event]:
        columns = self._describe()
        if not columns:
            count = ctypes.c_ssize_t(-1)
            self._library.SQLRowCount(self._statement, ctypes.byref(count))
            if count.value >= 0:
                yield Affected(count.value)
            return
        yield Columns(columns)
        yield from self._rows(columns)

    def _describe(self) -> tuple[Column, ...]:
        count = ctypes.c_short()
        self._library.SQLNumResultCols(self._statement, ctypes.byref(count))
        return tuple(self._column(index + 1) for index in range(count.value))

    def _column(self, number: int) -> Column:
        name, length = ctypes.create_string_buffer(512), ctypes.c_short()
        sql_type, digits, nullable = ctypes.c_short(), ctypes.c_short(), ctypes.c_short()
        size = ctypes.c_size_t()
        self._library.SQLDescribeColW(
            *(self._statement, number, name, 256, ctypes.byref(length), ctypes.byref(sql_type)),
            *(ctypes.byref(size), ctypes.byref(digits), ctypes.byref(nullable)),
        )
        text = ctypes.string_at(name, min(length.value, 255) * 2).decode("utf-16-le", "replace")
        return Column(text, sql_type.value)

    def _rows(self, columns: tuple[Column, ...]) -> Iterator[Event]:
        chunk: list[tuple[Value, ...]] = []
        types = [(number, column.sql_type) for number, column in enumerate(columns, 1)]
        while api.succeeded(code := self._library.SQLFetch(self._statement)):
            chunk.append(tuple(self._value(number, sql_type) for number, sql_type in types))
            if len(chunk) == _ROWS_A_CHUNK:
                yield Rows(chunk)
                chunk = []
        if chunk:
            yield Rows(chunk)
        if code != api.NO_DATA:
            yield from diagnostics(api.STATEMENT, self._statement)

    def _value(self, number: int, sql_type: int) -> Value:
        if sql_type in api.INTEGERS or sql_type == api.BIT:
            whole: int | None = self._fixed(number, api.C_BIGINT, ctypes.c_longlong())
            return bool(whole) if sql_type == api.BIT and whole is not None else whole
        if sql_type in api.FLOATS:
            real: float | None = self._fixed(number, api.C_DOUBLE, ctypes.c_double())
            return real
        if sql_type in api.BINARIES:
            return self._bytes(number, api.C_BINARY, 0)
        raw = self._bytes(number, api.C_WCHAR, 2)
        text = None if raw is None else raw.decode("utf-16-le", "replace")
        return Decimal(text) if sql_type in api.DECIMALS and text is not None else text

    def _fixed(self, number: int, c_type: int, target: Any) -> Any:
        indicator = ctypes.c_ssize_t()
        self._library.SQLGetData(
            self._statement, number, c_type, ctypes.byref(target), 0, ctypes.byref(indicator)
        )
        return None if indicator.value == api.NULL_DATA else target.value

    def _bytes(self, number: int, c_type: int, terminator: int) -> bytes | None:
        """A value of any length, piece by piece; `terminator` bytes of each full buffer are no data."""
        indicator, room = ctypes.c_ssize_t(), _BUFFER_BYTES - terminator
        pieces: list[bytes] = []
        while api.succeeded(
            self._library.SQLGetData(
                self._statement, number, c_type, self._buffer, _BUFFER_BYTES, ctypes.byref(indicator)
            )
        ):
            if indicator.value == api.NULL_DATA:
                return None
            if 0 <= indicator.value <= room:
                pieces.append(ctypes.string_at(self._buffer, indicator.value))
                break
            pieces.append(ctypes.string_at(self._buffer, room))
        return b"".join(pieces)


def _collect(events: Iterator[Event]) -> Answer:
    names: list[str] = []
    results: list[list[Mapping[str, Any]]] = []
    messages: list[str] = []
    errors: list[Diagnostic] = []
    for event in events:
        if isinstance(event, Columns):
            names = [column.name for column in event.columns]
            results.append([])
        elif isinstance(event, Rows):
            results[-1].extend(dict(zip(names, row, strict=True)) for row in event.rows)
        elif isinstance(event, Diagnostic) and event.is_error:
            errors.append(event)
        elif isinstance(event, Diagnostic):
            messages.append(event.text)
    if errors:
        raise SqlFailed(tuple(errors))
    return Answer(tuple(map(tuple, results)), tuple(messages))
