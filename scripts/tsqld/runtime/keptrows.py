"""Rows that a transaction keeps when it is run again, as they were written the first time.

Place in the pipeline: called by `executor` before it gives up a DuckDB transaction to see what others have
committed. To run all of the journal again would read their news into rows the client has been told of: what
`INSERT #t SELECT … FROM orders` has found stays found on SQL Server, whatever comes into orders afterwards.
And where nothing it read has changed, to find millions of rows again takes longer than to copy them.
So the rows of temp tables, and those that were added to tables, are put aside into files, and their journal's
texts give way to others that bring them back.

Texts are told apart by how they begin, which is how this engine writes them. What is not known to begin so,
UPDATE and DELETE of tables that others see, and tables that these read in a state which is not their last,
are run again as they are. The journal keeps its length: places in it stay what they are.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tsqld.compile.checks import FIRST_LOCAL_ROW
from tsqld.functions.sqltext import quote

NOTHING: Final = "SELECT 1"
"""What stands in the journal where a text was."""
_TEMP: Final = "temp.main."
_QUOTED: Final = r'"(?:[^"]|"")+"'
_TEMPORARY: Final = rf"temp\.main\.{_QUOTED}"
_STORAGE: Final = rf"(?P<table>{_TEMPORARY}|{_QUOTED}(?:\.(?:{_QUOTED}|\w+))*)(?=[ (;]|$)"
_MENTIONED: Final = re.compile(_TEMPORARY)
_BEGINNINGS: Final = (
    ("insert", re.compile(rf"INSERT INTO {_STORAGE}")),
    ("change", re.compile(rf"(?:DELETE FROM|UPDATE) {_STORAGE}")),
    ("make", re.compile(rf"CREATE (?:OR REPLACE )?(?:TEMP )?TABLE (?:IF NOT EXISTS )?{_STORAGE} AS\b")),
    ("create", re.compile(rf"CREATE (?:OR REPLACE )?(?:TEMP )?TABLE {_STORAGE} \(")),
    ("alter", re.compile(rf"(?:ALTER|CREATE TEMP) TABLE (?:IF NOT EXISTS )?{_STORAGE}")),
    ("drop", re.compile(rf"DROP TABLE (?:IF EXISTS )?{_STORAGE}")),
)
_BROUGHT_BACK: Final = re.compile(
    r"INSERT INTO \S.* SELECT \* FROM read_parquet\('[^']*/kept-\d+-\d+\.parquet'\)$"
)
_DATA: Final = ("insert", "change")
_LIFE: Final = "\0"
"""Stands between a table and how many of its name were dropped before it."""


class File:
    """A file that is there for as long as somebody holds this."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __del__(self) -> None:
        self.path.unlink(missing_ok=True)


@dataclass(frozen=True, slots=True)
class Kept:
    """A table whose rows can be put aside: the places in the journal that wrote them, and whether these only
    added some."""

    storage: str
    places: tuple[int, ...]
    only_added: bool
    is_aside: bool = False
    """They are in a file already, and nothing has changed since."""

    @property
    def rows(self) -> str:
        """A query for the rows in the order in which they are stored."""
        where = f" WHERE rowid >= {FIRST_LOCAL_ROW}" if self.only_added else ""
        return f"SELECT * FROM {self.storage}{where}"

    def texts(self, path: Path) -> Iterator[tuple[int, str]]:
        """What stands at its places once the rows are in a file."""
        *others, last = self.places
        yield from ((place, NOTHING) for place in others)
        empty = "" if self.only_added else f"DELETE FROM {self.storage}; "
        yield last, f"{empty}INSERT INTO {self.storage} SELECT * FROM read_parquet({quote(str(path))})"


@dataclass(frozen=True, slots=True)
class _Entry:
    kind: str
    table: str
    others: frozenset[str]
    """Other tables of the journal that it mentions."""
    is_from_file: bool


