"""Date functions that move, compare and take apart: DATEADD, DATEDIFF, DATEPART, DATENAME, EOMONTH …

Place in the pipeline: entered in `registry`. Source: Microsoft Learn, "Date and time data types and
functions". Weeks begin on Sunday (DATEFIRST 7); DATEDIFF counts boundaries crossed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from tsqld.binder.bound import Bound
from tsqld.errors import TsqlError, error, unsupported
from tsqld.functions import arguments as a
from tsqld.functions import dateorder, dateticks
from tsqld.functions.convert import convert
from tsqld.functions.dateparts import (
    CLOCK_PARTS,
    DAY_PARTS,
    MICROS,
    as_date,
    as_instant,
    check_part,
    part_of,
    timestamp,
    unsupported_part,
    whole_micros,
)
from tsqld.functions.macros import call
from tsqld.functions.precedence import shown
from tsqld.functions.registry import DATE as CATEGORY
from tsqld.functions.registry import define, elsewhere
from tsqld.functions.sqltext import let, let_all, raise_error, raise_text
from tsqld.types import BIGINT, DATE, DATETIME, INT, SqlType, datetime2, datetimeoffset, nvarchar

Args = Sequence[Bound]

NOW_FUNCTIONS: Final[dict[str, SqlType]] = {
    "GETDATE": DATETIME,
    "GETUTCDATE": DATETIME,
    "CURRENT_TIMESTAMP": DATETIME,
    "SYSDATETIME": datetime2(7),
    "SYSUTCDATETIME": datetime2(7),
    "SYSDATETIMEOFFSET": datetimeoffset(7),
}
"""Functions that read the clock; the compiler passes the statement's time for them."""

elsewhere(CATEGORY, "the statement's own time", *NOW_FUNCTIONS)

_MONTHS: Final = {"year": 12, "quarter": 3, "month": 1}
_DAYS: Final = {"dayofyear": 1, "day": 1, "weekday": 1, "week": 7}


# --- DATEADD ------------------------------------------------------------------------------------------------


@define("DATEADD", CATEGORY, 3)
def _dateadd(args: Args, line: int) -> Bound:
    part = part_of(args[0], "dateadd", (DAY_PARTS | CLOCK_PARTS) - {"iso_week"}, line)
    if args[1].is_null:
        raise error(8116, "NULL", 2, "dateadd", line=line)
    number = a.integer(args[1], 2, "dateadd", line)
    date = as_date(args[2], 3, "dateadd", line)
    type = date.type
    check_part(part, "dateadd", type, line)
    if part in ("microsecond", "nanosecond") and type.name in ("datetime", "smalldatetime"):
        raise unsupported_part(part, "dateadd", type, line)
    if part == "nanosecond":
        return dateticks.added_nanos(number, date)
    if date.exact:
        return dateticks.moved(lambda whole: moved(part, number.sql, whole), number, date)
    return a.made(moved(part, number.sql, date), type, number, date)


def moved(part: str, number: str, date: Bound) -> str:
    """`date` moved by `number` parts, rounded to its type; 517 where it leaves the type's range."""
    type = date.type
    if type.name == "time":
        return _moved_clock(part, number, date)
    if type.name == "datetimeoffset":
        utc = Bound(call("utc_of", date.sql), datetime2(type.scale))
        local = Bound(call("local_of", date.sql), datetime2(type.scale))
        if part in CLOCK_PARTS:
            return let_all(
                [number, date.sql],
                lambda n, d: call(
                    "offset_of", moved(part, n, Bound(call("utc_of", d), utc.type)), f"({d}).minutes"
                ),
            )
        return let_all(
            [number, date.sql],
            lambda n, d: call(
                "offset_of_local", moved(part, n, Bound(call("local_of", d), local.type)), f"({d}).minutes"
            ),
        )
    return let_all([number, date.sql], lambda n, d: _moved_checked(part, n, Bound(d, type)))


_SAFE: Final = {
    "date": ("DATE '1000-01-01'", "DATE '9000-01-01'", 300_000),
    "datetime2": ("TIMESTAMP '1000-01-01'", "TIMESTAMP '9000-01-01'", 300_000),
    "datetime": ("TIMESTAMP '1860-01-01'", "TIMESTAMP '9000-01-01'", 36_500),
    "smalldatetime": ("TIMESTAMP '1930-01-01'", "TIMESTAMP '2049-01-01'", 9_000),
}
"""From, to: dates that may be moved by so many days without leaving their type."""


