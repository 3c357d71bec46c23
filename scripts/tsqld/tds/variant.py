"""sql_variant values on the wire: base type, its properties, the bare value.

Specification: [MS-TDS] 2.2.5.5.4. A value as the engine holds it, `{type, text}`, keeps the type it names, as
does one with attributes `type` (a SqlType) and `value`; a plain Python object gets the base type SQL Server
gives the like literal.
"""

from __future__ import annotations

import datetime as dt
import struct
import uuid
from decimal import Decimal
from typing import Any, Final

from tsqld.errors import unsupported
from tsqld.tds import protocol as wire
from tsqld.tds import temporal
from tsqld.tds.collation import collation_bytes, encode_varchar
from tsqld.ticks import seventh
from tsqld.types import SqlType

_NULL: Final = b"\0\0\0\0"
_DECIMAL_SIZE: Final = 17
_NUMBERS: Final = {
    "bit": (wire.BIT, "?"),
    "tinyint": (wire.INT1, "B"),
    "smallint": (wire.INT2, "h"),
    "int": (wire.INT4, "i"),
    "bigint": (wire.INT8, "q"),
    "real": (wire.FLT4, "f"),
    "float": (wire.FLT8, "d"),
}
_TEXT: Final = {
    "char": wire.BIGCHAR,
    "varchar": wire.BIGVARCHAR,
    "nchar": wire.NCHAR,
    "nvarchar": wire.NVARCHAR,
}
_BINARY: Final = {"binary": wire.BIGBINARY, "varbinary": wire.BIGVARBINARY}
_SCALED: Final = {
    "time": wire.TIMEN,
    "datetime2": wire.DATETIME2N,
    "datetimeoffset": wire.DATETIMEOFFSETN,
}


def encode_variant(value: Any) -> bytes:
    """Length, base type, property bytes and data; NULL is a zero length."""
    if value is None:
        return _NULL
    kind = getattr(value, "type", None)
    if isinstance(value, dict):
        kind, value = decoded(value)
    elif isinstance(kind, SqlType):
        value = value.value
        if value is None:
            return _NULL
    else:
        kind = base_type(value)
    token, properties, data = _encode(kind, value)
    body = bytes((token, len(properties))) + properties + data
    return struct.pack("<I", len(body)) + body


def decoded(value: dict[str, str]) -> tuple[SqlType, Any]:
    """The base type and the Python value of a sql_variant as DuckDB holds it."""
    kind, text = _written_type(value["type"]), value["text"]
    name = kind.name
    if name == "bit":
        return kind, text.lower() in ("1", "true")
    if kind.is_integer:
        return kind, int(text)
    if kind.is_float:
        return kind, float(text)
    if kind.is_exact:
        return kind, Decimal(text)
    if kind.is_binary:
        return kind, bytes.fromhex(text)
    if name == "uniqueidentifier":
        return kind, uuid.UUID(text)
    if name == "date":
        return kind, dt.date.fromisoformat(text[:10])
    if name == "time":
        return kind, dt.time.fromisoformat(text[:15])
    if name == "datetimeoffset":
        moment, _, offset = text.replace("T", " ").rpartition(" ")
        return kind, dt.datetime.fromisoformat(f"{moment[:26]}{offset}")
    if kind.is_temporal:
        return kind, dt.datetime.fromisoformat(text[:26].strip())
    return kind, text


def _written_type(text: str) -> SqlType:
    """`decimal(9,2)`, `nvarchar(10)`, `datetime2(3)` as types."""
    name, _, facets = text.rstrip(")").partition("(")
    numbers = [int(number) for number in facets.split(",")] if facets else []
    if name in ("decimal", "numeric"):
        return SqlType(name, precision=numbers[0], scale=numbers[1])
    if name in _SCALED:
        return SqlType(name, scale=numbers[0] if numbers else 7)
    return SqlType(name, numbers[0] if numbers else 0)


def base_type(value: Any) -> SqlType:
    """The type SQL Server would give a literal of this kind."""
    match value:
        case bool():
            return SqlType("bit")
        case int():
            return SqlType("int" if -(2**31) <= value < 2**31 else "bigint")
        case float():
            return SqlType("float")
        case Decimal():
            return _decimal_type(value)
        case str():
            return SqlType("nvarchar", max(len(value), 1))
        case bytes() | bytearray():
            return SqlType("varbinary", max(len(value), 1))
        case uuid.UUID():
            return SqlType("uniqueidentifier")
        case dt.datetime():
            return SqlType("datetimeoffset" if value.tzinfo else "datetime2", scale=7)
        case dt.date():
            return SqlType("date")
        case dt.time():
            return SqlType("time", scale=7)
    raise unsupported(f"sql_variant values of {type(value).__name__}")


def _decimal_type(value: Decimal) -> SqlType:
    _, digits, exponent = value.as_tuple()
    scale = max(-int(exponent), 0)
    return SqlType("numeric", precision=max(len(digits) + max(int(exponent), 0), scale, 1), scale=scale)


def _encode(kind: SqlType, value: Any) -> tuple[int, bytes, bytes]:
    """Type token, property bytes and data."""
    name = kind.name
    if name in _NUMBERS:
        token, letter = _NUMBERS[name]
        return token, b"", struct.pack("<" + letter, value)
    if kind.is_decimal:
        return _encode_decimal(kind, value)
    if kind.is_money:
        return _encode_money(name, value)
    if name in _TEXT:
        data = value.encode("utf-16-le", "surrogatepass") if kind.is_unicode else encode_varchar(value)
        return _TEXT[name], collation_bytes(kind.collation) + struct.pack("<H", max(len(data), 1)), data
    if name in _BINARY:
        return _BINARY[name], struct.pack("<H", max(len(value), 1)), bytes(value)
    if name == "uniqueidentifier":
        return wire.GUID, b"", value.bytes_le
    if kind.is_temporal:
        return _encode_temporal(kind, value)
    raise unsupported(f"sql_variant values of type {name}")


def _encode_decimal(kind: SqlType, value: Decimal) -> tuple[int, bytes, bytes]:
    number = int(value.scaleb(kind.scale))
    # SqlClient reads the largest size whatever the precision
    magnitude = abs(number).to_bytes(_DECIMAL_SIZE - 1, "little")
    return wire.NUMERICN, bytes((kind.precision, kind.scale)), bytes((number >= 0,)) + magnitude


def _encode_money(name: str, value: Decimal) -> tuple[int, bytes, bytes]:
    number = int(value.scaleb(4))
    if name == "smallmoney":
        return wire.MONEY4, b"", struct.pack("<i", number)
    return wire.MONEY, b"", struct.pack("<iI", number >> 32, number & 0xFFFF_FFFF)


def _encode_temporal(kind: SqlType, value: Any) -> tuple[int, bytes, bytes]:
    if kind.name == "date":
        return wire.DATEN, b"", (value.toordinal() - 1).to_bytes(3, "little")
    if kind.name == "datetime":
        return wire.DATETIME, b"", struct.pack("<iI", *temporal.datetime_ticks(value))
    if kind.name == "smalldatetime":
        return wire.DATETIM4, b"", struct.pack("<HH", *temporal.small_datetime(value))
    offset, digit = b"", seventh(value)
    if kind.name == "datetimeoffset":
        value, minutes = temporal.utc_and_minutes(value)
        offset = struct.pack("<h", minutes)
    units = temporal.to_units(value, kind.scale, digit)
    data = units.to_bytes(temporal.time_size(kind.scale), "little")
    if kind.name != "time":
        data += (value.toordinal() - 1).to_bytes(3, "little")
    return _SCALED[kind.name], bytes((kind.scale,)), data + offset
