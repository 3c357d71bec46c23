"""One record and its way into a file; versions of a key, and what a fault makes of them.

A record's label is what becomes of it: VALID until its key or order is settled, then the name of a count of
truth.json, `!reason` for quarantined, `?reason` for refused, BLANK for a blank line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import Final, TypeVar

from shopgen.damage import DAMAGES, REPAIRED
from shopgen.kinds import Faults
from shopgen.schema import Entity
from shopgen.streams import Stream

VALID: Final = ""
BLANK: Final = "blank"
CURRENT: Final = "current"
SUPERSEDED: Final = "superseded"
EXACT: Final = "duplicates_exact"
BY_KEY: Final = "duplicates_by_key"

# How a duplicate by key differs from the record that wins: by entity, from the value that is right.
_OTHER: Final[dict[str, Callable[[str], str]]] = {
    "customers": lambda text: "Robin" if text != "Robin" else "Kim",
    "products": lambda text: f"{text} (old)",
    "orders": lambda text: "store" if text != "store" else "web",
    "order_items": lambda text: str(int(text) + 1),
    "payments": lambda text: "paypal" if text != "paypal" else "card",
    "returns": lambda text: f"{text}?",
    "inventory": lambda text: str(int(text) + 1),
    "fx_rates": lambda text: f"{float(text) * 1.01:.6f}",
}


class Record:
    """Fields as written, the business date of the file that holds them (a day's number), and a label."""

    __slots__ = ("clean", "copied", "day", "fields", "label")

    def __init__(self, day: int, fields: Sequence[str], label: str = VALID) -> None:
        self.day = day
        self.clean = self.fields = fields
        self.label = label
        self.copied = label == VALID  # whether it may appear again as an exact duplicate


R = TypeVar("R", bound=Record)


def other_fields(entity: Entity, fields: Sequence[str]) -> list[str]:
    """The fields with another value in the column that tells duplicates by key apart."""
    changed = list(fields)
    place = entity.index[entity.other_value]
    changed[place] = _OTHER[entity.name](changed[place])
    return changed


def settle_versions(records: Iterable[R]) -> R | None:
    """Label the versions of one key, given by updated_at: the last valid one is returned, unlabelled yet."""
    last: R | None = None
    for record in records:
        if record.label == VALID:
            if last is not None:
                last.label = SUPERSEDED
            last = record
    return last


class Afflicter:
    """Puts faults into records: what strikes is dealt by `faults`, where by the stream of the day."""

    def __init__(self, entity: Entity, faults: Faults, stream: Stream, last_day: int) -> None:
        self.entity = entity
        self.faults = faults
        self.stream = stream
        self._last_day = last_day
        self._deck = faults.of_record(entity)

    def draw(self) -> str | None:
        """A kind of fault for a record of the entity; None when none was asked for."""
        return self._deck.draw() if len(self._deck) else None

    def damage(self, kind: str, record: Record) -> bool:
        """Put a fault of one record in; false when the kind is not one or does not apply to these fields."""
        act = DAMAGES.get(kind)
        if act is None or record.label != VALID:
            return False
        fields = list(record.clean)
        outcome = act(self.entity, fields, self.stream)
        if outcome is None:
            return False
        record.fields = tuple(fields)
        if outcome != REPAIRED:
            record.label = outcome
            record.copied = False
        self.faults.counts[kind] += 1
        return True

    def rival(self, record: Record) -> Record | None:
        """A duplicate by key that loses to this record, which may move to the next day's file for it."""
        if record.label != VALID:
            return None
        loser = Record(record.day, tuple(other_fields(self.entity, record.clean)), BY_KEY)
        if record.day < self._last_day and self.stream.chance(0.5):
            record.day += 1
        self.faults.counts["duplicate_key"] += 1
        return loser

    def delay(self, versions: Sequence[Record]) -> bool:
        """Let one version arrive later than its successor."""
        for earlier, later in pairwise(versions):
            if earlier.label == later.label == VALID and later.day < self._last_day:
                earlier.day = later.day + 1
                self.faults.counts["stale_version"] += 1
                return True
        return False

    def strike_versions(self, versions: list[Record]) -> list[Record]:
        """Put one fault into the versions of a key; returns the losers it brought about, to be written
        first."""
        for _ in range(len(self._deck)):
            kind = self._deck.draw()
            record = self.stream.pick(versions)
            if kind == "stale_version":
                if self.delay(versions):
                    return []
            elif kind == "duplicate_key":
                loser = self.rival(record)
                if loser is not None:
                    return [loser]
            elif self.damage(kind, record):
                return []
        return []
