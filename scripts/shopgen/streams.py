"""Chance, repeatable: streams of random numbers named by what they decide, and decks that forget nobody.

Every day of every entity draws from a stream of its own, so nothing has to be remembered to go on. Only
`random()` of Python's generator is used: its sequence is the same in every version.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Generic, TypeVar

T = TypeVar("T")


class Stream:
    """Random numbers that depend on the seed and the stream's name only."""

    def __init__(self, seed: int, *name: str | int) -> None:
        self._generator = random.Random("/".join(map(str, (seed, *name))))
        self.random = self._generator.random

    def copy(self) -> Stream:
        """A stream that goes on as this one does now."""
        twin = Stream(0)
        twin._generator.setstate(self._generator.getstate())
        return twin

    def below(self, limit: int) -> int:
        """One of 0 … limit - 1."""
        return int(self.random() * limit)

    def between(self, least: int, greatest: int) -> int:
        """One of least … greatest."""
        return least + int(self.random() * (greatest - least + 1))

    def chance(self, probability: float) -> bool:
        """Whether something of this probability happens."""
        return self.random() < probability

    def pick(self, items: Sequence[T]) -> T:
        """One of the items."""
        return items[int(self.random() * len(items))]

    def number(self, mean: float) -> int:
        """A whole number near the mean: its whole part, and one more as often as the rest says."""
        whole = int(mean)
        return whole + (self.random() < mean - whole)


class Deck(Generic[T]):
    """Deals its cards in random order, all of them before any a second time; some may come first of all."""

    def __init__(self, cards: Sequence[T], stream: Stream, first: Sequence[T] = ()) -> None:
        self._cards = tuple(cards)
        self._stream = stream
        self._first = list(first)
        self._left: list[T] = []

    def __len__(self) -> int:
        return len(self._cards)

    def draw(self) -> T:
        """The next card; there must be one."""
        if self._first:
            return self._first.pop(0)
        if not self._left:
            self._left = list(self._cards)
        return self._left.pop(self._stream.below(len(self._left)))
