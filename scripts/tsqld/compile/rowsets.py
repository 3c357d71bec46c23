"""The table-valued functions built into T-SQL: STRING_SPLIT, GENERATE_SERIES, OPENJSON.

Each gives a DuckDB query yielding c1 … cn and the T-SQL columns it stands for.
"""

from __future__ import annotations

from collections.abc import Sequence

from tsqld.binder.bound import Bound
from tsqld.errors import error, unsupported
from tsqld.functions import common_of, convert
from tsqld.functions.sqltext import quote, raise_error
from tsqld.types import BIGINT, INT, MAX, TINYINT, SqlType, nvarchar, varchar

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
    """OPENJSON(json [, path]) with its own columns key, value and type."""
    document = _document(arguments, line)
    items = (
        f"CASE json_type({document}) WHEN 'ARRAY' THEN list_transform(range(json_array_length({document})::BIGINT), "
        f"lambda i: {{k: i::VARCHAR, v: json_extract({document}, '$[' || i || ']')}}) "
        f"WHEN 'OBJECT' THEN list_transform(json_keys({document}), "
        f"lambda n: {{k: n, v: json_extract({document}, '$.\"' || replace(n, '\"', '\\\"') || '\"')}}) ELSE [] END"
    )
    kinds = (
        "CASE json_type(e.v) WHEN 'NULL' THEN 0 WHEN 'VARCHAR' THEN 1 WHEN 'BOOLEAN' THEN 3 WHEN 'ARRAY' THEN 4 "
        "WHEN 'OBJECT' THEN 5 ELSE 2 END"
    )
    sql = (
        f"SELECT e.k AS c1, CASE json_type(e.v) WHEN 'NULL' THEN NULL ELSE json_extract_string(e.v, '$') END AS c2, "
        f"CAST({kinds} AS UTINYINT) AS c3 FROM (SELECT unnest({items}) AS e)"
    )
    return sql, (("key", nvarchar(4000)), ("value", nvarchar(MAX)), ("type", TINYINT))


def openjson_with(
    arguments: Sequence[Bound], fields: Sequence[tuple[str, SqlType, str, bool]], line: int
) -> RowSet:
    """OPENJSON(json [, path]) WITH (column type path [AS JSON], …): a row per element, or one for an
    object."""
    document = _document(arguments, line)
    elements = (
        f"CASE json_type({document}) WHEN 'ARRAY' THEN json_extract({document}, '$[*]') "
        f"WHEN 'OBJECT' THEN [{document}] ELSE [] END"
    )
    parts = []
    for i, (name, type, path, as_json) in enumerate(fields, 1):
        where = _path(path or f'$."{name}"', line)
        kind = f"json_type(e, {where})"
        if as_json:
            text = f"CASE WHEN {kind} IN ('ARRAY', 'OBJECT') THEN json_extract(e, {where})::VARCHAR END"
            parts.append(f"{text} AS c{i}")
            continue
        text = f"CASE WHEN {kind} IN ('ARRAY', 'OBJECT', 'NULL') THEN NULL ELSE json_extract_string(e, {where}) END"
        parts.append(f"{convert(Bound(f'({text})', nvarchar(MAX)), type, line=line).sql} AS c{i}")
    sql = f"SELECT {', '.join(parts)} FROM (SELECT unnest({elements}) AS e)"
    return sql, tuple((name, type) for name, type, _, _ in fields)


def _document(arguments: Sequence[Bound], line: int) -> str:
    """The JSON a call reads, as DuckDB JSON: NULL stays NULL, text that is no JSON is error 13609."""
    if not 1 <= len(arguments) <= 2:
        raise error(189, "openjson", 1, 2, line=line)
    text = convert(arguments[0], nvarchar(MAX), line=line).sql
    problem = raise_error(13609)
    document = (
        f"(CASE WHEN {text} IS NULL OR json_valid({text}) THEN {text}::JSON ELSE CAST({problem} AS JSON) END)"
    )
    if len(arguments) == 1:
        return document
    if not isinstance(arguments[1].value, str):
        raise unsupported("OPENJSON with a path that is not a literal", line)
    return f"json_extract({document}, {_path(arguments[1].value, line)})"


def _path(path: str, line: int) -> str:
    """A JSON path as a DuckDB literal: the same grammar, without its mode."""
    words = path.strip().split(None, 1)
    if words and words[0].lower() == "strict":
        raise unsupported("strict JSON paths in OPENJSON", line)
    if words and words[0].lower() == "lax":
        path = words[1] if len(words) > 1 else "$"
    return quote(path.strip())
