"""Writes a delivery's lines as RFC 4180 has them, where they are quoted in another way or have no header.

Beside encodings. A line stays a line, so that records keep their line numbers; only a file without a header
gets one in front, and its first record is line 2 then, as in any file.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

from warehouse.contracts import Contract
from warehouse.intake.encodings import Encoding, as_utf8

_ESCAPED: Final = re.compile(r'\\(["\\])')


@dataclass(frozen=True, slots=True)
class Quoting:
    """How fields are quoted: `quote` is '"', "'" or '' for not at all.

    `escape` is the backslash where it stands before a quote in a field, `skip_blanks` says that blanks come
    before the quote that opens one. `header` is what a file that has none lacks.
    """

    quote: str = '"'
    escape: str = ""
    skip_blanks: bool = False
    header: str = ""

    @property
    def is_plain(self) -> bool:
        """Whether lines are as RFC 4180 has them."""
        return self == Quoting()


def quoting_of(contract: Contract) -> Quoting:
    """What the contract says of it."""
    dialect = contract.dialect
    names = [column.name for column in contract.columns]
    names += [""] * (dialect.fields - len(names))
    header = "" if dialect.header_rows else dialect.delimiter.join(names)
    return Quoting(dialect.quote, dialect.escape, dialect.skip_blanks, header)


def plain_text(stream: BinaryIO, encoding: Encoding, contract: Contract) -> Iterator[bytes]:
    """The delivery as UTF-8 and as RFC 4180 has it, in pieces. The stream stands at its beginning."""
    quoting, text = quoting_of(contract), as_utf8(stream, encoding)
    if quoting.is_plain or contract.dialect.form == "jsonl":
        return text
    return as_lines(plain_lines(text_lines(text), contract.dialect.delimiter, quoting))


def text_lines(chunks: Iterable[bytes]) -> Iterator[str]:
    """The lines of UTF-8 text without their LF."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    waiting = ""
    for chunk in chunks:
        *whole, waiting = (waiting + decoder.decode(chunk)).split("\n")
        yield from whole
    if waiting:
        yield waiting


def plain_lines(lines: Iterable[str], delimiter: str, quoting: Quoting) -> Iterator[str]:
    """The lines, each without its LF, written anew."""
    if quoting.header:
        yield quoting.header
    if not quoting.quote:
        for line in lines:
            yield delimiter.join(map(_quoted, line.split(delimiter)))
        return
    if quoting.escape:
        lines = (_ESCAPED.sub(_doubled, line) for line in lines)
    if quoting.quote == '"' and not quoting.skip_blanks:
        yield from lines
        return
    for record in _records(lines, quoting.quote):
        yield from _written(record, delimiter, quoting).split("\n")


def as_lines(lines: Iterable[str]) -> Iterator[bytes]:
    """The lines as UTF-8 with LF."""
    for line in lines:
        yield f"{line}\n".encode()


def _quoted(field: str) -> str:
    return f'"{field.replace(chr(34), chr(34) * 2)}"' if '"' in field else field


def _doubled(found: re.Match[str]) -> str:
    return '""' if found[1] == '"' else "\\"


def _records(lines: Iterable[str], quote: str) -> Iterator[str]:
    """Lines together for as long as quotes are open."""
    waiting: list[str] = []
    is_open = False
    for line in lines:
        waiting.append(line)
        is_open ^= line.count(quote) % 2 == 1
        if not is_open:
            yield "\n".join(waiting)
            waiting = []
    yield from waiting  # never closed: each line for itself


def _written(record: str, delimiter: str, quoting: Quoting) -> str:
    if not record.strip():
        return record
    end = "\r" if record.endswith("\r") else ""
    source = io.StringIO(record.removesuffix("\r").replace("\r\n", "\n"), newline="")
    csv.field_size_limit(1 << 26)
    reader = csv.reader(
        source, delimiter=delimiter, quotechar=quoting.quote, skipinitialspace=quoting.skip_blanks
    )
    target = io.StringIO(newline="")
    # The writer quotes a field for a character of its line end.
    csv.writer(target, delimiter=delimiter, lineterminator="\n").writerow(next(reader, []))
    return target.getvalue().removesuffix("\n") + end
