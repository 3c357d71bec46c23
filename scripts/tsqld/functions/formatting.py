"""FORMAT.

Place in the pipeline: entered in `registry`. Source: Microsoft Learn, "FORMAT". FORMAT costs
about 5 µs a row here (and is slow in SQL Server too).
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from tsqld.binder.bound import Bound
from tsqld.errors import error
from tsqld.functions import arguments as a
from tsqld.functions import ticks
from tsqld.functions.convert import convert
from tsqld.functions.cultures import Culture, culture_named
from tsqld.functions.dateparts import timestamp, whole_micros
from tsqld.functions.macros import call
from tsqld.functions.netdates import format_date, format_time, strftime_of
from tsqld.functions.netnumbers import format_number
from tsqld.functions.precedence import shown
from tsqld.functions.registry import STRING, define
from tsqld.functions.sqltext import let, quote
from tsqld.functions.udfs import udf
from tsqld.ticks import clock, moment, without_seventh
from tsqld.types import SqlType, nvarchar, varchar

Args = Sequence[Bound]


@define("FORMAT", STRING, 2, 3, note="18 cultures, as far as their data is certain")
def _format(args: Args, line: int) -> Bound:
    if args[1].is_null:
        raise error(8116, "NULL", 2, "format", line=line)
    value, pattern = args[0], a.text(args[1], 2, "format", line)
    if value.is_null:
        raise error(8116, "NULL", 1, "format", line=line)
    type = value.type
    if not ((type.is_number and type.name != "bit") or type.is_temporal):
        raise error(8116, shown(type), 1, "format", line=line)
    culture = (
        a.text(args[2], 3, "format", line) if len(args) > 2 else Bound("'en-US'", varchar(5), False, "en-US")
    )
    if isinstance(culture.value, str):
        culture_named(culture.value, "FORMAT", line)
    tail = f"{pattern.sql}, {culture.sql}"
    if type.is_float:
        sql = f"tsqld_format_number(printf('%.17g', ({value.sql})::DOUBLE), {tail}, 'float')"
    elif type.is_number:
        kind = "int" if type.is_integer else "decimal"
        quick = _plain_format(pattern.value) if culture.value == "en-US" else None
        if quick is not None:
            sql = _formatted(value, *quick, line)
        else:
            sql = f"tsqld_format_number(({value.sql})::VARCHAR, {tail}, '{kind}')"
    else:
        sql = _moment(value, pattern.value if culture.value == "en-US" else None, tail)
    return a.made(sql, nvarchar(4000), value, pattern, nullable=True)


def _moment(value: Bound, pattern: object, tail: str) -> str:
    """A date or time; a `pattern` that is known and plain is left to DuckDB."""
    type = value.type
    form = strftime_of(pattern) if type.name not in ("time", "datetimeoffset") else None
    if form:
        return f"strftime({whole_micros(value)}, {quote(form)})"
    if ticks.is_fine(type):
        return _fine(value, tail)
    if type.name == "time":
        return f"tsqld_format_time({value.sql}, {tail})"
    if type.name == "datetimeoffset":
        return f"tsqld_format_offset({call('local_of', value.sql)}, ({value.sql}).minutes::INTEGER, {tail})"
    return f"tsqld_format_date({timestamp(value)}, {tail})"


def _fine(value: Bound, tail: str) -> str:
    """A moment that may have a seventh digit of the second."""
    if value.type.name == "time":
        return f"tsqld_format_clock_ticks({ticks.of(value)}, {tail})"
    if value.type.name == "datetime2":
        return f"tsqld_format_ticks({ticks.of(value)}, {tail})"

    def body(t: str) -> str:
        local = f"(({t}).ticks + ({t}).minutes::BIGINT * 600000000)"
        return f"tsqld_format_offset_ticks({local}, ({t}).minutes::INTEGER, {tail})"

    return let(ticks.of(value), body)


_PLAIN: Final = re.compile(r"([NF])(\d?)|(#,##0|#,0|0)(?:\.(0{1,9}))?", re.IGNORECASE)


def _plain_format(pattern: object) -> tuple[int, bool] | None:
    """(decimals, whether thousands are grouped) of N2, F0, 0.00, #,##0.0 and their like; None for others."""
    found = _PLAIN.fullmatch(pattern) if isinstance(pattern, str) else None
    if found is None:
        return None
    if found[1]:
        return int(found[2] or 2), found[1].upper() == "N"
    return len(found[4] or ""), found[3] != "0"


def _formatted(value: Bound, decimals: int, grouped: bool, line: int) -> str:
    """An exact number with so many decimals, inside DuckDB."""
    scale = {"money": 4, "smallmoney": 4}.get(value.type.name, value.type.scale)
    number = SqlType("decimal", precision=38, scale=max(scale, decimals))
    wide = convert(value, number, line=line, explicit=True)
    rounded = convert(wide, SqlType("decimal", precision=38, scale=decimals), line=line, explicit=True).sql
    if not grouped:
        return f"({rounded})::VARCHAR"
    return call("grouped", f"({rounded})::VARCHAR", str(decimals + 1 if decimals else 0))


def _culture(name: str) -> Culture:
    return culture_named(name, "FORMAT")


@udf("format_number", "VARCHAR, VARCHAR, VARCHAR, VARCHAR", "VARCHAR", nullable=True)
def net_number(text: str, pattern: str, culture: str, kind: str) -> str | None:
    return format_number(Decimal(text), pattern, _culture(culture), kind)


@udf("format_date", "TIMESTAMP, VARCHAR, VARCHAR", "VARCHAR", nullable=True)
def net_date(value: datetime.datetime, pattern: str, culture: str) -> str | None:
    return format_date(without_seventh(value), pattern, _culture(culture), None)


@udf("format_offset", "TIMESTAMP, INTEGER, VARCHAR, VARCHAR", "VARCHAR", nullable=True)
def net_offset(value: datetime.datetime, minutes: int, pattern: str, culture: str) -> str | None:
    return format_date(without_seventh(value), pattern, _culture(culture), minutes)


@udf("format_time", "TIME, VARCHAR, VARCHAR", "VARCHAR", nullable=True)
def net_time(value: datetime.time, pattern: str, culture: str) -> str | None:
    _culture(culture)
    return format_time(value, pattern)


@udf("format_ticks", "BIGINT, VARCHAR, VARCHAR", "VARCHAR", nullable=True)
def net_ticks(value: int, pattern: str, culture: str) -> str | None:
    return format_date(moment(value), pattern, _culture(culture), None)


@udf("format_offset_ticks", "BIGINT, INTEGER, VARCHAR, VARCHAR", "VARCHAR", nullable=True)
def net_offset_ticks(value: int, minutes: int, pattern: str, culture: str) -> str | None:
    return format_date(moment(value), pattern, _culture(culture), minutes)


@udf("format_clock_ticks", "BIGINT, VARCHAR, VARCHAR", "VARCHAR", nullable=True)
def net_clock_ticks(value: int, pattern: str, culture: str) -> str | None:
    _culture(culture)
    return format_time(clock(value), pattern)
