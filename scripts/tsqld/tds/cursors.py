"""Cursors that client libraries open by remote calls: sp_cursoropen, sp_cursorfetch and their kin.

Place: `calls` hands it the calls whose names begin with sp_cursor. A cursor keeps the rows its statement
returned when it was opened: it is static and read-only whatever was asked for, and the answer says so, as SQL
Server's does when it converts a cursor. Specification: Microsoft Learn, "Cursor stored procedures", and
[MS-TDS] 2.2.6.6.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from tsqld.errors import error
from tsqld.events import (
    Argument,
    Column,
    Columns,
    Done,
    Error,
    Event,
    Message,
    ReturnStatus,
    ReturnValue,
    Rows,
)
from tsqld.syntax import nodes as n
from tsqld.syntax.parser import parse_batch
from tsqld.tds.prepared import Prepared, PreparedStatements
from tsqld.tds.protocol import Session
from tsqld.types import INT

_FORWARD_ONLY, _STATIC, _FAST_FORWARD = 0x4, 0x8, 0x10
_PARAMETERISED, _AUTO_FETCH = 0x1000, 0x2000
_READ_ONLY: Final = 1
_FIRST, _NEXT, _PREVIOUS, _LAST, _ABSOLUTE, _RELATIVE, _REFRESH, _INFO = 1, 2, 4, 8, 16, 32, 128, 256
_SET_POSITION: Final = 0x20 | 0x40 | 0x8
"""Operations of sp_cursor that change nothing: refresh, and setting the position."""
_ROW_STATUS: Final = Column("ROWSTAT", INT, nullable=False)
_FETCHED: Final = 1


@dataclass(slots=True)
class ApiCursor:
    """Rows of a statement and where its client stands: `first` is the buffer's first row, from 1."""

    columns: tuple[Column, ...]
    rows: list[tuple[Any, ...]] = field(default_factory=list)
    first: int = 0
    size: int = 0

    def move(self, kind: int, number: int, count: int) -> list[tuple[Any, ...]]:
        """The rows of a fetch; none beyond either end."""
        total = len(self.rows)
        start = {
            _FIRST: 1,
            _NEXT: self.first + max(self.size, 1) if self.first else 1,
            _PREVIOUS: self.first - count,
            _LAST: max(total - count + 1, 1),
            _ABSOLUTE: number if number >= 0 else total + number + 1,
            _RELATIVE: self.first + number,
            _REFRESH: self.first,
        }[kind]
        if kind == _PREVIOUS and 1 - count < start < 1 and self.first > 1:
            start = 1
        found = [] if start < 1 else self.rows[start - 1 : start - 1 + count]
        self.first = min(max(start, 0), total + 1)
        self.size = len(found)
        return found


