"""What happens to a text before its first statement runs: its variables come to be, its names are bound.

SQL Server compiles a batch or procedure as a whole. A statement whose tables exist is bound then; an error
in it means that nothing runs. A statement naming a table that does not exist yet is left for its turn
(deferred name resolution). Microsoft Learn: "Batches", "CREATE PROCEDURE".
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from tsqld.catalog.model import Module, Table
from tsqld.compile.context import resolve_object
from tsqld.compile.triggered import view_rows
from tsqld.errors import COMPILE_TIME, UNSUPPORTED, TsqlError, error
from tsqld.runtime.consequences import with_line
from tsqld.runtime.environment import SessionEnvironment
from tsqld.runtime.frame import Frame
from tsqld.runtime.plans import Texts
from tsqld.runtime.session import Session
from tsqld.syntax import nodes as n
from tsqld.syntax.declared import declarations, variable_errors
from tsqld.syntax.visit import walk

if TYPE_CHECKING:
    from tsqld.runtime.interpreter import Interpreter

_LATER: Final = frozenset({208, 1087, 4413, UNSUPPORTED})
"""Left for the statement's turn: what is missing may be there by then."""
_SYSTEM: Final = ("sys", "information_schema")


class Scopes:
    """Prepares the texts a session runs."""

    def __init__(self, session: Session, interpreter: Interpreter) -> None:
        self.session = session
        self.interpreter = interpreter
        self._own = Texts()

    def enter(self, statements: Sequence[n.Statement]) -> None:
        """Make the variables of a text in the current frame, and bind its statements.

        Errors: those about variables, types and names, the last with the others as its causes.
        """
        frame = self.session.frame
        for item in self._declarations(statements):
            self.interpreter.variables.declare(item)
        database = frame.database or self.session.database
        meaning: tuple[Any, ...] = (database, self.session.catalog(database).version)
        if not frame.procedure:
            meaning = (*meaning, frame.signature, self.session.temporary_version)
        texts = self._texts()
        if texts.is_bound(statements, meaning):
            return
        self._bind_all(statements)
        texts.bind(statements, meaning)

    def _texts(self) -> Texts:
        """Where it is kept what was found: a module's statements are the same for all sessions."""
        return self.session.engine.texts if self.session.frame.procedure else self._own

    def check_module(self, node: n.CreateModule) -> None:
        """What CREATE finds wrong in the body of a procedure or function."""
        if node.kind == "TRIGGER":
            _check_trigger(node)
        _check_places(node)
        if node.kind not in ("PROCEDURE", "SCALAR FUNCTION", "TABLE FUNCTION", "TRIGGER"):
            return
        session = self.session
        frame = Frame(
            procedure=node.name[-1],
            database=session.database,
            schema=node.name[-2] if len(node.name) > 1 else "",
            in_function=node.kind.endswith("FUNCTION"),
        )
        if node.kind == "TRIGGER" and not self._logical_tables(node, frame):
            return
        session.frames.append(frame)
        try:
            for parameter in node.parameters:
                kind = None if parameter.type.parts == ("cursor",) else parameter.type
                self.interpreter.variables.declare(n.Declaration(parameter.line, parameter.name, kind, None))
            if node.return_table is not None:
                self.interpreter.variables.declare(
                    n.Declaration(node.line, node.return_variable, node.return_table, None)
                )
            self.enter(node.body)
        except TsqlError as problem:
            for one in (*problem.causes, problem):
                with_line(one, node.line, frame.procedure)
            raise
        finally:
            for _ in self.interpreter.procedures.drop_temporaries(frame):
                pass
            session.frames.pop()

    def _logical_tables(self, node: n.CreateModule, frame: Frame) -> bool:
        """Give a frame the logical tables that the body of a trigger will see; whether its table exists."""
        environment = SessionEnvironment(self.session)
        try:
            found, name = resolve_object(environment, node.table, node.line)
        except TsqlError:
            return False
        if isinstance(found, Module) and found.kind == "VIEW":
            found = view_rows(found)
        if not isinstance(found, Table):
            return False
        frame.database, frame.fired_on = name.database, found
        for logical in ("inserted", "deleted"):
            rows = replace(found, name=logical, kind="T@", indexes=(), foreign_keys=(), checks=())
            frame.specials[logical] = rows
        return True

    def _declarations(self, statements: Sequence[n.Statement]) -> tuple[n.Declaration, ...]:
        texts = self._texts()
        known = texts.declared(statements)
        if known is not None:
            return known
        frame = self.session.frame
        names = (*frame.variables, *frame.tables, *frame.cursor_variables)
        problem = variable_errors(statements, names, returns_value=bool(frame.procedure or frame.in_function))
        if problem is not None:
            raise problem
        found = declarations(statements)
        texts.declares(statements, found)
        return found

    # binding

    def _bind_all(self, statements: Sequence[n.Statement]) -> None:
        problems: list[TsqlError] = []
        session = self.session
        database, own = session.database, session.frame.database
        outer, session.only_binding = session.only_binding, True
        try:
            for statement in statements:
                self._bind(statement, problems)
        finally:
            session.database, session.frame.database = database, own
            session.only_binding = outer
        if problems:
            *causes, last = [one for problem in problems for one in (*problem.causes, problem)]
            last.causes = tuple(causes)
            raise last

    def _bind(self, node: n.Statement, problems: list[TsqlError]) -> None:
        match node:
            case n.Block():
                for inner in node.statements:
                    self._bind(inner, problems)
            case n.If():
                self._bind_value(node.condition, self.interpreter.evaluator.bind_condition, problems)
                self._bind(node.then, problems)
                if node.otherwise is not None:
                    self._bind(node.otherwise, problems)
            case n.While():
                self._bind_value(node.condition, self.interpreter.evaluator.bind_condition, problems)
                self._bind(node.body, problems)
            case n.TryCatch():
                self._bind(node.body, problems)
                self._bind(node.handler, problems)
            case n.Use():
                self._use(node, problems)
            case n.SetVariable() | n.Print():
                self._bind_value(node.value, self.interpreter.evaluator.bind_value, problems)
            case n.Declare():
                for item in node.declarations:
                    if item.value is not None:
                        self._bind_value(item.value, self.interpreter.evaluator.bind_value, problems)
            case n.SelectStatement():
                if not _into(node):
                    self._attempt(node, lambda: self.interpreter.queries.plan(node), problems)
            case n.DeclareCursor() if node.query is not None:
                query = node.query
                self._attempt(
                    node, lambda: self.interpreter.evaluator.compiler().query(query, None), problems
                )
            case n.Insert() if isinstance(node.source, n.Execute):
                pass
            case n.Insert() | n.Update() | n.Delete() | n.Merge():
                if not getattr(node, "cursor", ""):
                    self._attempt(node, lambda: self.interpreter.writing.plan(node), problems)
            case _:
                pass

    def _bind_value(
        self, value: n.Expression, bind: Callable[[n.Expression], object], problems: list[TsqlError]
    ) -> None:
        if any(isinstance(found, n.Query | n.ColumnName) for found in walk(value)):
            self._attempt(value, lambda: bind(value), problems)

    def _attempt(self, node: n.Node, bind: Callable[[], object], problems: list[TsqlError]) -> None:
        """Compile a statement now, unless that would read files or ask the catalog twice."""
        if any(
            isinstance(found, n.BulkSource)
            or (isinstance(found, n.TableSource) and any(part.lower() in _SYSTEM for part in found.name[:-1]))
            for found in walk(node)
        ):
            return
        try:
            bind()
        except TsqlError as problem:
            if problem.number in COMPILE_TIME and problem.number not in _LATER:
                problem.line = problem.line or node.line
                problems.append(problem)

    def _use(self, node: n.Use, problems: list[TsqlError]) -> None:
        """USE counts while compiling, too: what follows is bound in its database."""
        found = self.session.engine.catalog(node.database)
        if found is None:
            problems.append(error(911, node.database, line=node.line))
            return
        self.session.database = self.session.frame.database = found.name


def _check_places(node: n.CreateModule) -> None:
    """What no module may do. Errors 154, and 10700 of a READONLY parameter."""
    readonly = {parameter.name.lower() for parameter in node.parameters if parameter.readonly}
    for found in (below for statement in node.body for below in walk(statement)):
        if isinstance(found, n.Use) and node.kind in ("PROCEDURE", "TRIGGER"):
            raise error(154, line=found.line)
        if isinstance(found, n.Target) and found.variable.lower() in readonly:
            raise error(10700, found.variable, line=found.line)


def _check_trigger(node: n.CreateModule) -> None:
    """A trigger's variables, and that it leaves its logical tables alone."""
    problem = variable_errors(node.body, (), returns_value=False)
    if problem is not None:
        raise problem
    for found in (below for statement in node.body for below in walk(statement)):
        if isinstance(found, n.Insert | n.Update | n.Delete | n.Merge):
            target = found.target.name
            if len(target) == 1 and target[0].lower() in ("inserted", "deleted"):
                raise error(286, line=found.line)


def _into(node: n.SelectStatement) -> bool:
    body: Any = node.query.body
    while isinstance(body, n.SetOperation):
        body = body.left
    return isinstance(body, n.Select) and bool(body.into)
