"""Mathematical functions.

Place in the pipeline: entered in `registry`. Source: Microsoft Learn, "Mathematical functions". Functions of
the float family compute in DOUBLE and raise 3623 outside their domain and 8115 when the result is no finite
number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import ROUND_DOWN, ROUND_HALF_UP, Context, Decimal
from typing import Final

from tsqld.binder.bound import Bound
from tsqld.errors import error
from tsqld.functions import arguments as a
from tsqld.functions.convert import convert
from tsqld.functions.macros import call
from tsqld.functions.precedence import shown
from tsqld.functions.registry import MATH, define
from tsqld.functions.sqltext import duck_type, let, let_all, raise_error, raise_text
from tsqld.functions.udfs import udf
from tsqld.types import BIGINT, FLOAT, INT, LEAST, MONEY, SqlType

Args = Sequence[Bound]

_WIDE: Final = Context(prec=120)
_SMALL: Final = ("tinyint", "smallint", "int")
_DOMAIN: Final = "'An invalid floating point operation occurred.'"

# name: (DuckDB expression, condition under which it is defined)
_UNARY: Final[dict[str, tuple[str, str]]] = {
    "SIN": ("sin({x})", ""),
    "COS": ("cos({x})", ""),
    "TAN": ("tan({x})", ""),
    "COT": ("cot({x})", "{x} <> 0"),
    "ASIN": ("asin({x})", "{x} BETWEEN -1 AND 1"),
    "ACOS": ("acos({x})", "{x} BETWEEN -1 AND 1"),
    "ATAN": ("atan({x})", ""),
    "EXP": ("exp({x})", ""),
    "LOG10": ("log10({x})", "{x} > 0"),
    "SQRT": ("sqrt({x})", "{x} >= 0"),
    "SQUARE": ("({x} * {x})", ""),
}


def _define_unary(name: str, expression: str, domain: str) -> None:
    def compiler(args: Args, line: int) -> Bound:
        value = a.floating(args[0], 1, name.lower(), line)
        return a.made(let(value.sql, lambda x: _guarded(expression, domain, x)), FLOAT, value)

    define(name, MATH, 1)(compiler)


def _guarded(expression: str, domain: str, x: str) -> str:
    checked = _finite(expression.format(x=x))
    if not domain:
        return checked
    return (
        f"CASE WHEN {x} IS NULL OR {domain.format(x=x)} THEN {checked} ELSE {raise_text(3623, _DOMAIN)} END"
    )


def _finite(sql: str) -> str:
    overflow = raise_error(8115, "expression", "float")
    return let(sql, lambda r: f"CASE WHEN {r} IS NULL OR isfinite({r}) THEN {r} ELSE {overflow} END")


for _name, (_expression, _condition) in _UNARY.items():
    _define_unary(_name, _expression, _condition)


@define("PI", MATH, 0)
def _pi(args: Args, line: int) -> Bound:
    return Bound("pi()", FLOAT, nullable=False)


@define("ATN2", MATH, 2)
def _atn2(args: Args, line: int) -> Bound:
    y, x = (a.floating(arg, place, "atn2", line) for place, arg in enumerate(args, 1))
    fail = raise_text(3623, _DOMAIN)
    sql = let_all(
        [y.sql, x.sql], lambda p, q: f"CASE WHEN {p} = 0 AND {q} = 0 THEN {fail} ELSE atan2({p}, {q}) END"
    )
    return a.made(sql, FLOAT, y, x)


@define("LOG", MATH, 1, 2)
def _log(args: Args, line: int) -> Bound:
    value = a.floating(args[0], 1, "log", line)
    if len(args) == 1:
        return a.made(let(value.sql, lambda x: _guarded("ln({x})", "{x} > 0", x)), FLOAT, value)
    base = a.floating(args[1], 2, "log", line)
    fail = raise_text(3623, _DOMAIN)
    sql = let_all(
        [value.sql, base.sql],
        lambda x, b: (
            f"CASE WHEN {x} IS NULL OR {b} IS NULL THEN NULL WHEN {x} > 0 AND {b} > 0 AND {b} <> 1 "
            f"THEN ln({x}) / ln({b}) ELSE {fail} END"
        ),
    )
    return a.made(sql, FLOAT, value, base)


@define("POWER", MATH, 2)
def _power(args: Args, line: int) -> Bound:
    """Computed as float and brought back to the base's type: int for small integers, decimal(38, s) for
    decimals.
    """
    base, exponent = args[0], a.floating(args[1], 2, "power", line)
    if base.type.is_text or base.type.name == "bit" or base.is_null:
        base = a.floating(base, 1, "power", line)
    if not base.type.is_number:
        raise error(8116, shown(base.type), 1, "power", line=line)
    x = convert(base, FLOAT, line=line).sql
    fail, zero = raise_text(3623, _DOMAIN), raise_error(8134)
    raised = let_all(
        [x, exponent.sql],
        lambda p, q: (
            f"CASE WHEN {p} IS NULL OR {q} IS NULL THEN NULL WHEN {p} = 0 AND {q} < 0 THEN {zero} "
            f"WHEN {p} < 0 AND {q} <> trunc({q}) "
            f"THEN {fail} ELSE {_finite(f'pow({p}, {q})')} END"
        ),
    )
    type = _power_type(base.type)
    result = a.made(raised, FLOAT, base, exponent)
    if type == FLOAT:
        return result
    return convert(result, type, line=line)


def _power_type(type: SqlType) -> SqlType:
    if type.name in _SMALL:
        return INT
    if type.is_decimal:
        return SqlType(type.name, precision=38, scale=type.scale)
    if type.is_money:
        return MONEY
    return BIGINT if type.name == "bigint" else FLOAT


@define("ABS", MATH, 1)
def _abs(args: Args, line: int) -> Bound:
    value = _numeric(args[0], "abs", line)
    type = INT if value.type.name in _SMALL else FLOAT if value.type.is_float else value.type
    if value.type.is_money:
        type = MONEY
    sql = convert(value, type, line=line).sql
    if type.name in ("int", "bigint"):
        least, overflow = LEAST[type.name], raise_error(8115, "expression", type.name)
        return a.made(
            let(sql, lambda v: f"CASE WHEN {v} = {least} THEN {overflow} ELSE abs({v}) END"), type, value
        )
    return a.made(f"abs({sql})", type, value)


@define("SIGN", MATH, 1)
def _sign(args: Args, line: int) -> Bound:
    value = _numeric(args[0], "sign", line)
    type = INT if value.type.name in _SMALL else value.type
    if value.type.is_money:
        type = MONEY
    elif value.type.is_float:
        type = FLOAT
    elif value.type.is_decimal and value.type.scale == value.type.precision:
        type = replace(type, precision=min(38, type.precision + 1), scale=min(37, type.scale))
    return a.made(f"sign({value.sql})::{duck_type(type)}", type, value)


@define("FLOOR", MATH, 1)
def _floor(args: Args, line: int) -> Bound:
    return _whole("floor", args[0], line)


@define("CEILING", MATH, 1)
def _ceiling(args: Args, line: int) -> Bound:
    return _whole("ceil", args[0], line)


def _whole(duck: str, argument: Bound, line: int) -> Bound:
    """decimal(p, s) becomes decimal(p, 0); every other type stays."""
    value = _numeric(argument, "floor" if duck == "floor" else "ceiling", line)
    if value.type.is_integer:
        type = INT if value.type.name in _SMALL else value.type
        return convert(value, type, line=line)
    if value.type.is_float:
        return a.made(f"{duck}(({value.sql})::DOUBLE)", FLOAT, value)
    type = MONEY if value.type.is_money else SqlType(value.type.name, precision=value.type.precision)
    scale = 4 if value.type.is_money else value.type.scale
    if scale == 0:
        return value
    whole = f"{duck}({value.sql})"
    if value.type.is_decimal and value.type.scale == value.type.precision:
        precision = min(38, value.type.precision + 1)
        whole = f"{duck}(({value.sql})::DECIMAL({precision},{scale if precision > scale else scale - 1}))"
    return a.made(f"{whole}::{duck_type(type)}", type, value)


@define("ROUND", MATH, 2, 3)
def _round(args: Args, line: int) -> Bound:
    """Half away from zero, or truncated when the third argument is not 0; length may be negative."""
    value = _numeric(args[0], "round", line)
    for place, argument in enumerate(args[1:], 2):
        if not argument.type.is_integer:
            raise error(8116, shown(argument.type), place, "round", line=line)
    length = a.integer(args[1], 2, "round", line)
    cut = a.integer(args[2], 3, "round", line) if len(args) > 2 else Bound("0", INT, False, 0)
    inputs = [value, length, cut]
    if value.type.is_float:
        sql = let_all(
            [f"({value.sql})::DOUBLE", length.sql, cut.sql], lambda x, n, f: call("round_float", x, n, f)
        )
        return a.made(sql, FLOAT, *inputs)
    type = _rounded_type(value.type)
    overflow = raise_error(8115, "expression", shown(type))
    scale = 4 if type.is_money else type.scale
    known, mode = a.constant_int(args[1]), a.constant_int(args[2]) if len(args) > 2 else 0
    if known is not None and known >= scale and not type.is_money:
        return convert(value, type, line=line)
    if known is not None and 0 <= known < scale and mode == 0:
        return a.made(_round_down(value, type, known, scale, overflow), type, *inputs)
    wide = f"({value.sql})::DECIMAL(38,{scale})"
    text = f"tsqld_round_decimal(({wide})::VARCHAR, {length.sql}, {cut.sql})"
    sql = let(
        text,
        lambda t: (
            f"CASE WHEN {t} IS NOT NULL THEN coalesce(TRY_CAST({t} AS {duck_type(type)}), {overflow}) END"
        ),
    )
    if type.is_money:
        sql = call("money_range", sql)
    return a.made(sql, type, *inputs)


def _round_down(value: Bound, type: SqlType, length: int, scale: int, overflow: str) -> str:
    """ROUND to fewer decimals by DuckDB's own rounding cast, through 64 bits where they hold the value."""
    precision = 19 if type.is_money else type.precision
    fewer = f"DECIMAL({min(38, precision - scale + length + 1)},{length})"
    target = duck_type(type)
    rounding = f"({value.sql})::{fewer}"
    if precision > 18 and scale <= 17:
        rounding = let(
            value.sql,
            lambda v: f"coalesce(TRY_CAST(TRY_CAST({v} AS DECIMAL(18,{scale})) AS {fewer}), ({v})::{fewer})",
        )
    return let(
        rounding,
        lambda r: f"CASE WHEN {r} IS NOT NULL THEN coalesce(TRY_CAST({r} AS {target}), {overflow}) END",
    )


