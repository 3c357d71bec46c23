"""Format files, non-XML and XML: which fields a data file has, what ends them, which column each is for.

Place in the pipeline: read when FORMATFILE is given; `layout` builds on it, OPENROWSET takes its columns from
it. Specification: Microsoft Learn, "Non-XML format files", "XML format files". Character fields with
terminators are read; prefixes, fixed widths and native types are refused by name. With a prefix length of 0
and a terminator the field's length is ignored, as documented.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from xml.etree import ElementTree

from tsqld.bulk.errors import bulk_error
from tsqld.bulk.options import terminator
from tsqld.bulk.paths import local
from tsqld.errors import error, unsupported
from tsqld.types import MAX, SqlType, decimal, nvarchar, varchar

_TOKEN = re.compile(r'"((?:[^"\\]|\\.)*)"|(\S+)', re.DOTALL)
_CHARS: Final = ("SQLCHAR", "SQLVARYCHAR", "SQLVARCHAR", "SQLTEXT")
_NCHARS: Final = ("SQLNCHAR", "SQLNVARCHAR", "SQLNTEXT")
_XSI: Final = "{http://www.w3.org/2001/XMLSchema-instance}type"
_TYPES: Final = {
    "SQLBIT": SqlType("bit"), "SQLTINYINT": SqlType("tinyint"), "SQLSMALLINT": SqlType("smallint"),
    "SQLINT": SqlType("int"), "SQLBIGINT": SqlType("bigint"), "SQLFLT4": SqlType("real"),
    "SQLFLT8": SqlType("float"), "SQLMONEY": SqlType("money"), "SQLMONEY4": SqlType("smallmoney"),
    "SQLDATE": SqlType("date"), "SQLDATETIME": SqlType("datetime"), "SQLDATETIM4": SqlType("smalldatetime"),
    "SQLDATETIME2": SqlType("datetime2", scale=7), "SQLTIME": SqlType("time", scale=7),
    "SQLDATETIMEOFFSET": SqlType("datetimeoffset", scale=7), "SQLUNIQUEID": SqlType("uniqueidentifier"),
}  # fmt: skip
_WIDEST: Final = {"varchar": 8000, "nvarchar": 4000}


@dataclass(frozen=True, slots=True)
class FormatField:
    """A field of the data file: `target` is the index of its column in the target table, -1 for none."""

    terminator: bytes
    target: int
    name: str
    type: SqlType


@dataclass(frozen=True, slots=True)
class FormatFile:
    """`wide` says that the data file holds UTF-16; otherwise it holds UTF-8."""

    fields: tuple[FormatField, ...]
    wide: bool

    @property
    def columns(self) -> tuple[FormatField, ...]:
        """The fields that have a column, in the columns' order: what OPENROWSET returns."""
        return tuple(sorted((field for field in self.fields if field.target >= 0), key=lambda f: f.target))


@dataclass(frozen=True, slots=True)
class _Host:
    """One field's storage, before the character set of the whole file is known."""

    wide: bool
    terminator: str
    target: int
    name: str
    type: SqlType


def read_format_file(path: str, line: int) -> FormatFile:
    """The format file at `path`.

    Errors: 4860 when it is missing, 4821 to 4828 and 4882 for what is wrong in it, 50100 for what is not
    supported.
    """
    text = _text(path, line)
    hosts = tuple(_xml(text, path, line) if text.lstrip().startswith("<") else _plain(text, path, line))
    if not hosts:
        raise bulk_error(4822, path, line=line)
    if len({host.wide for host in hosts}) > 1:
        raise unsupported("a format file that mixes SQLCHAR and SQLNCHAR fields", line)
    wide = hosts[0].wide
    return FormatFile(
        tuple(
            FormatField(_terminator(host, wide, line), host.target, host.name, host.type) for host in hosts
        ),
        wide,
    )


def _terminator(host: _Host, wide: bool, line: int) -> bytes:
    return terminator(host.terminator.replace('\\"', '"'), wide, line)


def _text(path: str, line: int) -> str:
    file = Path(local(path))
    if not file.is_file():
        raise error(4860, path, line=line, state=3)
    raw = file.read_bytes()
    if raw.startswith(b"\xff\xfe"):
        return raw[2:].decode("utf-16-le", "replace")
    return raw.decode("utf-8-sig", "replace")


# --- non-XML ------------------------------------------------------------------------------------------------


