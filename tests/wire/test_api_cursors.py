"""Cursors by remote calls, as ODBC's and JDBC's scrollable result sets use them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tsqld import events as ev
from tsqld.runtime.engine import Engine
from tsqld.tds.calls import Calls
from tsqld.tds.prepared import PreparedStatements
from tsqld.tds.requests import Call
from tsqld.types import INT, nvarchar

_NUMBERS = "SELECT value AS n FROM GENERATE_SERIES(1, 10) ORDER BY value"
_FIRST, _NEXT, _PREVIOUS, _LAST, _ABSOLUTE, _RELATIVE = 1, 2, 4, 8, 16, 32


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    engine = Engine.open(tmp_path_factory.mktemp("cursors"), "x")
    yield engine
    engine.close()


@pytest.fixture
def calls(engine: Engine) -> Iterator[Calls]:
    session = engine.login("sa", "x", "master")
    yield Calls(session, PreparedStatements())
    session.close()


def _number(value: int | None, *, out: bool = False) -> ev.Argument:
    return ev.Argument("", INT, value, out)


def _text(value: str) -> ev.Argument:
    return ev.Argument("", nvarchar(4000), value)


class Answer:
    """What a call told: rows without their status, values by their place, errors."""

    def __init__(self, events: Iterator[ev.Event]) -> None:
        self.rows: list[tuple[Any, ...]] = []
        self.names: list[str] = []
        self.values: dict[int, Any] = {}
        self.errors: list[int] = []
        for event in events:
            match event:
                case ev.Columns():
                    self.names = [column.name for column in event.columns]
                case ev.Rows():
                    self.rows += [tuple(row[:-1]) for row in event.rows]
                case ev.ReturnValue():
                    self.values[event.ordinal] = event.value
                case ev.Error():
                    self.errors.append(event.number)


def _call(calls: Calls, name: str, *arguments: ev.Argument) -> Answer:
    return Answer(calls.events(Call(name, arguments)))


def _opened(calls: Calls, statement: str, kind: int = 8, rows: int = 0, *more: ev.Argument) -> Answer:
    options = (_number(kind, out=True), _number(4, out=True), _number(rows, out=True))
    return _call(calls, "sp_cursoropen", _number(None, out=True), _text(statement), *options, *more)


def _fetched(calls: Calls, cursor: int, kind: int, number: int = 0, count: int = 2) -> list[int]:
    answer = _call(calls, "sp_cursorfetch", *(_number(one) for one in (cursor, kind, number, count)))
    return [row[0] for row in answer.rows]


def test_a_cursor_says_what_it_is_and_how_many_rows_it_has(calls: Calls) -> None:
    answer = _opened(calls, _NUMBERS)
    assert answer.names == ["n", "ROWSTAT"]
    assert answer.rows == []
    assert [answer.values[place] for place in (2, 3, 4)] == [8, 1, 10]


def test_fetches_go_both_ways_and_stop_at_the_ends(calls: Calls) -> None:
    cursor = _opened(calls, _NUMBERS).values[0]
    assert _fetched(calls, cursor, _NEXT) == [1, 2]
    assert _fetched(calls, cursor, _NEXT) == [3, 4]
    assert _fetched(calls, cursor, _PREVIOUS) == [1, 2]
    assert _fetched(calls, cursor, _PREVIOUS) == []
    assert _fetched(calls, cursor, _LAST) == [9, 10]
    assert _fetched(calls, cursor, _NEXT) == []
    assert _fetched(calls, cursor, _ABSOLUTE, 5) == [5, 6]
    assert _fetched(calls, cursor, _ABSOLUTE, -1) == [10]
    assert _fetched(calls, cursor, _RELATIVE, -3) == [7, 8]
    assert _fetched(calls, cursor, _FIRST, count=3) == [1, 2, 3]


def test_an_automatic_fetch_brings_the_first_rows(calls: Calls) -> None:
    answer = _opened(calls, _NUMBERS, 0x2000 | 0x10, 4)
    assert [row[0] for row in answer.rows] == [1, 2, 3, 4]
    assert answer.values[2] == 0x10


def test_a_statement_with_parameters_takes_them(calls: Calls) -> None:
    declared = (_text("@low int"), _number(9))
    answer = _opened(calls, "SELECT value FROM GENERATE_SERIES(@low, 10)", 0x1000 | 8, 0, *declared)
    assert answer.values[4] == 2


def test_a_prepared_cursor_opens_by_its_handle(calls: Calls) -> None:
    texts = (_text("@low int"), _text("SELECT value FROM GENERATE_SERIES(@low, 10)"))
    options = (_number(8, out=True), _number(1, out=True), _number(0, out=True))
    outs = (_number(None, out=True), _number(None, out=True))
    answer = _call(calls, "sp_cursorprepexec", *outs, *texts, _number(1), *options, _number(10))
    assert answer.values[7] == 1
    again = _call(
        calls, "sp_cursorexecute", _number(answer.values[0]), _number(None, out=True), *options, _number(3)
    )
    assert again.values[4] == 8
    assert _call(calls, "sp_cursorunprepare", _number(answer.values[0])).errors == []


def test_a_closed_cursor_is_not_found(calls: Calls) -> None:
    cursor = _opened(calls, _NUMBERS).values[0]
    assert _call(calls, "sp_cursorclose", _number(cursor)).errors == []
    assert _call(calls, "sp_cursorclose", _number(cursor)).errors == [16909]


def test_changes_through_a_cursor_are_refused_and_positions_are_not(calls: Calls) -> None:
    cursor = _opened(calls, _NUMBERS).values[0]
    assert _call(calls, "sp_cursor", _number(cursor), _number(1), _number(1)).errors == [16929]
    assert _call(calls, "sp_cursor", _number(cursor), _number(0x20), _number(1)).errors == []


def test_only_one_select_has_a_cursor(calls: Calls) -> None:
    for statement in ("SELECT 1; SELECT 2", "DECLARE @a int", "EXEC sp_who"):
        assert _opened(calls, statement).errors == [16937]
    assert _opened(calls, "SELECT * FROM missing").errors == [208]
