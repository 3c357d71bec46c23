"""Identity and sequence counters: outside transactions, unique across sessions, durable.

As in SQL Server, values given to a rolled-back statement are not given again. A high-water mark is written
ahead in blocks, so a crash may skip values but never repeats one.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from tsqld.binder.scope import quoted

if TYPE_CHECKING:
    from tsqld.catalog.model import Catalog, Sequence, Table
    from tsqld.runtime.engine import Engine

_BLOCK = 1000
_VERSIONS = 1 << 24
"""Row versions set aside for one statement."""
_FIRST_VERSION = 2001
"""The first row version of a new database."""


class Counters:
    """Next values by (database, object_id)."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._mutex = threading.RLock()
        self._locks: dict[tuple[str, int], threading.RLock] = {}
        self._next: dict[tuple[str, int], int] = {}
        self._marks: dict[tuple[str, int], int] = {}
        self.last: dict[tuple[str, int], int] = {}

    def lock(self, database: str, table: Table) -> threading.RLock:
        """Held while an INSERT numbers its rows, so that nobody else takes the same values."""
        with self._mutex:
            return self._locks.setdefault((database.lower(), table.object_id), threading.RLock())

    def begin(self, database: str, table: Table) -> None:
        """A new table counts from its seed, whatever a table that was rolled back left under its number."""
        identity = table.identity
        if identity is None or identity.identity is None:
            return
        seed, step = identity.identity
        if (database.lower(), table.object_id) in self._next or (
            self._stored(database, table.object_id, seed) != seed
        ):
            self.restart(database, table.object_id, seed, step)

    def next_of(self, database: str, table: Table) -> int:
        """The value the next row gets."""
        assert table.identity is not None
        assert table.identity.identity is not None
        key = (database.lower(), table.object_id)
        if key not in self._next:
            seed = table.identity.identity[0]
            self._next[key] = seed if table.is_temporary else self._stored(database, table.object_id, seed)
        return self._next[key]

    def used(self, database: str, table: Table, count: int) -> int:
        """`count` rows were numbered; the last value given."""
        assert table.identity is not None
        assert table.identity.identity is not None
        step = table.identity.identity[1]
        key = (database.lower(), table.object_id)
        last = self._next[key] + (count - 1) * step
        self._advance(key, database, last + step, step, durable=not table.is_temporary)
        self.last[key] = last
        return last

    def give_back(self, database: str, table: Table, first: int, count: int) -> None:
        """An INSERT of `count` rows from `first` on is run anew, row by row: nobody shall miss its values."""
        assert table.identity is not None
        assert table.identity.identity is not None
        key = (database.lower(), table.object_id)
        with self.lock(database, table):
            beyond = first + count * table.identity.identity[1]
            if self._next.get(key) == beyond:
                self._next[key] = first

    def explicit(self, database: str, table: Table, value: int) -> None:
        """A value given under IDENTITY_INSERT moves the counter beyond it."""
        assert table.identity is not None
        assert table.identity.identity is not None
        step = table.identity.identity[1]
        key = (database.lower(), table.object_id)
        current = self.next_of(database, table)
        beyond = value + step
        if (beyond > current) == (step > 0):
            self._advance(key, database, beyond, step, durable=not table.is_temporary)
        self.last[key] = value

    def reseed(self, database: str, table: Table, value: int) -> None:
        assert table.identity is not None
        assert table.identity.identity is not None
        key = (database.lower(), table.object_id)
        self._marks.pop(key, None)
        self._advance(key, database, value, table.identity.identity[1], durable=not table.is_temporary)

    def rowversions(self, database: str) -> int:
        """The first of a block of row versions, all a statement may need."""
        with self._mutex:
            first = self.rowversion(database)
            self._advance((database.lower(), 0), database, first + _VERSIONS, 1, durable=True)
            return first

    def rowversion(self, database: str) -> int:
        """The row version that comes next in a database."""
        with self._mutex:
            key = (database.lower(), 0)
            if key not in self._next:
                self._next[key] = self._stored(database, 0, _FIRST_VERSION)
            return self._next[key]

    def rowversions_used(self, database: str, first: int, count: int) -> None:
        """Give back what a statement did not use of its block, if nobody took more meanwhile."""
        with self._mutex:
            key = (database.lower(), 0)
            if self._next[key] == first + _VERSIONS:
                self._next[key] = first + count

    def sequence_next(self, database: str, sequence: Sequence) -> int | None:
        """The next value of a sequence; None when it is exhausted."""
        with self._mutex:
            key = (database.lower(), sequence.object_id)
            if key not in self._next:
                self._next[key] = self._stored(database, sequence.object_id, sequence.start)
            value = self._next[key]
            if not sequence.minimum <= value <= sequence.maximum:
                if not sequence.cycle:
                    return None
                value = sequence.minimum if sequence.increment > 0 else sequence.maximum
            self._advance(key, database, value + sequence.increment, sequence.increment, durable=True)
            self.last[key] = value
            return value

    def sequence_range(self, database: str, sequence: Sequence, size: int) -> tuple[int, int, int] | None:
        """The first and last of `size` values of a sequence and how often it began anew; None when they do
        not fit."""
        with self._mutex:
            key = (database.lower(), sequence.object_id)
            if key not in self._next:
                self._next[key] = self._stored(database, sequence.object_id, sequence.start)
            first, step = self._next[key], sequence.increment
            start, end = sequence.minimum, sequence.maximum
            if step < 0:
                start, end = end, start
            cycles = 0
            if (first - end) * step > 0 and sequence.cycle:
                first, cycles = start, 1
            left = (end - first) // step + 1
            if left < 1 or (size > left and not sequence.cycle):
                return None
            last = first + (size - 1) * step
            if size > left:
                whole, rest = (end - start) // step + 1, size - left - 1
                cycles += 1 + rest // whole
                last = start + rest % whole * step
            self._advance(key, database, last + step, step, durable=True)
            self.last[key] = last
            return first, last, cycles

    def restart(self, database: str, object_id: int, value: int, step: int) -> None:
        self._marks.pop((database.lower(), object_id), None)
        self._advance((database.lower(), object_id), database, value, step, durable=True)

    def forget(self, database: str, object_id: int) -> None:
        self._next.pop((database.lower(), object_id), None)
        self._marks.pop((database.lower(), object_id), None)

    def forget_temporary(self, object_id: int) -> None:
        """A temp table is gone; the next one of its number counts from its seed."""
        with self._mutex:
            for kept in (self._next, self.last):
                for key in [key for key in kept if key[1] == object_id]:
                    del kept[key]

    def forget_database(self, database: str) -> None:
        """A database is gone; one of its name that comes later counts anew."""
        with self._mutex:
            for kept in (self._next, self._marks, self.last, self._locks):
                for key in [key for key in kept if key[0] == database.lower()]:
                    del kept[key]

    def _advance(self, key: tuple[str, int], database: str, value: int, step: int, *, durable: bool) -> None:
        self._next[key] = value
        if not durable:
            return
        mark = self._marks.get(key)
        if mark is None or (value > mark) == (step > 0):
            mark = value + _BLOCK * step
            self._write(database, key[1], mark)
            self._marks[key] = mark

    def _table(self, database: str) -> str:
        catalog = self._engine.catalog(database)
        assert catalog is not None
        return f"{quoted(catalog.name)}.__tsqld.marks"

    def _write(self, database: str, object_id: int, mark: int) -> None:
        cursor = self._engine.connection.cursor()
        cursor.execute(f"INSERT INTO {self._table(database)} VALUES ($1, $2)", [object_id, mark])
        cursor.close()

    def _stored(self, database: str, object_id: int, seed: int) -> int:
        """The mark last written, which rows come last in file order; the seed where none was."""
        cursor = self._engine.connection.cursor()
        row = cursor.execute(
            f"SELECT last(high_water) FROM {self._table(database)} WHERE object_id = $1", [object_id]
        ).fetchone()
        cursor.close()
        return seed if row is None or row[0] is None else int(row[0])

    def close(self) -> None:
        """Write the exact next values, so that a clean stop skips none."""
        with self._mutex:
            catalogs: dict[str, Catalog] = self._engine.catalogs
            for (database, object_id), value in self._next.items():
                if (database, object_id) in self._marks and database in catalogs:
                    self._write(database, object_id, value)
