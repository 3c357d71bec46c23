"""Calls: procedures by name, dynamic text, sp_executesql, and what clients call remotely; also BULK
INSERT."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from tsqld.binder.typenames import resolve
from tsqld.catalog.model import Module, ModuleParameter, Synonym
from tsqld.compile.context import full_name, located
from tsqld.errors import NO_LINE, TsqlError, error, unsupported
from tsqld.events import Argument, Column, Done, Event, ReturnStatus, ReturnValue
from tsqld.runtime.absentprocedures import is_absent
from tsqld.runtime.authority import Identity
from tsqld.runtime.consequences import error_event, told
from tsqld.runtime.environment import SessionEnvironment
from tsqld.runtime.frame import BatchAborted, Frame, Returned, ScopeAborted, stopping
from tsqld.runtime.manyrows import fits
from tsqld.runtime.resultsets import shaped
from tsqld.runtime.session import Session
from tsqld.runtime.system import SystemProcedures
from tsqld.runtime.tablevalues import bind_table
from tsqld.runtime.usercode import returned_value
from tsqld.syntax import nodes as n
from tsqld.syntax.parser import Parser, parse_batch
from tsqld.syntax.walk import parse_module
from tsqld.types import CURSOR, INT, MAX, SqlType, nvarchar

if TYPE_CHECKING:
    from tsqld.runtime.interpreter import Interpreter
    from tsqld.runtime.queries import SelectPlan


@lru_cache(maxsize=512)
def _parameters(text: str) -> tuple[n.Parameter, ...]:
    """The declarations of a parameterised text: `@a int, @b nvarchar(10) OUTPUT`."""
    parser = Parser(text)
    parameters = parser._parameters()
    if not parser.at_end():
        parser.fail()
    return parameters


_RESULT: Final = -1
"""Where among its outputs a function's value is."""


