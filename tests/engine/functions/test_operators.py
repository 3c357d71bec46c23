"""Operators: types, values, errors. Source: Microsoft Learn, "Arithmetic operators", "Precision, scale, and
length".
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from tests.engine.functions.asking import Asker, Refused

D = Decimal

VALUES: list[tuple[str, str, Any]] = [
    ("7 / 2", "int", 3),
    ("-7 / 2", "int", -3),
    ("7 % 3", "int", 1),
    ("-7 % 3", "int", -1),
    ("CAST(5 AS tinyint) + CAST(6 AS tinyint)", "tinyint", 11),
    ("CAST(5 AS smallint) * 2", "int", 10),
    ("CAST(5 AS bigint) + 1", "bigint", 6),
    ("1.0 / 3", "numeric(7,6)", D("0.333333")),
    ("2.0 / 3", "numeric(7,6)", D("0.666666")),
    ("1 / 3.0", "numeric(8,6)", D("0.333333")),
    ("1.5 * 1.25", "numeric(6,3)", D("1.875")),
    ("1.5 + 1.25", "numeric(4,2)", D("2.75")),
    ("7.5 % 2", "numeric(2,1)", D("1.5")),
    ("3000000000 - 1", "numeric(11,0)", D("2999999999")),
    ("CAST(0.0000009000 AS decimal(30,20)) * CAST(1.0000000000 AS decimal(30,20))", "decimal(38,17)",
     D("0.00000090000000000")),
    ("CAST(0.0000009000 AS decimal(30,10)) * CAST(1.0000000000 AS decimal(30,10))", "decimal(38,6)",
    D("0.000001")),
    ("CAST(1.67574 AS decimal(38,10)) / CAST(10000 AS decimal(38,10))", "decimal(38,6)", D("0.000167")),
    ("CAST(10 AS int) / CAST(4 AS decimal(9,2))", "decimal(22,10)", D("2.5")),
    ("$2 / 3", "money", D("0.6666")),
    ("$1.2345 * $1.2345", "money", D("1.5240")),
    ("$1 * 1.5", "numeric(22,5)", D("1.5")),
    ("$100 / $339 * 10000", "money", D("2949.0000")),
    ("1.5 + 1e0", "float", 2.5),
    ("1e0 / 4", "float", 0.25),
    ("'5' + 1", "int", 6),
    ("'1' + '2'", "varchar(2)", "12"),
    ("'a' + N'b'", "nvarchar(2)", "ab"),
    ("'a' + NULL", "varchar(2)", None),
    ("CAST('a' AS char(3)) + 'b'", "varchar(4)", "a  b"),
    ("0x01 + 0x0203", "varbinary(3)", b"\x01\x02\x03"),
    ("5 & 3", "int", 1),
    ("5 | 3", "int", 7),
    ("5 ^ 3", "int", 6),
    ("~5", "int", -6),
    ("~CAST(5 AS tinyint)", "tinyint", 250),
    ("~CAST(1 AS bit)", "bit", False),
    ("CAST(1 AS bit) & CAST(0 AS bit)", "bit", False),
    ("CAST(1 AS bit) & 3", "int", 1),
    ("-CAST(5 AS tinyint)", "smallint", -5),
    ("-1.50", "numeric(3,2)", D("-1.50")),
    ("CAST(-2147483647 AS int) % -1", "int", 0),
    ("CAST('2020-01-01' AS datetime) + 1", "datetime", dt.datetime(2020, 1, 2)),
    ("CAST('2020-01-01' AS datetime) - 0.5", "datetime", dt.datetime(2019, 12, 31, 12)),
    ("CAST('2020-01-03' AS datetime) - CAST('2020-01-01' AS datetime)", "datetime", dt.datetime(1900, 1, 3)),
    ("CAST('2020-01-01' AS smalldatetime) + 1", "smalldatetime", dt.datetime(2020, 1, 2)),
    ("REPLICATE('a', 8000) + 'b'", "varchar(8000)", "a" * 8000),
    ("LEN(CAST(REPLICATE('a', 8000) AS varchar(max)) + 'b')", "bigint", 8001),
]  # fmt: skip

ERRORS: list[tuple[str, int, str]] = [
    ("1 / 0", 8134, "Divide by zero error encountered."),
    ("1 % 0", 8134, "Divide by zero error encountered."),
    ("1.0 / 0", 8134, "Divide by zero error encountered."),
    ("1e0 / 0", 8134, "Divide by zero error encountered."),
    ("$1 / 0", 8134, "Divide by zero error encountered."),
    ("1.0 % 0", 8134, "Divide by zero error encountered."),
    ("2147483647 + 1", 8115, "Arithmetic overflow error converting expression to data type int."),
    ("CAST(-2147483648 AS int) - 1", 8115,
    "Arithmetic overflow error converting expression to data type int."),
    ("2147483647 * 2", 8115, "Arithmetic overflow error converting expression to data type int."),
    ("CAST(200 AS tinyint) + CAST(100 AS tinyint)", 8115,
     "Arithmetic overflow error converting expression to data type tinyint."),
    ("CAST(5 AS tinyint) - CAST(6 AS tinyint)", 8115,
     "Arithmetic overflow error converting expression to data type tinyint."),
    ("CAST(9223372036854775807 AS bigint) + 1", 8115,
     "Arithmetic overflow error converting expression to data type bigint."),
    ("CAST(922337203685477 AS money) * 10", 8115,
     "Arithmetic overflow error converting expression to data type money."),
    ("99999999999999999999999999999999999999 + 1", 8115,
     "Arithmetic overflow error converting expression to data type numeric."),
    ("1e308 * 10", 8115, "Arithmetic overflow error converting expression to data type float."),
    ("'abc' + 1", 245, "Conversion failed when converting the varchar value 'abc' to data type int."),
    ("'a' - 'b'", 8117, "Operand data type varchar is invalid for subtract operator."),
    (
        "CAST(1 AS bit) + CAST(1 AS bit)",
        402,
        "The data types bit and bit are incompatible in the add operator.",
    ),
    ("CAST('2020-01-01' AS date) + 1", 206, "Operand type clash: date is incompatible with int"),
    ("CAST('2020-01-01' AS datetime2(3)) - 1", 206, "Operand type clash: datetime2 is incompatible with int"),
    ("CAST('2020-01-01' AS date) - CAST('2020-01-01' AS date)", 8117,
     "Operand data type date is invalid for subtract operator."),
    ("CAST('2020-01-01' AS datetime) + CAST('10:00' AS time)", 402,
     "The data types datetime and time are incompatible in the add operator."),
    ("1.5 & 1", 402, "The data types numeric and int are incompatible in the '&' operator."),
    ("1e0 % 2", 402, "The data types float and int are incompatible in the modulo operator."),
    ("-'a'", 8117, "Operand data type varchar is invalid for minus operator."),
]  # fmt: skip


@pytest.mark.parametrize(("expression", "type_", "expected"), VALUES, ids=[v[0] for v in VALUES])
def test_an_operator_gives_sql_servers_type_and_value(
    tsql: Asker, expression: str, type_: str, expected: Any
) -> None:
    assert tsql.value(expression) == expected
    assert tsql.type_of(expression) == type_
    assert tsql.value_of_rows(expression) == expected


@pytest.mark.parametrize(("expression", "number", "message"), ERRORS, ids=[v[0] for v in ERRORS])
def test_an_operator_fails_as_sql_server_fails(
    tsql: Asker, expression: str, number: int, message: str
) -> None:
    assert tsql.value(expression) == Refused(number, message)


CONDITIONS: list[tuple[str, bool]] = [
    ("'a' = 'A'", True),
    ("'a' = 'a   '", True),
    ("'a ' = ' a'", False),
    ("N'ä' = N'a'", False),
    ("N'Ä' = N'ä'", True),
    ("'a' = 'b'", False),
    ("'a' < 'B'", True),
    ("N'ä' < N'b'", True),
    ("'2' = 2", True),
    ("'10' > 9", True),
    ("0x01 = 0x0100", True),
    ("0x01 = 0x02", False),
    ("1 = 1.0", True),
    ("CAST(0.1 AS float) = 0.1", True),
    ("'a' COLLATE Latin1_General_CS_AS = 'A'", False),
    ("'a' COLLATE Latin1_General_BIN2 = 'a  '", True),
    ("CAST('2020-01-01' AS date) = '20200101'", True),
    ("CAST('2020-01-01' AS datetime) = CAST('2020-01-01' AS date)", True),
    (
        "CAST('2020-01-01 10:00 +02:00' AS datetimeoffset(0)) = "
        "CAST('2020-01-01 08:00 +00:00' AS datetimeoffset(0))",
        True,
    ),
    ("CAST(1 AS bit) = 1", True),
    ("CAST('2020-01-02' AS datetime) > 43829", True),
    ("1 IN (2, 1)", True),
    ("'B' IN ('a', 'b')", True),
    ("5 BETWEEN 1 AND 5", True),
    ("'abc' LIKE 'A%'", True),
    ("'abc' LIKE 'a_c'", True),
    ("'abc ' LIKE 'abc'", True),
    ("'abc' LIKE 'abc '", False),
    ("N'abc ' LIKE N'abc'", False),
    ("'a%c' LIKE 'a!%c' ESCAPE '!'", True),
    ("'abc' LIKE 'a!%c' ESCAPE '!'", False),
    ("'abc' LIKE '%[0-9]%'", False),
    ("'ab1' LIKE '%[0-9]'", True),
    ("'ab' LIKE 'a[^b]'", False),
    ("'a-c' LIKE 'a[-x]c'", True),
    ("'a[c' LIKE 'a[[]c'", True),
    ("'a]c' LIKE 'a]c'", True),
    ("'50%' LIKE '50[%]'", True),
    ("'ABC' COLLATE Latin1_General_CS_AS LIKE 'a%'", False),
    ("'line' + CHAR(10) + 'two' LIKE 'line%two'", True),
    ("12345 LIKE '%34%'", True),
    ("'a_b' LIKE 'a\\_b' ESCAPE '\\'", True),
    ("'ab' LIKE 'a['", False),
    ("NULLIF('a', 'A') IS NULL", True),
    ("CAST(1 AS sql_variant) = CAST(1.00 AS sql_variant)", True),
    ("CAST('a' AS sql_variant) = CAST(N'A ' AS sql_variant)", True),
    ("CAST(1 AS sql_variant) = CAST('1' AS sql_variant)", False),
    ("CAST(1 AS sql_variant) = CAST(1e0 AS sql_variant)", False),
    ("CAST(1 AS sql_variant) = 1", True),
    (
        "CAST('00000001-0000-0000-0000-000000000000' AS uniqueidentifier) > "
        "CAST('01000000-0000-0000-0000-000000000000' AS uniqueidentifier)",
        True,
    ),
    (
        "CAST('00000000-0000-0000-0000-000000000001' AS uniqueidentifier) > "
        "CAST('ffffffff-ffff-ffff-ffff-000000000000' AS uniqueidentifier)",
        True,
    ),
]


@pytest.mark.parametrize(("condition", "expected"), CONDITIONS, ids=[v[0] for v in CONDITIONS])
def test_a_comparison_follows_type_and_collation(tsql: Asker, condition: str, expected: bool) -> None:
    expression = f"CASE WHEN {condition} THEN 1 ELSE 0 END"
    assert tsql.value(expression) == int(expected)
    assert tsql.value_of_rows(expression) == int(expected)


def test_texts_that_are_equal_group_together(tsql: Asker) -> None:
    query = "SELECT COUNT(*) FROM (VALUES ('a'), ('A'), ('a  '), ('b')) AS v(t) GROUP BY v.t ORDER BY 1"
    assert tsql.rows(query) == [(1,), (3,)]


def test_text_is_ordered_without_case_and_accents_last(tsql: Asker) -> None:
    query = "SELECT v.t FROM (VALUES (N'b'), (N'ä'), (N'B2'), (N'A'), (N'az')) AS v(t) ORDER BY v.t"
    assert [row[0] for row in tsql.rows(query)] == ["A", "ä", "az", "b", "B2"]
