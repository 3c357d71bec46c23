"""Columns as a drifting source delivers them: one more, in another order, by another name, one less."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from shopgen.schema import Entity
from shopgen.streams import Stream

_EXTRA: Final = ("loyalty_tier", "source_note", "batch_code", "campaign")
_VALUES: Final = ("", "gold", "A-7", "späte Lieferung", "0")


@dataclass(frozen=True)
class Shape:
    """A header, what it is called in truth.json, why it is refused, and what it does to a whole record."""

    header: tuple[str, ...]
    drift: str
    refused_because: str = ""
    change: Callable[[Sequence[str]], Sequence[str]] | None = None

    def rows(self, rows: Iterable[Sequence[str]]) -> Iterable[Sequence[str]]:
        """The rows under this header."""
        return rows if self.change is None else map(self.change, rows)


def added(entity: Entity, stream: Stream) -> Shape:
    """One column more, at the end or before it; a record with a field too many or few stays one."""
    name, place = stream.pick(_EXTRA), len(entity.columns) - stream.below(2)

    def change(row: Sequence[str]) -> Sequence[str]:
        return (*row[:place], stream.pick(_VALUES), *row[place:]) if row else row

    header = (*entity.header[:place], name, *entity.header[place:])
    return Shape(header, f"added:{name}", change=change)


def reordered(entity: Entity, stream: Stream) -> Shape:
    """The same columns in another order."""
    width = len(entity.columns)
    turn = stream.between(1, width - 1)
    order = (*range(turn, width), *range(turn))

    def change(row: Sequence[str]) -> Sequence[str]:
        return tuple(row[place] for place in order) if len(row) == width else row

    return Shape(tuple(entity.header[place] for place in order), "reordered", change=change)


def renamed(entity: Entity, stream: Stream) -> Shape:
    """One column by another name."""
    place = stream.below(len(entity.columns))
    name = entity.header[place]
    header = (*entity.header[:place], f"{name}_new", *entity.header[place + 1 :])
    return Shape(header, f"renamed:{name}", f"missing_column:{name}")


def missing(entity: Entity, stream: Stream) -> Shape:
    """One column less; a record of another width stays whole, so that its quotes stay even."""
    place = stream.below(len(entity.columns))
    name, width = entity.header[place], len(entity.columns)

    def change(row: Sequence[str]) -> Sequence[str]:
        return (*row[:place], *row[place + 1 :]) if len(row) == width else row

    header = (*entity.header[:place], *entity.header[place + 1 :])
    return Shape(header, f"missing:{name}", f"missing_column:{name}", change)
