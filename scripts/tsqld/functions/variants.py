"""sql_variant: a value that carries its own type.

Place in the pipeline: called by `convert`. DuckDB holds STRUCT(type, text): the base type as T-SQL writes it,
and the value as text that converts back without loss. Source: Microsoft Learn, "sql_variant".
"""

from __future__ import annotations

import datetime
import re
import struct
from collections.abc import Callable
from decimal import Decimal, localcontext
from typing import Final

from tsqld.binder.bound import Bound
from tsqld.errors import UNSUPPORTED, TsqlError, error
from tsqld.functions import datetext
from tsqld.functions.conversion import Conversion
from tsqld.functions.precedence import explicit_allowed, shown
from tsqld.functions.sqltext import duck_type, let, quote
from tsqld.functions.udfs import udf
from tsqld.functions.unitext import ansi_bytes, utf16_bytes
from tsqld.types import FLOAT, MAX, SqlType, varchar

_STYLES: Final = {"float": 3, "real": 3, "money": 2, "smallmoney": 2}


def convert_variant(c: Conversion, convert: Callable[..., Bound]) -> str:
    """To sql_variant: wrap; from it: read the text back by its base type."""
    if c.target.name == "sql_variant":
        return _wrapped(c, convert)
    return _unwrapped(c, convert)


def _wrapped(c: Conversion, convert: Callable[..., Bound]) -> str:
    if c.source.length == MAX:
        raise error(206, shown(c.source), "sql_variant", line=c.line)
    text = _as_text(c.value, convert, c.line)
    if not c.value.nullable:
        return f"{{type: {quote(str(c.source))}, text: {text}}}"
    return let(
        text, lambda t: f"CASE WHEN {t} IS NOT NULL THEN {{type: {quote(str(c.source))}, text: {t}}} END"
    )


def _as_text(value: Bound, convert: Callable[..., Bound], line: int) -> str:
    if value.type.is_text:
        return value.sql
    if value.type.is_binary:
        return f"hex({value.sql})"
    style = 121 if value.type.is_temporal else _STYLES.get(value.type.name)
    bound = Bound(str(style), FLOAT, value=style) if style is not None else None
    return convert(value, varchar(8000), style=bound, line=line, explicit=True).sql


def _unwrapped(c: Conversion, convert: Callable[..., Bound]) -> str:
    """By base type name: a branch for each type that converts to the target."""

    def body(v: str) -> str:
        branches = [
            f"WHEN starts_with({v}.type, '{base.name}') THEN {_branch(c, v, base, convert)}"
            for base in _bases()
            if explicit_allowed(base, c.target)
        ]
        return f"CASE WHEN {v} IS NULL THEN NULL {' '.join(branches)} ELSE {c.unconvertible()} END"

    return let(c.value.sql, body)


def _branch(c: Conversion, v: str, base: SqlType, convert: Callable[..., Bound]) -> str:
    """What is not supported for one base type is refused for values of that type only."""
    try:
        return _read(c, v, base, convert)
    except TsqlError as problem:
        if problem.number != UNSUPPORTED:
            raise
        return c.fail_constant(UNSUPPORTED, problem.message)


def _bases() -> list[SqlType]:
    """Base types, those whose names begin alike longest first."""
    names = {"bigint", "bit", "int", "smallint", "tinyint", "float", "real", "money", "smallmoney", "date",
             "smalldatetime", "datetime", "uniqueidentifier"}  # fmt: skip
    types = [SqlType(name) for name in names]
    types += [SqlType("datetime2", scale=7), SqlType("datetimeoffset", scale=7), SqlType("time", scale=7)]
    types += [SqlType("decimal", precision=38, scale=10), SqlType("numeric", precision=38, scale=10)]
    types += [SqlType(name, 8000) for name in ("varchar", "char", "varbinary", "binary")]
    types += [SqlType(name, 4000) for name in ("nvarchar", "nchar")]
    return sorted(types, key=lambda type: -len(type.name))


# Types whose text has as many digits as the value's own scale, which the base types above do not know.
_OWN_DIGITS: Final = ("datetime2", "datetimeoffset", "time")


