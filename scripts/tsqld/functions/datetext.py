"""Reading dates and times from text, in Python: every form SQL Server takes under us_english.

Place in the pipeline: the careful branch behind `to_date`'s fast one, reached through a DuckDB function, and
the reference that the fast branch is tested against. Source: Microsoft Learn, "date", "time", "datetime",
"datetime2", "datetimeoffset", "smalldatetime" (supported string literal formats), "CAST and CONVERT"
(styles). Two-digit years up to 49 are 20xx. Time is counted in 100 ns, so that rounding sees every digit that
was written.
"""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass
from typing import Final

from tsqld.errors import TsqlError, error, unsupported
from tsqld.functions import dateorder, hijri
from tsqld.functions.udfs import udf

SECOND: Final = 10_000_000
MINUTE: Final = 60 * SECOND
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR
_EPOCH: Final = datetime.date(1900, 1, 1)
_OLD: Final = ("datetime", "smalldatetime")

_MONTHS: Final = {
    name: number
    for number, full in enumerate(
        ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
         "november", "december"), 1)
    for name in (full, full[:3])
}  # fmt: skip
_TIME = re.compile(
    r"(?<![\d/.\-])(\d{1,2})(?::(\d{1,2})(?::(\d{1,2})(?:([.:])(?:(?<=[.]) +)?(\d{1,9}))?)?)?"
    r"\s*([AaPp][Mm])?(?![\d/.\-:])"
)
_OFFSET = re.compile(r"\s*(?:(Z)|([+-])(\d{1,2}):(\d{1,2}))$", re.IGNORECASE)
_ISO = re.compile(
    r"(\d{4})-?(\d{2})-?(\d{2})T(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(Z|[+-]\d{2}:\d{2})?$",
    re.IGNORECASE,
)
_YEAR_FIRST = re.compile(r"\d{4}\s*[/.\-]")
_NUMERIC = re.compile(r"(\d{1,4})\s*([/.\-])\s*(\d{1,4})\s*\2\s*(\d{1,4})$")
_ORDERS: Final = {
    1: "mdy", 101: "mdy", 10: "mdy", 110: "mdy", 22: "mdy", 3: "dmy", 103: "dmy", 4: "dmy", 104: "dmy",
    5: "dmy",
    105: "dmy", 6: "dmy", 106: "dmy", 13: "dmy", 113: "dmy", 2: "ymd", 102: "ymd", 11: "ymd", 111: "ymd",
    12: "ymd",
    112: "ymd", 20: "ymd", 120: "ymd", 21: "ymd", 25: "ymd", 121: "ymd", 23: "ymd", 126: "iso", 127: "iso",
    131: "hijri",
}  # fmt: skip
STYLES: Final = frozenset(_ORDERS) | {0, 100, 7, 107, 8, 108, 24, 9, 109, 14, 114}


def order_is_open(style: int | None) -> bool:
    """Whether a style leaves the order of day, month and year to SET DATEFORMAT."""
    return style is None or (style in STYLES and style not in _ORDERS)


class Unreadable(ValueError):
    """The text is no date and time."""


class OutOfRange(ValueError):
    """The text has a date's form but names no day or hour there is."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A local date, a time of day in 100 ns and an offset in minutes (None when the text has none)."""

    day: datetime.date
    ticks: int
    offset: int | None


def read(text: str, target: str, style: int | None) -> Moment:
    """`text` as a Moment, by a style of CONVERT or the code of an order of SET DATEFORMAT.

    Errors: Unreadable, OutOfRange; TsqlError 50100 for the Hijri styles.
    """
    styled = style is not None and style >= 0
    order = "mdy" if style is None else _ORDERS.get(style) or dateorder.ORDERS.get(style, "mdy")
    if styled and style not in STYLES:
        raise unsupported(f"style {style} when converting text to {target}")
    text = text.strip(" ")
    if not text:
        return Moment(_EPOCH, 0, None)
    iso = _ISO.match(text)
    if iso:
        return _iso(iso, target)
    if order == "iso":
        raise Unreadable(text)
    offset, text = _take_offset(text, target)
    ticks, rest = _take_time(text, target)
    if styled and style and order in ("mdy", "dmy") and target not in _OLD and _YEAR_FIRST.match(rest):
        raise Unreadable(text)
    numeric = _NUMERIC.match(rest)
    if numeric and not styled and order != dateorder.DEFAULT:
        day = _ordered_date((numeric[1], numeric[3], numeric[4]), order, target)
    else:
        day = _date(rest, order, target) if rest else _EPOCH
    return Moment(day, ticks, offset)


