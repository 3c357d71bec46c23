"""One file as delivered: written, hashed and counted."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from operator import itemgetter
from pathlib import Path
from typing import Any, Final

from shopgen.calendar import Calendar
from shopgen.dialect import SUFFIXES, Dialect, Text, compressed, mark, to_bytes
from shopgen.drift import Shape
from shopgen.records import BLANK
from shopgen.schema import Entity
from shopgen.waiting import Row

SUPERSEDED_BY_FILE: Final = "superseded_by_file"
_SMALL: Final = 1 << 22
_PART: Final = 1 << 20
_label = itemgetter(1)
_fields = itemgetter(0)


@dataclass(slots=True)
class Facts:
    """What truth.json says of one file; `counts` are its records by label."""

    path: str
    entity: str
    business_date: str
    revision: int
    delivered_on: str
    dialect: Dialect
    drift: list[str]
    status: str
    sha256: str = ""
    size: int = 0
    refused_because: str = ""
    duplicate_of: str = ""
    superseded_by: str = ""
    counts: Counter[str] = field(default_factory=Counter)


class DeliveredFile:
    """The file of an entity and business date through its revisions."""

    def __init__(self, entity: Entity, calendar: Calendar, day: int, dialect: Dialect) -> None:
        self.entity = entity
        self.dialect = dialect
        self.delay = 0
        self.day = day
        self.calendar = calendar
        self.revision = 1
        self.revisions: list[Facts] = []

    @property
    def last(self) -> Facts:
        """The revision whose records count: the last that is no mere repetition."""
        return next(facts for facts in reversed(self.revisions) if facts.status != "duplicate")

    def revise(self, delay: int) -> None:
        """Go on with the next revision, delivered so many days after this one."""
        self.revision += 1
        self.delay += delay

    def facts(self, dialect: Dialect, status: str) -> Facts:
        """The facts of a new file of this revision, noted among its revisions."""
        date = self.calendar.text(self.day)
        suffix = "" if self.revision == 1 else f"_r{self.revision}"
        name = f"{self.entity.name}_{date}{suffix}{SUFFIXES[dialect.compression]}"
        facts = Facts(
            path=f"shop/{self.entity.name}/{name}",
            entity=self.entity.name,
            business_date=date,
            revision=self.revision,
            delivered_on=self.calendar.text(self.day + 1 + self.delay),
            dialect=dialect,
            drift=[],
            status=status,
        )
        self.revisions.append(facts)
        return facts


class Deliveries:
    """Writes files below a folder; what truth.json says of them goes to `note` once it is final."""

    def __init__(self, folder: Path, note: Callable[[Facts], None]) -> None:
        self._folder = folder
        self._note = note
        self._nothing: dict[str, str] = {}  # by entity, the first file of no bytes

    def write(
        self,
        file: DeliveredFile,
        blocks: Iterable[list[Row]],
        shape: Shape | None,
        status: str,
    ) -> None:
        """Write a revision whose records have these labels, unless all of it is refused or superseded."""
        facts = file.facts(file.dialect, status)
        if shape is not None:
            facts.drift.append(shape.drift)
            facts.refused_because = shape.refused_because
        counts: Counter[str] = Counter()
        with tempfile.SpooledTemporaryFile(_SMALL, "w+", encoding="utf-8", newline="") as spool:
            text = Text(spool, file.entity.header if shape is None else shape.header, file.dialect)
            for block in blocks:
                counts.update(map(_label, block))
                plain = map(_fields, block)
                text.add(plain if shape is None else shape.rows(plain))
            text.end()
            if file.dialect.encoding == "windows-1252" and text.is_ascii and not text.has_bad_bytes:
                facts.dialect = written_as(file.dialect, encoding="utf-8")
            spool.seek(0)
            with compressed(self._place(facts), file.dialect.compression, _member_name(facts)) as write:
                write(mark(file.dialect.encoding))
                while part := spool.read(_PART):
                    write(to_bytes(part, file.dialect.encoding, is_ascii=text.is_ascii))
        facts.counts = _told(counts, facts)
        self._measure(facts)
        for before in file.revisions:
            if before.status == "superseded":
                before.superseded_by = facts.path

    def write_nothing(self, file: DeliveredFile) -> None:
        """Write a revision of no bytes."""
        facts = file.facts(Dialect(), "refused")
        first = self._nothing.setdefault(facts.entity, facts.path)
        if first == facts.path:
            facts.drift, facts.refused_because = ["no_header"], "no_header"
        else:
            facts.status, facts.duplicate_of = "duplicate", first
        self._place(facts).touch()
        self._measure(facts)

    def repeat(self, file: DeliveredFile, delay: int) -> None:
        """Deliver the bytes of the last revision again as the next."""
        before = file.last
        file.revise(delay)
        facts = file.facts(before.dialect, "duplicate")
        facts.drift, facts.duplicate_of = before.drift, before.path
        shutil.copyfile(self._place(before), self._place(facts))
        facts.sha256, facts.size = before.sha256, before.size

    def finish(self, file: DeliveredFile) -> None:
        """No count of this file will change any more."""
        for facts in file.revisions:
            self._note(facts)

    def _place(self, facts: Facts) -> Path:
        """Where the file lies, in a folder that is there."""
        place = self._folder / facts.path
        place.parent.mkdir(parents=True, exist_ok=True)
        return place

    def _measure(self, facts: Facts) -> None:
        with self._place(facts).open("rb") as content:
            facts.sha256 = hashlib.file_digest(content, "sha256").hexdigest()
            facts.size = content.tell()


def written_as(dialect: Dialect, **changes: Any) -> Dialect:
    """The dialect with something else."""
    return replace(dialect, **changes)


def _member_name(facts: Facts) -> str:
    """The name of the file inside a zip."""
    return Path(facts.path).name.removesuffix(".zip")


def _told(counts: Counter[str], facts: Facts) -> Counter[str]:
    """The counts of a file's records, all of which may have been refused or superseded with it."""
    if facts.status == "refused":
        return Counter({f"?{facts.refused_because}": counts.total()})
    if facts.status == "superseded":
        stay = {label: number for label, number in counts.items() if label == BLANK or label[:1] == "?"}
        rest = counts.total() - sum(stay.values())
        return Counter({**stay, SUPERSEDED_BY_FILE: rest})
    return counts
