"""Date functions that build dates from parts and handle offsets and time zones.

Place in the pipeline: entered in `registry`. Source: Microsoft Learn, "DATEFROMPARTS" and its family,
"SWITCHOFFSET", "TODATETIMEOFFSET", "AT TIME ZONE".
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence
from typing import Final

from tsqld.binder.bound import Bound
from tsqld.errors import TsqlError, error
from tsqld.functions import arguments as a
from tsqld.functions import datetext, ticks
from tsqld.functions.convert import convert
from tsqld.functions.dateparts import as_date, timestamp
from tsqld.functions.dates import invalid_zone
from tsqld.functions.macros import call
from tsqld.functions.precedence import shown
from tsqld.functions.registry import DATE as CATEGORY
from tsqld.functions.registry import define
from tsqld.functions.sqltext import let, let_all, quote
from tsqld.functions.udfs import udf
from tsqld.functions.zones import offset_at, offset_of_local
from tsqld.ticks import SECOND, ticks_of
from tsqld.types import DATE, DATETIME, SMALLDATETIME, SqlType, datetime2, datetimeoffset, nvarchar, time

Args = Sequence[Bound]
OFFSET: Final = "STRUCT(utc TIMESTAMP, minutes SMALLINT)"


@define("DATEFROMPARTS", CATEGORY, 3)
def _datefromparts(args: Args, line: int) -> Bound:
    parts = [a.integer(arg, place, "datefromparts", line) for place, arg in enumerate(args, 1)]
    sql = call("date_from_parts", *(part.sql for part in parts))
    return a.made(sql, DATE, *parts)


@define("DATETIMEFROMPARTS", CATEGORY, 7)
def _datetimefromparts(args: Args, line: int) -> Bound:
    return _built("datetimefromparts", DATETIME, args, 3, line)


@define("SMALLDATETIMEFROMPARTS", CATEGORY, 5)
def _smalldatetimefromparts(args: Args, line: int) -> Bound:
    return _built("smalldatetimefromparts", SMALLDATETIME, args, 0, line)


@define("DATETIME2FROMPARTS", CATEGORY, 8)
def _datetime2fromparts(args: Args, line: int) -> Bound:
    scale = _scale(args[7], "datetime2fromparts", line)
    return _built("datetime2fromparts", datetime2(scale), args[:7], scale, line)


@define("TIMEFROMPARTS", CATEGORY, 5)
def _timefromparts(args: Args, line: int) -> Bound:
    scale = _scale(args[4], "timefromparts", line)
    parts = [a.integer(arg, place, "timefromparts", line) for place, arg in enumerate(args[:4], 1)]
    values = ", ".join(part.sql for part in parts)
    if scale == 7:
        count = f"(tsqld_ticks_from_parts(1900, 1, 1, {values}, 'time') % 864000000000)"
        return ticks.made(count, time(7), *parts)
    sql = f"tsqld_moment_from_parts(1900, 1, 1, {values}, 'time', {scale})::TIME"
    return a.made(sql, time(scale), *parts)


@define("DATETIMEOFFSETFROMPARTS", CATEGORY, 10)
def _datetimeoffsetfromparts(args: Args, line: int) -> Bound:
    scale = _scale(args[9], "datetimeoffsetfromparts", line)
    parts = [a.integer(arg, place, "datetimeoffsetfromparts", line) for place, arg in enumerate(args[:9], 1)]
    values = ", ".join(part.sql for part in parts)
    if scale == 7:
        return ticks.made(f"tsqld_zoned_ticks_from_parts({values})", datetimeoffset(7), *parts)
    sql = f"tsqld_offset_from_parts({values}, {scale})"
    return a.made(sql, datetimeoffset(scale), *parts)


def _scale(argument: Bound, function: str, line: int) -> int:
    """The precision argument, which must be a constant from 0 to 7."""
    scale = a.constant_int(argument)
    if scale is None:
        text = (
            "Scale argument is not valid. Valid expressions for data type "
            f"{function.removesuffix('fromparts')} scale"
        )
        raise TsqlError(
            10760, f"{text} argument are integer constants and integer constant expressions.", line=line
        )
    if not 0 <= scale <= 7:
        raise TsqlError(1002, f"Line {line}: Specified scale {scale} is invalid.", severity=15, line=line)
    return scale


def _built(function: str, type: SqlType, args: Args, scale: int, line: int) -> Bound:
    parts = [a.integer(arg, place, function, line) for place, arg in enumerate(args, 1)]
    values = [part.sql for part in parts] + ["0"] * (7 - len(parts))
    if scale == 7:
        return ticks.made(f"tsqld_ticks_from_parts({', '.join(values)}, {quote(type.name)})", type, *parts)
    sql = f"tsqld_moment_from_parts({', '.join(values)}, {quote(type.name)}, {scale})"
    return a.made(sql, type, *parts)


@define("SWITCHOFFSET", CATEGORY, 2)
def _switchoffset(args: Args, line: int) -> Bound:
    value = as_date(args[0], 1, "switchoffset", line, text_type=datetimeoffset(7))
    if value.type.name != "datetimeoffset":
        value = convert(value, datetimeoffset(value.type.scale), line=line)
    minutes = _minutes(args[1], "switchoffset", line)
    if value.exact:
        return ticks.made(_zoned(f"({value.exact}).ticks", minutes), value.type, value, args[1])
    return a.made(call("switched", value.sql, minutes), value.type, value, args[1])


@define("TODATETIMEOFFSET", CATEGORY, 2)
def _todatetimeoffset(args: Args, line: int) -> Bound:
    value = as_date(args[0], 1, "todatetimeoffset", line, text_type=datetime2(7))
    minutes = _minutes(args[1], "todatetimeoffset", line)
    scale = {"datetime": 3, "smalldatetime": 0, "date": 0}.get(value.type.name, value.type.scale)
    if value.exact:
        utc = let(minutes, lambda m: f"({ticks.local(value)} - ({m})::BIGINT * 600000000)")
        return ticks.made(_zoned(utc, minutes), datetimeoffset(7), value, args[1])
    sql = call("offset_of_local", timestamp(value), minutes)
    return a.made(sql, datetimeoffset(scale), value, args[1])


def _zoned(count: str, minutes: str) -> str:
    """A datetimeoffset in ticks from those of UTC."""

    def body(t: str, m: str) -> str:
        known = f"{t} IS NOT NULL AND ({m}) IS NOT NULL"
        return f"CASE WHEN {known} THEN {{ticks: {t}, minutes: ({m})::SMALLINT}} END"

    return let_all([count, minutes], body)


def _minutes(argument: Bound, function: str, line: int) -> str:
    """An offset given as '+hh:mm' or in minutes."""
    if argument.type.is_text:
        if isinstance(argument.value, str):
            return str(offset_minutes(argument.value, function))
        return f"tsqld_offset_minutes({argument.sql}, {quote(function)})"
    if argument.type.is_integer or argument.is_null:
        minutes = a.constant_int(argument)
        if minutes is not None and abs(minutes) > 840:
            raise invalid_zone(function, line)
        return a.integer(argument, 2, function, line).sql
    raise error(8116, shown(argument.type), 2, function, line=line)


@define("AT TIME ZONE", CATEGORY, 2, note="Windows zone names; rules are those of the machine's tz database")
def _at_time_zone(args: Args, line: int) -> Bound:
    value = args[0]
    if value.type.is_text:
        raise error(8116, shown(value.type), 1, "AT TIME ZONE", line=line)
    value = as_date(value, 1, "AT TIME ZONE", line)
    if value.type.name in ("date", "time"):
        raise error(8116, value.type.name, 1, "AT TIME ZONE", line=line)
    zone = convert(args[1], nvarchar(128), line=line)
    scale = {"datetime": 3, "smalldatetime": 0}.get(value.type.name, value.type.scale)
    if value.type.name == "datetimeoffset":
        sql = f"tsqld_zone_of_utc({call('utc_of', value.sql)}, {zone.sql})"
    else:
        sql = f"tsqld_zone_of_local({value.sql}, {zone.sql})"
    return a.made(sql, datetimeoffset(scale), value, zone)


@define("CURRENT_TIMEZONE", CATEGORY, 0)
def _current_timezone(args: Args, line: int) -> Bound:
    return Bound("'(UTC) Coordinated Universal Time'", SqlType("varchar", 120), nullable=False)


@define("CURRENT_TIMEZONE_ID", CATEGORY, 0)
def _current_timezone_id(args: Args, line: int) -> Bound:
    return Bound("'UTC'", SqlType("varchar", 120), nullable=False)


# --- Python side: registered by `install` -------------------------------------------------------------------


def _cannot_construct(kind: str) -> TsqlError:
    return error(289, kind)


@udf("ticks_from_parts", "INTEGER, INTEGER, INTEGER, INTEGER, INTEGER, INTEGER, INTEGER, VARCHAR", "BIGINT")
def ticks_from_parts(
    year: int, month: int, day: int, hour: int, minute: int, second: int, fraction: int, kind: str
) -> int:
    """A moment in ticks from its parts, of which the last counts ticks. Error 289."""
    if not 0 <= fraction < SECOND:
        raise _cannot_construct(kind)
    return ticks_of(moment_from_parts(year, month, day, hour, minute, second, 0, kind, 0)) + fraction


@udf("zoned_ticks_from_parts", ", ".join(["INTEGER"] * 9), ticks.TYPES["datetimeoffset"])
def zoned_ticks_from_parts(
    year: int, month: int, day: int, hour: int, minute: int, second: int, fraction: int, offset_hour: int,
    offset_minute: int,
) -> dict[str, int]:  # fmt: skip
    """A datetimeoffset in ticks from its parts. Error 289."""
    minutes = _offset(offset_hour, offset_minute)
    count = ticks_from_parts(year, month, day, hour, minute, second, fraction, "datetimeoffset")
    return {"ticks": count - minutes * 60 * SECOND, "minutes": minutes}


def _offset(hours: int, minutes: int) -> int:
    """The minutes of an offset, whose parts must agree in sign. Error 289."""
    total = hours * 60 + minutes
    if abs(total) > 840 or abs(minutes) > 59 or hours * minutes < 0:
        raise _cannot_construct("datetimeoffset")
    return total


@udf(
    "moment_from_parts",
    "INTEGER, INTEGER, INTEGER, INTEGER, INTEGER, INTEGER, INTEGER, VARCHAR, INTEGER",
    "TIMESTAMP",
)
def moment_from_parts(
    year: int, month: int, day: int, hour: int, minute: int, second: int, fraction: int, kind: str, scale: int
) -> datetime.datetime:
    """A moment from its parts; `fraction` counts units of the scale. Error 289."""
    if not 0 <= fraction < 10**scale and not (scale == 0 and fraction == 0):
        raise _cannot_construct(kind)
    ticks = fraction * 10 ** (7 - scale)
    ticks = datetext.whole_microseconds(ticks, kind)
    try:
        moment = datetime.datetime(year, month, day, hour, minute, second, ticks // 10)
    except ValueError:
        raise _cannot_construct(kind) from None
    if kind == "datetime":
        if year < 1753:
            raise _cannot_construct(kind)
        third = (moment.microsecond * 3 + 5000) // 10000
        return moment.replace(microsecond=0) + datetime.timedelta(milliseconds=(third * 10 + 1) // 3)
    if kind == "smalldatetime" and not (1900 <= year <= 2079 and moment < datetime.datetime(2079, 6, 7)):
        raise _cannot_construct(kind)
    return moment


@udf("offset_from_parts", ", ".join(["INTEGER"] * 10), OFFSET)
def offset_from_parts(
    year: int, month: int, day: int, hour: int, minute: int, second: int, fraction: int, offset_hour: int,
    offset_minute: int, scale: int,
) -> dict[str, object]:  # fmt: skip
    """A datetimeoffset from its parts; hours and minutes of the offset must agree in sign. Error 289."""
    minutes = _offset(offset_hour, offset_minute)
    local = moment_from_parts(year, month, day, hour, minute, second, fraction, "datetimeoffset", scale)
    return {"utc": local - datetime.timedelta(minutes=minutes), "minutes": minutes}


@udf("offset_minutes", "VARCHAR, VARCHAR", "INTEGER")
def offset_minutes(text: str, function: str) -> int:
    """'+hh:mm' in minutes. Error 9812."""
    found = re.fullmatch(r"([+-])(\d\d):(\d\d)", text.strip(" "))
    if found is None or int(found[3]) > 59 or int(found[2]) * 60 + int(found[3]) > 840:
        raise invalid_zone(function, 0)
    minutes = int(found[2]) * 60 + int(found[3])
    return -minutes if found[1] == "-" else minutes


@udf("zone_of_utc", "TIMESTAMP, VARCHAR", OFFSET)
def zone_of_utc(utc: datetime.datetime, zone: str) -> dict[str, object]:
    """An instant with the offset it has in `zone`."""
    return {"utc": utc, "minutes": offset_at(utc, zone)}


@udf("zone_of_local", "TIMESTAMP, VARCHAR", OFFSET)
def zone_of_local(local: datetime.datetime, zone: str) -> dict[str, object]:
    """A local time of `zone` with its offset: the earlier one where two apply, the later one in a gap."""
    minutes, local = offset_of_local(local, zone)
    return {"utc": local - datetime.timedelta(minutes=minutes), "minutes": minutes}
