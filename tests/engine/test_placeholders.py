"""Texts keep the parameters they mention, long ones without being remembered."""

from __future__ import annotations

import pytest

from tsqld.runtime import placeholders


@pytest.mark.parametrize("length", [0, 100_000])
def test_parameters_that_a_text_does_not_mention_are_left_out(length: int) -> None:
    held = f"'{'$1' * length}'"
    before = placeholders._mentioned.cache_info().currsize
    sql, values = placeholders.given(f'SELECT {held}, $3, "$2", $1', ["a", "b", "c"])
    assert (sql, values) == (f'SELECT {held}, $2, "$2", $1', ["a", "c"])
    assert placeholders._mentioned.cache_info().currsize - before == (1 if length == 0 else 0)
