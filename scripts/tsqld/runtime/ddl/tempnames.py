"""Where temp tables and table variables are kept: DuckDB's names, which a session gives again.

A compiled text names the storage of its tables. SQL Server keeps a procedure's temp table for its next call.
Here the next table of a name gets the storage of one that is gone, so that what was compiled for a table of
the same shape holds again; whether it does is asked of the shape (`same_table`), never taken from the name.
Storage is free when no table in scope and no cursor has it. A table may still lie there, come back when a
rollback undid its DROP, so it is made by CREATE OR REPLACE.

Source: Microsoft Learn, "tempdb database": temporary tables and table variables are cached.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from tsqld.binder.scope import quoted
from tsqld.catalog.model import Table

if TYPE_CHECKING:
    from tsqld.runtime.session import Session


class TemporaryNumbers:
    """The numbers of storage that ended sessions have left, by the lower-case name of its tables."""

    def __init__(self) -> None:
        self._left: dict[str, list[int]] = {}
        self._mutex = threading.Lock()

    def take(self, name: str, new: Callable[[], int]) -> int:
        """The smallest number left for a name, or a new one."""
        with self._mutex:
            left = self._left.get(name)
            return left.pop() if left else new()

    def leave(self, name: str, number: int) -> None:
        """Have a number for the next session, whose tables of that name it may give it."""
        with self._mutex:
            left = self._left.setdefault(name, [])
            left.append(number)
            left.sort(reverse=True)


class TemporaryNames:
    """The storage that a session has given to its temp tables and table variables, by lower-case name."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._given: dict[str, list[tuple[int, str]]] = {}

    def take(self, name: str) -> tuple[int, str]:
        """A number and the storage of a new table; its identity values begin anew."""
        session = self._session
        known = self._given.setdefault(name.lower(), [])
        used = set(self._in_use()) if known else set()
        free = next((one for one in known if one[1] not in used), None)
        if free is None:
            serial = session.engine.temporary_numbers.take(name.lower(), session.engine.serial)
            free = serial, f"temp.main.{quoted(f'{name.lower()} {serial}')}"
            known.append(free)
        session.engine.counters.forget_temporary(-free[0])
        if session.identity_insert == free[1]:
            session.identity_insert = ""
        return free

    def leave(self) -> None:
        """The session ends."""
        for name, known in self._given.items():
            for number, _ in known:
                self._session.engine.temporary_numbers.leave(name, number)
        self._given.clear()

    def _in_use(self) -> Iterator[str]:
        session = self._session
        for tables in (session.temporaries, *(frame.temporaries for frame in session.frames)):
            yield from (table.storage for table in tables.values())
        for frame in session.frames:
            yield from (table.storage for table in (*frame.tables.values(), *frame.specials.values()))
        for cursor in session.interpreter.cursors.every():
            yield from cursor.reads
            if cursor.table is not None:
                yield cursor.table.storage


def same_table(one: Table | None, other: Table | None) -> bool:
    """Whether what was compiled for one table holds for the other: they differ in nothing but their dates."""
    if one is None or other is None or one.storage != other.storage:
        return one is other
    return one is other or replace(one, created=other.created, modified=other.modified) == other
