"""Conversions to and from binary, and to uniqueidentifier.

Place in the pipeline: called by `convert`. Source: Microsoft Learn, "CAST and CONVERT" (binary styles),
"binary and varbinary", "uniqueidentifier". Text becomes bytes as its type stores it: code page 1252 or
UTF-16LE. Numbers are big-endian and padded on the left; everything else is padded on the right.
"""

from __future__ import annotations

import datetime
import struct
import uuid
from decimal import Decimal
from typing import Final

from tsqld.errors import error, unsupported
from tsqld.functions import ticks
from tsqld.functions.conversion import Conversion, family
from tsqld.functions.macros import call
from tsqld.functions.precedence import shown
from tsqld.functions.sqltext import blob, let, quote
from tsqld.functions.udfs import udf
from tsqld.functions.unitext import ansi_bytes, utf16_bytes
from tsqld.ticks import DAY
from tsqld.types import MAX, SqlType

_EPOCH: Final = datetime.datetime(1900, 1, 1)
_GUID: Final = r"'[{]?[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}.*'"


def _fitted(sql: str, target: SqlType, width: int = MAX, *, left: bool = False) -> str:
    """Bytes cut and padded with zeros to the target's length; numbers lose and gain bytes on the left."""
    side = "number_bytes" if left else "pad_bytes"
    if target.name in ("rowversion", "timestamp"):
        return call(side, sql, "8")
    if target.name == "binary":
        return call(side, sql, str(target.length))
    if target.length in (MAX, 0) or (width != MAX and width <= target.length):
        return sql
    return call("right_bytes" if left else "left_bytes", sql, str(target.length))


def text_to_bytes(c: Conversion) -> str:
    """Style 0: the text's own bytes; styles 1 and 2: hexadecimal digits with and without 0x."""
    style = c.style or 0
    if style in (1, 2):
        return let(c.value.sql, lambda v: _from_hex(c, v, style))
    if style != 0:
        raise error(281, style, shown(c.source), line=c.line)
    if c.source.is_utf8:
        return _fitted(f"encode({c.value.sql})", c.target)
    if isinstance(c.value.value, str):
        text = c.value.value
        return _fitted(blob(utf16_bytes(text) if c.source.is_unicode else ansi_bytes(text)), c.target)
    return _fitted(call("utf16" if c.source.is_unicode else "ansi", c.value.sql), c.target)


def _from_hex(c: Conversion, v: str, style: int) -> str:
    prefix = "0[xX]" if style == 1 else ""
    digits = f"substr({v}, 3)" if style == 1 else v
    return (
        f"CASE WHEN regexp_full_match({v}, '{prefix}([0-9A-Fa-f][0-9A-Fa-f])*') "
        f"THEN {_fitted(f'unhex({digits})', c.target)} "
        f"WHEN {v} IS NULL THEN NULL ELSE {c.unconvertible()} END"
    )


def bytes_to_text(c: Conversion) -> str:
    """Style 0: the bytes read as the target stores text; styles 1 and 2: hexadecimal digits with and without
    0x.
    """
    from tsqld.functions.to_text import fitted

    style = c.style or 0
    if style in (1, 2):
        text = f"hex({c.value.sql})"
        return fitted(f"('0x' || {text})" if style == 1 else text, c.target, MAX)
    if style != 0:
        raise error(281, style, shown(c.source), line=c.line)
    name = "tsqld_utf16_text" if c.target.is_unicode else "tsqld_ansi_text"
    return fitted(f"{name}({c.value.sql})", c.target, c.source.length or MAX)


def bytes_to_bytes(c: Conversion) -> str:
    return _fitted(c.value.sql, c.target, c.source.length or MAX)


def number_to_bytes(c: Conversion) -> str:
    """Integers, bit, money and floats as big-endian bytes, decimals in their storage format."""
    kind = family(c.source)
    sql = c.value.sql
    if kind in ("integer", "bit", "money"):
        width = {"bit": 1, "tinyint": 1, "smallint": 2, "int": 4, "bigint": 8, "money": 8, "smallmoney": 4}[
            c.source.name
        ]
        number = f"({sql})::UTINYINT" if kind == "bit" else f"(({sql}) * 10000)" if kind == "money" else sql
        return _fitted(f"tsqld_integer_bytes(({number})::BIGINT, {width})", c.target, width, left=True)
    if kind == "float":
        width = 8 if c.source.name == "float" else 4
        return _fitted(f"tsqld_float_bytes(({sql})::DOUBLE, {width})", c.target, width, left=True)
    return _fitted(f"tsqld_decimal_bytes(({sql})::VARCHAR, {c.source.precision}, {c.source.scale})", c.target)


