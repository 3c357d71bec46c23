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
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

BAD_BYTE: Final = "\ue000"
RAW_QUOTE: Final = "\ue001"
RAW_NEWLINE: Final = "\ue002"

ENCODINGS: Final = ("utf-8-bom", "utf-16-le", "utf-16-be", "windows-1252")
DELIMITERS: Final = (";", "\t", "|")
LINE_ENDS: Final = ("crlf", "mixed")
COMPRESSIONS: Final = ("gzip", "zip")
SUFFIXES: Final = {"none": ".csv", "gzip": ".csv.gz", "zip": ".csv.zip"}
_ZIP_DATE: Final = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a file is written; the values are those of truth.schema.json."""

    encoding: str = "utf-8"
    delimiter: str = ","
    line_ends: str = "lf"
    compression: str = "none"
    last_line_ends: bool = True
    quoted_header: bool = False


def to_text(header: Sequence[str], rows: Iterable[Sequence[str]], dialect: Dialect) -> str:
    """The file as text; an empty row is a blank line."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=dialect.delimiter, lineterminator="\n")
    writer.writerow([f"{RAW_QUOTE}{name}{RAW_QUOTE}" for name in header] if dialect.quoted_header else header)
    if dialect.line_ends == "mixed":
        other = csv.writer(out, delimiter=dialect.delimiter, lineterminator="\r\n")
        for place, row in enumerate(rows):
            (writer if place % 2 else other).writerow(row)
    else:
        writer.writerows(rows)
    text = out.getvalue().replace(RAW_QUOTE, '"').replace(RAW_NEWLINE, "\n")
    if dialect.line_ends == "crlf":
        text = text.replace("\n", "\r\n")
    shorter = text.removesuffix("\n").removesuffix("\r")
    return text if dialect.last_line_ends or shorter.endswith("\n") else shorter  # a blank line stays one


def to_bytes(text: str, encoding: str) -> bytes:
    """The text in an encoding, with a byte-order mark where the encoding has one here."""
    if encoding == "windows-1252":
        return b"\x81".join(part.encode("cp1252") for part in text.split(BAD_BYTE))
    if encoding == "utf-16-le":
        return codecs.BOM_UTF16_LE + text.replace(BAD_BYTE, "\0").encode("utf-16-le")
    if encoding == "utf-16-be":
        return codecs.BOM_UTF16_BE + text.replace(BAD_BYTE, "\0").encode("utf-16-be")
    mark = codecs.BOM_UTF8 if encoding == "utf-8-bom" else b""
    return mark + _bad_byte(text, encoding).join(part.encode() for part in text.split(BAD_BYTE))


def _bad_byte(text: str, encoding: str) -> bytes:
    """A byte that is no UTF-8; but in a file of nothing but ASCII and that byte it would be Windows-1252."""
    if encoding == "utf-8" and text.replace(BAD_BYTE, "").isascii():
        return b"\0"
    return b"\xe9"


def compress(content: bytes, compression: str, name: str) -> bytes:
    """The content as delivered; `name` is that of the file without .gz or .zip."""
    if compression == "gzip":
        return gzip.compress(content, compresslevel=6, mtime=0)
    if compression == "zip":
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            member = zipfile.ZipInfo(name, _ZIP_DATE)
            archive.writestr(member, content, zipfile.ZIP_DEFLATED)
        return out.getvalue()
    return content
