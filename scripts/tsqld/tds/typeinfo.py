"""TYPE_INFO of a result column or OUTPUT parameter: the type as the wire names it.

Place: used by `rows` and `tokens` for everything the server describes; `parameters` reads the other
direction. Specification: [MS-TDS] 2.2.5.4 and 2.2.5.6. Types a client's version does not know are sent as
the types SQL Server falls back to: dates as nvarchar before 7.3, (max) types as text, ntext and image
before 7.2.
"""

from __future__ import annotations

import struct
from typing import Final

from tsqld.errors import unsupported
from tsqld.tds import protocol as wire
from tsqld.tds.collation import collation_bytes
from tsqld.tds.temporal import time_size
from tsqld.types import MAX, SqlType

_SIZED: Final = {
    "bit": (wire.BITN, 1),
    "tinyint": (wire.INTN, 1),
    "smallint": (wire.INTN, 2),
    "int": (wire.INTN, 4),
    "bigint": (wire.INTN, 8),
    "real": (wire.FLTN, 4),
    "float": (wire.FLTN, 8),
    "smallmoney": (wire.MONEYN, 4),
    "money": (wire.MONEYN, 8),
    "smalldatetime": (wire.DATETIMN, 4),
    "datetime": (wire.DATETIMN, 8),
    "uniqueidentifier": (wire.GUID, 16),
}
_FIXED: Final = {
    "bit": wire.BIT,
    "tinyint": wire.INT1,
    "smallint": wire.INT2,
    "int": wire.INT4,
    "bigint": wire.INT8,
    "real": wire.FLT4,
    "float": wire.FLT8,
    "smallmoney": wire.MONEY4,
    "money": wire.MONEY,
    "smalldatetime": wire.DATETIM4,
    "datetime": wire.DATETIME,
}
_SCALED: Final = {
    "time": wire.TIMEN,
    "datetime2": wire.DATETIME2N,
    "datetimeoffset": wire.DATETIMEOFFSETN,
}
_TEXT: Final = {
    "char": wire.BIGCHAR,
    "varchar": wire.BIGVARCHAR,
    "nchar": wire.NCHAR,
    "nvarchar": wire.NVARCHAR,
    "sysname": wire.NVARCHAR,
}
_BINARY: Final = {
    "binary": wire.BIGBINARY,
    "varbinary": wire.BIGVARBINARY,
    "rowversion": wire.BIGBINARY,
    "timestamp": wire.BIGBINARY,
}
_LONG: Final = {"text": wire.TEXT, "ntext": wire.NTEXT, "image": wire.IMAGE}
_AS_TEXT: Final = {"date": 10, "time": 16, "datetime2": 27, "datetimeoffset": 34}
_AS_LONG: Final = {"varchar": "text", "nvarchar": "ntext", "varbinary": "image", "xml": "ntext"}
_VARIANT_LENGTH: Final = 8009
_ROWVERSION_USER_TYPE: Final = 0x50


def sent_as(kind: SqlType, version: int) -> SqlType:
    """The type a client of TDS `version` is told instead of `kind`."""
    if version < wire.TDS_73 and kind.name in _AS_TEXT:
        return SqlType("nvarchar", _AS_TEXT[kind.name])
    if version < wire.TDS_72 and kind.name in _AS_LONG and (kind.length == MAX or kind.name == "xml"):
        return SqlType(_AS_LONG[kind.name], collation=kind.collation)
    return kind


def is_long(kind: SqlType) -> bool:
    """text, ntext and image: their column metadata names a table."""
    return kind.name in _LONG


def is_chunked(kind: SqlType) -> bool:
    """Types without a useful limit on a value's size."""
    return kind.length == MAX or kind.name in _LONG or kind.name in ("xml",)


def user_type(kind: SqlType) -> int:
    return _ROWVERSION_USER_TYPE if kind.name in ("rowversion", "timestamp") else 0


def decimal_size(precision: int) -> int:
    """Bytes of a decimal's value: sign and magnitude."""
    return 5 if precision <= 9 else 9 if precision <= 19 else 13 if precision <= 28 else 17


def byte_limit(kind: SqlType) -> int:
    """Bytes a value of a sized text or binary type may have."""
    if kind.name in ("rowversion", "timestamp"):
        return 8
    if kind.name == "sysname":
        return 256
    return max(kind.length, 1) * (2 if kind.is_unicode else 1)


def is_bare(kind: SqlType, *, nullable: bool) -> bool:
    """Whether values travel without their length, as those of a NOT NULL column of fixed size do.

    SqlClient counts on it: it takes a column's token from whether it may be NULL, not from TYPE_INFO.
    """
    return not nullable and kind.name in _FIXED


def type_info(kind: SqlType, *, nullable: bool = True) -> bytes:
    """TYPE_INFO for `kind`, which `sent_as` has been applied to."""
    name = kind.name
    if is_bare(kind, nullable=nullable):
        return bytes((_FIXED[name],))
    if name in _SIZED:
        return bytes(_SIZED[name])
    if kind.is_decimal:
        token = wire.NUMERICN if name == "numeric" else wire.DECIMALN
        return bytes((token, decimal_size(kind.precision), kind.precision, kind.scale))
    if name == "date":
        return bytes((wire.DATEN,))
    if name in _SCALED:
        return bytes((_SCALED[name], kind.scale))
    if name in _TEXT:
        return struct.pack("<BH", _TEXT[name], _declared(kind)) + collation_bytes(kind.collation)
    if name in _BINARY:
        return struct.pack("<BH", _BINARY[name], _declared(kind))
    if name in _LONG:
        collation = b"" if name == "image" else collation_bytes(kind.collation)
        return struct.pack("<BI", _LONG[name], 0x7FFF_FFFE if name == "ntext" else 0x7FFF_FFFF) + collation
    if name == "xml":
        return bytes((wire.XML, 0))
    if name == "sql_variant":
        return struct.pack("<BI", wire.VARIANT, _VARIANT_LENGTH)
    raise unsupported(f"results of type {name}")


def variable_size(kind: SqlType) -> int:
    """Bytes of a time, datetime2 or datetimeoffset value."""
    extra = {"time": 0, "datetime2": 3, "datetimeoffset": 5}[kind.name]
    return time_size(kind.scale) + extra


def _declared(kind: SqlType) -> int:
    return wire.PLP_MARKER if kind.length == MAX else byte_limit(kind)
