"""Dates from text and to text. Source: Microsoft Learn, "CAST and CONVERT" (styles), "date", "time",
"datetime" …
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from tests.engine.functions.asking import Asker, Refused

D = dt.date
T = dt.datetime

READ: list[tuple[str, Any]] = [
    # one date in every form
    *((f"CAST('{text}' AS date)", D(2020, 1, 31)) for text in (
        "20200131", "2020-01-31", "2020/01/31", "2020.01.31", "01/31/2020", "1/31/2020", "01-31-2020",
        "01.31.2020",
        "1/31/20", "200131", "Jan 31 2020", "January 31, 2020", "31 Jan 2020", "31 January, 2020",
        "2020 Jan 31",
        "2020-01-31T10:11:12", "2020-01-31 10:11:12", "2020-01-31 10:11:12.1234567", " 2020-01-31 ",
        "31Jan2020", "Jan 31 20",
    )),
    ("CAST('' AS date)", D(1900, 1, 1)),
    ("CAST('10:30' AS date)", D(1900, 1, 1)),
    ("CAST('2020' AS date)", D(2020, 1, 1)),
    ("CAST('Jan 2020' AS date)", D(2020, 1, 1)),
    ("CAST('0001-01-01' AS date)", D(1, 1, 1)),
    ("CAST('1/2/49' AS date)", D(2049, 1, 2)),
    ("CAST('1/2/50' AS date)", D(1950, 1, 2)),
    # times
    ("CAST('10:30' AS time(0))", dt.time(10, 30)),
    ("CAST('4PM' AS time(0))", dt.time(16)),
    ("CAST('4:05 pm' AS time(0))", dt.time(16, 5)),
    ("CAST('12:00AM' AS time(0))", dt.time(0)),
    ("CAST('12:30PM' AS time(0))", dt.time(12, 30)),
    ("CAST('10:11:12.345' AS time(3))", dt.time(10, 11, 12, 345000)),
    ("CAST('10:11:12:99' AS time(3))", dt.time(10, 11, 12, 99000)),
    ("CAST('10:11:12.9996' AS time(3))", dt.time(10, 11, 13)),
    # datetime rounds to .000, .003, .007
    *((f"CAST('2020-01-01 00:00:00.{ms:03d}' AS datetime)", T(2020, 1, 1) + dt.timedelta(milliseconds=to))
      for ms, to in ((990, 990), (991, 990), (992, 993), (993, 993), (994, 993), (995, 997), (998, 997),
      (999, 1000))),
    # smalldatetime rounds to the minute, datetime2 half up
    ("CAST('2020-01-01 12:35:29.998' AS smalldatetime)", T(2020, 1, 1, 12, 35)),
    ("CAST('2020-01-01 12:35:29.999' AS smalldatetime)", T(2020, 1, 1, 12, 36)),
    ("CAST('2020-01-01 00:00:00.1235' AS datetime2(3))", T(2020, 1, 1, 0, 0, 0, 124000)),
    ("CAST('2020-01-01 00:00:00.1234567' AS datetime2(3))", T(2020, 1, 1, 0, 0, 0, 123000)),
    ("CAST('2020-12-31 23:59:59.9995' AS datetime2(3))", T(2021, 1, 1)),
    ("CAST('2020-01-31T10:11:12Z' AS datetime)", T(2020, 1, 31, 10, 11, 12)),
    ("CAST('2020-01-31 10:11:12 +05:30' AS datetime2(0))", T(2020, 1, 31, 10, 11, 12)),
    # styles decide the order
    ("CONVERT(date, '02/01/2020', 103)", D(2020, 1, 2)),
    ("CONVERT(date, '02/01/2020', 101)", D(2020, 2, 1)),
    ("CONVERT(date, '02.01.2020', 104)", D(2020, 1, 2)),
    ("CONVERT(date, '02-01-2020', 105)", D(2020, 1, 2)),
    ("CONVERT(date, '20200102', 112)", D(2020, 1, 2)),
    ("CONVERT(date, '2020/01/02', 111)", D(2020, 1, 2)),
    ("CONVERT(date, '02/01/20', 3)", D(2020, 1, 2)),
    ("CONVERT(datetime, '02/01/2020 10:30:00', 103)", T(2020, 1, 2, 10, 30)),
    ("CONVERT(datetime, '2020-01-02T03:04:05', 126)", T(2020, 1, 2, 3, 4, 5)),
    ("CONVERT(datetime2(0), '2020-01-02 03:04:05', 120)", T(2020, 1, 2, 3, 4, 5)),
    # what is no date
    *((f"TRY_CAST('{text}' AS date)", None) for text in (
        "abc", "2020-02-30", "2020-13-01", "31/12/2020", "1/2", "2020-01-31T10", "2020-01-31 25:00",
        "24:00", "Foo 2020",
        "20201301", "2020-01-31 10:11:12.12345678", "12", "10000-01-01", "infinity", "epoch", "2020-1-1 x",
    )),
    ("TRY_CAST('2020-01-31T10:11' AS datetime)", None),
    ("TRY_CAST('2020-01-01 00:00:00.1234' AS datetime)", None),
    ("TRY_CAST('1752-12-31' AS datetime)", None),
    ("TRY_CAST('2079-06-07' AS smalldatetime)", None),
    ("TRY_CONVERT(date, '13/01/2020', 101)", None),
    # between types
    ("CAST(CAST('2020-01-02 03:04:05.678' AS datetime) AS date)", D(2020, 1, 2)),
    ("CAST(CAST('2020-01-02 03:04:05.678' AS datetime2(3)) AS time(0))", dt.time(3, 4, 6)),
    ("CAST(CAST('10:30' AS time(0)) AS datetime)", T(1900, 1, 1, 10, 30)),
    ("CAST(CAST('2020-01-02' AS date) AS datetime2(0))", T(2020, 1, 2)),
    ("CAST(CAST('2020-01-02 03:04:45' AS datetime2(0)) AS smalldatetime)", T(2020, 1, 2, 3, 5)),
    ("TRY_CAST(CAST('1000-01-01' AS date) AS datetime)", None),
    # numbers of days
    ("CAST(0 AS datetime)", T(1900, 1, 1)),
    ("CAST(1.5 AS datetime)", T(1900, 1, 2, 12)),
    ("CAST(-1 AS datetime)", T(1899, 12, 31)),
    ("CAST(CAST('1900-01-02 12:00' AS datetime) AS float)", 1.5),
    ("CAST(CAST('2024-06-01 13:30' AS datetime) AS float)", 45442.5625),
    ("CAST(CAST('2024-06-01 13:30' AS datetime) AS int)", 45443),
    ("CAST(CAST('1899-05-30 12:00' AS datetime) AS int)", -216),
]  # fmt: skip

MOMENT = "CAST('2020-01-02 15:04:05.678' AS datetime)"
PRECISE = "CAST('2020-01-02 15:04:05.678' AS datetime2(7))"
WRITTEN: list[tuple[str, str]] = [
    *((f"CONVERT(varchar(40), {MOMENT}, {style})", text) for style, text in {
        0: "Jan  2 2020  3:04PM", 1: "01/02/20", 2: "20.01.02", 3: "02/01/20", 4: "02.01.20", 5: "02-01-20",
        6: "02 Jan 20", 7: "Jan 02, 20", 8: "15:04:05", 9: "Jan  2 2020  3:04:05:677PM", 10: "01-02-20",
        11: "20/01/02", 12: "200102", 13: "02 Jan 2020 15:04:05:677", 14: "15:04:05:677",
        20: "2020-01-02 15:04:05",
        21: "2020-01-02 15:04:05.677", 22: "01/02/20  3:04:05 PM", 23: "2020-01-02", 24: "15:04:05",
        25: "2020-01-02 15:04:05.677", 100: "Jan  2 2020  3:04PM", 101: "01/02/2020", 102: "2020.01.02",
        103: "02/01/2020", 104: "02.01.2020", 105: "02-01-2020", 106: "02 Jan 2020", 107: "Jan 02, 2020",
        108: "15:04:05", 109: "Jan  2 2020  3:04:05:677PM", 110: "01-02-2020", 111: "2020/01/02",
        112: "20200102",
        113: "02 Jan 2020 15:04:05:677", 114: "15:04:05:677", 120: "2020-01-02 15:04:05",
        121: "2020-01-02 15:04:05.677", 126: "2020-01-02T15:04:05.677", 127: "2020-01-02T15:04:05.677",
    }.items()),
    (f"CAST({MOMENT} AS varchar(30))", "Jan  2 2020  3:04PM"),
    (f"CAST({PRECISE} AS varchar(30))", "2020-01-02 15:04:05.6780000"),
    ("CAST(CAST('2020-01-02 15:04:05' AS datetime2(0)) AS varchar(30))", "2020-01-02 15:04:05"),
    ("CAST(CAST('2020-01-02 15:04:05.5' AS datetime2(3)) AS varchar(30))", "2020-01-02 15:04:05.500"),
    (f"CONVERT(varchar(40), {PRECISE}, 109)", "Jan  2 2020  3:04:05.6780000PM"),
    (f"CONVERT(varchar(40), {PRECISE}, 126)", "2020-01-02T15:04:05.6780000"),
    ("CONVERT(varchar(40), CAST('2012-11-07 18:26:20' AS datetime), 126)", "2012-11-07T18:26:20"),
    ("CAST(CAST('2020-01-02' AS date) AS varchar(20))", "2020-01-02"),
    ("CONVERT(varchar(20), CAST('2020-01-02' AS date), 0)", "Jan  2 2020"),
    ("CONVERT(varchar(20), CAST('2020-01-02' AS date), 107)", "Jan 02, 2020"),
    ("CAST(CAST('15:04:05.5' AS time(7)) AS varchar(20))", "15:04:05.5000000"),
    ("CONVERT(varchar(20), CAST('15:04:05' AS time(0)), 100)", "3:04PM"),
    (f"CONVERT(varchar(10), {MOMENT}, 120)", "2020-01-02"),
    (f"CONVERT(char(7), {MOMENT}, 120)", "2020-01"),
    ("CAST(CAST('2020-01-02 15:04:05.5 +05:30' AS datetimeoffset(3)) AS varchar(40))",
     "2020-01-02 15:04:05.500 +05:30"),
    ("CONVERT(varchar(40), CAST('2020-01-02 15:04:05 -08:00' AS datetimeoffset(0)), 127)",
    "2020-01-02T23:04:05Z"),
]  # fmt: skip

ERRORS: list[tuple[str, int]] = [
    ("CAST('abc' AS date)", 241),
    ("CAST('2020-02-30' AS date)", 241),
    ("CAST('2020-02-30' AS datetime)", 242),
    ("CAST('1752-12-31' AS datetime)", 242),
    ("CAST('abc' AS datetime)", 241),
    ("CAST('abc' AS smalldatetime)", 295),
    ("CAST('2100-01-01' AS smalldatetime)", 242),
    ("CAST(CAST('1000-01-01' AS date) AS datetime)", 242),
    ("CAST(3000000 AS datetime)", 8115),
    (f"CONVERT(varchar(20), {MOMENT}, 999)", 281),
    (f"CONVERT(varchar(20), {MOMENT}, 130)", 50100),
    ("CONVERT(varchar(20), CAST('2020-01-02' AS date), 108)", 8114),
    ("CONVERT(varchar(20), CAST('10:00' AS time(0)), 101)", 8114),
    ("CAST(CAST('2020-01-02' AS date) AS time)", 529),
]


@pytest.mark.parametrize(("expression", "expected"), READ, ids=[v[0] for v in READ])
def test_a_date_is_read_as_sql_server_reads_it(tsql: Asker, expression: str, expected: Any) -> None:
    assert tsql.value(expression) == expected
    assert tsql.value_of_rows(expression) == expected


@pytest.mark.parametrize(("expression", "expected"), WRITTEN, ids=[v[0] for v in WRITTEN])
def test_a_date_is_written_in_the_style_asked_for(tsql: Asker, expression: str, expected: str) -> None:
    assert tsql.value(expression) == expected
    assert tsql.value_of_rows(expression) == expected


@pytest.mark.parametrize(("expression", "number"), ERRORS, ids=[v[0] for v in ERRORS])
def test_what_is_no_date_fails_with_sql_servers_number(tsql: Asker, expression: str, number: int) -> None:
    for got in (tsql.value(expression), tsql.value_of_rows(expression)):
        assert isinstance(got, Refused), got
        assert got.number == number


def test_an_offset_is_kept_beside_the_instant(tsql: Asker) -> None:
    zone = dt.timezone(dt.timedelta(hours=5, minutes=30))
    expected = T(2020, 1, 2, 15, 4, 5, tzinfo=zone)
    assert tsql.value("CAST('2020-01-02 15:04:05 +05:30' AS datetimeoffset(0))") == expected
