"""Scalar functions written in T-SQL, folded into the expression that calls them.

As SQL Server 2019 inlines them: DECLARE, SET, IF and RETURN become one expression over the arguments. A body
that loops or reads tables row by row is refused where it cannot be folded.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from tsqld.binder.bound import Bound
from tsqld.binder.scope import Relation, Scope
from tsqld.binder.typenames import resolve
from tsqld.catalog.model import Module
from tsqld.compile import operations as f
from tsqld.compile.context import resolve_object
from tsqld.compile.expressions import Place
from tsqld.compile.forclauses import ForCompiler
from tsqld.errors import TsqlError, error, unsupported
from tsqld.syntax import nodes as n
from tsqld.syntax.modules import NULL_ON_NULL
from tsqld.syntax.walk import parse_module
from tsqld.types import SqlType

_MAX_DEPTH = 32
_MAX_BRANCHES = 64
_SUBQUERY = re.compile(r"\bSELECT\b", re.IGNORECASE)
_LONGEST_REPEATED = 48
"""Text up to this length is repeated wherever its variable stands; longer text is bound to a name once."""


@dataclass(frozen=True, slots=True)
class _Variables:
    """The function's variables as expressions so far."""

    values: dict[str, Bound]
    types: dict[str, SqlType]

    def with_value(self, name: str, value: Bound) -> _Variables:
        return _Variables({**self.values, name: value}, self.types)

    def declared(self, name: str, type: SqlType, value: Bound) -> _Variables:
        return _Variables({**self.values, name: value}, {**self.types, name: type})


