"""What `-k` selects."""

from __future__ import annotations

import pytest

from tsqlt_runner.errors import CannotRun
from tsqlt_runner.selection import selection

NAME = "tests/tsqlt/silver/a.sql::test_silver_load_orders.test an order without lines is left out"


@pytest.mark.parametrize(
    ("expression", "selected"),
    [
        ("", True),
        ("load_orders", True),
        ("LOAD_ORDERS", True),
        ("an order without lines", True),
        ("an order with lines", False),
        ("orders and silver", True),
        ("orders and not silver", False),
        ("gold or (silver and lines)", True),
        ("not (gold or bronze)", True),
    ],
)
def test_words_and_phrases_are_combined(expression: str, selected: bool) -> None:
    assert selection(expression)(NAME) is selected


@pytest.mark.parametrize("expression", ["and", "a or", "(a", "a)", "not"])
def test_an_expression_that_does_not_read_is_refused(expression: str) -> None:
    with pytest.raises(CannotRun, match="does not read"):
        selection(expression)
