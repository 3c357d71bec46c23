"""A client's session: the calls the wire makes, and the state that lasts between batches."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from tsqld.catalog.model import Catalog, Table
from tsqld.errors import TsqlError, error
from tsqld.events import Argument, Column, Done, Event, TransactionChanged
from tsqld.functions.randoms import RandomNumbers
from tsqld.runtime.authority import Authority
from tsqld.runtime.consequences import error_event
from tsqld.runtime.ddl.tempnames import TemporaryNames
from tsqld.runtime.executor import Executor
from tsqld.runtime.frame import Caught, Frame, Options
from tsqld.runtime.manyrows import ManyRows
from tsqld.runtime.tablelocks import TableLocks
from tsqld.transport import Transport
from tsqld.types import SqlType

if TYPE_CHECKING:
    from tsqld.runtime.engine import Engine
    from tsqld.runtime.interpreter import Interpreter
    from tsqld.runtime.rowcalls import RowCalls

_MILLISECOND = dt.timedelta(milliseconds=1)


class Session:
    """One login. Not thread-safe but for `cancel`."""

    def __init__(
        self, engine: Engine, spid: int, login: str, database: str, app: str = "", host: str = ""
    ) -> None:
        self.engine = engine
        self.spid = spid
        self.login = login
        self.database = database
        self.home = database
        self.app = app
        self.host = host
        self.logged_in = dt.datetime.now()
        self.executor = Executor(engine)
        self.executor.spid = spid
        self.table_locks = TableLocks(self)
        self.authority = Authority(self)
        self.options = Options()
        self.frames: list[Frame] = [Frame(database=database)]
        self.trancount = 0
        self.committed = False
        """Whether the transaction that ended last was committed."""
        self.transaction_name: str | None = None
        self.rowcount = 0
        self.last_error = 0
        self.last_identity: int | None = None
        self.fetch_status = 0
        self.caught: list[Caught] = []
        self.try_depth = 0
        self.instead: tuple[int, ...] = ()
        """The INSTEAD OF triggers that run, outermost first."""
        self.identity_insert = ""
        self.insert_exec: int | None = None
        """The transaction count an INSERT … EXEC under way began with."""
        self.context: dict[str, tuple[Any, bool]] = {}
        self.context_info: bytes | None = None
        self.temporaries: dict[str, Table] = {}
        self.shared_temporaries: list[str] = []
        self.temporary_names = TemporaryNames(self)
        self.temporary_version = 0
        self.only_binding = False
        """A text is compiled for its errors: what its catalog views hold does not matter yet."""
        self.statement_time = dt.datetime.now()
        self.text = ""
        """What the client asked last."""
        self.request_started = self.request_ended = self.logged_in
        self.busy_milliseconds = 0
        self.random_numbers = RandomNumbers()
        self.kept: list[object] = []
        """Files of the running batch's OPENROWSET(BULK …)."""
        self.cancelled = threading.Event()
        self.running = False
        self.closed = False
        self.ended = False
        """An error of severity 20 or more: the session closes when its batch ends."""
        self.transport: Transport | None = None
        self.on_kill: Callable[[], None] = lambda: None
        """Cuts the client off."""
        self._interpreter: Interpreter | None = None
        self._row_calls: RowCalls | None = None

    @property
    def row_calls(self) -> RowCalls:
        """What compiled queries call back row by row."""
        if self._row_calls is None:
            from tsqld.runtime.rowcalls import RowCalls

            self._row_calls = RowCalls(self)
        return self._row_calls

    @property
    def interpreter(self) -> Interpreter:
        if self._interpreter is None:
            from tsqld.runtime.interpreter import Interpreter

            self._interpreter = Interpreter(self)
        return self._interpreter

    @property
    def frame(self) -> Frame:
        return self.frames[-1]

    # calls from the wire

    def batch(self, text: str) -> Iterator[Event]:
        """Run a batch of T-SQL text."""
        return self._guarded(self.interpreter.batch(text), text)

    def execute_sql(
        self, statement: str, declarations: str, arguments: Sequence[Argument]
    ) -> Iterator[Event]:
        """Run a parameterised text, as sp_executesql does."""
        return self._guarded(self.interpreter.execute_sql(statement, declarations, arguments), statement)

    def execute_many(
        self, statement: str, declarations: str, calls: Sequence[Sequence[Argument]]
    ) -> tuple[bool, list[Event]]:
        """Calls of one text, run together where nobody can tell: whether they were, and what to tell, the end
        of each call last."""
        many = ManyRows(self)
        events = list(self._guarded(many.run(statement, declarations, calls), statement))
        return many.done, events

    def call(self, procedure: str, arguments: Sequence[Argument]) -> Iterator[Event]:
        """Call a procedure by name; ends with its output values and its return code."""
        return self._guarded(self.interpreter.remote_call(procedure, arguments), procedure)

    def bulk_copy(self, columns: Sequence[Column], rows: Iterable[Sequence[Any]]) -> Iterator[Event]:
        """The rows that INSERT BULK announced, with their columns as the client describes them."""
        return self._guarded(self.interpreter.bulk_copy(columns, rows), self.text)

    def transaction(self, kind: str, name: str) -> Iterator[Event]:
        """A transaction request of a client library: begin, commit, rollback or save."""
        return self._guarded(self.interpreter.transaction_request(kind, name), kind)

    def describe(self, statement: str, declarations: str) -> tuple[Column, ...] | None:
        """The first result set a text would return, or None. Raises TsqlError."""
        return self.interpreter.describe(statement, declarations)

    def undeclared(self, statement: str, declarations: str) -> list[tuple[str, SqlType]]:
        """Name and type of each parameter that a text uses and does not declare. Raises TsqlError."""
        from tsqld.runtime.undeclared import undeclared_parameters

        return undeclared_parameters(self, statement, declarations)

    def cancel(self) -> None:
        """Stop what runs now. Called from another thread."""
        self.cancelled.set()
        self.executor.interrupt()
        self.engine.locks.wake()

    def kill(self) -> None:
        """End the session from another one: what runs stops, the client is cut off, and it rolls back."""
        self.ended = True
        self.cancel()
        self.on_kill()

    def reset(self, keep_transaction: bool) -> None:
        """What a pooled connection's next user must not see."""
        if not keep_transaction:
            self.rollback_all()
        self.drop_temporaries()
        self.engine.locks.release_all(self.spid, "session")
        self.options = Options()
        self.authority.unwind(0)
        self.context = {}
        self.context_info = None
        self.identity_insert = ""
        self.interpreter.cursors.globals.clear()
        self.database = self.home
        self.frames = [Frame(database=self.home)]
        self.rowcount = self.last_error = 0

    def close(self) -> None:
        """Roll back and leave."""
        if self.closed:
            return
        self.closed = True
        self.rollback_all()
        if self.shared_temporaries:
            self.drop_temporaries()
        self.engine.locks.release_all(self.spid)
        self.executor.close()
        self.temporary_names.leave()
        if self._row_calls is not None:
            self._row_calls.close()
        self.engine.left(self)

    def _guarded(self, events: Iterator[Event], text: str) -> Iterator[Event]:
        """Events until the end, a cancellation or an internal fault; never an exception."""
        self.cancelled.clear()
        self.running = True
        self.text, self.request_started = text, dt.datetime.now()
        before = self.trancount
        try:
            for event in events:
                if before != self.trancount and (before == 0 or self.trancount == 0):
                    yield TransactionChanged(before == 0, before != 0 and self.committed)
                    before = self.trancount
                yield event
                if self.cancelled.is_set():
                    raise InterruptedError
        except InterruptedError:
            self._after_cancel()
            yield Done(None)
        except TsqlError as problem:
            yield error_event(problem)
            yield Done(None)
        except RecursionError:
            yield error_event(error(191))
            yield Done(None)
        finally:
            self.running = False
            self.request_ended = dt.datetime.now()
            self.busy_milliseconds += (self.request_ended - self.request_started) // _MILLISECOND
            if self.ended:
                self.close()
        if before != self.trancount and (before == 0 or self.trancount == 0):
            yield TransactionChanged(before == 0, before != 0 and self.committed)

    def _after_cancel(self) -> None:
        """An attention stops the batch; the transaction stays unless XACT_ABORT is ON."""
        self.frames = self.frames[:1]
        self.try_depth = 0
        self.caught.clear()
        if self.trancount and self.options.xact_abort:
            self.rollback_all()
        elif self.executor.transaction is not None:
            if self.trancount:
                self.executor.broke()
            else:
                self.executor.rollback()

    # transactions

    def rollback_all(self) -> None:
        """End the transaction without its effects; table variables keep theirs."""
        kept = self.interpreter.transactions.saved_table_variables() if self.trancount else []
        self.executor.rollback()
        self.trancount = 0
        self.committed = False
        self.engine.locks.release_all(self.spid, "transaction")
        self.interpreter.transactions.restore_table_variables(kept)
        self.interpreter.cursors.rolled_back()

    def drop_temporaries(self) -> None:
        for table in self.temporaries.values():
            self.executor.cursor.execute(f"DROP TABLE IF EXISTS {table.storage}")
        self.temporaries.clear()
        for name in self.shared_temporaries:
            shared = self.engine.global_temporaries.pop(name, None)
            if shared is not None:
                self.executor.cursor.execute(f"DROP TABLE IF EXISTS {shared.storage}")
        self.shared_temporaries.clear()
        self.temporary_version += 1

    def temporary(self, name: str) -> Table | None:
        """The temp table that a name means here."""
        wanted = name.lower()
        for frame in reversed(self.frames):
            if wanted in frame.temporaries:
                return frame.temporaries[wanted]
        return self.engine.global_temporaries.get(wanted)

    # catalogs

    def catalog(self, database: str) -> Catalog:
        """The catalog as this session sees it. Error 911."""
        transaction = self.executor.transaction
        if transaction is not None:
            own = transaction.catalogs.get(database.lower())
            if own is not None:
                return own
        found = self.engine.catalog(database)
        if found is None:
            raise error(911, database)
        return found

    def lock_catalog(self, database: str) -> Catalog:
        """The catalog to be changed, as it is now: one definer at a time until its transaction ends."""
        resource = f"catalog:{database.lower()}"
        self.table_locks.take(resource, "X")
        self.executor.fresh((resource,))
        return self.catalog(database)

    def change_catalog(self, changed: Catalog) -> None:
        """Use a changed catalog in this transaction, which writes it down when it commits."""
        self.lock_catalog(changed.name)
        self.executor.define(changed)
