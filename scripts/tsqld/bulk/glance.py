"""Loading a large file without having surveyed it: what must hold, and the count that proves it did.

Place in the pipeline: `source` asks it before `survey`, and the runtime compares the rows that were loaded
with what was counted. A file without quotes, carriage returns and NULs is a file of lines. DuckDB's reader
raises for a line with too few or too many fields, but skips a blank one, and drops one empty field too many
at the end. Both show in the numbers: then the file has more lines than it gave rows, or more field
terminators than stand between their fields. So the file is loaded at once and counted meanwhile, and whatever
raises or does not agree is a doubt: the load begins again, with care.
"""

from __future__ import annotations

import threading
from typing import Final

from tsqld.bulk.errors import REJECTED
from tsqld.bulk.files import LF, DataFile, chunks
from tsqld.bulk.layout import IGNORED, Layout
from tsqld.bulk.options import BulkOptions
from tsqld.errors import TsqlError

_STRANGERS: Final = (b"\r", b"\0")


def is_plain(data: DataFile, layout: Layout, options: BulkOptions) -> bool:
    """Whether nothing in the bytes of `data` speaks against records that are lines.

    Every field must be for a column: DuckDB does not look at the text of those that nobody reads.
    """
    if layout.width == 1 or options.last_row or IGNORED in layout.targets:
        return False
    skipped = max(options.first_row - 1, 0)
    heads = data.head().split(LF)[:-1][:skipped]
    if len(heads) < skipped or any(head.count(layout.field_end) != layout.width - 1 for head in heads):
        return False
    if data.tail(len(LF)) != LF and data.tail(len(layout.field_end)) == layout.field_end:
        return False
    strangers = (*_STRANGERS, layout.quote) if layout.is_csv else _STRANGERS
    return not any(stranger in chunk for chunk in chunks(data) for stranger in strangers)


class Count:
    """Counts the lines of a plain file and what separates its fields, in a thread of its own."""

    def __init__(self, data: DataFile, layout: Layout, skipped: int) -> None:
        self._data = data
        self._layout = layout
        self._skipped = skipped
        self._lines = self._separators = 0
        self._problem: OSError | None = None
        self._abandoned = threading.Event()
        self._thread = threading.Thread(target=self._count, name="bulk count", daemon=True)
        self._thread.start()

    def rows(self) -> int:
        """The rows that the file must have given, waiting for the count. Error: REJECTED, it is in doubt."""
        self._thread.join()
        agreed = self._separators == self._lines * (self._layout.width - 1)
        if not agreed or self._problem or self._abandoned.is_set():
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
                self._lines += chunk.count(LF)
                self._separators += chunk.count(self._layout.field_end)
                last = chunk[-1:]
        except OSError as problem:
            self._problem = problem
        self._lines += last != LF
