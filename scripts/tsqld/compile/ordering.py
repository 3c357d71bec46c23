"""Puts a SELECT's clauses together: ORDER BY, DISTINCT, TOP and OFFSET, as SQL Server applies them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tsqld.binder.bound import Bound
from tsqld.binder.scope import Scope
from tsqld.compile import operations as f
from tsqld.compile.aggregates import ordered
from tsqld.compile.context import Context, Reference
from tsqld.compile.expressions import Place
from tsqld.compile.sources import SourceCompiler
from tsqld.compile.text import OutColumn, QueryText, Select
from tsqld.errors import error
from tsqld.syntax import nodes as n
from tsqld.types import BIGINT, FLOAT


class OrderCompiler(SourceCompiler):
    """Adds the order of rows, and how many of them, to FROM clauses."""

    def _finished(
        self, select: n.Select, query: n.Query, place: Place, parts: Select, columns: list[OutColumn]
    ) -> QueryText:
        """Put the clauses together in the order SQL Server applies them."""
        if select.top is not None and query.offset is not None:
            raise error(10741, line=select.line)
        if select.top is not None and select.top.with_ties and not query.order_by:
            raise error(1062, line=select.line)
        if select.distinct:
            return self._distinct(select, query, place, parts, columns)
        found = [self._order_key(item, query, parts, columns, place) for item in query.order_by]
        keys = [key for key in found if key]
        if len({key.rsplit(" ", 3)[0] for key in keys}) < len(keys):
            raise error(169, line=query.line)
        return self._topped(select, query, parts.text(), keys, columns)

    def _topped(
        self, select: n.Select, query: n.Query, sql: str, keys: Sequence[str], columns: Sequence[OutColumn]
    ) -> QueryText:
        order = f" ORDER BY {', '.join(keys)}" if keys else ""
        top = select.top
        if top is None:
            return QueryText(f"{sql}{order}{self._limits(query)}", tuple(columns))
        if not top.percent and not top.with_ties and not self._from_a_row(top.count):
            return QueryText(f"{sql}{order} LIMIT {self._top_count(top)}", tuple(columns))
        return QueryText(self._ranked(top, sql, keys, columns), tuple(columns))

    def _from_a_row(self, count: n.Expression) -> bool:
        """Whether a number of rows is an argument of a function, which APPLY may give from its rows."""
        return bool(self.arguments and self.arguments[-1]) and not isinstance(count, n.Literal)

    def _ranked(self, top: n.Top, sql: str, keys: Sequence[str], columns: Sequence[OutColumn]) -> str:
        """TOP … PERCENT, WITH TIES and of a row's number of rows, by rank instead of LIMIT."""
        named = [f"tsqld_k{i}" for i in range(1, len(keys) + 1)]
        directions = [" ".join(key.rsplit(" ", 3)[1:]) for key in keys]
        order = ", ".join(f"{name} {way}" for name, way in zip(named, directions, strict=True))
        over = f"(ORDER BY {order})" if keys else "()"
        rank = f"rank() OVER {over}" if top.with_ties else f"row_number() OVER {over}"
        counted = f"row_number() OVER {over} AS tsqld_row, count(*) OVER () AS tsqld_rows"
        listed = [f"{key.rsplit(' ', 3)[0]} AS {name}" for key, name in zip(keys, named, strict=True)]
        keyed = sql.replace("SELECT ", f"SELECT {', '.join(listed)}, ", 1) if keys else sql
        inner = f"SELECT *, {rank} AS tsqld_rank, {counted} FROM ({keyed}) AS {self.context.alias('q')}"
        limit = self._top_count(top)
        if top.percent:
            limit = f"ceil(tsqld_rows * {limit} / 100.0)"
        names = ", ".join(f"c{i}" for i in range(1, len(columns) + 1))
        alias = self.context.alias("q")
        return f"SELECT {names} FROM ({inner}) AS {alias} WHERE tsqld_rank <= {limit} ORDER BY tsqld_row"

    def _top_count(self, top: n.Top) -> str:
        count = self.value(top.count, Place(Scope()))
        if top.percent:
            return self._percent(count, top.line)
        return self._row_count(top.count, 127, 0, top.line)

    def _percent(self, share: Bound, line: int) -> str:
        """The number of TOP (n) PERCENT. Errors: 1014 for NULL, 1031 outside 0 to 100."""
        sql = f.convert(share, FLOAT, line=line).sql
        if share.is_literal and not share.is_null and 0 <= share.value <= 100:
            return sql
        bad = f"WHEN {sql} IS NULL THEN {f.raise_error(1014)} WHEN {sql} NOT BETWEEN 0 AND 100"
        return f"(CASE {bad} THEN {f.raise_error(1031)} ELSE {sql} END)"

    def _row_count(self, expression: n.Expression, number: int, least: int, line: int) -> str:
        """A number of rows of TOP, OFFSET or FETCH. Errors: `number` below `least`, 1014 for NULL, 1060 and
        10743 for what is no integer.

        It is known before the statement runs, except in functions that take it from a row.
        """
        inner = type(self)(Context(self.context.environment))
        inner.arguments = self.arguments
        count = inner.value(expression, Place(Scope()))
        if not (count.type.is_integer or count.is_null):
            raise error(10743 if number == 10742 else 1060, line=line)
        if isinstance(count.value, int) and count.value < least:
            raise error(number, line=line)
        if count.is_literal and not count.is_null:
            return f.convert(count, BIGINT, line=line).sql
        if inner.context.reads or self._from_a_row(expression):
            sql = f.convert(self.value(expression, Place(Scope())), BIGINT, line=line).sql
            missing = f"WHEN {sql} IS NULL THEN {f.raise_error(1014)}"
            return f"(CASE {missing} WHEN {sql} < {least} THEN {f.raise_error(number)} ELSE {sql} END)"
        early = Reference("scalar", count.sql, tuple(inner.context.references), count.type)
        if isinstance(expression, n.Variable):
            (early,) = inner.context.references
        return self.context.parameter(Reference("rows", f"{number} {least}", (early,), BIGINT), BIGINT)

    def _limits(self, query: n.Query) -> str:
        if query.offset is None:
            return ""
        text = f" OFFSET {self._row_count(query.offset, 10742, 0, query.line)}"
        if query.fetch is not None:
            text = f" LIMIT {self._row_count(query.fetch, 10744, 1, query.line)}{text}"
        return text

    def _order_key(
        self, item: n.OrderItem, query: n.Query, parts: Select, columns: Sequence[OutColumn], place: Place
    ) -> str:
        """One ORDER BY item, empty for the idiom of no order, `(SELECT NULL)`. Errors 408, 1008."""
        position = self._output_position(item, columns)
        if position is not None:
            return ordered(parts.values[position - 1], item.descending)
        if isinstance(item.expression, n.Subquery) and self._constant_subquery(item.expression):
            return ""
        grouped = place
        if place.grouping is not None:
            grouped = replace(place, grouping=replace(place.grouping, clause="ORDER BY"))
        number = query.order_by.index(item) + 1
        if isinstance(item.expression, n.Variable) and not item.expression.name.startswith("@@"):
            raise error(1008, number, line=item.line)
        value = self.value(item.expression, grouped)
        if value.is_literal:
            raise error(408, number, line=item.line)
        return ordered(value, item.descending)

    def _constant_subquery(self, node: n.Subquery) -> bool:
        body = node.query.body
        return isinstance(body, n.Select) and not body.sources

    def _output_position(self, item: n.OrderItem, columns: Sequence[OutColumn]) -> int | None:
        """The output column an ORDER BY item names by number or by name."""
        position = ordinal(item, len(columns))
        node = item.expression
        if position is not None or not isinstance(node, n.ColumnName) or len(node.parts) != 1:
            return position
        wanted = node.parts[0].lower()
        found = [i for i, column in enumerate(columns, 1) if column.name.lower() == wanted]
        sources = {columns[i - 1].source.sql if columns[i - 1].source else f"c{i}" for i in found}  # type: ignore[union-attr]
        if len(sources) > 1:
            raise error(209, node.parts[0], line=item.line)
        return found[0] if found else None

    def _distinct(
        self, select: n.Select, query: n.Query, place: Place, parts: Select, columns: list[OutColumn]
    ) -> QueryText:
        alias = self.context.alias("q")
        outer = [Bound(f"{alias}.c{i}", column.type) for i, column in enumerate(columns, 1)]
        keys = [f.key(value) for value in outer]
        names = ", ".join(f"{value.sql} AS c{i}" for i, value in enumerate(outer, 1))
        plain = keys == [value.sql for value in outer]
        head = "DISTINCT" if plain else f"DISTINCT ON ({', '.join(keys)})"
        sql = f"SELECT {head} {names} FROM ({parts.text()}) AS {alias}"
        if not query.order_by and select.top is None and query.offset is None:
            return QueryText(sql, tuple(columns))
        above = self.context.alias("q")
        order = []
        for item in query.order_by:
            position = self._output_position(item, columns) or self._matching_item(item, parts, place)
            value = Bound(f"{above}.c{position}", columns[position - 1].type)
            order.append(ordered(value, item.descending))
        listed = ", ".join(f"{above}.c{i} AS c{i}" for i in range(1, len(columns) + 1))
        return self._topped(select, query, f"SELECT {listed} FROM ({sql}) AS {above}", order, columns)

    def _matching_item(self, item: n.OrderItem, parts: Select, place: Place) -> int:
        wanted = self.value(item.expression, place).sql
        for position, value in enumerate(parts.values, 1):
            if value.sql == wanted:
                return position
        raise error(145, line=item.line)


def ordinal(item: n.OrderItem, count: int) -> int | None:
    """The output column an ORDER BY item names by number. Error 108."""
    node = item.expression
    if not isinstance(node, n.Literal):
        return None
    if node.kind.value != "integer":
        return None
    position = int(node.value)
    if not 1 <= position <= count:
        raise error(108, position, line=item.line)
    return position
