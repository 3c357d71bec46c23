"""Connection strings and the driver that is found."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouse.connection import (
    Server,
    driver_library,
    format_keywords,
    holds_secret,
    parse_keywords,
    server_from_dsn,
)
from warehouse.errors import UsageProblem

VALUES = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1).map(str.strip).filter(bool)


@given(st.dictionaries(st.from_regex(r"[A-Za-z]{1,9}", fullmatch=True), VALUES, max_size=5))
def test_a_connection_string_reads_back_as_itself(keywords: dict[str, str]) -> None:
    assert parse_keywords(format_keywords(keywords)) == keywords


def test_a_braced_value_may_hold_semicolons_and_braces() -> None:
    assert parse_keywords("PWD={a;b}}c};UID=sa;") == {"PWD": "a;b}c", "UID": "sa"}


@pytest.mark.parametrize("text", ["localhost", "Server=x;oops", "PWD={never closed"])
def test_text_that_is_no_connection_string_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(UsageProblem) as caught:
        parse_keywords(text)
    assert "\n" not in str(caught.value)


def test_the_driver_comes_from_the_wheel_when_the_string_names_none() -> None:
    server = server_from_dsn("Server=db,1433;UID=sa;PWD=x")
    assert server.keywords["Driver"] == driver_library()
    assert Path(driver_library()).is_file()


@pytest.mark.parametrize("dsn", ["DRIVER={FreeTDS};Server=db", "DSN=warehouse"])
def test_a_driver_or_dsn_that_is_named_is_kept(dsn: str) -> None:
    assert len({"Driver", "driver", "DRIVER"} & set(server_from_dsn(dsn).keywords)) == ("DRIVER" in dsn)


def test_the_database_of_the_string_is_the_one_used() -> None:
    server = server_from_dsn("Server=db;Initial Catalog=other")
    assert server.database == "other"
    assert parse_keywords(server.connection_string("master"))["Database"] == "master"


def test_the_database_is_called_warehouse_unless_the_string_says_otherwise() -> None:
    assert server_from_dsn("Server=db").database == "warehouse"


def test_a_password_from_the_environment_fills_in_but_never_replaces() -> None:
    assert server_from_dsn("Server=db;UID=sa", password="p;}").keywords["PWD"] == "p;}"
    assert "PWD" not in server_from_dsn("Server=db;Password=own", password="other").keywords


def test_a_password_never_shows_in_the_repr() -> None:
    assert "geheim" not in repr(server_from_dsn("Server=db;PWD=geheim"))


@pytest.mark.parametrize(
    ("dsn", "expected"), [("Server=a;pwd=b", True), ("Server=a;Password={b}", True), ("UID=a", False)]
)
def test_a_password_in_a_connection_string_is_noticed(dsn: str, expected: bool) -> None:
    assert holds_secret(dsn) is expected


def test_messages_name_the_server() -> None:
    assert Server({"SERVER": "db,1433"}).address == "db,1433"
