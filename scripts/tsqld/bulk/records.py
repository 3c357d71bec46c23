"""The exact reader of character data files: what the records of a file are, and what is wrong with them.

Place in the pipeline: used where DuckDB's reader would not give SQL Server's answer, and to say which error a
faulty file causes. It is the authority; it reads some half a million records a second.

Specification. Without FORMAT the file is a stream, not lines: each field runs to its own terminator, so a
record that is too short takes from the next line and the last field of one that is too long takes the rest.
At the end of the file a last field with text needs no terminator, an empty one drops its record without a
word, and any other field that the file ends in is 4832, unless all that is left is a row terminator. With
FORMAT = 'CSV' (RFC 4180) a field is quoted as a whole or holds no quote, and must end where the record's
width wants it to: else 4879, or 7301 in a record that FIRSTROW skips. A quote that is never closed is 4832.
Sources: Microsoft Learn, "BULK INSERT", "Specify field and row terminators"; the end of the file and the
errors as measured on Linux by others.
"""

from __future__ import annotations

import mmap
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from tsqld.bulk.errors import bulk_error, stream_failed
from tsqld.bulk.files import DataFile
from tsqld.bulk.interrupts import look
from tsqld.bulk.layout import Layout
from tsqld.errors import TsqlError

_LOOK_EVERY: Final = 4096
"""Records after which to see whether the request was cancelled."""


@dataclass(frozen=True, slots=True)
class Record:
    """Record `number` of the file (from 1), bytes `start` to `end`, and its fields, unquoted."""

    number: int
    start: int
    end: int
    fields: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Summary:
    """What reading a file to its end, or to LASTROW, found.

    `records` counts from the first of the file, `longest` is the bytes of the longest. `whole` says that all
    bytes of the file belong to these records. `skips_lines` says that each record before FIRSTROW is one
    line.
    """

    records: int
    longest: int
    whole: bool
    skips_lines: bool


