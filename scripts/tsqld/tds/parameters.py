"""Reads the type and value of RPC parameters and of table-valued parameters' columns.

Place: `requests` calls it for each parameter; what comes out is what `tsqld.types` says a value of that
type is. Specification: [MS-TDS] 2.2.5.4 to 2.2.5.6. A table-valued parameter becomes a `TableValue`.
"""

from __future__ import annotations

import struct
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from tsqld.errors import unsupported
from tsqld.tds import protocol as wire
from tsqld.tds import temporal
from tsqld.tds.collation import DEFAULT_BYTES, decode_varchar
from tsqld.tds.protocol import TdsProtocolError
from tsqld.tds.reader import Reader, decode_utf16
from tsqld.types import MAX, SqlType


class InvalidValue(Exception):
    """Bytes that are no value of their type, which the message names; the request can still be read on."""


@dataclass(frozen=True, slots=True)
class WireType:
    """A TYPE_INFO: the type's token, the T-SQL type it stands for, and what is needed to read a value."""

    token: int
    sql: SqlType
    collation: bytes = DEFAULT_BYTES
    chunked: bool = False

    @property
    def is_long(self) -> bool:
        """Whether it is text, ntext or image, whose values carry more than themselves in rows."""
        return self.token in _LONG


@dataclass(frozen=True, slots=True)
class TableColumn:
    """A column of a table-valued parameter. `is_default`: no values were sent, the type's default counts."""

    name: str
    type: SqlType
    is_default: bool = False


@dataclass(frozen=True, slots=True)
class TableValue:
    """The value of a table-valued parameter; iterating gives its rows as tuples."""

    type_name: str
    schema: str
    columns: tuple[TableColumn, ...]
    rows: tuple[tuple[Any, ...], ...]

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)


_FIXED: Final = {
    wire.INT1: (1, "tinyint"),
    wire.BIT: (1, "bit"),
    wire.INT2: (2, "smallint"),
    wire.INT4: (4, "int"),
    wire.INT8: (8, "bigint"),
    wire.DATETIM4: (4, "smalldatetime"),
    wire.FLT4: (4, "real"),
    wire.MONEY: (8, "money"),
    wire.DATETIME: (8, "datetime"),
    wire.FLT8: (8, "float"),
    wire.MONEY4: (4, "smallmoney"),
}
_BY_SIZE: Final = {
    wire.INTN: {1: "tinyint", 2: "smallint", 4: "int", 8: "bigint"},
    wire.BITN: {1: "bit"},
    wire.FLTN: {4: "real", 8: "float"},
    wire.MONEYN: {4: "smallmoney", 8: "money"},
    wire.DATETIMN: {4: "smalldatetime", 8: "datetime"},
    wire.GUID: {16: "uniqueidentifier"},
}
_SCALED: Final = {wire.TIMEN: "time", wire.DATETIME2N: "datetime2", wire.DATETIMEOFFSETN: "datetimeoffset"}
_CHARACTER: Final = {
    wire.BIGVARCHAR: "varchar",
    wire.BIGCHAR: "char",
    wire.NVARCHAR: "nvarchar",
    wire.NCHAR: "nchar",
}
_BINARY: Final = {wire.BIGVARBINARY: "varbinary", wire.BIGBINARY: "binary"}
_LEGACY: Final = {
    wire.LEGACY_CHAR: "char",
    wire.LEGACY_VARCHAR: "varchar",
    wire.LEGACY_BINARY: "binary",
    wire.LEGACY_VARBINARY: "varbinary",
}
_LONG: Final = {wire.TEXT: "text", wire.NTEXT: "ntext", wire.IMAGE: "image"}
_LARGEST_PRECISION: Final = 38
_TVP_ROW: Final = 0x01
_TVP_END: Final = 0x00
_TVP_ORDER_UNIQUE: Final = 0x10
_TVP_COLUMN_ORDER: Final = 0x11
_TVP_COLUMN_DEFAULT: Final = 0x0200


def read_type(reader: Reader) -> WireType:
    """TYPE_INFO of a parameter, all but a table-valued one's. Raises InvalidValue for no decimal at all."""
    token = reader.u8()
    if token in _FIXED:
        return WireType(token, SqlType(_FIXED[token][1]))
    if token in _BY_SIZE:
        return WireType(token, SqlType(_name_by_size(token, reader.u8())))
    if token in (wire.DECIMALN, wire.NUMERICN):
        reader.u8()
        return _decimal_type(token, reader)
    if token == wire.DATEN:
        return WireType(token, SqlType("date"))
    if token in _SCALED:
        return WireType(token, SqlType(_SCALED[token], scale=_scale(reader.u8())))
    if token in _CHARACTER or token in _BINARY:
        return _sized_type(reader, token)
    if token in _LEGACY:
        return WireType(token, SqlType(_LEGACY[token], max(reader.u8(), 1)))
    if token in _LONG:
        reader.u32()
        collation = DEFAULT_BYTES if token == wire.IMAGE else reader.take(5)
        return WireType(token, SqlType(_LONG[token]), collation)
    if token == wire.VARIANT:
        reader.u32()
        return WireType(token, SqlType("sql_variant"))
    if token == wire.XML:
        return _xml_type(reader)
    if token == wire.NULLTYPE:
        return WireType(token, SqlType("nvarchar", 1))
    if token == wire.UDT:
        raise unsupported("parameters of CLR types")
    raise TdsProtocolError(f"a parameter has the unknown type 0x{token:02x}")


