"""Computes values: compiles expressions, caches what was compiled, fills in run-time parameters.

Expressions without tables run on the scratch cursor, beside any transaction. Integer arithmetic and
comparisons of variables, the stuff of loops, are evaluated in Python by the same rules.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from tsql.tokens import Kind
from tsqld.binder.bound import Bound
from tsqld.binder.scope import Scope
from tsqld.catalog.model import Module
from tsqld.compile.context import Context, Reference
from tsqld.compile.expressions import Place
from tsqld.compile.inline import Compiler
from tsqld.compile.operations import convert, literal
from tsqld.errors import COMPILE_TIME, TsqlError, error
from tsqld.functions.arithmetic import concatenation_type
from tsqld.functions.sqltext import duck_type
from tsqld.runtime.ddl.tempnames import same_table
from tsqld.runtime.environment import SessionEnvironment
from tsqld.runtime.plans import Lookups, Plans, Temporaries
from tsqld.runtime.session import Session
from tsqld.runtime.tablelocks import Hints
from tsqld.runtime.usercode import fill, returned_value
from tsqld.runtime.values import from_duck, in_ticks, to_duck
from tsqld.syntax import nodes as n
from tsqld.types import MAX, SqlType

_RANGES: Final = {
    "tinyint": (0, 255),
    "smallint": (-(2**15), 2**15 - 1),
    "int": (-(2**31), 2**31 - 1),
    "bigint": (-(2**63), 2**63 - 1),
}
_INT: Final = SqlType("int")
_NAMES: Final = (207, 209, 4104, 4413)
_BARE: Final = re.compile(r"CAST\(\$1 AS (INTEGER|BIGINT|SMALLINT|VARCHAR)\)")


def _is_bare(sql: str, parameters: Sequence[Any]) -> bool:
    """Whether a text is nothing but its one parameter, so that DuckDB need not be asked."""
    return (
        len(parameters) == 1
        and isinstance(parameters[0], str | int | None)
        and not isinstance(parameters[0], bool)
        and _BARE.fullmatch(sql) is not None
    )


@dataclass(frozen=True, slots=True)
class CompiledValue:
    """`SELECT` text of one value, or of a condition as a boolean, and where it must run."""

    sql: str
    references: tuple[Reference, ...]
    type: SqlType
    reads: frozenset[str]
    uses_tables: bool
    hints: Hints = frozenset()


class Evaluator:
    """Values for a session."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._own = Plans()
        from tsqld.runtime.functions import SessionFunctions

        self._functions = SessionFunctions(session, self)

    # compiling with a cache

    def compiled(self, node: n.Node, purpose: str, make: Callable[[Compiler], Any]) -> Any:
        """What `make` compiles of `node`, kept while names and types mean the same.

        An error of names or grammar cannot be caught in the scope that has it.
        """
        session = self.session
        frame = session.frame
        database = frame.database or session.database
        catalog = session.catalog(database)
        options = session.options
        asked = session.authority.token()
        settings = (session.identity_insert, options.datefirst, options.dateformat, session.instead, asked)
        signature = (database, frame.schema, frame.signature, settings)
        plans = session.engine.plans if frame.procedure else self._own
        for one in (plans, self._own):
            for known, version, lookups, temporaries, made in one.of(node, purpose):
                if (
                    known == signature
                    and (version == catalog.version or (version < 0 and self._same(lookups)))
                    and self._same_temporaries(temporaries)
                ):
                    return made
        environment = SessionEnvironment(session)
        compiler = Compiler(Context(environment))
        try:
            made = make(compiler)
        except TsqlError as problem:
            problem = self._with_others(problem, make)
            if problem.number in COMPILE_TIME:
                problem.uncatchable_in = frame
            raise problem from None
        environment.verify()
        if not environment.uses_system:
            version = catalog.version if environment.uses_catalog else -1
            lookups, temporaries = tuple(environment.lookups.items()), tuple(environment.temporaries.items())
            kept = self._own if environment.is_of_session else plans
            kept.keep(node, purpose, (signature, version, lookups, temporaries, made))
        return made

    def bound(self, make: Callable[[Compiler], Any]) -> Any:
        """What `make` compiles once, with every name told that it cannot resolve."""
        try:
            return make(self.compiler())
        except TsqlError as problem:
            raise self._with_others(problem, make) from None

    def _with_others(self, problem: TsqlError, make: Callable[[Compiler], Any]) -> TsqlError:
        """SQL Server tells every name of a statement that it cannot resolve, the others before the last."""
        if problem.number not in _NAMES:
            return problem
        environment = SessionEnvironment(self.session)
        environment.unresolved = []
        ending: list[TsqlError] = []
        try:
            make(Compiler(Context(environment)))
        except TsqlError as other:
            ending = [other] if other.number in _NAMES else []
        found = [*(other for _, _, other in environment.unresolved), *ending] or [problem]
        *causes, last = [one for other in found for one in (*other.causes, other)]
        last.causes = tuple(causes)
        return last

    def _same(self, lookups: Lookups) -> bool:
        """Whether every name that was looked up still means the same object."""
        catalog = self.session.catalog
        return all(catalog(place[0]).object(place[1], place[2]) is found for place, found in lookups)

    def _same_temporaries(self, temporaries: Temporaries) -> bool:
        """Whether every temp table and table variable that was looked up is here, of the same shape."""
        own = self.session.frame.tables
        return all(
            same_table(own.get(name) if name.startswith("@") else self.session.temporary(name), found)
            for name, found in temporaries
        )

    def compiler(self) -> Compiler:
        return Compiler(Context(SessionEnvironment(self.session)))

    # values

    def value(self, node: n.Expression) -> tuple[Any, SqlType]:
        """A value and its type."""
        match node:
            case n.Literal():
                bound = literal(node.kind, node.value, node.line)
                if bound.is_literal:
                    return bound.value, bound.type
            case n.Variable() if not node.name.startswith("@@"):
                found = self.session.frame.variables.get(node.name.lower())
                if found is None:
                    raise error(137, node.name, line=node.line)
                return found[1], found[0]
            case n.Binary():
                quick = self._quick_binary(node)
                if quick is not None:
                    return quick
        made = self._compile_value(node, None)
        return self.run(made), made.type

    def converted(self, node: n.Expression, target: SqlType) -> Any:
        """A value as a variable of type `target` takes it: text is cut silently."""
        quick = self._quick(node)
        if quick is not None and target.name in _RANGES and quick[1].name in _RANGES:
            return self._ranged(quick[0], target, node.line)
        if quick is not None and (quick[1] == target or _fits(*quick, target)):
            return quick[0]
        return self.run(self._compile_value(node, target))

    def _compile_value(self, node: n.Expression, target: SqlType | None) -> CompiledValue:
        def make(compiler: Compiler) -> CompiledValue:
            bound = compiler.value(node, Place(Scope()))
            if target is not None:
                bound = assignable(bound, target, node.line)
            return self._made(compiler, bound.exact or bound.sql, bound.type)

        return self.compiled(node, f"value {target}", make)  # type: ignore[no-any-return]

    def _made(self, compiler: Compiler, sql: str, type: SqlType) -> CompiledValue:
        environment = compiler.context.environment
        tables = bool(compiler.context.reads) or getattr(environment, "uses_system", False)
        references = tuple(compiler.context.references)
        reads, hints = frozenset(compiler.context.reads), frozenset(compiler.context.hints)
        return CompiledValue(f"SELECT {sql}", references, type, reads, tables, hints)

    def condition(self, node: n.Expression) -> bool:
        """Whether a condition is true (not false, not unknown)."""
        quick = self._quick_condition(node)
        if quick is not None:
            return quick
        return bool(self.run(self._compile_condition(node)))

    def _compile_condition(self, node: n.Expression) -> CompiledValue:
        def make(compiler: Compiler) -> CompiledValue:
            return self._made(compiler, compiler.condition(node, Place(Scope())), SqlType("bit"))

        return self.compiled(node, "condition", make)  # type: ignore[no-any-return]

    def bind_value(self, node: n.Expression) -> object:
        """Compile a value without computing it."""
        return self._compile_value(node, None)

    def bind_condition(self, node: n.Expression) -> object:
        """Compile a condition without testing it."""
        return self._compile_condition(node)

    def run(self, made: CompiledValue) -> Any:
        parameters = self.parameters(made.references)
        if _is_bare(made.sql.removeprefix("SELECT "), parameters):
            return parameters[0]
        executor = self.session.executor
        if made.uses_tables:
            self.session.table_locks.reading(made.reads, made.hints)
            row = executor.read(made.sql, parameters).fetchone()
            assert row is not None
        else:
            row = executor.scalar_row(made.sql, parameters)
        convert = from_duck(made.type)
        return convert(row[0]) if convert else row[0]

    def literal_text(self, value: Any, source: SqlType, target: SqlType) -> Any:
        """A value already computed, converted to another type."""
        bound = Bound(f"CAST($1 AS {duck_type(source)})", source)
        row = self.session.executor.scalar_row(
            f"SELECT {assignable(bound, target, 0).sql}", [to_duck(value, source)]
        )
        convert = from_duck(target)
        return convert(row[0]) if convert else row[0]

    # parameters

    def parameters(self, references: Sequence[Reference]) -> list[Any]:
        return [self.parameter(reference) for reference in references]

    def parameter(self, reference: Reference) -> Any:
        match reference.kind:
            case "variable":
                type, value = self.session.frame.variables[reference.name]
                return to_duck(value, type)
            case "variable in ticks":
                return in_ticks(self.session.frame.variables[reference.name][1])
            case "now":
                return to_duck(self._now(reference.name), None)
            case "session":
                return self._functions.global_value(reference.name)
            case "function":
                arguments = [self._argument(argument) for argument in reference.arguments]
                return to_duck(self._functions.call(reference.name, arguments), reference.type)
            case "scalar":
                nested = [self.parameter(inner) for inner in reference.arguments]  # type: ignore[arg-type]
                if _is_bare(reference.name, nested):
                    return nested[0]
                return self.session.executor.scalar_row(f"SELECT {reference.name}", nested)[0]
            case "table scalar":
                nested = [self.parameter(inner) for inner in reference.arguments]  # type: ignore[arg-type]
                self.session.executor.fresh(())
                row = self.session.executor.read(f"SELECT {reference.name}", nested).fetchone()
                assert row is not None
                return row[0]
            case "user function" | "function rows":
                return self._user_function(reference)
            case "constant":
                return self._argument(reference.arguments[0])
            case "rows":
                number, least = map(int, reference.name.split())
                count = self.parameter(reference.arguments[0])  # type: ignore[arg-type]
                if count is None or count < least:
                    raise error(1014 if count is None else number)
                return count
            case "cursor":
                storage = reference.arguments[0].value  # type: ignore[union-attr]
                return self.session.interpreter.cursors.current_rowid(reference.name, storage)
            case "sequence":
                return self._functions.next_value(reference.name)
        raise AssertionError(f"no value for {reference}")

    def next_value(self, sequence: str) -> int:
        """The next value of `database.schema.sequence`. Errors 11705, 11728."""
        return self._functions.next_value(sequence)

    def _user_function(self, reference: Reference) -> Any:
        """Run a function written in T-SQL before the statement that calls it."""
        database, schema, name, *storage = reference.name.split("\0")
        module = self.session.catalog(database).object(schema, name)
        assert isinstance(module, Module)
        values = []
        for argument in reference.arguments:
            assert isinstance(argument, Reference)
            value = self.parameter(argument)
            convert = from_duck(argument.type) if argument.type else None
            values.append(convert(value) if convert else value)
        if storage:
            fill(self.session, module, database, values, storage[0])
            return 0
        return to_duck(returned_value(self.session, module, database, values), reference.type)

    def _argument(self, argument: Reference | Bound) -> Any:
        if isinstance(argument, Bound):
            return argument.value
        return self.parameter(argument)

    def _now(self, name: str) -> dt.datetime:
        now = self.session.statement_time
        if name in ("GETUTCDATE", "SYSUTCDATETIME"):
            now = now.astimezone(dt.UTC).replace(tzinfo=None)
        elif name == "SYSDATETIMEOFFSET":
            return now.astimezone()
        if name in ("GETDATE", "GETUTCDATE", "CURRENT_TIMESTAMP"):
            return _ticks(now)
        return now

    # the quick path

    def _quick(self, node: n.Expression) -> tuple[Any, SqlType] | None:
        match node:
            case n.Literal() if node.kind.value == "integer" and len(node.value) < 10:
                return int(node.value), _INT
            case n.Literal() if node.kind in (Kind.STRING, Kind.NSTRING):
                bound = literal(node.kind, node.value, node.line)
                return (bound.value, bound.type) if bound.is_literal else None
            case n.Variable() if not node.name.startswith("@@"):
                found = self.session.frame.variables.get(node.name.lower())
                return (found[1], found[0]) if found else None
            case n.Binary():
                return self._quick_binary(node)
        return None

    def _quick_binary(self, node: n.Binary) -> tuple[Any, SqlType] | None:
        """Integer + - * / % of one width, and (max) text joined; None when the general way must do it."""
        if node.operator not in "+-*/%":
            return None
        left, right = self._quick(node.left), self._quick(node.right)
        if left is None or right is None:
            return None
        if left[1].name in _JOINED and right[1].name in _JOINED:
            return _joined(left, right) if node.operator == "+" else None
        type = _wider(left[1], right[1])
        if type is None:
            return None
        if left[0] is None or right[0] is None:
            return None, type
        return self._ranged(_integer(node.operator, left[0], right[0], node.line), type, node.line), type

    def _ranged(self, value: Any, type: SqlType, line: int) -> Any:
        if value is None:
            return None
        low, high = _RANGES[type.name]
        if not low <= value <= high:
            if type.name in ("int", "bigint"):
                raise error(8115, "expression", type.name, line=line)
            raise error(220, type.name, value, line=line)
        return value

    def _quick_condition(self, node: n.Expression) -> bool | None:
        if isinstance(node, n.Comparison):
            left, right = self._quick(node.left), self._quick(node.right)
            if left is None or right is None or _wider(left[1], right[1]) is None:
                return None
            if left[0] is None or right[0] is None:
                return False
            return _COMPARE[node.operator](left[0], right[0])
        if isinstance(node, n.Logical):
            sides = self._quick_condition(node.left), self._quick_condition(node.right)
            if None in sides:
                return None
            return all(sides) if node.operator == "AND" else any(sides)
        if isinstance(node, n.IsNull) and isinstance(node.operand, n.Variable):
            found = self._quick(node.operand)
            return None if found is None else (found[0] is None) != node.negated
        return None


