"""Counts the records of a CSV file: as RFC 4180 has it, a newline between quotes ends no record.

After encodings. The same rule as bronze.split_lines (a record goes on while its quotes are odd), reached
independently of it, so that the two counts can be held against each other.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

_REPLACEMENT: Final = "\ufffd".encode()


class RecordCounter:
    """Fed with a file's UTF-8 bytes in order. `records` counts blank ones too; `header` is the first line.

    A line of nothing but blanks and delimiters is blank; `delimiter_of` says of the first line which that is.
    `is_broken` says that U+FFFD occurs, which stands for what is no text.
    """

    def __init__(self, delimiter_of: Callable[[bytes], str]) -> None:
        self._delimiter_of = delimiter_of
        self._blank = re.compile(b"")
        self.records = 0
        self.blank = 0
        self.header: bytes | None = None
        self.is_broken = False
        self._quoted = False
        self._waiting: list[bytes] = []

    def feed(self, chunk: bytes) -> None:
        """The next bytes."""
        end = chunk.rfind(b"\n") + 1
        if not end:
            self._waiting.append(chunk)
            return
        self._lines(b"".join((*self._waiting, chunk[:end])))
        self._waiting = [chunk[end:]] if end < len(chunk) else []

    def finish(self) -> None:
        """The file has ended; its last line may lack a line end."""
        rest = b"".join(self._waiting)
        self._waiting = []
        if rest:
            self._lines(rest + b"\n")
        if self._quoted:  # never closed: what is left of the file is one record
            self.records += 1

    def _lines(self, block: bytes) -> None:
        """Whole lines, the last one with its line end."""
        self.is_broken = self.is_broken or _REPLACEMENT in block
        if self.header is None:
            self.header, _, block = block.partition(b"\n")
            mark = re.escape(self._delimiter_of(self.header).encode())
            self._blank = re.compile(rb"(?<=\n)[ \t%s]*\r?(?=\n)" % mark)
        if b'"' not in block:
            if not self._quoted:
                self._count(block, begins_line=True)
            return
        for number, piece in enumerate(block.split(b'"')):
            if number:
                self._quoted = not self._quoted
            if not self._quoted:
                self._count(piece, begins_line=not number)

    def _count(self, text: bytes, *, begins_line: bool) -> None:
        """Text outside quotes."""
        self.records += text.count(b"\n")
        self.blank += len(self._blank.findall(b"\n" + text if begins_line else text))
