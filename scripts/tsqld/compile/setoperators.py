"""Compiles UNION, EXCEPT and INTERSECT, and the ORDER BY behind them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from tsqld.binder.bound import Bound
from tsqld.binder.scope import Scope
from tsqld.compile import operations as f
from tsqld.compile.aggregates import ordered
from tsqld.compile.ordering import OrderCompiler, ordinal
from tsqld.compile.text import OutColumn, QueryText
from tsqld.errors import error
from tsqld.functions.ticks import is_fine
from tsqld.syntax import nodes as n


class MixedTicks(Exception):
    """A column of UNION ALL comes in ticks from one SELECT and not from another."""


def _united_leaves(body: n.Node) -> list[n.Select]:
    """The SELECTs of a tree of UNION ALL; none for any other."""
    if isinstance(body, n.Select):
        return [body]
    if not isinstance(body, n.SetOperation) or body.operator != "UNION ALL":
        return []
    left, right = _united_leaves(body.left), _united_leaves(body.right)
    return [*left, *right] if left and right else []


class SetCompiler(OrderCompiler):
    """Adds set operators."""

    def body(
        self, body: n.Select | n.SetOperation | n.Query, parent: Scope | None, ctes: Mapping[str, object]
    ) -> QueryText:
        """One side of a set operator; given by the class below."""
        raise NotImplementedError

    def _ordered_set(
        self, body: n.SetOperation | n.Query, query: n.Query, parent: Scope | None, ctes: Mapping[str, object]
    ) -> QueryText:
        text = self.body(body, parent, ctes)
        if not query.order_by and query.offset is None:
            return text
        alias = self.context.alias("q")
        keys = [self._set_order(item, query, text, alias) for item in query.order_by]
        names = ", ".join(f"{alias}.c{i}" for i in range(1, len(text.columns) + 1))
        tail = self._limits(query)
        return replace(
            text, sql=f"SELECT {names} FROM ({text.sql}) AS {alias} ORDER BY {', '.join(keys)}{tail}"
        )

    def _set_order(self, item: n.OrderItem, query: n.Query, text: QueryText, alias: str) -> str:
        position = ordinal(item, len(text.columns))
        if position is None:
            node = item.expression
            if isinstance(node, n.Literal):
                raise error(408, query.order_by.index(item) + 1, line=item.line)
            wanted = node.parts[-1].lower() if isinstance(node, n.ColumnName) else ""
            found = [
                i for i, column in enumerate(text.columns, 1) if column.name.lower() == wanted and wanted
            ]
            found = found or _source_position(query.body, node)
            if not found:
                raise error(104, line=item.line)
            position = found[0]
        value = Bound(f"{alias}.c{position}", text.columns[position - 1].type)
        return ordered(value, item.descending)

    def _set_operation(
        self, node: n.SetOperation, parent: Scope | None, ctes: Mapping[str, object]
    ) -> QueryText:
        left = self.body(node.left, parent, ctes)
        right = self.body(node.right, parent, ctes)
        return self._combined(node.operator, left, right, node.line)

    def _united(
        self, body: n.SetOperation | n.Query, query: n.Query, parent: Scope | None, ctes: Mapping[str, object]
    ) -> QueryText:
        """A set operation; UNION ALL for the client with its seventh digits of seconds, where it has any."""
        context = self.context
        leaves = _united_leaves(body)
        told = query is context.told and leaves and not query.order_by and query.offset is None
        references, context.has_ticks = len(context.references), False
        text = self._ordered_set(body, query, parent, ctes)
        if not (told and context.has_ticks):
            return text
        context.forget(references)
        context.leaves = frozenset(id(leaf) for leaf in leaves)
        try:
            return self._ordered_set(body, query, parent, ctes)
        except MixedTicks:
            context.forget(references)
        finally:
            context.leaves = frozenset()
        return self._ordered_set(body, query, parent, ctes)

    def _combined(self, operator: str, left: QueryText, right: QueryText, line: int) -> QueryText:
        if len(left.columns) != len(right.columns):
            raise error(205, line=line)
        pairs = tuple(zip(left.columns, right.columns, strict=True))
        if self.context.leaves and any(
            a.type != b.type and (is_fine(a.type) or is_fine(b.type)) for a, b in pairs
        ):
            raise MixedTicks
        if operator != "UNION ALL":
            for a, b in pairs:
                f.collation_of([a.bound, b.bound], operator, line)
        columns = tuple(
            OutColumn(
                a.name,
                f.common_of([a.bound, b.bound]),
                a.nullable or b.nullable,
                # NULL in every member may still become any type
                literal=a.bound if a.bound.is_null and b.bound.is_null else None,
            )
            for a, b in zip(left.columns, right.columns, strict=True)
        )
        first, second = self._aligned(left, columns, line), self._aligned(right, columns, line)
        if operator == "UNION ALL":
            return QueryText(f"({first}) UNION ALL ({second})", columns)
        keys = [f.key(Bound(f"c{i}", column.type)) for i, column in enumerate(columns, 1)]
        names = [f"c{i}" for i in range(1, len(columns) + 1)]
        if keys == names:
            return QueryText(f"({first}) {operator} ({second})", columns)
        return QueryText(self._keyed_set(operator, first, second, columns), columns)

    def _keyed_set(self, operator: str, first: str, second: str, columns: Sequence[OutColumn]) -> str:
        """UNION, EXCEPT and INTERSECT of text, which compares by collation and keeps one spelling."""
        names = ", ".join(f"c{i}" for i in range(1, len(columns) + 1))
        left, right = self.context.alias("q"), self.context.alias("q")
        keys = [f.key(Bound(f"{left}.c{i}", column.type)) for i, column in enumerate(columns, 1)]
        distinct = f"SELECT DISTINCT ON ({', '.join(keys)}) {names} FROM"
        if operator == "UNION":
            return f"{distinct} (({first}) UNION ALL ({second})) AS {left}"
        same = " AND ".join(
            f"{f.key(Bound(f'{left}.c{i}', column.type))} IS NOT DISTINCT FROM "
            f"{f.key(Bound(f'{right}.c{i}', column.type))}"
            for i, column in enumerate(columns, 1)
        )
        word = "EXISTS" if operator == "INTERSECT" else "NOT EXISTS"
        return (
            f"{distinct} ({first}) AS {left} WHERE {word} (SELECT 1 FROM ({second}) AS {right} WHERE {same})"
        )

    def _aligned(self, text: QueryText, columns: Sequence[OutColumn], line: int) -> str:
        if all(have.type == want.type for have, want in zip(text.columns, columns, strict=True)):
            return text.sql
        converted = ", ".join(
            f"{f.convert(replace(have.bound, sql=f'c{i}'), want.type, line=line).sql} AS c{i}"
            for i, (have, want) in enumerate(zip(text.columns, columns, strict=True), 1)
        )
        return f"SELECT {converted} FROM ({text.sql}) AS {self.context.alias('q')}"


def _source_position(body: n.Node, wanted: n.Expression) -> list[int]:
    """Where the leftmost member of a set operation selects the column `wanted`, under whatever alias."""
    while isinstance(body, n.SetOperation | n.Query):
        body = body.left if isinstance(body, n.SetOperation) else body.body
    if not isinstance(body, n.Select) or not isinstance(wanted, n.ColumnName):
        return []
    if any(isinstance(item, n.Star) for item in body.items):
        return []
    nodes = [item.expression for item in body.items if isinstance(item, n.SelectItem)]
    name = [part.lower() for part in wanted.parts]
    columns = [
        [part.lower() for part in node.parts] if isinstance(node, n.ColumnName) else [] for node in nodes
    ]
    return [
        place
        for place, parts in enumerate(columns, 1)
        if parts and parts[-min(len(parts), len(name)) :] == name[-min(len(parts), len(name)) :]
    ]
