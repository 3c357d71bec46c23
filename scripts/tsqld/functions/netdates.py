"""Dates, times and offsets by .NET format strings.

Place in the pipeline: behind FORMAT. Source: Microsoft Learn, "Standard date and time format strings",
"Custom date and time format strings", "Custom TimeSpan format strings". None stands for a format that .NET
refuses.
"""

from __future__ import annotations

import datetime
import re
from dataclasses import replace
from typing import Final

from tsqld.functions.cultures import INVARIANT, Culture
from tsqld.ticks import seventh

_TOKEN = re.compile(
    r"d{1,}|M{1,}|y{1,}|h{1,}|H{1,}|m{1,}|s{1,}|f{1,7}|F{1,7}|t{1,}|z{1,}|g{1,}|K|%|\\.|'[^']*'|\"[^\"]*\"|.",
    re.DOTALL,
)
_FIXED: Final = {
    "s": "yyyy'-'MM'-'dd'T'HH':'mm':'ss",
    "u": "yyyy'-'MM'-'dd HH':'mm':'ss'Z'",
    "o": "yyyy'-'MM'-'dd'T'HH':'mm':'ss'.'fffffffK",
    "r": "ddd, dd MMM yyyy HH':'mm':'ss 'GMT'",
}

_COMPOSED: Final = {
    "d": "d", "D": "D", "t": "t", "T": "T", "f": "Dt", "F": "DT", "g": "dt", "G": "dT", "m": "m", "M": "m",
    "y": "y", "Y": "y", "U": "DT",
}  # fmt: skip


def format_date(value: datetime.datetime, pattern: str, culture: Culture, offset: int | None) -> str | None:
    """`value` by `pattern`; `offset` in minutes for datetimeoffset, else None."""
    pattern = pattern or "G"
    if len(pattern) == 1:
        if offset is not None and pattern == "U":
            return None
        if offset is not None and pattern in "rRu":
            value -= datetime.timedelta(minutes=offset)  # no seventh digit is asked for
        found = _standard(pattern, culture)
        if found is None:
            return None
        pattern = found
    elif pattern[0] == "%" and len(pattern) == 2:
        pattern = pattern[1:]
    tokens = _TOKEN.findall(pattern)
    if culture.genitive_months and any(token in ("d", "dd") for token in tokens):
        culture = replace(culture, months=culture.genitive_months)
    if pattern in _FIXED.values():
        culture = INVARIANT
    pieces = [_piece(token, value, culture, offset) for token in tokens]
    return None if any(piece is None for piece in pieces) else "".join(piece or "" for piece in pieces)


def _standard(letter: str, culture: Culture) -> str | None:
    if letter in "sorRuO":
        return _FIXED[letter.lower()]
    parts = _COMPOSED.get(letter)
    if parts is None:
        return None
    return " ".join(culture.known(culture.patterns.get(part), f"the pattern {letter}") for part in parts)


def _piece(token: str, v: datetime.datetime, culture: Culture, offset: int | None) -> str | None:
    char, count = token[0], len(token)
    if char == "\\":
        return token[1:]
    if char in "'\"":
        return token[1:-1] if count > 1 else None
    if char == "d":
        if count < 3:
            return f"{v.day:0{count}d}"
        short = culture.days if count > 3 else culture.known(culture.short_days, "short names of days")
        return short[v.weekday()]
    if char == "M":
        if count < 3:
            return f"{v.month:0{count}d}"
        short = culture.months if count > 3 else culture.known(culture.short_months, "short names of months")
        return short[v.month - 1]
    if char == "y":
        return f"{v.year % 100:0{count}d}" if count < 3 else f"{v.year:0{count}d}"
    if char == "h":
        return f"{(v.hour + 11) % 12 + 1:0{min(count, 2)}d}"
    if char in "Hms":
        number = {"H": v.hour, "m": v.minute, "s": v.second}[char]
        return f"{number:0{min(count, 2)}d}"
    if char in "fF":
        digits = _fraction(v)[:count]
        return digits if char == "f" else digits.rstrip("0")
    if char == "t":
        half = culture.known(culture.am if v.hour < 12 else culture.pm, "AM and PM")
        return half[:1] if count == 1 else half
    if char in "zK":
        return _zone(char, count, offset)
    if char == "g":
        return "A.D."
    if char == "/":
        return culture.known(culture.date_separator, "the date separator")
    return "" if char == "%" else token


def _fraction(v: datetime.datetime | datetime.time) -> str:
    """The seven digits of a second's fraction."""
    return f"{v.microsecond:06d}{seventh(v)}"


def _zone(char: str, count: int, offset: int | None) -> str:
    if offset is None:
        return "" if char == "K" else ("+0", "+00", "+00:00")[min(count, 3) - 1]
    sign, hours, minutes = "-" if offset < 0 else "+", abs(offset) // 60, abs(offset) % 60
    if char == "K" or count >= 3:
        return f"{sign}{hours:02d}:{minutes:02d}"
    return f"{sign}{hours}" if count == 1 else f"{sign}{hours:02d}"


_STRFTIME: Final = {
    "yyyy": "%Y", "yy": "%y", "MMMM": "%B", "MMM": "%b", "MM": "%m", "dddd": "%A", "ddd": "%a", "dd": "%d",
    "HH": "%H", "hh": "%I", "mm": "%M", "ss": "%S", "fff": "%g", "ffffff": "%f", "tt": "%p",
}  # fmt: skip


def strftime_of(pattern: object) -> str | None:
    """A custom pattern of the culture en-US as strftime writes it, None where it has no such form."""
    if not isinstance(pattern, str) or len(pattern) < 2:
        return None
    parts = []
    for token in _TOKEN.findall(pattern):
        if token in _STRFTIME:
            parts.append(_STRFTIME[token])
        elif len(token) == 1 and token in "-/:. ,_":
            parts.append(token)
        else:
            return None
    return "".join(parts)


def format_time(value: datetime.time, pattern: str) -> str | None:
    """A time, which .NET formats as a TimeSpan: literals have to be escaped or quoted."""
    if pattern in ("", "c", "t", "T"):
        fraction = f".{_fraction(value)}" if _fraction(value).strip("0") else ""
        return f"{value:%H:%M:%S}{fraction}"
    if pattern == "g":
        fraction = f".{_fraction(value)}".rstrip("0.")
        return f"{value.hour}:{value:%M:%S}{fraction}"
    if pattern == "G":
        return f"0:{value:%H:%M:%S}.{_fraction(value)}"
    if len(pattern) == 1:
        return None
    return _span(pattern, value)


def _span(pattern: str, value: datetime.time) -> str | None:
    out: list[str] = []
    for token in _TOKEN.findall(pattern.removeprefix("%") if len(pattern) == 2 else pattern):
        char, count = token[0], len(token)
        if char == "\\":
            out.append(token[1:])
        elif char in "'\"" and count > 1:
            out.append(token[1:-1])
        elif char == "d":
            out.append("0" * count)
        elif char in "hms" and count <= 2:
            number = {"h": value.hour, "m": value.minute, "s": value.second}[char]
            out.append(f"{number:0{count}d}")
        elif char in "fF":
            digits = _fraction(value)[:count]
            out.append(digits if char == "f" else digits.rstrip("0"))
        else:
            return None
    return "".join(out)
