"""Types of parameters that a text uses without declaring them: sp_describe_undeclared_parameters.

A driver asks before it binds NULL, whose type it cannot know. A parameter has the type of what it stands
beside: the column it is compared with or assigned to, the target of a CAST, a procedure's parameter, a count.
Where nothing says it the call is refused. Specification: Microsoft Learn,
"sp_describe_undeclared_parameters".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from tsql.tokens import Kind, tokenize
from tsqld.catalog.model import Module, Table
from tsqld.catalog.views import has_view, system_relation
from tsqld.compile.context import full_name
from tsqld.errors import unsupported
from tsqld.runtime.session import Session
from tsqld.syntax import nodes as n
from tsqld.syntax.parser import parse_batch
from tsqld.syntax.walk import walk
from tsqld.types import BIGINT, INT, SqlType, nvarchar

_LITERAL: Final = 4000
Columns = Sequence[tuple[str, SqlType]]
Pair = tuple[n.Expression, Callable[[], SqlType | None]]


def undeclared_parameters(session: Session, statement: str, declarations: str) -> list[tuple[str, SqlType]]:
    """Name and type of each, in the order in which they appear. Error 50100 where none can be told."""
    declared = {p.name.lower() for p in session.interpreter.procedures.declared(declarations)}
    types: dict[str, SqlType] = {}
    used: dict[str, str] = {}
    for tree in parse_batch(statement).statements:
        types.update(_Deduction(session, tree).types)
        named = [node.name for node in walk(tree) if isinstance(node, n.Variable)]
        used.update((name.lower(), name) for name in named if not name.startswith("@@"))
    written = [token.value.lower() for token in tokenize(statement) if token.kind is Kind.VARIABLE]
    wanted = [key for key in dict.fromkeys(written) if key in used and key not in declared]
    for key in wanted:
        if key not in types:
            raise unsupported(f"telling the type of {used[key]}")
    return [(used[key], types[key]) for key in wanted]


class _Deduction:
    """What one statement says of the variables in it."""

    def __init__(self, session: Session, tree: n.Node) -> None:
        self._session = session
        self._relations = list(self._named_relations(tree))
        self.types: dict[str, SqlType] = {}
        for node in walk(tree):
            for operand, type in self._pairs(node):
                if isinstance(operand, n.Variable):
                    told = type()
                    if told is not None:
                        self.types.setdefault(operand.name.lower(), told)

    # what there is

    def _object(self, name: n.Parts, line: int) -> object:
        environment = self._session.interpreter.definitions.compiler().context.environment
        full = full_name(environment, name, line)
        return self._session.catalog(full.database).object(full.schema, full.name)

    def _named_relations(self, tree: n.Node) -> Iterator[tuple[str, Columns]]:
        """Columns of tables and views with the name by which the statement calls each."""
        for node in walk(tree):
            if isinstance(node, n.TableSource | n.Target) and node.name:
                alias = node.alias if isinstance(node, n.TableSource) else ""
                yield (alias or node.name[-1]).lower(), self._columns(node.name, node.line)

    def _columns(self, name: n.Parts, line: int) -> Columns:
        found = self._object(name, line)
        if isinstance(found, Table | Module):
            return [(column.name, column.type) for column in found.columns]
        environment = self._session.interpreter.definitions.compiler().context.environment
        full = full_name(environment, name, line)
        if not has_view(full.schema, full.name):
            return ()
        relation = system_relation(self._session, full.database, full.schema.lower(), full.name.lower())
        return relation.columns if relation is not None else ()

    def _column(self, parts: n.Parts) -> SqlType | None:
        wanted = parts[-1].lower()
        qualifier = parts[-2].lower() if len(parts) > 1 else ""
        for name, relation in self._relations:
            if qualifier in ("", name):
                for column, type in relation:
                    if column.lower() == wanted:
                        return type
        return None

    def _type(self, node: n.Expression) -> SqlType | None:
        """The type of an expression that needs no parameter to be told."""
        match node:
            case n.ColumnName():
                return self._column(node.parts)
            case n.Cast():
                return self._session.interpreter.definitions.type(node.type)
            case n.Variable():
                return self.types.get(node.name.lower())
            case n.Literal() if node.kind in (Kind.STRING, Kind.NSTRING):
                return nvarchar(_LITERAL)
            case n.Literal() if node.kind is Kind.INTEGER:
                return INT
        return None

    # what stands beside what

    def _pairs(self, node: n.Node) -> Iterator[Pair]:
        """Operands, and the type that what stands beside them has."""
        match node:
            case n.Comparison() | n.Binary():
                yield node.left, lambda: self._type(node.right)
                yield node.right, lambda: self._type(node.left)
            case n.Between():
                yield from ((side, lambda: self._type(node.operand)) for side in (node.low, node.high))
                yield node.operand, lambda: self._type(node.low)
            case n.InList():
                yield from ((item, lambda: self._type(node.operand)) for item in node.items)
                yield node.operand, lambda: self._type(node.items[0])
            case n.Like():
                yield node.pattern, lambda: self._type(node.operand)
                yield node.operand, lambda: nvarchar(_LITERAL)
            case n.Cast():
                yield node.operand, lambda: self._type(node)
            case n.Top():
                yield node.count, lambda: BIGINT
            case n.Query():
                yield from (
                    (count, lambda: BIGINT) for count in (node.offset, node.fetch) if count is not None
                )
            case n.Assignment() if node.column:
                yield node.value, lambda: self._column(node.column[-1:])
            case n.Insert():
                yield from self._inserted(node)
            case n.Execute():
                yield from self._passed(node)

    def _inserted(self, node: n.Insert) -> Iterator[Pair]:
        target = self._object(node.target.name, node.line) if node.target.name else None
        if not isinstance(target, Table):
            return
        named = [target.column(name) for name in node.columns] if node.columns else list(target.columns)
        if not node.columns:
            named = [c for c in named if c is not None and c.identity is None and not c.is_generated]
        rows: Sequence[Sequence[n.Expression]] = ()
        if isinstance(node.source, tuple):
            rows = node.source
        elif isinstance(node.source, n.Query) and isinstance(node.source.body, n.Select):
            items = node.source.body.items
            rows = [[item.expression for item in items if isinstance(item, n.SelectItem)]]
        for row in rows:
            for value, column in zip(row, named, strict=False):
                if column is not None:
                    yield value, lambda column=column: column.type  # type: ignore[misc]

    def _passed(self, node: n.Execute) -> Iterator[Pair]:
        module = self._object(node.module, node.line) if isinstance(node.module, tuple) else None
        if not isinstance(module, Module):
            return
        by_name = {parameter.name.lower(): parameter for parameter in module.parameters}
        for place, argument in enumerate(node.arguments):
            parameter = by_name.get(argument.name.lower()) if argument.name else None
            if not argument.name and place < len(module.parameters):
                parameter = module.parameters[place]
            if parameter is not None:
                yield argument.value, lambda parameter=parameter: parameter.type  # type: ignore[misc]
