"""Building blocks of the DuckDB text that the functions package emits.

Place in the pipeline: the lowest module of `functions`; knows DuckDB's spelling, nothing of T-SQL functions.
Errors raised inside DuckDB travel as text, `tsqld:<number>:<state>:<message>` closed by U+0003, and become
T-SQL errors again in `failure`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Final

from tsqld.errors import MESSAGES, TsqlError, error
from tsqld.types import SqlType

SCHEMA: Final = "memory.tsqld"
"""The schema of the helper macros: in DuckDB's own in-memory database, whatever database is current."""

END: Final = "\x03"
"""Closes an error's message, so that what DuckDB adds behind it is not taken for part of it."""
_TEXT: Final = re.compile(r"'(?:[^']|'')*'")

_DUCK: Final = {
    "bit": "BOOLEAN",
    "tinyint": "UTINYINT",
    "smallint": "SMALLINT",
    "int": "INTEGER",
    "bigint": "BIGINT",
    "money": "DECIMAL(19,4)",
    "smallmoney": "DECIMAL(10,4)",
    "float": "DOUBLE",
    "real": "FLOAT",
    "date": "DATE",
    "time": "TIME",
    "datetime": "TIMESTAMP",
    "smalldatetime": "TIMESTAMP",
    "datetime2": "TIMESTAMP",
    "datetimeoffset": "STRUCT(utc TIMESTAMP, minutes SMALLINT)",
    "uniqueidentifier": "UUID",
    "sql_variant": "STRUCT(type VARCHAR, text VARCHAR)",
}
_NAME: Final = r"""(?:[A-Za-z_][\w$@]*|"(?:[^"]|"")*")(?:\.(?:[\w$@]+|"(?:[^"]|"")*"))*"""
_CONSTANT: Final = r"""(?:\$\w+|'[^']*+(?:''[^']*+)*+'|\(?-?\d[\d.]*\)?|NULL)"""
_TYPE: Final = r"\w+(?:\(\d+(?:,\s*\d+)?\))?"
_SIMPLE = re.compile(
    rf"(?:{_NAME}|\({_NAME}\)|CAST\({_CONSTANT} AS {_TYPE}\)|\(?{_CONSTANT}(?:::{_TYPE})?\)?"
    rf"|\({_CONSTANT}\)::{_TYPE}|(?:DATE|TIME|TIMESTAMP) '[^']*'|from_hex\('[0-9a-f]*'\))$"
)
_CONSTANTS = re.compile(
    rf"(?:CAST\({_CONSTANT} AS {_TYPE}\)|\(?{_CONSTANT}(?:::{_TYPE})?\)?|(?:DATE|TIME|TIMESTAMP) '[^']*')$"
)
_ERROR = re.compile(r"tsqld:(\d+):(\d+):(.*)", re.DOTALL)
_OVERFLOW = re.compile(r"Overflow in \w+ of (INT16|INT32|INT64|INT128|UINT8|DECIMAL)")
_OVERFLOWED: Final = {"INT16": "smallint", "INT32": "int", "INT64": "bigint", "UINT8": "tinyint"}


def duck_type(type: SqlType) -> str:
    """DuckDB's name of the type that holds values of `type`."""
    if type.is_decimal:
        return f"DECIMAL({type.precision},{type.scale})"
    if type.is_text:
        return "VARCHAR"
    if type.is_binary:
        return "BLOB"
    return _DUCK[type.name]


def short_decimal(sql: str, type: SqlType, digits: int, scale: int) -> tuple[str, str]:
    """Whether a text is the beginning of how DuckDB writes its value, and that value as `type` is held.

    `1.5` begins what it writes for a scale of 4, `1.5000`; `1e3` and `1_000`, which it reads too, do not. Up
    to 18 `digits` fit into eight bytes: to ask is then quicker than to look for what must not be there.
    """
    number = f"TRY_CAST({sql} AS DECIMAL({digits},{min(scale, digits)}))"
    return f"prefix(CAST({number} AS VARCHAR), {sql})", f"CAST({number} AS {duck_type(type)})"


def quote(text: str) -> str:
    """`text` as a DuckDB string literal."""
    if "\x00" in text:
        return "(" + " || chr(0) || ".join(quote(part) for part in text.split("\x00")) + ")"
    return "'" + text.replace("'", "''") + "'"


def blob(value: bytes) -> str:
    """`value` as a DuckDB BLOB expression."""
    return f"from_hex('{value.hex()}')"


