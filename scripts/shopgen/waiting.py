"""Rows that wait for their day; all but the last lie on disk, so memory follows neither days nor orders."""

from __future__ import annotations

import marshal
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

# Fields, label, and whether an exact duplicate of it may be written.
Row = tuple[Sequence[str], str, bool]

BLOCK: Final = 1000


class Rows:
    """A list of rows, BLOCK of which are in memory; the rest is in a file of its own until `remove`."""

    def __init__(self, place: Path) -> None:
        self._place = place
        self._saved: list[tuple[int, int, int]] = []  # rows, offset and bytes of each block in the file
        self._last: list[Row] = []
        self._length = 0
        self._loaded: tuple[int, list[Row]] = (-1, [])

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[Row]:
        for block in self.blocks():
            yield from block

    def __getitem__(self, place: int) -> Row:
        """The row at a place, counted from the end when negative."""
        block, within = self._find(place + self._length if place < 0 else place)
        return self._load(block)[within]

    def blocks(self) -> Iterator[list[Row]]:
        """The rows in order, in lists."""
        for number in range(len(self._saved)):
            yield self._load(number)
        if self._last:
            yield self._last

    def append(self, row: Row) -> None:
        """Add a row at the end."""
        self._last.append(row)
        self._length += 1
        if len(self._last) == BLOCK:
            self._saved.append(self._save(self._last))
            self._last = []

    def insert(self, place: int, row: Row) -> None:
        """Add a row before the one at a place; few are, since its whole block is written anew."""
        if place == self._length:
            self.append(row)
            return
        number, within = self._find(place)
        block = self._load(number)
        block.insert(within, row)
        self._length += 1
        if number < len(self._saved):
            self._saved[number] = self._save(block)

    def remove(self) -> None:
        """Delete the file; the rows are gone."""
        self._place.unlink(missing_ok=True)

    def _find(self, place: int) -> tuple[int, int]:
        """The block of a row, and the row's place there."""
        for number, (rows, _, _) in enumerate(self._saved):
            if place < rows:
                return number, place
            place -= rows
        return len(self._saved), place

    def _load(self, number: int) -> list[Row]:
        if number == len(self._saved):
            return self._last
        if self._loaded[0] != number:
            _, offset, size = self._saved[number]
            with self._place.open("rb") as file:
                file.seek(offset)
                self._loaded = (number, marshal.loads(file.read(size)))
        return self._loaded[1]

    def _save(self, block: list[Row]) -> tuple[int, int, int]:
        content = marshal.dumps(block)
        with self._place.open("ab") as file:
            offset = file.tell()
            file.write(content)
        return len(block), offset, len(content)
