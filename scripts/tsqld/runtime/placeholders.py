"""Parameters that a text does not mention, which DuckDB refuses: they are left out.

Place in the pipeline: called by `executor` before a text runs. An expression may lose an operand while it is
compiled, as ISNULL(5, @x) does, after the operand has taken its parameter.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from typing import Any, Final

from tsqld.errors import unsupported

UNKEPT: Final = object()
"""Stands for a moment that microseconds do not hold, in a text that counts in them."""

_KEPT_UP_TO: Final = 16_384
"""Characters of the longest text that is remembered: one that holds a catalog may have many times that."""
_PIECE: Final = re.compile(r"""'[^']*+(?:''[^']*+)*+'|"[^"]*+(?:""[^"]*+)*+"|\$(\d+)""")
"""A string, a quoted name or a parameter."""


def given(sql: str, parameters: Sequence[Any]) -> tuple[str, Sequence[Any]]:
    """`sql` and the parameters it mentions, numbered without gaps."""
    if not parameters:
        return sql, parameters
    short = len(sql) <= _KEPT_UP_TO
    used = _mentioned(sql) if short else _mentioned.__wrapped__(sql)
    if len(used) == len(parameters):
        return sql, _kept(parameters)
    places = {number: place for place, number in enumerate(used, 1)}
    renumbered = _renumbered if short else _renumbered.__wrapped__
    return renumbered(sql, tuple(places.items())), _kept([parameters[number - 1] for number in used])


def _kept(parameters: Sequence[Any]) -> Sequence[Any]:
    """`parameters` themselves. Error 50100 where a seventh digit of a second would be lost."""
    if any(value is UNKEPT for value in parameters):
        raise unsupported("a seventh digit of a second here")
    return parameters


@functools.lru_cache(maxsize=2048)
def _mentioned(sql: str) -> tuple[int, ...]:
    return tuple(sorted({int(found[1]) for found in _PIECE.finditer(sql) if found[1]}))


@functools.lru_cache(maxsize=256)
def _renumbered(sql: str, places: tuple[tuple[int, int], ...]) -> str:
    numbers = dict(places)
    return _PIECE.sub(lambda found: f"${numbers[int(found[1])]}" if found[1] else found[0], sql)
