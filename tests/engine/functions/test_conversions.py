"""CAST and CONVERT: what text, numbers and bytes become, and how they fail. Source: Microsoft Learn, "CAST
and CONVERT".
"""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import Any

import pytest
from tests.engine.functions.asking import Asker, Refused

D = Decimal

VALUES: list[tuple[str, Any]] = [
    # text to integers
    ("CAST('12' AS int)", 12),
    ("CAST(' 12 ' AS int)", 12),
    ("CAST('+5' AS int)", 5),
    ("CAST('-0007' AS int)", -7),
    ("CAST('' AS int)", 0),
    ("CAST('   ' AS int)", 0),
    ("CAST('-' AS int)", 0),
    ("CAST('255' AS tinyint)", 255),
    ("CAST('-32768' AS smallint)", -32768),
    ("CAST('9223372036854775807' AS bigint)", 9223372036854775807),
    ("TRY_CAST('1.5' AS int)", None),
    ("TRY_CAST('1e3' AS int)", None),
    ("TRY_CAST('0x10' AS int)", None),
    ("TRY_CAST('1_000' AS int)", None),
    ("TRY_CAST('12x' AS int)", None),
    ("TRY_CAST('5' + CHAR(13) AS int)", None),
    ("TRY_CAST('99999999999' AS int)", None),
    ("TRY_CAST('256' AS tinyint)", None),
    # text to decimal
    ("CAST('12.345' AS decimal(5,2))", D("12.35")),
    ("CAST('-12.345' AS decimal(5,2))", D("-12.35")),
    ("CAST('.5' AS decimal(5,2))", D("0.50")),
    ("CAST('5.' AS decimal(5,2))", D("5.00")),
    ("CAST(' 7.1 ' AS decimal(5,2))", D("7.10")),
    ("TRY_CAST('' AS decimal(5,2))", None),
    ("TRY_CAST('1e2' AS decimal(9,2))", None),
    ("TRY_CAST('1_0' AS decimal(9,2))", None),
    ("TRY_CAST('1,000' AS decimal(9,2))", None),
    ("TRY_CAST('5' + CHAR(13) AS decimal(9,2))", None),
    ("TRY_CAST(CHAR(9) + '5' AS decimal(9,2))", None),
    ("TRY_CAST('.' AS decimal(9,2))", None),
    ("TRY_CAST('12345' AS decimal(5,2))", None),
    # text to float, money, bit
    ("CAST('1.5e3' AS float)", 1500.0),
    ("CAST('1d2' AS float)", 100.0),
    ("CAST('' AS float)", 0.0),
    ("TRY_CAST('nan' AS float)", None),
    ("TRY_CAST('inf' AS float)", None),
    ("TRY_CAST('1 5' AS float)", None),
    ("CAST('$1,234.56' AS money)", D("1234.5600")),
    ("CAST('$ 1,000.00' AS money)", D("1000.0000")),
    ("CAST('-12.34567' AS money)", D("-12.3457")),
    ("CAST('' AS money)", D("0.0000")),
    ("CAST('$' AS money)", D("0.0000")),
    ("CAST('true' AS bit)", True),
    ("CAST('False' AS bit)", False),
    ("CAST('10' AS bit)", True),
    ("CAST('0' AS bit)", False),
    ("CAST('' AS bit)", False),
    ("TRY_CAST('yes' AS bit)", None),
    ("TRY_CAST('1.5' AS bit)", None),
    # numbers to numbers
    ("CAST(10.6496 AS int)", 10),
    ("CAST(-10.6496 AS int)", -10),
    ("CAST(10.6496 AS numeric)", D("11")),
    ("CAST(-10.6496 AS numeric)", D("-11")),
    ("CAST(10.3496847 AS money)", D("10.3497")),
    ("CAST(CAST(2.5 AS money) AS int)", 3),
    ("CAST(2.7e0 AS int)", 2),
    ("CAST(-2.7e0 AS int)", -2),
    ("CAST(2.675e0 AS decimal(5,2))", D("2.67")),
    ("CAST(2.675 AS decimal(5,2))", D("2.68")),
    ("CAST(0.1e0 AS decimal(20,17))", D("0.10000000000000001")),
    ("CAST(1e-20 AS decimal(38,30))", D("0E-30")),
    ("CAST(5 AS bit)", True),
    ("CAST(0.0 AS bit)", False),
    ("CAST(1.239 AS decimal(5,2))", D("1.24")),
    ("CAST(1.245 AS decimal(5,2))", D("1.25")),
    ("CAST(-1.245 AS decimal(5,2))", D("-1.25")),
    ("TRY_CAST(300 AS tinyint)", None),
    ("TRY_CAST(3000000000 AS int)", None),
    # numbers to text
    ("CAST(1.50 AS varchar(10))", "1.50"),
    ("CAST(-0.50 AS varchar(10))", "-0.50"),
    ("CAST(0.5 AS varchar(10))", "0.5"),
    ("CAST(12345 AS varchar(3))", "*"),
    ("CAST(12345 AS char(3))", "*  "),
    ("CAST(CAST(1 AS bit) AS varchar(5))", "1"),
    ("CAST(1234567e0 AS varchar(20))", "1.23457e+006"),
    ("CAST(123456e0 AS varchar(20))", "123456"),
    ("CAST(1.0e0 / 3 AS varchar(20))", "0.333333"),
    ("CAST(1e20 AS varchar(20))", "1e+020"),
    ("CAST(0.00001e0 AS varchar(20))", "1e-005"),
    ("CONVERT(varchar(30), 0.1e0, 1)", "1.0000000e-001"),
    ("CONVERT(varchar(30), 0.1e0, 2)", "1.000000000000000e-001"),
    ("CONVERT(varchar(30), 0.1e0, 3)", "1.0000000000000001e-001"),
    ("CONVERT(varchar(30), CAST(4235.9819 AS money))", "4235.98"),
    ("CONVERT(varchar(30), CAST(3510.92 AS money), 1)", "3,510.92"),
    ("CONVERT(varchar(30), CAST(-1234567.895 AS money), 1)", "-1,234,567.90"),
    ("CONVERT(varchar(30), CAST(4235.9819 AS money), 2)", "4235.9819"),
    # text to text
    ("CAST('abcdef' AS varchar(3))", "abc"),
    ("CAST('ab' AS char(5))", "ab   "),
    ("CAST(N'ab' AS nchar(4))", "ab  "),
    ("CAST(REPLICATE('x', 50) AS varchar)", "x" * 30),
    ("CAST(N'日本' AS varchar(10))", "??"),
    ("CAST(N'Ārt' AS varchar(10))", "Art"),
    ("CAST(N'ab😀' AS nvarchar(3))", "ab"),
    # bytes
    ("CAST(258 AS varbinary(4))", b"\x00\x00\x01\x02"),
    ("CAST(258 AS binary(2))", b"\x01\x02"),
    ("CAST(1 AS binary(8))", b"\x00" * 7 + b"\x01"),
    ("CAST(0x0102 AS int)", 258),
    ("CAST(0xFFFFFFFF AS int)", -1),
    ("CAST('abc' AS varbinary(10))", b"abc"),
    ("CAST(N'ab' AS varbinary(10))", b"a\x00b\x00"),
    ("CAST('€' AS varbinary(10))", b"\x80"),
    ("CAST('abc' AS binary(5))", b"abc\x00\x00"),
    ("CAST(0x616263 AS varchar(10))", "abc"),
    ("CAST(0x61006200 AS nvarchar(10))", "ab"),
    ("CONVERT(varchar(10), 0xCAFE, 1)", "0xCAFE"),
    ("CONVERT(varchar(10), 0xCAFE, 2)", "CAFE"),
    ("CONVERT(varbinary(4), '0xCAFE', 1)", b"\xca\xfe"),
    ("CONVERT(varbinary(4), 'cafe', 2)", b"\xca\xfe"),
    ("TRY_CONVERT(varbinary(4), 'cafe', 1)", None),
    ("TRY_CONVERT(varbinary(4), 'caf', 2)", None),
    ("CAST(CAST(123.45 AS decimal(5,2)) AS varbinary(20))", bytes.fromhex("0502000139300000")),
    ("CAST(CAST(CAST(193.57 AS decimal(5,2)) AS varbinary(20)) AS decimal(10,5))", D("193.57000")),
    ("CAST(CAST('1900-01-02' AS datetime) AS varbinary(8))", b"\x00\x00\x00\x01\x00\x00\x00\x00"),
    # uniqueidentifier
    (
        "CAST('6F9619FF-8B86-D011-B42D-00C04FC964FFextra' AS uniqueidentifier)",
        uuid.UUID("6F9619FF-8B86-D011-B42D-00C04FC964FF"),
    ),
    ("CAST(CAST('6f9619ff-8b86-d011-b42d-00c04fc964ff' AS uniqueidentifier) AS varchar(36))",
     "6F9619FF-8B86-D011-B42D-00C04FC964FF"),
    ("CAST(CAST('6F9619FF-8B86-D011-B42D-00C04FC964FF' AS uniqueidentifier) AS varbinary(16))",
     bytes.fromhex("ff19966f868b11d0b42d00c04fc964ff")),
    # sql_variant
    ("CAST(CAST(1.50 AS sql_variant) AS decimal(9,2))", D("1.50")),
    ("CAST(CAST(N'x' AS sql_variant) AS nvarchar(5))", "x"),
    ("SQL_VARIANT_PROPERTY(CAST(1.50 AS sql_variant), 'BaseType')", "numeric"),
]  # fmt: skip

