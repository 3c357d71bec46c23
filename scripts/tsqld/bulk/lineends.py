"""How the lines of a data file end, where the statement leaves that to the platform.

Place in the pipeline: `source` asks it before it lays records out. Specification: Microsoft Learn, "Specify
field and row terminators": with ROWTERMINATOR left out, or given as `\\n`, BULK INSERT expects a carriage
return and a line feed. On Linux it has been seen to take a line feed alone. So both are taken, whichever the
file holds throughout; hexadecimal `0x0a` means the line feed and nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tsqld.bulk.files import CHUNK, CRLF, LF, DataFile
from tsqld.bulk.options import BulkOptions

_PLATFORM: Final = (None, r"\n", "\n")
_BARE: Final = re.compile(rb"(?<!\r)\n")


def row_end(data: DataFile, options: BulkOptions, *, at_a_glance: bool = False) -> str:
    """The row terminator as ROWTERMINATOR would write it; `at_a_glance` it is that of the first line."""
    written = options.row_terminator
    if written not in _PLATFORM:
        assert written is not None
        return written
    quote = options.field_quote.encode() if options.is_csv else b""
    if at_a_glance:
        return r"\r\n" if data.head().partition(LF)[0].endswith(b"\r") else r"\n"
    return r"\r\n" if _all_end_in_crlf(data, quote) else r"\n"


def _all_end_in_crlf(data: DataFile, quote: bytes) -> bool:
    """Whether every line feed outside quotes follows a carriage return, and there is one."""
    if data.is_empty:
        return False
    head = data.head()
    first = head.find(b"\n")
    if first >= 0 and head[: first + 1][-2:] != CRLF and not (quote and quote in head[:first]):
        return False
    feeds, pairs = _counted(data)
    if feeds == pairs:
        return pairs > 0
    return bool(quote) and pairs > 0 and _bare_ones_are_quoted(data, quote)


def _counted(data: DataFile) -> tuple[int, int]:
    """How many line feeds the file holds, and how many of them follow a carriage return."""
    feeds = pairs = 0
    before = b""
    for chunk in _chunks(data):
        feeds += chunk.count(b"\n")
        pairs += chunk.count(CRLF) + (before == b"\r" and chunk[:1] == b"\n")
        before = chunk[-1:]
    return feeds, pairs


def _bare_ones_are_quoted(data: DataFile, quote: bytes) -> bool:
    quotes, at = 0, data.start
    with data.mapped() as text:
        for match in _BARE.finditer(text, data.start):
            quotes += text[at : match.start()].count(quote)
            at = match.start()
            if quotes % 2 == 0:
                return False
    return True


def _chunks(data: DataFile) -> Iterator[bytes]:
    with Path(data.path).open("rb") as file:
        file.seek(data.start)
        while chunk := file.read(CHUNK):
            yield chunk
