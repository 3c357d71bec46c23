"""Seconds on the clock, and two ways of doing one thing that take turns."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass


def timed(action: Callable[[], object]) -> float:
    """Seconds on the clock."""
    started = time.perf_counter()
    action()
    return time.perf_counter() - started


@dataclass(frozen=True)
class Way:
    """One way of doing it; `before` makes what it starts from and is not measured."""

    action: Callable[[], object]
    before: Callable[[], object] = lambda: None


def by_turns(first: Way, second: Way, repeats: int) -> tuple[float, float]:
    """The median seconds of each; they alternate, so that other work on the machine disturbs both alike."""
    spent: tuple[list[float], list[float]] = ([], [])
    for _ in range(repeats):
        for way, seconds in zip((first, second), spent, strict=True):
            way.before()
            seconds.append(timed(way.action))
    return statistics.median(spent[0]), statistics.median(spent[1])


def median(action: Callable[[], object], repeats: int) -> float:
    """The median seconds of an action, done once more beforehand to warm it."""
    action()
    return statistics.median(timed(action) for _ in range(repeats))
