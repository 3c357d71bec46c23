"""Date parts: their names, and which type has which.

Place in the pipeline: used by the date functions. Source: Microsoft Learn, "DATEPART", "DATEADD",
"DATETRUNC".
"""

from __future__ import annotations

from typing import Final

from tsqld.binder.bound import Bound
from tsqld.errors import TsqlError, error
from tsqld.functions import arguments as a
from tsqld.functions import dateorder, datetext, ticks
from tsqld.functions.convert import convert
from tsqld.functions.macros import call
from tsqld.functions.precedence import shown
from tsqld.functions.sqltext import let, quote, raised
from tsqld.functions.to_date import constant
from tsqld.types import DATETIME, SqlType, datetime2

_NAMES: Final = {
    "year": "yy yyyy", "quarter": "qq q", "month": "mm m", "dayofyear": "dy y", "day": "dd d",
    "week": "wk ww",
    "weekday": "dw w", "hour": "hh", "minute": "mi n", "second": "ss s", "millisecond": "ms",
    "microsecond": "mcs",
    "nanosecond": "ns", "tzoffset": "tz", "iso_week": "isowk isoww",
}  # fmt: skip
_ALIASES: Final = {alias: name for name, text in _NAMES.items() for alias in (name, *text.split())}

MICROS: Final = {
    "hour": 3_600_000_000, "minute": 60_000_000, "second": 1_000_000, "millisecond": 1000, "microsecond": 1,
}  # fmt: skip
"""The length of each part of a day in microseconds."""

DAY_PARTS: Final = frozenset({"year", "quarter", "month", "dayofyear", "day", "week", "weekday", "iso_week"})
CLOCK_PARTS: Final = frozenset({*MICROS, "nanosecond"})


def part_of(
    argument: Bound, function: str, allowed: frozenset[str] | set[str], line: int, *, number: int = 9810
) -> str:
    """The full name of the part that a date function was given. Errors: 155 for a word that is none,
    `number` for a part the function does not know.
    """
    word = str(argument.value)
    name = _ALIASES.get(word.lower())
    if name is None:
        raise TsqlError(155, f"'{word}' is not a recognized {function} option.", severity=15, line=line)
    if name not in allowed:
        text = f"The datepart {name} is not supported by date function {function}."
        raise TsqlError(number, text, state=0 if number == 9806 else 1, line=line)
    return name


def unsupported_part(part: str, function: str, type: SqlType, line: int) -> TsqlError:
    """9810: the type has no such part."""
    text = f"The datepart {part} is not supported by date function {function} for data type {type.name}."
    return TsqlError(9810, text, state=2, line=line)


def check_part(part: str, function: str, type: SqlType, line: int) -> None:
    """9810 when a date is asked for hours or a time for days."""
    if (type.name == "date" and part in CLOCK_PARTS) or (type.name == "time" and part in DAY_PARTS):
        raise unsupported_part(part, function, type, line)
    if part == "tzoffset" and type.name not in ("datetimeoffset", "datetime2"):
        raise unsupported_part(part, function, type, line)


def as_date(value: Bound, place: int, function: str, line: int, *, text_type: SqlType = DATETIME) -> Bound:
    """An argument as some date or time type: numbers become datetime, text `text_type`. Error 8116."""
    type = value.type
    if type.is_temporal:
        return value
    if value.is_null:
        return convert(value, text_type, line=line)
    if type.is_text:
        return convert(value, text_type, line=line)
    if type.is_number or type.name in ("binary", "varbinary"):
        return convert(value, DATETIME, line=line)
    raise error(8116, shown(type), place, function, line=line)


def as_instant(value: Bound, place: int, function: str, line: int) -> Bound:
    """An argument as a date or time type, text as datetime2 without its seventh digit, which no part asks
    for.
    """
    if not value.type.is_text:
        return as_date(value, place, function, line)
    if isinstance(value.value, str):
        return Bound(_constant(value, line), datetime2(7), False)
    source = quote(shown(value.type))
    pattern = (
        "[1-9][0-9]{3}-[01][0-9]-[0-3][0-9](?:[ "
        "T](?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:[.][0-9]{1,6})?)?"
    )

    def body(v: str) -> str:
        slow = f"tsqld_moment({v}, {source}, 'instant', 7, {dateorder.CODES[dateorder.current()]})"
        return (
            f"CASE WHEN regexp_full_match({v}, '{pattern}') THEN coalesce(TRY_CAST({v} AS TIMESTAMP), "
            f"{slow}) "
            f"WHEN {v} IS NOT NULL THEN {slow} END"
        )

    return a.made(f"({let(value.sql, body)})", datetime2(7), value)


def _constant(value: Bound, line: int) -> str:
    try:
        moment, _ = datetext.convert(
            value.value, shown(value.type), "instant", 7, dateorder.CODES[dateorder.current()]
        )
    except TsqlError as problem:
        problem.line = line
        return raised(problem, datetime2(7))
    return constant(moment, 0, datetime2(7))


def whole_micros(value: Bound, *, utc: bool = False) -> str:
    """`timestamp` without a seventh digit of the second, for those who do not ask for it."""
    if not value.exact:
        return timestamp(value, utc=utc)
    if utc and value.type.name == "datetimeoffset":
        return call("floor_ticks", f"({value.exact}).ticks")
    return ticks.floored(value)


def timestamp(value: Bound, *, utc: bool = False) -> str:
    """A date or time value as a DuckDB TIMESTAMP: in its own time zone, or in UTC."""
    name, sql = value.type.name, value.sql
    if name == "date":
        return f"({sql})::TIMESTAMP"
    if name == "time":
        return f"(DATE '1900-01-01' + ({sql}))"
    if name == "datetimeoffset":
        return call("utc_of" if utc else "local_of", sql)
    return sql
