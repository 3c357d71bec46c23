"""Moments with a seventh digit, which Python's datetime and DuckDB's TIMESTAMP lack.

Place in the pipeline: values of expressions and variables of datetime2(7), time(7) and datetimeoffset(7),
between DuckDB, the runtime and the wire. Source: Microsoft Learn, "datetime2", "time", "datetimeoffset".
DuckDB counts them in a BIGINT of 100 ns (`functions.ticks`); columns of tables keep microseconds.
"""

from __future__ import annotations

import datetime as dt
from typing import Final

SECOND: Final = 10_000_000
DAY: Final = 86_400 * SECOND
"""Ticks of a second, and of a day."""

_EPOCH: Final = dt.datetime(1, 1, 1)


class FineDatetime(dt.datetime):
    """A datetime whose `digit` is the seventh of its second."""

    digit: int = 0

    def __str__(self) -> str:
        whole, zone = self.replace(tzinfo=None), self.strftime("%z")
        offset = f"{zone[:3]}:{zone[3:]}" if zone else ""
        return f"{dt.datetime.isoformat(whole, ' ', 'microseconds')}{self.digit}{offset}"


class FineTime(dt.time):
    """A time whose `digit` is the seventh of its second."""

    digit: int = 0

    def __str__(self) -> str:
        return f"{dt.time.isoformat(self, 'microseconds')}{self.digit}"


def is_kept(ticks: int) -> bool:
    """Whether microseconds hold `ticks`: whole ones, and .9999999, which .999999 stands for."""
    return ticks % 10 == 0 or ticks % SECOND == SECOND - 1


def moment(ticks: int) -> dt.datetime:
    """Ticks since 0001-01-01 as a datetime, a fine one where it has to be."""
    value = _EPOCH + dt.timedelta(microseconds=ticks // 10)
    if is_kept(ticks):
        return value
    fine = FineDatetime.combine(value.date(), value.time())
    fine.digit = ticks % 10
    return fine


def without_seventh(value: dt.datetime) -> dt.datetime:
    """A datetime of fewer digits: its .999999 stands for no more."""
    if value.microsecond != 999_999:
        return value
    return FineDatetime.combine(value.date(), value.time())


def clock(ticks: int) -> dt.time:
    """Ticks since midnight as a time."""
    value = moment(ticks)
    if not isinstance(value, FineDatetime):
        return value.time()
    fine = FineTime(value.hour, value.minute, value.second, value.microsecond)
    fine.digit = value.digit
    return fine


def zoned(ticks: int, minutes: int) -> dt.datetime:
    """UTC in ticks and minutes east of it as an aware datetime."""
    local = moment(ticks + minutes * 60 * SECOND)
    aware = local.replace(tzinfo=dt.timezone(dt.timedelta(minutes=minutes)))
    if isinstance(local, FineDatetime) and isinstance(aware, FineDatetime):
        aware.digit = local.digit
    return aware


def ticks_of(value: dt.datetime | dt.time) -> int:
    """A datetime's ticks since 0001-01-01 by its own clock, a time's since midnight."""
    seconds = (value.hour * 60 + value.minute) * 60 + value.second
    ticks = seconds * SECOND + value.microsecond * 10 + seventh(value)
    return ticks + (value.toordinal() - 1) * DAY if isinstance(value, dt.datetime) else ticks


def zoned_ticks(value: dt.datetime) -> dict[str, int]:
    """An aware datetime as DuckDB holds it: UTC in ticks, minutes east of it."""
    minutes = int((value.utcoffset() or dt.timedelta()).total_seconds()) // 60
    return {"ticks": ticks_of(value) - minutes * 60 * SECOND, "minutes": minutes}


def seventh(value: object) -> int:
    """The seventh digit: its own, or 9 where .999999 stands for .9999999."""
    if isinstance(value, FineDatetime | FineTime):
        return value.digit
    return 9 if isinstance(value, dt.datetime | dt.time) and value.microsecond == 999_999 else 0