def cast(sql: str, type: SqlType) -> str:
    """DuckDB's own cast of `sql` to the type that holds `type`."""
    return f"({sql})::{duck_type(type)}"


def decimal_text(value: Decimal, precision: int, scale: int) -> str:
    """`value` as a DuckDB DECIMAL(precision, scale) literal."""
    return (
        f"'{value:f}'::DECIMAL({precision},{scale})"
        if precision > 38
        else (f"CAST('{value:f}' AS DECIMAL({precision},{scale}))")
    )


def is_simple(sql: str) -> bool:
    """Whether repeating `sql` costs nothing: a column, or a parameter or literal, perhaps cast."""
    return len(sql) < 200 and _SIMPLE.match(sql) is not None


def is_constant(sql: str) -> bool:
    """Whether `sql` is a literal or a parameter, perhaps cast."""
    return len(sql) < 200 and _CONSTANTS.match(sql) is not None


def let(sql: str, body: Callable[[str], str]) -> str:
    """`body` applied to `sql`, which is evaluated once however often `body` mentions it.

    DuckDB has no LET: a one-element list and a lambda serve, at some 5 ns a row. Simple operands are
    repeated.
    """
    if is_simple(sql):
        return body(sql)
    name = f"v{len(sql)}_"
    while name in sql:
        name += "_"
    return f"list_transform([{sql}], lambda {name}: {body(name)})[1]"


def let_all(sqls: list[str], body: Callable[..., str]) -> str:
    """`let` for several operands at once."""
    complex_ones = [sql for sql in sqls if not is_simple(sql)]
    if not complex_ones:
        return body(*sqls)
    if len(complex_ones) == 1:
        place = sqls.index(complex_ones[0])
        return let(sqls[place], lambda name: body(*sqls[:place], name, *sqls[place + 1 :]))
    name = f"r{sum(map(len, sqls))}_"
    while any(name in sql for sql in sqls):
        name += "_"
    fields, names = [], []
    for place, sql in enumerate(sqls):
        if is_simple(sql):
            names.append(sql)
        else:
            fields.append(f"a{place}: {sql}")
            names.append(f"{name}.a{place}")
    return f"list_transform([{{{', '.join(fields)}}}], lambda {name}: {body(*names)})[1]"


def raise_text(number: int, message: str, state: int | None = None) -> str:
    """A DuckDB expression that raises `number` when evaluated; `message` is a DuckDB text expression.

    A constant one is one literal: DuckDB binds every operator anew in each statement, and a row to be written
    has such an expression in most columns.
    """
    head = f"error('tsqld:{number}:{_state(number, state)}:"
    if _TEXT.fullmatch(message):
        return f"{head}{message[1:-1]}{END}')"
    return f"{head}' || {message} || chr(3))"


def raise_error(number: int, *places: object, state: int | None = None) -> str:
    """A DuckDB expression that raises the registered error with constant places."""
    return raise_text(number, quote(error(number, *places).message), state)


def _state(number: int, state: int | None) -> int:
    if state is not None:
        return state
    return MESSAGES[number][1] if number in MESSAGES else 1


def raised(problem: TsqlError, type: SqlType) -> str:
    """`problem` postponed to run time, typed as `type`: what SQL Server does with constants it cannot
    convert.
    """
    return f"CAST({raise_text(problem.number, quote(problem.message), problem.state)} AS {duck_type(type)})"


def udf_error(problem: TsqlError) -> ValueError:
    """`problem` as the exception a Python function called by DuckDB raises."""
    return ValueError(f"tsqld:{problem.number}:{problem.state}:{problem.message}{END}")


def failure(text: str) -> TsqlError | None:
    """The T-SQL error inside a DuckDB error message, or None when it holds none of ours.

    DuckDB's own arithmetic errors are translated too, since sums and products of integers are left to it.
    """
    found = _ERROR.search(text)
    if found:
        number, state = int(found[1]), int(found[2])
        severity = MESSAGES[number][0] if number in MESSAGES else 16
        return TsqlError(number, found[3].split(END)[0], severity=severity, state=state)
    if "Division by zero" in text:
        return error(8134)
    overflow = _OVERFLOW.search(text)
    if overflow:
        return error(8115, "expression", _OVERFLOWED.get(overflow[1], "numeric"))
    if text.startswith("Out of Range Error: Overflow in division"):
        return error(8115, "expression", "int")
    return None
