"""RAND: SQL Server's generator of random numbers, and CHECKSUM's folding of values.

Place in the pipeline: a session keeps a `RandomNumbers` for RAND() without a seed; RAND of a seed and the
checksums are entered in `registry`. Source: Microsoft Learn, "RAND", whose example RAND(100), RAND(), RAND()
gives 0.715436657367485, 0.28463380767982, 0.0131039082850364: L'Ecuyer's combined generator of 1988, its
second half started at 67890. "CHECKSUM" and "BINARY_CHECKSUM" promise equal sums for equal lists only; an
int's sum is itself.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Final

from tsqld.binder.bound import Bound
from tsqld.errors import error
from tsqld.functions import arguments as a
from tsqld.functions.comparison import key
from tsqld.functions.precedence import shown
from tsqld.functions.registry import MATH, SYSTEM, define
from tsqld.functions.sqltext import let
from tsqld.types import FLOAT, INT

Args = Sequence[Bound]

_FIRST: Final = (40014, 2147483563)
_SECOND: Final = (40692, 2147483399)
_START: Final = 67890
_SCALE: Final = 4.656613e-10
_ZERO_SEED: Final = 12345
"""What the seed 0 stands for, from which the generator would never move."""


class RandomNumbers:
    """One session's sequence; started anywhere until a seed is given."""

    def __init__(self) -> None:
        self._state = (random.randrange(1, _FIRST[1]), random.randrange(1, _SECOND[1]))

    def seed(self, seed: int) -> None:
        self._state = (abs(seed) or _ZERO_SEED, _START)

    def next(self) -> float:
        first, second = self._state
        first, second = first * _FIRST[0] % _FIRST[1], second * _SECOND[0] % _SECOND[1]
        self._state = (first, second)
        difference = first - second
        return (difference if difference >= 1 else difference + _FIRST[1] - 1) * _SCALE


@define("RAND", MATH, 1)
def _rand(args: Args, line: int) -> Bound:
    """The first number behind a seed; a session keeps the sequence of a seed that is no column."""
    seed = a.integer(args[0], 1, "rand", line)
    second = _START * _SECOND[0] % _SECOND[1]
    start = let(seed.sql, lambda s: f"(CASE WHEN {s} = 0 THEN {_ZERO_SEED} ELSE abs(({s})::BIGINT) END)")
    moved = f"({start} * {_FIRST[0]} % {_FIRST[1]} - {second})"
    positive = let(moved, lambda d: f"(CASE WHEN {d} < 1 THEN {d} + {_FIRST[1] - 1} ELSE {d} END)")
    return a.made(f"({positive} * {_SCALE!r}::DOUBLE)", FLOAT, seed)


# --- checksums ----------------------------------------------------------------------------------------------

_MASK: Final = 4294967295
_NULL_SUM: Final = 2147483647


@define("CHECKSUM", SYSTEM, 1, 8000, note="an int's sum is the int; other numbers are not SQL Server's")
def _checksum(args: Args, line: int) -> Bound:
    return _folded(args, "checksum", True, line)


@define("BINARY_CHECKSUM", SYSTEM, 1, 8000, note="as CHECKSUM")
def _binary_checksum(args: Args, line: int) -> Bound:
    return _folded(args, "binary_checksum", False, line)


def _folded(args: Args, function: str, collated: bool, line: int) -> Bound:
    """The sums of all values, each turned by four bits before the next joins."""
    total = ""
    for place, value in enumerate(args, 1):
        if value.type.name in ("text", "ntext", "image", "xml"):
            if not collated and len(args) > 1:
                continue
            raise error(8116, shown(value.type), place, function, line=line)
        one = _sum(value, collated)
        total = f"xor({let(total, _turned)}, {one})" if total else one
    total = total or f"{_NULL_SUM}::BIGINT"
    signed = let(total, lambda t: f"(CASE WHEN {t} > 2147483647 THEN {t} - 4294967296 ELSE {t} END)::INTEGER")
    return a.made(signed, INT, *args, nullable=False)


def _turned(total: str) -> str:
    return f"((({total} * 16) & {_MASK}) | ({total} >> 28))"


def _sum(value: Bound, collated: bool) -> str:
    """A value's own sum, 0 to 2^32 - 1: an int's bits, or a hash of what the value is compared by."""
    if value.is_null:
        return f"{_NULL_SUM}::BIGINT"
    if value.type.is_integer:
        number = f"({value.sql})::BIGINT"
        if value.type.name == "bigint":
            number = let(number, lambda n: f"xor({n} & {_MASK}, ({n} >> 32) & {_MASK})")
        return f"coalesce({number} & {_MASK}, {_NULL_SUM})"
    text = key(value) if collated else value.sql
    return let(
        text, lambda k: f"CASE WHEN {k} IS NULL THEN {_NULL_SUM} ELSE (hash({k}) % 4294967296)::BIGINT END"
    )