class Journal:
    """What each text of a journal does to which table. `borders` are places up to which it may be cut back;
    with `positions_matter` somebody remembers where in a table a row is stored."""

    def __init__(
        self, texts: Sequence[str], borders: Collection[int] = (), *, positions_matter: bool = False
    ) -> None:
        self._entries = tuple(_entries(texts))
        self._of: dict[str, list[int]] = defaultdict(list)
        for place, entry in enumerate(self._entries):
            self._of[entry.table].append(place)
        again = {table for table in self._of if not self._is_keepable(table, borders, positions_matter)}
        self._again = self._with_what_they_read(again)

    @property
    def kept(self) -> list[Kept]:
        """The tables whose rows can be put aside."""
        found = []
        for table in self._of.keys() - self._again:
            places = tuple(place for place in self._of[table] if self._entries[place].kind in _DATA)
            if places and not self._dropped(table):
                kinds = {self._entries[place].kind for place in places}
                aside = len(places) == 1 and self._entries[places[0]].is_from_file
                found.append(Kept(table.partition(_LIFE)[0], places, kinds == {"insert"}, aside))
        return sorted(found, key=lambda one: one.storage)

    @property
    def idle(self) -> list[int]:
        """The places of texts that nothing needs any more: they made tables that have been dropped since."""
        gone = (table for table in self._of.keys() - self._again if self._dropped(table))
        return sorted(place for table in gone for place in self._of[table])

    @property
    def writes_again(self) -> bool:
        """Whether rows are written by what is run again."""
        return any(
            entry.kind not in ("create", "alter", "drop")
            for table in self._again
            for entry in self._all(table)
        )

    def _all(self, table: str) -> Iterator[_Entry]:
        return (self._entries[place] for place in self._of[table])

    def _dropped(self, table: str) -> bool:
        return self._entries[self._of[table][-1]].kind == "drop"

    def _is_keepable(self, table: str, borders: Collection[int], positions_matter: bool) -> bool:
        """Whether a table's rows, as they are now, can take the place of all that wrote them."""
        kinds = {entry.kind for entry in self._all(table)}
        if self._dropped(table):
            return self._came_and_went(table, borders)
        data = [place for place in self._of[table] if self._entries[place].kind in _DATA]
        if not table or kinds & {"make", "other", "drop"}:
            return False
        if "change" in kinds and (positions_matter or not table.startswith(_TEMP)):
            return False
        if not data:
            return True
        defined_later = any(place > data[0] for place in self._of[table] if place not in data)
        return not defined_later and not any(data[0] < border <= data[-1] for border in borders)

    def _came_and_went(self, table: str, borders: Collection[int]) -> bool:
        """Whether a temp table was made and dropped with no place between to come back to."""
        first, last = self._of[table][0], self._of[table][-1]
        between = any(first < border <= last for border in borders)
        return table.startswith(_TEMP) and self._entries[first].kind in ("create", "make") and not between

    def _with_what_they_read(self, again: set[str]) -> set[str]:
        """These tables, and those which they read in a state that is not the last one."""
        waiting = list(again)
        while waiting:
            for place in self._of[waiting.pop()]:
                entry = self._entries[place]
                for other in entry.others - again:
                    written_later = any(
                        later > place and self._entries[later].kind in _DATA for later in self._of[other]
                    )
                    if entry.kind == "other" or written_later or self._dropped(other):
                        again.add(other)
                        waiting.append(other)
        return again


def _entries(texts: Sequence[str]) -> Iterator[_Entry]:
    """What texts do. A table that is made after another one of its name was dropped is not the same one."""
    heads = [_head(text) for text in texts]
    tables = {table for _, table in heads if table}
    shared = {table for table in tables if not table.startswith(_TEMP)}
    lives: dict[str, int] = defaultdict(int)
    for text, (kind, table) in zip(texts, heads, strict=True):
        mentioned = tables & set(_MENTIONED.findall(text)) | {name for name in shared if name in text}
        others = frozenset(f"{name}{_LIFE}{lives[name]}" for name in mentioned - {table})
        life = f"{table}{_LIFE}{lives[table]}" if table else ""
        yield _Entry(kind, life, others, _BROUGHT_BACK.search(text) is not None)
        lives[table] += kind == "drop"


def _head(text: str) -> tuple[str, str]:
    """What a text does, and to which table; ("other", "") where that is not known."""
    for kind, beginning in _BEGINNINGS:
        if found := beginning.match(text):
            table = found["table"]
            return kind, table if "." in table else f"{_TEMP}{table}"
    return "other", ""


def files(kept: Iterable[Kept], folder: Path, serial: int) -> Iterator[tuple[Kept, File]]:
    """A file for each table, in a folder that is made when missing."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, one in enumerate(kept):
        yield one, File(folder / f"kept-{serial}-{number}.parquet")
