"""Loading a large file without having surveyed it: what must hold, and the count that proves it did.

Place in the pipeline: `source` asks it before `survey`, and the runtime compares the rows that were loaded
with what was counted. A file without quotes, carriage returns and NULs is a file of lines. DuckDB's reader
raises for a line with too few or too many fields, but skips a blank one, and drops one empty field too many
at the end. Both show in the numbers: then the file has more lines than it gave rows, or more field
terminators than stand between their fields. So the file is loaded at once and counted meanwhile, and whatever
raises or does not agree is a doubt: the load begins again, with care. Where the first line ends in a carriage
return and a line feed, each of either must be one of such a pair.
"""

from __future__ import annotations

import threading
from typing import Final

from tsqld.bulk.errors import REJECTED
from tsqld.bulk.files import CRLF, LF, DataFile, Text, as_it_is, chunks
from tsqld.bulk.layout import IGNORED, Layout
from tsqld.bulk.options import BulkOptions
from tsqld.errors import TsqlError

_NUL: Final = b"\0"
_CR: Final = b"\r"


def plain_text(data: DataFile, layout: Layout, options: BulkOptions) -> Text | None:
    """The file as it is, when nothing in its bytes speaks against records that are lines.

    Every field must be for a column: DuckDB does not look at the text of those that nobody reads.
    """
    if data.is_empty or layout.width == 1 or options.last_row or IGNORED in layout.targets:
        return None
    text = as_it_is(data, layout, (LF, CRLF))
    skipped, row_end = max(options.first_row - 1, 0), layout.row_end
    heads = data.head().split(row_end)[:-1][:skipped]
    if (
        text is None
        or len(heads) < skipped
        or any(head.count(layout.field_end) != layout.width - 1 for head in heads)
    ):
        return None
    if data.tail(len(row_end)) != row_end and data.tail(len(layout.field_end)) == layout.field_end:
        return None
    strangers = [_NUL, *([_CR] if row_end == LF else []), *([layout.quote] if layout.is_csv else [])]
    if any(stranger in chunk for chunk in chunks(data) for stranger in strangers):
        return None
    return text


class Count:
    """Counts the lines of a plain file and what separates its fields, in a thread of its own."""

    def __init__(self, data: DataFile, layout: Layout, skipped: int) -> None:
        self._data = data
        self._layout = layout
        self._skipped = skipped
        self._lines = self._separators = 0
        self._whole = True
        """Each line feed and carriage return is (part of) a row terminator."""
        self._problem: OSError | None = None
        self._abandoned = threading.Event()
        self._thread = threading.Thread(target=self._count, name="bulk count", daemon=True)
        self._thread.start()

    def rows(self) -> int:
        """The rows that the file must have given, waiting for the count. Error: REJECTED, it is in doubt."""
        self._thread.join()
        agreed = self._separators == self._lines * (self._layout.width - 1)
        if not (agreed and self._whole) or self._problem or self._abandoned.is_set():
            raise TsqlError(REJECTED, "")
        return self._lines - self._skipped

    def abandon(self) -> None:
        """The count is of no use any more."""
        self._abandoned.set()

    def _count(self) -> None:
        last = b""
        try:
            for chunk in chunks(self._data):
                if self._abandoned.is_set():
                    return
                ended = self._ended(chunk, last)
                self._lines += ended
                self._separators += chunk.count(self._layout.field_end)
                last = chunk[-1:]
        except OSError as problem:
            self._problem = problem
        self._whole = self._whole and last != _CR
        self._lines += last != LF

    def _ended(self, chunk: bytes, last: bytes) -> int:
        """The lines that end in a chunk, the byte before which was `last`."""
        feeds = chunk.count(LF)
        if self._layout.row_end == CRLF:
            pairs = chunk.count(CRLF) + (last == _CR and chunk[:1] == LF)
            returns = chunk.count(_CR) - (chunk[-1:] == _CR) + (last == _CR)
            self._whole = self._whole and feeds == pairs == returns
        return feeds
