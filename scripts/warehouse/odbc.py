"""Runs batches through ODBC and reports every message with its number, severity, state, line and procedure.

Beside `connection`, which uses pyodbc: pyodbc carries parameters and rows well but drops severity, state,
line and procedure of an error, and a migration that fails must name its line. So the batches of `warehouse
sql` and `warehouse migrate` go through these direct calls of the same driver manager and driver. Source:
Microsoft Learn, "ODBC API reference" and "SQLGetDiagField" (driver-specific fields SQL_DIAG_SS_*).
"""

from __future__ import annotations

import ctypes
import ctypes.util
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from types import TracebackType
from typing import Any, Final

from warehouse.errors import Diagnostic, SqlFailed, Unreachable
from warehouse.interrupts import interruptibly

Value = int | float | bool | str | bytes | Decimal | None

_ENVIRONMENT, _CONNECTION, _STATEMENT = 1, 2, 3
_SUCCESS, _SUCCESS_WITH_INFO, _NO_DATA = 0, 1, 100
_NULL_DATA, _NO_TOTAL, _NTS = -1, -4, -3
_ATTR_ODBC_VERSION, _ODBC_3 = 200, 3
_ATTR_LOGIN_TIMEOUT = 103
_C_WCHAR, _C_BINARY, _C_BIGINT, _C_DOUBLE = -8, -2, -25, 8
_DIAG_STATE, _DIAG_SEVERITY, _DIAG_PROCEDURE, _DIAG_LINE = -1150, -1151, -1153, -1154
_INTEGERS: Final = frozenset({4, 5, -5, -6})
_BIT: Final = -7
_FLOATS: Final = frozenset({6, 7, 8})
_DECIMALS: Final = frozenset({2, 3})
_BINARIES: Final = frozenset({-2, -3, -4})
_ROWS_A_CHUNK: Final = 1000
_BUFFER_BYTES: Final = 16384
_PREFIXES: Final = 3  # [vendor][driver][server]


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


@cache
def _library() -> ctypes.CDLL:
    names = {"win32": "odbc32", "darwin": "libodbc.2.dylib"}
    name = names.get(sys.platform) or ctypes.util.find_library("odbc") or "libodbc.so.2"
    try:
        library = ctypes.CDLL(name)
    except OSError as error:
        raise Unreachable(
            "unixODBC is not installed (libodbc.so.2 is missing): apt-get install unixodbc"
        ) from error
    _declare(library)
    return library


def _declare(library: ctypes.CDLL) -> None:
    """Argument types, without which 64-bit handles are cut to 32 bits."""
    pointer, short, integer, unsigned = ctypes.c_void_p, ctypes.c_short, ctypes.c_int, ctypes.c_ushort
    length = ctypes.c_ssize_t
    signatures: dict[str, list[Any]] = {
        "SQLAllocHandle": [short, pointer, pointer],
        "SQLFreeHandle": [short, pointer],
        "SQLSetEnvAttr": [pointer, integer, pointer, integer],
        "SQLSetConnectAttrW": [pointer, integer, pointer, integer],
        "SQLDriverConnectW": [pointer, pointer, pointer, short, pointer, short, pointer, unsigned],
        "SQLDisconnect": [pointer],
        "SQLExecDirectW": [pointer, pointer, integer],
        "SQLMoreResults": [pointer],
        "SQLNumResultCols": [pointer, pointer],
        "SQLDescribeColW": [pointer, unsigned, pointer, short, pointer, pointer, pointer, pointer, pointer],
        "SQLRowCount": [pointer, pointer],
        "SQLFetch": [pointer],
        "SQLGetData": [pointer, unsigned, short, pointer, length, pointer],
        "SQLCancel": [pointer],
        "SQLGetDiagRecW": [short, pointer, short, pointer, pointer, pointer, short, pointer],
        "SQLGetDiagFieldW": [short, pointer, short, short, pointer, short, pointer],
    }
    for name, arguments in signatures.items():
        function = getattr(library, name)
        function.argtypes = arguments
        function.restype = short


@cache
def _environment() -> ctypes.c_void_p:
    library, handle = _library(), ctypes.c_void_p()
    if library.SQLAllocHandle(_ENVIRONMENT, None, ctypes.byref(handle)) != _SUCCESS:
        raise Unreachable("ODBC gave no environment; is unixODBC installed completely?")
    library.SQLSetEnvAttr(handle, _ATTR_ODBC_VERSION, _ODBC_3, 0)
    return handle


