"""Scalar functions by family: value and type of each documented case. Source: Microsoft Learn, each
function's page.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from tests.engine.functions.asking import Asker, Refused

D = Decimal
T = dt.datetime

STRINGS: list[tuple[str, str, Any]] = [
    ("LEN('abc  ')", "int", 3),
    ("LEN('')", "int", 0),
    ("LEN(N'日本😀')", "int", 4),
    ("LEN(123)", "int", 3),
    ("LEN(0x2020)", "int", 0),
    ("LEN(CAST('abc' AS varchar(max)))", "bigint", 3),
    ("DATALENGTH('abc  ')", "int", 5),
    ("DATALENGTH(N'日😀')", "int", 6),
    ("DATALENGTH(CAST(1 AS bigint))", "int", 8),
    ("DATALENGTH(CAST(1 AS decimal(19,4)))", "int", 9),
    ("LEFT('abcdef', 3)", "varchar(3)", "abc"),
    ("LEFT('abc', 10)", "varchar(3)", "abc"),
    ("LEFT(N'abc', 2)", "nvarchar(2)", "ab"),
    ("RIGHT('abcdef', 2)", "varchar(2)", "ef"),
    ("RIGHT('abc', 0)", "varchar(1)", ""),
    ("SUBSTRING('abcdef', 2, 3)", "varchar(3)", "bcd"),
    ("SUBSTRING('abcdef', 0, 3)", "varchar(3)", "ab"),
    ("SUBSTRING('abcdef', -1, 3)", "varchar(3)", "a"),
    ("SUBSTRING('abcdef', 5, 2147483647)", "varchar(6)", "ef"),
    ("SUBSTRING(0x010203, 2, 5)", "varbinary(3)", b"\x02\x03"),
    ("SUBSTRING(N'a😀b', 2, 3)", "nvarchar(3)", "😀b"),
    ("UPPER('aé')", "varchar(2)", "AÉ"),
    ("LOWER(N'AÉ')", "nvarchar(2)", "aé"),
    ("LTRIM('  a ')", "varchar(4)", "a "),
    ("RTRIM(' a ')", "varchar(3)", " a"),
    ("TRIM(' a ')", "varchar(3)", "a"),
    ("TRIM('xy' FROM 'xyaxy')", "varchar(5)", "a"),
    ("TRIM(LEADING '.' FROM '..a..')", "varchar(5)", "a.."),
    ("TRIM(TRAILING '.' FROM '..a..')", "varchar(5)", "..a"),
    ("LTRIM('00120', '0')", "varchar(5)", "120"),
    ("CHARINDEX('B', 'abcb')", "int", 2),
    ("CHARINDEX('b', 'abcb', 3)", "int", 4),
    ("CHARINDEX('', 'abc')", "int", 0),
    ("CHARINDEX('z', 'abc')", "int", 0),
    ("CHARINDEX('b', N'😀b')", "int", 3),
    ("CHARINDEX('b', 'ABC' COLLATE Latin1_General_CS_AS)", "int", 0),
    ("PATINDEX('%[0-9]%', 'abc123')", "int", 4),
    ("PATINDEX('%x', 'abx')", "int", 3),
    ("PATINDEX('a%', 'Abc')", "int", 1),
    ("PATINDEX('%ein%', 'Das ist ein Test')", "int", 9),
    ("REPLACE('aAbB', 'A', 'x')", "varchar(8000)", "xxbB"),
    ("REPLACE('abc', '', 'x')", "varchar(8000)", "abc"),
    ("REPLACE('abc', 'b', NULL)", "varchar(8000)", None),
    ("REPLACE(N'a.b', '.', '\\1')", "nvarchar(4000)", "a\\1b"),
    ("STUFF('abcdef', 2, 3, 'ijklmn')", "varchar(12)", "aijklmnef"),
    ("STUFF('abc', 0, 1, 'x')", "varchar(4)", None),
    ("STUFF('abc', 4, 1, 'x')", "varchar(4)", None),
    ("STUFF('abc', 2, 1, NULL)", "varchar(4)", "ac"),
    ("REVERSE('abc')", "varchar(3)", "cba"),
    ("TRANSLATE('2*[3+4]/{7-2}', '[]{}', '()()')", "varchar(13)", "2*(3+4)/(7-2)"),
    ("REPLICATE('ab', 3)", "varchar(6)", "ababab"),
    ("REPLICATE('ab', -1)", "varchar(8000)", None),
    ("LEN(REPLICATE('ab', 5000))", "int", 8000),
    ("SPACE(3) + '.'", "varchar(4)", "   ."),
    ("CONCAT('a', NULL, 1, 2.5)", "varchar(54)", "a12.5"),
    ("CONCAT(N'a', 'b')", "nvarchar(2)", "ab"),
    ("CONCAT_WS(',', 'a', NULL, 'b')", "varchar(4)", "a,b"),
    ("ASCII('€')", "int", 128),
    ("ASCII('')", "int", None),
    ("UNICODE(N'å')", "int", 229),
    ("CHAR(65)", "char(1)", "A"),
    ("CHAR(300)", "char(1)", None),
    ("NCHAR(8364)", "nchar(1)", "€"),
    ("QUOTENAME('abc[]def')", "nvarchar(258)", "[abc[]]def]"),
    ("QUOTENAME('a''b', '''')", "nvarchar(258)", "'a''b'"),
    ("QUOTENAME('a', 'x')", "nvarchar(258)", None),
    ("STR(123.45, 6, 1)", "varchar(6)", " 123.5"),
    ("STR(123.45, 2, 2)", "varchar(2)", "**"),
    ("STR(FLOOR(123.45), 8, 3)", "varchar(8)", " 123.000"),
    ("SOUNDEX('Smith')", "varchar(4)", "S530"),
    ("SOUNDEX('Smythe')", "varchar(4)", "S530"),
    ("DIFFERENCE('Smithers', 'Smythers')", "int", 4),
    ("DIFFERENCE('Anothers', 'Brothers')", "int", 2),
    ("STRING_ESCAPE('a/\"', 'json')", "nvarchar(max)", 'a\\/\\"'),
    ("PARSENAME('server.db.[my schema].t', 2)", "nvarchar(128)", "my schema"),
]  # fmt: skip

DATES: list[tuple[str, str, Any]] = [
    ("DATEADD(month, 1, '20060831')", "datetime", T(2006, 9, 30)),
    ("DATEADD(year, 1, CAST('2020-02-29' AS date))", "date", dt.date(2021, 2, 28)),
    ("DATEADD(hour, 25, CAST('10:00' AS time(3)))", "time(3)", dt.time(11)),
    ("DATEADD(day, 1.9, CAST('2020-01-01' AS date))", "date", dt.date(2020, 1, 2)),
    ("DATEADD(second, 29, CAST('2020-01-01' AS smalldatetime))", "smalldatetime", T(2020, 1, 1)),
    ("DATEADD(second, 30, CAST('2020-01-01' AS smalldatetime))", "smalldatetime", T(2020, 1, 1, 0, 1)),
    ("DATEADD(mcs, 5, CAST('2020-01-01' AS datetime2(7)))", "datetime2(7)", T(2020, 1, 1, 0, 0, 0, 5)),
    ("DATEADD(week, -1, CAST('2020-01-01' AS datetime2(0)))", "datetime2(0)", T(2019, 12, 25)),
    ("DATEADD(quarter, 1, CAST('2020-11-30' AS date))", "date", dt.date(2021, 2, 28)),
    ("DATEADD(day, 365, CAST('2000-01-01 01:01:01.111' AS datetime))", "datetime",
     T(2000, 12, 31, 1, 1, 1, 110000)),
    *((f"DATEDIFF({part}, '2005-12-31 23:59:59.9999999', '2006-01-01 00:00:00.0000000')", "int",
    1) for part in (
        "year", "quarter", "month", "dayofyear", "day", "week", "hour", "minute", "second", "millisecond",
        "microsecond")),
    ("DATEDIFF(day, '2036-03-01', '2036-02-28')", "int", -2),
    ("DATEDIFF(day, 0, CAST('2020-01-01' AS datetime))", "int", 43829),
    ("DATEDIFF(week, '2020-01-04', '2020-01-05')", "int", 1),
    ("DATEDIFF(hour, '10:30', '12:00')", "int", 2),
    ("DATEDIFF_BIG(second, '1900-01-01', '2020-01-01')", "bigint", 3786825600),
    ("DATEPART(week, '2020-01-05')", "int", 2),
    ("DATEPART(week, '2020-12-31')", "int", 53),
    ("DATEPART(weekday, '2020-01-05')", "int", 1),
    ("DATEPART(iso_week, '2021-01-03')", "int", 53),
    ("DATEPART(dayofyear, '2020-12-31')", "int", 366),
    ("DATEPART(tz, CAST('2020-01-01 10:00 +05:30' AS datetimeoffset(0)))", "int", 330),
    ("DATEPART(nanosecond, CAST('2020-01-01 10:00:00.123456' AS datetime2(6)))", "int", 123456000),
    ("DATEPART(year, '12:10:30.123')", "int", 1900),
    ("DATENAME(month, '2020-01-01')", "nvarchar(30)", "January"),
    ("DATENAME(weekday, '2020-01-05')", "nvarchar(30)", "Sunday"),
    ("DATENAME(year, '2020-01-05')", "nvarchar(30)", "2020"),
    ("YEAR(0)", "int", 1900),
    ("MONTH('2020-05-31')", "int", 5),
    ("DAY('2020-05-31')", "int", 31),
    *((f"DATETRUNC({part}, CAST('2021-12-08 11:30:15.123456' AS datetime2(7)))", "datetime2(7)", value)
      for part, value in {
        "year": T(2021, 1, 1), "quarter": T(2021, 10, 1), "month": T(2021, 12, 1), "week": T(2021, 12, 5),
        "iso_week": T(2021, 12, 6), "day": T(2021, 12, 8), "hour": T(2021, 12, 8, 11),
        "minute": T(2021, 12, 8, 11, 30), "second": T(2021, 12, 8, 11, 30, 15),
        "millisecond": T(2021, 12, 8, 11, 30, 15, 123000)}.items()),
    ("DATE_BUCKET(week, 5, CAST('2020-04-15 21:22:11' AS datetime2(0)))", "datetime2(0)", T(2020, 4, 6)),
    ("DATE_BUCKET(week, 5, CAST('2020-06-15 21:22:11' AS datetime2(0)), CAST('2019-01-01' AS datetime2(0)))",
     "datetime2(0)", T(2020, 6, 9)),
    ("DATE_BUCKET(day, 365, CAST('2000-01-01 01:01:01.111' AS datetime2(3)))", "datetime2(3)", T(1999, 12,
    8)),
    ("EOMONTH('2020-02-10')", "date", dt.date(2020, 2, 29)),
    ("EOMONTH('2020-01-31', 1)", "date", dt.date(2020, 2, 29)),
    ("ISDATE('2020-01-01')", "int", 1),
    ("ISDATE('2020-02-30')", "int", 0),
    ("ISDATE('')", "int", 0),
    ("DATEFROMPARTS(2020, 2, 29)", "date", dt.date(2020, 2, 29)),
    ("DATEFROMPARTS(2020, NULL, 29)", "date", None),
    ("DATETIMEFROMPARTS(2020, 1, 2, 3, 4, 5, 678)", "datetime", T(2020, 1, 2, 3, 4, 5, 677000)),
    ("DATETIME2FROMPARTS(2020, 1, 2, 3, 4, 5, 5, 1)", "datetime2(1)", T(2020, 1, 2, 3, 4, 5, 500000)),
    ("SMALLDATETIMEFROMPARTS(2020, 1, 2, 3, 4)", "smalldatetime", T(2020, 1, 2, 3, 4)),
    ("TIMEFROMPARTS(23, 59, 59, 0, 0)", "time(0)", dt.time(23, 59, 59)),
    ("CAST(SWITCHOFFSET(CAST('2020-01-01 10:00 +05:30' AS datetimeoffset(0)), '-08:00') AS varchar(30))",
     "varchar(30)", "2019-12-31 20:30:00 -08:00"),
    ("CAST(TODATETIMEOFFSET(CAST('2020-01-01 10:00' AS datetime2(0)), 120) AS varchar(30))", "varchar(30)",
     "2020-01-01 10:00:00 +02:00"),
    *((f"CAST(CAST('{local}' AS datetime2(0)) AT TIME ZONE 'Central European Standard Time' AS varchar(30))",
       "varchar(30)", text) for local, text in {
        "2015-03-29T01:01:00": "2015-03-29 01:01:00 +01:00",
        "2015-03-29T02:01:00": "2015-03-29 03:01:00 +02:00",
        "2015-10-25T02:00:00": "2015-10-25 02:00:00 +02:00",
        "2015-10-25T03:01:00": "2015-10-25 03:01:00 +01:00"}.items()),
]  # fmt: skip

MATHS: list[tuple[str, str, Any]] = [
    ("ABS(-5)", "int", 5),
    ("ABS(-1.50)", "numeric(3,2)", D("1.50")),
    ("SIGN(-2.5)", "numeric(2,1)", D("-1.0")),
    ("FLOOR(-123.45)", "numeric(5,0)", D("-124")),
    ("CEILING(0.7)", "numeric(1,0)", D("1")),
    ("FLOOR($123.45)", "money", D("123.0000")),
    ("CEILING(1.2e0)", "float", 2.0),
    ("ROUND(123.9994, 3)", "numeric(7,4)", D("123.9990")),
    ("ROUND(123.9995, 3)", "numeric(7,4)", D("124.0000")),
    ("ROUND(748.58, -1)", "numeric(5,2)", D("750.00")),
    ("ROUND(748.58, -4)", "numeric(5,2)", D("0.00")),
    ("ROUND(CAST(748.58 AS decimal(6,2)), -3)", "decimal(6,2)", D("1000.00")),
    ("ROUND(150.75, 0, 1)", "numeric(5,2)", D("150.00")),
    ("ROUND(-2.5, 0)", "numeric(2,1)", D("-3.0")),
    ("ROUND(2.5e0, 0)", "float", 3.0),
    ("ROUND(155, -1)", "int", 160),
    ("ROUND($1.23456, 2)", "money", D("1.2300")),
    ("POWER(2, 3)", "int", 8),
    ("POWER(2, -100.0)", "int", 0),
    ("POWER(2.0, 3)", "numeric(38,1)", D("8.0")),
    ("POWER(2.5e0, 3)", "float", 15.625),
    ("SQRT(16)", "float", 4.0),
    ("SQUARE(5)", "float", 25.0),
    ("LOG(8, 2)", "float", 3.0),
    ("LOG10(100)", "float", 2.0),
    ("EXP(0)", "float", 1.0),
    ("ATN2(0, 1)", "float", 0.0),
    ("DEGREES(1)", "int", 57),
    ("DEGREES(1.0)", "numeric(38,18)", D("57.295779513082322865")),
    ("RADIANS(90)", "int", 1),
    ("ISNULL(CAST(NULL AS varchar(2)), 'abcdef')", "varchar(2)", "ab"),
    ("ISNULL(NULL, 5)", "int", 5),
    ("ISNULL(CAST(NULL AS int), '+')", "int", 0),
    ("COALESCE(NULL, 1, 2.5)", "numeric(2,1)", D("1.0")),
    ("CHOOSE(2, 'a', 'bb')", "varchar(2)", "bb"),
    ("CHOOSE(5, 'a', 'b')", "varchar(1)", None),
    ("GREATEST('6.62', 3.1415, N'7')", "numeric(5,4)", D("7.0000")),
    ("GREATEST('Glacier', N'Joshua Tree', 'Mount Rainier')", "nvarchar(13)", "Mount Rainier"),
    ("LEAST(3, NULL, 1)", "int", 1),
    ("LEAST('b', 'A')", "varchar(1)", "A"),
    *((f"ISNUMERIC('{text}')", "int", number) for text, number in {
        "12": 1, "-1.5": 1, "1e2": 1, "$": 1, "+": 1, ",": 1, ".": 1, "1,000": 1, "e": 0, "": 0, "abc": 0,
        "#": 0,
        "1-": 0}.items()),
    ("ISNUMERIC(5)", "int", 1),
    ("LEFT_SHIFT(12345, 5)", "int", 395040),
    ("RIGHT_SHIFT(12345, 5)", "int", 385),
    ("BIT_COUNT(CAST(-1 AS smallint))", "bigint", 16),
    ("GET_BIT(8, 3)", "bit", True),
    ("SET_BIT(0, 2)", "int", 4),
]  # fmt: skip

DOC = """{"a":1.50,"b":"x\\u0041","c":[1,{"d":true}],"e":null, "f": { "g" : 1 } }"""
JSON: list[tuple[str, str, Any]] = [
    (f"ISJSON('{DOC}')", "int", 1),
    ("ISJSON('abc')", "int", 0),
    ("ISJSON('1')", "int", 0),
    (f"JSON_VALUE('{DOC}', '$.a')", "nvarchar(4000)", "1.50"),
    (f"JSON_VALUE('{DOC}', '$.b')", "nvarchar(4000)", "xA"),
    (f"JSON_VALUE('{DOC}', '$.c[1].d')", "nvarchar(4000)", "true"),
    (f"JSON_VALUE('{DOC}', '$.c')", "nvarchar(4000)", None),
    (f"JSON_VALUE('{DOC}', '$.e')", "nvarchar(4000)", None),
    (f"JSON_VALUE('{DOC}', '$.zz')", "nvarchar(4000)", None),
    ('JSON_VALUE(\'{"a b":"x"}\', \'$."a b"\')', "nvarchar(4000)", "x"),
    (f"JSON_QUERY('{DOC}', '$.f')", "nvarchar(max)", '{ "g" : 1 }'),
    (f"JSON_QUERY('{DOC}', '$.a')", "nvarchar(max)", None),
    ("JSON_MODIFY('{\"a\":1,\"b\":2}', '$.a', 5)", "nvarchar(max)", '{"a":5,"b":2}'),
    ("JSON_MODIFY('{\"a\":1,\"b\":2}', '$.a', NULL)", "nvarchar(max)", '{"b":2}'),
    ("JSON_MODIFY('{\"a\":1}', '$.c', 'x/y')", "nvarchar(max)", '{"a":1,"c":"x\\/y"}'),
    ("JSON_MODIFY('{\"a\":[1]}', 'append $.a', 2)", "nvarchar(max)", '{"a":[1,2]}'),
    ("JSON_MODIFY('{\"a\":1}', '$.a', JSON_QUERY('[7,8]'))", "nvarchar(max)", '{"a":[7,8]}'),
    ("JSON_PATH_EXISTS('{\"a\":1}', '$.a')", "int", 1),
    ("JSON_OBJECT('a': 1, 'b': 'x', 'c': NULL)", "nvarchar(max)", '{"a":1,"b":"x","c":null}'),
    ("JSON_OBJECT('a': NULL ABSENT ON NULL)", "nvarchar(max)", "{}"),
    ("JSON_ARRAY(1, NULL, 'x', CAST(1 AS bit))", "nvarchar(max)", '[1,"x",true]'),
]

FORMATS: list[tuple[str, str, Any]] = [
    (f"FORMAT({value}, '{pattern}'{culture})", "nvarchar(4000)", text) for value, pattern, culture, text in (
        ("123456789", "###-##-####", "", "123-45-6789"), ("1234.567", "N", "", "1,234.57"),
        ("1234.567", "N", ", 'de-de'", "1.234,57"), ("1.0002", "C", ", 'en-us'", "$1.00"),
        ("1.55", "C", ", 'de-de'", "1,55 €"), ("-1234.567", "C", "", "($1,234.57)"), ("0.1234", "P1", "",
        "12.3%"),
        ("1.5500", "G", "", "1.5500"), ("255", "X", "", "FF"), ("5", "D5", "", "00005"), ("5.5", "D5", "",
        None),
        ("1234.5", "#,##0.00", "", "1,234.50"), ("0.5", "#.##", "", ".5"), ("-5", "0;(0)", "", "(5)"),
        ("0", "0;(0);zero", "", "zero"), ("12345678", "0,,.0M", "", "12.3M"), ("0.256", "0.0%", "", "25.6%"),
        ("12", "0000", "", "0012"), ("1234567.891e0", "E2", "", "1.23E+006"),
        ("CAST('2024-08-09' AS date)", "d", ", 'en-US'", "8/9/2024"),
        ("CAST('2024-08-09' AS date)", "d", ", 'en-gb'", "09/08/2024"),
        ("CAST('2024-08-09' AS date)", "d", ", 'de-de'", "09.08.2024"),
        ("CAST('2024-08-09' AS date)", "D", "", "Friday, August 9, 2024"),
        ("CAST('2024-08-09' AS date)", "D", ", 'de-de'", "Freitag, 9. August 2024"),
        ("CAST('2024-08-09' AS date)", "dd/MM/yyyy", "", "09/08/2024"),
        ("CAST('2018-01-01 14:00' AS datetime2(0))", "hh:mm tt", "", "02:00 PM"),
        ("CAST('2018-01-01 01:00' AS datetime2(0))", "hh:mm t", "", "01:00 A"),
        ("CAST('2018-01-01 14:00' AS datetime2(0))", "HH:mm", "", "14:00"),
        ("CAST('2018-01-01 14:00' AS datetime2(0))", "yyyyMMdd_HHmm", "", "20180101_1400"),
        ("CAST('07:35' AS time)", "hh:mm", "", None), ("CAST('07:35' AS time)", "hh\\:mm", "", "07:35"),
    )
]  # fmt: skip

HASHES: list[tuple[str, str, Any]] = [
    ("HASHBYTES('MD5', 'abc')", "varbinary(8000)", bytes.fromhex("900150983cd24fb0d6963f7d28e17f72")),
    ("HASHBYTES('SHA1', 'abc')", "varbinary(8000)",
    bytes.fromhex("a9993e364706816aba3e25717850c26c9cd0d89d")),
    ("HASHBYTES('SHA2_256', 'abc')", "varbinary(8000)",
     bytes.fromhex("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")),
    ("HASHBYTES('SHA2_256', N'abc')", "varbinary(8000)",
     bytes.fromhex("13e228567e8249fce53337f25d7970de3bd68ab2653424c7b8f9fd05e33caedf")),
]  # fmt: skip

EVERY = STRINGS + DATES + MATHS + JSON + FORMATS + HASHES

ERRORS: list[tuple[str, int]] = [
    ("LEFT('abc', -1)", 537),
    ("RIGHT('abc', -1)", 536),
    ("SUBSTRING('abc', 1, -1)", 537),
    ("SUBSTRING(123, 1, 1)", 8116),
    ("TRANSLATE('abc', 'ab', 'x')", 9828),
    ("LEFT('a')", 174),
    ("CONCAT('a')", 189),
    ("SUBSTRING('a')", 174),
    ("NO_SUCH_FUNCTION(1)", 195),
    ("DATEADD(year, 2147483647, '20060731')", 517),
    ("DATEADD(foo, 1, '20060731')", 155),
    ("DATEADD(hour, 1, CAST('2020-01-01' AS date))", 9810),
    ("DATEDIFF(second, '1900-01-01', '2020-01-01')", 535),
    ("DATEPART(year, CAST('10:00' AS time))", 9810),
    ("DATEFROMPARTS(2021, 2, 29)", 289),
    ("SWITCHOFFSET(CAST('2020-01-01' AS datetimeoffset(0)), 'x')", 9812),
    ("CAST('2020-01-01' AS datetime) AT TIME ZONE 'Nowhere'", 9820),
    ("DATETRUNC(week, CAST('0001-01-01' AS date))", 9837),
    ("DATE_BUCKET(day, -1, CAST('2020-01-01' AS date))", 9834),
    ("ROUND(748.58, -3)", 8115),
    ("ROUND(0.7, 0)", 8115),
    ("ABS(CAST(-2147483648 AS int))", 8115),
    ("POWER(2, 31)", 232),
    ("SQRT(-1)", 3623),
    ("LOG(0)", 3623),
    ("EXP(1000)", 8115),
    ("FORMAT(1, 'N', 'cs-CZ')", 50100),
    ("JSON_VALUE('{bad', '$.a')", 13609),
    ("JSON_VALUE('{}', 'a')", 13607),
    ("JSON_VALUE('{}', 'strict $.a')", 13608),
    ("JSON_VALUE('{\"a\":[]}', 'strict $.a')", 13623),
    ("GET_BIT(1, 32)", 9838),
    ("PARSE('abc' AS int)", 9819),
]  # fmt: skip


@pytest.mark.parametrize(("expression", "type_", "expected"), EVERY, ids=[v[0] for v in EVERY])
def test_a_function_gives_the_documented_value_and_type(
    tsql: Asker, expression: str, type_: str, expected: Any
) -> None:
    assert tsql.value(expression) == expected
    assert tsql.type_of(expression) == type_


ROWS = [case for case in EVERY if not case[0].startswith(("HASHBYTES", "STRING_ESCAPE"))]


@pytest.mark.parametrize(("expression", "type_", "expected"), ROWS, ids=[v[0] for v in ROWS])
def test_a_function_gives_the_same_over_columns(
    tsql: Asker, expression: str, type_: str, expected: Any
) -> None:
    assert tsql.value_of_rows(expression) == expected, type_


@pytest.mark.parametrize(("expression", "number"), ERRORS, ids=[v[0] for v in ERRORS])
def test_a_function_fails_with_sql_servers_number(tsql: Asker, expression: str, number: int) -> None:
    got = tsql.value(expression)
    assert isinstance(got, Refused), got
    assert got.number == number


PARSED: list[tuple[str, Any]] = [
    ("PARSE('1,234.56' AS decimal(10,2))", D("1234.56")),
    ("PARSE('$1,234.56' AS money USING 'en-US')", D("1234.5600")),
    ("PARSE('Monday, 13 December 2010' AS datetime2(0) USING 'en-US')", T(2010, 12, 13)),
    ("TRY_PARSE('abc' AS int)", None),
    ("TRY_PARSE('2010-13-01' AS date)", None),
]


@pytest.mark.parametrize(("expression", "expected"), PARSED, ids=[v[0] for v in PARSED])
def test_parse_reads_what_dot_net_reads(tsql: Asker, expression: str, expected: Any) -> None:
    assert tsql.value(expression) == expected


def test_hashes_of_rows_are_those_of_constants(tsql: Asker) -> None:
    query = (
        "SELECT COUNT(*) FROM (VALUES (N'abc'), (N'é'), (N''), (N'a' + NCHAR(13) + NCHAR(10)), "
        "(N'日本')) AS v(t) "
        "WHERE HASHBYTES('SHA2_256', v.t) = HASHBYTES('SHA2_256', CAST(v.t AS varbinary(50)))"
    )
    assert tsql.rows(query) == [(5,)]


def test_tables_are_made_from_text_numbers_and_json(tsql: Asker) -> None:
    assert tsql.rows("SELECT value, ordinal FROM STRING_SPLIT('a,b,,c', ',', 1)") == [
        ("a", 1), ("b", 2), ("", 3), ("c", 4)]  # fmt: skip
    assert tsql.rows("SELECT value FROM GENERATE_SERIES(5, 1, -2)") == [(5,), (3,), (1,)]
    assert tsql.rows("SELECT value FROM GENERATE_SERIES(0.0, 1.0, 0.5)") == [
        (D("0.0"),),
        (D("0.5"),),
        (D("1.0"),),
    ]
    assert tsql.rows("""SELECT [key], value, type FROM OPENJSON('{"a":1.50,"b":null,"c":[1]}')""") == [
        ("a", "1.50", 2), ("b", None, 0), ("c", "[1]", 4)]  # fmt: skip
    query = """SELECT id, d, o FROM OPENJSON('[{"id":"2","d":"2020-01-02","o":{"k":1}}]')
               WITH (id int, d date, o nvarchar(max) '$.o' AS JSON)"""
    assert tsql.rows(query) == [(2, dt.date(2020, 1, 2), '{"k":1}')]


def test_numbers_formatted_inside_duckdb_are_those_formatted_by_dot_nets_rules(tsql: Asker) -> None:
    for number in ("1234.567", "-1234.567", "-0.001", "0", "5", "-1234567", "12345678901234567890.5"):
        for pattern in ("N", "N0", "F1", "0.00", "#,##0.00", "#,0", "0"):
            quick = tsql.value(f"FORMAT({number}, '{pattern}')")
            assert quick == tsql.value(f"FORMAT({number}, CONCAT('{pattern}', ''))"), (number, pattern)


def test_compressed_bytes_decompress_to_what_they_were(tsql: Asker) -> None:
    assert tsql.value("CAST(DECOMPRESS(COMPRESS(N'abc')) AS nvarchar(10))") == "abc"