def _iso(found: re.Match[str], target: str) -> Moment:
    year, month, day, hour, minute, second, fraction, zone = found.groups()
    strange = second is None or len(fraction or "") > 3 or (zone and zone not in "Zz")
    if target in _OLD and strange:
        raise Unreadable(found[0])
    ticks = _ticks(int(hour), int(minute), int(second or 0), fraction or "", ".", "")
    return Moment(_day(int(year), int(month), int(day)), ticks, _offset_minutes(zone))


def _offset_minutes(zone: str | None) -> int | None:
    if zone is None:
        return None
    if zone in "Zz":
        return 0
    hours, _, past = zone[1:].partition(":")
    minutes = int(hours) * 60 + int(past)
    if minutes > 840 or int(past) > 59:
        raise Unreadable(zone)
    return -minutes if zone[0] == "-" else minutes


def _take_offset(text: str, target: str) -> tuple[int | None, str]:
    found = _OFFSET.search(text)
    if found is None or ":" not in text[: found.start()]:
        return None, text
    if target in _OLD:
        raise Unreadable(text)
    return _offset_minutes(found[0].strip()), text[: found.start()]


def _take_time(text: str, target: str) -> tuple[int, str]:
    """The time of day found in `text`, and what is left of it."""
    for found in _TIME.finditer(text):
        hour, minute, second, separator, fraction, half = found.groups()
        if minute is None and half is None:
            continue
        if (target in _OLD and len(fraction or "") > 3) or len(fraction or "") > (
            3 if separator == ":" else 7
        ):
            raise Unreadable(text)
        ticks = _ticks(
            int(hour), int(minute or 0), int(second or 0), fraction or "", separator or ".", half or ""
        )
        rest = (text[: found.start()] + " " + text[found.end() :]).strip()
        return ticks, rest
    return 0, text


def _ticks(hour: int, minute: int, second: int, fraction: str, separator: str, half: str) -> int:
    if half:
        if not 0 <= hour <= 12 if half.lower() == "am" else not 1 <= hour <= 23:
            raise OutOfRange(half)
        if half.lower() == "pm" and hour < 12:
            hour += 12
        elif half.lower() == "am" and hour == 12:
            hour = 0
    if hour > 23 or minute > 59 or second > 59:
        raise OutOfRange(f"{hour}:{minute}:{second}")
    digits = fraction.rjust(3, "0") if separator == ":" and fraction else fraction
    return hour * HOUR + minute * MINUTE + second * SECOND + int(digits.ljust(7, "0")[:7] or 0)


def _date(text: str, order: str, target: str) -> datetime.date:
    numeric = _NUMERIC.match(text)
    if order == "hijri":
        return _hijri_date(numeric)
    if numeric:
        return _numeric_date(numeric[1], numeric[3], numeric[4], order, target)
    if text.isdigit():
        return _digits_date(text)
    return _worded_date(text)


def _hijri_date(parts: re.Match[str] | None) -> datetime.date:
    """dd/mm/yyyy of the Hijri calendar."""
    if parts is None or len(parts[4]) != 4:
        raise Unreadable("hijri")
    try:
        return hijri.to_gregorian(int(parts[4]), int(parts[3]), int(parts[1]))
    except ValueError:
        raise OutOfRange(parts[0]) from None


def _digits_date(text: str) -> datetime.date:
    """yyyymmdd, yymmdd or yyyy."""
    if len(text) == 8:
        return _day(int(text[:4]), int(text[4:6]), int(text[6:]))
    if len(text) == 6:
        return _day(_century(int(text[:2])), int(text[2:4]), int(text[4:]))
    if len(text) == 4:
        return _day(int(text), 1, 1)
    raise Unreadable(text)


def _numeric_date(a: str, b: str, c: str, order: str, target: str) -> datetime.date:
    if len(a) >= 3:
        if len(a) == 3:
            raise Unreadable(a)
        month, day = (c, b) if order == "dmy" and target in _OLD else (b, c)
        return _day(int(a), int(month), int(day))
    if len(b) == 4 and order != "ymd":
        month, day = (a, c) if order == "mdy" else (c, a)
        return _day(int(b), int(month), int(day))
    if order == "ymd":
        if len(c) > 2 or len(b) > 2:
            raise Unreadable(c)
        return _day(_century(int(a)), int(b), int(c))
    if len(c) == 3 or len(b) > 2:
        raise Unreadable(c)
    year = int(c) if len(c) == 4 else _century(int(c))
    month, day = (a, b) if order == "mdy" else (b, a)
    return _day(year, int(month), int(day))