def _moved_checked(part: str, n: str, date: Bound) -> str:
    """`date` moved; far from the limits of its type DuckDB's own addition, else with checks and rounding."""
    type, x = date.type, timestamp(date)
    if part in _MONTHS:
        shifted = call("add_months", x, n, str(_MONTHS[part]))
        quick, days = f"{date.sql} + to_months({n} * {_MONTHS[part]})", 31 * _MONTHS[part]
    elif part in _DAYS:
        shifted = call("add_days", x, n, str(_DAYS[part]))
        quick, days = f"{date.sql} + to_days({n} * {_DAYS[part]})", _DAYS[part]
    else:
        shifted = call("add_micros", x, n, str(MICROS[part]))
        quick, days = f"{date.sql} + to_microseconds({n}::BIGINT * {MICROS[part]})", 0
        if part in ("millisecond", "microsecond") or (type.name == "smalldatetime" and part == "second"):
            quick = ""
    unit = [str(10 ** max(0, 6 - type.scale))] if type.name == "datetime2" else []
    careful = let(
        call(f"in_{type.name}", shifted, *unit),
        lambda r: (
            f"CASE WHEN {r} IS NOT NULL OR {n} IS NULL OR {date.sql} IS NULL THEN {r} "
            f"ELSE {raise_error(517, type.name)} END"
        ),
    )
    if not quick:
        return careful
    low, high, room = _SAFE[type.name]
    most = room // days if days else room * 86_400_000_000 // MICROS[part]
    if type.name == "date":
        quick = f"({quick})::DATE"
    return (
        f"CASE WHEN {n} BETWEEN -{most} AND {most} AND {date.sql} BETWEEN {low} AND {high} THEN {quick} "
        f"ELSE {careful} END"
    )


def _moved_clock(part: str, number: str, date: Bound) -> str:
    added = call("add_clock", date.sql, number, str(MICROS[part]))
    return call("round_time", added, str(10 ** max(0, 6 - date.type.scale)))


# --- DATEDIFF -----------------------------------------------------------------------------------------------


@define("DATEDIFF", CATEGORY, 3)
def _datediff(args: Args, line: int) -> Bound:
    part, sql, start, end = _difference("datediff", args, line)
    if part in ("year", "quarter", "month", "week", "dayofyear", "day", "weekday", "hour"):
        return a.made(f"({sql})::INTEGER", INT, start, end)
    overflow = raise_error(535)
    checked = let(
        sql, lambda n: f"CASE WHEN {n} IS NOT NULL THEN coalesce(TRY_CAST({n} AS INTEGER), {overflow}) END"
    )
    return a.made(checked, INT, start, end)


@define("DATEDIFF_BIG", CATEGORY, 3)
def _datediff_big(args: Args, line: int) -> Bound:
    _, sql, start, end = _difference("datediff_big", args, line)
    overflow = raise_error(535)
    checked = let(
        sql, lambda n: f"CASE WHEN {n} IS NOT NULL THEN coalesce(TRY_CAST({n} AS BIGINT), {overflow}) END"
    )
    return a.made(checked, BIGINT, start, end)


def _difference(function: str, args: Args, line: int) -> tuple[str, str, Bound, Bound]:
    part = part_of(args[0], function, (DAY_PARTS | CLOCK_PARTS) - {"iso_week"}, line, number=9806)
    start, end = as_instant(args[1], 2, function, line), as_instant(args[2], 3, function, line)
    if part == "nanosecond":
        x, y = _nanos(args[1], start, line), _nanos(args[2], end, line)
    else:
        x, y = _counted(part, start, line), _counted(part, end, line)
    return part, f"({y} - {x})", start, end


def _counted(part: str, value: Bound, line: int) -> str:
    """How many boundaries of `part` lie between a fixed day and `value`."""
    if part == "microsecond" and value.type.name == "datetime":
        value = convert(value, datetime2(7), line=line)
    moment = whole_micros(value, utc=True)
    if part in ("year", "quarter", "month"):
        return call(f"count_{part}s", moment)
    if part in ("dayofyear", "day", "weekday"):
        return call("count_days", moment)
    if part == "week":
        return f"(({call('count_days', moment)} + 1) // 7)"
    return f"({call('micros', moment)} // {MICROS[part]})"


def _nanos(argument: Bound, value: Bound, line: int) -> str:
    if value.type.name == "datetime":
        raise unsupported("DATEDIFF(nanosecond, …) of datetime", line)
    return f"({_ticks(argument, value)}::HUGEINT * 100)"


def _ticks(argument: Bound, value: Bound) -> str:
    """`argument`, which became `value`, in 100 ns since 0001-01-01; text with all its digits."""
    if argument.type.is_text:
        return f"tsqld_text_ticks({argument.sql}, {dateorder.CODES[dateorder.current()]})"
    if value.exact:
        return f"({value.exact}).ticks" if value.type.name == "datetimeoffset" else value.exact
    moment = timestamp(value, utc=True)
    return call("ticks_of_seven" if value.type.scale == 7 else "ticks_of", moment)


# --- DATEPART, DATENAME -------------------------------------------------------------------------------------

