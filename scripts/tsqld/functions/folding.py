"""Conversions of constants, done while compiling, so that DuckDB sees a constant it can push into a scan.

Place in the pipeline: asked by `convert` before the converters for rows. Only well-formed constants that fit
are folded; everything else, errors included, is left to those converters. Dates are folded in `to_date`.
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Final

from tsqld.functions.conversion import Conversion, family
from tsqld.types import SqlType

_WIDE: Final = Context(prec=120)
_RANGES: Final = {
    "tinyint": (0, 255),
    "smallint": (-(2**15), 2**15 - 1),
    "int": (-(2**31), 2**31 - 1),
    "bigint": (-(2**63), 2**63 - 1),
}
_LIMITS: Final = {
    "money": (Decimal("-922337203685477.5808"), Decimal("922337203685477.5807")),
    "smallmoney": (Decimal("-214748.3648"), Decimal("214748.3647")),
}
_BITS: Final = {"0": "FALSE", "1": "TRUE", "true": "TRUE", "false": "FALSE"}


def folded(c: Conversion) -> str | None:
    """The DuckDB constant that `c` gives, or None where it is not a well-formed constant that fits."""
    value, target = c.value.value, family(c.target)
    if isinstance(value, str) and c.source.is_text:
        if target == "bit":
            return _BITS.get(value.strip(" ").lower())
        number = _number(value.strip(" "), whole=target == "integer")
    elif isinstance(value, int | Decimal) and not isinstance(value, bool) and c.source.is_exact:
        number = Decimal(value)
    else:
        return None
    if number is not None and c.source.is_money and target == "integer":
        number = number.quantize(Decimal(1), rounding=ROUND_HALF_UP)
    return _as(number, c.target) if number is not None else None


def _number(text: str, *, whole: bool) -> Decimal | None:
    pattern = r"[-+]?\d{1,38}" if whole else r"[-+]?(\d{1,38}\.?\d{0,38}|\.\d{1,38})"
    return Decimal(text) if re.fullmatch(pattern, text, re.ASCII) else None


def _as(number: Decimal, target: SqlType) -> str | None:
    kind = family(target)
    if kind == "integer":
        low, high = _RANGES[target.name]
        whole = int(number)
        return f"CAST({whole} AS {_integer_name(target)})" if low <= whole <= high else None
    if kind == "bit":
        return "TRUE" if number else "FALSE"
    if kind == "float" and target.name == "float":
        return f"CAST('{float(number)!r}' AS DOUBLE)"
    if kind in ("decimal", "money"):
        return _decimal(number, target)
    return None


def _integer_name(target: SqlType) -> str:
    return {"tinyint": "UTINYINT", "smallint": "SMALLINT", "int": "INTEGER"}.get(target.name, "BIGINT")


def _decimal(number: Decimal, target: SqlType) -> str | None:
    precision, scale = {"money": (19, 4), "smallmoney": (10, 4)}.get(
        target.name, (target.precision, target.scale)
    )
    rounded = number.quantize(Decimal(1).scaleb(-scale), rounding=ROUND_HALF_UP, context=_WIDE)
    if abs(rounded) >= Decimal(10) ** (precision - scale):
        return None
    low, high = _LIMITS.get(target.name, (rounded, rounded))
    if not low <= rounded <= high:
        return None
    return f"CAST('{rounded:f}' AS DECIMAL({precision},{scale}))"