def _ordered_date(parts: tuple[str, str, str], order: str, target: str) -> datetime.date:
    """Numbers in the order of SET DATEFORMAT, but a year of four digits may stand anywhere.

    Behind a year in front, the newer types read the month first in any order; ydm they do not know.
    """
    years = [place for place, part in enumerate(parts) if len(part) == 4]
    if len(years) > 1 or any(len(part) == 3 for part in parts):
        raise Unreadable(parts)
    place = years[0] if years else order.index("y")
    day_first = dateorder.day_first(order)
    if target not in _OLD:
        if years and place == 0:
            day_first = False
        elif order == "ydm":
            raise unsupported(f"DATEFORMAT ydm for {target}")
    year = int(parts[place]) if years else _century(int(parts[place]))
    first, second = (int(part) for at, part in enumerate(parts) if at != place)
    return _day(year, second, first) if day_first else _day(year, first, second)


def _worded_date(text: str) -> datetime.date:
    """A month by name with a year and perhaps a day, in any order."""
    parts = [part for part in re.split(r"[\s,\-/.]+", text) if part]
    words = [part for part in parts if not part.isdigit()]
    numbers = [part for part in parts if part.isdigit()]
    if len(words) == 1 and words[0].lower() not in _MONTHS:
        found = re.fullmatch(r"(\d{1,4})?([A-Za-z]+)(\d{1,4})?", words[0])
        if found:
            words = [found[2]]
            numbers = [n for n in (found[1], *numbers, found[3]) if n]
    if len(words) != 1 or words[0].lower() not in _MONTHS or not 1 <= len(numbers) <= 2:
        raise Unreadable(text)
    month = _MONTHS[words[0].lower()]
    years = [number for number in numbers if len(number) == 4]
    if len(numbers) == 1:
        if not years:
            raise Unreadable(text)
        return _day(int(years[0]), month, 1)
    if years:
        day = numbers[1] if numbers[0] == years[0] else numbers[0]
        return _day(int(years[0]), month, int(day))
    return _day(_century(int(numbers[1])), month, int(numbers[0]))


def _century(year: int) -> int:
    return year + (2000 if year < 50 else 1900)


def _day(year: int, month: int, day: int) -> datetime.date:
    try:
        return datetime.date(year, month, day)
    except ValueError:
        raise OutOfRange(f"{year}-{month}-{day}") from None


# --- to the target type -------------------------------------------------------------------------------------


def convert(
    text: str, source: str, target: str, scale: int, style: int | None
) -> tuple[datetime.datetime, int]:
    """`text` as the local date and time and the offset (minutes) that a `target(scale)` holds.

    The target `instant` is a datetime2 cut to microseconds, for functions that only ask for larger parts.

    Errors as T-SQL raises them: 241, 242, 295, 9807 for text that only another style reads; 50100 where a
    100 ns digit would be lost.
    """
    try:
        return _fitted(read(text, target, style), target, scale)
    except OutOfRange:
        if target in _OLD:
            raise error(242, source, target) from None
        raise error(241) from None
    except Unreadable:
        if target == "smalldatetime":
            raise _unreadable_smalldatetime() from None
        if style and style > 0 and target not in _OLD and _readable(text, target):
            raise error(9807, style) from None
        raise error(241) from None


@udf("text_ticks", "VARCHAR, INTEGER", "BIGINT")
def text_ticks(text: str, order: int) -> int:
    """The local date and time of `text` in 100 ns since 0001-01-01. Error 241."""
    try:
        moment = read(text, "instant", order)
    except (OutOfRange, Unreadable):
        raise error(241) from None
    return (moment.day.toordinal() - 1) * DAY + moment.ticks


def _readable(text: str, target: str) -> bool:
    """Whether `text` is a date and time without a style."""
    try:
        read(text, target, None)
    except (Unreadable, OutOfRange):
        return False
    return True


def _unreadable_smalldatetime() -> TsqlError:
    return TsqlError(
        295, "Conversion failed when converting character string to smalldatetime data type.", state=3
    )


