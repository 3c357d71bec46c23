"""Prepared statements of one connection: handle to statement and declarations.

Place: `calls` answers sp_prepare, sp_prepexec, sp_execute and sp_unprepare with it. The engine caches
compiled text, so a handle need not hold more than the text.
"""

from __future__ import annotations

from dataclasses import dataclass

from tsqld.errors import TsqlError


@dataclass(frozen=True, slots=True)
class Prepared:
    """A statement with its declarations, as sp_executesql takes them: `@P1 int, @P2 nvarchar(10)`.

    With `is_procedure` it is the name of a procedure instead, which sp_prepexecrpc prepares.
    """

    statement: str
    declarations: str = ""
    is_procedure: bool = False


class PreparedStatements:
    """Handles are given from 1 upward and never reused within a connection."""

    def __init__(self) -> None:
        self._by_handle: dict[int, Prepared] = {}
        self._last = 0

    def add(self, prepared: Prepared) -> int:
        self._last += 1
        self._by_handle[self._last] = prepared
        return self._last

    def find(self, handle: object) -> Prepared:
        """Raises TsqlError 8179 when there is no such handle."""
        if not isinstance(handle, int) or handle not in self._by_handle:
            raise _unknown(handle)
        return self._by_handle[handle]

    def replace(self, handle: object, prepared: Prepared) -> int:
        """A new handle for `prepared`; the one the client prepares anew is forgotten."""
        if isinstance(handle, int):
            self._by_handle.pop(handle, None)
        return self.add(prepared)

    def remove(self, handle: object) -> None:
        """Raises TsqlError 8179 when there is no such handle."""
        self.find(handle)
        if isinstance(handle, int):
            del self._by_handle[handle]

    def clear(self) -> None:
        """A reset connection starts without prepared statements."""
        self._by_handle.clear()


def _unknown(handle: object) -> TsqlError:
    number = 0 if handle is None else handle
    return TsqlError(8179, f"Could not find prepared statement with handle {number}.", state=4)
