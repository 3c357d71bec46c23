"""Exact decimal multiplication and division with SQL Server's result types.

Place in the pipeline: called by arithmetic. DuckDB multiplies DECIMALs exactly up to 38 digits and divides
them as floats, so quotients are computed on integers (64 or 128 bits) and, beyond 38 digits, in Python.
Source: Microsoft Learn, "Precision, scale, and length": the formulas and the reduction to 38 digits. Products
and sums that lose decimals are rounded half away from zero, quotients are truncated.
"""

from __future__ import annotations

import decimal
from decimal import Decimal
from typing import Final

from tsqld.errors import error
from tsqld.functions.sqltext import let_all, raise_error
from tsqld.functions.udfs import udf
from tsqld.types import SqlType

_WIDE: Final = decimal.Context(prec=120, rounding=decimal.ROUND_HALF_UP, Emax=999, Emin=-999)


def name_of(left: SqlType, right: SqlType) -> str:
    """numeric where one side is, as constants with a point are; the two names mean one type."""
    return "numeric" if "numeric" in (left.name, right.name) else "decimal"


def _reduced(name: str, precision: int, scale: int) -> SqlType:
    """Product and quotient types brought to 38 digits: decimals give way, but not below 6."""
    if precision > 38:
        scale = max(38 - (precision - scale), min(scale, 6))
        precision = 38
    return SqlType(name, precision=precision, scale=scale)


def sum_type(left: SqlType, right: SqlType) -> SqlType:
    """The type of left + right and left - right."""
    scale = max(left.scale, right.scale)
    whole = max(left.precision - left.scale, right.precision - right.scale)
    precision = scale + whole + 1
    if precision > 38:
        scale = min(scale, 38 - whole)
        precision = 38
    return SqlType(name_of(left, right), precision=precision, scale=scale)


def product_type(left: SqlType, right: SqlType) -> SqlType:
    return _reduced(name_of(left, right), left.precision + right.precision + 1, left.scale + right.scale)


def quotient_type(left: SqlType, right: SqlType) -> SqlType:
    scale = max(6, left.scale + right.precision + 1)
    return _reduced(name_of(left, right), left.precision - left.scale + right.scale + scale, scale)


def remainder_type(left: SqlType, right: SqlType) -> SqlType:
    scale = max(left.scale, right.scale)
    whole = min(left.precision - left.scale, right.precision - right.scale)
    return SqlType(name_of(left, right), precision=max(1, min(38, whole + scale)), scale=scale)


def duck(type: SqlType) -> str:
    return f"DECIMAL({type.precision},{type.scale})"


def add(op: str, left: str, right: str, a: SqlType, b: SqlType, result: SqlType) -> str:
    """left + right or left - right; operands are DECIMALs of types `a` and `b`."""
    scale = max(a.scale, b.scale)
    if scale != result.scale:
        return _python("add" if op == "+" else "subtract", left, right, a, b, result)
    if result.precision < 38:
        return f"({left} {op} {right})::{duck(result)}"
    return f"({left}::DECIMAL(38,{scale}) {op} {right}::DECIMAL(38,{scale}))"


def multiply(left: str, right: str, a: SqlType, b: SqlType, result: SqlType) -> str:
    """left * right, exact when it fits the result type, else rounded to its scale."""
    if a.precision + b.precision + 1 <= 38:
        wide = (
            left if a.precision > 18 or a.precision + b.precision <= 18 else f"{left}::DECIMAL(19,{a.scale})"
        )
        return f"({wide} * {right})::{duck(result)}"
    return let_all([left, right], lambda x, y: _exact_product(x, y, a, b, result))