def _plain(text: str, path: str, line: int) -> Iterator[_Host]:
    """Version, number of fields, then eight items per field."""
    tokens = [found[1] if found[1] is not None else found[2] for found in _TOKEN.finditer(text)]
    if len(tokens) < 2 or not tokens[1].isdigit():
        raise bulk_error(4821, path, line=line)
    count = int(tokens[1])
    if not 1 <= count <= 1024 or len(tokens) != 2 + 8 * count:
        raise bulk_error(4822, path, line=line)
    for place in range(count):
        yield _plain_field(place + 1, tokens[2 + 8 * place : 10 + 8 * place], path, line)


def _plain_field(number: int, tokens: list[str], path: str, line: int) -> _Host:
    order, host, prefix, length, end, target, name, _ = tokens
    if order != str(number):
        raise bulk_error(4823, path, line=line)
    if not target.isdigit():
        raise bulk_error(4828, number, path, line=line)
    if prefix not in ("0", "1", "2", "4", "8"):
        raise bulk_error(4825, number, path, line=line)
    if not length.isdigit():
        raise bulk_error(4826, number, path, line=line)
    kind = host.upper()
    if kind not in _CHARS + _NCHARS:
        if not kind.startswith("SQL"):
            raise bulk_error(4824, number, path, line=line)
        raise unsupported(f"the native field type {kind} in a format file", line)
    _require_terminator(number, end, prefix, length, path, line)
    return _Host(kind in _NCHARS, end, int(target) - 1, name, _text_type(kind in _NCHARS, int(length)))


def _require_terminator(number: int, end: str, prefix: str, length: str, path: str, line: int) -> None:
    if prefix != "0":
        raise unsupported("a length prefix in a format file", line)
    if not end and length == "0":
        raise bulk_error(4882, number, path, line=line)
    if not end:
        raise unsupported("a field of fixed width in a format file", line)


def _text_type(wide: bool, length: int) -> SqlType:
    """A host type of `length` bytes as the column OPENROWSET shows."""
    if wide:
        return nvarchar(min(length // 2, 4000) if length >= 2 else MAX)
    return varchar(min(length, 8000) if length else MAX)


# --- XML ----------------------------------------------------------------------------------------------------


def _xml(text: str, path: str, line: int) -> Iterator[_Host]:
    """RECORD lists the fields, ROW the columns they fill, in the order of the target's columns."""
    try:
        root = ElementTree.fromstring(text)
    except ElementTree.ParseError as problem:
        raise unsupported(f'the format file "{path}", which is not well-formed XML', line) from problem
    fields = [item for item in root.iter() if _local(item) == "FIELD"]
    columns = [item for item in root.iter() if _local(item) == "COLUMN"]
    targets = {column.get("SOURCE", ""): (place, column) for place, column in enumerate(columns)}
    if len(targets) != len(columns):
        raise unsupported("an XML format file that uses a field twice", line)
    for field in fields:
        yield _xml_field(field, targets, line)


def _xml_field(
    field: ElementTree.Element, targets: dict[str, tuple[int, ElementTree.Element]], line: int
) -> _Host:
    kind = field.get(_XSI, "")
    if kind not in ("CharTerm", "NCharTerm"):
        raise unsupported(f"the field type {kind or '(none)'} in an XML format file", line)
    wide = kind == "NCharTerm"
    length = int(field.get("MAX_LENGTH", "0"))
    target, column = targets.get(field.get("ID", ""), (-1, None))
    if column is None:
        return _Host(wide, field.get("TERMINATOR", ""), -1, "", _text_type(wide, length))
    return _Host(
        wide, field.get("TERMINATOR", ""), target, column.get("NAME", ""), _xml_type(column, length, line)
    )


def _xml_type(column: ElementTree.Element, field_length: int, line: int) -> SqlType:
    kind = column.get(_XSI, "").upper()
    length = int(column.get("LENGTH", "0")) or field_length
    if kind in _CHARS + _NCHARS:
        name = "varchar" if kind in _CHARS else "nvarchar"
        return SqlType(name, length if 0 < length <= _WIDEST[name] else MAX)
    if kind in ("SQLDECIMAL", "SQLNUMERIC"):
        return decimal(int(column.get("PRECISION", "18")), int(column.get("SCALE", "0")))
    if kind not in _TYPES:
        raise unsupported(f"the column type {kind or '(none)'} in an XML format file", line)
    return _TYPES[kind]


def _local(item: ElementTree.Element) -> str:
    return item.tag.rpartition("}")[2]
