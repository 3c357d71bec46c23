"""Dates and times between Python and the wire: day numbers and fractions of a second.

Specification: [MS-TDS] 2.2.5.5.1.7 and following. A day number counts from 0001-01-01; times count in units
of 10**-scale seconds; datetime counts three-hundredths of a second from 1900-01-01. Python holds
microseconds, so the seventh digit of a time is dropped on the way in. On the way out `tsqld.ticks` knows it.
"""

from __future__ import annotations

import datetime as dt
from typing import Final

from tsqld.ticks import seventh

EPOCH: Final = dt.datetime(1, 1, 1)
DAY_1900: Final = dt.date(1900, 1, 1).toordinal()
LAST_OF_SECOND: Final = 999_999
_MICROSECONDS_A_DAY: Final = 86_400_000_000
_TICKS_A_DAY: Final = 300 * 86_400
_LAST_DAY: Final = dt.date.max.toordinal()


def time_size(scale: int) -> int:
    """Bytes of a time of `scale` fractional digits."""
    return 3 if scale <= 2 else 4 if scale <= 4 else 5


def microseconds(value: dt.time | dt.datetime) -> int:
    """Microseconds since midnight."""
    return ((value.hour * 60 + value.minute) * 60 + value.second) * 1_000_000 + value.microsecond


def to_units(value: dt.time | dt.datetime, scale: int, seventh: int) -> int:
    """The time of day in units of 10**-scale seconds; `seventh` is its last digit, for the finest."""
    count = microseconds(value)
    if scale == 7:
        return count * 10 + seventh
    return int(count // 10 ** (6 - scale))


def from_units(count: int, scale: int) -> int:
    """Units of 10**-scale seconds in microseconds."""
    return count // 10 if scale == 7 else count * 10 ** (6 - scale)


def utc_and_minutes(value: dt.datetime) -> tuple[dt.datetime, int]:
    """A datetimeoffset as naive UTC and minutes east of it. A naive value counts as UTC."""
    offset = value.utcoffset() or dt.timedelta()
    return value.replace(tzinfo=None) - offset, int(offset.total_seconds()) // 60


def datetime_ticks(value: dt.datetime) -> tuple[int, int]:
    """Days since 1900-01-01 and three-hundredths of a second: what datetime holds, rounded."""
    days = value.toordinal() - DAY_1900
    ticks = (microseconds(value) * 3 + 5_000) // 10_000
    return (days + 1, 0) if ticks == _TICKS_A_DAY else (days, ticks)


def small_datetime(value: dt.datetime) -> tuple[int, int]:
    """Days since 1900-01-01 and minutes: what smalldatetime holds."""
    return value.toordinal() - DAY_1900, value.hour * 60 + value.minute


def date_from_days(days: int) -> dt.date:
    return dt.date.fromordinal(_checked(days + 1))


def time_from_units(count: int, scale: int) -> dt.time:
    return (EPOCH + dt.timedelta(microseconds=_checked_time(from_units(count, scale)))).time()


def datetime_from_days(days: int, count: int, scale: int) -> dt.datetime:
    """A datetime2 from its day number and its time in units of 10**-scale seconds."""
    day = dt.datetime.fromordinal(_checked(days + 1))
    return day + dt.timedelta(microseconds=_checked_time(from_units(count, scale)))


def datetime_from_ticks(days: int, ticks: int) -> dt.datetime:
    """A datetime: three-hundredths of a second are shown as .000, .003 and .007."""
    day = dt.datetime.fromordinal(_checked(DAY_1900 + days))
    return day + dt.timedelta(milliseconds=(ticks * 10 + 1) // 3)


def datetimeoffset_from_utc(utc: dt.datetime, minutes: int) -> dt.datetime:
    """An aware datetime from naive UTC and minutes east of it."""
    return utc.replace(tzinfo=dt.UTC).astimezone(dt.timezone(dt.timedelta(minutes=minutes)))


def as_text(value: dt.date | dt.time, kind: str, scale: int) -> str:
    """A value as SQL Server sends it to clients older than its type (TDS 7.2 and before)."""
    parts = []
    if isinstance(value, dt.date):
        parts.append(f"{value.year:04d}-{value:%m-%d}")
    if isinstance(value, dt.time | dt.datetime) and kind != "date":
        digits = f"{value.microsecond:06d}{seventh(value)}"[:scale]
        parts.append(f"{value:%H:%M:%S}" + (f".{digits}" if scale else ""))
    if isinstance(value, dt.datetime) and kind == "datetimeoffset":
        _, minutes = utc_and_minutes(value)
        hours, rest = divmod(abs(minutes), 60)
        parts.append(f"{'-' if minutes < 0 else '+'}{hours:02d}:{rest:02d}")
    return " ".join(parts)


def _checked(ordinal: int) -> int:
    if not 1 <= ordinal <= _LAST_DAY:
        raise ValueError("a date outside 0001-01-01 to 9999-12-31")
    return ordinal


def _checked_time(count: int) -> int:
    if not 0 <= count < _MICROSECONDS_A_DAY:
        raise ValueError("a time outside one day")
    return count