_ALL: Final = DAY_PARTS | CLOCK_PARTS | {"tzoffset"}


@define("DATEPART", CATEGORY, 2)
def _datepart(args: Args, line: int) -> Bound:
    part = part_of(args[0], "datepart", _ALL, line)
    return _part(part, args[1], "datepart", line)


def _part(part: str, argument: Bound, function: str, line: int) -> Bound:
    value = as_instant(argument, 2, function, line)
    check_part(part, function, value.type, line)
    if part == "tzoffset":
        zoned = _with_zone(argument, value, line)
        sql = f"({zoned.exact or zoned.sql}).minutes::INTEGER" if zoned.type.name == "datetimeoffset" else "0"
        return a.made(sql, INT, zoned)
    if part == "nanosecond" and argument.type.is_text:
        return a.made(f"({_ticks(argument, value)} % 10000000 * 100)::INTEGER", INT, argument)
    if part in _FRACTIONS and value.type.name == "datetime":
        return a.made(call("thirds_in", timestamp(value), str(_FRACTIONS[part])), INT, value)
    if part == "nanosecond":
        return a.made(f"({_ticks(argument, value)} % 10000000 * 100)::INTEGER", INT, value)
    return a.made(f"({call(f'part_{part}', whole_micros(value))})::INTEGER", INT, value)


_FRACTIONS: Final = {"millisecond": 1000, "microsecond": 1_000_000, "nanosecond": 1_000_000_000}
"""How many of a part a second has; a datetime has them by its three-hundredths, not as it is shown."""


def _with_zone(argument: Bound, value: Bound, line: int) -> Bound:
    """Text as a datetimeoffset, by the zone it names; other values as they are."""
    return convert(argument, datetimeoffset(6), line=line) if argument.type.is_text else value


@define("DATENAME", CATEGORY, 2)
def _datename(args: Args, line: int) -> Bound:
    part = part_of(args[0], "datename", _ALL, line)
    type = nvarchar(30)
    if part in ("month", "weekday"):
        value = as_instant(args[1], 2, "datename", line)
        check_part(part, "datename", value.type, line)
        name = "monthname" if part == "month" else "dayname"
        return a.made(f"{name}({whole_micros(value)})", type, value)
    if part == "tzoffset":
        value = as_instant(args[1], 2, "datename", line)
        check_part(part, "datename", value.type, line)
        zoned = _with_zone(args[1], value, line)
        sql = (
            call("offset_text", zoned.exact or zoned.sql)
            if zoned.type.name == "datetimeoffset"
            else "'+00:00'"
        )
        return a.made(sql, type, zoned)
    number = _part(part, args[1], "datename", line)
    return a.made(f"({number.sql})::VARCHAR", type, number)


@define("YEAR", CATEGORY, 1)
def _year(args: Args, line: int) -> Bound:
    return _part("year", args[0], "year", line)


@define("MONTH", CATEGORY, 1)
def _month(args: Args, line: int) -> Bound:
    return _part("month", args[0], "month", line)


@define("DAY", CATEGORY, 1)
def _day(args: Args, line: int) -> Bound:
    return _part("day", args[0], "day", line)


# --- truncating ---------------------------------------------------------------------------------------------


@define("DATETRUNC", CATEGORY, 2)
def _datetrunc(args: Args, line: int) -> Bound:
    allowed = (DAY_PARTS | CLOCK_PARTS) - {"weekday", "nanosecond"}
    part = part_of(args[0], "datetrunc", allowed, line)
    if args[1].type.is_number and not args[1].is_null:
        raise error(8116, shown(args[1].type), 2, "datetrunc", line=line)
    value = as_instant(args[1], 2, "datetrunc", line)
    type = value.type
    check_part(part, "datetrunc", type, line)
    scale = {"datetime": 3, "smalldatetime": 0}.get(type.name, type.scale)
    needed = {"millisecond": 3, "microsecond": 6}.get(part, 0)
    if type.name != "date" and needed > scale:
        raise unsupported_part(part, "datetrunc", type, line)
    if type.name == "time":
        clock = f"({whole_micros(value)})::TIME" if value.exact else value.sql
        return a.made(f"{call('trunc_clock', clock, str(MICROS[part]))}", type, value)
    cut = _truncated(part, whole_micros(value))
    if type.name == "datetimeoffset" and value.exact:
        zoned = let(value.exact, lambda t: call("offset_of_local", cut, f"({t}).minutes"))
        return a.made(zoned, type, value)
    if type.name == "datetimeoffset":
        return a.made(
            let(
                value.sql,
                lambda v: call("offset_of_local", _truncated(part, call("local_of", v)), f"({v}).minutes"),
            ),
            type,
            value,
        )
    if part == "week":
        low = {"datetime": "1753-01-01", "smalldatetime": "1900-01-01"}.get(type.name, "0001-01-01")
        small = (
            "An invalid date value was encountered: The date value is less than the minimum date "
            "value allowed for "
        )
        fail = raise_text(9837, f"'{small}the data type.'", 3)
        cut = let(cut, lambda m: f"CASE WHEN {m} < TIMESTAMP '{low}' THEN {fail} ELSE {m} END")
    return a.made(f"({cut})::DATE" if type.name == "date" else cut, type, value)


