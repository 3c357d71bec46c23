"""How many rows of a result to fetch at once: as many as their large values leave room for.

Place in the pipeline: `queries` asks it between the fetches of one result set.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from tsqld.types import MAX, SqlType

CHUNK: Final = 2000
"""Rows without large values."""
_FIRST: Final = 8
_GROWTH: Final = 8
_ROOM: Final = 4 << 20
"""Characters and bytes of large values to hold at once; one value may be larger."""
_LARGE: Final = frozenset(("xml", "text", "ntext", "image"))


class Portions:
    """`rows` is what to fetch next, from a few at first to what the last ones' sizes allow."""

    def __init__(self, types: Sequence[SqlType]) -> None:
        self._large = [i for i, type in enumerate(types) if type.length == MAX or type.name in _LARGE]
        self.rows = _FIRST if self._large else CHUNK

    def had(self, rows: Sequence[Sequence[Any]]) -> None:
        """Learn from what was fetched."""
        if self._large:
            size = sum(len(row[i]) for row in rows for i in self._large if row[i] is not None)
            allowed = _ROOM * len(rows) // max(size, 1)
            self.rows = max(1, min(allowed, self.rows * _GROWTH, CHUNK))