def temporal_to_bytes(c: Conversion) -> str:
    """datetime: days and 1/300 seconds; date: days since year 1; the others in their storage format."""
    name = c.source.name
    if name == "datetimeoffset" or c.value.exact:
        return _fitted(_ticks_bytes(c), c.target)
    moment = {"date": f"({c.value.sql})::TIMESTAMP", "time": f"(DATE '1900-01-01' + ({c.value.sql}))"}.get(
        name, c.value.sql
    )
    return _fitted(
        f"tsqld_moment_bytes({moment}, {quote(name)}, {c.source.scale})",
        c.target,
        left=name in ("datetime", "smalldatetime"),
    )


def _ticks_bytes(c: Conversion) -> str:
    scale = c.source.scale
    if c.source.name != "datetimeoffset":
        return f"tsqld_ticks_bytes({ticks.of(c.value)}, {quote(c.source.name)}, {scale}, 0)"
    return let(
        ticks.of(c.value),
        lambda t: f"tsqld_ticks_bytes(({t}).ticks, 'datetimeoffset', {scale}, ({t}).minutes::INTEGER)",
    )


def bytes_to_moment(c: Conversion) -> str:
    """datetime from its eight bytes, smalldatetime from its four, the newer types as they are stored."""
    if c.target.name not in ("datetime", "smalldatetime"):
        return _stored_moment(c)
    return f"tsqld_moment_of_bytes({c.value.sql}, {quote(c.target.name)})"


def stored_ticks(c: Conversion) -> str:
    """The ticks of a datetime2, time or datetimeoffset stored as bytes."""
    name = c.target.name
    count = f"tsqld_ticks_of_bytes({c.value.sql}, {quote(name)})"
    if name != "datetimeoffset":
        return count
    zoned = f"{{ticks: {count}, minutes: tsqld_minutes_of_bytes({c.value.sql})::SMALLINT}}"
    return f"CASE WHEN ({c.value.sql}) IS NOT NULL THEN {zoned} END"


def _stored_moment(c: Conversion) -> str:
    name = c.target.name
    if name == "date":
        return f"({call('floor_ticks', stored_ticks(c))})::DATE"
    from tsqld.functions.convert import convert

    return convert(ticks.made(stored_ticks(c), SqlType(name, scale=7)), c.target, explicit=True).sql


def bytes_to_money(c: Conversion) -> str:
    width = 8 if c.target.name == "money" else 4
    units = call("bytes_to_integer", c.value.sql, str(width))
    return f"({units}::DECIMAL(38,0) * CAST('0.0001' AS DECIMAL(4,4)))::{c.duck}"


def bytes_to_decimal(c: Conversion) -> str:
    """The storage format that converting a decimal to binary gives."""
    text = f"tsqld_decimal_of_bytes({c.value.sql})"
    return let(
        text,
        lambda t: (
            f"CASE WHEN {t} IS NULL THEN NULL ELSE "
            f"coalesce(TRY_CAST({t} AS {c.duck}), {c.unconvertible()}) END"
        ),
    )


def guid_to_bytes(c: Conversion) -> str:
    return _fitted(f"tsqld_guid_bytes({c.value.sql})", c.target, 16)


def bytes_to_guid(c: Conversion) -> str:
    return f"tsqld_guid_of_bytes({call('pad_bytes', c.value.sql, '16')})"


def text_to_guid(c: Conversion) -> str:
    """36 characters with dashes, braces allowed; what follows them is ignored."""
    failure = c.fail_constant(8169, error(8169).message, state=2)
    return let(
        c.value.sql,
        lambda v: (
            f"CASE WHEN regexp_full_match({v}, {_GUID}) THEN TRY_CAST(left(ltrim({v}, '{{'), 36) AS UUID) "
            f"WHEN {v} IS NULL THEN NULL ELSE {failure} END"
        ),
    )


# --- Python side: registered by `install` -------------------------------------------------------------------


@udf("integer_bytes", "BIGINT, INTEGER", "BLOB")
def integer_bytes(value: int, width: int) -> bytes:
    return value.to_bytes(8, "big", signed=True)[8 - width :]


@udf("integer_of_bytes", "BLOB, INTEGER", "BIGINT")
def integer_of_bytes(data: bytes, width: int) -> int:
    """The last `width` bytes as a signed number (unsigned for one byte)."""
    return int.from_bytes(data[-width:], "big", signed=width > 1 and len(data) >= width)


@udf("float_bytes", "DOUBLE, INTEGER", "BLOB")
def float_bytes(value: float, width: int) -> bytes:
    return struct.pack(">d" if width == 8 else ">f", value)


