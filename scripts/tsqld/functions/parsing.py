"""PARSE and TRY_PARSE: text read as .NET reads it under the culture en-US.

Place in the pipeline: called by the expression compiler. Source: Microsoft Learn, "PARSE", "TRY_PARSE". Other
cultures are refused.
"""

from __future__ import annotations

import re

from tsqld.binder.bound import Bound
from tsqld.errors import TsqlError, error, unsupported
from tsqld.functions import arguments as a
from tsqld.functions import datetext
from tsqld.functions.convert import convert
from tsqld.functions.precedence import shown
from tsqld.functions.registry import CONVERSION, elsewhere
from tsqld.functions.sqltext import let, quote, raise_text
from tsqld.functions.udfs import udf
from tsqld.types import SqlType, nvarchar, varchar

_NUMBER = re.compile(r"\s*([+-])?\s*(\$)?\s*(\d{1,3}(?:,\d{3})*|\d+)?(\.\d*)?(?:[eE][+-]?\d+)?\s*(-)?\s*$")
_WEEKDAY = re.compile(r"^\s*(?:mon|tues|wednes|thurs|fri|satur|sun)day\s*,?\s*", re.IGNORECASE)


def parse(
    value: Bound, target: SqlType, culture: Bound | None = None, *, try_: bool = False, line: int = 0
) -> Bound:
    """PARSE(value AS target USING culture). Errors: 9819 for text that is none, 8116, 50100 for other
    cultures.
    """
    if not value.type.is_text and not value.is_null:
        raise error(8116, shown(value.type), 1, "try_parse" if try_ else "parse", line=line)
    if not ((target.is_number and target.name != "bit") or target.is_temporal):
        raise TsqlError(10761, f"Invalid data type {target.name} in function PARSE.", severity=15, line=line)
    _check_culture(culture, line)
    kind = "date" if target.is_temporal else "money" if target.is_money else "number"
    text = a.text(value, 1, "parse", line)
    cleaned = f"tsqld_parse_text({text.sql}, {quote(kind)})"
    source = nvarchar(4000) if text.type.is_unicode else varchar(8000)
    converted = let(cleaned, lambda t: convert(Bound(t, source), target, try_=True, line=line).sql)
    if try_:
        return a.made(f"({converted})", target, value, nullable=True)
    message = (
        f"'Error converting string value ''' || {text.sql} || ''' into data type {shown(target)} "
        "using culture "
        f"''{culture.value if culture is not None else 'en-US'}''.'"
    )
    sql = let(
        converted,
        lambda c: (
            f"CASE WHEN {c} IS NOT NULL OR ({text.sql}) IS NULL THEN {c} ELSE "
            f"{raise_text(9819, message, 1)} END"
        ),
    )
    return a.made(sql, target, value)


def _check_culture(culture: Bound | None, line: int) -> None:
    if culture is None or culture.is_null:
        return
    if not isinstance(culture.value, str):
        raise unsupported("PARSE with a culture that is not constant", line)
    if culture.value.lower() not in ("en-us", ""):
        raise unsupported(f"PARSE with the culture {culture.value}", line)


elsewhere(CONVERSION, "by the compiler", "CAST", "CONVERT", "TRY_CAST", "TRY_CONVERT")
elsewhere(CONVERSION, "by the compiler; culture en-US only", "PARSE", "TRY_PARSE")


@udf("parse_text", "VARCHAR, VARCHAR", "VARCHAR", nullable=True)
def parse_text(text: str, kind: str) -> str | None:
    """`text` in a form that conversion takes, or NULL: thousands separators and weekday names removed."""
    if kind == "date":
        cleaned = _WEEKDAY.sub("", text)
        try:
            datetext.read(cleaned, "datetime2", None)
        except (datetext.Unreadable, datetext.OutOfRange):
            return None
        return cleaned if cleaned.strip() else None
    found = _NUMBER.match(text)
    if found is None or not (found[3] or (found[4] or "") > ".") or (found[2] and kind != "money"):
        return None
    sign = found[1] or found[5] or ""
    digits = text.replace(",", "").replace("$", "").replace("+", "", 1 if found[1] == "+" else 0)
    if found[5] or found[1] == "-":
        digits = digits.replace("-", "", 1) if found[1] else digits.rstrip()[:-1]
    return ("-" if sign == "-" else "") + digits.strip()
