"""How a type shows in catalogs: system_type_id, max_length in bytes, precision and scale. Source:
sys.types."""

from __future__ import annotations

from typing import Final

from tsqld.types import MAX, SqlType

TYPE_IDS: Final = {
    "image": 34,
    "text": 35,
    "uniqueidentifier": 36,
    "date": 40,
    "time": 41,
    "datetime2": 42,
    "datetimeoffset": 43,
    "tinyint": 48,
    "smallint": 52,
    "int": 56,
    "smalldatetime": 58,
    "real": 59,
    "money": 60,
    "datetime": 61,
    "float": 62,
    "sql_variant": 98,
    "ntext": 99,
    "bit": 104,
    "decimal": 106,
    "numeric": 108,
    "smallmoney": 122,
    "bigint": 127,
    "varbinary": 165,
    "varchar": 167,
    "binary": 173,
    "char": 175,
    "timestamp": 189,
    "rowversion": 189,
    "nvarchar": 231,
    "nchar": 239,
    "xml": 241,
    "sysname": 256,
}
_LENGTHS: Final = {
    "bit": 1,
    "tinyint": 1,
    "smallint": 2,
    "int": 4,
    "bigint": 8,
    "real": 4,
    "float": 8,
    "money": 8,
    "smallmoney": 4,
    "date": 3,
    "datetime": 8,
    "smalldatetime": 4,
    "uniqueidentifier": 16,
    "sql_variant": 8016,
    "text": 16,
    "ntext": 16,
    "image": 16,
    "xml": -1,
    "rowversion": 8,
    "timestamp": 8,
    "sysname": 256,
}
_PRECISIONS: Final = {
    "bit": (1, 0),
    "tinyint": (3, 0),
    "smallint": (5, 0),
    "int": (10, 0),
    "bigint": (19, 0),
    "real": (24, 0),
    "float": (53, 0),
    "money": (19, 4),
    "smallmoney": (10, 4),
    "date": (10, 0),
    "datetime": (23, 3),
    "smalldatetime": (16, 0),
}


def max_length(type: SqlType) -> int:
    """Bytes a value takes at most; -1 for (max)."""
    if type.name in ("nchar", "nvarchar"):
        return MAX if type.length == MAX else type.length * 2
    if type.name in ("char", "varchar", "binary", "varbinary"):
        return type.length
    if type.is_decimal:
        return 5 if type.precision < 10 else 9 if type.precision < 20 else 13 if type.precision < 29 else 17
    if type.name == "time":
        return 3 if type.scale < 3 else 4 if type.scale < 5 else 5
    if type.name == "datetime2":
        return 6 if type.scale < 3 else 7 if type.scale < 5 else 8
    if type.name == "datetimeoffset":
        return 8 if type.scale < 3 else 9 if type.scale < 5 else 10
    return _LENGTHS[type.name]


def precision_scale(type: SqlType) -> tuple[int, int]:
    if type.is_decimal:
        return type.precision, type.scale
    whole = {"time": 8, "datetime2": 19, "datetimeoffset": 26}
    if type.name in whole:
        return whole[type.name] + (type.scale + 1 if type.scale else 0), type.scale
    return _PRECISIONS.get(type.name, (0, 0))