class Compiler(ForCompiler):
    """The compiler with scalar functions."""

    _folding: tuple[int, ...] = ()
    _branches = 0
    _named = 0

    def bulk_source(self, source: n.BulkSource) -> tuple[str, Relation]:
        return self.context.environment.bulk_rowset(self, source)

    def scalar_function(self, call: n.Call, place: Place) -> Bound:
        shown = ".".join(call.name)
        try:
            module, name = resolve_object(self.context.environment, call.name, call.line)
        except TsqlError as problem:
            if problem.number == 208:
                raise error(4121, call.name[0], shown, line=call.line) from None
            raise
        if not isinstance(module, Module) or module.kind != "SCALAR FUNCTION":
            raise error(4121, call.name[0], shown, line=call.line)
        access = self.context.environment.demand("EXECUTE", module, name)
        definition = parse_module(module.text)
        known = len(self.context.references)
        arguments = self.bound_arguments(call, module, definition, place)
        assert module.returns is not None
        with self.context.environment.inside(name.database, module, access):
            folded = None
            if not module.execute_as:
                folded = self._try_folding(definition, arguments, module, place)
        if folded is None:
            return self.called_function(call, module, name.database, list(arguments.values()), place, known)
        result = f.convert(folded, module.returns, line=call.line)
        flags = list(arguments.values())
        sql = result.sql
        if NULL_ON_NULL in definition.options and flags:
            missing = " OR ".join(f"({value.sql}) IS NULL" for value in flags)
            sql = f"CASE WHEN NOT ({missing}) THEN {sql} END"
        return Bound(
            f"({sql})",
            module.returns,
            True,
            aggregated=any(value.aggregated for value in flags),
            windowed=any(value.windowed for value in flags),
        )

    def _try_folding(
        self, definition: n.CreateModule, arguments: dict[str, Bound], module: Module, place: Place
    ) -> Bound | None:
        """The function as one expression, or None where it must be run: it loops, calls itself, branches
        without end."""
        if module.object_id in self._folding or len(self._folding) > _MAX_DEPTH:
            raise unsupported(f"folding of {module.full_name}, which calls itself")
        before, self._folding = self._folding, (*self._folding, module.object_id)
        branches, expanded, known = self._branches, len(self.arguments), len(self.context.references)
        if not before:
            self._branches = 0
        types = {parameter.name.lower(): parameter.type for parameter in module.parameters}
        try:
            return self._with_names(
                tuple(arguments),
                _Variables(arguments, types),
                lambda variables: self._folded(definition.body, variables, module, place),
            )
        except TsqlError as problem:
            if problem.number != 50100:
                raise
            del self.arguments[expanded:]
            self.context.forget(known)
            return None
        finally:
            self._folding = before
            if before:
                self._branches += branches

    def _folded(
        self, statements: Sequence[n.Statement], variables: _Variables, module: Module, place: Place
    ) -> Bound | None:
        """What the statements return as one expression; None when they may fall off the end."""
        for position, statement in enumerate(statements):
            rest = statements[position + 1 :]
            match statement:
                case n.Block():
                    return self._folded((*statement.statements, *rest), variables, module, place)
                case n.Return():
                    if statement.value is None:
                        return None
                    assert module.returns is not None
                    return f.convert(self._inside(statement.value, variables, place), module.returns)
                case n.Declare():
                    variables = self._declared(statement, variables, place)
                    names = tuple(item.name.lower() for item in statement.declarations)
                    return self._with_names(
                        names, variables, partial(self._folded, rest, module=module, place=place)
                    )
                case n.SetVariable():
                    variables = self._set(statement, variables, place)
                    return self._with_names(
                        (statement.name.lower(),),
                        variables,
                        partial(self._folded, rest, module=module, place=place),
                    )
                case n.If():
                    return self._branched(statement, rest, variables, module, place)
                case _:
                    raise unsupported(f"{type(statement).__name__} in the scalar function {module.full_name}")
        return None

    def _with_names(
        self, names: Sequence[str], variables: _Variables, fold: Callable[[_Variables], Bound | None]
    ) -> Bound | None:
        """What `fold` makes of the variables, those of `names` with long text bound to a name that stands for
        it: used five times in each of three steps it would stand there 125 times.

        DuckDB has no LET; a lambda over a list of one is one. It takes no subqueries: there text is repeated.
        """
        long = [name for name in names if len(variables.values[name].sql) > _LONGEST_REPEATED]
        if not long:
            return fold(variables)
        known, expanded, branches = len(self.context.references), len(self.arguments), self._branches
        named = variables
        marks = []
        for name in long:
            self._named += 1
            marks.append(f"tsqld_let{self._named}")
            named = named.with_value(name, variables.values[name].with_sql(marks[-1]))
        result = fold(named)
        if result is None:
            return None
        if _SUBQUERY.search(result.sql):
            del self.arguments[expanded:]
            self.context.forget(known)
            self._branches = branches
            return fold(variables)
        sql = result.sql
        for name, mark in zip(long, marks, strict=True):
            if mark in sql:
                sql = f"list_transform([{variables.values[name].sql}], lambda {mark}: {sql})[1]"
        return result.with_sql(sql)

    def _branched(
        self, node: n.If, rest: Sequence[n.Statement], variables: _Variables, module: Module, place: Place
    ) -> Bound | None:
        self._branches += 1
        if self._branches > _MAX_BRANCHES:
            raise unsupported(f"folding of {module.full_name}", node.line)
        condition = self._condition_inside(node.condition, variables, place)
        then = self._folded((node.then, *rest), variables, module, place)
        other = (node.otherwise, *rest) if node.otherwise is not None else tuple(rest)
        otherwise = self._folded(other, variables, module, place)
        if then is None or otherwise is None:
            return None
        return Bound(f"(CASE WHEN {condition} THEN {then.sql} ELSE {otherwise.sql} END)", then.type)

    def _declared(self, node: n.Declare, variables: _Variables, place: Place) -> _Variables:
        for item in node.declarations:
            if not isinstance(item.type, n.TypeName):
                raise unsupported("table variables in a scalar function used in a query", item.line)
            type = resolve(item.type, self.context.environment.alias_type)
            value = self._inside(item.value, variables, place) if item.value is not None else f.null()
            variables = variables.declared(item.name.lower(), type, f.convert(value, type, line=item.line))
        return variables

    def _set(self, node: n.SetVariable, variables: _Variables, place: Place) -> _Variables:
        name = node.name.lower()
        type = variables.types.get(name)
        if type is None:
            raise error(137, node.name, line=node.line)
        return variables.with_value(
            name, f.convert(self._inside(node.value, variables, place), type, line=node.line)
        )

    def _inside(self, node: n.Expression, variables: _Variables, place: Place) -> Bound:
        self.arguments.append(variables.values)
        try:
            return self.value(node, Place(Scope(parent=place.scope)))
        finally:
            self.arguments.pop()

    def _condition_inside(self, node: n.Expression, variables: _Variables, place: Place) -> str:
        self.arguments.append(variables.values)
        try:
            return self.condition(node, Place(Scope(parent=place.scope)))
        finally:
            self.arguments.pop()
