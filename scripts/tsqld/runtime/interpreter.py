"""Runs statements: control flow, queries, changes, errors and transactions.

Statements are generators of events, so rows and messages reach the client as they happen. One rule decides
what an error does: inside TRY it travels to the nearest CATCH; outside it is told to the client and ends the
statement, or the batch where SQL Server ends the batch.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from tsql.tokens import Kind
from tsqld.bulk.errors import BulkError
from tsqld.compile.aggregates import AGGREGATES
from tsqld.compile.context import Reference
from tsqld.compile.dml.plan import ChangePlan
from tsqld.compile.inline import Compiler
from tsqld.compile.session import assigned_variables
from tsqld.compile.text import OutColumn, QueryText
from tsqld.errors import TsqlError, error, unsupported
from tsqld.events import Argument, Column, Columns, DatabaseChanged, Done, Error, Event, Message, Rows
from tsqld.runtime.bulk import BulkLoads
from tsqld.runtime.changes import Changes
from tsqld.runtime.cursors import Cursors
from tsqld.runtime.definitions import Definitions
from tsqld.runtime.evaluate import Evaluator, with_line
from tsqld.runtime.frame import BatchAborted, BreakLoop, Caught, ContinueLoop, Frame, Jumped, Returned
from tsqld.runtime.messages import formatted
from tsqld.runtime.procedures import Procedures
from tsqld.runtime.session import Session
from tsqld.runtime.triggers import Triggers
from tsqld.runtime.values import from_duck, rows_from_duck
from tsqld.syntax import nodes as n
from tsqld.syntax.parser import parse_batch
from tsqld.syntax.walk import walk
from tsqld.types import MAX, SqlType, nvarchar

_CHUNK: Final = 2000
# Errors that end the batch and roll the transaction back even with XACT_ABORT OFF: conversions and deadlocks.
_BATCH_ENDING: Final = frozenset(
    {235, 241, 242, 244, 245, 248, 293, 295, 1205, 8114, 8169, 9420, 50100, 50101}
)
# Errors found while compiling a statement: a CATCH of the same scope never sees them.
_COMPILE_TIME: Final = frozenset(
    {
        102,
        104,
        107,
        108,
        109,
        110,
        116,
        120,
        121,
        137,
        144,
        145,
        147,
        156,
        164,
        174,
        189,
        195,
        205,
        206,
        207,
        208,
        209,
        213,
        257,
        263,
        264,
        402,
        1033,
        1087,
        4104,
        8120,
        8127,
        8155,
        8156,
        8158,
        8159,
    }
)
_MAX_NESTING: Final = 32


@dataclass(frozen=True, slots=True)
class SelectPlan:
    """A compiled query: text, parameters, columns, and the variables it assigns."""

    sql: str
    references: tuple[Reference, ...]
    columns: tuple[OutColumn, ...]
    reads: frozenset[str]
    assigns: tuple[tuple[str, SqlType], ...] = ()


class Interpreter:
    """Runs T-SQL for one session."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.evaluator = Evaluator(session)
        self.changes = Changes(session, self.evaluator)
        self.definitions = Definitions(session, self.evaluator)
        self.procedures = Procedures(session, self)
        self.bulk = BulkLoads(session, self)
        self.cursors = Cursors(session, self)
        self.triggers = Triggers(session, self)
        self._handlers: dict[type[n.Statement], Callable[[Any], Iterator[Event]]] = {
            n.SelectStatement: self._select,
            n.Insert: self._insert,
            n.Update: self._change,
            n.Delete: self._change,
            n.Merge: self._change,
            n.Block: self._block,
            n.Declare: self._declare,
            n.SetVariable: self._set_variable,
            n.SetOption: self._set_option,
            n.SetIdentityInsert: self._set_identity_insert,
            n.If: self._if,
            n.While: self._while,
            n.Break: self._break,
            n.Continue: self._continue,
            n.Label: self._label,
            n.Goto: self._goto,
            n.Return: self._return,
            n.TryCatch: self._try,
            n.Throw: self._throw,
            n.Raiserror: self._raiserror,
            n.Print: self._print,
            n.WaitFor: self._waitfor,
            n.Execute: self._execute,
            n.Transaction: self._transaction,
            n.Use: self._use,
            n.BulkInsert: self._bulk_insert,
            n.Truncate: self._truncate,
            n.Maintenance: self._maintenance,
            n.CreateDatabase: self._create_database,
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
            yield _error_event(problem)
            yield Done(None)
            return
        yield from self.top_level(batch.statements)

    def _fresh_frame(self) -> None:
        """A new batch: no variables, but the session's temp tables and last identity."""
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
            yield from self.run(statements)
        except BatchAborted:
            yield Done(None)
        except Returned:
            pass
        except (BreakLoop, ContinueLoop):
            pass
        self._close_cursors(session.frame)
        transaction = session.executor.transaction
        if session.trancount and transaction is not None and transaction.doomed:
            session.rollback_all()
            yield _error_event(error(3998))
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
        yield from self._transaction(n.Transaction(1, action, name or None))
        yield Done(None)

    def describe(self, statement: str, declarations: str) -> tuple[Column, ...] | None:
        """The columns of the first SELECT of a text that returns rows."""
        session = self.session
        saved = session.frames
        session.frames = [Frame(database=session.database, temporaries=session.temporaries)]
        try:
            for parameter in self.procedures.declared(declarations):
                session.frame.declare(parameter.name.lower(), parameter.type, None)
            for found in parse_batch(statement).statements:
                if isinstance(found, n.SelectStatement) and not assigned_variables(found.query):
                    plan = self._plan_select(found)
                    return _columns(plan.columns)
        finally:
            session.frames = saved
        return None

    # statements

    def run(self, statements: Sequence[n.Statement]) -> Iterator[Event]:
        """Statements in order; a GOTO inside finds its label here or goes on outward."""
        position = 0
        while position < len(statements):
            try:
                for statement in statements[position:]:
                    position += 1
                    yield from self.statement(statement)
                return
            except Jumped as jump:
                found = next(
                    (
                        i
                        for i, s in enumerate(statements)
                        if isinstance(s, n.Label) and s.name.lower() == jump.label
                    ),
                    None,
                )
                if found is None:
                    raise
                position = found + 1

    def statement(self, node: n.Statement) -> Iterator[Event]:
        session = self.session
        if session.cancelled.is_set():
            raise InterruptedError
        if session.options.noexec and not (isinstance(node, n.SetOption) and "NOEXEC" in node.options):
            return
        try:
            handler = self._handlers.get(type(node))
            if handler is not None:
                yield from handler(node)
            else:
                session.statement_time = dt.datetime.now()
                yield from self._in_transaction(lambda: self.definitions.run(node))
                session.rowcount = 0
        except TsqlError as problem:
            problem = _with_consequence(problem, node)
            with_line(problem, node.line, session.frame.procedure)
            yield from self._failed(problem)
        else:
            if not isinstance(node, _KEEPS_ERROR):
                session.last_error = 0

    def _failed(self, problem: TsqlError) -> Iterator[Event]:
        """What an error does after its statement was undone."""
        session = self.session
        session.last_error = problem.number
        session.rowcount = 0
        self._doom(problem)
        if session.try_depth:
            raise problem
        yield from _told(problem)
        if (
            problem.number in (515, 547, 2601, 2627, 2628, 8152, 8134, 8115, 220, 3930)
            and not session.options.xact_abort
        ):
            yield Message("The statement has been terminated.", 3621, 0, 0, problem.line, problem.procedure)
        raised = problem.raised
        if raised == "RAISERROR":
            return
        rolls_back = session.options.xact_abort or _ends_transaction(problem)
        if rolls_back or problem.number == 3609 or raised == "THROW":
            if session.trancount and rolls_back:
                session.rollback_all()
            raise BatchAborted
        if problem.number in _COMPILE_TIME or problem.uncatchable_in is not None:
            raise BatchAborted
        yield Done(None)

    def _doom(self, problem: TsqlError) -> None:
        """Inside TRY an error that would have rolled back leaves the transaction only able to roll back."""
        session = self.session
        transaction = session.executor.transaction
        if not session.try_depth or transaction is None or not session.trancount:
            return
        if problem.raised == "RAISERROR":
            return
        if session.options.xact_abort or _ends_transaction(problem):
            transaction.doomed = True

    # control flow

    def _block(self, node: n.Block) -> Iterator[Event]:
        yield from self.run(node.statements)

    def _if(self, node: n.If) -> Iterator[Event]:
        self._declare_below(node)
        if self.evaluator.condition(node.condition):
            yield from self.statement(node.then)
        elif node.otherwise is not None:
            yield from self.statement(node.otherwise)

    def _while(self, node: n.While) -> Iterator[Event]:
        self._declare_below(node)
        while self.evaluator.condition(node.condition):
            if self.session.cancelled.is_set():
                raise InterruptedError
            try:
                yield from self.statement(node.body)
            except BreakLoop:
                return
            except ContinueLoop:
                continue

    def _break(self, node: n.Break) -> Iterator[Event]:
        yield from ()
        raise BreakLoop

    def _continue(self, node: n.Continue) -> Iterator[Event]:
        yield from ()
        raise ContinueLoop

    def _label(self, node: n.Label) -> Iterator[Event]:
        yield from ()

    def _goto(self, node: n.Goto) -> Iterator[Event]:
        yield from ()
        raise Jumped(node.name.lower())

    def _return(self, node: n.Return) -> Iterator[Event]:
        if node.value is not None:
            if not self.session.frame.procedure and not self.session.frame.in_function:
                raise error(178, line=node.line)
            frame = self.session.frame
            if frame.returns is not None:
                frame.result = self.evaluator.converted(node.value, frame.returns)
                raise Returned
            value = self.evaluator.converted(node.value, SqlType("int"))
            frame = self.session.frame
            frame.return_code = value or 0
            if value is None and frame.procedure:
                text = error(282, frame.procedure.rpartition(".")[2]).message
                yield Message(text, 282, 10, 1, node.line, frame.procedure)
        yield from ()
        raise Returned

    def _try(self, node: n.TryCatch) -> Iterator[Event]:
        session = self.session
        depth, frames = session.try_depth, len(session.frames)
        frame = session.frame
        self._declare_below(node)
        try:
            session.try_depth = depth + 1
            yield from self.run(node.body.statements)
            session.try_depth = depth
            return
        except TsqlError as problem:
            session.try_depth = depth
            del session.frames[frames:]
            if problem.severity >= 20 or problem.uncatchable_in is frame:
                raise
            caught = problem.caught if isinstance(problem, BulkError) else problem
        finally:
            session.try_depth = depth
        session.caught.append(Caught(caught))
        try:
            yield from self.run(node.handler.statements)
        finally:
            if session.caught:
                session.caught.pop()

    def _throw(self, node: n.Throw) -> Iterator[Event]:
        session = self.session
        if node.number is None:
            if not session.caught:
                raise error(10704, line=node.line)
            old = session.caught[-1].problem
            problem = TsqlError(
                old.number,
                old.message,
                severity=old.severity,
                state=old.state,
                line=old.line,
                procedure=old.procedure,
            )
            problem.raised = "THROW"
            raise problem
        assert node.message is not None
        assert node.state is not None
        number = self.evaluator.converted(node.number, SqlType("int"))
        message = self.evaluator.converted(node.message, nvarchar(2048)) or ""
        state = self.evaluator.converted(node.state, SqlType("tinyint"))
        if number is None or not 50000 <= number <= 2147483647:
            raise error(35100, number, line=node.line)
        problem = TsqlError(number, message, severity=16, state=state or 0, line=node.line)
        yield from ()
        problem.raised = "THROW"
        raise problem

    def _raiserror(self, node: n.Raiserror) -> Iterator[Event]:
        message, type = self.evaluator.value(node.message)
        severity = int(self.evaluator.value(node.severity)[0] or 0)
        state = int(self.evaluator.value(node.state)[0] or 0)
        arguments = [self.evaluator.value(argument)[0] for argument in node.arguments]
        number = 50000
        if not type.is_text and message is not None:
            number = int(message)
            raise error(18054, number, severity, state, line=node.line)
        text = formatted(str(message or ""), arguments)[:2047]
        severity = max(0, min(severity, 25))
        state = max(0, min(state, 255)) or (1 if state < 0 else state)
        if severity > 18:
            raise unsupported("RAISERROR with a severity above 18", node.line)
        if severity <= 10:
            session = self.session
            session.last_error = 50000 if "SETERROR" in node.options else 0
            yield Message(
                text, number if severity else 50000, severity, state, node.line, self.session.frame.procedure
            )
            return
        problem = TsqlError(number, text, severity=severity, state=state, line=node.line)
        problem.raised = "RAISERROR"
        raise problem

    def _print(self, node: n.Print) -> Iterator[Event]:
        value = self.evaluator.converted(node.value, nvarchar(MAX))
        text = " " if value is None or value == "" else value[:8000]
        yield Message(text, 0, 0, 1, node.line, self.session.frame.procedure)

    def _waitfor(self, node: n.WaitFor) -> Iterator[Event]:
        value, _ = self.evaluator.value(node.value)
        try:
            parts = [float(part) for part in str(value).strip().split(":")]
            seconds = sum(part * unit for part, unit in zip(parts, (3600, 60, 1), strict=False))
        except ValueError:
            raise error(148, value, node.kind, line=node.line) from None
        if node.kind == "TIME":
            now = dt.datetime.now()
            passed = now.hour * 3600 + now.minute * 60 + now.second + now.microsecond / 1e6
            seconds = (seconds - passed) % 86400
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            if self.session.cancelled.wait(min(left, 0.2)):
                raise InterruptedError
        yield from ()

    # variables and options

    def _declare(self, node: n.Declare) -> Iterator[Event]:
        frame = self.session.frame
        for item in node.declarations:
            key = item.name.lower()
            again = frame.declared.get(key) == id(item)
            if key in frame.declared and not again:
                raise error(134, item.name, line=item.line)
            frame.declared[key] = id(item)
            self._declare_one(item, key, again)
        yield from ()

    def _declare_below(self, node: n.Statement) -> None:
        """A variable is known in its whole batch, so also where its DECLARE is never reached."""
        known = _DECLARED_BELOW.get(id(node))
        if known is None or known[0] is not node:
            inside = tuple(
                item for part in walk(node) if isinstance(part, n.Declare) for item in part.declarations
            )
            known = _DECLARED_BELOW[id(node)] = (node, inside)
        declared = self.session.frame.declared
        for item in known[1]:
            key = item.name.lower()
            if key not in declared:
                declared[key] = id(item)
                self._declare_one(replace(item, value=None), key, False)
            elif declared[key] != id(item):
                raise error(134, item.name, line=item.line)

    def _declare_one(self, item: n.Declaration, key: str, again: bool) -> None:
        frame = self.session.frame
        if item.type is None:
            frame.cursor_variables.setdefault(key, None)
            return
        if isinstance(item.type, n.TableDefinition):
            if not again:
                frame.tables[key] = self.definitions.table_variable(item.name, item.type)
            return
        table = self.definitions.table_of_type(item.name, item.type)
        if table is not None:
            if not again:
                frame.tables[key] = table
            return
        type = self.definitions.type(item.type)
        if not again:
            frame.declare(key, type, None)
        if item.value is not None:
            frame.assign(key, self.evaluator.converted(item.value, type))

    def _set_variable(self, node: n.SetVariable) -> Iterator[Event]:
        frame = self.session.frame
        if node.name.lower() in frame.cursor_variables:
            self.cursors.assign(node.name, node.value, node.line)
            return
        found = frame.variables.get(node.name.lower())
        if found is None:
            raise error(137, node.name, line=node.line)
        frame.assign(node.name.lower(), self.evaluator.converted(node.value, found[0]))
        yield from ()

    def _set_option(self, node: n.SetOption) -> Iterator[Event]:
        for option in node.options:
            self.procedures.set_option(option, node)
        yield from ()

    def _set_identity_insert(self, node: n.SetIdentityInsert) -> Iterator[Event]:
        self.definitions.set_identity_insert(node)
        yield from ()

    # queries

    def _select(self, node: n.SelectStatement) -> Iterator[Event]:
        session = self.session
        session.statement_time = dt.datetime.now()
        body = node.query.body
        if isinstance(body, n.SetOperation):
            node, body = _into_first(node)
        if isinstance(body, n.Select) and body.into:
            yield from self._in_transaction(lambda: self._select_into(node, body))
            return
        plan = self._plan_select(node)
        self._begin_implicitly()
        if plan.assigns:
            self._assign(node, plan)
            yield from ()
            return
        yield from self._rows(plan)

    def _plan_select(self, node: n.SelectStatement) -> SelectPlan:
        def make(compiler: Compiler) -> SelectPlan:
            if assigned_variables(node.query):
                return self._assign_plan(compiler, node.query)
            text = compiler.query(node.query, None)
            context = compiler.context
            return SelectPlan(text.sql, tuple(context.references), text.columns, frozenset(context.reads))

        return self._compiled(node, "select", make)  # type: ignore[no-any-return]

    def _compiled(self, node: n.Node, purpose: str, make: Callable[[Compiler], Any]) -> Any:
        """Compile; an error of names or grammar cannot be caught in the scope that has it."""
        try:
            return self.evaluator.compiled(node, purpose, make)
        except TsqlError as problem:
            problem.uncatchable_in = self.session.frame
            raise

    def _assign_plan(self, compiler: Compiler, query: n.Query) -> SelectPlan:
        body = query.body
        assert isinstance(body, n.Select)
        assigns, items = [], []
        for item in body.items:
            assert isinstance(item, n.SelectItem)
            found = compiler.context.environment.variable_type(item.variable)
            if found is None:
                raise error(137, item.variable, line=item.line)
            assigns.append((item.variable.lower(), found))
            type_name = n.TypeName(item.line, (found.name,), _type_arguments(found))
            cast = n.Cast(item.line, item.expression, type_name, None, False)
            items.append(n.SelectItem(item.line, cast))
        changed = replace(query, body=replace(body, items=tuple(items)))
        text = compiler.query(changed, None)
        context = compiler.context
        return SelectPlan(
            text.sql, tuple(context.references), text.columns, frozenset(context.reads), tuple(assigns)
        )

    def _assign(self, node: n.SelectStatement, plan: SelectPlan) -> None:
        """SELECT @a = …: the last row decides; none leaves the variables alone."""
        session = self.session
        names = {name for name, _ in plan.assigns}
        carried = any(
            reference.kind == "variable" and reference.name in names for reference in plan.references
        )
        body = node.query.body
        assert isinstance(body, n.Select)
        if carried and body.sources and not _one_row(body):
            self.procedures.assign_by_row(node, plan)
            return
        session.executor.fresh(plan.reads)
        parameters = self.evaluator.parameters(plan.references)
        session.executor.read(plan.sql, parameters)
        count, last = 0, None
        while rows := session.executor.fetch(_CHUNK):
            count += len(rows)
            last = rows[-1]
        if last is not None:
            for (name, type), value in zip(plan.assigns, last, strict=True):
                convert = from_duck(type)
                session.frame.assign(name, convert(value) if convert else value)
        session.rowcount = count

    def _rows(self, plan: SelectPlan) -> Iterator[Event]:
        session = self.session
        executor = session.executor
        executor.fresh(plan.reads)
        parameters = self.evaluator.parameters(plan.references)
        executor.read(plan.sql, parameters)
        types = [column.type for column in plan.columns]
        limit = session.options.rowcount
        count = 0
        first = executor.fetch(_CHUNK)
        yield Columns(_columns(plan.columns))
        rows = first
        while rows:
            if limit and count + len(rows) > limit:
                rows = rows[: limit - count]
            count += len(rows)
            yield Rows(rows_from_duck(rows, types))
            if limit and count >= limit:
                break
            rows = executor.fetch(_CHUNK)
        session.rowcount = count
        yield Done(None if session.options.nocount else count, select=True)

    def _select_into(self, node: n.SelectStatement, body: n.Select) -> Iterator[Event]:
        for item in body.items:
            call = item.expression if isinstance(item, n.SelectItem) else None
            if isinstance(call, n.Call) and call.name[-1].upper() == "IDENTITY":
                raise unsupported("IDENTITY() in SELECT INTO", call.line)
        query = node.query
        if isinstance(query.body, n.Select):
            query = replace(query, body=replace(body, into=()))
        stripped = n.SelectStatement(node.line, query)
        plan = self._plan_select(stripped)
        if len(body.sources) != 1 or not isinstance(body.sources[0], n.TableSource):
            # a join does not hand an identity on
            plan = replace(plan, columns=tuple(replace(column, source=None) for column in plan.columns))
        count = self.definitions.create_from_query(body.into, plan, node.line)
        self.session.rowcount = count
        yield Done(None if self.session.options.nocount else count)

    # changes

    def _limited(self, node: Any) -> Any:
        """A change with no TOP of its own under SET ROWCOUNT."""
        limit = self.session.options.rowcount
        if not limit or node.top is not None:
            return node
        return replace(node, top=n.Top(node.line, _whole_number(limit, node.line), False, False))

    def _change(self, node: n.Update | n.Delete | n.Merge) -> Iterator[Event]:
        node = self._limited(node)

        def make(compiler: Compiler) -> ChangePlan:
            if isinstance(node, n.Update):
                return compiler.update(node)
            if isinstance(node, n.Delete):
                return compiler.delete(node)
            return compiler.merge(node)

        yield from self._planned(node, make)

    def _insert(self, node: n.Insert) -> Iterator[Event]:
        if isinstance(node.source, n.Execute):
            yield from self._insert_execute(node, node.source)
            return
        node = self._limited(node)
        yield from self._planned(node, lambda compiler: compiler.insert(node))

    def _planned(self, node: n.Statement, make: Callable[[Compiler], ChangePlan]) -> Iterator[Event]:
        session = self.session
        session.statement_time = dt.datetime.now()
        plan = self._compiled(node, "change", make)
        yield from self._in_transaction(lambda: self.changes.run(plan))
        if not any(output.into is None for output in plan.outputs):
            yield Done(None if session.options.nocount else session.rowcount)

    def _insert_execute(self, node: n.Insert, execute: n.Execute) -> Iterator[Event]:
        """INSERT … EXEC: the rows of every result set, as one insert."""
        rows: list[Sequence[Any]] = []
        columns: tuple[Column, ...] = ()
        for event in self._execute(execute):
            if isinstance(event, Columns):
                columns = event.columns
            elif isinstance(event, Rows):
                rows.extend(event.rows)
            elif isinstance(event, Message | Error):
                yield event
        if columns:
            yield from self.insert_rows(node, columns, rows)

    def insert_rows(
        self, node: n.Insert, columns: Sequence[Column], rows: Sequence[Sequence[Any]]
    ) -> Iterator[Event]:
        """Insert rows held in Python through the same plan as any INSERT."""
        session = self.session
        with self.definitions.rows_table([column.type for column in columns], rows) as source:
            out = tuple(OutColumn(column.name, column.type, column.nullable) for column in columns)
            text = QueryText(f"SELECT * FROM {source}", out)

            def make(compiler: Compiler) -> ChangePlan:
                return compiler.insert_rows_plan(node.target, node.columns, text, node.line)

            plan = make(self.evaluator.compiler())
            yield from self._in_transaction(lambda: self.changes.run(plan))
        yield Done(None if session.options.nocount else session.rowcount)

    def _bulk_insert(self, node: n.BulkInsert) -> Iterator[Event]:
        session = self.session
        session.statement_time = dt.datetime.now()
        yield from self._in_transaction(lambda: self.bulk.insert(node))
        yield Done(None if session.options.nocount else session.rowcount)

    def _truncate(self, node: n.Truncate) -> Iterator[Event]:
        yield from self._in_transaction(lambda: self.definitions.truncate(node, self.changes))

    # transactions

    def _begin_implicitly(self) -> None:
        session = self.session
        if session.options.implicit_transactions and not session.trancount:
            session.executor.begin(
                frozen=session.options.isolation not in ("READ COMMITTED", "READ UNCOMMITTED")
            )
            session.trancount = 1

    def _in_transaction(self, work: Callable[[], Iterator[Event]]) -> Iterator[Event]:
        """Run a writing statement: on its own in a transaction of its own, else inside the open one.

        A statement that fails inside an open transaction leaves no trace: the journal is cut back and
        replayed.
        """
        session = self.session
        executor = session.executor
        self._begin_implicitly()
        if session.trancount:
            transaction = executor.transaction
            assert transaction is not None
            if transaction.doomed:
                raise error(3930)
            mark, catalogs = len(transaction.journal), dict(transaction.catalogs)
            temporaries = self.definitions.temporaries_mark()
            try:
                executor.fresh(())
                yield from work()
            except BaseException:
                if executor.transaction is transaction and len(transaction.journal) >= mark:
                    if len(transaction.journal) > mark or transaction.broken:
                        del transaction.journal[mark:]
                        transaction.catalogs = catalogs
                        executor.broke()
                    self.definitions.temporaries_back(temporaries)
                raise
            return
        executor.begin()
        temporaries = self.definitions.temporaries_mark()
        try:
            yield from work()
            executor.commit()
        except BaseException:
            executor.rollback()
            self.definitions.temporaries_back(temporaries)
            raise
        finally:
            session.engine.locks.release_all(session.spid, "transaction")

    def _transaction(self, node: n.Transaction) -> Iterator[Event]:
        session = self.session
        name = self._transaction_name(node)
        if node.action == "BEGIN":
            if session.trancount == 0:
                session.transaction_name = name
                frozen = session.options.isolation not in ("READ COMMITTED", "READ UNCOMMITTED")
                session.executor.begin(frozen=frozen)
            session.trancount += 1
        elif node.action == "COMMIT":
            self._commit(node.line)
        elif node.action == "SAVE":
            if not session.trancount:
                raise error(628, line=node.line)
            transaction = session.executor.transaction
            if transaction is not None and transaction.doomed:
                raise error(3931, line=node.line)
            session.executor.save(name or "")
        else:
            self._rollback(name, node.line)
        yield from ()

    def _transaction_name(self, node: n.Transaction) -> str | None:
        if isinstance(node.name, n.Variable):
            return str(self.evaluator.value(node.name)[0])
        return node.name if isinstance(node.name, str) else None

    def _commit(self, line: int) -> None:
        session = self.session
        if not session.trancount:
            raise error(3902, line=line)
        transaction = session.executor.transaction
        if transaction is not None and transaction.doomed:
            raise error(3930, line=line)
        if session.trancount == 1:
            session.executor.commit()
            session.trancount = 0
            session.engine.locks.release_all(session.spid, "transaction")
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
            session.executor.rollback_to(name)
            return
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
            self.definitions.refill(table, rows)

    # the rest

    def _use(self, node: n.Use) -> Iterator[Event]:
        session = self.session
        found = session.engine.catalog(node.database)
        if found is None:
            raise error(911, node.database, line=node.line)
        previous = session.database
        session.database = found.name
        session.frame.database = found.name
        yield DatabaseChanged(found.name, previous)
        yield Message(f"Changed database context to '{found.name}'.", 5701, 0, 2, node.line)

    def _create_database(self, node: n.CreateDatabase) -> Iterator[Event]:
        if self.session.trancount:
            raise error(226, "CREATE DATABASE", line=node.line)
        self.session.engine.create_database(node.name, node.line)
        yield from ()

    def _execute(self, node: n.Execute) -> Iterator[Event]:
        if len(self.session.frames) > _MAX_NESTING:
            raise error(217, line=node.line)
        yield from self.procedures.execute(node)

    def _maintenance(self, node: n.Maintenance) -> Iterator[Event]:
        yield from self.procedures.maintenance(node)

    def _close_cursors(self, frame: Frame) -> None:
        frame.cursors.clear()


# Errors in defining a constraint, followed by 1750, and in dropping one, followed by 3727.
_CAUSES: Final = frozenset({1505, 1767, 1769, 1770, 1776, 1778, 1781, 1785, 3728, 8111})
_KEEPS_ERROR: Final = (n.If, n.While, n.Block, n.TryCatch, n.Label, n.Goto, n.Execute, n.Raiserror)


def _one_row(select: n.Select) -> bool:
    """Whether a SELECT aggregates all its rows into one, which no other row can follow."""
    return not select.group_by and any(
        isinstance(node, n.Call) and node.over is None and node.name[-1].upper() in AGGREGATES
        for item in select.items
        for node in walk(item, into_queries=False)
    )


def _ends_transaction(problem: TsqlError) -> bool:
    """Errors that end batch and transaction even with XACT_ABORT OFF."""
    return problem.number in _BATCH_ENDING or isinstance(problem, BulkError)


def _told(problem: TsqlError) -> Iterator[Event]:
    """An error as the client gets it: a failed bulk load is a chain of them."""
    if isinstance(problem, BulkError):
        chain = (*problem.rows, problem, *problem.following)
        for one in chain:
            yield _error_event(with_line(one, problem.line, problem.procedure))
        return
    for cause in problem.causes:
        yield _error_event(with_line(cause, problem.line, problem.procedure))
    yield _error_event(problem)


def _with_consequence(problem: TsqlError, node: n.Statement) -> TsqlError:
    """Some errors of definitions are told together with a second one, which is what CATCH sees."""
    number = 3727 if problem.number == 3728 else 1750
    if problem.number not in _CAUSES or not isinstance(node, n.CreateTable | n.AlterTable):
        return problem
    second = error(number, line=problem.line)
    second.causes = (problem,)
    return second


def _error_event(problem: TsqlError) -> Error:
    return Error(
        problem.number,
        problem.message,
        problem.severity,
        problem.state,
        max(problem.line, 1),
        problem.procedure,
    )


def _columns(columns: Sequence[OutColumn]) -> tuple[Column, ...]:
    return tuple(
        Column(column.name, column.type, column.nullable, bool(column.source and column.source.identity))
        for column in columns
    )


_DECLARED_BELOW: dict[int, tuple[n.Statement, tuple[n.Declaration, ...]]] = {}
"""Declarations inside a compound statement, by its identity."""


def _whole_number(value: int, line: int) -> n.Literal:
    return n.Literal(line, Kind.INTEGER, str(value))


def _into_first(node: n.SelectStatement) -> tuple[n.SelectStatement, Any]:
    """SELECT … INTO … UNION …: the INTO of the first SELECT, and the query without it."""
    first: Any = node.query.body
    while isinstance(first, n.SetOperation):
        first = first.left
    if not isinstance(first, n.Select) or not first.into:
        return node, node.query.body
    stripped = _without_into(node.query.body)
    return n.SelectStatement(node.line, replace(node.query, body=stripped)), first


def _without_into(body: Any) -> Any:
    if isinstance(body, n.SetOperation):
        return replace(body, left=_without_into(body.left))
    return replace(body, into=())


def _type_arguments(type: SqlType) -> tuple[int, ...]:
    if type.is_decimal:
        return (type.precision, type.scale)
    if type.length:
        return (type.length,)
    if type.name in ("time", "datetime2", "datetimeoffset"):
        return (type.scale,)
    return ()
