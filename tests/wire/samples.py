"""Values of every type, with NULL and extremes: what the stand-in engine sends and the clients must see."""

from __future__ import annotations

import datetime as dt
import uuid
from decimal import Decimal
from typing import Any, Final

from tsqld.types import MAX, SqlType


def _type(name: str, length: int = 0, precision: int = 0, scale: int = 0) -> SqlType:
    return SqlType(name, length, precision, scale)


_ZONE: Final = dt.timezone(dt.timedelta(hours=5, minutes=30))
_WEST: Final = dt.timezone(-dt.timedelta(hours=9, minutes=30))

SAMPLES: Final[dict[str, tuple[SqlType, tuple[Any, ...]]]] = {
    "bit": (_type("bit"), (True, False, None)),
    "tinyint": (_type("tinyint"), (0, 255, None, 7)),
    "smallint": (_type("smallint"), (-32768, 32767, None)),
    "int": (_type("int"), (-(2**31), 2**31 - 1, None, 0)),
    "bigint": (_type("bigint"), (-(2**63), 2**63 - 1, None)),
    "decimal_9_2": (
        _type("decimal", 0, 9, 2),
        (Decimal("-9999999.99"), Decimal("0.01"), None, Decimal("0.00")),
    ),
    "decimal_19_4": (_type("decimal", 0, 19, 4), (Decimal("922337203685477.5807"), Decimal("-0.0001"), None)),
    "decimal_28_10": (_type("decimal", 0, 28, 10), (Decimal("123456789012345678.0123456789"), None)),
    "numeric_38_0": (_type("numeric", 0, 38, 0), (Decimal("9" * 38), Decimal("-" + "9" * 38), None)),
    "decimal_38_38": (_type("decimal", 0, 38, 38), (Decimal("0." + "1" * 38), None)),
    "money": (_type("money"), (Decimal("-922337203685477.5808"), Decimal("922337203685477.5807"), None)),
    "smallmoney": (_type("smallmoney"), (Decimal("-214748.3648"), Decimal("214748.3647"), None)),
    "real": (_type("real"), (0.5, -1.5, None)),
    "float": (_type("float"), (1.7976931348623157e308, -2.5e-300, 0.1, None)),
    "date": (_type("date"), (dt.date(1, 1, 1), dt.date(9999, 12, 31), None, dt.date(2017, 2, 28))),
    "time_7": (_type("time", scale=7), (dt.time(0, 0), dt.time(23, 59, 59, 999999), None)),
    "time_0": (_type("time", scale=0), (dt.time(12, 34, 56), None)),
    "datetime2_7": (
        _type("datetime2", scale=7),
        (dt.datetime(1, 1, 1), dt.datetime(9999, 12, 31, 23, 59, 59, 999999), None),
    ),
    "datetime2_3": (_type("datetime2", scale=3), (dt.datetime(2024, 2, 29, 1, 2, 3, 456000), None)),
    "datetime2_5": (_type("datetime2", scale=5), (dt.datetime(2024, 2, 29, 1, 2, 3, 456780),)),
    "datetime2_0": (_type("datetime2", scale=0), (dt.datetime(2024, 2, 29, 1, 2, 3), None)),
    "datetime": (
        _type("datetime"),
        (dt.datetime(1753, 1, 1), dt.datetime(9999, 12, 31, 23, 59, 59, 997000), None),
    ),
    "smalldatetime": (
        _type("smalldatetime"),
        (dt.datetime(1900, 1, 1), dt.datetime(2079, 6, 6, 23, 59), None),
    ),
    "datetimeoffset_7": (
        _type("datetimeoffset", scale=7),
        (
            dt.datetime(2024, 5, 6, 7, 8, 9, 123456, _ZONE),
            dt.datetime(1999, 12, 31, 23, 0, 0, 0, _WEST),
            None,
        ),
    ),
    "uniqueidentifier": (
        _type("uniqueidentifier"),
        (uuid.UUID("00112233-4455-6677-8899-aabbccddeeff"), None),
    ),
    "nvarchar_50": (_type("nvarchar", 50), ("", "Zürich – 東京 😀", None, "a" * 50)),
    "nvarchar_4000": (_type("nvarchar", 4000), ("ß" * 4000, None)),
    "nvarchar_max": (_type("nvarchar", MAX), ("", "x" * 100_000, None, "é" * 5000)),
    "nchar_5": (_type("nchar", 5), ("abcde", "ab   ", None)),
    "varchar_20": (_type("varchar", 20), ("", "naïve €uro", None)),
    "varchar_8000": (_type("varchar", 8000), ("y" * 8000, None)),
    "varchar_max": (_type("varchar", MAX), ("", "é" * 20_000, None)),
    "char_5": (_type("char", 5), ("abcde", "é    ", None)),
    "text": (_type("text"), ("some text", "é" * 9000, None)),
    "ntext": (_type("ntext"), ("some 東京", None)),
    "xml": (_type("xml"), ("<a>東京</a>", None)),
    "varbinary_10": (_type("varbinary", 10), (b"", b"\x00\xff" * 5, None)),
    "varbinary_max": (_type("varbinary", MAX), (b"", bytes(range(256)) * 400, None)),
    "binary_4": (_type("binary", 4), (b"\x01\x02\x03\x00", None)),
    "image": (_type("image"), (b"\x01" * 9000, None)),
    "rowversion": (_type("rowversion"), (b"\x00" * 7 + b"\x09",)),
}
"""name: (type, values)"""
