"""What is computed once and what each time."""

from __future__ import annotations

import duckdb
import pytest

from tsqld.runtime.keptvalues import KeptValues, unstable_names


@pytest.fixture
def unstable() -> frozenset[str]:
    with duckdb.connect() as connection:
        connection.execute("CREATE MACRO dice() AS random()")
        connection.execute("CREATE MACRO two_dice() AS dice() + dice()")
        connection.execute("CREATE MACRO twice(x) AS x * 2")
        return unstable_names(connection)


@pytest.mark.parametrize(
    ("sql", "parameters", "times"),
    [
        ("SELECT $1 + 1", [1], 1),
        ("SELECT twice($1)", [1], 1),
        ("SELECT coalesce($1, error('none'))", ["x"], 1),
        ("SELECT random()", [], 2),
        ("SELECT two_dice()", [], 2),
        ("SELECT uuid()", [], 2),
        ("SELECT now()", [], 2),
        ("SELECT nextval('s')", [], 2),
        ("SELECT $1", [0.5], 2),
        ("SELECT $1", ["x" * 5000], 2),
        ("SELECT 1" + " " * 5000, [], 2),
    ],
)
def test_what_always_answers_alike_is_asked_once(
    unstable: frozenset[str], sql: str, parameters: list[object], times: int
) -> None:
    asked: list[str] = []

    def ask() -> tuple[int]:
        asked.append(sql)
        return (len(asked),)

    kept = KeptValues(unstable)
    assert [kept.row(sql, parameters, ask), kept.row(sql, parameters, ask)] == [(1,), (times,)]


def test_arguments_that_are_equal_but_of_another_type_are_others(unstable: frozenset[str]) -> None:
    kept = KeptValues(unstable)
    answers = [kept.row("SELECT $1", [value], lambda value=value: (type(value),)) for value in (1, True, "1")]  # type: ignore[misc]
    assert answers == [(int,), (bool,), (str,)]


def test_the_oldest_values_go_first(unstable: frozenset[str]) -> None:
    kept = KeptValues(unstable)
    for number in range(600):
        kept.row("SELECT $1", [number], lambda number=number: (number,))  # type: ignore[misc]
    assert kept.row("SELECT $1", [599], lambda: ("again",)) == (599,)
    assert kept.row("SELECT $1", [0], lambda: ("again",)) == ("again",)


def test_an_error_is_not_kept(unstable: frozenset[str]) -> None:
    def fails() -> tuple[int]:
        raise ZeroDivisionError

    kept = KeptValues(unstable)
    with pytest.raises(ZeroDivisionError):
        kept.row("SELECT $1", [1], fails)
    assert kept.row("SELECT $1", [1], lambda: (7,)) == (7,)