@udf("decimal_bytes", "VARCHAR, INTEGER, INTEGER", "BLOB")
def decimal_bytes(text: str, precision: int, scale: int) -> bytes:
    """Precision, scale, 0, sign, then the digits little-endian in whole 4-byte words."""
    value = Decimal(text)
    digits = abs(int(value.scaleb(scale)))
    words = max(1, (digits.bit_length() + 31) // 32)
    return bytes([precision, scale, 0, 0 if value < 0 else 1]) + digits.to_bytes(4 * words, "little")


@udf("decimal_of_bytes", "BLOB", "VARCHAR")
def decimal_of_bytes(data: bytes) -> str | None:
    if len(data) < 5 or data[1] > data[0] or data[3] > 1:
        return "" if data is not None else None
    value = Decimal(int.from_bytes(data[4:], "little")).scaleb(-data[1])
    return f"{value if data[3] else -value:f}"


@udf("moment_bytes", "TIMESTAMP, VARCHAR, INTEGER", "BLOB")
def moment_bytes(value: datetime.datetime, kind: str, scale: int) -> bytes:
    days = (value - _EPOCH).days
    seconds = value.hour * 3600 + value.minute * 60 + value.second
    if kind == "smalldatetime":
        return struct.pack(">HH", days, seconds // 60)
    if kind == "datetime":
        return struct.pack(">iI", days, seconds * 300 + round(value.microsecond * 3 / 10000))
    day = (value.date() - datetime.date(1, 1, 1)).days.to_bytes(3, "little")
    if kind == "date":
        return day
    ticks = (seconds * 10_000_000 + value.microsecond * 10) // int(10 ** (7 - scale))
    clock = ticks.to_bytes(3 if scale < 3 else 4 if scale < 5 else 5, "little")
    return bytes([scale]) + clock + (b"" if kind == "time" else day)


@udf("ticks_bytes", "BIGINT, VARCHAR, INTEGER, INTEGER", "BLOB")
def ticks_bytes(count: int, kind: str, scale: int, minutes: int) -> bytes:
    """Scale, time of day, day number and, for datetimeoffset, the minutes east of UTC, little-endian."""
    day, clock = divmod(count, DAY)
    size = 3 if scale < 3 else 4 if scale < 5 else 5
    data: bytes = bytes([scale]) + (clock // 10 ** (7 - scale)).to_bytes(size, "little")
    if kind != "time":
        data += day.to_bytes(3, "little")
    return data + struct.pack("<h", minutes) if kind == "datetimeoffset" else data


@udf("ticks_of_bytes", "BLOB, VARCHAR", "BIGINT")
def ticks_of_bytes(data: bytes, kind: str) -> int:
    """The ticks that a date, time, datetime2 or datetimeoffset stored as `data` has. Error 241."""
    if kind == "date" and len(data) == 3:
        return int.from_bytes(data, "little") * DAY
    tail = {"time": 0, "datetime2": 3, "datetimeoffset": 5}.get(kind, 0)
    size = len(data) - 1 - tail
    if kind == "date" or not data or data[0] > 7 or size != (3 if data[0] < 3 else 4 if data[0] < 5 else 5):
        raise unsupported(f"these bytes as a {kind}")
    days = int.from_bytes(data[1 + size : 4 + size], "little") if tail else 0
    return int(days * DAY + int.from_bytes(data[1 : 1 + size], "little") * 10 ** (7 - data[0]))


@udf("minutes_of_bytes", "BLOB", "INTEGER")
def minutes_of_bytes(data: bytes) -> int:
    """The offset in the last two bytes of a datetimeoffset."""
    return int.from_bytes(data[-2:], "little", signed=True)


@udf("moment_of_bytes", "BLOB, VARCHAR", "TIMESTAMP")
def moment_of_bytes(data: bytes, kind: str) -> datetime.datetime:
    if kind == "smalldatetime":
        days, minutes = struct.unpack(">HH", data[-4:].rjust(4, b"\0"))
        return _EPOCH + datetime.timedelta(days=days, minutes=minutes)
    days, ticks = struct.unpack(">iI", data[-8:].rjust(8, b"\0"))
    return _EPOCH + datetime.timedelta(days=days, milliseconds=(ticks * 10 + 1) // 3)


@udf("guid_bytes", "UUID", "BLOB")
def guid_bytes(value: uuid.UUID) -> bytes:
    return bytes(value.bytes_le)


@udf("guid_of_bytes", "BLOB", "UUID")
def guid_of_bytes(data: bytes) -> uuid.UUID:
    return uuid.UUID(bytes_le=data)