class ApiCursors:
    """The cursors of one connection, by the handles their clients were given."""

    def __init__(self, session: Session, prepared: PreparedStatements) -> None:
        self._session = session
        self._prepared = prepared
        self._open: dict[int, ApiCursor] = {}
        self._last = 180150000
        self.handlers: dict[str, Callable[[Sequence[Argument]], Iterator[Event]]] = {
            "sp_cursoropen": self._open_text,
            "sp_cursorprepare": self._prepare,
            "sp_cursorexecute": self._execute,
            "sp_cursorprepexec": self._prepare_and_open,
            "sp_cursorunprepare": self._unprepare,
            "sp_cursorfetch": self._fetch,
            "sp_cursoroption": self._option,
            "sp_cursorclose": self._close,
            "sp_cursor": self._operate,
        }

    # opening

    def _open_text(self, arguments: Sequence[Argument]) -> Iterator[Event]:
        statement, declarations = _text(arguments, 1), ""
        own = 5
        if _number(arguments, 2) & _PARAMETERISED:
            declarations, own = _text(arguments, 5), 6
        yield from self._opened(Prepared(statement, declarations), arguments, 0, own)

    def _prepare(self, arguments: Sequence[Argument]) -> Iterator[Event]:
        prepared = Prepared(_text(arguments, 2), _text(arguments, 1))
        _check(prepared)
        yield from _returned(arguments, {0: self._prepared.replace(arguments[0].value, prepared)})

    def _execute(self, arguments: Sequence[Argument]) -> Iterator[Event]:
        yield from self._opened(self._prepared.find(arguments[0].value), arguments, 1, 5)

    def _prepare_and_open(self, arguments: Sequence[Argument]) -> Iterator[Event]:
        prepared = Prepared(_text(arguments, 3), _text(arguments, 2))
        _check(prepared)
        handle = self._prepared.replace(arguments[0].value, prepared)
        yield from self._opened(prepared, arguments, 1, 8, at=5, more={0: handle})

    def _unprepare(self, arguments: Sequence[Argument]) -> Iterator[Event]:
        self._prepared.remove(arguments[0].value if arguments else None)
        yield ReturnStatus(0)

    def _opened(
        self,
        prepared: Prepared,
        arguments: Sequence[Argument],
        cursor_at: int,
        own: int,
        *,
        at: int = 2,
        more: dict[int, int] | None = None,
    ) -> Iterator[Event]:
        """Run a statement and keep its rows. `at` is where @scrollopt, @ccopt and @rowcount stand, which are
        told back with the cursor's handle at `cursor_at`; the statement's own arguments follow `own`."""
        _check(prepared)
        cursor = ApiCursor(())
        for event in self._session.execute_sql(prepared.statement, prepared.declarations, arguments[own:]):
            match event:
                case Columns():
                    cursor.columns = event.columns
                case Rows():
                    cursor.rows += [tuple(row) for row in event.rows]
                case Message():
                    yield event
                case Error():
                    yield event
                    return
        self._last += 2
        self._open[self._last] = cursor
        asked = _number(arguments, at)
        fetched = []
        if asked & _AUTO_FETCH:
            fetched = cursor.move(_FIRST, 0, max(_number(arguments, at + 2), 1))
        yield from _shown(cursor, fetched)
        kind = next((one for one in (_FAST_FORWARD, _FORWARD_ONLY) if asked & one), _STATIC)
        told = {**(more or {}), cursor_at: self._last, at: kind, at + 1: _READ_ONLY, at + 2: len(cursor.rows)}
        yield from _returned(arguments, told)

    # using

    def _find(self, arguments: Sequence[Argument]) -> ApiCursor:
        """Error 16909: there is no such cursor."""
        found = self._open.get(_number(arguments, 0))
        if found is None:
            raise error(16909, "sp_cursor", f"{_number(arguments, 0):x}")
        return found

    def _fetch(self, arguments: Sequence[Argument]) -> Iterator[Event]:
        cursor = self._find(arguments)
        kind = _number(arguments, 1, _NEXT)
        if kind & _INFO:
            yield from _returned(arguments, {2: cursor.first, 3: len(cursor.rows)})
            return
        if kind not in (_FIRST, _NEXT, _PREVIOUS, _LAST, _ABSOLUTE, _RELATIVE, _REFRESH):
            raise error(16902, "sp_cursorfetch", "fetchtype")
        rows = cursor.move(kind, _number(arguments, 2), max(_number(arguments, 3, 20), 0))
        yield from _shown(cursor, rows)
        yield ReturnStatus(0)

    def _option(self, arguments: Sequence[Argument]) -> Iterator[Event]:
        """Names and text pointers, which change nothing here."""
        self._find(arguments)
        yield ReturnStatus(0)

    def _close(self, arguments: Sequence[Argument]) -> Iterator[Event]:
        if _number(arguments, 0) == -1:
            self._open.clear()
        else:
            self._find(arguments)
            del self._open[_number(arguments, 0)]
        yield ReturnStatus(0)

    def _operate(self, arguments: Sequence[Argument]) -> Iterator[Event]:
        """Error 16929 of a change: the cursor is read-only."""
        self._find(arguments)
        if _number(arguments, 1) & ~_SET_POSITION:
            raise error(16929)
        yield ReturnStatus(0)

    def clear(self) -> None:
        """A reset connection starts without cursors."""
        self._open.clear()


def _check(prepared: Prepared) -> None:
    """Error 16937 of anything but one SELECT."""
    statements = parse_batch(prepared.statement).statements
    if len(statements) != 1 or not isinstance(statements[0], n.SelectStatement):
        raise error(16937)


def _shown(cursor: ApiCursor, rows: list[tuple[Any, ...]]) -> Iterator[Event]:
    """Rows with a status behind each, as clients of these procedures expect."""
    yield Columns((*cursor.columns, _ROW_STATUS))
    if rows:
        yield Rows([(*row, _FETCHED) for row in rows])
    yield Done(len(rows), select=True)


def _returned(arguments: Sequence[Argument], values: dict[int, int]) -> Iterator[Event]:
    """Success, and those of the values whose arguments are OUTPUT."""
    yield ReturnStatus(0)
    for place, value in sorted(values.items()):
        if place < len(arguments) and arguments[place].is_output:
            yield ReturnValue(arguments[place].name, INT, value, place)


def _text(arguments: Sequence[Argument], place: int) -> str:
    """Error 214: no text where one belongs; NULL counts as empty."""
    value = arguments[place].value if place < len(arguments) else 0
    if value is not None and not isinstance(value, str):
        raise error(214, "@stmt", "ntext/nchar/nvarchar")
    return value or ""


def _number(arguments: Sequence[Argument], place: int, default: int = 0) -> int:
    value = arguments[place].value if place < len(arguments) else None
    return value if isinstance(value, int) else default
