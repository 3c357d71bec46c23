"""DATEADD in ticks of 100 ns: of nanoseconds, and of moments with a seventh digit of the second.

Place in the pipeline: called by `dates`. Source: Microsoft Learn, "DATEADD" (nanosecond is rounded to 100).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from tsqld.binder.bound import Bound
from tsqld.functions import ticks
from tsqld.functions.convert import convert
from tsqld.functions.dateparts import whole_micros
from tsqld.functions.macros import call
from tsqld.functions.sqltext import let, raise_error
from tsqld.types import SqlType

_DAY = "864000000000"


def moved(move: Callable[[Bound], str], number: Bound, date: Bound) -> Bound:
    """`date`, which has a seventh digit, moved by whole microseconds or more; the digit stays."""
    type = replace(date.type, scale=6)
    floor = whole_micros(date)
    if type.name == "time":
        floor = f"({floor})::TIME"
    elif type.name == "datetimeoffset":
        local = floor
        floor = let(date.exact, lambda t: call("offset_of_local", local, f"({t}).minutes"))
    whole = ticks.of(Bound(move(Bound(floor, type)), type))
    return ticks.made(_plus(whole, _digit(date), type), date.type, number, date)


def _digit(date: Bound) -> str:
    moment = f"({date.exact}).ticks" if date.type.name == "datetimeoffset" else date.exact
    return f"({moment} % 10)"


def _plus(count: str, more: str, type: SqlType) -> str:
    if type.name != "datetimeoffset":
        return f"({count} + {more})"

    def body(t: str) -> str:
        return f"CASE WHEN {t} IS NOT NULL THEN {{ticks: ({t}).ticks + {more}, minutes: ({t}).minutes}} END"

    return let(count, body)


def added_nanos(number: Bound, date: Bound) -> Bound:
    """`date` moved by nanoseconds, rounded to 100 and then to the type's scale. Error 517."""
    type = date.type
    more = let(number.sql, lambda n: f"(sign({n}) * ((abs({n}::BIGINT) + 50) // 100))::BIGINT")
    count = _plus(ticks.of(date), more, type)
    count = f"(({count} + {_DAY}) % {_DAY})" if type.name == "time" else _in_calendar(count, type)
    fine = ticks.made(count, replace(type, scale=7), number, date)
    return convert(fine, type, explicit=True)


def _in_calendar(count: str, type: SqlType) -> str:
    """Ticks between 0001-01-01 and 9999-12-31; error 517 for others."""

    def body(t: str) -> str:
        moment = f"({t}).ticks" if type.name == "datetimeoffset" else t
        within = f"{moment} BETWEEN 0 AND 3155378975999999999"
        return f"CASE WHEN {within} THEN {t} WHEN {moment} IS NOT NULL THEN {raise_error(517, type.name)} END"

    return let(count, body)
