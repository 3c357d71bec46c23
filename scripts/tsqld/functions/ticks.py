"""Expressions in ticks of 100 ns: the seventh digit of datetime2(7), time(7) and datetimeoffset(7).

Place in the pipeline: used by `convert` and the date functions. DuckDB holds microseconds. An expression that
may have a seventh digit therefore carries, besides the text that refuses such a digit, one that counts ticks
(`Bound.exact`): a BIGINT since 0001-01-01 for datetime2, since midnight for time, and
STRUCT(ticks BIGINT, minutes SMALLINT) in UTC for datetimeoffset. Whoever does not know of it refuses the
digit.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from tsqld.binder.bound import Bound, Fine
from tsqld.functions.macros import call
from tsqld.functions.sqltext import let
from tsqld.types import SqlType

FINE: Final = ("datetime2", "time", "datetimeoffset")
TYPES: Final = {
    "datetime2": "BIGINT", "time": "BIGINT", "datetimeoffset": "STRUCT(ticks BIGINT, minutes SMALLINT)",
}  # fmt: skip
"""DuckDB's type of ticks."""


def is_fine(type: SqlType) -> bool:
    """Whether values of `type` have a seventh digit."""
    return type.scale == 7 and type.name in FINE


def made(ticks: str, type: SqlType, *args: Bound, constant: bool = False) -> Bound:
    """A result of a fine `type` computed in ticks."""
    sql = call(f"{type.name}_of_ticks", ticks)
    result = Bound(
        sql,
        type,
        any(arg.nullable for arg in args),
        aggregated=any(arg.aggregated for arg in args),
        windowed=any(arg.windowed for arg in args),
    )
    return with_ticks(result, ticks, constant=constant)


def with_ticks(value: Bound, ticks: str, *, constant: bool = False) -> Bound:
    """`value` with its ticks."""
    return replace(value, fine=Fine(value.sql, lambda: ticks, constant))


def of(value: Bound) -> str:
    """The ticks of any datetime2, time or datetimeoffset, of its microseconds where it has no others."""
    if value.exact:
        return value.exact
    seven = "_seven" if value.type.scale == 7 else ""
    if value.type.name == "datetimeoffset":
        return call(f"zoned_ticks{seven}", value.sql)
    if value.type.name == "time":
        return call(f"clock_ticks{seven}", value.sql)
    return call(f"ticks_of{seven}", value.sql)


def local(value: Bound) -> str:
    """The ticks of an exact `value` by its own clock: since 0001-01-01, a time's as of 1900-01-01."""
    if value.type.name == "datetimeoffset":
        return let(value.exact, lambda t: f"(({t}).ticks + ({t}).minutes::BIGINT * 600000000)")
    if value.type.name == "time":
        return f"({value.exact} + 599266080000000000)"
    return value.exact


def floored(value: Bound) -> str:
    """The local moment of an exact `value` as a TIMESTAMP, its seventh digit cut off."""
    return call("floor_ticks", local(value))