def _rounded_type(type: SqlType) -> SqlType:
    if type.name in _SMALL:
        return INT
    return MONEY if type.is_money else type


def _numeric(argument: Bound, function: str, line: int) -> Bound:
    """A number; text and bit are read as float, NULL is float."""
    type = argument.type
    if argument.is_null or type.is_text or type.name == "bit":
        return convert(argument, FLOAT, line=line)
    if not type.is_number:
        raise error(8116, shown(type), 1, function, line=line)
    return argument


@define("DEGREES", MATH, 1)
def _degrees(args: Args, line: int) -> Bound:
    return _angle("degrees", args[0], line)


@define("RADIANS", MATH, 1)
def _radians(args: Args, line: int) -> Bound:
    return _angle("radians", args[0], line)


def _angle(duck: str, argument: Bound, line: int) -> Bound:
    """Integers give integers (RADIANS(90) is 1), decimals decimal(38, 18) or more decimals."""
    value = _numeric(argument, duck, line)
    computed = a.made(f"{duck}({convert(value, FLOAT, line=line).sql})", FLOAT, value)
    if value.type.is_float:
        return computed
    if value.type.is_decimal:
        exact = f"tsqld_exact_float({computed.sql}, {max(18, value.type.scale)})"
        type = SqlType(value.type.name, precision=38, scale=max(18, value.type.scale))
        return a.made(f"({exact})::{duck_type(type)}", type, value)
    if value.type.is_money:
        return convert(computed, MONEY, line=line)
    type = INT if value.type.name in _SMALL else value.type
    return convert(computed, type, line=line)


# --- Python side: registered by `install` -------------------------------------------------------------------


@udf("round_decimal", "VARCHAR, INTEGER, INTEGER", "VARCHAR")
def round_decimal(text: str, length: int, cut: int) -> str:
    """A decimal rounded, or cut when `cut` is not 0, to `length` places; the scale stays."""
    value = Decimal(text)
    places = int(value.as_tuple().exponent)
    if length >= -places:
        return text
    if length < -60:
        return f"{value * 0:f}"
    mode = ROUND_DOWN if cut else ROUND_HALF_UP
    rounded = value.quantize(Decimal(1).scaleb(-length), rounding=mode, context=_WIDE)
    return f"{rounded.quantize(Decimal(1).scaleb(places), context=_WIDE):f}"


@udf("exact_float", "DOUBLE, INTEGER", "VARCHAR")
def exact_float(value: float, scale: int) -> str:
    """The exact value of a float, rounded half away from zero to `scale` decimals."""
    return f"{Decimal(value).quantize(Decimal(1).scaleb(-scale), rounding=ROUND_HALF_UP, context=_WIDE):f}"
