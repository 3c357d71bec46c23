"""Every error that the engine names has a message, and every place of the message is filled in."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

from tsqld.errors import MESSAGES

PACKAGE = Path(__file__).resolve().parents[2] / "scripts" / "tsqld"


def _calls() -> Iterator[tuple[str, int, int]]:
    """Place, number and how many values are given, of each call of `error` and `raise_error`."""
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            if node.func.id not in ("error", "raise_error") or not node.args:
                continue
            number, *given = node.args
            if isinstance(number, ast.Constant) and not any(isinstance(one, ast.Starred) for one in given):
                yield f"{path.relative_to(PACKAGE)}:{node.lineno}", int(str(number.value)), len(given)


def _places(number: int) -> int:
    return sum(name is not None for _, name, _, _ in Formatter().parse(MESSAGES[number][2]))


def test_every_error_has_a_message_with_as_many_places_as_values() -> None:
    calls = list(_calls())
    assert len(calls) > 500
    assert [place for place, number, _ in calls if number not in MESSAGES] == []
    assert [place for place, number, given in calls if given != _places(number)] == []