def _truncated(part: str, moment: str) -> str:
    if part == "week":
        return call("trunc_week", moment)
    if part == "dayofyear":
        part = "day"
    return f"date_trunc('{'week' if part == 'iso_week' else part}', {moment})::TIMESTAMP"


@define("DATE_BUCKET", CATEGORY, 3, 4)
def _date_bucket(args: Args, line: int) -> Bound:
    allowed = {
        "day",
        "dayofyear",
        "weekday",
        "week",
        "month",
        "quarter",
        "year",
        "hour",
        "minute",
        "second",
        "millisecond",
    }
    part = part_of(args[0], "date_bucket", allowed, line)
    number = a.integer(args[1], 2, "date_bucket", line)
    value = args[2]
    if not value.type.is_temporal:
        raise error(8116, shown(value.type), 3, "date_bucket", line=line)
    type = value.type
    check_part(part, "date_bucket", type, line)
    origin = Bound("TIMESTAMP '1900-01-01'", type)
    if len(args) > 3:
        if args[3].type.name != type.name:
            raise error(8116, shown(args[3].type), 4, "date_bucket", line=line)
        origin = args[3]
        if type.name == "datetimeoffset":
            raise unsupported("DATE_BUCKET of datetimeoffset with an origin", line)
    start = whole_micros(origin) if len(args) > 3 else origin.sql
    width = raise_text(
        9834, "'Invalid bucket width value passed to DATE_BUCKET function. Only positive values are allowed.'"
    )
    checked = let(number.sql, lambda n: f"CASE WHEN {n} > 0 THEN {n} WHEN {n} IS NOT NULL THEN {width} END")
    if part in _MONTHS:
        cut = call("bucket_months", whole_micros(value), f"{checked}", start, str(_MONTHS[part]))
    else:
        micros = MICROS.get(part) or _DAYS[part] * 86_400_000_000
        cut = call("bucket_micros", whole_micros(value), f"{checked}", start, str(micros))
    if type.name == "datetimeoffset":
        minutes = let(value.exact or value.sql, lambda v: f"({v}).minutes")
        cut = call("offset_of_local", cut, minutes)
    casts = {"date": "::DATE", "time": "::TIME"}
    return a.made(f"({cut}){casts.get(type.name, '')}", type, value, number, origin)


# --- whole dates --------------------------------------------------------------------------------------------


@define("EOMONTH", CATEGORY, 1, 2)
def _eomonth(args: Args, line: int) -> Bound:
    value = as_date(args[0], 1, "eomonth", line, text_type=DATE)
    if value.type.name == "time":
        raise error(8116, "time", 1, "eomonth", line=line)
    if len(args) == 1:
        return a.made(f"last_day({whole_micros(value)})", DATE, value)
    if args[0].is_null:
        return Bound("CAST(NULL AS DATE)", DATE)
    number = a.integer(args[1], 2, "eomonth", line)
    overflow = raise_error(517, "date")
    sql = let_all(
        [whole_micros(value), number.sql],
        lambda d, n: (
            f"CASE WHEN {d} IS NULL THEN NULL ELSE "
            f"coalesce(last_day({call('in_date', call('add_months', d, f'coalesce({n}, 0)', '1'))}), "
            f"{overflow}) END"
        ),
    )
    return a.made(sql, DATE, value, number)


@define("ISDATE", CATEGORY, 1)
def _isdate(args: Args, line: int) -> Bound:
    value = args[0]
    if value.type.is_text or value.type.is_integer:
        text = a.text(value, 1, "isdate", line)
        moment = convert(text, DATETIME, try_=True, line=line)
        sql = let(
            text.sql,
            lambda v: f"CASE WHEN trim({v}, ' ') <> '' AND ({moment.sql}) IS NOT NULL THEN 1 ELSE 0 END",
        )
        return a.made(sql, INT, value, nullable=False)
    if value.type.name in ("datetime", "smalldatetime"):
        return a.made(f"CASE WHEN ({value.sql}) IS NOT NULL THEN 1 ELSE 0 END", INT, value, nullable=False)
    if value.type.is_number:
        return a.made("0", INT, value, nullable=False)
    raise error(8116, shown(value.type), 1, "isdate", line=line)


def invalid_zone(function: str, line: int) -> TsqlError:
    """9812."""
    return TsqlError(
        9812, f"The timezone provided to builtin function {function} is invalid.", state=2, line=line
    )
