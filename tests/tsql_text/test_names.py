"""Object names and literals as SQL text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tsql.names import NameProblem, ObjectName, literal, parse_name, quote
from tsql.tokens import Kind, tokenize


def test_a_bracket_inside_a_name_is_doubled() -> None:
    assert quote("a]b[c") == "[a]]b[c]"


@pytest.mark.parametrize("name", ["", "x" * 129])
def test_a_name_that_sql_server_could_not_hold_is_refused(name: str) -> None:
    with pytest.raises(NameProblem):
        quote(name)


@given(st.text(min_size=1, max_size=60).filter(lambda text: "\x00" not in text))
def test_a_quoted_name_reads_back_as_itself(name: str) -> None:
    (token, _) = tokenize(quote(name))
    assert (token.kind, token.value) == (Kind.QUOTED, name)


@given(st.text(max_size=80))
def test_a_text_literal_reads_back_as_itself(value: str) -> None:
    (token, _) = tokenize(literal(value))
    assert (token.kind, token.value) == (Kind.NSTRING, value)


CONSTANTS = [
    (None, "NULL"),
    (5, "5"),
    (-5, "-5"),
    (True, "1"),
    (False, "0"),
    (b"\x01\xff", "0x01FF"),
    ("it's", "N'it''s'"),
]


@pytest.mark.parametrize(("value", "expected"), CONSTANTS)
def test_values_become_constants(value: object, expected: str) -> None:
    assert literal(value) == expected  # type: ignore[arg-type]


SPELLINGS = ["gold.fact_order_lines", "[gold].[fact_order_lines]", '"gold" . fact_order_lines']


@pytest.mark.parametrize("text", SPELLINGS)
def test_a_two_part_name_is_read_however_it_is_quoted(text: str) -> None:
    assert parse_name(text) == ObjectName("gold", "fact_order_lines")


def test_a_one_part_name_gets_the_default_schema() -> None:
    assert parse_name("orders", default_schema="silver") == ObjectName("silver", "orders")


@pytest.mark.parametrize("text", ["", "a.b.c", "a.", "1", "a b", "'a'", "a;b"])
def test_anything_else_is_no_name(text: str) -> None:
    with pytest.raises(NameProblem):
        parse_name(text)


def test_names_compare_without_regard_to_case() -> None:
    assert parse_name("Gold.Sales").key == parse_name("[gold].[SALES]").key
    assert parse_name("gold.[a.b]").quoted == "[gold].[a.b]"
