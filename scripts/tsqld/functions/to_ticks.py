"""Conversions from and to moments in ticks of 100 ns, the seventh digit included.

Place in the pipeline: called by `convert`: `finer` gives a result its ticks, `from_ticks` converts a
value that has them. Source: Microsoft Learn, "datetime2", "time", "datetimeoffset" (conversions between
them); a datetime is converted by its three-hundredths of a second.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from tsqld.binder.bound import Bound, Fine
from tsqld.errors import TsqlError
from tsqld.functions import datetext, ticks, to_bytes, to_date, to_text
from tsqld.functions.conversion import Conversion
from tsqld.functions.macros import call
from tsqld.functions.precedence import shown
from tsqld.functions.sqltext import let, quote
from tsqld.ticks import is_kept

_DAY: Final = "864000000000"
_MINUTE: Final = "600000000"


def finer(c: Conversion, result: Bound) -> Bound:
    """The result of `c`, whose target has a seventh digit, with its ticks."""
    if c.source.is_text:
        c = to_date.ordered(c)
        if isinstance(c.value.value, str):
            return _constant(c, c.value.value) or result
        fine = Fine(result.sql, lambda: let(c.value.sql, lambda v: _of_text(c, v)))
        return replace(result, fine=fine)
    if c.source.is_binary:
        return ticks.with_ticks(result, to_bytes.stored_ticks(c))
    if c.source.name == "datetime":
        return ticks.with_ticks(result, _between(call("datetime_seven", c.value.sql), c.target.name))
    return result


def _constant(c: Conversion, text: str) -> Bound | None:
    """A constant with a seventh digit; None for one that microseconds hold, or that does not convert."""
    name = c.target.name
    try:
        style = -1 if c.style is None else c.style
        if name == "datetimeoffset":
            found = datetext.zoned_ticks_of_text(text, shown(c.source), style)
            count, minutes = found["ticks"], found["minutes"]
        else:
            count, minutes = datetext.ticks_of_text(text, shown(c.source), name, style), 0
    except TsqlError:
        return None
    if is_kept(count):
        return None
    sql = f"CAST({count} AS BIGINT)"
    if name == "datetimeoffset":
        sql = f"{{ticks: {sql}, minutes: ({minutes})::SMALLINT}}"
    return ticks.made(sql, c.target, constant=True)


def _of_text(c: Conversion, v: str) -> str:
    """The ticks of text from rows: by DuckDB's own reading of plain forms, else digit by digit."""
    style, lenient = -1 if c.style is None else c.style, "_or_null" if c.lenient else ""
    name = c.target.name
    if name == "datetimeoffset":
        return f"tsqld_zoned_ticks_of_text{lenient}({v}, {quote(shown(c.source))}, {style})"
    slow = f"tsqld_ticks_of_text{lenient}({v}, {quote(shown(c.source))}, {quote(name)}, {style})"
    macro = "clock_ticks" if name == "time" else "ticks_of"
    branches = [
        f"WHEN {condition} THEN coalesce({call(macro, read)}, {slow})"
        for condition, read in to_date.plain_forms(c, v)
    ]
    return f"CASE {' '.join(branches)} WHEN {v} IS NULL THEN NULL ELSE {slow} END" if branches else slow


def _between(local: str, name: str) -> str:
    """Local ticks since 0001-01-01 as the ticks of a datetime2, time or datetimeoffset (in UTC)."""
    if name == "time":
        return f"({local} % {_DAY})"
    if name == "datetimeoffset":
        return let(
            local, lambda t: f"CASE WHEN {t} IS NOT NULL THEN {{ticks: {t}, minutes: 0::SMALLINT}} END"
        )
    return local


def from_ticks(c: Conversion) -> Bound | None:
    """`c` from a value that has ticks; None where it goes by microseconds, which refuse the digit."""
    a, b = c.source.name, c.target.name
    if c.target.is_text:
        return c.result(to_text.temporal_to_text(c))
    if c.target.is_binary:
        return c.result(to_bytes.temporal_to_bytes(c))
    if {a, b} == {"date", "time"} or not c.target.is_temporal:
        return None
    if ticks.is_fine(c.target):
        count = c.value.exact if a == b else _between(ticks.local(c.value), b)
        return ticks.made(count, c.target, c.value)
    return c.result(_coarser(c))


def _coarser(c: Conversion) -> str:
    """The ticks rounded to the target's precision."""
    name, local = c.target.name, ticks.local(c.value)
    unit = str(10 ** (7 - c.target.scale))
    if name == "date":
        return f"({call('floor_ticks', local)})::DATE"
    if name == "time":
        rounded = call("round_ticks", f"({local} % {_DAY})", unit)
        return f"make_timestamp(({rounded}) // 10)::TIME"
    if name == "datetime2":
        return call("floor_ticks", call("round_ticks", local, unit))
    if name == "datetimeoffset":
        return _zoned(c, unit)
    moved = call("ticks_to_datetime", local)
    if name == "smalldatetime":
        moved = call("to_smalldatetime", call("floor_ticks", local))
    return to_date.checked_range(c, local, moved)


def _zoned(c: Conversion, unit: str) -> str:
    if c.source.name != "datetimeoffset":
        return call("offset_of", call("floor_ticks", call("round_ticks", ticks.local(c.value), unit)), "0")

    def body(t: str) -> str:
        utc = call("floor_ticks", call("round_ticks", f"({t}).ticks", unit))
        return f"CASE WHEN {t} IS NOT NULL THEN {{utc: {utc}, minutes: ({t}).minutes}} END"

    return let(c.value.exact, body)
