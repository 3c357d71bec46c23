"""The cultures FORMAT knows: separators, names and date patterns.

Place in the pipeline: data for `netnumbers` and `netdates`. Source: .NET globalization data as Microsoft
Learn's FORMAT page shows it. Other cultures are refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Culture:
    """One culture. `currency` and `negative_currency` hold n for the number and $ for the sign."""

    decimal: str
    group: str
    sign: str
    currency: str
    negative_currency: str
    percent: str
    months: tuple[str, ...]
    short_months: tuple[str, ...]
    days: tuple[str, ...]
    short_days: tuple[str, ...]
    am: str
    pm: str
    date_separator: str
    patterns: dict[str, str]


_ENGLISH_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November",
    "December",
)  # fmt: skip
_ENGLISH_DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_GERMAN_MONTHS: Final = (
    "Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November",
    "Dezember",
)  # fmt: skip
_GERMAN_DAYS: Final = ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag")

EN_US: Final = Culture(
    ".", ",", "$", "$n", "($n)", "n%", _ENGLISH_MONTHS, tuple(name[:3] for name in _ENGLISH_MONTHS),
    _ENGLISH_DAYS,
    tuple(name[:3] for name in _ENGLISH_DAYS), "AM", "PM", "/",
    {"d": "M/d/yyyy", "D": "dddd, MMMM d, yyyy", "t": "h:mm tt", "T": "h:mm:ss tt", "m": "MMMM d",
    "y": "MMMM yyyy"},
)  # fmt: skip
EN_GB: Final = Culture(
    ".", ",", "£", "$n", "-$n", "n%", _ENGLISH_MONTHS, tuple(name[:3] for name in _ENGLISH_MONTHS),
    _ENGLISH_DAYS,
    tuple(name[:3] for name in _ENGLISH_DAYS), "AM", "PM", "/",
    {"d": "dd/MM/yyyy", "D": "dd MMMM yyyy", "t": "HH:mm", "T": "HH:mm:ss", "m": "d MMMM", "y": "MMMM yyyy"},
)  # fmt: skip
DE_DE: Final = Culture(
    ",", ".", "€", "n $", "-n $", "n %", _GERMAN_MONTHS,
    ("Jan", "Feb", "Mrz", "Apr", "Mai", "Jun", "Jul", "Aug", "Sep", "Okt", "Nov", "Dez"), _GERMAN_DAYS,
    tuple(name[:2] for name in _GERMAN_DAYS), "", "", ".",
    {"d": "dd.MM.yyyy", "D": "dddd, d. MMMM yyyy", "t": "HH:mm", "T": "HH:mm:ss", "m": "d. MMMM",
    "y": "MMMM yyyy"},
)  # fmt: skip
CULTURES: Final = {"en-us": EN_US, "en-gb": EN_GB, "de-de": DE_DE}
