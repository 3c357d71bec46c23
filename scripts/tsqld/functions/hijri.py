"""The Hijri calendar of CONVERT's style 131, by the Kuwaiti algorithm.

Place in the pipeline: behind `datestyle` and `datetext`. Source: Microsoft Learn, "CAST and CONVERT"
(styles 130 and 131), "HijriCalendar class": of every 30 years the years 2, 5, 7, 10, 13, 16, 18, 21, 24, 26
and 29 have 355 days, and the first day is 0622-07-18. Style 130, which writes the month in Arabic, is
refused: its spelling is not documented.
"""

from __future__ import annotations

import datetime
from typing import Final

from tsqld.errors import TsqlError
from tsqld.functions.udfs import udf

_FIRST: Final = datetime.date(622, 7, 18).toordinal()
_CYCLE: Final = 10_631
"""Days of 30 years."""
_MONTHS: Final = (0, 30, 59, 89, 118, 148, 177, 207, 236, 266, 295, 325)
"""Days of a year before each month."""


def _is_long(year: int) -> bool:
    return (year * 11 + 14) % 30 < 11


def _days_before(year: int) -> int:
    """Days from the first day of the calendar to that of `year`."""
    cycles, years = divmod(year - 1, 30)
    return cycles * _CYCLE + sum(354 + _is_long(past) for past in range(1, years + 1))


def from_gregorian(day: datetime.date) -> tuple[int, int, int]:
    """Year, month and day in the Hijri calendar. Error 8114 before its first day."""
    passed = day.toordinal() - _FIRST
    if passed < 0:
        raise TsqlError(8114, "Error converting data type datetime2 to varchar.")
    year = passed * 30 // _CYCLE + 1
    while _days_before(year) > passed:
        year -= 1
    while _days_before(year + 1) <= passed:
        year += 1
    left = passed - _days_before(year)
    month = max(place for place, before in enumerate(_MONTHS, 1) if before <= left)
    return year, month, left - _MONTHS[month - 1] + 1


def to_gregorian(year: int, month: int, day: int) -> datetime.date:
    """A Hijri date as a Gregorian one. ValueError for a date there is not."""
    longest = 30 if month % 2 or (month == 12 and _is_long(year)) else 29
    if not (1 <= year <= 9666 and 1 <= month <= 12 and 1 <= day <= longest):
        raise ValueError(f"{day}/{month}/{year}")
    return datetime.date.fromordinal(_FIRST + _days_before(year) + _MONTHS[month - 1] + day - 1)


@udf("hijri", "DATE", "VARCHAR")
def hijri(day: datetime.date) -> str:
    """A date as style 131 writes it: the day padded with a space, month and year with zeros."""
    year, month, of_month = from_gregorian(day)
    return f"{of_month:2d}/{month:02d}/{year:04d}"
