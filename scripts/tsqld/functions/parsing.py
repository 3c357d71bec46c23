"""PARSE and TRY_PARSE: text read as .NET reads it under a culture.

Place in the pipeline: called by the expression compiler. Source: Microsoft Learn, "PARSE", "TRY_PARSE",
"NumberStyles". Numbers are read by the culture's separators, dates in digits by its order, others by its
names of months and days.
"""

from __future__ import annotations

import functools
import re

from tsqld.binder.bound import Bound
from tsqld.errors import TsqlError, error, unsupported
from tsqld.functions import arguments as a
from tsqld.functions import datetext
from tsqld.functions.convert import convert
from tsqld.functions.cultures import EN_US, Culture, culture_named
from tsqld.functions.precedence import shown
from tsqld.functions.registry import CONVERSION, elsewhere
from tsqld.functions.sqltext import let, quote, raise_text
from tsqld.functions.udfs import udf
from tsqld.types import SqlType, nvarchar, varchar

_DIGITS = re.compile(r"(\d{1,4})([/.\-])(\d{1,2})\2(\d{1,4})(?![\d/.\-])")


def parse(
    value: Bound, target: SqlType, culture: Bound | None = None, *, try_: bool = False, line: int = 0
) -> Bound:
    """PARSE(value AS target USING culture). Errors: 9819 for text that is none, 9818, 8116, 50100."""
    name = "try_parse" if try_ else "parse"
    if value.is_null:
        raise error(8116, "NULL", 1, name, line=line)
    if not value.type.is_text:
        raise error(8116, shown(value.type), 1, name, line=line)
    if not ((target.is_number and target.name != "bit") or target.is_temporal):
        raise TsqlError(10761, f"Invalid data type {target.name} in function PARSE.", severity=15, line=line)
    known = _culture(culture, line)
    kind = "date" if target.is_temporal else "money" if target.is_money else "number"
    kind = "float" if target.is_float else kind
    text = a.text(value, 1, "parse", line)
    cleaned = f"tsqld_parse_text({text.sql}, {quote(kind)}, {quote(known.name)})"
    source = nvarchar(4000) if text.type.is_unicode else varchar(8000)
    converted = let(cleaned, lambda t: convert(Bound(t, source), target, try_=True, line=line).sql)
    if try_:
        return a.made(f"({converted})", target, value, nullable=True)
    written = culture.value if culture is not None and culture.value else "en-US"
    message = (
        f"'Error converting string value ''' || {text.sql} || ''' into data type {shown(target)} "
        f"using culture ''{written}''.'"
    )
    sql = let(
        converted,
        lambda c: (
            f"CASE WHEN {c} IS NOT NULL OR ({text.sql}) IS NULL THEN {c} ELSE "
            f"{raise_text(9819, message, 1)} END"
        ),
    )
    return a.made(sql, target, value)


def _culture(culture: Bound | None, line: int) -> Culture:
    if culture is None or culture.is_null:
        return EN_US
    if not isinstance(culture.value, str):
        raise unsupported("PARSE with a culture that is not constant", line)
    return culture_named(culture.value, "PARSE", line)


elsewhere(CONVERSION, "by the compiler", "CAST", "CONVERT", "TRY_CAST", "TRY_CONVERT")
elsewhere(CONVERSION, "by the compiler; the cultures of FORMAT", "PARSE", "TRY_PARSE")


@udf("parse_text", "VARCHAR, VARCHAR, VARCHAR", "VARCHAR", nullable=True)
def parse_text(text: str, kind: str, culture: str) -> str | None:
    """`text` in a form that conversion takes, or NULL where .NET does not read it."""
    known = culture_named(culture, "PARSE")
    return _date(text, known) if kind == "date" else _number(text, kind, known)


# --- dates --------------------------------------------------------------------------------------------------


def _date(text: str, culture: Culture) -> str | None:
    """Names in English and days of the week left out; digits in the culture's order as yyyymmdd."""
    cleaned = _weekdays(culture).sub("", text).strip()
    cleaned = _months(culture).sub(lambda found: _month_of(culture)[found[0].lower()], cleaned)
    found = _DIGITS.match(cleaned)
    if found is not None:
        day = _ordered(found[1], found[3], found[4], culture)
        if day is None:
            return None
        cleaned = day + cleaned[found.end() :]
    try:
        datetext.read(cleaned, "datetime2", None)
    except (datetext.Unreadable, datetext.OutOfRange):
        return None
    return cleaned or None


def _ordered(a: str, b: str, c: str, culture: Culture) -> str | None:
    """Three numbers as yyyymmdd; a first one of four digits is the year."""
    if len(a) == 4 or culture.order == "ymd":
        year, month, day = a, b, c
    elif culture.order == "dmy":
        day, month, year = a, b, c
    else:
        month, day, year = a, b, c
    if len(day) > 2 or len(month) > 2 or len(year) == 3:
        return None
    if len(year) <= 2:
        if 30 <= int(year) <= 49:
            raise unsupported("PARSE of a year of two digits from 30 to 49")
        year = f"{(1900 if int(year) > 49 else 2000) + int(year)}"
    return f"{year:0>4}{int(month):02d}{int(day):02d}"


@functools.cache
def _weekdays(culture: Culture) -> re.Pattern[str]:
    """A name of a day and what divides it from the date."""
    return re.compile(rf"\s*\b(?:{_any(culture.days)})\b\s*,?\s*", re.IGNORECASE)


@functools.cache
def _months(culture: Culture) -> re.Pattern[str]:
    return re.compile(rf"(?<![^\W\d_])(?:{_any(tuple(_month_of(culture)))})(?![^\W\d_])", re.IGNORECASE)


def _any(names: tuple[str, ...]) -> str:
    return "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))


@functools.cache
def _month_of(culture: Culture) -> dict[str, str]:
    """Names of months in lower case → the English name."""
    lists = (culture.short_months, culture.genitive_months, culture.months)
    return {
        name.lower(): english
        for names in lists
        if names is not None
        for name, english in zip(names, EN_US.months, strict=True)
    }


# --- numbers ------------------------------------------------------------------------------------------------


def _number(text: str, kind: str, culture: Culture) -> str | None:
    """A number by the culture's separators; money may have its sign of currency or be in parentheses."""
    text = text.strip(" \t\r\n")
    negative = False
    if kind == "money":
        sign = culture.known(culture.sign, "currency")
        text = text.replace(sign, "", 1).strip(" ")
        if text.startswith("(") and text.endswith(")"):
            negative, text = True, text[1:-1].strip(" ")
            text = text.replace(sign, "", 1).strip(" ")
    if any(space in text for space in "\xa0\u202f"):
        raise unsupported("PARSE of a number grouped by spaces")
    group = re.escape(culture.group or ",,")
    digits, exponent, behind = rf"(?:\d|{group})*", "", "[+-]?"
    if kind == "float":  # NumberStyles.Float: an exponent, but no groups and no sign behind
        digits, exponent, behind = r"\d*", r"(?:[eE][+-]?\d+)?", ""
    found = re.fullmatch(
        rf"([+-]?)({digits})(?:{re.escape(culture.decimal)}(\d*))?({exponent})({behind})", text
    )
    if found is None or not (found[2].strip(culture.group) or found[3]) or (found[1] and found[5]):
        return None
    if culture.group and found[2].startswith(culture.group):
        return None
    whole = found[2].replace(culture.group or ",,", "") or "0"
    negative ^= "-" in (found[1], found[5])
    fraction = f".{found[3]}" if (found[3] or "").strip("0") else ""
    return f"{'-' if negative else ''}{whole}{fraction}{found[4]}"
