"""Runs T-SQL in process and keeps what it told: the rows of each result set, messages and errors."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from tsqld import events as ev
from tsqld.runtime.session import Session


@dataclass
class Told:
    """Everything one batch yielded."""

    sets: list[list[tuple[Any, ...]]] = field(default_factory=list)
    names: list[list[str]] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)
    errors: list[tuple[int, str]] = field(default_factory=list)
    counts: list[int | None] = field(default_factory=list)

    @property
    def rows(self) -> list[tuple[Any, ...]]:
        """The last result set of a batch that must not have failed."""
        assert not self.errors, self.errors
        return self.sets[-1]

    @property
    def numbers(self) -> list[int]:
        return [number for number, _ in self.errors]


def told(events: Iterable[ev.Event]) -> Told:
    out = Told()
    for event in events:
        match event:
            case ev.Columns():
                out.sets.append([])
                out.names.append([column.name for column in event.columns])
            case ev.Rows():
                out.sets[-1] += [tuple(row) for row in event.rows]
            case ev.Message():
                out.messages.append(event.text)
            case ev.Error():
                out.errors.append((event.number, event.text))
            case ev.Done():
                out.counts.append(event.count)
    return out


class Client:
    """A session that answers batches; GO on a line of its own separates them."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def __call__(self, text: str) -> Told:
        result = Told()
        for batch in text.split("\nGO\n"):
            result = told(self.session.batch(batch))
        return result

    def value(self, expression: str) -> Any:
        """One value of an expression."""
        return self(f"SELECT {expression}").rows[0][0]
