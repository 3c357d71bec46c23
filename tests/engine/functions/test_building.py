"""The parts the compiler relies on: types in common, literals, registry, errors, and reach from other
databases.
"""

from __future__ import annotations

import duckdb
import pytest

from tsql.tokens import Kind
from tsqld import functions as f
from tsqld.binder.bound import Bound
from tsqld.errors import TsqlError
from tsqld.functions.registry import coverage
from tsqld.functions.sqltext import END, is_simple, let
from tsqld.types import (
    BIGINT,
    BIT,
    DATE,
    DATETIME,
    FLOAT,
    INT,
    MAX,
    MONEY,
    SqlType,
    datetime2,
    decimal,
    nvarchar,
    time,
    varchar,
)

COMMON = [
    ([INT, decimal(5, 2)], "decimal(12,2)"),
    ([decimal(38, 10), decimal(38, 2)], "decimal(38,2)"),
    ([INT, BIGINT], "bigint"),
    ([BIT, INT], "int"),
    ([FLOAT, decimal(9, 2)], "float"),
    ([MONEY, INT], "money"),
    ([varchar(5), varchar(10)], "varchar(10)"),
    ([varchar(5), nvarchar(3)], "nvarchar(5)"),
    ([SqlType("char", 5), varchar(3)], "varchar(5)"),
    ([varchar(5), varchar(MAX)], "varchar(max)"),
    ([varchar(5), INT], "int"),
    ([varchar(30), DATE], "date"),
    ([DATE, DATETIME], "datetime"),
    ([DATETIME, datetime2(0)], "datetime2(3)"),
    ([datetime2(7), datetime2(3)], "datetime2(7)"),
    ([INT, DATETIME], "datetime"),
]


@pytest.mark.parametrize(
    ("types", "expected"), COMMON, ids=[str([str(t) for t in types]) for types, _ in COMMON]
)
def test_values_meet_in_the_type_of_highest_precedence(types: list[SqlType], expected: str) -> None:
    assert str(f.common_type(types)) == expected
    assert str(f.common_type(types[::-1])) == expected


@pytest.mark.parametrize(("types", "number"), [
    ([DATE, INT], 206), ([DATE, time(3)], 206), ([SqlType("uniqueidentifier"), INT], 206), ([MONEY,
    nvarchar(5)], 0),
])  # fmt: skip
def test_types_that_never_meet_are_refused(types: list[SqlType], number: int) -> None:
    if not number:
        assert f.common_type(types) == MONEY
        return
    with pytest.raises(TsqlError) as caught:
        f.common_type(types)
    assert caught.value.number == number


LITERALS = [
    (Kind.INTEGER, "5", "int"), (Kind.INTEGER, "2147483647", "int"), (Kind.INTEGER, "2147483648",
    "numeric(10,0)"),
    (Kind.DECIMAL, "1.50", "numeric(3,2)"), (Kind.DECIMAL, "0.5", "numeric(1,1)"), (Kind.DECIMAL, "5.",
    "numeric(1,0)"),
    (Kind.FLOAT, "1e0", "float"), (Kind.MONEY, "$1,000.5", "money"), (Kind.STRING, "", "varchar(1)"),
    (Kind.STRING, "abc", "varchar(3)"), (Kind.NSTRING, "日本", "nvarchar(2)"), (Kind.NSTRING, "😀",
    "nvarchar(2)"),
    (Kind.STRING, "x" * 8001, "varchar(max)"), (Kind.BINARY, "0x1F2", "varbinary(2)"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "text", "expected"), LITERALS, ids=[text[:20] for _, text, _ in LITERALS])
def test_a_constant_has_the_type_its_digits_give_it(kind: Kind, text: str, expected: str) -> None:
    assert str(f.literal(kind, text).type) == expected


def test_implicit_conversion_follows_the_chart() -> None:
    allowed = f.implicit_allowed
    assert allowed(varchar(5), INT)
    assert allowed(INT, varchar(5))
    assert allowed(varchar(5), SqlType("uniqueidentifier"))
    assert allowed(INT, DATETIME)
    assert not allowed(INT, DATE)
    assert not allowed(DATETIME, INT)
    assert not allowed(MONEY, varchar(5))
    assert not allowed(SqlType("sql_variant"), INT)
    assert not allowed(DATE, time(0))


def test_macros_are_reached_while_another_database_is_current(duck: duckdb.DuckDBPyConnection) -> None:
    cursor = duck.cursor()
    cursor.execute("ATTACH ':memory:' AS elsewhere")
    cursor.execute("CREATE TABLE elsewhere.main.words (t VARCHAR)")
    cursor.execute("INSERT INTO elsewhere.main.words VALUES ('12'), (' 13 '), (N'日本')".replace("N'", "'"))
    cursor.execute("USE elsewhere")
    word = Bound("words.t", nvarchar(10))
    numbers = cursor.execute(f"SELECT {f.convert(word, INT, try_=True).sql} FROM words").fetchall()
    assert numbers == [(12,), (13,), (None,)]
    lengths = cursor.execute(f"SELECT {f.call('LEN', [word]).sql} FROM words").fetchall()
    assert lengths == [(2,), (3,), (2,)]


def test_an_error_inside_duckdb_becomes_the_t_sql_error(duck: duckdb.DuckDBPyConnection) -> None:
    text = f.string("it's\nno number", unicode=False)
    with pytest.raises(duckdb.Error) as caught:
        duck.execute(f"SELECT {f.convert(text, INT).sql}").fetchall()
    problem = f.failure(str(caught.value))
    assert problem is not None
    assert (problem.number, problem.severity, problem.state) == (245, 16, 1)
    assert (
        problem.message
        == "Conversion failed when converting the varchar value 'it's\nno number' to data type int."
    )
    assert END not in problem.message


def test_what_is_no_error_of_ours_is_left_alone() -> None:
    assert f.failure("Catalog Error: Table with name x does not exist!") is None


def test_a_complex_operand_is_evaluated_once_and_a_simple_one_repeated() -> None:
    assert let("t1.c1", lambda v: f"{v} + {v}") == "t1.c1 + t1.c1"
    assert let("f(x)", lambda v: f"{v} + {v}").startswith("list_transform([f(x)]")
    assert is_simple("CAST($3 AS DECIMAL(19,4))")
    assert not is_simple("(SELECT 1)")


def test_nested_calls_do_not_grow_without_bound() -> None:
    value = Bound("t.c", nvarchar(100))
    for _ in range(12):
        value = f.call("LTRIM", [f.call("RTRIM", [f.call("REPLACE", [value, f.string("a", unicode=False),
                                                                       f.string("b",
                                                                       unicode=False)])])])  # fmt: skip
    assert len(value.sql) < 20_000


def test_every_function_is_supported_or_refused_with_a_reason() -> None:
    rows = coverage()
    assert len(rows) > 140
    for category, name, status, note in rows:
        assert category
        assert status in ("supported", "refused")
        assert note or status == "supported", name


def test_installing_twice_changes_nothing() -> None:
    connection = duckdb.connect()
    f.install(connection)
    f.install(connection)
    sql = f.call("LEN", [f.string("abc ", unicode=False)]).sql
    assert connection.execute(f"SELECT {sql}").fetchall() == [(3,)]
    connection.close()
