"""Encodes one column of a chunk of rows: Python values to the bytes of TYPE_VARBYTE.

Place: `rows` gives each column its encoder once per result set and calls it once per chunk. Specification:
[MS-TDS] 2.2.5.5 and 2.2.7.19.

An encoder returns pieces in wire order. A `Packed` piece is a fixed run of bytes in every row, given as a
struct format and one iterable per field, so that neighbouring pieces can share one struct; a list is one
bytes per row, or a `LongValue` that makes them slice by slice. The first attempt takes every value for
granted; a NULL makes it fail, and the careful one follows.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from itertools import accumulate, pairwise, repeat
from typing import Any, Final

from tsqld.tds import temporal
from tsqld.tds.collation import collation_bytes, encode_varchar, is_utf8
from tsqld.tds.longvalues import CHUNK_END, SLICE, TEXT_POINTER, ChunkedValue, LongValue, PointedValue
from tsqld.tds.protocol import NULL_LENGTH, PLP_NULL, TDS_74
from tsqld.tds.typeinfo import byte_limit, decimal_size, is_bare, is_chunked, is_long, sent_as
from tsqld.tds.variant import encode_variant
from tsqld.ticks import FineDatetime, seventh
from tsqld.types import SqlType


@dataclass(frozen=True, slots=True)
class Packed:
    """Fields of a little-endian struct, each an iterable with a value per row."""

    format: str
    fields: tuple[Iterable[Any], ...]


Pieces = list[Packed | list[bytes] | list[bytes | LongValue]]
Encoder = Callable[[Sequence[Any]], Pieces]

_EXACT: Final = Context(prec=80)
_NULL_BYTE: Final = b"\0"
_CHUNK_NULL: Final = struct.pack("<Q", PLP_NULL)
_MISSING: Final = (TypeError, ValueError, AttributeError, ArithmeticError)
"""What the first attempt raises at a NULL or at a value that is not of the plainest form."""


def encoder_for(kind: SqlType, version: int, *, nullable: bool = True) -> Encoder:
    """The encoder of a column of type `kind` for a client of TDS `version`."""
    sent = sent_as(kind, version)
    if is_bare(sent, nullable=nullable):
        return _bare(sent)
    if kind.is_temporal and sent.is_text:
        return _older_temporal(kind, sent)
    name = sent.name
    if name in _SCALARS:
        return _scalar(*_SCALARS[name])
    if sent.is_decimal:
        return _decimal(sent)
    if name in ("money", "smallmoney"):
        return _money(name == "money")
    if name in ("datetime2", "datetimeoffset"):
        return _timestamps(sent)
    if name == "time":
        return _careful(_time_value(sent.scale))
    if name in ("datetime", "smalldatetime"):
        return _old_datetime(name)
    if name == "date":
        return _date
    if name == "sql_variant":
        return _variant
    to_bytes = _to_bytes(sent)
    if is_long(sent):
        return _long(to_bytes)
    return _chunked(to_bytes) if is_chunked(sent) else _counted(sent, to_bytes)


def _careful(encode: Callable[[Any], bytes]) -> Encoder:
    """One value at a time, NULL as a zero length byte."""

    def encoder(values: Sequence[Any]) -> Pieces:
        return [[_NULL_BYTE if value is None else encode(value) for value in values]]

    return encoder


# Types whose value is one struct field: size, struct letter.
_SCALARS: Final = {
    "bit": (1, "?"),
    "tinyint": (1, "B"),
    "smallint": (2, "h"),
    "int": (4, "i"),
    "bigint": (8, "q"),
    "real": (4, "f"),
    "float": (8, "d"),
    "uniqueidentifier": (16, "16s"),
}


def _scalar(size: int, letter: str) -> Encoder:
    form = "B" + letter
    pack = struct.Struct("<" + form).pack

    def encoder(values: Sequence[Any]) -> Pieces:
        if size == 16:
            values = [None if value is None else value.bytes_le for value in values]
        if None not in values:
            return [Packed(form, (repeat(size), values))]
        return [[_NULL_BYTE if value is None else pack(size, value) for value in values]]

    return encoder


def _bare(kind: SqlType) -> Encoder:
    """Values of a fixed size that are never NULL: no length before them."""
    if kind.name in _SCALARS:
        letter = _SCALARS[kind.name][1]
        return lambda values: [Packed(letter, (_present(values),))]
    counted = encoder_for(kind, TDS_74)

    def encoder(values: Sequence[Any]) -> Pieces:
        pieces = counted(_present(values))
        lists = [piece for piece in pieces if isinstance(piece, list)]
        return [[value[1:] for value in piece if isinstance(value, bytes)] for piece in lists]

    return encoder


def _present(values: Sequence[Any]) -> Sequence[Any]:
    if None in values:
        raise ValueError("a NULL in a column that is NOT NULL")
    return values


def _decimal(kind: SqlType) -> Encoder:
    size = decimal_size(kind.precision)
    factor = Decimal(1).scaleb(kind.scale)
    letter = {5: "I", 9: "Q"}.get(size, "")

    def one(value: Any) -> bytes:
        number = _scaled(value, kind.scale)
        return bytes((size, number >= 0)) + abs(number).to_bytes(size - 1, "little")

    def encoder(values: Sequence[Any]) -> Pieces:
        numbers = _whole_numbers(values, factor) if letter else None
        if numbers is None:
            return _careful(one)(values)
        if min(numbers, default=0) >= 0:
            return [Packed("BB" + letter, (repeat(size), repeat(1), numbers))]
        signs = [number >= 0 for number in numbers]
        return [Packed("B?" + letter, (repeat(size), signs, map(abs, numbers)))]

    return encoder


def _whole_numbers(values: Sequence[Any], factor: Decimal) -> list[int] | None:
    """Decimals times 10**scale, exact because the factor adds no digits; None when one is NULL."""
    try:
        return [int(value * factor) for value in values]
    except _MISSING:
        return None


def _scaled(value: Any, scale: int) -> int:
    exact = value if isinstance(value, Decimal) else Decimal(value)
    return int(exact.scaleb(scale, _EXACT).to_integral_value(ROUND_HALF_UP))


def _money(is_big: bool) -> Encoder:
    def one(value: Any) -> bytes:
        number = _scaled(value, 4)
        if is_big:
            return struct.pack("<BiI", 8, number >> 32, number & 0xFFFF_FFFF)
        return struct.pack("<Bi", 4, number)

    return _careful(one)


def _date(values: Sequence[Any]) -> Pieces:
    try:
        return [Packed("I", ([value.toordinal() - 1 << 8 | 3 for value in values],))]
    except _MISSING:
        return _careful(lambda value: (value.toordinal() - 1 << 8 | 3).to_bytes(4, "little"))(values)


def _time_value(scale: int) -> Callable[[Any], bytes]:
    size = temporal.time_size(scale)

    def one(value: Any) -> bytes:
        units = temporal.to_units(value, scale, seventh(value))
        return (units << 8 | size).to_bytes(size + 1, "little")

    return one


def _timestamps(kind: SqlType) -> Encoder:
    """datetime2 and datetimeoffset: time, day number, and for the latter minutes east of UTC."""
    scale, size = kind.scale, temporal.time_size(kind.scale)
    bits, with_offset = size * 8, kind.name == "datetimeoffset"
    total = size + (5 if with_offset else 3)

    def one(value: Any) -> bytes:
        minutes, digit = 0, seventh(value)
        if with_offset:
            value, minutes = temporal.utc_and_minutes(value)
        units = temporal.to_units(value, scale, digit)
        raw: bytes = (value.toordinal() - 1 << bits | units).to_bytes(size + 3, "little")
        return bytes((total,)) + raw + (struct.pack("<h", minutes) if with_offset else b"")

    careful = _careful(one)
    if with_offset or size == 3:
        return careful

    def encoder(values: Sequence[Any]) -> Pieces:
        if scale == 7 and FineDatetime in set(map(type, values)):
            return careful(values)
        try:
            return [_packed_datetime2(values, scale)]
        except _MISSING:
            return careful(values)

    return encoder


def _packed_datetime2(values: Sequence[Any], scale: int) -> Packed:
    """datetime2 of scale 3 and more, through one subtraction a value."""
    epoch = temporal.EPOCH
    spans = [value - epoch for value in values]
    if scale == 7:
        last = temporal.LAST_OF_SECOND
        words = [
            span.days << 40
            | (span.seconds * 1_000_000 + span.microseconds) * 10 + (9 if span.microseconds == last else 0)
            for span in spans
        ]
        return Packed("BQ", (repeat(8), words))
    unit = 10 ** (6 - scale)
    if scale >= 5:
        words = [span.days << 40 | (span.seconds * 1_000_000 + span.microseconds) // unit for span in spans]
        return Packed("BQ", (repeat(8), words))
    words = [
        span.days << 40 | (span.seconds * 1_000_000 + span.microseconds) // unit << 8 | 7 for span in spans
    ]
    return Packed("Q", (words,))


def _old_datetime(name: str) -> Encoder:
    if name == "datetime":
        return _careful(lambda value: struct.pack("<BiI", 8, *temporal.datetime_ticks(value)))
    return _careful(lambda value: struct.pack("<BHH", 4, *temporal.small_datetime(value)))


def _older_temporal(kind: SqlType, sent: SqlType) -> Encoder:
    """Dates as text, for clients that know no such type."""
    encode = _counted(sent, _to_bytes(sent))

    def encoder(values: Sequence[Any]) -> Pieces:
        return encode([None if v is None else temporal.as_text(v, kind.name, kind.scale) for v in values])

    return encoder


def _to_bytes(kind: SqlType) -> Callable[[Any], bytes]:
    """How a value of a text or binary type becomes bytes; fixed-length types are padded."""
    limit = byte_limit(kind)
    if kind.is_binary:
        return (lambda value: bytes(value).ljust(limit, b"\0")) if kind.is_fixed_length else bytes
    if kind.is_unicode:
        if kind.is_fixed_length:
            return lambda value: _padded(_utf16(value), limit)
        return _utf16
    encode = _utf8 if is_utf8(collation_bytes(kind.collation)) else encode_varchar
    return (lambda value: encode(value).ljust(limit)) if kind.is_fixed_length else encode


def _utf16(text: str) -> bytes:
    return text.encode("utf-16-le", "surrogatepass")


def _utf16_together(values: Sequence[str]) -> list[bytes]:
    """Each value in UTF-16, encoded as one text and cut apart, which takes half the time."""
    together = _utf16("".join(values))
    sizes = [2 * len(value) for value in values]
    if sum(sizes) != len(together):  # characters outside the basic plane take two units
        return list(map(_utf16, values))
    return [together[start:end] for start, end in pairwise((0, *accumulate(sizes)))]


def _padded(raw: bytes, size: int) -> bytes:
    return raw + b" \0" * ((size - len(raw)) // 2)


def _utf8(text: str) -> bytes:
    return text.encode("utf-8", "replace")


def _counted(kind: SqlType, to_bytes: Callable[[Any], bytes]) -> Encoder:
    """Sized text and binary: a two-byte length, then the bytes."""
    limit = byte_limit(kind)

    def all_bytes(values: Sequence[Any]) -> list[bytes]:
        return _utf16_together(values) if to_bytes is _utf16 else list(map(to_bytes, values))

    def encoder(values: Sequence[Any]) -> Pieces:
        sizes: Iterable[int]
        if None in values:
            data = [b"" if value is None else to_bytes(value) for value in values]
            sizes = [NULL_LENGTH if v is None else len(d) for v, d in zip(values, data, strict=True)]
        else:
            data = all_bytes(values)
            sizes = map(len, data)
        if max(map(len, data), default=0) > limit:
            raise ValueError(f"a value is longer than its column's {kind}")
        return [Packed("H", (sizes,)), data]

    return encoder


def _chunked(to_bytes: Callable[[Any], bytes]) -> Encoder:
    """(max) types and xml: the length, one chunk, an empty one."""

    def one(value: Any) -> bytes | LongValue:
        if value is None:
            return _CHUNK_NULL
        if len(value) > SLICE:
            return ChunkedValue(value, to_bytes)
        data = to_bytes(value)
        head = struct.pack("<QI", len(data), len(data)) if data else struct.pack("<Q", 0)
        return b"".join((head, data, CHUNK_END))

    return lambda values: [list(map(one, values))]


def _long(to_bytes: Callable[[Any], bytes]) -> Encoder:
    """text, ntext and image: a pointer, then a four-byte length and the bytes."""

    def one(value: Any) -> bytes | LongValue:
        if value is None:
            return _NULL_BYTE
        if len(value) > SLICE:
            return PointedValue(value, to_bytes)
        data = to_bytes(value)
        return b"".join((TEXT_POINTER, struct.pack("<I", len(data)), data))

    return lambda values: [list(map(one, values))]


def _variant(values: Sequence[Any]) -> Pieces:
    return [[encode_variant(value) for value in values]]
