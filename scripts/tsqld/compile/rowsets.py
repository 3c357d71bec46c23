"""The table-valued functions built into T-SQL: STRING_SPLIT, GENERATE_SERIES, OPENJSON.

Each gives a DuckDB query yielding c1 … cn and the T-SQL columns it stands for.
"""

from __future__ import annotations

from collections.abc import Sequence

from tsqld.binder.bound import Bound
from tsqld.errors import error, unsupported
from tsqld.functions import common_of, convert
from tsqld.functions.sqltext import raise_error
from tsqld.types import BIGINT, INT, MAX, SqlType, nvarchar, varchar

RowSet = tuple[str, tuple[tuple[str, SqlType], ...]]


def string_split(arguments: Sequence[Bound], line: int) -> RowSet:
    """STRING_SPLIT(text, separator [, enable_ordinal])."""
    if not 2 <= len(arguments) <= 3:
        raise error(189, "string_split", 2, 3, line=line)
    text, separator = arguments[0], arguments[1]
    unicode = text.type.is_unicode or separator.type.is_unicode
    if isinstance(separator.value, str) and len(separator.value) != 1:
        raise error(214, "separator", "nchar(1)/nvarchar(1)", line=line)
    type = text.type if text.type.is_text else varchar(8000)
    wide = nvarchar(type.length) if unicode else varchar(type.length)
    source = convert(text, nvarchar(MAX), line=line).sql
    by = convert(separator, nvarchar(MAX), line=line).sql
    pieces = f"SELECT unnest(string_split({source}, {by})) AS c1"
    columns: tuple[tuple[str, SqlType], ...] = (("value", wide),)
    if len(arguments) == 3 and arguments[2].value in (1, True):
        pieces = f"SELECT unnest(string_split({source}, {by})) AS c1, generate_subscripts(string_split({source}, {by}), 1) AS c2"
        columns = (("value", wide), ("ordinal", BIGINT))
    elif len(arguments) == 3 and not (arguments[2].is_literal and arguments[2].value in (0, False, None)):
        raise unsupported("STRING_SPLIT with a variable enable_ordinal", line)
    return pieces, columns


def generate_series(arguments: Sequence[Bound], line: int) -> RowSet:
    """GENERATE_SERIES(start, stop [, step]) of integers and decimals."""
    if not 2 <= len(arguments) <= 3:
        raise error(189, "generate_series", 2, 3, line=line)
    type = common_of(list(arguments))
    if not type.is_integer:
        raise unsupported(f"GENERATE_SERIES of {type}", line)
    start, stop = (convert(argument, BIGINT, line=line).sql for argument in arguments[:2])
    step = f"(CASE WHEN {start} <= {stop} THEN 1 ELSE -1 END)"
    if len(arguments) == 3:
        given = convert(arguments[2], BIGINT, line=line).sql
        step = f"(CASE WHEN {given} = 0 THEN {raise_error(4199)} ELSE {given} END)"
    target = type if type.name == "bigint" else INT
    duck = "BIGINT" if target == BIGINT else "INTEGER"
    series = f"SELECT CAST(unnest(generate_series({start}, {stop}, {step})) AS {duck}) AS c1"
    return series, (("value", target),)


def openjson(arguments: Sequence[Bound], line: int) -> RowSet:
    raise unsupported("OPENJSON", line)


def openjson_with(
    arguments: Sequence[Bound], fields: Sequence[tuple[str, SqlType, str, bool]], line: int
) -> RowSet:
    raise unsupported("OPENJSON … WITH", line)
