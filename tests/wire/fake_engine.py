"""A stand-in for the engine: it understands a handful of made-up commands and answers with events.

It exists so that every type, error, cancellation and volume can be sent over the wire on demand, whatever
the real engine can do. What a batch says: `values NAME`, `rows N`, `large N`, `forever`, `busy`, `print`,
`fail`, `sets`, `counts`, `broken`, `use NAME`, `begin`, `commit`, `rollback`, `spid`, `bad rows`, `silent
N`, `state`. Anything else is done at once, as SET is. Parameterised statements and procedures give back
their arguments.
"""

from __future__ import annotations

import datetime as dt
import itertools
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any, Final

from tests.wire.samples import SAMPLES

from tsqld.events import (
    Argument,
    Column,
    Columns,
    DatabaseChanged,
    Done,
    Error,
    Event,
    Message,
    ReturnStatus,
    ReturnValue,
    Rows,
    TransactionChanged,
)
from tsqld.runtime.datatypes import datatype_info
from tsqld.transport import Transport
from tsqld.types import BIGINT, DATE, INT, MAX, SqlType, datetime2, decimal, nvarchar

SIX: Final = (
    Column("id", INT, nullable=False),
    Column("customer", BIGINT),
    Column("amount", decimal(18, 2)),
    Column("name", nvarchar(50)),
    Column("sold_on", DATE),
    Column("loaded_at", datetime2(7)),
)
_CENT: Final = Decimal("0.01")
_CHUNK: Final = 8192
_PARAMETERS: Final = (("@P1", nvarchar(100)), ("@P2", decimal(19, 4)), ("@P3", datetime2(3)))


def six_columns(start: int, count: int) -> list[tuple[Any, ...]]:
    """Synthetic rows: int, bigint, decimal(18,2), nvarchar(50), date, datetime2(7)."""
    day, moment = dt.date(2017, 1, 1), dt.datetime(2024, 1, 1)
    return [
        (
            i,
            i * 7,
            (i % 100_000) * _CENT,
            f"product number {i}",
            day + dt.timedelta(days=i % 365),
            moment + dt.timedelta(microseconds=i),
        )
        for i in range(start, start + count)
    ]


class LoginFailed(Exception):
    """As the real engine's."""

    def __init__(self, number: int, message: str, state: int = 1) -> None:
        super().__init__(message)
        self.number, self.message, self.state = number, message, state


class FakeEngine:
    """Knows one login and two databases."""

    def __init__(self, password: str) -> None:
        self._password = password
        self._spids = itertools.count(51)
        self.open_sessions = 0

    def login(
        self, user: str, password: str, database: str | None, *, app: str = "", host: str = ""
    ) -> FakeSession:
        if (user, password) != ("sa", self._password):
            raise LoginFailed(18456, f"Login failed for user '{user}'.")
        if database not in (None, "master", "warehouse"):
            text = f'Cannot open database "{database}" requested by the login. The login failed.'
            raise LoginFailed(4060, text)
        self.open_sessions += 1
        return FakeSession(self, next(self._spids), database or "master")

    def close(self) -> None:
        return None


