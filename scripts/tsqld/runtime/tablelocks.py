"""Which locks a statement takes on the tables it reads and writes, and until when.

Readers of READ COMMITTED and SNAPSHOT take none: they see versions. What asks for more, REPEATABLE READ,
SERIALIZABLE and the locking hints, locks whole tables, which keeps others out at least as well as SQL
Server's row locks do: it may make a session wait where SQL Server would not, never see what it should not.
READPAST waits where it would skip. Writers of a table take turns, but for inserts that no key could make
collide.

Source: Microsoft Learn, "Transaction locking and row versioning guide", "Table hints".
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, Final

from tsqld.compile.dml.plan import ChangePlan
from tsqld.errors import error
from tsqld.runtime.locks import TRANSACTION
from tsqld.runtime.outside import may_do_without

if TYPE_CHECKING:
    from tsqld.runtime.session import Session

Hints = frozenset[tuple[str, str]]
"""Tables, each with a hint that it was read with."""
_EXCLUSIVE: Final = frozenset({"TABLOCKX", "XLOCK"})
_HELD: Final = frozenset({"HOLDLOCK", "SERIALIZABLE", "REPEATABLEREAD"})
_WAITING: Final = frozenset({"TABLOCK", "READCOMMITTEDLOCK", "READPAST"})
_LOOSE: Final = frozenset({"NOLOCK", "READUNCOMMITTED", "READCOMMITTED", "READCOMMITTEDLOCK"})
_STRICT: Final = frozenset({"REPEATABLE READ", "SERIALIZABLE"})


class TableLocks:
    """The table locks of one session."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._of_statements: set[str] = set()
        self._outside = False
        """Locks were taken for a transaction that is none: they last until the end of the statement."""

    def reading(self, reads: Collection[str], hints: Hints = frozenset()) -> None:
        """Before a text reads tables: lock what must be locked, and see what is committed. Errors 1205, 1222,
        3951."""
        self._lock_reads(reads, hints)
        self._session.executor.fresh(reads)
        self._session.executor.depends_on(reads)

    def _lock_reads(self, reads: Collection[str], hints: Hints) -> None:
        session = self._session
        if hints or session.options.isolation in _STRICT:
            for storage in sorted(reads):
                self._read(storage, {hint for table, hint in hints if table == storage})
        if session.options.isolation == "SNAPSHOT" and session.trancount:
            transaction = session.executor.transaction
            if transaction is not None and not transaction.frozen:
                raise error(3951, session.database)

    def _read(self, storage: str, hints: set[str]) -> None:
        held = hints & _HELD or (self._session.options.isolation in _STRICT and not hints & _LOOSE)
        if hints & _EXCLUSIVE:
            mode = "X"
        elif "UPDLOCK" in hints:
            mode = "U"
        elif held or hints & _WAITING:
            mode = "S"
        else:
            return
        for_statement = mode == "S" and not held
        self.take(storage, mode, for_statement=for_statement, nowait="NOWAIT" in hints)

    def writing(self, plan: ChangePlan) -> None:
        """Before a plan changes rows: lock its tables and see what is committed. Errors 1205, 1222, 3960."""
        session = self._session
        session.executor.writing = (plan.table.full_name, plan.name.database)
        plans = [one for one in _all(plan) if not one.replaced]
        for one in plans:
            if not one.table.is_temporary:
                nowait = (one.table.storage, "NOWAIT") in plan.hints
                self.take(one.table.storage, _mode(one), nowait=nowait)
                for check in (*one.checks, *one.after):
                    if check.reference:
                        self.take(check.reference, "IX" if check.is_child else "X")
        others = {check.other for one in plans for check in (*one.checks, *one.after) if check.other}
        self._lock_reads(plan.reads - {plan.table.storage}, plan.hints)
        if may_do_without(session.executor, plan):
            session.executor.fresh(plan.reads)
        else:
            session.executor.fresh({*plan.reads, *others, *(one.table.storage for one in plans)})
        session.executor.depends_on(plan.reads)
        self._refuse_stale(plan, others)

    def _refuse_stale(self, plan: ChangePlan, others: set[str]) -> None:
        """Under SNAPSHOT nothing can be checked against what others have committed since, and DuckDB lets a
        row be changed that another transaction has deleted. SQL Server looks at rows, not tables."""
        transaction = self._session.executor.transaction
        if transaction is None or not transaction.frozen or plan.table.is_temporary or plan.replaced:
            return
        checked = set() if _mode(plan) == "IX" and not plan.checks else {plan.table.storage}
        committed = self._session.engine.committed
        if any(committed.get(name, 0) > transaction.snapshot for name in checked | others):
            raise error(3960, plan.table.full_name, plan.name.database)

    def take(self, storage: str, mode: str, *, for_statement: bool = False, nowait: bool = False) -> None:
        """Lock one table. Errors 1205, 1222."""
        session = self._session
        owner = TRANSACTION
        if for_statement:
            owner = f"statement {len(session.frames)}"
            self._of_statements.add(owner)
        elif session.executor.transaction is None:
            self._outside = True
        session.engine.locks.secure(
            session.spid,
            storage,
            mode,
            owner=owner,
            timeout_ms=0 if nowait else session.options.lock_timeout,
            priority=session.options.deadlock_priority,
            cancelled=session.cancelled.is_set,
        )

    def statement_ended(self) -> None:
        """Give back what a statement held for itself, and what it held outside any transaction."""
        session = self._session
        if self._of_statements:
            owner = f"statement {len(session.frames)}"
            if owner in self._of_statements:
                self._of_statements.discard(owner)
                session.engine.locks.release_all(session.spid, owner)
        if self._outside and session.executor.transaction is None:
            self._outside = False
            session.engine.locks.release_all(session.spid, TRANSACTION)


def _mode(plan: ChangePlan) -> str:
    keyed = any(check.number in (2601, 2627) for check in (*plan.checks, *plan.after))
    return "IX" if plan.kind == "INSERT" and not keyed and not plan.skips else "X"


def _all(plan: ChangePlan) -> Iterator[ChangePlan]:
    """A plan, what its OUTPUT inserts into, and what its foreign keys change."""
    yield plan
    for output in plan.outputs:
        if output.into is not None:
            yield from _all(output.into)
    for cascade in plan.cascades:
        yield from _all(cascade)
