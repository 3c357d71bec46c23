"""Fields to bytes in one of the dialects of section 1 of docs/truth.md.

What a writer of CSV would never write stands as a private-use character until the end: a quote out of
place, a line end that is no end of a field, a byte that is no text.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

BAD_BYTE: Final = "\ue000"
RAW_QUOTE: Final = "\ue001"
RAW_NEWLINE: Final = "\ue002"

ENCODINGS: Final = ("utf-8-bom", "utf-16-le", "utf-16-be", "windows-1252")
DELIMITERS: Final = (";", "\t", "|")
LINE_ENDS: Final = ("crlf", "mixed")
COMPRESSIONS: Final = ("gzip", "zip")
SUFFIXES: Final = {"none": ".csv", "gzip": ".csv.gz", "zip": ".csv.zip"}
_ZIP_DATE: Final = (1980, 1, 1, 0, 0, 0)
_MARKS: Final = {
    "utf-8-bom": codecs.BOM_UTF8,
    "utf-16-le": codecs.BOM_UTF16_LE,
    "utf-16-be": codecs.BOM_UTF16_BE,
}


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a file is written; the values are those of truth.schema.json."""

    encoding: str = "utf-8"
    delimiter: str = ","
    line_ends: str = "lf"
    compression: str = "none"
    last_line_ends: bool = True
    quoted_header: bool = False


class Text:
    """A file as text, written into `out` part by part; what its bytes depend on is known after `end`."""

    def __init__(self, out: IO[str], header: Sequence[str], dialect: Dialect) -> None:
        self.is_ascii = True  # apart from BAD_BYTE
        self.has_bad_bytes = False
        self._out = out
        self._dialect = dialect
        self._part = io.StringIO()
        self._writer = csv.writer(self._part, delimiter=dialect.delimiter, lineterminator="\n")
        self._other = csv.writer(self._part, delimiter=dialect.delimiter, lineterminator="\r\n")
        self._is_other_turn = True
        self._held = ""  # the end of what was written, which may have to go
        quote = RAW_QUOTE if dialect.quoted_header else ""
        self._writer.writerow([f"{quote}{name}{quote}" for name in header])

    def add(self, rows: Iterable[Sequence[str]]) -> None:
        """Write rows; an empty row is a blank line."""
        if self._dialect.line_ends == "mixed":
            for row in rows:
                (self._other if self._is_other_turn else self._writer).writerow(row)
                self._is_other_turn = not self._is_other_turn
        else:
            self._writer.writerows(rows)
        text = self._part.getvalue().replace(RAW_QUOTE, '"').replace(RAW_NEWLINE, "\n")
        self._part.seek(0)
        self._part.truncate()
        if self._dialect.line_ends == "crlf":
            text = text.replace("\n", "\r\n")
        self._write(self._held + text)

    def end(self) -> None:
        """Write what was held back, without the last line end where the dialect leaves it out."""
        self.add(())
        held, self._held = self._held, ""
        shorter = held.removesuffix("\n").removesuffix("\r")
        stays = self._dialect.last_line_ends or shorter.endswith("\n")  # a blank line stays one
        self._out.write(held if stays else shorter)

    def _write(self, text: str) -> None:
        """Write all but two line ends."""
        if not text.isascii():
            self.has_bad_bytes = self.has_bad_bytes or BAD_BYTE in text
            self.is_ascii = self.is_ascii and text.replace(BAD_BYTE, "").isascii()
        self._out.write(text[:-4])
        self._held = text[-4:]


def mark(encoding: str) -> bytes:
    """The byte-order mark, where files of an encoding have one here."""
    return _MARKS.get(encoding, b"")


def to_bytes(text: str, encoding: str, *, is_ascii: bool) -> bytes:
    """Part of a text in an encoding; `is_ascii` is whether all of it is, apart from bad bytes."""
    if encoding == "windows-1252":
        return b"\x81".join(part.encode("cp1252") for part in text.split(BAD_BYTE))
    if encoding in ("utf-16-le", "utf-16-be"):
        return text.replace(BAD_BYTE, "\0").encode(encoding)
    # A byte that is no UTF-8; but a file of nothing but ASCII and that byte would be Windows-1252.
    bad = b"\0" if encoding == "utf-8" and is_ascii else b"\xe9"
    return bad.join(part.encode() for part in text.split(BAD_BYTE))


@contextmanager
def compressed(place: Path, compression: str, name: str) -> Iterator[Callable[[bytes], object]]:
    """Writes bytes to a file as delivered; `name` is that of the file without .gz or .zip."""
    if compression == "zip":
        with zipfile.ZipFile(place, "w") as archive:
            member = zipfile.ZipInfo(name, _ZIP_DATE)
            member.compress_type = zipfile.ZIP_DEFLATED
            with archive.open(member, "w") as out:
                yield out.write
    elif compression == "gzip":
        with place.open("wb") as file, gzip.GzipFile("", "wb", 6, file, mtime=0) as packed:
            yield packed.write
    else:
        with place.open("wb") as file:
            yield file.write