def _wide(text: str) -> ctypes.Array[ctypes.c_char]:
    """`text` as zero-terminated UTF-16, which is what the W functions of ODBC take."""
    return ctypes.create_string_buffer(text.encode("utf-16-le", "surrogatepass") + b"\0\0")


def _succeeded(code: int) -> bool:
    return code in (_SUCCESS, _SUCCESS_WITH_INFO)


class OdbcConnection:
    """One connection in autocommit mode; used by one thread at a time, except `cancel`."""

    def __init__(self, connection_string: str, *, timeout_seconds: int = 15) -> None:
        """Connect. Errors: Unreachable, whose `__cause__` is the SqlFailed that holds the server's
        numbers."""
        self._library = _library()
        self._handle = self._allocate(_CONNECTION, _environment())
        self._statement = ctypes.c_void_p()
        self._library.SQLSetConnectAttrW(self._handle, _ATTR_LOGIN_TIMEOUT, timeout_seconds, 0)
        code = self._library.SQLDriverConnectW(
            self._handle, None, _wide(connection_string), _NTS, None, 0, None, 0
        )
        if not _succeeded(code):
            failure = SqlFailed(tuple(self._diagnostics(_CONNECTION, self._handle)))
            self._library.SQLFreeHandle(_CONNECTION, self._handle)
            raise Unreachable(failure.diagnostics[0].text) from failure
        self._statement = self._allocate(_STATEMENT, self._handle)
        self._buffer = ctypes.create_string_buffer(_BUFFER_BYTES)

    def __enter__(self) -> OdbcConnection:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close; an open transaction is rolled back by the server. Closing twice does nothing."""
        if self._statement:
            self._library.SQLFreeHandle(_STATEMENT, self._statement)
            self._library.SQLDisconnect(self._handle)
            self._library.SQLFreeHandle(_CONNECTION, self._handle)
            self._statement = ctypes.c_void_p()

    def cancel(self) -> None:
        """Ask the server to end the running batch; callable from any thread."""
        if self._statement:
            self._library.SQLCancel(self._statement)

    def batch(self, text: str) -> Iterator[Event]:
        """Run one batch; everything the server answers, in its order, errors included as Diagnostic.

        Iterate to the end: results that are not taken leave the batch unfinished.
        """
        events = self._events(text)
        while (event := interruptibly(lambda: next(events, None), self.cancel)) is not None:
            yield event

    def _events(self, text: str) -> Iterator[Event]:
        code = self._library.SQLExecDirectW(self._statement, _wide(text), _NTS)
        while code != _NO_DATA:
            messages = [] if code == _SUCCESS else self._diagnostics(_STATEMENT, self._statement)
            yield from messages
            if _succeeded(code):
                yield from self._result()
            elif not any(message.number for message in messages):
                return  # the driver itself failed: there is no further result to ask for
            code = self._library.SQLMoreResults(self._statement)

    def run(self, text: str) -> list[list[tuple[Value, ...]]]:
        """Run one batch and return the rows of each result set. Errors: SqlFailed with every error sent."""
        results: list[list[tuple[Value, ...]]] = []
        errors: list[Diagnostic] = []
        for event in self.batch(text):
            if isinstance(event, Columns):
                results.append([])
            elif isinstance(event, Rows):
                results[-1].extend(event.rows)
            elif isinstance(event, Diagnostic) and event.is_error:
                errors.append(event)
        if errors:
            raise SqlFailed(tuple(errors))
        return results

    def _allocate(self, kind: int, parent: ctypes.c_void_p) -> ctypes.c_void_p:
        handle = ctypes.c_void_p()
        if not _succeeded(self._library.SQLAllocHandle(kind, parent, ctypes.byref(handle))):
            raise Unreachable("ODBC gave no handle; the connection was lost or memory is short")
        return handle

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
            self._statement, number, name, 256, ctypes.byref(length), ctypes.byref(sql_type),
            ctypes.byref(size), ctypes.byref(digits), ctypes.byref(nullable),
        )  # fmt: skip
        text = ctypes.string_at(name, min(length.value, 255) * 2).decode("utf-16-le", "replace")
        return Column(text, sql_type.value)

    def _rows(self, columns: tuple[Column, ...]) -> Iterator[Event]:
        chunk: list[tuple[Value, ...]] = []
        types = [(number, column.sql_type) for number, column in enumerate(columns, 1)]
        while _succeeded(code := self._library.SQLFetch(self._statement)):
            chunk.append(tuple(self._value(number, sql_type) for number, sql_type in types))
            if len(chunk) == _ROWS_A_CHUNK:
                yield Rows(chunk)
                chunk = []
        if chunk:
            yield Rows(chunk)
        if code != _NO_DATA:
            yield from self._diagnostics(_STATEMENT, self._statement)

    def _value(self, number: int, sql_type: int) -> Value:
        if sql_type in _INTEGERS or sql_type == _BIT:
            whole: int | None = self._fixed(number, _C_BIGINT, ctypes.c_longlong())
            return bool(whole) if sql_type == _BIT and whole is not None else whole
        if sql_type in _FLOATS:
            real: float | None = self._fixed(number, _C_DOUBLE, ctypes.c_double())
            return real
        if sql_type in _BINARIES:
            return self._bytes(number, _C_BINARY, 0)
        raw = self._bytes(number, _C_WCHAR, 2)
        text = None if raw is None else raw.decode("utf-16-le", "replace")
        return Decimal(text) if sql_type in _DECIMALS and text is not None else text

    def _fixed(self, number: int, c_type: int, target: Any) -> Any:
        indicator = ctypes.c_ssize_t()
        self._library.SQLGetData(
            self._statement, number, c_type, ctypes.byref(target), 0, ctypes.byref(indicator)
        )
        return None if indicator.value == _NULL_DATA else target.value

    def _bytes(self, number: int, c_type: int, terminator: int) -> bytes | None:
        """A value of any length, piece by piece; `terminator` bytes of each full buffer are no data."""
        indicator, room = ctypes.c_ssize_t(), _BUFFER_BYTES - terminator
        pieces: list[bytes] = []
        while _succeeded(
            self._library.SQLGetData(
                self._statement, number, c_type, self._buffer, _BUFFER_BYTES, ctypes.byref(indicator)
            )
        ):
            if indicator.value == _NULL_DATA:
                return None
            if 0 <= indicator.value <= room:
                pieces.append(ctypes.string_at(self._buffer, indicator.value))
                break
            pieces.append(ctypes.string_at(self._buffer, room))
        return b"".join(pieces)

    def _diagnostics(self, kind: int, handle: ctypes.c_void_p) -> list[Diagnostic]:
        found: list[Diagnostic] = []
        while (message := self._diagnostic(kind, handle, len(found) + 1)) is not None:
            found.append(message)
        return found

    def _diagnostic(self, kind: int, handle: ctypes.c_void_p, record: int) -> Diagnostic | None:
        sqlstate, text = ctypes.create_string_buffer(12), ctypes.create_string_buffer(16400)
        number, length = ctypes.c_int(), ctypes.c_short()
        code = self._library.SQLGetDiagRecW(
            kind, handle, record, sqlstate, ctypes.byref(number), text, 8192, ctypes.byref(length)
        )
        if not _succeeded(code):
            return None
        message = ctypes.string_at(text, min(length.value, 8191) * 2).decode("utf-16-le", "replace")
        return Diagnostic(
            number=number.value,
            severity=self._number_field(kind, handle, record, _DIAG_SEVERITY),
            state=self._number_field(kind, handle, record, _DIAG_STATE),
            line=self._number_field(kind, handle, record, _DIAG_LINE) & 0xFFFF,
            procedure=self._text_field(kind, handle, record, _DIAG_PROCEDURE),
            text=strip_prefixes(message),
            sqlstate=ctypes.string_at(sqlstate, 10).decode("utf-16-le"),
        )

    def _number_field(self, kind: int, handle: ctypes.c_void_p, record: int, field: int) -> int:
        value = ctypes.c_longlong()  # the line fills 16 of its bits only, the others 32
        self._library.SQLGetDiagFieldW(kind, handle, record, field, ctypes.byref(value), 0, None)
        return value.value & 0xFFFFFFFF

    def _text_field(self, kind: int, handle: ctypes.c_void_p, record: int, field: int) -> str:
        text, length = ctypes.create_string_buffer(1024), ctypes.c_short()
        self._library.SQLGetDiagFieldW(kind, handle, record, field, text, 1024, ctypes.byref(length))
        return ctypes.string_at(text, min(length.value, 1022)).decode("utf-16-le", "replace")


def strip_prefixes(message: str) -> str:
    """A driver's message without `[Microsoft][ODBC Driver 18 for SQL Server][SQL Server]` before it."""
    for _ in range(_PREFIXES):
        if not message.startswith("[") or "]" not in message:
            break
        message = message.partition("]")[2]
    return message.strip()
