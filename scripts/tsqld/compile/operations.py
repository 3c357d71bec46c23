"""What the compiler does to bound values: the functions package and what only compiling needs."""

from __future__ import annotations

from dataclasses import replace

from tsqld.binder.bound import Bound
from tsqld.errors import error
from tsqld.functions import (
    NOW_FUNCTIONS,
    RowList,
    binary,
    call,
    check_implicit,
    collation_of,
    common_of,
    compare,
    constant,
    convert,
    generate_series,
    is_known,
    key,
    like,
    limited,
    literal,
    narrowed,
    null,
    openjson,
    openjson_with,
    parse,
    raise_error,
    rows_of,
    sort_key,
    string,
    string_split,
    unary,
)
from tsqld.functions.precedence import shown
from tsqld.functions.sqltext import duck_type, quote, raise_text
from tsqld.types import MAX, SqlType, nvarchar, varchar

__all__ = [
    "NOW_FUNCTIONS",
    "RowList",
    "assigned",
    "binary",
    "call",
    "cast_explicit",
    "check_implicit",
    "collation_of",
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
    "parse",
    "quote",
    "raise_error",
    "rows_of",
    "sort_key",
    "string",
    "string_split",
    "unary",
]


def cast_explicit(value: Bound, target: SqlType, style: Bound | None, *, try_: bool, line: int) -> Bound:
    """CAST, CONVERT and their TRY_ forms. Error 8116 for a style that is no integer."""
    if style is not None and not style.is_null and (not style.type.is_integer or style.type.name == "bit"):
        raise error(8116, shown(style.type), 3, "convert", line=line)
    return convert(value, target, style=style, try_=try_, line=line, explicit=True)


def not_null(value: Bound, message: str) -> str:
    """`value`, or error 515 with `message` where it is NULL."""
    if not value.nullable:
        return value.sql
    if value.is_null:
        return f"CAST({raise_text(515, quote(message), 2)} AS {duck_type(value.type)})"
    return f"coalesce({value.sql}, {raise_text(515, quote(message), 2)})"


def assigned(value: Bound, target: SqlType, table: str, column: str, line: int) -> Bound:
    """A value as a column stores it: converted, and error 2628 when text or bytes do not fit.

    Trailing blanks beyond the length are cut silently, as SQL Server does.
    """
    unlimited = target.length == MAX or target.name in ("text", "ntext", "xml", "image")
    fits = unlimited or value.is_null or not (value.type.is_text and target.is_text)
    if value.type.is_binary and target.is_binary and not unlimited and not value.is_null:
        return _assigned_bytes(value, target, table, column, line)
    if fits or _surely_fits(value, target):
        return convert(value, target, line=line)
    wide = replace(nvarchar(MAX) if target.is_unicode else varchar(MAX), collation=target.collation)
    measure = "strlen" if target.is_utf8 else "length"
    whole = convert(value, wide, line=line)
    cut = cast_explicit(whole, target, None, try_=False, line=line)
    head = quote(error(2628, table, column, "\x00").message.split("\x00")[0])
    tail = quote("'.")
    problem = raise_text(2628, f"{head} || left({whole.sql}, {target.length}) || {tail}")
    longer = " AND ".join(
        f"{measure}({text}) > {target.length}" for text in (whole.sql, f"rtrim({whole.sql}, ' ')")
    )
    return Bound(f"(CASE WHEN {longer} THEN {problem} ELSE {cut.sql} END)", target, value.nullable)


def _assigned_bytes(value: Bound, target: SqlType, table: str, column: str, line: int) -> Bound:
    """Bytes as a column stores them; the message of error 2628 shows none."""
    stored = convert(value, target, line=line)
    if target.name == "rowversion" or 0 < value.type.length <= target.length:
        return stored
    problem = raise_error(2628, table, column, "")
    longer = f"octet_length({value.sql}) > {target.length}"
    return Bound(f"(CASE WHEN {longer} THEN {problem} ELSE {stored.sql} END)", target, value.nullable)


def _surely_fits(value: Bound, target: SqlType) -> bool:
    if isinstance(value.value, str):
        return len(value.value) <= target.length
    return 0 < value.type.length <= target.length
