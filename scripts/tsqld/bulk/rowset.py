"""OPENROWSET(BULK …): a file as rows of a query.

Place in the pipeline: the binder asks `rowset_columns` what the rows look like, the runtime reads
`openrowset`. Specification: Microsoft Learn, "OPENROWSET BULK (Transact-SQL)". SINGLE_BLOB, SINGLE_CLOB and
SINGLE_NCLOB give the whole file as one value named BulkColumn; otherwise a format file says what the rows
are.
"""

from __future__ import annotations

import codecs
from collections.abc import Sequence
from pathlib import Path
from typing import Final, Literal

import duckdb

from tsqld.bulk import files
from tsqld.bulk.errors import bulk_error, stream_failed
from tsqld.bulk.formatfile import read_format_file
from tsqld.bulk.layout import TargetColumn
from tsqld.bulk.options import BulkOptions, options_from
from tsqld.bulk.paths import local
from tsqld.bulk.source import BulkSource, open_bulk
from tsqld.errors import unsupported
from tsqld.types import MAX, nvarchar, varbinary, varchar

Kind = Literal["SINGLE_BLOB", "SINGLE_CLOB", "SINGLE_NCLOB", "ROWS"]

NAME: Final = "BulkColumn"
_SINGLE: Final[dict[str, Kind]] = {
    "SINGLE_BLOB": "SINGLE_BLOB",
    "SINGLE_CLOB": "SINGLE_CLOB",
    "SINGLE_NCLOB": "SINGLE_NCLOB",
}
_TYPES: Final = {
    "SINGLE_BLOB": varbinary(MAX),
    "SINGLE_CLOB": varchar(MAX),
    "SINGLE_NCLOB": nvarchar(MAX),
}
# The state of error 4860 tells who was to read the file.
_STATE: Final = 4


def rowset_options(pairs: Sequence[tuple[str, str | int | None]], line: int) -> tuple[Kind, BulkOptions]:
    """What is to be read, and how, from the options as written.

    Errors: those of `options_from`; 471 for two SINGLE_ options, 472 and 15808 where nothing says what the
    rows are.
    """
    kinds = [_SINGLE[name] for name, value in pairs if name in _SINGLE and value is None]
    options = options_from([pair for pair in pairs if pair[0] not in _SINGLE], line)
    if len(kinds) > 1:
        raise bulk_error(471, line=line)
    if kinds:
        return kinds[0], options
    if not options.format_file:
        raise bulk_error(472, line=line) if options.is_csv else bulk_error(15808, options.format, line=line)
    return "ROWS", options


def rowset_columns(kind: Kind, options: BulkOptions, line: int) -> tuple[TargetColumn, ...]:
    """The columns of the rows: BulkColumn, or what the format file names.

    Errors: 4860 and 4821 to 4828 for the format file; 50100 where it leaves columns out.
    """
    if kind != "ROWS":
        return (TargetColumn(NAME, _TYPES[kind]),)
    fields = read_format_file(options.format_file, line).columns
    if [field.target for field in fields] != list(range(len(fields))):
        raise unsupported("OPENROWSET(BULK …) with a format file that leaves columns out", line)
    return tuple(TargetColumn(field.name, field.type) for field in fields)


def openrowset(
    cursor: duckdb.DuckDBPyConnection,
    path: str,
    options: BulkOptions,
    kind: Kind,
    columns: Sequence[TargetColumn],
    line: int = 0,
) -> BulkSource:
    """The rows of the file at `path`, for columns as `rowset_columns` gave them.

    Errors: 4860, 4861 for the file; 4806, 4809 where a CLOB is in the other encoding; those of `open_bulk`
    for rows.
    """
    path = local(path)
    files.require(path, line, state=_STATE)
    if kind == "ROWS":
        return open_bulk(cursor, path, options, columns, line)
    content = Path(path).read_bytes()
    value = content if kind == "SINGLE_BLOB" else _clob(content, kind, line)
    cast = "BLOB" if kind == "SINGLE_BLOB" else "VARCHAR"
    return BulkSource(f'SELECT CAST(? AS {cast}) AS "{NAME}"', (value,), (), (NAME,), 1)


def _clob(content: bytes, kind: Kind, line: int) -> str:
    wide = content.startswith(codecs.BOM_UTF16_LE)
    if kind == "SINGLE_NCLOB":
        if not wide or len(content) % 2:
            raise bulk_error(4809, line=line)
        return content[2:].decode("utf-16-le", "replace")
    if wide:
        raise bulk_error(4806, line=line)
    try:
        return content.removeprefix(codecs.BOM_UTF8).decode()
    except UnicodeDecodeError as problem:
        raise stream_failed(bulk_error(4863, 1, 1, NAME, line=line, state=4), line) from problem
