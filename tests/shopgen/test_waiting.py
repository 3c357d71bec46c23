"""Rows that wait on disk behave as a list of them would."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from shopgen import waiting
from shopgen.waiting import Row, Rows


def row(number: int) -> Row:
    return (str(number), "ä\n"), "label", number % 2 == 0


@pytest.mark.parametrize("seed", range(5))
def test_rows_are_a_list_of_any_length(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    monkeypatch.setattr(waiting, "BLOCK", 7)
    chance = random.Random(seed)
    rows, expected = Rows(tmp_path / "rows"), []
    for number in range(chance.randrange(200)):
        rows.append(row(number))
        expected.append(row(number))
    for number in range(chance.randrange(50)):
        place = chance.randint(0, len(expected))
        rows.insert(place, row(-number))
        expected.insert(place, row(-number))
        if expected:
            place = chance.randrange(-len(expected), len(expected))
            assert rows[place] == expected[place]
    assert len(rows) == len(expected)
    assert list(rows) == expected
    assert [one for block in rows.blocks() for one in block] == expected
    rows.remove()
    assert not list(tmp_path.iterdir())