def _as_ticks(text: str, source: str, target: str, style: int) -> tuple[int, int]:
    """The local ticks that `text` is as a datetime2(7), time(7) or datetimeoffset(7), and its offset.

    Errors: as `convert`.
    """
    try:
        moment = read(text, target, style)
    except (OutOfRange, Unreadable):
        convert(text, source, target, 6, style)
        raise error(241) from None
    days = 0 if target == "time" else moment.day.toordinal() - 1
    return days * DAY + moment.ticks, moment.offset or 0


@udf("ticks_of_text", "VARCHAR, VARCHAR, VARCHAR, INTEGER", "BIGINT", lenient=True)
def ticks_of_text(text: str, source: str, target: str, style: int) -> int:
    """`text` as a datetime2(7) or time(7), in ticks."""
    return _as_ticks(text, source, target, style)[0]


@udf(
    "zoned_ticks_of_text", "VARCHAR, VARCHAR, INTEGER", "STRUCT(ticks BIGINT, minutes SMALLINT)", lenient=True
)
def zoned_ticks_of_text(text: str, source: str, style: int) -> dict[str, int]:
    """`text` as a datetimeoffset(7): ticks in UTC, minutes east of it."""
    ticks, minutes = _as_ticks(text, source, "datetimeoffset", style)
    return {"ticks": ticks - minutes * MINUTE, "minutes": minutes}


def _fitted(moment: Moment, target: str, scale: int) -> tuple[datetime.datetime, int]:
    if target == "date":
        return datetime.datetime.combine(moment.day, datetime.time()), 0
    ticks = moment.ticks // 10 * 10 if target == "instant" else round_ticks(moment.ticks, target, scale)
    day = _EPOCH if target == "time" else moment.day
    if ticks >= DAY and day == datetime.date.max:
        ticks = moment.ticks - moment.ticks % (10 ** (7 - scale)) if target not in _OLD else DAY
    ticks = whole_microseconds(ticks, target)
    if ticks >= DAY and day == datetime.date.max:
        raise OutOfRange("10000-01-01")
    shift = datetime.timedelta(microseconds=ticks % DAY // 10 if target == "time" else ticks // 10)
    result = datetime.datetime.combine(day, datetime.time()) + shift
    if target == "datetime" and result.year < 1753:
        raise OutOfRange(str(result))
    if (target == "smalldatetime" and not 1900 <= result.year <= 2079) or (
        target == "smalldatetime" and result >= datetime.datetime(2079, 6, 7)
    ):
        raise OutOfRange(str(result))
    return result, moment.offset or 0


def whole_microseconds(ticks: int, target: str) -> int:
    """`ticks` (100 ns) as whole microseconds. Error 50100 where that would lose a digit.

    The last tick of a second, .9999999, by which warehouses write the end of time and of a day, is held as
    .999999 and shown with its seventh digit again.
    """
    if ticks % SECOND == SECOND - 1:
        return ticks - 9
    if ticks % 10:
        raise unsupported(f"a non-zero seventh digit of a {target}(7), since it keeps microseconds")
    return ticks


def round_ticks(ticks: int, target: str, scale: int) -> int:
    """A time of day in 100 ns as `target(scale)` rounds it; may reach a full day."""
    if target == "datetime":
        third = (ticks * 3 + 50_000) // 100_000
        return (third * 10 + 1) // 3 * 10_000
    if target == "smalldatetime":
        return (ticks + 30 * SECOND + 10_000) // MINUTE * MINUTE
    unit = int(10 ** (7 - scale))
    return int((ticks + unit // 2) // unit * unit)


_TEXT: Final = "VARCHAR, VARCHAR, VARCHAR, INTEGER, INTEGER"


@udf("moment", _TEXT, "TIMESTAMP", lenient=True)
def moment(text: str, source: str, target: str, scale: int, style: int) -> datetime.datetime:
    """`convert` for DuckDB; a style below zero is none, and tells the order of SET DATEFORMAT."""
    return convert(text, source, target, scale, style)[0]


@udf("offset_moment", _TEXT, "STRUCT(utc TIMESTAMP, minutes SMALLINT)", lenient=True)
def offset_moment(text: str, source: str, target: str, scale: int, style: int) -> dict[str, object]:
    """A datetimeoffset read from text."""
    local, minutes = convert(text, source, target, scale, style)
    return {"utc": local - datetime.timedelta(minutes=minutes), "minutes": minutes}
