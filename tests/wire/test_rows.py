"""Rows encoded in chunks are what their values are one by one, whatever NULLs do to the quick way."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.wire.samples import SAMPLES

from tsqld.events import Column
from tsqld.tds.longvalues import CHUNK_END, SLICE, TEXT_POINTER
from tsqld.tds.protocol import TDS_71, TDS_72, TDS_74
from tsqld.tds.reader import Reader
from tsqld.tds.rows import Continued, RowEncoder, encode_value
from tsqld.tds.typeinfo import type_info
from tsqld.ticks import SECOND, clock, moment, zoned
from tsqld.types import (
    DATE,
    INT,
    MAX,
    SqlType,
    datetime2,
    datetimeoffset,
    decimal,
    nvarchar,
    time,
    varchar,
)

_COLUMNS = (
    Column("a", INT),
    Column("b", decimal(9, 2)),
    Column("c", nvarchar(20)),
    Column("d", DATE),
    Column("e", datetime2(3)),
    Column("f", datetime2(7)),
    Column("g", varchar(20)),
    Column("h", nvarchar(MAX)),
)
_ROW = st.tuples(
    st.none() | st.integers(-(2**31), 2**31 - 1),
    st.none() | st.decimals(-9999999, 9999999, places=2),
    st.none() | st.text(max_size=10),
    st.none() | st.dates(),
    st.none() | st.datetimes().map(lambda value: value.replace(microsecond=value.microsecond // 1000 * 1000)),
    st.none() | st.datetimes(),
    st.none() | st.text(max_size=10),
    st.none() | st.text(max_size=30),
)


def _one_by_one(columns: Sequence[Column], rows: Sequence[Sequence[Any]], version: int) -> bytes:
    encoded = b""
    for row in rows:
        encoded += b"\xd1"
        for column, value in zip(columns, row, strict=True):
            encoded += encode_value(column, value, version)
    return encoded


@given(st.lists(_ROW, max_size=20), st.sampled_from([TDS_71, TDS_72, TDS_74]))
def test_a_chunk_is_its_values_one_by_one(rows: list[tuple[Any, ...]], version: int) -> None:
    encoded = b"".join(RowEncoder(_COLUMNS, version).encode(rows))
    assert encoded == _one_by_one(_COLUMNS, rows, version)


@pytest.mark.parametrize("name", SAMPLES)
def test_a_null_among_values_changes_none_of_them(name: str) -> None:
    kind, values = SAMPLES[name]
    column = (Column("v", kind),)
    rows = [(value,) for value in values if value is not None]
    encoder = RowEncoder(column, TDS_74)
    assert b"".join(encoder.encode(rows)) == _one_by_one(column, rows, TDS_74)
    with_null = [*rows, (None,)]
    assert b"".join(encoder.encode(with_null)) == _one_by_one(column, with_null, TDS_74)


@pytest.mark.parametrize(
    ("kind", "value", "wire"),
    [
        ("int", -2, "04feffffff"),
        ("bigint", 1, "080100000000000000"),
        ("bit", True, "0101"),
        ("money", Decimal("-1.0000"), "08fffffffff0d8ffff"),
        ("smallmoney", Decimal("1.0001"), "0411270000"),
        ("date", dt.date(1, 1, 2), "03010000"),
        ("smalldatetime", dt.datetime(1900, 1, 2, 0, 1), "0401000100"),
        ("datetime", dt.datetime(1900, 1, 1, 0, 0, 0, 3000), "080000000001000000"),
        ("sql_variant", 7, "06000000380007000000"),
        ("sql_variant", {"type": "smallint", "text": "7"}, "0400000034000700"),
        ("sql_variant", {"type": "date", "text": "0001-01-02"}, "050000002800010000"),
        ("sql_variant", None, "00000000"),
    ],
)
def test_bytes_are_those_of_the_specification(kind: str, value: Any, wire: str) -> None:
    assert encode_value(Column("v", SqlType(kind)), value, TDS_74).hex() == wire


@pytest.mark.parametrize(
    ("kind", "value", "wire"),
    [
        ("bit", True, "3201"),
        ("tinyint", 255, "30ff"),
        ("smallint", -2, "34feff"),
        ("int", -2, "38feffffff"),
        ("bigint", 1, "7f0100000000000000"),
        ("real", 1.0, "3b0000803f"),
        ("float", 1.0, "3e000000000000f03f"),
        ("money", Decimal("-1.0000"), "3cfffffffff0d8ffff"),
        ("smallmoney", Decimal("1.0001"), "7a11270000"),
        ("smalldatetime", dt.datetime(1900, 1, 2, 0, 1), "3a01000100"),
        ("datetime", dt.datetime(1900, 1, 1, 0, 0, 0, 3000), "3d0000000001000000"),
        ("date", dt.date(1, 1, 2), "2803010000"),
    ],
)
def test_a_column_that_is_never_null_has_a_type_of_fixed_size(kind: str, value: Any, wire: str) -> None:
    column = Column("v", SqlType(kind), nullable=False)
    sent = type_info(column.type, nullable=False) + encode_value(column, value, TDS_74)
    assert sent.hex() == wire
    if kind != "date":
        with pytest.raises(ValueError, match="NOT NULL"):
            encode_value(column, None, TDS_74)


def test_a_decimal_in_a_variant_has_the_largest_size() -> None:
    sent = encode_value(Column("v", SqlType("sql_variant")), Decimal("-1.5"), TDS_74)
    assert sent.hex() == "15000000" + "6c02" + "0201" + "00" + "0f" + "00" * 15


def test_a_decimal_carries_sign_and_magnitude() -> None:
    column = Column("v", decimal(5, 2))
    assert encode_value(column, Decimal("1.5"), TDS_74).hex() == "050196000000"
    assert encode_value(column, Decimal("-1.50"), TDS_74).hex() == "050096000000"
    assert encode_value(column, 3, TDS_74).hex() == "05012c010000"


def test_a_seventh_digit_of_the_second_is_sent() -> None:
    ticks = 45 * SECOND + 1_234_567
    for column, value in (
        (Column("v", datetime2(7)), moment(ticks)),
        (Column("v", time(7)), clock(ticks)),
        (Column("v", datetimeoffset(7)), zoned(ticks, 0)),
    ):
        assert encode_value(column, value, TDS_74)[1:6] == ticks.to_bytes(5, "little")
    together = b"".join(RowEncoder((Column("v", datetime2(7)),), TDS_74).encode([(moment(ticks),)] * 2))
    assert together.count(ticks.to_bytes(5, "little")) == 2


def test_a_value_longer_than_its_column_is_never_sent() -> None:
    with pytest.raises(ValueError, match="longer than its column"):
        encode_value(Column("v", nvarchar(3)), "abcd", TDS_74)


def test_rows_travel_in_portions_of_bounded_size() -> None:
    portions = list(RowEncoder((Column("a", INT),), TDS_74).encode([(1,)] * 10_000))
    assert len(portions) == 10
    large = list(RowEncoder((Column("a", nvarchar(MAX)),), TDS_74).encode([("x" * 50_000,)] * 8))
    assert len(large) == 8


LONG = {
    "varchar": (varchar(MAX), "xyz" * 100_000, "latin-1"),
    "varchar beyond ASCII": (varchar(MAX), "xyä" * 100_000, "latin-1"),
    "nvarchar": (nvarchar(MAX), "x\N{GREEK SMALL LETTER BETA}\N{GRINNING FACE}" * 100_000, "utf-16-le"),
    "text": (SqlType("text"), "xyö" * 100_000, "latin-1"),
    "ntext": (SqlType("ntext"), "x\N{GRINNING FACE}" * 150_000, "utf-16-le"),
    "varbinary": (SqlType("varbinary", MAX), bytes(range(250)) * 1200, ""),
}


@pytest.mark.parametrize("name", LONG)
def test_a_long_value_is_told_in_slices_and_whole(name: str) -> None:
    kind, value, encoding = LONG[name]
    portions = list(RowEncoder((Column("a", INT), Column("b", kind)), TDS_74).encode([(7, value), (8, None)]))
    assert max(map(len, portions)) < 600_000
    reader = Reader(b"".join(portions))
    assert reader.take(6) == b"\xd1\x04\x07\0\0\0"
    if kind.length == MAX:
        told = reader.u64()
        assert reader.u32() <= 4 * SLICE
        raw = Reader(b"".join(portions), 6).chunks()
        assert raw is not None
        assert len(raw) == told
    else:
        assert reader.take(25) == TEXT_POINTER
        raw = reader.take(reader.u32())
    assert raw == (value.encode(encoding) if isinstance(value, str) else value)
    assert portions[-1].startswith(b"\xd1\x04\x08")


def test_a_row_that_has_begun_is_told_to_its_end() -> None:
    rows = [("a",), ("x" * 500_000,), ("b",)]
    portions = list(RowEncoder((Column("a", varchar(MAX)),), TDS_74).encode(rows))
    first = next(place for place, piece in enumerate(portions) if isinstance(piece, Continued))
    last = max(place for place, piece in enumerate(portions) if isinstance(piece, Continued))
    assert 0 < first < last == len(portions) - 2
    assert portions[last].endswith(CHUNK_END)
    assert portions[-1][0] == 0xD1
