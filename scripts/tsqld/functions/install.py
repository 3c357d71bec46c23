"""Puts the macros and the Python functions that compiled T-SQL calls into a DuckDB instance.

Place in the pipeline: called once by the engine when it opens DuckDB, on its root connection, which must stay open
as long as any cursor uses the functions.
"""

from __future__ import annotations

import datetime
import functools
from collections.abc import Callable
from typing import Any, Final

import duckdb

from tsqld.errors import TsqlError
from tsqld.functions import datetext, decimals, to_bytes, unitext
from tsqld.functions.macros import MACROS
from tsqld.functions.sqltext import udf_error

OFFSET: Final = "STRUCT(utc TIMESTAMP, minutes SMALLINT)"


def _raising(function: Callable[..., Any]) -> Callable[..., Any]:
    """`function` with its T-SQL errors as DuckDB carries them."""

    @functools.wraps(function)
    def wrapped(*arguments: Any) -> Any:
        try:
            return function(*arguments)
        except TsqlError as problem:
            raise udf_error(problem) from None

    return wrapped


def _lenient(function: Callable[..., Any]) -> Callable[..., Any]:
    """`function` giving NULL for NULL and for what SQL Server would refuse, but not for what we refuse."""

    @functools.wraps(function)
    def wrapped(*arguments: Any) -> Any:
        if arguments[0] is None:
            return None
        try:
            return function(*arguments)
        except TsqlError as problem:
            if problem.number == 50100:
                raise udf_error(problem) from None
            return None

    return wrapped


def _moment(text: str, source: str, target: str, scale: int, style: int) -> datetime.datetime:
    return datetext.convert(text, source, target, scale, None if style < 0 else style)[0]


def _offset_moment(text: str, source: str, target: str, scale: int, style: int) -> dict[str, Any]:
    local, minutes = datetext.convert(text, source, target, scale, None if style < 0 else style)
    return {"utc": local - datetime.timedelta(minutes=minutes), "minutes": minutes}


_TEXT_DATE: Final = ["VARCHAR", "VARCHAR", "VARCHAR", "INTEGER", "INTEGER"]
_DECIMAL: Final = ["VARCHAR", "VARCHAR", "INTEGER", "INTEGER"]

# name: (function, parameter types, result type, may return NULL)
FUNCTIONS: Final[dict[str, tuple[Callable[..., Any], list[str], str, bool]]] = {
    "tsqld_moment": (_raising(_moment), _TEXT_DATE, "TIMESTAMP", False),
    "tsqld_moment_or_null": (_lenient(_moment), _TEXT_DATE, "TIMESTAMP", True),
    "tsqld_offset_moment": (_raising(_offset_moment), _TEXT_DATE, OFFSET, False),
    "tsqld_offset_moment_or_null": (_lenient(_offset_moment), _TEXT_DATE, OFFSET, True),
    **{name: (function, _DECIMAL, "VARCHAR", False) for name, function in decimals.UDFS.items()},
    "tsqld_left_units": (unitext.left_units, ["VARCHAR", "INTEGER"], "VARCHAR", False),
    "tsqld_pad_units": (unitext.pad_units, ["VARCHAR", "INTEGER"], "VARCHAR", False),
    "tsqld_to_ansi": (unitext.to_ansi, ["VARCHAR"], "VARCHAR", False),
    "tsqld_ansi_bytes": (unitext.ansi_bytes, ["VARCHAR"], "BLOB", False),
    "tsqld_ansi_text": (unitext.ansi_text, ["BLOB"], "VARCHAR", False),
    "tsqld_utf16_bytes": (unitext.utf16_bytes, ["VARCHAR"], "BLOB", False),
    "tsqld_utf16_text": (unitext.utf16_text, ["BLOB"], "VARCHAR", False),
    "tsqld_integer_bytes": (to_bytes.integer_bytes, ["BIGINT", "INTEGER"], "BLOB", False),
    "tsqld_integer_of_bytes": (to_bytes.integer_of_bytes, ["BLOB", "INTEGER"], "BIGINT", False),
    "tsqld_float_bytes": (to_bytes.float_bytes, ["DOUBLE", "INTEGER"], "BLOB", False),
    "tsqld_decimal_bytes": (to_bytes.decimal_bytes, ["VARCHAR", "INTEGER", "INTEGER"], "BLOB", False),
    "tsqld_decimal_of_bytes": (to_bytes.decimal_of_bytes, ["BLOB"], "VARCHAR", False),
    "tsqld_moment_bytes": (to_bytes.moment_bytes, ["TIMESTAMP", "VARCHAR", "INTEGER"], "BLOB", False),
    "tsqld_moment_of_bytes": (to_bytes.moment_of_bytes, ["BLOB", "VARCHAR"], "TIMESTAMP", False),
    "tsqld_guid_bytes": (to_bytes.guid_bytes, ["UUID"], "BLOB", False),
    "tsqld_guid_of_bytes": (to_bytes.guid_of_bytes, ["BLOB"], "UUID", False),
}


def install(connection: duckdb.DuckDBPyConnection) -> None:
    """Creates macros and functions; a second call on the same instance only renews the macros."""
    for name, (function, parameters, result, nullable) in FUNCTIONS.items():
        _register(connection, name, function, parameters, result, nullable)
    for statement in MACROS:
        connection.execute(statement)


def _register(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    function: Callable[..., Any],
    parameters: list[str],
    result: str,
    nullable: bool,
) -> None:
    handling = "special" if nullable else "default"
    try:
        connection.create_function(name, function, parameters, result, null_handling=handling)  # type: ignore[arg-type]
    except duckdb.NotImplementedException:
        return  # already there