def _exact_product(x: str, y: str, a: SqlType, b: SqlType, result: SqlType) -> str:
    """DuckDB's own product where 38 digits are enough for it, which only the values tell."""
    slow = _python("multiply", x, y, a, b, result)
    if a.scale + b.scale > 38:
        return slow
    scale = a.scale + b.scale
    product = f"TRY({x}::DECIMAL(38,{a.scale}) * {y})"
    if 0 < scale <= 17 and scale != result.scale:
        quick = f"TRY_CAST(TRY_CAST({product} AS DECIMAL(18,{scale})) AS {duck(result)})"
        return f"coalesce({quick}, TRY_CAST({product} AS {duck(result)}), {slow})"
    return f"coalesce(TRY_CAST({product} AS {duck(result)}), {slow})"


def divide(left: str, right: str, a: SqlType, b: SqlType, result: SqlType) -> str:
    """left / right, truncated to the result's scale; 8134 when right is zero."""
    return let_all(
        [left, right],
        lambda x, y: f"CASE WHEN {y} = 0 THEN {raise_error(8134)} ELSE {_quotient(x, y, a, b, result)} END",
    )


def _quotient(x: str, y: str, a: SqlType, b: SqlType, result: SqlType) -> str:
    """With A = x·10^sa and B = y·10^sb: (A·10^k) // B where k = scale - sa + sb, then scaled back."""
    shift = result.scale - a.scale + b.scale
    slow = _python("divide", x, y, a, b, result)
    if shift < 0:
        return slow
    careful = _quotient_128(x, y, a, b, result, shift, slow)
    if a.scale > 14 or b.scale > 8 or shift > 27 or result.scale == 0:
        return careful
    quick = let_all([_units(x, a), _units(y, b)], lambda p, q: _long_division(p, q, shift, result))
    most, least = 10 ** (14 - a.scale), 10 ** (9 - b.scale) - 1
    return (
        f"CASE WHEN {x} BETWEEN -{most} AND {most} AND {y} BETWEEN -{least} AND {least} "
        f"THEN {quick} ELSE {careful} END"
    )


def _units(sql: str, type: SqlType) -> str:
    """The digits of a DECIMAL without its point as BIGINT; exact up to 10^14, where doubles still count by
    ones.
    """
    if type.scale == 0:
        return f"({sql})::BIGINT"
    return f"round(({sql})::DOUBLE * {10**type.scale}::DOUBLE)::BIGINT"


def _long_division(p: str, q: str, shift: int, result: SqlType) -> str:
    """(p·10^shift) // q in steps of nine digits that 64 bits hold, since |q| < 10^9; much faster than 128
    bits.
    """
    whole = f"({p} // {q})::HUGEINT * {10**shift}::HUGEINT"
    rest, left, terms = f"({p} % {q})", shift, [whole]
    while left:
        step = min(9, left)
        left -= step
        terms.append(f"({rest} * {10**step} // {q})::HUGEINT * {10**left}::HUGEINT")
        rest = f"({rest} * {10**step} % {q})"
    return f"(({' + '.join(terms)})::DECIMAL(38,0) * {_unit(result.scale)})::{duck(result)}"


def _unit(scale: int) -> str:
    """The smallest DECIMAL of a scale: multiplying by it moves the point without division."""
    return f"CAST('0.{'0' * (scale - 1)}1' AS DECIMAL({scale},{scale}))"


def _quotient_128(x: str, y: str, a: SqlType, b: SqlType, result: SqlType, shift: int, slow: str) -> str:
    """The quotient by 128-bit integers, in Python where they are too short."""
    numerator = f"({_unscaled(x, a)} * {10**shift}::HUGEINT)" if shift <= 38 else ""
    if not numerator:
        return slow
    quotient = f"({numerator} // {_unscaled(y, b)})"
    if a.precision + shift <= 18 and b.precision <= 18:
        quotient = f"({_unscaled(x, a, 'BIGINT')} * {10**shift}::BIGINT // {_unscaled(y, b, 'BIGINT')})"
    scaled = f"TRY({quotient}::DECIMAL(38,0))"
    if result.scale:
        scaled = f"TRY({quotient}::DECIMAL(38,0) * {_unit(result.scale)})"
    return f"coalesce(TRY_CAST({scaled} AS {duck(result)}), {slow})"