_JOINED: Final = ("varchar", "nvarchar")
_PAIRED: Final = "\ud800"
"""The first character that UTF-16 may write as two."""


def _joined(left: tuple[Any, SqlType], right: tuple[Any, SqlType]) -> tuple[Any, SqlType] | None:
    """Text that need not be cut."""
    types = [left[1], right[1]]
    type, cut = concatenation_type(types, any(type.is_unicode for type in types))
    text = None if left[0] is None or right[0] is None else left[0] + right[0]
    return (text, type) if not cut or _fits(text, type, type) else None


def _fits(text: Any, type: SqlType, target: SqlType) -> bool:
    """Whether text is the same as another type: not longer, and of characters that count as one each."""
    if type.name not in _JOINED or target.name not in _JOINED or type.collation != target.collation:
        return False
    if text is None:
        return True
    plain = text.isascii() or (target.is_unicode and max(text) < _PAIRED)
    return plain and (target.length == MAX or len(text) <= target.length)


_COMPARE: Final[dict[str, Callable[[int, int], bool]]] = {
    "=": lambda a, b: a == b,
    "<>": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    ">": lambda a, b: a > b,
    "<=": lambda a, b: a <= b,
    ">=": lambda a, b: a >= b,
}


def _wider(left: SqlType, right: SqlType) -> SqlType | None:
    if left.name not in _RANGES or right.name not in _RANGES:
        return None
    order = list(_RANGES)
    return left if order.index(left.name) >= order.index(right.name) else right


def _integer(operator: str, left: int, right: int, line: int) -> int:
    if operator == "+":
        return left + right
    if operator == "-":
        return left - right
    if operator == "*":
        return left * right
    if right == 0:
        raise error(8134, line=line)
    quotient = abs(left) // abs(right) * (1 if (left < 0) == (right < 0) else -1)
    return quotient if operator == "/" else left - quotient * right


def assignable(value: Bound, target: SqlType, line: int) -> Bound:
    """A value as a variable or parameter takes it. Error 206/257 where only CONVERT would do."""
    return convert(value, target, line=line)


def _ticks(moment: dt.datetime) -> dt.datetime:
    """A datetime's resolution: 1/300 of a second."""
    ticks = round(moment.microsecond * 3 / 10000)
    whole = moment.replace(microsecond=0)
    return whole + dt.timedelta(microseconds=round(ticks * 10 / 3) * 1000)