ERRORS: list[tuple[str, int, str]] = [
    ("CAST('abc' AS int)", 245,
    "Conversion failed when converting the varchar value 'abc' to data type int."),
    ("CAST(N'abc' AS int)", 245,
    "Conversion failed when converting the nvarchar value 'abc' to data type int."),
    ("CAST('1.5' AS smallint)", 245,
     "Conversion failed when converting the varchar value '1.5' to data type smallint."),
    ("CAST('abc' AS bigint)", 8114, "Error converting data type varchar to bigint."),
    ("CAST('abc' AS decimal(5,2))", 8114, "Error converting data type varchar to numeric."),
    ("CAST('' AS decimal(5,2))", 8114, "Error converting data type varchar to numeric."),
    ("CAST('abc' AS float)", 8114, "Error converting data type varchar to float."),
    ("CAST('abc' AS money)", 235,
    "Cannot convert a char value to money. The char value has incorrect syntax."),
    ("CAST('abc' AS bit)", 245,
    "Conversion failed when converting the varchar value 'abc' to data type bit."),
    ("CAST('abc' AS uniqueidentifier)", 8169,
     "Conversion failed when converting from a character string to uniqueidentifier."),
    ("CAST('99999999999' AS int)", 248,
    "The conversion of the varchar value '99999999999' overflowed an int column."),
    ("CAST('256' AS tinyint)", 244,
     "The conversion of the varchar value '256' overflowed an INT1 column. Use a larger integer column."),
    ("CAST('12345' AS decimal(5,2))", 8115,
    "Arithmetic overflow error converting varchar to data type numeric."),
    ("CAST(12345 AS decimal(5,2))", 8115, "Arithmetic overflow error converting int to data type numeric."),
    ("CAST(123.4 AS decimal(3,1))", 8115,
    "Arithmetic overflow error converting numeric to data type numeric."),
    ("CAST(300 AS tinyint)", 220, "Arithmetic overflow error for data type tinyint, value = 300."),
    ("CAST(3e9 AS int)", 232, "Arithmetic overflow error for type int, value = 3000000000.000000."),
    ("CAST(3000000000 AS int)", 8115, "Arithmetic overflow error converting expression to data type int."),
    ("CAST(12345 AS nvarchar(3))", 8115,
    "Arithmetic overflow error converting expression to data type nvarchar."),
    ("CAST(12.345 AS varchar(3))", 8115,
    "Arithmetic overflow error converting numeric to data type varchar."),
    ("CAST(CAST('6F9619FF-8B86-D011-B42D-00C04FC964FF' AS uniqueidentifier) AS varchar(10))", 8170,
     "Insufficient result space to convert uniqueidentifier value to char."),
    ("CAST(CAST('2020-01-01' AS date) AS int)", 529,
    "Explicit conversion from data type date to int is not allowed."),
]  # fmt: skip