def _unscaled(sql: str, type: SqlType, integer: str = "HUGEINT") -> str:
    """The digits of a DECIMAL without its point, as an integer."""
    if type.scale == 0:
        return f"({sql})::{integer}"
    if type.precision <= 18 and type.precision + type.scale > 18:
        sql = f"({sql})::DECIMAL(19,{type.scale})"
    power = f"CAST('1{'0' * type.scale}' AS DECIMAL({type.scale + 1},0))"
    return f"(({sql}) * {power})::{integer}"


def remainder(left: str, right: str, a: SqlType, b: SqlType, result: SqlType) -> str:
    """left % right with the sign of left; 8134 when right is zero."""
    scale = result.scale
    wide = duck(SqlType("decimal", precision=38, scale=scale))
    fits = max(a.precision - a.scale, b.precision - b.scale) + scale <= 38
    return let_all(
        [left, right],
        lambda x, y: (
            f"CASE WHEN {y} = 0 THEN {raise_error(8134)} ELSE "
            + (
                f"({x}::{wide} % {y}::{wide})::{duck(result)}"
                if fits
                else _python("remainder", x, y, a, b, result)
            )
            + " END"
        ),
    )


def _python(name: str, x: str, y: str, a: SqlType, b: SqlType, result: SqlType) -> str:
    """The Python fallback: operands and result travel as text, which has no limit of digits."""
    slow = f"tsqld_decimal_{name}({x}::VARCHAR, {y}::VARCHAR, {result.precision}, {result.scale})"
    return f"({slow})::{duck(result)}"


# --- Python side: registered by `install` -------------------------------------------------------------------


def _fitted(value: Decimal, precision: int, scale: int, rounding: str) -> str:
    result = value.quantize(Decimal(1).scaleb(-scale), rounding=rounding, context=_WIDE)
    if abs(result) >= Decimal(10) ** (precision - scale):
        raise error(8115, "expression", "numeric")
    return f"{result:f}"


@udf("decimal_multiply", "VARCHAR, VARCHAR, INTEGER, INTEGER", "VARCHAR")
def python_multiply(left: str, right: str, precision: int, scale: int) -> str:
    return _fitted(_WIDE.multiply(Decimal(left), Decimal(right)), precision, scale, decimal.ROUND_HALF_UP)


@udf("decimal_divide", "VARCHAR, VARCHAR, INTEGER, INTEGER", "VARCHAR")
def python_divide(left: str, right: str, precision: int, scale: int) -> str:
    with decimal.localcontext(_WIDE) as context:
        context.rounding = decimal.ROUND_DOWN
        context.prec = 160
        return _fitted(Decimal(left) / Decimal(right), precision, scale, decimal.ROUND_DOWN)


@udf("decimal_remainder", "VARCHAR, VARCHAR, INTEGER, INTEGER", "VARCHAR")
def python_remainder(left: str, right: str, precision: int, scale: int) -> str:
    with decimal.localcontext(_WIDE):
        return _fitted(Decimal(left) % Decimal(right), precision, scale, decimal.ROUND_DOWN)


@udf("decimal_add", "VARCHAR, VARCHAR, INTEGER, INTEGER", "VARCHAR")
def python_sum(left: str, right: str, precision: int, scale: int) -> str:
    return _fitted(_WIDE.add(Decimal(left), Decimal(right)), precision, scale, decimal.ROUND_HALF_UP)


@udf("decimal_subtract", "VARCHAR, VARCHAR, INTEGER, INTEGER", "VARCHAR")
def python_difference(left: str, right: str, precision: int, scale: int) -> str:
    return _fitted(_WIDE.subtract(Decimal(left), Decimal(right)), precision, scale, decimal.ROUND_HALF_UP)