class Records:
    """The records of `data`. Iterating gives those from `first` to `last` (0: all); errors come as they are
    met.

    Errors: BulkError with the chain 4879, 7399, 7330 or 4832, 7399, 7330; TsqlError 7301.
    """

    def __init__(self, data: DataFile, layout: Layout, line: int, *, first: int = 1, last: int = 0) -> None:
        self.layout = layout
        self.first = first
        self.last = last
        self._shown = data.shown
        self._line = line
        self._start = data.start
        self._data: mmap.mmap | bytes = b"" if data.is_empty else data.mapped()
        self._size = len(self._data)
        self._read_slowly = self._read_csv if layout.is_csv else self._read_plain
        self._number = 0

    def __iter__(self) -> Iterator[Record]:
        match = _pattern(self.layout, groups=True)
        quote = self.layout.quote
        for start, end, found in self._walk(match):
            if self._number < self.first:
                continue
            raw = found.groups() if isinstance(found, re.Match) else found
            fields = tuple(_unquoted(field, quote) for field in raw) if quote else tuple(raw)
            yield Record(self._number, start, end, fields)

    def summary(self) -> Summary:
        """Read everything without looking at the fields."""
        row_end = self.layout.row_end
        end, longest, skips_lines = self._start, 0, True
        for start, end, _ in self._walk(_pattern(self.layout, groups=False)):
            longest = max(longest, end - start)
            if self._number < self.first and row_end in self._data[start : end - len(row_end)]:
                skips_lines = False
        return Summary(self._number, longest, end >= self._size, skips_lines)

    def extents(self, numbers: set[int]) -> dict[int, tuple[int, bytes]]:
        """Where the records with these numbers begin, and their bytes."""
        found: dict[int, tuple[int, bytes]] = {}
        for start, end, _ in self._walk(_pattern(self.layout, groups=False)):
            if self._number in numbers:
                found[self._number] = (start, self._data[start:end])
            if self._number >= max(numbers):
                break
        return found

    def _walk(
        self, match: Callable[..., re.Match[bytes] | None]
    ) -> Iterator[tuple[int, int, re.Match[bytes] | list[bytes]]]:
        """(start, end, match or fields) of each record; `_number` is the number of the one just given."""
        position = self._start
        self._number = 0
        while not self.last or self._number < self.last:
            found: re.Match[bytes] | list[bytes] | None = match(self._data, position)
            if isinstance(found, re.Match):
                end = found.end()
            else:
                self._number += 1
                slow = self._read_slowly(position)
                self._number -= 1
                if slow is None:
                    return
                found, end = slow
            self._number += 1
            if not self._number % _LOOK_EVERY:
                look()
            yield position, end, found
            position = end

    # what the pattern does not match: ends of files, and errors

    def _read_plain(self, position: int) -> tuple[list[bytes], int] | None:
        fields: list[bytes] = []
        if position >= self._size:
            return None
        for place, end_mark in enumerate(self.layout.terminators):
            end = self._find(end_mark, position)
            if end < 0:
                rest = self._data[position:]
                if place == self.layout.width - 1:
                    return ([*fields, rest], self._size) if rest else None
                if rest == self.layout.row_end:
                    return None
                raise self._failed(bulk_error(4832, line=self._line))
            fields.append(self._data[position:end])
            position = end + len(end_mark)
        return fields, position

    def _read_csv(self, position: int) -> tuple[list[bytes], int] | None:
        fields: list[bytes] = []
        last = self.layout.width - 1
        for place in range(self.layout.width):
            if position >= self._size:
                if place in (0, last):
                    return None
                raise self._failed(bulk_error(4832, line=self._line))
            reader = self._quoted if self._starts(self.layout.quote, position) else self._unquoted
            field, position = reader(position, place)
            fields.append(field)
        return fields, position

    def _quoted(self, position: int, place: int) -> tuple[bytes, int]:
        quote = self.layout.quote
        close = position
        while True:
            close = self._find(quote, close + len(quote))
            if close < 0:
                raise self._failed(bulk_error(4832, line=self._line))
            if not self._starts(quote, close + len(quote)):
                break
            close += len(quote)
        after = close + len(quote)
        field = self._data[position:after]
        expected = self.layout.terminators[place]
        if after >= self._size:
            if place == self.layout.width - 1:
                return field, after
            raise self._failed(bulk_error(4832, line=self._line))
        if not self._starts(expected, after):
            raise self._invalid(place)
        return field, after + len(expected)

    def _unquoted(self, position: int, place: int) -> tuple[bytes, int]:
        expected = self.layout.terminators[place]
        found = [
            (end, end_mark)
            for end_mark in {self.layout.field_end, self.layout.row_end}
            if (end := self._find(end_mark, position)) >= 0
        ]
        end = min((end for end, _ in found), default=self._size)
        field = self._data[position:end]
        if self.layout.quote in field or (found and (end, expected) not in found):
            raise self._invalid(place)
        if not found:
            if place < self.layout.width - 1:
                raise self._failed(bulk_error(4832, line=self._line))
            return field, end
        return field, end + len(expected)

    def _find(self, mark: bytes, position: int) -> int:
        """Where `mark` is next; an empty one is nowhere."""
        return self._data.find(mark, position) if mark else -1

    def _starts(self, mark: bytes, position: int) -> bool:
        return bool(mark) and self._data[position : position + len(mark)] == mark

    def _invalid(self, place: int) -> TsqlError:
        if self._number < self.first:
            return bulk_error(7301, line=self._line)
        return self._failed(bulk_error(4879, self._shown, self._number, place + 1, line=self._line))

    def _failed(self, problem: TsqlError) -> TsqlError:
        return stream_failed(problem, self._line)


def _unquoted(field: bytes, quote: bytes) -> bytes:
    if not field.startswith(quote):
        return field
    return field[len(quote) : -len(quote)].replace(quote + quote, quote)


def _pattern(layout: Layout, groups: bool) -> Callable[..., re.Match[bytes] | None]:
    """Matches one well-formed, terminated record; with `groups`, one group per field, quotes included."""
    if not layout.row_end or (layout.width > 1 and not all(layout.terminators)):
        return lambda data, position: None
    fields = []
    for end_mark in layout.terminators:
        body = _csv_field(layout) if layout.is_csv else _none_of([end_mark])
        fields.append((b"(" + body + b")" if groups else b"(?:" + body + b")") + re.escape(end_mark))
    return re.compile(b"".join(fields), re.DOTALL).match


def _csv_field(layout: Layout) -> bytes:
    quote = re.escape(layout.quote)
    other = b"[^" + quote + b"]" if len(layout.quote) == 1 else b"(?!" + quote + b")."
    bare = _none_of([mark for mark in (layout.field_end, layout.row_end, layout.quote) if mark])
    return b"%s(?>(?:%s)++|%s%s)*+%s|%s" % (quote, other, quote, quote, quote, bare)


def _none_of(marks: list[bytes]) -> bytes:
    """As many bytes as there are before one of `marks`."""
    if all(len(mark) == 1 for mark in marks):
        return b"[^" + b"".join(re.escape(mark) for mark in marks) + b"]*+"
    return b"(?:(?!" + b"|".join(re.escape(mark) for mark in marks) + b").)*+"