@pytest.mark.parametrize(("expression", "expected"), VALUES, ids=[v[0] for v in VALUES])
def test_a_conversion_gives_sql_servers_value(tsql: Asker, expression: str, expected: Any) -> None:
    assert tsql.value(expression) == expected
    assert tsql.value_of_rows(expression) == expected


@pytest.mark.parametrize(("expression", "number", "message"), ERRORS, ids=[v[0] for v in ERRORS])
def test_a_conversion_fails_in_sql_servers_words(
    tsql: Asker, expression: str, number: int, message: str
) -> None:
    assert tsql.value(expression) == Refused(number, message)
    assert tsql.value_of_rows(expression) == Refused(number, message)


def test_a_failing_constant_in_a_branch_not_taken_does_not_fail(tsql: Asker) -> None:
    assert tsql.value("CASE WHEN 1 = 1 THEN 5 ELSE CAST('abc' AS int) END") == 5
    assert tsql.value("COALESCE(1, CAST('abc' AS int))") == 1


def test_only_rows_that_pass_the_filter_are_converted(tsql: Asker) -> None:
    query = (
        "SELECT SUM(CASE WHEN v.t NOT LIKE '%[^0-9]%' THEN CAST(v.t AS int) ELSE 0 END) "
        "FROM (VALUES ('1'), ('x'), ('2')) AS v(t)"
    )
    assert tsql.rows(query) == [(3,)]