def _read(c: Conversion, v: str, base: SqlType, convert: Callable[..., Bound]) -> str:
    if base.is_text:
        inner = Bound(f"{v}.text", base)
    elif base.is_binary:
        inner = Bound(f"unhex({v}.text)", base)
    elif (base.is_decimal and (c.target.is_decimal or c.target.is_text)) or (
        base.name in _OWN_DIGITS and c.target.is_text and c.style is None
    ):
        inner = Bound(f"{v}.text", varchar(8000))
    else:
        inner = Bound(f"TRY_CAST({v}.text AS {duck_type(base)})", base)
        if base.name == "datetimeoffset":
            inner = convert(Bound(f"{v}.text", varchar(8000)), base, try_=True)
    return convert(inner, c.target, try_=c.lenient, line=c.line, explicit=True).sql


def base_type(name: str) -> str:
    """The bare base type of a variant's type text: `decimal` of `decimal(10,2)`."""
    return re.sub(r"\(.*", "", name)


def stored_bytes(base: str, size: int, text: str) -> int:
    """The bytes of a value: its type's `size`, or what text and binary of varying length hold."""
    if base in ("varchar", "varbinary"):
        return len(text) // 2 if base == "varbinary" else len(ansi_bytes(text))
    return len(utf16_bytes(text)) if base == "nvarchar" else size


def overhead(base: str) -> int:
    """What a sql_variant keeps beside its value: two bytes, and the facets of the base type."""
    if "char" in base:
        return 8
    if base in ("decimal", "numeric", "binary", "varbinary"):
        return 4
    return 3 if base in ("time", "datetime2", "datetimeoffset") else 2


@udf("variant_length", "VARCHAR, VARCHAR", "INTEGER")
def variant_length(type: str, text: str) -> int:
    """DATALENGTH of a sql_variant: that of its value."""
    from tsqld.functions.logic import variant_property

    return stored_bytes(base_type(type), int(variant_property(type, text, "maxlength") or 0), text)


_EXACT: Final = ("decimal", "numeric", "money", "smallmoney", "bigint", "int", "smallint", "tinyint", "bit")
_MOMENTS: Final = ("datetime2", "datetime", "smalldatetime", "date", "time", "datetimeoffset")


@udf("variant_key", "VARCHAR, VARCHAR", "VARCHAR", nullable=True)
def variant_key(type: str, text: str) -> str:
    """The same text for equal values of one family of types, different text for different families.

    Families as Microsoft Learn, "sql_variant", lists them: exact numbers, approximate numbers, dates, text,
    binary, uniqueidentifier. Values of one family are compared after conversion, so 1 equals 1.00, and 'a'
    equals N'A '.
    """
    base = base_type(type)
    if base in _EXACT:
        return f"exact {Decimal(text).normalize():f}" if Decimal(text) else "exact 0"
    if base in ("float", "real"):
        return f"approximate {float(text)!r}"
    if base in _MOMENTS:
        moment, offset = datetext.convert(text, "varchar", "datetimeoffset", 7, None)
        return f"moment {moment - datetime.timedelta(minutes=offset)}"
    if base in ("char", "varchar", "nchar", "nvarchar"):
        return f"text {text.rstrip(' ').lower()}"
    return f"{'binary' if 'binary' in base else base} {text.lower()}"


# Families in SQL Server's order of precedence, the greatest last: Microsoft Learn, "sql_variant".
_FAMILIES: Final = ("uniqueidentifier", "binary", "text", "exact", "approximate", "moment")


@udf("variant_order", "VARCHAR, VARCHAR", "VARCHAR", nullable=True)
def variant_order(type: str, text: str) -> str:
    """Text that orders as the values do: by family first, then as the family compares."""
    family, _, value = variant_key(type, text).partition(" ")
    if family == "exact":
        value = _digits(Decimal(value))
    elif family == "approximate":
        value = _ordered_float(float(value))
    return f"{_FAMILIES.index(family)} {value}"


def _digits(value: Decimal) -> str:
    """A number of up to 38 digits, moved above zero, with leading and trailing zeros."""
    with localcontext(prec=90):
        return f"{value + 10**38:080.38f}"


def _ordered_float(value: float) -> str:
    """IEEE 754's bits order as the numbers do once negative ones are turned over."""
    (bits,) = struct.unpack(">Q", struct.pack(">d", value + 0.0))
    return f"{bits ^ (0xFFFF_FFFF_FFFF_FFFF if bits >> 63 else 1 << 63):016x}"
