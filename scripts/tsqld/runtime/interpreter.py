"""Runs statements: the entries from the wire, which part runs which statement, and what an error does.

Statements are generators of events, so rows and messages reach the client as they happen. One rule decides
what an error does: inside TRY it travels to the nearest CATCH; outside it is told to the client and ends the
statement, or the batch where SQL Server ends the batch.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from tsqld.catalog.model import Catalog
from tsqld.compile.session import assigned_variables
from tsqld.errors import TsqlError, error, unsupported
from tsqld.events import Argument, Column, DatabaseChanged, Done, Event, Message
from tsqld.functions import dateorder
from tsqld.runtime.bulk import BulkLoads
from tsqld.runtime.bulkcopy import BulkCopies
from tsqld.runtime.changes import Changes
from tsqld.runtime.consequences import (
    ends_transaction,
    error_event,
    is_undone,
    told,
    with_consequence,
    with_line,
)
from tsqld.runtime.control import Control, holds_label
from tsqld.runtime.cursors import Cursors
from tsqld.runtime.ddl import permits
from tsqld.runtime.ddl.databases import described_database, others_in
from tsqld.runtime.definitions import Definitions, single_drops
from tsqld.runtime.evaluate import Evaluator
from tsqld.runtime.frame import (
    BatchAborted,
    BreakLoop,
    ContinueLoop,
    Frame,
    Handlers,
    Jumped,
    Returned,
    ScopeAborted,
)
from tsqld.runtime.impersonation import Impersonation
from tsqld.runtime.maintenance import maintenance
from tsqld.runtime.procedures import Procedures
from tsqld.runtime.queries import Queries, columns_of
from tsqld.runtime.querystats import QUERIES, Run
from tsqld.runtime.raising import Raising
from tsqld.runtime.scopes import Scopes
from tsqld.runtime.session import Session
from tsqld.runtime.transactions import Transactions
from tsqld.runtime.triggers import Triggers
from tsqld.runtime.variables import Variables
from tsqld.runtime.writing import Writing
from tsqld.security.rights import SERVER
from tsqld.syntax import nodes as n
from tsqld.syntax.declared import declarations as declarations_in
from tsqld.syntax.parser import parse_batch

_MAX_NESTING: Final = 32
_KEEPS_ERROR: Final = (n.If, n.While, n.Block, n.TryCatch, n.Label, n.Goto, n.Execute, n.Raiserror)
_UNDER_FMTONLY: Final = (
    *(n.SelectStatement, n.Execute, n.Block, n.Declare, n.SetVariable, n.SetOption),
    *(n.Use, n.Return, n.Print),
)
"""What SET FMTONLY ON still runs: queries tell their columns, variables get values, nothing is changed."""
_BRANCHES: Final = (n.If, n.While, n.Goto, n.TryCatch)
"""SQL Server goes into every branch then; no column list of ours would be sure."""


class Interpreter:
    """Runs T-SQL for one session."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.evaluator = Evaluator(session)
        self.changes = Changes(session, self.evaluator)
        self.definitions = Definitions(session, self.evaluator)
        self.transactions = Transactions(session, self)
        self.procedures = Procedures(session, self)
        self.bulk = BulkLoads(session, self)
        self.copies = BulkCopies(session, self)
        self.cursors = Cursors(session, self)
        self.triggers = Triggers(session, self)
        self.control = Control(session, self)
        self.raising = Raising(session, self)
        self.variables = Variables(session, self)
        self.queries = Queries(session, self)
        self.scopes = Scopes(session, self)
        self.writing = Writing(session, self)
        self.impersonation = Impersonation(session, self)
        self._handlers: Handlers = {
            **self.control.handlers,
            **self.raising.handlers,
            **self.variables.handlers,
            **self.queries.handlers,
            **self.writing.handlers,
            **self.transactions.handlers,
            **self.impersonation.handlers,
            n.Execute: self.execute,
            n.Use: self._use,
            n.Maintenance: self._maintenance,
            n.EventSession: self._event_session,
            n.CreateDatabase: self._create_database,
            n.InsertBulk: self.copies.announce,
            n.BulkCopy: self.copies.insert,
            n.DeclareCursor: self.cursors.declare,
            n.CursorOperation: self.cursors.operate,
            n.Fetch: self.cursors.fetch,
        }

    # entries

    def batch(self, text: str) -> Iterator[Event]:
        """One batch. Ends with a Done."""
        session = self.session
        self._fresh_frame()
        try:
            batch = parse_batch(text)
        except TsqlError as problem:
            session.last_error = problem.number
            yield from told(problem)
            yield Done(None)
            return
        if self._only_parses(batch):
            yield Done(None)
            return
        session.frame.tree = batch
        yield from self.top_level(batch.statements)

    def bulk_copy(self, columns: Sequence[Column], rows: Iterable[Sequence[Any]]) -> Iterator[Event]:
        """The rows that INSERT BULK announced."""
        try:
            statement = self.copies.statement(columns, rows)
        except TsqlError as problem:
            yield error_event(problem)
            yield Done(None)
            return
        self._fresh_frame()
        yield from self.top_level([statement])

    def _only_parses(self, batch: n.Batch) -> bool:
        """SET PARSEONLY counts while parsing: the last one of a batch decides whether anything runs."""
        options = self.session.options
        for statement in batch.statements:
            if isinstance(statement, n.SetOption) and "PARSEONLY" in statement.options:
                options.parseonly = statement.value == "ON"
        return options.parseonly

    def _fresh_frame(self) -> None:
        """A new batch: no variables, but the session's temp tables and last identity."""
        self.copies.announced = None
        session = self.session
        identity = session.frames[0].scope_identity
        session.frames = [
            Frame(database=session.database, temporaries=session.temporaries, scope_identity=identity)
        ]
        session.try_depth = 0
        session.caught.clear()

    def top_level(self, statements: Sequence[n.Statement]) -> Iterator[Event]:
        """Statements of a batch or text, with what the end of a batch brings."""
        session = self.session
        try:
            self.scopes.enter(statements)
            yield from self.run(statements)
        except (BatchAborted, ScopeAborted):
            yield Done(None)
        except TsqlError as problem:
            session.last_error = problem.number
            yield from told(problem)
            yield Done(None)
        except Returned:
            pass
        except (BreakLoop, ContinueLoop):
            pass
        self._close_cursors(session.frame)
        transaction = session.executor.transaction
        if session.trancount and transaction is not None and transaction.doomed:
            session.rollback_all()
            yield error_event(error(3998))
            yield Done(None)

    def execute_sql(
        self, statement: str, declarations: str, arguments: Sequence[Argument]
    ) -> Iterator[Event]:
        """sp_executesql from a client."""
        self._fresh_frame()
        yield from self.procedures.client_text(statement, declarations, arguments)

    def remote_call(self, procedure: str, arguments: Sequence[Argument]) -> Iterator[Event]:
        self._fresh_frame()
        yield from self.procedures.client_call(procedure, arguments)

    def transaction_request(self, kind: str, name: str) -> Iterator[Event]:
        action = {"begin": "BEGIN", "commit": "COMMIT", "rollback": "ROLLBACK", "save": "SAVE"}[kind]
        yield from self.transactions.statement(n.Transaction(1, action, name or None))
        yield Done(None)

    def describe(self, statement: str, declarations: str) -> tuple[Column, ...] | None:
        """The columns of the first SELECT of a text that returns rows."""
        session = self.session
        saved = session.frames
        # A frame of its own: what ends with it must not take the session's temp tables along.
        session.frames = [saved[0], Frame(database=session.database)]
        try:
            for parameter in self.procedures.declared(declarations):
                session.frame.declare(parameter.name.lower(), parameter.type, None)
            statements = parse_batch(statement).statements
            for item in declarations_in(statements):
                self.variables.declare(item)
            for found in statements:
                if isinstance(found, n.SelectStatement) and not assigned_variables(found.query):
                    plan = self.queries.plan(found)
                    return columns_of(plan.columns)
        finally:
            list(self.procedures.drop_temporaries(session.frame))
            session.frames = saved
        return None

    # statements

    def run(self, statements: Sequence[n.Statement], label: str = "") -> Iterator[Event]:
        """Statements in order, from a label on if one is given.

        A GOTO inside finds its label here or in a statement here, or goes on outward.
        """
        position = 0
        while True:
            try:
                if label:
                    position = _holder(statements, label)
                    yield from self.control.enter(statements[position], label)
                    position += 1
                for statement in statements[position:]:
                    yield from self.statement(statement)
                return
            except Jumped as jump:
                label = jump.label
                if _holder(statements, label) < 0:
                    raise

    def statement(self, node: n.Statement) -> Iterator[Event]:
        session = self.session
        if session.cancelled.is_set():
            raise InterruptedError
        session.frame.line = node.line
        dateorder.use(session.options.dateformat)
        if session.options.noexec and not (isinstance(node, n.SetOption) and "NOEXEC" in node.options):
            return
        if isinstance(node, n.Drop) and len(node.names) > 1:
            for single in single_drops(node):
                yield from self.statement(single)
            return
        if session.options.fmtonly and not isinstance(node, _UNDER_FMTONLY):
            if isinstance(node, _BRANCHES):
                problem = unsupported("IF, WHILE, GOTO or TRY under SET FMTONLY ON", node.line)
                yield from self._failed(problem, node)
            return
        try:
            events = session.engine.event_sessions
            if events.active:
                events.fire("sp_statement_starting", session, node)
            handler = self._handlers.get(type(node))
            if handler is not None and type(node) in QUERIES and session.frame.tree is not None:
                run = Run(session.engine.query_stats, session.frame, node)
                yield from handler(node)
                run.ended(session.rowcount)
            elif handler is not None:
                yield from handler(node)
            else:
                session.statement_time = dt.datetime.now()
                if isinstance(node, n.CreateModule):
                    self.scopes.check_module(node)
                yield from self.transactions.run(lambda: self.definitions.run(node))
                session.rowcount = 0
        except TsqlError as problem:
            problem = with_consequence(problem, node)
            module = node.name[-1] if isinstance(node, n.CreateModule) else ""
            with_line(problem, node.line, session.frame.procedure or module)
            yield from self._failed(problem, node)
        else:
            if events.active:
                events.fire("sp_statement_completed", session, node)
            if not isinstance(node, _KEEPS_ERROR) and not _does_nothing(node):
                session.last_error = session.frame.last_error = 0
        finally:
            session.table_locks.statement_ended()

    def _failed(self, problem: TsqlError, node: n.Statement) -> Iterator[Event]:
        """What an error does after its statement was undone."""
        session = self.session
        frame = session.frame
        session.last_error = frame.last_error = problem.number
        frame.error_severity = problem.severity
        session.rowcount = 0
        self._doom(problem)
        if session.try_depth:
            raise problem
        yield from told(problem)
        if is_undone(problem, node) and not session.options.xact_abort:
            yield Message("The statement has been terminated.", 3621, 0, 0, problem.line, problem.procedure)
        if problem.severity >= 20:
            session.ended = True
            raise BatchAborted
        raised = problem.raised
        if raised == "RAISERROR":
            return
        rolls_back = session.options.xact_abort or ends_transaction(problem)
        if rolls_back or problem.number == 3609 or raised == "THROW":
            if session.trancount and rolls_back:
                session.rollback_all()
            raise BatchAborted
        if problem.uncatchable_in is session.frame:
            raise ScopeAborted
        yield Done(None)

    def _doom(self, problem: TsqlError) -> None:
        """Inside TRY an error that would have rolled back leaves the transaction only able to roll back."""
        session = self.session
        transaction = session.executor.transaction
        if not session.try_depth or transaction is None or not session.trancount:
            return
        if session.options.xact_abort or ends_transaction(problem):
            transaction.doomed = True

    # the rest

    def _event_session(self, node: n.EventSession) -> Iterator[Event]:
        if not self.session.authority.allows("ALTER ANY EVENT SESSION", SERVER, "master"):
            raise error(15151, node.action.lower(), "event session", node.name, line=node.line)
        self.session.engine.event_sessions.change(node)
        yield from ()

    def _use(self, node: n.Use) -> Iterator[Event]:
        session = self.session
        found = session.engine.catalog(node.database)
        if found is None:
            raise error(911, node.database, line=node.line)
        if found.options.get("USER_ACCESS") == "SINGLE_USER" and others_in(session, found.name):
            raise error(924, found.name, line=node.line)
        session.authority.enter(found.name, node.line)
        previous = session.database
        session.database = found.name
        session.frame.database = found.name
        session.rowcount = 0
        yield DatabaseChanged(found.name, previous)
        yield Message(f"Changed database context to '{found.name}'.", 5701, 0, 2, node.line)

    def _create_database(self, node: n.CreateDatabase) -> Iterator[Event]:
        if self.session.trancount:
            raise error(226, "CREATE DATABASE", line=node.line)
        permits.create_database(self.session, node)
        described = described_database(Catalog(node.name), node)
        self.session.engine.create_database(node.name, node.line, self.session.authority.login_name())
        if described.options:
            yield from self.transactions.run(lambda: self.definitions.run(node))

    def execute(self, node: n.Execute) -> Iterator[Event]:
        if len(self.session.frames) > _MAX_NESTING:
            raise error(217, line=node.line)
        yield from self.procedures.execute(node)

    def _maintenance(self, node: n.Maintenance) -> Iterator[Event]:
        yield from maintenance(self.session, self, node)

    def _close_cursors(self, frame: Frame) -> None:
        frame.cursors.clear()


def _does_nothing(node: n.Statement) -> bool:
    """A DECLARE without values is no statement that runs."""
    return isinstance(node, n.Declare) and all(item.value is None for item in node.declarations)


def _holder(statements: Sequence[n.Statement], label: str) -> int:
    """Which statement is a label or holds it where GOTO may reach it, or -1."""
    return next((i for i, statement in enumerate(statements) if holds_label(statement, label)), -1)
