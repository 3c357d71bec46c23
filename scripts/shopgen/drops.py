"""Records to the files of their days: what a file does to its records, and its counts.

Records wait here for their business date. When a day is written, every entity that has records gets its
file, with the faults of files and of single lines: section 1 of docs/truth.md.
"""

from __future__ import annotations

import shutil
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Final

from shopgen.calendar import Calendar
from shopgen.delivery import DeliveredFile, Deliveries, Facts, written_as
from shopgen.dialect import COMPRESSIONS, DELIMITERS, ENCODINGS, LINE_ENDS, RAW_QUOTE, Dialect
from shopgen.drift import Shape, added, missing, renamed, reordered
from shopgen.kinds import DRIFT, FLOW, LINES, Faults
from shopgen.records import BLANK, BY_KEY, EXACT, Record, other_fields
from shopgen.schema import ENTITIES, Entity
from shopgen.streams import Stream
from shopgen.waiting import Row, Rows

_LINES: Final = 0.3
_DRIFT: Final = 0.12
_FLOW: Final = 0.3
_DIALECT: Final = 0.15
_TAIL: Final = 12
_WAITING: Final = ".waiting"


class Drops:
    """The records that wait, by day and entity, and the files that were written."""

    def __init__(
        self, calendar: Calendar, faults: Faults, seed: int, folder: Path, note: Callable[[Facts], None]
    ) -> None:
        self._calendar = calendar
        self._faults = faults
        self._seed = seed
        self._waiting: dict[int, dict[str, Rows]] = {}
        self._waiting_room = folder / _WAITING
        self._before: dict[str, tuple[DeliveredFile, list[Row]]] = {}  # by entity: a file, its last rows
        self._deliveries = Deliveries(folder, note)
        shutil.rmtree(self._waiting_room, ignore_errors=True)
        self._waiting_room.mkdir()

    def add(self, entity: Entity, record: Record) -> None:
        """Let a settled record wait for its day."""
        day = self._waiting.setdefault(record.day, {})
        rows = day.get(entity.name)
        if rows is None:
            rows = day[entity.name] = Rows(self._waiting_room / f"{record.day}-{entity.name}")
        rows.append((record.fields, record.label, record.copied))

    def write(self, day: int) -> None:
        """Write the files of a day."""
        waiting = self._waiting.pop(day, {})
        for entity in ENTITIES:
            rows = waiting.get(entity.name)
            if rows:
                self._write(entity, day, rows)
                rows.remove()

    def close(self) -> None:
        """Finish the last file of each entity."""
        shutil.rmtree(self._waiting_room)
        for file, _ in self._before.values():
            self._deliveries.finish(file)

    def _write(self, entity: Entity, day: int, rows: Rows) -> None:
        stream = Stream(self._seed, "file", entity.name, day)
        self._put_line_faults(rows, stream)
        flow = self._drawn("flow", FLOW, _FLOW, stream)
        if flow == "overlapping_file":
            flow = None
            self._put_overlap(entity, rows)
        file = DeliveredFile(entity, self._calendar, day, self._dialect(stream))
        shape = self._shape(file, stream)
        self._deliver(file, rows, shape, flow, stream)
        if entity.name in self._before:
            self._deliveries.finish(self._before[entity.name][0])
        self._before[entity.name] = (file, list(deque((row for row in rows if row[2]), _TAIL)))

    def _put_line_faults(self, rows: Rows, stream: Stream) -> None:
        """Single lines that are no record of the shop: blank ones, copies, one that does not end."""
        for _ in range(1 + len(rows) // 1000):
            kind = self._drawn("lines", LINES, _LINES, stream)
            if kind is None:
                continue
            place = stream.below(len(rows))
            if kind == "blank_line":
                rows.insert(place, ((), BLANK, False))
            elif not rows[place][2] or (kind == "open_quote" and rows[-1][1] == "?open_quote"):
                continue
            elif kind == "duplicate_exact":
                self._copy(rows, place, stream)
            else:
                fields = list(rows[place][0])
                fields[-1] = f"{RAW_QUOTE}cut off"
                rows.append((fields, "?open_quote", False))
            self._faults.counts[kind] += 1

    def _copy(self, rows: Rows, place: int, stream: Stream) -> None:
        """Write a row again further down, perhaps with blanks around a field: which of two equal ones counts
        does not matter within a file."""
        fields = list(rows[place][0])
        if stream.chance(0.3):
            fields[0] = f" {fields[0]} "
        end = len(rows) - (rows[-1][1] == "?open_quote")
        rows.insert(stream.between(place + 1, end), (fields, EXACT, False))

    def _put_overlap(self, entity: Entity, rows: Rows) -> None:
        """Begin with the last rows of the entity's file before; there they become the duplicates."""
        if entity.name not in self._before:
            return
        before, tail = self._before[entity.name]
        counts = before.last.counts
        for row in reversed(tail):
            counts[row[1]] -= 1
            counts[EXACT] += 1
            rows.insert(0, row)
        self._faults.counts["overlapping_file"] += bool(tail)

    def _dialect(self, stream: Stream) -> Dialect:
        encoding = self._variant("encoding", ENCODINGS, stream)
        line_ends = self._variant("line_ends", LINE_ENDS, stream)
        return Dialect(
            encoding=encoding or "utf-8",
            delimiter=self._variant("delimiter", DELIMITERS, stream) or ",",
            line_ends=line_ends or "lf",
            compression=self._variant("compression", COMPRESSIONS, stream) or "none",
            last_line_ends=line_ends is None or stream.chance(0.5),
        )

    def _shape(self, file: DeliveredFile, stream: Stream) -> Shape | None:
        """The columns as a drifting source delivers them; None when they are those of the contract."""
        kind = self._drawn("drift", DRIFT, _DRIFT, stream)
        if kind is None:
            return None
        self._faults.counts[kind] += 1
        if kind == "column_added":
            return added(file.entity, stream)
        if kind == "columns_reordered":
            return reordered(file.entity, stream)
        header = tuple(stream.pick((str.upper, str.title))(f" {name}") for name in file.entity.header)
        file.dialect = written_as(file.dialect, quoted_header=True)
        return Shape(header, "letter_case")

    def _deliver(
        self, file: DeliveredFile, rows: Rows, shape: Shape | None, flow: str | None, stream: Stream
    ) -> None:
        """Write the file, and before or after it what `flow` says."""
        deliver = self._deliveries
        if flow is not None:
            self._faults.counts[flow] += 1
        if flow == "late_file":
            file.delay = stream.between(2, 5)
        elif flow == "corrected_file":
            deliver.write(file, _wrong(file.entity, rows, stream), shape, "superseded")
        elif flow == "empty_file":
            deliver.write_nothing(file)
        elif flow in ("column_renamed", "column_missing"):
            broken = (renamed if flow == "column_renamed" else missing)(file.entity, stream)
            records = ([row for row in block if row[0]] for block in rows.blocks())
            deliver.write(file, records, broken, "refused")
        if flow in ("corrected_file", "empty_file", "column_renamed", "column_missing"):
            file.revise(stream.between(1, 3))
        deliver.write(file, rows.blocks(), shape, "loaded")
        if flow == "resent_file":
            deliver.repeat(file, stream.between(1, 3))

    def _drawn(self, name: str, kinds: Sequence[str], probability: float, stream: Stream) -> str | None:
        """One of the kinds that were asked for, with this probability."""
        deck = self._faults.among(name, kinds)
        return deck.draw() if len(deck) and stream.chance(probability) else None

    def _variant(self, kind: str, variants: Sequence[str], stream: Stream) -> str | None:
        if kind not in self._faults.kinds or not stream.chance(_DIALECT):
            return None
        self._faults.counts[kind] += 1
        return self._faults.variant(kind, variants)


def _wrong(entity: Entity, rows: Rows, stream: Stream) -> Iterator[list[Row]]:
    """The rows as a mistaken export: some missing, some with other values, one nobody will see again."""
    again = stream.copy()  # what is drawn for each row, once more when it is written
    models = 0
    for _, _, copied in rows:
        models += copied
        _fate(copied, stream)
    if models:
        chosen = stream.below(models)
        fields = next(islice((row[0] for row in rows if row[2]), chosen, None))
        yield [(_altered(entity, (f"X{fields[0].strip()[1:]}", *fields[1:])), BY_KEY, False)]
    else:
        yield [(("",) * len(entity.columns), BLANK, False)]
    for block in rows.blocks():
        wrong: list[Row] = []
        for row in block:
            fate = _fate(row[2], again)
            if fate == "altered":
                wrong.append((_altered(entity, row[0]), row[1], row[2]))
            elif fate == "kept":
                wrong.append(row)
        yield wrong


def _fate(copied: bool, stream: Stream) -> str:
    """What a mistaken export does to a row."""
    if copied and stream.chance(0.1):
        return "missing"
    return "altered" if copied and stream.chance(0.1) else "kept"


def _altered(entity: Entity, fields: Sequence[str]) -> Sequence[str]:
    """Other values, unless the field that would change holds no number though it should."""
    try:
        return other_fields(entity, fields)
    except ValueError:
        return fields
