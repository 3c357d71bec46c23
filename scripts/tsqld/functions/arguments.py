"""What every function compiler needs of its arguments: conversion, result types, nullability.

Place in the pipeline: used by the modules that enter functions in `registry`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from tsqld.binder.bound import Bound
from tsqld.errors import error
from tsqld.functions.convert import convert
from tsqld.functions.precedence import shown, with_collation_of
from tsqld.types import BIGINT, FLOAT, INT, MAX, SqlType, varchar

_TEXT_WIDTHS: Final = {
    "bit": 1, "tinyint": 4, "smallint": 8, "int": 12, "bigint": 24, "decimal": 41, "numeric": 41, "money": 32,
    "smallmoney": 32, "float": 32, "real": 32, "uniqueidentifier": 36, "date": 10, "time": 16, "datetime": 32,
    "smalldatetime": 32, "datetime2": 27, "datetimeoffset": 34, "sql_variant": 8000,
}  # fmt: skip
"""The varchar that a value of another type becomes inside a string function."""


_LARGE: Final = ("text", "ntext", "xml")
_TAKE_LARGE: Final = ("substring", "patindex", "isnumeric", "isdate", "concat", "concat_ws")
"""Functions that take text and ntext: Microsoft Learn, "ntext, text, and image", names the first two."""


def text(value: Bound, place: int, function: str, line: int, *, strict: bool = False) -> Bound:
    """An argument as text; numbers and dates are written out unless `strict`. Error 8116."""
    if value.type.name in _LARGE and function not in _TAKE_LARGE:
        raise error(8116, shown(value.type), place, function, line=line)
    if value.type.is_text or value.is_null:
        return value if value.type.is_text else replace(value, sql="CAST(NULL AS VARCHAR)", type=varchar(1))
    if strict or (value.type.is_binary and value.type.name not in ("binary", "varbinary")):
        raise error(8116, shown(value.type), place, function, line=line)
    if value.type.is_binary:
        return convert(value, varchar(value.type.length), line=line, explicit=True)
    return convert(value, varchar(_TEXT_WIDTHS[value.type.name]), line=line, explicit=True)


def integer(value: Bound, place: int, function: str, line: int) -> Bound:
    """An argument as int; text and decimals are converted. Error 8116."""
    return _number(value, INT, place, function, line)


def big_integer(value: Bound, place: int, function: str, line: int) -> Bound:
    return _number(value, BIGINT, place, function, line)


def floating(value: Bound, place: int, function: str, line: int) -> Bound:
    """An argument as float. Error 8116."""
    return _number(value, FLOAT, place, function, line)


def _number(value: Bound, target: SqlType, place: int, function: str, line: int) -> Bound:
    type = value.type
    if not (type.is_number or type.is_text or value.is_null or (type.is_binary and not target.is_float)):
        raise error(8116, shown(type), place, function, line=line)
    return convert(value, target, line=line, explicit=True)


def number(value: Bound, place: int, function: str, line: int) -> Bound:
    """An argument that is a number already, or text read as float. Error 8116."""
    if value.type.is_number:
        return value
    return floating(value, place, function, line)


def made(sql: str, type: SqlType, *args: Bound, nullable: bool | None = None) -> Bound:
    """A function's result, NULL when an argument is (unless said otherwise)."""
    return Bound(
        sql,
        type,
        any(arg.nullable for arg in args) if nullable is None else nullable,
        aggregated=any(arg.aggregated for arg in args),
        windowed=any(arg.windowed for arg in args),
    )


def varying(type: SqlType) -> SqlType:
    """The variable-length type of the same text: varchar(n) of char(n)."""
    names = {
        "char": "varchar",
        "nchar": "nvarchar",
        "text": "varchar",
        "ntext": "nvarchar",
        "sysname": "nvarchar",
    }
    return replace(type, name=names.get(type.name, type.name), length=type.length or MAX)


def text_type(values: Sequence[Bound], length: int) -> SqlType:
    """varchar or, when a value is Unicode, nvarchar of `length` characters, (max) where that is too long."""
    unicode = any(value.type.is_unicode for value in values)
    limit = 4000 if unicode else 8000
    length = MAX if length == MAX else max(1, min(length, limit))
    type = SqlType("nvarchar" if unicode else "varchar", length)
    return with_collation_of(type, [value.type for value in values])


def is_max(*values: Bound) -> bool:
    return any(value.type.length == MAX and (value.type.is_text or value.type.is_binary) for value in values)


def count_type(value: Bound) -> SqlType:
    """bigint for lengths and positions in (max) text, int otherwise."""
    return BIGINT if is_max(value) else INT


def constant_int(value: Bound) -> int | None:
    """The argument's value when it is an integer constant."""
    if isinstance(value.value, int) and not isinstance(value.value, bool):
        return value.value
    return None
