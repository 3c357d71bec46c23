"""Reads the rows of a bulk copy: what bcp, SqlBulkCopy and their like send behind INSERT BULK.

Place: `connection` gives it a whole message; the session inserts what it yields. Specification: [MS-TDS]
2.2.6.1: COLMETADATA, then ROW or NBCROW tokens, then DONE. Rows are read as they are asked for, so that their
values need not all be held at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from tsqld.errors import error
from tsqld.events import Column
from tsqld.tds.parameters import InvalidValue, WireType, read_type, read_value
from tsqld.tds.protocol import TDS_72, TdsProtocolError
from tsqld.tds.reader import Reader

_COLUMN_METADATA: Final = 0x81
_ROW: Final = 0xD1
_ROW_WITHOUT_NULLS: Final = 0xD2
_DONE: Final = 0xFD
_NULLABLE: Final = 0x01


def read_bulk_copy(payload: bytes, version: int) -> tuple[tuple[Column, ...], Iterator[tuple[Any, ...]]]:
    """The columns as the client describes them, and the rows, a Python value per column.

    Raises TdsProtocolError where the message breaks the protocol; reading rows raises TsqlError 4816 too.
    """
    reader = Reader(payload)
    if reader.u8() != _COLUMN_METADATA:
        raise TdsProtocolError("a bulk copy without column metadata")
    described = [_read_column(reader, version, place) for place in range(1, reader.u16() + 1)]
    kinds = [kind for _, kind in described]
    return tuple(column for column, _ in described), _read_rows(reader, kinds)


def _read_column(reader: Reader, version: int, place: int) -> tuple[Column, WireType]:
    reader.take(4 if version >= TDS_72 else 2)
    flags = reader.u16()
    try:
        kind = read_type(reader)
    except InvalidValue:
        raise error(4816, place) from None
    if kind.is_long:
        _skip_table_name(reader, version)
    return Column(reader.b_varchar(), kind.sql, nullable=bool(flags & _NULLABLE)), kind


def _skip_table_name(reader: Reader, version: int) -> None:
    for _ in range(reader.u8() if version >= TDS_72 else 1):
        reader.us_varchar()


def _read_rows(reader: Reader, kinds: list[WireType]) -> Iterator[tuple[Any, ...]]:
    # FreeTDS ends the message without the DONE token that the specification asks for.
    while reader.remaining and (token := reader.u8()) != _DONE:
        if token == _ROW:
            missing = 0
        elif token == _ROW_WITHOUT_NULLS:
            missing = int.from_bytes(reader.take((len(kinds) + 7) // 8), "little")
        else:
            raise TdsProtocolError(f"a bulk copy has the unknown token 0x{token:02x}")
        yield tuple(None if missing >> i & 1 else _value(reader, kind, i) for i, kind in enumerate(kinds))


def _value(reader: Reader, kind: WireType, place: int) -> Any:
    if kind.is_long and not _skip_text_pointer(reader):
        return None
    try:
        return read_value(reader, kind)
    except InvalidValue:
        raise error(4816, place + 1) from None


def _skip_text_pointer(reader: Reader) -> bool:
    """A text, ntext or image value begins with a pointer and a timestamp, or with 0 when it is NULL."""
    size = reader.u8()
    if size:
        reader.take(size + 8)
    return size > 0
