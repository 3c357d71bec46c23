"""The text of a field as a value of its column's type."""

from __future__ import annotations

import datetime
import uuid
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.engine.bulk.loading import Loader, columns
from tests.soak import times

from tsqld.types import (
    BIGINT,
    BIT,
    DATE,
    DATETIME,
    FLOAT,
    INT,
    MAX,
    MONEY,
    REAL,
    SMALLINT,
    SMALLMONEY,
    TINYINT,
    UNIQUEIDENTIFIER,
    SqlType,
    datetime2,
    datetimeoffset,
    decimal,
    nvarchar,
    varbinary,
    varchar,
)

SETTINGS = settings(
    max_examples=times(30, 2000), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
GUID = "6F9619FF-8B86-D011-B42D-00C04FC964FF"


def outcomes(load: Loader, type: SqlType, *fields: str) -> list[object]:
    """For each field, its value or the number of its error."""
    content = "".join(f"{field}\n" for field in fields).encode()
    opened = load.source(content, [("MAXERRORS", 1000)], columns(type))
    values = iter(row[0] for row in load.read(opened))
    failed = {int(found.message.split("row ")[1].split(",")[0]): found.number for found in opened.messages}
    return [failed[row] if row in failed else next(values) for row in range(1, len(fields) + 1)]


def test_integers_have_neither_point_nor_exponent(load: Loader) -> None:
    fields = [" 12 ", "- 3", "0012", "+7", "1.0", "1e2", "x", "0x1f", "1_000", "", "-", "2147483648"]
    assert outcomes(load, INT, *fields) == [12, -3, 12, 7, 4864, 4864, 4864, 4864, 4864, None, 4864, 4867]


@pytest.mark.parametrize(
    ("type", "low", "high"),
    [
        (TINYINT, 0, 255),
        (SMALLINT, -(2**15), 2**15 - 1),
        (INT, -(2**31), 2**31 - 1),
        (BIGINT, -(2**63), 2**63 - 1),
    ],
)
def test_integers_overflow_at_their_bounds(load: Loader, type: SqlType, low: int, high: int) -> None:
    fields = [str(low), str(low - 1), str(high), str(high + 1), "9" * 60]
    assert outcomes(load, type, *fields) == [low, 4867, high, 4867, 4867]


def test_bit_is_zero_or_one(load: Loader) -> None:
    assert outcomes(load, BIT, "1", "0", "true", " 1", "2", "") == [True, False, 4864, 4864, 4864, None]


def test_decimals_are_rounded_and_have_no_exponent(load: Loader) -> None:
    fields = ["1.005", "-0.5", "999.995", "123456", "1e2", "1,5", ".5", "5.", " +2 ", "- 1", "."]
    assert outcomes(load, decimal(5, 2), *fields) == [
        Decimal("1.01"),
        Decimal("-0.50"),
        4863,
        4863,
        4864,
        4864,
        Decimal("0.50"),
        Decimal("5.00"),
        Decimal("2.00"),
        4864,
        4864,
    ]


@SETTINGS
@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**9), max_value=10**9, places=12))
def test_decimals_are_rounded_half_away_from_zero(load: Loader, number: Decimal) -> None:
    expected = number.quantize(Decimal("0.0001"), ROUND_HALF_UP)
    assert outcomes(load, decimal(19, 4), f"{number:f}") == [expected]


def test_money_has_thousands_separators_and_no_currency(load: Loader) -> None:
    fields = ["1,000.50", "$5", "922337203685477.5807", "922337203685477.5808", "1.00005", "1.5,0", "-2"]
    assert outcomes(load, MONEY, *fields) == [
        Decimal("1000.5"),
        4864,
        Decimal("922337203685477.5807"),
        4867,
        Decimal("1.0001"),
        4864,
        Decimal(-2),
    ]
    assert outcomes(load, SMALLMONEY, "214748.3647", "214748.3648") == [Decimal("214748.3647"), 4867]


def test_floats_may_have_an_exponent(load: Loader) -> None:
    fields = ["2.5e3", " -1E-3 ", ".5", "5.", "inf", "NaN", "1,5", "1e400", "1_0", "0x10"]
    assert outcomes(load, FLOAT, *fields) == [2500.0, -0.001, 0.5, 5.0, 4864, 4864, 4864, 4864, 4864, 4864]
    assert outcomes(load, REAL, "1.5", "1e40", "-2") == [1.5, 4864, -2.0]


@SETTINGS
@given(st.floats(allow_nan=False, allow_infinity=False))
def test_floats_come_back_exactly(load: Loader, number: float) -> None:
    assert outcomes(load, FLOAT, repr(number)) == [number]


def test_dates_and_times_are_read_to_seven_digits(load: Loader) -> None:
    moment = datetime.datetime(2024, 1, 2, 3, 4, 5)
    assert outcomes(load, DATE, "2024-01-02", "20240102", "2024-13-01", "x") == [
        moment.date(),
        moment.date(),
        4864,
        4864,
    ]
    assert outcomes(load, DATETIME, "2024-01-02 03:04:05.1234560", "2024-01-02T03:04:05", "notadate") == [
        moment.replace(microsecond=123000),
        moment,
        4864,
    ]
    assert outcomes(load, datetime2(0), "2024-01-02 03:04:04.6") == [moment]
    assert outcomes(load, datetimeoffset(0), "2024-01-02 04:04:05 +01:00") == [{"utc": moment, "minutes": 60}]


def test_a_hundred_nanoseconds_are_refused_by_name(load: Loader) -> None:
    problem = load.error(b"2024-01-02 03:04:05.1234567\n", [], columns(datetime2(7)))
    assert (problem.number, "seventh digit" in problem.message) == (50100, True)


def test_identifiers_are_read_as_cast_reads_them(load: Loader) -> None:
    assert outcomes(load, UNIQUEIDENTIFIER, GUID, GUID.lower(), "{" + GUID + "}", "notaguid") == [
        uuid.UUID(GUID),
        uuid.UUID(GUID),
        uuid.UUID(GUID),
        4864,
    ]


def test_bytes_are_hexadecimal_without_a_prefix(load: Loader) -> None:
    fields = ["0a0B", "0x0A", "A", "zz", "0102030405", ""]
    assert outcomes(load, varbinary(4), *fields) == [b"\x0a\x0b", 4864, 4863, 4864, 4863, None]
    assert outcomes(load, SqlType("binary", 3), "0a") == [b"\x0a\0\0"]
    assert outcomes(load, varbinary(MAX), "ff" * 9000) == [b"\xff" * 9000]


def test_fixed_length_text_is_filled_up(load: Loader) -> None:
    assert outcomes(load, SqlType("nchar", 4), "ab", "😀", "abcde") == ["ab  ", "😀  ", 4864]
    assert outcomes(load, SqlType("char", 3), "é", "abcd") == ["é  ", 4863]


def test_varchar_keeps_what_its_code_page_has(load: Loader) -> None:
    assert outcomes(load, varchar(3), "é€x", "漢a", "😀b") == ["é€x", "?a", "??b"]
    assert outcomes(load, nvarchar(3), "漢a") == ["漢a"]


def test_types_that_text_cannot_be_loaded_into_are_refused(load: Loader) -> None:
    for type in (SqlType("xml"), SqlType("sql_variant")):
        assert load.chain(b"a\n", [], columns(type)) == [50100]
