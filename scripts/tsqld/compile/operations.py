"""What the compiler does to bound values: the functions package, and the few operations only compiling
needs."""

from __future__ import annotations

from tsqld.binder.bound import Bound
from tsqld.compile.rowsets import generate_series, openjson, openjson_with, string_split
from tsqld.errors import error
from tsqld.functions import (
    NOW_FUNCTIONS,
    binary,
    call,
    common_of,
    compare,
    is_known,
    key,
    like,
    literal,
    unary,
)
from tsqld.functions import convert as _convert
from tsqld.functions.literals import null, string
from tsqld.functions.precedence import check_implicit
from tsqld.functions.sqltext import duck_type, quote, raise_error, raise_text
from tsqld.syntax import nodes as n
from tsqld.syntax.walk import parse_value
from tsqld.types import MAX, SqlType, nvarchar, varchar

__all__ = [
    "NOW_FUNCTIONS",
    "assigned",
    "binary",
    "call",
    "cast_explicit",
    "check_implicit",
    "common_of",
    "compare",
    "constant",
    "convert",
    "generate_series",
    "is_known",
    "key",
    "like",
    "limited",
    "literal",
    "narrowed",
    "not_null",
    "null",
    "openjson",
    "openjson_with",
    "quote",
    "raise_error",
    "sort_key",
    "string",
    "string_split",
    "unary",
]


def convert(value: Bound, target: SqlType, *, line: int = 0) -> Bound:
    """Implicit conversion. Errors 206, 257 for pairs that need CONVERT."""
    if not value.is_null and value.type != target:
        check_implicit(value.type, target, line)
    return _convert(value, target, line=line)


def cast_explicit(value: Bound, target: SqlType, style: Bound | None, *, try_: bool, line: int) -> Bound:
    """CAST, CONVERT and their TRY_ forms."""
    return _convert(value, target, style=style, try_=try_, line=line)


def constant(text: str) -> Bound:
    """A literal kept as T-SQL text, as partition boundaries are."""
    node = parse_value(text)
    if isinstance(node, n.Unary) and isinstance(node.operand, n.Literal):
        return unary(node.operator, literal(node.operand.kind, node.operand.value))
    assert isinstance(node, n.Literal)
    return literal(node.kind, node.value)


def sort_key(value: Bound) -> str:
    """What ORDER BY, MIN and MAX compare."""
    return key(value)


def narrowed(sql: str, type: SqlType) -> str:
    """A wide sum cast to its T-SQL type: 8115 when it does not fit."""
    duck = duck_type(type)
    if type.is_float:
        return f"CAST({sql} AS DOUBLE)"
    if type.is_decimal:
        return f"CAST({sql} AS {duck})"
    problem = raise_error(8115, "expression", type.name)
    return (
        f"list_transform([{sql}], lambda s: CASE WHEN s IS NULL THEN NULL ELSE "
        f"coalesce(TRY_CAST(s AS {duck}), CAST({problem} AS {duck})) END)[1]"
    )


def limited(sql: str, type: SqlType, number: int) -> str:
    """Text of at most the length of `type`, or error `number`."""
    return (
        f"list_transform([{sql}], lambda s: CASE WHEN length(s) > {type.length} "
        f"THEN {raise_error(number)} ELSE s END)[1]"
    )


def not_null(value: Bound, message: str) -> str:
    """`value`, or error 515 with `message` where it is NULL."""
    if not value.nullable:
        return value.sql
    if value.is_null:
        return f"CAST({raise_text(515, quote(message), 2)} AS {duck_type(value.type)})"
    return f"(CASE WHEN {value.sql} IS NULL THEN {raise_text(515, quote(message), 2)} ELSE {value.sql} END)"


def assigned(value: Bound, target: SqlType, table: str, column: str, line: int) -> Bound:
    """A value as a column stores it: converted, and error 2628 when text or bytes do not fit.

    Trailing blanks beyond the length are cut silently, as SQL Server does.
    """
    fits = target.length == MAX or value.is_null or not (value.type.is_text and target.is_text)
    if fits or _surely_fits(value, target):
        return convert(value, target, line=line)
    wide = nvarchar(MAX) if target.is_unicode else varchar(MAX)
    whole = convert(value, wide, line=line)
    cut = _convert(whole, target, line=line)
    head = quote(error(2628, table, column, "\x00").message.split("\x00")[0])
    problem = raise_text(2628, f"{head} || left({whole.sql}, {target.length}) || {quote(chr(39) + '.')}")
    sql = f"(CASE WHEN length(rtrim({whole.sql}, ' ')) > {target.length} THEN {problem} ELSE {cut.sql} END)"
    return Bound(sql, target, value.nullable)


def _surely_fits(value: Bound, target: SqlType) -> bool:
    if isinstance(value.value, str):
        return len(value.value) <= target.length
    return 0 < value.type.length <= target.length