def _decimal_type(token: int, reader: Reader) -> WireType:
    name = "numeric" if token == wire.NUMERICN else "decimal"
    precision, scale = reader.u8(), reader.u8()
    if not 1 <= precision <= _LARGEST_PRECISION or scale > precision:
        raise InvalidValue(name)
    return WireType(token, SqlType(name, precision=precision, scale=scale))


def _name_by_size(token: int, size: int) -> str:
    names = _BY_SIZE[token]
    if size not in names:
        raise TdsProtocolError(f"a parameter of type 0x{token:02x} declares {size} bytes")
    return names[size]


def _scale(scale: int) -> int:
    if scale > 7:
        raise TdsProtocolError(f"a time has {scale} fractional digits")
    return scale


def _sized_type(reader: Reader, token: int) -> WireType:
    size = reader.u16()
    chunked = size == wire.PLP_MARKER
    name = _CHARACTER.get(token) or _BINARY[token]
    collation = reader.take(5) if token in _CHARACTER else DEFAULT_BYTES
    width = 2 if name in ("nchar", "nvarchar") else 1
    return WireType(token, SqlType(name, MAX if chunked else max(size // width, 1)), collation, chunked)


def _xml_type(reader: Reader) -> WireType:
    if reader.u8():
        reader.b_varchar(), reader.b_varchar(), reader.us_varchar()
    return WireType(wire.XML, SqlType("xml"), chunked=True)


def read_value(reader: Reader, kind: WireType) -> Any:
    """The value that follows `kind`, as Python holds it; None for NULL. Raises InvalidValue."""
    if kind.sql.name == "sql_variant":
        return _read_variant(reader)
    return _converted(_raw_value(reader, kind), kind)


def _converted(raw: bytes | None, kind: WireType) -> Any:
    if raw is None:
        return None
    try:
        return _CONVERSIONS[kind.sql.name](raw, kind)
    except (ValueError, OverflowError, struct.error):
        raise InvalidValue(kind.sql.name) from None


def _raw_value(reader: Reader, kind: WireType) -> bytes | None:
    """The bytes of one value, without whatever length came before them."""
    token = kind.token
    if token in _FIXED:
        return reader.take(_FIXED[token][0])
    if token == wire.NULLTYPE:
        return None
    if kind.chunked:
        return reader.chunks()
    if token in _CHARACTER or token in _BINARY:
        size = reader.u16()
        return None if size == wire.NULL_LENGTH else reader.take(size)
    if token in _LONG:
        size = reader.u32()
        return None if size == wire.LONG_NULL else reader.take(size)
    size = reader.u8()
    if token in _LEGACY:
        return None if size == 0xFF else reader.take(size)
    return reader.take(size) if size else None


def _integer(raw: bytes, _: WireType) -> int:
    return int.from_bytes(raw, "little", signed=len(raw) > 1)


def _decimal(raw: bytes, kind: WireType) -> Decimal:
    digits = str(int.from_bytes(raw[1:], "little"))
    return Decimal(f"{'' if raw[0] else '-'}{digits}E-{kind.sql.scale}")


def _money(raw: bytes, _: WireType) -> Decimal:
    """Ten-thousandths; the eight-byte form has its high half first."""
    if len(raw) == 8:
        raw = raw[4:] + raw[:4]
    return Decimal(f"{int.from_bytes(raw, 'little', signed=True)}E-4")


def _float(raw: bytes, _: WireType) -> float:
    return float(struct.unpack("<f" if len(raw) == 4 else "<d", raw)[0])


def _text(raw: bytes, kind: WireType) -> str:
    if kind.sql.is_unicode:
        text = decode_utf16(raw)
        return text.removeprefix("\ufeff") if kind.sql.name == "xml" else text
    return decode_varchar(raw, kind.collation)


def _date(raw: bytes, _: WireType) -> Any:
    return temporal.date_from_days(int.from_bytes(raw, "little"))


def _time(raw: bytes, kind: WireType) -> Any:
    return temporal.time_from_units(int.from_bytes(raw, "little"), kind.sql.scale)


def _datetime2(raw: bytes, kind: WireType) -> Any:
    days = int.from_bytes(raw[-3:], "little")
    return temporal.datetime_from_days(days, int.from_bytes(raw[:-3], "little"), kind.sql.scale)


def _datetimeoffset(raw: bytes, kind: WireType) -> Any:
    utc = _datetime2(raw[:-2], kind)
    return temporal.datetimeoffset_from_utc(utc, int.from_bytes(raw[-2:], "little", signed=True))


def _datetime(raw: bytes, _: WireType) -> Any:
    days, ticks = struct.unpack("<iI", raw)
    return temporal.datetime_from_ticks(days, ticks)


def _smalldatetime(raw: bytes, _: WireType) -> Any:
    days, minutes = struct.unpack("<HH", raw)
    return temporal.datetime_from_ticks(days, minutes * 60 * 300)


_CONVERSIONS: Final[dict[str, Callable[[bytes, WireType], Any]]] = {
    **dict.fromkeys(("tinyint", "smallint", "int", "bigint"), _integer),
    **dict.fromkeys(("char", "varchar", "nchar", "nvarchar", "text", "ntext", "xml"), _text),
    **dict.fromkeys(("binary", "varbinary", "image"), lambda raw, _: raw),
    **dict.fromkeys(("decimal", "numeric"), _decimal),
    **dict.fromkeys(("money", "smallmoney"), _money),
    **dict.fromkeys(("real", "float"), _float),
    "bit": lambda raw, _: raw != b"\0",
    "uniqueidentifier": lambda raw, _: uuid.UUID(bytes_le=raw),
    "date": _date,
    "time": _time,
    "datetime2": _datetime2,
    "datetimeoffset": _datetimeoffset,
    "datetime": _datetime,
    "smalldatetime": _smalldatetime,
}


def _read_variant(reader: Reader) -> Any:
    """The base value of a sql_variant: its own type, properties and bytes within a counted run."""
    size = reader.u32()
    if size == 0:
        return None
    inner = Reader(reader.take(size))
    token = inner.u8()
    properties = Reader(inner.take(inner.u8()))
    kind = _variant_type(token, properties)
    return _converted(inner.take(inner.remaining), kind)


def _variant_type(token: int, properties: Reader) -> WireType:
    if token in _FIXED:
        return WireType(token, SqlType(_FIXED[token][1]))
    if token in (wire.GUID, wire.DATEN):
        return WireType(token, SqlType("date" if token == wire.DATEN else "uniqueidentifier"))
    if token in _SCALED:
        return WireType(token, SqlType(_SCALED[token], scale=_scale(properties.u8())))
    if token in (wire.DECIMALN, wire.NUMERICN):
        return _decimal_type(token, properties)
    if token in _CHARACTER:
        collation = properties.take(5)
        return WireType(token, SqlType(_CHARACTER[token], properties.u16()), collation)
    if token in _BINARY:
        return WireType(token, SqlType(_BINARY[token], properties.u16()))
    raise TdsProtocolError(f"a sql_variant has the unknown base type 0x{token:02x}")


def read_table(reader: Reader) -> TableValue | None:
    """A table-valued parameter, from its type name to its last row; None when the client sends none."""
    if reader.u8() != wire.TVP:
        raise TdsProtocolError("a table-valued parameter was expected")
    reader.b_varchar()
    schema, name = reader.b_varchar(), reader.b_varchar()
    count = reader.u16()
    if count == wire.NULL_LENGTH:
        _skip_table_options(reader)
        if reader.u8() != _TVP_END:
            raise TdsProtocolError("a table-valued parameter without columns has rows")
        return None
    columns = [_read_table_column(reader) for _ in range(count)]
    _skip_table_options(reader)
    rows = tuple(_read_table_rows(reader, columns))
    return TableValue(name, schema, tuple(column for column, _ in columns), rows)


def _read_table_column(reader: Reader) -> tuple[TableColumn, WireType]:
    reader.u32()
    flags = reader.u16()
    kind = read_type(reader)
    name = reader.b_varchar()
    return TableColumn(name, kind.sql, bool(flags & _TVP_COLUMN_DEFAULT)), kind


def _skip_table_options(reader: Reader) -> None:
    """Sort order, uniqueness and column order, which change no value; ends at the end token."""
    while token := reader.u8():
        if token == _TVP_ORDER_UNIQUE:
            reader.take(reader.u16() * 3)
        elif token == _TVP_COLUMN_ORDER:
            reader.take(reader.u16() * 2)
        else:
            raise TdsProtocolError(f"a table-valued parameter has the unknown option 0x{token:02x}")


def _read_table_rows(
    reader: Reader, columns: list[tuple[TableColumn, WireType]]
) -> Iterator[tuple[Any, ...]]:
    while (token := reader.u8()) == _TVP_ROW:
        yield tuple(None if column.is_default else read_value(reader, kind) for column, kind in columns)
    if token != _TVP_END:
        raise TdsProtocolError(f"a table-valued parameter has the unknown row 0x{token:02x}")
