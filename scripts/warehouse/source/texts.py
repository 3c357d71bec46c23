"""Reads a delimited file as text: encoding, delimiter, and each line's fields.

First in the package. The reading is Python's csv module's, a line or, where quotes stay open, several at a
time.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from warehouse.contracts import DELIMITERS
from warehouse.errors import UsageProblem
from warehouse.intake.archives import BrokenArchive, opened
from warehouse.intake.encodings import CHUNK, Detector, Encoding, as_utf8
from warehouse.intake.quoting import Quoting, plain_lines
from warehouse.source.quoting import quoting_of_text, strict_record

LARGEST: Final = 64 << 20
"""Bytes of text that are looked at; of a larger file the rest is taken to be like its beginning."""
_LINES_TRIED: Final = 400
_OTHER_FORMATS: Final = (
    (b"PK\x03\x04", "a workbook or an archive; name it .xlsx or .zip, as it is one"),
    (b"\xd0\xcf\x11\xe0", "a workbook of Excel; name it .xls"),
    (b"PAR1", "a Parquet file; name it .parquet"),
    (b"\x1f\x8b", "packed by gzip; name it .gz behind its suffix"),
    (b"%PDF", "a PDF; get the table that it was made from"),
    (b"SQLite format 3", "a database of SQLite; export the table as CSV"),
)
_MARKUP: Final = re.compile(
    r"\s*(<\?xml|<!doctype|<html|<head|<table|<body|<rdf|<feed|<rss|<kml|<gml|<svg)\b", re.IGNORECASE
)
_OTHER_MARKS: Final = ("^", "~", "\x01", "¦", "\u00a7")
"""What else may stand between fields, and the server cannot be told of by a contract."""


@dataclass(frozen=True, slots=True)
class Row:
    """A record of the file: the physical line it begins on, from 1, its fields, and its text.

    `is_whole` says that its quotes are as RFC 4180 has them.
    """

    line: int
    fields: tuple[str, ...]
    text: str
    is_whole: bool = True

    @property
    def filled(self) -> tuple[int, ...]:
        """Where it has something."""
        return tuple(place for place, field in enumerate(self.fields) if field.strip())


@dataclass(frozen=True, slots=True)
class Table:
    """A file as rows. `encoding` is a contract's word, `is_cut` says that only its beginning was read.

    `quoting` is how its fields are quoted; rows are read so. `sample` is a text that is not ASCII, or ''.
    """

    rows: tuple[Row, ...]
    delimiter: str
    encoding: str
    has_mark: bool
    is_cut: bool
    quoting: Quoting = field(default_factory=Quoting)
    sample: str = ""
    has_cr: bool = False


def read_table(path: Path, sheet: str = "", encoding: str = "utf-8") -> Table:
    """The file's rows; `encoding` is that of its text, where bytes do not tell.

    Errors: UsageProblem for a file that cannot be read or is no text.
    """
    text, found, is_cut = _decoded(path, sheet, encoding)
    if not text.strip():
        raise UsageProblem(f"{path}: is empty; name a file with a header and records")
    _refuse_markup(path, text)
    delimiter = _delimiter(text)
    _refuse_other_marks(path, text, delimiter)
    quoting = quoting_of_text(text, delimiter)
    sample = next(iter(re.findall(r"[^\W\d_]*[^\x00-\x7f\ufffd][^\W\d_]*", text)), "")
    if not quoting.is_plain:
        text = "\n".join(plain_lines(text.split("\n"), delimiter, quoting))
    rows = tuple(_rows(text, delimiter))
    return Table(
        rows, delimiter, _word(found, encoding), found.mark > 0, is_cut, quoting, sample, found.has_cr
    )


def _word(found: Encoding, named: str) -> str:
    """The encoding as a contract calls it."""
    words = {"utf-8": "utf-8", "cp1252": "windows-1252", "utf-16-le": "utf-16", "utf-16-be": "utf-16"}
    return words.get(found.name, named)


def _decoded(path: Path, sheet: str, named: str) -> tuple[str, Encoding, bool]:
    detector = Detector(named)
    try:
        with opened(path, sheet) as stream:
            read = 0
            while read < LARGEST and (chunk := stream.read(CHUNK)):
                if not read:
                    _refuse_other_format(path, chunk)
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
        raise UsageProblem(
            f"{path}: is no text in {encoding.name}; name a file of lines, its format by its suffix, or its "
            "--encoding"
        )
    return text, encoding, is_cut


def _refuse_other_format(path: Path, chunk: bytes) -> None:
    for beginning, said in _OTHER_FORMATS:
        if chunk.startswith(beginning):
            raise UsageProblem(f"{path}: is {said}")


def _refuse_markup(path: Path, text: str) -> None:
    if _MARKUP.match(text):
        raise UsageProblem(f"{path}: is HTML or XML, whatever its name says; save its table as CSV or xlsx")
    if re.match(r"\s*(\[\s*[\[{]|\{\s*\")", text):
        raise UsageProblem(f"{path}: is JSON; put one object on each line and name it .jsonl")


def _refuse_other_marks(path: Path, text: str, delimiter: str) -> None:
    """A file with one column of which each line has the same number of another mark."""
    lines = [line for line in text.split("\n", _LINES_TRIED)[:_LINES_TRIED] if line.strip()]
    if any(delimiter in line for line in lines):
        return
    for mark in _OTHER_MARKS:
        if lines[0].count(mark) and len({line.count(mark) for line in lines}) == 1:
            raise UsageProblem(
                f"{path}: has {mark!r} between its fields; save it with a comma, semicolon, tab or pipe"
            )


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
    strict = strict_record(delimiter)
    waiting: list[str] = []
    begins = 1
    for number, line in enumerate(text.split("\n"), start=1):
        if not waiting:
            begins = number
        waiting.append(line)
        joined = "\n".join(waiting)
        if joined.count('"') % 2 and len(waiting) < 200:
            continue
        yield _row(begins, joined.removesuffix("\r"), delimiter, strict)
        waiting = []
    if waiting:
        yield _row(begins, "\n".join(waiting), delimiter, strict)


def _row(line: int, text: str, delimiter: str, strict: re.Pattern[str]) -> Row:
    if not text.strip():
        return Row(line, (), text)
    csv.field_size_limit(LARGEST)
    fields = next(csv.reader(io.StringIO(text.replace("\r", " "), newline=""), delimiter=delimiter), [])
    return Row(line, tuple(fields), text, '"' not in text or strict.fullmatch(text) is not None)
