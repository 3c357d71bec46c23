"""Transactions: BEGIN, COMMIT, ROLLBACK, SAVE, and the one a single statement runs in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Final

from tsqld.errors import TsqlError, error
from tsqld.events import Event
from tsqld.runtime.frame import Handlers
from tsqld.runtime.session import Session
from tsqld.syntax import nodes as n

if TYPE_CHECKING:
    from tsqld.runtime.interpreter import Interpreter

_MAX_NAME: Final = 32


class Transactions:
    """Transactions of a session."""

    def __init__(self, session: Session, interpreter: Interpreter) -> None:
        self.session = session
        self.interpreter = interpreter
        self.evaluator = interpreter.evaluator
        self.handlers: Handlers = {
            n.Transaction: self.statement,
        }

    def begin_implicitly(self) -> None:
        session = self.session
        if session.options.implicit_transactions and not session.trancount:
            session.executor.begin(frozen=session.options.isolation == "SNAPSHOT")
            session.trancount = 1

    def run(self, work: Callable[[], Iterator[Event]]) -> Iterator[Event]:
        """Run a writing statement: on its own in a transaction of its own, else inside the open one.

        A statement that fails inside an open transaction leaves no trace: the journal is cut back and
        replayed.
        """
        session = self.session
        executor = session.executor
        self.begin_implicitly()
        if session.trancount:
            transaction = executor.transaction
            assert transaction is not None
            if transaction.doomed:
                raise error(3930)
            mark, catalogs = len(transaction.journal), dict(transaction.catalogs)
            temporaries = self.interpreter.definitions.temporaries_mark()
            outer, executor.is_writing = executor.is_writing, True
            transaction.marks.append(mark)
            try:
                executor.fresh(())
                yield from work()
            except BaseException:
                if executor.transaction is transaction and len(transaction.journal) >= mark:
                    transaction.catalogs = catalogs
                    if len(transaction.journal) > mark or transaction.broken:
                        del transaction.journal[mark:]
                        executor.broke()
                    self.interpreter.definitions.temporaries_back(temporaries)
                raise
            finally:
                transaction.marks.pop()
                executor.is_writing = outer
            return
        executor.begin()
        executor.is_writing = True
        temporaries = self.interpreter.definitions.temporaries_mark()
        try:
            yield from work()
            executor.commit()
        except BaseException:
            executor.rollback()
            self.interpreter.definitions.temporaries_back(temporaries)
            raise
        finally:
            executor.is_writing = False
            session.engine.locks.release_all(session.spid, "transaction")

    def statement(self, node: n.Transaction) -> Iterator[Event]:
        session = self.session
        name = self._transaction_name(node)
        if node.action == "BEGIN":
            self.begin_implicitly()
            if session.trancount == 0:
                session.transaction_name = name
                session.executor.begin(frozen=session.options.isolation == "SNAPSHOT")
            session.trancount += 1
        elif node.action == "COMMIT":
            self._commit(node.line)
        elif node.action == "SAVE":
            if not session.trancount:
                raise error(628, line=node.line)
            transaction = session.executor.transaction
            if transaction is not None and transaction.doomed:
                raise error(3931, line=node.line)
            session.executor.save(name or "", self.interpreter.definitions.temporaries_mark())
        else:
            self._rollback(name, node.line)
        session.rowcount = 0
        yield from ()

    def _transaction_name(self, node: n.Transaction) -> str | None:
        """A name as written; of a variable's the first 32 characters. Error 103."""
        if isinstance(node.name, n.Variable):
            return str(self.evaluator.value(node.name)[0])[:_MAX_NAME]
        if isinstance(node.name, str) and len(node.name) > _MAX_NAME:
            raise error(103, node.name[:_MAX_NAME], _MAX_NAME, line=node.line)
        return node.name if isinstance(node.name, str) else None

    def _commit(self, line: int) -> None:
        session = self.session
        if not session.trancount:
            raise error(3902, line=line)
        transaction = session.executor.transaction
        if transaction is not None and transaction.doomed:
            raise error(3930, line=line)
        if session.insert_exec is not None and session.trancount <= session.insert_exec:
            raise _inside_insert_exec(3916, line)
        if session.trancount == 1:
            session.executor.commit()
            session.trancount = 0
            session.committed = True
            session.engine.locks.release_all(session.spid, "transaction")
            self.interpreter.cursors.committed()
        else:
            session.trancount -= 1

    def _rollback(self, name: str | None, line: int) -> None:
        session = self.session
        if not session.trancount:
            raise error(3903, line=line)
        transaction = session.executor.transaction
        if (
            name is not None
            and transaction is not None
            and any(point.name.lower() == name.lower() for point in transaction.savepoints)
        ):
            if transaction.doomed:
                raise error(3931, line=line)
            point = session.executor.rollback_to(name)
            assert point is not None
            self.interpreter.definitions.temporaries_back(point.temporaries)
            return
        if session.insert_exec is not None:
            raise _inside_insert_exec(3915, line)
        if name is not None and name != session.transaction_name:
            raise error(6401, name, line=line)
        session.rollback_all()

    def saved_table_variables(self) -> list[tuple[Any, list[tuple[Any, ...]]]]:
        """Rows of every table variable in scope, before a rollback takes them."""
        session = self.session
        tables = [table for frame in session.frames for table in frame.tables.values()]
        if not tables:
            return []
        try:
            session.executor.fresh(())
            return [(t, session.executor.read(f"SELECT * FROM {t.storage}").fetchall()) for t in tables]
        except TsqlError:
            return []

    def restore_table_variables(self, kept: list[tuple[Any, list[tuple[Any, ...]]]]) -> None:
        for table, rows in kept:
            self.interpreter.definitions.refill(table, rows)


def _inside_insert_exec(number: int, line: int) -> TsqlError:
    problem = error(number, line=line)
    problem.ends_batch = True
    return problem
