"""Reads a delimited file as text: encoding, delimiter, and each line's fields.

First in the package. The reading is Python's csv module's, a line or, where quotes stay open, several at a
time.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from warehouse.contracts import DELIMITERS
from warehouse.errors import UsageProblem
from warehouse.intake.archives import BrokenArchive, opened
from warehouse.intake.encodings import CHUNK, Detector, as_utf8

LARGEST: Final = 64 << 20
"""Bytes of text that are looked at; of a larger file the rest is taken to be like its beginning."""
_LINES_TRIED: Final = 400


@dataclass(frozen=True, slots=True)
class Row:
    """A record of the file: the physical line it begins on, from 1, its fields, and its text."""

    line: int
    fields: tuple[str, ...]
    text: str

    @property
    def filled(self) -> tuple[int, ...]:
        """Where it has something."""
        return tuple(place for place, field in enumerate(self.fields) if field.strip())


@dataclass(frozen=True, slots=True)
class Table:
    """A file as rows. `encoding` is a contract's word, `is_cut` says that only its beginning was read."""

    rows: tuple[Row, ...]
    delimiter: str
    encoding: str
    has_mark: bool
    is_cut: bool


def read_table(path: Path, sheet: str = "") -> Table:
    """The file's rows. Errors: UsageProblem for a file that cannot be read or is no text."""
    text, encoding, has_mark, is_cut = _decoded(path, sheet)
    if not text.strip():
        raise UsageProblem(f"{path}: is empty; name a file with a header and records")
    delimiter = _delimiter(text)
    return Table(tuple(_rows(text, delimiter)), delimiter, encoding, has_mark, is_cut)


def _decoded(path: Path, sheet: str) -> tuple[str, str, bool, bool]:
    detector = Detector("utf-8")
    try:
        with opened(path, sheet) as stream:
            read = 0
            while read < LARGEST and (chunk := stream.read(CHUNK)):
                detector.feed(chunk)
                read += len(chunk)
            is_cut = bool(stream.read(1))
        encoding = detector.finish()
        with opened(path, sheet) as stream:
            pieces, size = [], 0
            for piece in as_utf8(stream, encoding):
                pieces.append(piece)
                size += len(piece)
                if size >= LARGEST:
                    break
    except BrokenArchive as error:
        raise UsageProblem(f"{path}: {error}") from error
    text = b"".join(pieces).decode("utf-8", "replace")
    if is_cut:
        text = text[: text.rfind("\n") + 1]
    if text.count("\ufffd") > len(text) // 100:
        raise UsageProblem(f"{path}: is no text; name a file of lines, or give its format by its suffix")
    name = {"utf-8": "utf-8", "cp1252": "windows-1252"}.get(encoding.name, "utf-16")
    return text, name, encoding.mark > 0, is_cut


def _delimiter(text: str) -> str:
    """What Excel's first line names, or that with which most lines have the same number of fields."""
    first = text.partition("\n")[0].strip().strip('"').lower()
    if first.startswith("sep=") and len(first) == 5 and first[4] in DELIMITERS:
        return first[4]
    lines = text.split("\n", _LINES_TRIED)[:_LINES_TRIED]
    sample = "\n".join(lines)

    def score(delimiter: str) -> tuple[float, int]:
        widths = Counter(len(row.fields) for row in _rows(sample, delimiter) if row.text.strip())
        width, count = max(widths.items(), key=lambda pair: (pair[1] * (pair[0] > 1), pair[0]))
        return (count / widths.total() if width > 1 else 0.0, width)

    scored = {delimiter: score(delimiter) for delimiter in DELIMITERS}
    return max(DELIMITERS, key=lambda delimiter: scored[delimiter])


def _rows(text: str, delimiter: str) -> Iterator[Row]:
    """Records as RFC 4180 has them: a line end between quotes ends none."""
    waiting: list[str] = []
    begins = 1
    for number, line in enumerate(text.split("\n"), start=1):
        if not waiting:
            begins = number
        waiting.append(line)
        joined = "\n".join(waiting)
        if joined.count('"') % 2 and len(waiting) < 200:
            continue
        yield _row(begins, joined.removesuffix("\r"), delimiter)
        waiting = []
    if waiting:
        yield _row(begins, "\n".join(waiting), delimiter)


def _row(line: int, text: str, delimiter: str) -> Row:
    if not text.strip():
        return Row(line, (), text)
    csv.field_size_limit(LARGEST)
    fields = next(csv.reader(io.StringIO(text.replace("\r", " "), newline=""), delimiter=delimiter), [])
    return Row(line, tuple(fields), text)
