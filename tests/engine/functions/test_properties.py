"""Properties over generated values: decimal arithmetic against Python's decimal, conversions there and back,
dates.

Each example is a batch: the values go into a table, the compiled text runs over it once, and every row is
checked.
"""

from __future__ import annotations

import datetime as dt
import decimal
from collections.abc import Sequence
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.soak import times

from tsqld import functions as f
from tsqld.binder.bound import Bound
from tsqld.errors import TsqlError
from tsqld.functions import datetext, decimals
from tsqld.functions.sqltext import duck_type
from tsqld.types import DATE, DATETIME, INT, SqlType, datetime2, nvarchar, varchar
from tsqld.types import decimal as decimal_type

EXACT = decimal.Context(prec=200)
CALM = settings(
    max_examples=times(60, 2000),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def values_of(
    duck: duckdb.DuckDBPyConnection, rows: Sequence[Sequence[Any]], types: Sequence[SqlType], sql: str
) -> list[Any]:
    """The value of `sql`, which names the columns a, b …, for each row."""
    if not rows:
        return []
    names = "abcdef"[: len(types)]
    columns = ", ".join(f"{name} {duck_type(type)}" for name, type in zip(names, types, strict=True))
    duck.execute(f"CREATE OR REPLACE TEMP TABLE given (n INTEGER, {columns})")
    marks = ", ".join("?" for _ in names)
    duck.executemany(f"INSERT INTO given VALUES (?, {marks})", [[n, *row] for n, row in enumerate(rows)])
    return [row[0] for row in duck.execute(f"SELECT {sql} FROM given ORDER BY n").fetchall()]


def column(name: str, type: SqlType) -> Bound:
    return Bound(f"given.{name}", type)


@st.composite
def decimal_types(draw: st.DrawFn) -> SqlType:
    precision = draw(st.integers(1, 38))
    return decimal_type(precision, draw(st.integers(0, precision)))


def decimals_of(type: SqlType) -> st.SearchStrategy[Decimal]:
    top = 10**type.precision - 1
    small = st.integers(-min(top, 10**6), min(top, 10**6))
    return st.one_of(small, st.integers(-top, top)).map(
        lambda n: Decimal(n).scaleb(-type.scale, context=EXACT)
    )


def expected_of(op: str, a: Decimal, b: Decimal, type: SqlType) -> Decimal | int:
    """The exact result brought to `type`, or the number of the error."""
    if op in "/%" and b == 0:
        return 8134
    with decimal.localcontext(EXACT):
        exact = {"+": a + b, "-": a - b, "*": a * b}.get(op)
        if exact is None:
            exact = a / b if op == "/" else a % b
        rounding = ROUND_DOWN if op in "/%" else ROUND_HALF_UP
        result = exact.quantize(Decimal(1).scaleb(-type.scale), rounding=rounding)
    return result if abs(result) < Decimal(10) ** (type.precision - type.scale) else 8115


@CALM
@given(data=st.data(), op=st.sampled_from("+-*/%"))
def test_decimal_arithmetic_is_exact_and_typed_by_the_rules(
    duck: duckdb.DuckDBPyConnection, data: st.DataObject, op: str
) -> None:
    a, b = data.draw(decimal_types()), data.draw(decimal_types())
    rows = data.draw(st.lists(st.tuples(decimals_of(a), decimals_of(b)), min_size=1, max_size=8))
    bound = f.binary(op, column("a", a), column("b", b))
    rules = {"+": decimals.sum_type, "-": decimals.sum_type, "*": decimals.product_type,
             "/": decimals.quotient_type, "%": decimals.remainder_type}  # fmt: skip
    assert bound.type == rules[op](a, b)
    wanted = [expected_of(op, x, y, bound.type) for x, y in rows]
    good = [(row, want) for row, want in zip(rows, wanted, strict=True) if isinstance(want, Decimal)]
    if good:
        got = values_of(duck, [row for row, _ in good], [a, b], bound.sql)
        assert got == [want for _, want in good]
    for row, want in zip(rows, wanted, strict=True):
        if isinstance(want, int):
            with pytest.raises(duckdb.Error) as caught:
                values_of(duck, [row], [a, b], bound.sql)
            problem = f.failure(str(caught.value))
            assert problem is not None, caught.value
            assert problem.number == want


@CALM
@given(data=st.data())
def test_a_decimal_survives_becoming_text(duck: duckdb.DuckDBPyConnection, data: st.DataObject) -> None:
    type = data.draw(decimal_types())
    rows = data.draw(st.lists(st.tuples(decimals_of(type)), min_size=1, max_size=8))
    text = f.convert(column("a", type), varchar(60))
    assert values_of(duck, rows, [type], f.convert(text, type).sql) == [row[0] for row in rows]


@CALM
@given(data=st.data())
def test_a_decimal_is_rounded_half_away_from_zero(
    duck: duckdb.DuckDBPyConnection, data: st.DataObject
) -> None:
    source = data.draw(decimal_types())
    target = decimal_type(38, data.draw(st.integers(0, min(source.scale, 10))))
    if source.precision - source.scale > 38 - target.scale:
        return
    rows = data.draw(st.lists(st.tuples(decimals_of(source)), min_size=1, max_size=8))
    wanted = [
        row[0].quantize(Decimal(1).scaleb(-target.scale), rounding=ROUND_HALF_UP, context=EXACT)
        for row in rows
    ]
    got = values_of(duck, rows, [source], f.convert(column("a", source), target).sql)
    assert got == wanted


@CALM
@given(numbers=st.lists(st.integers(-(2**31), 2**31 - 1), min_size=1, max_size=20), spaces=st.integers(0, 3))
def test_an_integer_survives_becoming_text(
    duck: duckdb.DuckDBPyConnection, numbers: list[int], spaces: int
) -> None:
    rows = [(" " * spaces + str(number) + " " * spaces,) for number in numbers]
    assert values_of(duck, rows, [nvarchar(30)], f.convert(column("a", nvarchar(30)), INT).sql) == numbers


NOISE = st.text(st.sampled_from("0123456789+-.,eE_ \t\r\nx$"), max_size=8)


@CALM
@given(texts=st.lists(NOISE, min_size=1, max_size=20))
def test_text_is_a_number_only_when_sql_server_says_so(
    duck: duckdb.DuckDBPyConnection, texts: list[str]
) -> None:
    import re

    rows = [(text,) for text in texts]
    source = column("a", nvarchar(30))
    integers = values_of(duck, rows, [nvarchar(30)], f.convert(source, INT, try_=True).sql)
    exact = values_of(duck, rows, [nvarchar(30)], f.convert(source, decimal_type(20, 3), try_=True).sql)
    for text, integer, number in zip(texts, integers, exact, strict=True):
        if re.fullmatch(r" *[-+]? *\d+ *", text):
            assert integer == int(text.replace(" ", "")), text
        else:
            assert integer == (0 if re.fullmatch(r" *[-+]? *", text) else None), text
        if re.fullmatch(r" *[-+]?(\d+\.?\d*|\.\d+) *", text):
            wanted = Decimal(text.strip()).quantize(Decimal("0.001"), rounding=ROUND_HALF_UP)
            assert number == wanted, text
        else:
            assert number is None, text


@CALM
@given(numbers=st.lists(st.floats(-1e15, 1e15), min_size=1, max_size=20), scale=st.integers(0, 6))
def test_a_float_becomes_the_decimal_nearest_to_its_digits(
    duck: duckdb.DuckDBPyConnection, numbers: list[float], scale: int
) -> None:
    target = decimal_type(30, scale)
    got = values_of(
        duck,
        [(n,) for n in numbers],
        [SqlType("float")],
        f.convert(column("a", SqlType("float")), target).sql,
    )
    wanted = [
        Decimal(f"{n:.17g}").quantize(Decimal(1).scaleb(-scale), rounding=ROUND_HALF_UP) for n in numbers
    ]
    assert got == wanted


MOMENTS = st.datetimes(dt.datetime(1753, 1, 1), dt.datetime(9999, 12, 31, 23, 59, 58))
FORMS = st.sampled_from(
    ["%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y%m%d", "%Y-%m-%d", "%m/%d/%Y", "%b %d %Y %I:%M%p",
    "%d %B %Y",
     "%Y-%m-%d %H:%M:%S.%f", "%H:%M:%S", "%Y/%m/%d %H:%M"]
)  # fmt: skip


@CALM
@given(pairs=st.lists(st.tuples(MOMENTS, FORMS), min_size=1, max_size=10), target=st.sampled_from(["date",
"datetime",
       "datetime2", "smalldatetime", "time"]), scale=st.integers(0, 6))  # fmt: skip
def test_the_fast_reading_of_dates_agrees_with_the_careful_one(
    duck: duckdb.DuckDBPyConnection, pairs: list[tuple[dt.datetime, str]], target: str, scale: int
) -> None:
    type = SqlType(target, scale=scale if target in ("datetime2", "time") else 0)
    texts = [f"{moment.strftime(form.replace('%Y', f'{moment.year:04d}'))}" for moment, form in pairs]
    got = values_of(duck, [(t,) for t in texts], [nvarchar(40)],
                    f.convert(column("a", nvarchar(40)), type, try_=True).sql)  # fmt: skip
    for text, value in zip(texts, got, strict=True):
        try:
            moment, _ = datetext.convert(text, "nvarchar", target, type.scale, None)
        except TsqlError:
            assert value is None, text
            continue
        wanted = {"date": moment.date(), "time": moment.time()}.get(target, moment)
        assert value == wanted, text


@CALM
@given(
    rows=st.lists(st.tuples(st.dates(), st.integers(-4000, 4000)), min_size=1, max_size=10),
    part=st.sampled_from(["day", "week", "month", "quarter", "year"]),
)
def test_adding_and_counting_date_parts_agree(
    duck: duckdb.DuckDBPyConnection, rows: list[tuple[dt.date, int]], part: str
) -> None:
    word = Bound(f"'{part}'", varchar(10), False, part)
    rows = [(day, number) for day, number in rows if 1000 <= day.year <= 8000]
    if part == "year":
        rows = [(day, number // 10) for day, number in rows]
    moved = f.call("DATEADD", [word, column("b", INT), column("a", DATE)])
    counted = f.call("DATEDIFF", [word, column("a", DATE), moved])
    assert moved.type == DATE
    assert values_of(duck, rows, [DATE, INT], counted.sql) == [number for _, number in rows]


@CALM
@given(rows=st.lists(st.tuples(MOMENTS), min_size=1, max_size=10))
def test_a_datetime_survives_becoming_a_number_of_days(
    duck: duckdb.DuckDBPyConnection, rows: list[tuple[dt.datetime]]
) -> None:
    moment = f.convert(column("a", datetime2(6)), DATETIME)
    days = f.convert(moment, SqlType("float"), explicit=True)
    back = f.convert(days, DATETIME)
    assert values_of(duck, rows, [datetime2(6)], f"{back.sql} = {moment.sql}") == [True] * len(rows)


@CALM
@given(rows=st.lists(st.tuples(MOMENTS, st.integers(-300, 300)), min_size=1, max_size=10))
def test_a_datetime_moves_by_whole_days_when_a_number_is_added(
    duck: duckdb.DuckDBPyConnection, rows: list[tuple[dt.datetime, int]]
) -> None:
    rows = [row for row in rows if 1760 < row[0].year < 9990]
    moment = f.convert(column("a", datetime2(6)), DATETIME)
    day = Bound("'day'", varchar(3), False, "day")
    plus = f.binary("+", moment, column("b", INT))
    added = f.call("DATEADD", [day, column("b", INT), moment])
    assert values_of(duck, rows, [datetime2(6), INT], f"{plus.sql} = {added.sql}") == [True] * len(rows)


TEXTS = st.text(st.sampled_from("aAbB %_[]^-1é😀."), max_size=6)


@CALM
@given(rows=st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=12))
def test_a_constant_pattern_and_a_column_pattern_agree(
    duck: duckdb.DuckDBPyConnection, rows: list[tuple[str, str]]
) -> None:
    type = nvarchar(20)
    by_column = values_of(duck, rows, [type, type], f.like(column("a", type), column("b", type)).sql)
    for (text, pattern), got in zip(rows, by_column, strict=True):
        constant = f.like(column("a", type), f.string(pattern, unicode=True))
        assert values_of(duck, [(text,)], [type], constant.sql) == [got], (text, pattern)


@CALM
@given(rows=st.lists(st.tuples(TEXTS, st.integers(-3, 8), st.integers(0, 8)), min_size=1, max_size=12))
def test_substring_counts_utf_16_units(
    duck: duckdb.DuckDBPyConnection, rows: list[tuple[str, int, int]]
) -> None:
    type = nvarchar(20)
    cut = f.call("SUBSTRING", [column("a", type), column("b", INT), column("c", INT)])
    for (text, start, length), got in zip(
        rows, values_of(duck, rows, [type, INT, INT], cut.sql), strict=True
    ):
        units = text.encode("utf-16-le")
        first, end = max(start, 1), max(start + length, 1)
        assert got == units[2 * (first - 1) : 2 * max(end - 1, first - 1)].decode("utf-16-le", "ignore")


@CALM
@given(rows=st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=12))
def test_texts_are_equal_exactly_when_their_keys_are(
    duck: duckdb.DuckDBPyConnection, rows: list[tuple[str, str]]
) -> None:
    type = nvarchar(20)
    same = f.compare("=", column("a", type), column("b", type)).sql
    ordered = f.compare("<=", column("a", type), column("b", type)).sql
    got = values_of(duck, rows, [type, type], f"[{same}, {ordered}]")
    for (x, y), (equal, before) in zip(rows, got, strict=True):
        assert equal == (x.rstrip(" ").lower() == y.rstrip(" ").lower())
        assert before or not equal