class Procedures:
    """Calls for a session."""

    def __init__(self, session: Session, interpreter: Interpreter) -> None:
        self.session = session
        self.interpreter = interpreter
        self.evaluator = interpreter.evaluator
        self.system = SystemProcedures(session, interpreter)

    # EXEC

    def execute(self, node: n.Execute) -> Iterator[Event]:
        if node.result_sets is None or node.result_sets == "UNDEFINED":
            yield from self._executed(node)
            return
        with stopping(self._executed(node)) as events:
            yield from shaped(events, self._shapes(node), self.interpreter.cursors.fitted, node.line)

    def _shapes(self, node: n.Execute) -> list[list[Column]]:
        """The result sets that WITH RESULT SETS promises."""
        type_of = self.interpreter.definitions.type
        shapes = []
        for columns in node.result_sets if isinstance(node.result_sets, tuple) else ():
            shape = []
            for column in columns:
                assert column.type is not None
                shape.append(Column(column.name, type_of(column.type), column.nullable is not False))
            shapes.append(shape)
        return shapes

    def _executed(self, node: n.Execute) -> Iterator[Event]:
        if node.text is not None:
            text = self.evaluator.converted(node.text, nvarchar(MAX))
            identity = self._impersonated(node) if node.impersonated else None
            yield from self.text(text or "", [], identity=identity)
            return
        parts = self._module_name(node)
        values = [self._argument(argument) for argument in node.arguments]
        code, outputs = 0, {}
        for event in self.call(parts, values, node.line):
            if isinstance(event, ReturnStatus):
                code = event.value
            elif isinstance(event, ReturnValue):
                outputs[event.ordinal] = event
            else:
                yield event
        self._copy_back(node, outputs, code)

    def _module_name(self, node: n.Execute) -> tuple[str, ...]:
        if not isinstance(node.module, n.Variable):
            assert node.module is not None
            return node.module
        from tsqld.runtime.metadata import name_parts

        text = self.evaluator.value(node.module)[0]
        parts = name_parts(str(text or ""))
        if parts is None:
            raise error(2812, text, line=node.line)
        return parts

    def _argument(self, argument: n.ExecArgument) -> Argument:
        if isinstance(argument.value, n.Default):
            return Argument(argument.name, INT, None, argument.output, is_default=True)
        if isinstance(argument.value, n.Variable):
            table = self.session.frame.tables.get(argument.value.name.lower())
            if table is not None:
                return Argument(argument.name, SqlType("table"), table)
            if argument.value.name.lower() in self.session.frame.cursor_variables:
                return Argument(argument.name, CURSOR, None, argument.output)
        value, type = self.evaluator.value(argument.value)
        return Argument(argument.name, type, value, argument.output)

    def _copy_back(self, node: n.Execute, outputs: dict[int, ReturnValue], code: int) -> None:
        frame = self.session.frame
        for position, argument in enumerate(node.arguments):
            returned = outputs.get(position)
            if returned is None or not argument.output or not isinstance(argument.value, n.Variable):
                continue
            self._assign(argument.value.name, returned.value, returned.type)
        if node.return_variable:
            if node.return_variable.lower() not in frame.variables:
                raise error(137, node.return_variable, line=node.line)
            result = outputs.get(_RESULT)
            if result is None:
                self._assign(node.return_variable, code, INT)
            else:
                self._assign(node.return_variable, result.value, result.type)

    def _assign(self, name: str, value: Any, type: SqlType) -> None:
        frame = self.session.frame
        if type == CURSOR:
            frame.cursor_variables[name.lower()] = value
            return
        target = frame.variables[name.lower()][0]
        if target != type and value is not None:
            value = self.evaluator.literal_text(value, type, target)
        frame.assign(name.lower(), value)

    def _system(self, parts: Sequence[str], arguments: Sequence[Argument], line: int) -> Iterator[Event]:
        """A system procedure, in the database its name may begin with. Error 911."""
        frame, found = self.session.frame, None
        if len(parts) > 2 and parts[-3]:
            found = self.session.engine.catalog(parts[-3])
            if found is None:
                raise error(911, parts[-3], line=line)
        before = frame.database
        frame.database = found.name if found else before
        try:
            yield from self.system.call(parts[-1].lower(), arguments, line)
        finally:
            frame.database = before

    # calling a module

    def call(self, parts: Sequence[str], arguments: Sequence[Argument], line: int = 0) -> Iterator[Event]:
        """Run a procedure; ends with ReturnValue for each OUTPUT argument and ReturnStatus."""
        if self.system.knows(parts):
            yield from self._system(parts, arguments, line)
            return
        environment, authority = SessionEnvironment(self.session), self.session.authority
        name = full_name(environment, parts, line)
        if self.session.engine.catalog(name.database) is None:
            raise error(2812, ".".join(parts), line=line)
        if environment.checks:
            authority.enter(name.database, line)
        name, found = located(environment, name, parts)
        if isinstance(found, Synonym):
            authority.access("EXECUTE", name.database, found, line)
            yield from self._through(found, name.database, arguments, line)
            return
        if not isinstance(found, Module):
            if is_absent(parts):
                raise unsupported(f"sys.{parts[-1].lower()}", line)
            raise error(2812, ".".join(parts), line=line)
        authority.access("EXECUTE", name.database, found, line)
        if found.kind == "SCALAR FUNCTION":
            yield from self._function(found, name.database, arguments)
            return
        if self.session.frame.in_function:
            raise error(557, line=line)
        if found.kind != "PROCEDURE":
            raise error(2809, "procedure", name.name, name.name, found.kind.lower(), line=line)
        yield from self.run_module(found, name.database, arguments)

    def _through(
        self, synonym: Synonym, database: str, arguments: Sequence[Argument], line: int
    ) -> Iterator[Event]:
        """Call what a synonym stands for; the synonym's owner need not be asked for its own."""
        frame = self.session.frame
        before, frame.owned = frame.owned, (database, synonym)
        try:
            yield from self.call(synonym.base, arguments, line)
        finally:
            frame.owned = before

    def run_module(self, module: Module, database: str, arguments: Sequence[Argument]) -> Iterator[Event]:
        """Run a procedure's text."""
        session = self.session
        tree = parse_batch(module.text)
        definition = tree.statements[0]
        assert isinstance(definition, n.CreateModule)
        frame = Frame(
            procedure=module.full_name,
            procedure_id=module.object_id,
            tree=tree if module.object_id else None,
            database=database,
            schema=module.schema,
            owned=(database, module),
            nest=session.frame.nest + 1,
        )
        try:
            positions = self._bind(module, definition, arguments, frame)
        except TsqlError as problem:
            problem.line, problem.procedure = NO_LINE, module.full_name
            raise
        entry_count = session.trancount
        yield from self._inside(frame, definition.body, session.authority.as_module(module, database))
        yield from self._counted(entry_count, module.full_name)
        for position, parameter in positions:
            if parameter.type == CURSOR:
                cursor = frame.cursor_variables[parameter.name.lower()]
                yield ReturnValue(parameter.name, CURSOR, cursor, position)
                continue
            type, value = frame.variables[parameter.name.lower()]
            yield ReturnValue(parameter.name, type, value, position)
        yield ReturnStatus(_status(frame))

    def _function(self, module: Module, database: str, arguments: Sequence[Argument]) -> Iterator[Event]:
        """EXECUTE @x = a scalar function: its value comes back as the output numbered -1."""
        assert module.returns is not None
        frame = Frame()
        self._bind(module, parse_module(module.text), arguments, frame)
        values = [frame.variables[parameter.name.lower()][1] for parameter in module.parameters]
        value = returned_value(self.session, module, database, values)
        yield ReturnValue("", module.returns, value, _RESULT)
        yield ReturnStatus(0)

    def _counted(self, entry_count: int, procedure: str) -> Iterator[Event]:
        """Error 266, which ends nothing, when a call leaves with another transaction count."""
        session = self.session
        if session.trancount == entry_count:
            return
        problem = error(266, entry_count, session.trancount, line=NO_LINE)
        problem.procedure = procedure
        if session.try_depth:
            raise problem
        session.last_error = 266
        yield error_event(problem)

    def _inside(
        self, frame: Frame, statements: Sequence[n.Statement], identity: Identity | None = None
    ) -> Iterator[Event]:
        """Run statements in a frame of their own: temp tables, SET options and impersonation end with it."""
        session, authority = self.session, self.session.authority
        options, identities = replace(session.options), authority.depth
        if identity is not None:
            authority.push(identity)
        frame.identities = authority.depth
        session.frames.append(frame)
        depth = len(session.frames)
        try:
            yield from self._body(statements)
            yield from self.drop_temporaries(frame)
        finally:
            del session.frames[depth - 1 :]
            session.options = options
            authority.unwind(identities)

    def _body(self, statements: Sequence[n.Statement]) -> Iterator[Event]:
        try:
            self.interpreter.scopes.enter(statements)
            yield from self.interpreter.run(statements)
        except (Returned, ScopeAborted):
            pass
        except TsqlError as problem:
            problem.uncatchable_in = None
            raise

    def drop_temporaries(self, frame: Frame) -> Iterator[Event]:
        """Temp tables and table variables end with the procedure that made them."""
        session = self.session
        tables = [*frame.temporaries.values(), *frame.tables.values()]
        transaction = session.executor.transaction
        for table in tables:
            if transaction is None:
                session.executor.cursor.execute(f"DROP TABLE IF EXISTS {table.storage}")
            elif not transaction.broken and not transaction.doomed:
                session.executor.write(f"DROP TABLE IF EXISTS {table.storage}")
        yield from ()

    def _bind(
        self,
        module: Module,
        definition: n.CreateModule,
        arguments: Sequence[Argument],
        frame: Frame,
    ) -> list[tuple[int, ModuleParameter]]:
        """Give parameters their values; which OUTPUT parameters go back to which argument."""
        parameters = {parameter.name.lower(): parameter for parameter in module.parameters}
        for argument in arguments:
            if parameters and argument.name and argument.name.lower() not in parameters:
                raise error(8145, argument.name, module.name)
        if len(arguments) > len(parameters):
            if not parameters:
                raise error(8146, module.name)
            raise error(8144, module.name)
        given: dict[str, tuple[int, Argument]] = {}
        for position, argument in enumerate(arguments):
            key = argument.name.lower() or module.parameters[position].name.lower()
            if key in given:
                raise error(8143, argument.name)
            if argument.is_output and not parameters[key].output:
                raise error(8162, parameters[key].name)
            given[key] = (position, argument)
        outputs = []
        for parameter, written in zip(module.parameters, definition.parameters, strict=True):
            found = given.get(parameter.name.lower())
            self._bind_one(module, parameter, written, found[1] if found else None, frame)
            if found is not None and found[1].is_output:
                outputs.append((found[0], parameter))
        return outputs

    def _bind_one(
        self,
        module: Module,
        parameter: ModuleParameter,
        written: n.Parameter,
        argument: Argument | None,
        frame: Frame,
    ) -> None:
        key = parameter.name.lower()
        if parameter.type == CURSOR:
            frame.cursor_variables[key] = None
            return
        if parameter.table_type is not None:
            bind_table(self.session, self.interpreter, parameter, argument, frame)
            return
        if argument is None or argument.is_default:
            if not written.has_default:
                raise error(201, module.name, parameter.name)
            assert written.default is not None
            frame.declare(key, parameter.type, self.evaluator.converted(written.default, parameter.type))
            return
        value = argument.value
        if argument.type != parameter.type and value is not None:
            try:
                value = self.evaluator.literal_text(value, argument.type, parameter.type)
            except TsqlError as problem:
                if problem.number in (245, 241, 235, 8169):
                    raise error(8114, argument.type.name, parameter.type.name) from None
                raise
        frame.declare(key, parameter.type, value)

    # dynamic text

    def text(
        self,
        text: str,
        variables: Sequence[tuple[str, SqlType, Any]],
        procedure: str = "",
        identity: Identity | None = None,
    ) -> Iterator[Event]:
        """Run a text as a batch of its own inside this one, with variables it finds declared; `procedure`
        names one that errors are to be told from."""
        batch = parse_batch(text)
        frame = self._text_frame(variables)
        frame.procedure, frame.tree = procedure, batch
        yield from self._batch_inside(frame, batch, identity)

    def _impersonated(self, node: n.Execute) -> Identity:
        """EXEC ('…') AS USER or LOGIN = …"""
        assert node.impersonated is not None
        kind, name = node.impersonated
        authority = self.session.authority
        if kind == "LOGIN":
            return authority.as_login(name, node.line)
        return authority.as_user(self.session.database, name, node.line)

    def _text_frame(self, variables: Sequence[tuple[str, SqlType, Any]]) -> Frame:
        around = self.session.frame
        frame = Frame(database=around.database, nest=around.nest + 1)
        for name, type, value in variables:
            frame.declare(name.lower(), type, value)
        return frame

    def _batch_inside(
        self, frame: Frame, batch: n.Batch, identity: Identity | None = None
    ) -> Iterator[Event]:
        """EXEC('…') and sp_executesql: a USE in the text ends with it too."""
        database = self.session.database
        try:
            entry_count = self.session.trancount
            yield from self._inside(frame, batch.statements, identity)
            yield from self._counted(entry_count, "")
        except TsqlError as problem:
            problem.in_dynamic_text = not problem.procedure
            raise
        finally:
            self.session.database = database

    def declared(self, declarations: str) -> list[ModuleParameter]:
        """The parameters that a text declares, typed."""
        lookup = SessionEnvironment(self.session).alias_type
        made = []
        for written in _parameters(declarations) if declarations.strip() else ():
            schema = written.type.parts[-2] if len(written.type.parts) > 1 else "dbo"
            user = self.session.catalog(self.session.database).user_type(schema, written.type.parts[-1])
            if user is not None and user.table is not None:
                made.append(
                    ModuleParameter(written.name, INT, readonly=True, table_type=(user.schema, user.name))
                )
                continue
            type = resolve(written.type, lookup)
            made.append(ModuleParameter(written.name, type, written.output, written.has_default))
        return made

    def parameterised(
        self, statement: str, declarations: str, arguments: Sequence[Argument], first: int
    ) -> Iterator[Event]:
        """sp_executesql: declared parameters, named or positional arguments, OUTPUT values back."""
        parameters = self.declared(declarations)
        by_name = {parameter.name.lower(): parameter for parameter in parameters}
        given: dict[str, tuple[int, Argument]] = {}
        for position, argument in enumerate(arguments):
            key = argument.name.lower()
            if not key:
                if position >= len(parameters):
                    raise error(8144, "")
                key = parameters[position].name.lower()
            if key not in by_name:
                raise error(8145, argument.name, "sp_executesql")
            given[key] = (position, argument)
        variables = []
        tables: list[tuple[ModuleParameter, Argument]] = []
        for parameter in parameters:
            found = given.get(parameter.name.lower())
            if found is None or found[1].is_default:
                raise error(8178, f"({declarations}){statement}"[:200], parameter.name)
            argument = found[1]
            if parameter.table_type is not None:
                tables.append((parameter, argument))
                continue
            value = argument.value
            if not fits(value, argument.type, parameter.type):
                value = self.evaluator.literal_text(value, argument.type, parameter.type)
            variables.append((parameter.name, parameter.type, value))
        batch = parse_batch(statement)
        frame = self._text_frame(variables)
        frame.tree = batch
        for parameter, argument in tables:
            bind_table(self.session, self.interpreter, parameter, argument, frame)
        yield from self._batch_inside(frame, batch)
        for parameter in parameters:
            found = given[parameter.name.lower()]
            if found[1].is_output and parameter.table_type is None:
                type, value = frame.variables[parameter.name.lower()]
                yield ReturnValue(parameter.name, type, value, found[0] + first)
        yield ReturnStatus(frame.last_error)

    # calls from clients

    def client_text(
        self, statement: str, declarations: str, arguments: Sequence[Argument]
    ) -> Iterator[Event]:
        yield from self._told(self.parameterised(statement, declarations, arguments, 0))

    def client_call(self, procedure: str, arguments: Sequence[Argument]) -> Iterator[Event]:
        from tsqld.runtime.metadata import name_parts

        parts = name_parts(procedure) or (procedure,)
        yield from self._told(self.call(parts, arguments, 1))

    def _told(self, events: Iterator[Event]) -> Iterator[Event]:
        """Events of a remote call; an error ends it and is told."""
        session = self.session
        try:
            yield from events
        except BatchAborted:
            yield Done(None)
        except TsqlError as problem:
            session.last_error = problem.number
            yield from told(problem)
            yield Done(None)
        transaction = session.executor.transaction
        if session.trancount and transaction is not None and transaction.doomed:
            session.rollback_all()
            yield error_event(error(3998))

    # SELECT @s = @s + column: each row sees the value the row before left

    def assign_by_row(self, node: n.SelectStatement, plan: SelectPlan) -> None:
        from tsqld.runtime.rows import carried_assignment

        carried_assignment(self.session, self.interpreter, node, plan)


def _status(frame: Frame) -> int:
    """What a procedure returns: its RETURN value, or 10 minus the severity of its last error."""
    if frame.return_code is not None:
        return frame.return_code
    return 10 - frame.error_severity if frame.error_severity > 10 else 0