def test_an_error_is_raised_only_for_rows_that_reach_it(tsql: Asker) -> None:
    words = "(VALUES ('1', 1), ('x', 2), ('3', 3)) AS v(t, n)"
    good = "CASE WHEN ISNUMERIC(v.t) = 1 THEN CAST(v.t AS int) END"
    assert tsql.rows(f"SELECT COUNT({good}), MAX({good}) FROM {words}") == [(2, 3)]
    assert tsql.rows(f"SELECT v.n FROM {words} WHERE {good} > 1") == [(3,)]
    assert tsql.rows(f"SELECT SUM({good}) OVER (ORDER BY v.n) FROM {words} ORDER BY v.n") == [
        (1,),
        (1,),
        (4,),
    ]
    assert tsql.rows(f"SELECT {good}, COUNT(*) FROM {words} GROUP BY {good} ORDER BY 1") == [
        (None, 1), (1, 1), (3, 1)]  # fmt: skip
    assert tsql.rows(f"SELECT v.n FROM {words} JOIN (VALUES (3)) AS w(k) ON w.k = {good}") == [(3,)]
    assert tsql.rows(f"SELECT TOP (1) CAST(v.t AS int) FROM {words} WHERE v.n = 1") == [(1,)]


def test_null_converts_to_null_of_every_type(tsql: Asker) -> None:
    for target in ("int", "decimal(5,2)", "float", "money", "date", "datetime2(3)", "varchar(5)",
    "varbinary(5)",
                   "uniqueidentifier", "bit", "sql_variant"):  # fmt: skip
        assert tsql.value(f"CAST(NULL AS {target})") is None


def test_a_conversion_of_a_value_computed_once_computes_it_once(tsql: Asker) -> None:
    same = "LEFT(g, 8) = SUBSTRING(g, 1, 8)"
    assert tsql.rows(
        f"SELECT COUNT(*) FROM (SELECT CAST(NEWID() AS varchar(36)) AS g) AS n WHERE {same}"
    ) == [(1,)]