class FakeSession:
    """Answers the made-up commands; `cancel` sets an event that the slow ones look at."""

    def __init__(self, engine: FakeEngine, spid: int, database: str) -> None:
        self.transport: Transport | None = None
        self.on_kill: Callable[[], None] = lambda: None
        self._engine = engine
        self.spid = spid
        self.database = database
        self._stopped = threading.Event()
        self.closed = False
        self._resets = 0
        self._chunk = six_columns(0, _CHUNK)

    def batch(self, text: str) -> Iterator[Event]:
        self._stopped.clear()
        word, _, rest = text.strip().partition(" ")
        command = getattr(self, f"_do_{word.lower()}", None)
        if command is None:
            yield Done(None)
        else:
            yield from command(rest)

    def execute_sql(
        self, statement: str, declarations: str, arguments: Sequence[Argument]
    ) -> Iterator[Event]:
        self._stopped.clear()
        if statement.startswith("fail"):
            yield from self._do_fail("")
            return
        if statement.startswith(("values", "rows", "forever")):
            yield from self.batch(statement)
            return
        yield from self._echo(arguments)
        for place, argument in enumerate(arguments):
            if argument.is_output:
                yield ReturnValue(argument.name, argument.type, argument.value, place)

    def execute_many(
        self, statement: str, declarations: str, calls: Sequence[Sequence[Argument]]
    ) -> tuple[bool, list[Event]]:
        return False, []

    def call(self, procedure: str, arguments: Sequence[Argument]) -> Iterator[Event]:
        self._stopped.clear()
        name = procedure.lower().split(".")[-1]
        if name == "missing":
            yield Error(2812, "Could not find stored procedure 'missing'.", 16, 62, 1)
            return
        if name != "outputs":
            yield from self._echo(arguments, procedure)
        for place, argument in enumerate(arguments):
            if argument.is_output:
                value = 42 if argument.type.is_integer else f"<{argument.value}>"
                yield ReturnValue(argument.name, argument.type, value, place)
        yield ReturnStatus(7)

    def _echo(self, arguments: Sequence[Argument], procedure: str = "") -> Iterator[Event]:
        """One row: name, type and value of every argument; a table's rows follow as a result of their own."""
        plain = [a for a in arguments if a.type.name != "table"]
        columns = [Column("procedure", nvarchar(200))]
        row: list[Any] = [procedure]
        for place, argument in enumerate(plain):
            columns += [Column(f"type{place}", nvarchar(60)), Column(f"value{place}", argument.type)]
            row += [str(argument.type), argument.value]
        yield Columns(tuple(columns))
        yield Rows([row])
        yield Done(1, select=True)
        for argument in arguments:
            if argument.type.name == "table" and argument.value is not None:
                table = argument.value
                yield Columns(tuple(Column(c.name or f"c{i}", c.type) for i, c in enumerate(table.columns)))
                yield Rows(table.rows)
                yield Done(len(table), select=True)

    def bulk_copy(self, columns: Sequence[Column], rows: Iterable[Sequence[Any]]) -> Iterator[Event]:
        yield Done(len(list(rows)))

    def transaction(self, kind: str, name: str) -> Iterator[Event]:
        if kind == "begin":
            yield TransactionChanged(began=True)
        elif kind in ("commit", "rollback"):
            yield TransactionChanged(began=False, committed=kind == "commit")
        yield Done(None)

    def describe(self, statement: str, declarations: str) -> tuple[Column, ...] | None:
        return SIX if "rows" in statement else None

    def undeclared(self, statement: str, declarations: str) -> list[tuple[str, SqlType]]:
        return list(_PARAMETERS)

    def reset(self, keep_transaction: bool) -> None:
        self._resets += 1
        self.database = "master"

    def cancel(self) -> None:
        self._stopped.set()

    def close(self) -> None:
        self._engine.open_sessions -= 1

    # --- commands

    def _do_values(self, name: str) -> Iterator[Event]:
        kind, values = SAMPLES[name]
        yield Columns((Column("n", INT, nullable=False), Column("v", kind)))
        yield Rows(list(enumerate(values)))
        yield Done(len(values), select=True)

    def _do_rows(self, count: str) -> Iterator[Event]:
        yield Columns(SIX)
        left = int(count)
        while left > 0 and not self._stopped.is_set():
            yield Rows(self._chunk[: min(left, _CHUNK)])
            left -= _CHUNK
        yield Done(int(count), select=True)

    def _do_large(self, size: str) -> Iterator[Event]:
        yield Columns((Column("t", nvarchar(MAX)), Column("b", SqlType("varbinary", MAX))))
        yield Rows([("ä" * int(size), b"\x5a" * int(size))])
        yield Done(1, select=True)

    def _do_forever(self, _: str) -> Iterator[Event]:
        """Waits as a long query does: inside one call, until cancelled."""
        yield Columns((Column("n", INT),))
        yield Rows([(1,)])
        self._stopped.wait(60)
        yield Error(3621, "must never be seen", 16, 1, 1)

    def _do_wait(self, _: str) -> Iterator[Event]:
        """Waits before anything is sent, until cancelled."""
        self._stopped.wait(60)
        yield Done(None)

    def _do_busy(self, _: str) -> Iterator[Event]:
        """Sends rows without end; a cancellation rolls its transaction back."""
        yield TransactionChanged(began=True)
        yield Columns(SIX)
        while not self._stopped.is_set():
            yield Rows(self._chunk)
        yield TransactionChanged(began=False)

    def _do_print(self, text: str) -> Iterator[Event]:
        yield Message(text or "hello")
        yield Message("a warning", number=50000, severity=10, state=3, line=4, procedure="dbo.p")
        yield Done(None)

    def _do_slowly(self, _: str) -> Iterator[Event]:
        yield Message("first")
        self._stopped.wait(3)
        yield Message("second")
        yield Done(None)

    def _do_fail(self, _: str) -> Iterator[Event]:
        yield Error(547, "The INSERT statement conflicted.", 16, 2, 12, "silver.load_orders")
        yield Message("The statement has been terminated.", number=3621)
        yield Done(None)

    def _do_sets(self, _: str) -> Iterator[Event]:
        yield Columns((Column("a", INT),))
        yield Rows([(1,), (2,)])
        yield Done(2, select=True)
        yield Done(5)
        yield Message("between")
        yield Columns((Column("b", nvarchar(10)), Column("", INT)))
        yield Done(0, select=True)
        yield Columns((Column("c", INT),))
        yield Rows([(3,)])
        yield Done(1, select=True)

    def _do_counts(self, _: str) -> Iterator[Event]:
        yield Done(3)
        yield Done(None)
        yield Done(4)

    def _do_partly(self, _: str) -> Iterator[Event]:
        yield Columns((Column("a", INT),))
        yield Rows([(1,)])
        yield Error(8134, "Divide by zero error encountered.", 16, 1, 1)
        yield Done(None, select=True)

    def _do_carryon(self, _: str) -> Iterator[Event]:
        yield Error(2627, "Violation of PRIMARY KEY constraint.", 14, 1, 1)
        yield Done(None)
        yield Columns((Column("a", INT),))
        yield Rows([(9,)])
        yield Done(1, select=True)

    def _do_broken(self, _: str) -> Iterator[Event]:
        yield Columns((Column("a", INT),))
        raise RuntimeError("a defect")

    def _do_bad(self, _: str) -> Iterator[Event]:
        yield Columns((Column("a", INT),))
        yield Rows([("not a number",)])
        yield Done(1, select=True)

    def _do_use(self, name: str) -> Iterator[Event]:
        previous, self.database = self.database, name
        yield DatabaseChanged(name, previous)
        yield Message(f"Changed database context to '{name}'.", 5701, 0, 2)
        yield Done(None)

    def _do_begin(self, _: str) -> Iterator[Event]:
        yield TransactionChanged(began=True)
        yield Done(None)

    def _do_commit(self, _: str) -> Iterator[Event]:
        yield TransactionChanged(began=False, committed=True)
        yield Done(None)

    def _do_rollback(self, _: str) -> Iterator[Event]:
        yield TransactionChanged(began=False)
        yield Done(None)

    def _do_state(self, _: str) -> Iterator[Event]:
        """Spid, sessions open, resets so far, database."""
        yield Columns((Column("s", INT), Column("o", INT), Column("r", INT), Column("d", nvarchar(128))))
        yield Rows([(self.spid, self._engine.open_sessions, self._resets, self.database)])
        yield Done(1, select=True)

    def _do_sleep(self, seconds: str) -> Iterator[Event]:
        time.sleep(float(seconds))
        yield Done(None)

    def _do_sp_datatype_info_100(self, arguments: str) -> Iterator[Event]:
        """As FreeTDS asks, in a batch."""
        yield from datatype_info(*map(int, arguments.split(",")))

    def _do_exec(self, _: str) -> Iterator[Event]:
        yield Columns((Column("a", INT),))
        yield Rows([(1,)])
        yield Done(1, select=True)
        yield ReturnStatus(4)
