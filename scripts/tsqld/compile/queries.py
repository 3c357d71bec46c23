"""Compiles queries: their SELECT lists and GROUP BY.

A compiled query yields columns named c1 … cn; their T-SQL names and types travel beside the text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from tsqld.binder.bound import Bound
from tsqld.binder.scope import RelationColumn, Scope
from tsqld.compile import operations as f
from tsqld.compile.alike import WIDE, AlikeItems, fits
from tsqld.compile.commontables import CommonTableCompiler
from tsqld.compile.expressions import Place
from tsqld.compile.grouping import Grouping, Stage, StageNeeded, can_be_group_key, is_aggregate
from tsqld.compile.pinned import conditions
from tsqld.compile.sequencevalues import refuse_next_values
from tsqld.compile.setoperators import MixedTicks
from tsqld.compile.text import OutColumn, QueryText, Select
from tsqld.errors import error, unsupported
from tsqld.functions import ticks
from tsqld.syntax import nodes as n
from tsqld.syntax.walk import walk

_MOST_RECURSION = 32767
_STRING = re.compile(r"'[^']*+(?:''[^']*+)*+'")
_COLUMN = re.compile(r'\w\.(?:"|c\d|rowid)')
"""A column of a source, as compiled text names one; the argument of an inline function may be one."""


class QueryCompiler(CommonTableCompiler):
    """The query grammar's meaning."""

    # entries used by expressions and sources

    def scalar_subquery(self, query: n.Query, place: Place) -> Bound:
        text = self.query(query, place.scope, allow_order=False)
        if len(text.columns) != 1:
            raise error(116, line=query.line)
        column = text.columns[0]
        return Bound(f"({text.sql})", column.type)

    def subquery_values(self, query: n.Query, place: Place) -> tuple[str, Bound]:
        text = self.query(query, place.scope, allow_order=False)
        if len(text.columns) != 1:
            raise error(116, line=query.line)
        alias = self.context.alias("q")
        column = text.columns[0]
        return f"({text.sql}) AS {alias}", Bound(f"{alias}.c1", column.type, column.nullable)

    def exists(self, query: n.Query, place: Place) -> str:
        if self.context.environment.checks:
            query = _without_star(query)
        return f"EXISTS ({self.query(query, place.scope, allow_order=False).sql})"

    # queries

    def query(
        self,
        query: n.Query,
        parent: Scope | None,
        ctes: Mapping[str, object] | None = None,
        *,
        allow_order: bool = True,
        expose_rowid: bool = False,
    ) -> QueryText:
        """Compile a query. `allow_order` is False where ORDER BY needs TOP or OFFSET (error 1033)."""
        if parent is None and allow_order:
            refuse_next_values(query)
        if query.max_recursion is not None:
            self.context.max_recursion = query.max_recursion
        visible = dict(ctes if ctes is not None else (parent.ctes if parent else {}))
        if query.max_recursion is not None and query.max_recursion > _MOST_RECURSION:
            raise error(310, query.max_recursion, line=query.line)
        names = [cte.name.lower() for cte in query.ctes]
        for position, name in enumerate(names):
            if name in names[:position]:
                raise error(239, query.ctes[position].name, line=query.ctes[position].line)
        with_texts = [self._common_table(cte, visible) for cte in query.ctes]
        body = query.body
        has_top = isinstance(body, n.Select) and body.top is not None
        if (
            query.order_by
            and not allow_order
            and not has_top
            and query.offset is None
            and query.for_clause is None
        ):
            raise error(1033, line=query.order_by[0].line)
        if isinstance(body, n.Select):
            text = self._select(body, query, parent, visible, expose_rowid)
        else:
            text = self._united(body, query, parent, visible)
        if query.for_clause is not None:
            text = self.for_clause(query, text)
        if with_texts:
            recursive = "RECURSIVE " if any("UNION ALL" in item for item in with_texts) else ""
            text = replace(text, sql=f"WITH {recursive}{', '.join(with_texts)} {text.sql}")
        return text

    def for_clause(self, query: n.Query, text: QueryText) -> QueryText:
        assert query.for_clause is not None
        raise unsupported(f"FOR {query.for_clause.mode}", query.line)

    def body(
        self, body: n.Select | n.SetOperation | n.Query, parent: Scope | None, ctes: Mapping[str, object]
    ) -> QueryText:
        if isinstance(body, n.Query):
            return self.query(body, parent, ctes)
        if isinstance(body, n.SetOperation):
            return self._set_operation(body, parent, ctes)
        return self._select(body, n.Query(body.line, body), parent, ctes, False)

    # SELECT

    def _select(
        self,
        select: n.Select,
        query: n.Query,
        parent: Scope | None,
        ctes: Mapping[str, object],
        expose_rowid: bool,
    ) -> QueryText:
        scope = Scope([], parent, ctes, {name.lower(): window for name, window in select.windows})
        if len(scope.windows) < len(select.windows):
            raise error(16211, line=select.windows[0][1].line)
        outer, self.pins = self.pins, self._pinned(select)
        try:
            from_sql = self.from_clause(select.sources, scope)
        finally:
            self.pins = outer
        where = self.condition(select.where, Place(scope)) if select.where is not None else ""
        rowid = self.row_identities(scope) if expose_rowid else ""
        parts = Select(from_sql, where, rowid=rowid, scope=scope)
        references = len(self.context.references)
        try:
            text = self._selected(select, query, scope, parts)
        except StageNeeded as needed:
            if needed.scope is not scope:
                raise
            self.context.forget(references)
            parts = replace(parts, stage=Stage(self.context.alias("s")))
            text = self._selected(select, query, scope, parts)
        return replace(text, source=scope if expose_rowid else None)

    def _pinned(self, select: n.Select) -> dict[str, dict[str, int | None]]:
        """The numbers that WHERE asks of columns of catalog views in FROM, by the view's name there."""
        found: dict[str, dict[str, int | None]] = {}
        for view, column, value in conditions(select):
            bound = self.value(value, Place(Scope()))
            if bound.type.is_integer and not _COLUMN.search(_STRING.sub("", bound.sql)):
                known = self.context.environment.known(bound.sql, self.context.references)
                if known is not None and type(known[0]) in (int, type(None)):
                    found.setdefault(view, {})[column] = known[0]
        return found

    def _selected(self, select: n.Select, query: n.Query, scope: Scope, parts: Select) -> QueryText:
        """The clauses that come after WHERE, in a stage of its own when `parts` has one."""
        grouping, group_sql = self._grouping(select, query, scope, parts.stage)
        scope.selecting, scope.grouping = True, grouping
        place = Place(scope, grouping, allow_aggregates=True, allow_windows=True)
        alike = None
        if grouping is None and not parts.rowid and self._may_be_alike(select, query, scope):
            alike = AlikeItems(select, self.context.alias("a"))
        columns, values = self.items(select, place, alike)
        if alike is not None and alike.found.places:
            parts = replace(parts, alike=alike.found)
        values = self._in_ticks(values, select, query, plain=grouping is None and not select.distinct)
        having = self._having(select, place)
        parts = replace(parts, group_by=group_sql, having=having, values=tuple(values))
        return self._finished(select, query, place, parts, columns)

    def _may_be_alike(self, select: n.Select, query: n.Query, scope: Scope) -> bool:
        """Whether the list is long, and nothing but its items would notice a SELECT around it."""
        if len(select.items) < WIDE or select.distinct or select.top is not None or any(self.arguments):
            return False
        if query.order_by or query.offset is not None or query.for_clause is not None:
            return False
        around = scope.parent
        while around is not None and not around.relations:
            around = around.parent
        return around is None

    def _in_ticks(self, values: list[Bound], select: n.Select, query: n.Query, *, plain: bool) -> list[Bound]:
        """The values as the client and variables take them: with a seventh digit of the second."""
        context = self.context
        context.has_ticks = context.has_ticks or any(value.exact for value in values)
        if id(select) in context.leaves:
            if not plain:
                raise MixedTicks
            return [replace(v, sql=ticks.of(v)) if ticks.is_fine(v.type) else v for v in values]
        if query is not context.told or not plain or query.order_by:
            return values
        return [replace(value, sql=value.exact) if value.exact else value for value in values]

    def row_identities(self, scope: Scope) -> str:
        """What to list beside the columns so that rows of the tables below can be changed."""
        raise NotImplementedError

    def items(
        self, select: n.Select, place: Place, alike: AlikeItems | None = None
    ) -> tuple[list[OutColumn], list[Bound]]:
        columns: list[OutColumn] = []
        values: list[Bound] = []
        for number, item in enumerate(select.items):
            call = item.expression if isinstance(item, n.SelectItem) else None
            if isinstance(call, n.Call) and len(call.name) == 1 and call.name[0].upper() == "IDENTITY":
                raise error(177, line=item.line)
            if isinstance(item, n.Star):
                for column in self._star(item, place):
                    value = self._star_value(column, place, item.line)
                    columns.append(OutColumn(column.name, column.type, column.nullable, source=column))
                    values.append(value)
                continue
            element = self._among_alike(alike, number, item.expression, len(values) + 1, place)
            value = self.value(item.expression, place) if element is None else element
            columns.append(self._out_column(item, value, place))
            values.append(value)
        return columns, values

    def _among_alike(
        self, alike: AlikeItems | None, number: int, node: n.Expression, position: int, place: Place
    ) -> Bound | None:
        if alike is None:
            return None

        def compiled(scope: Scope) -> Bound | None:
            known = len(self.context.references)
            value = self.value(node, Place(scope))
            if fits(value):
                return value
            self.context.forget(known)
            return None

        return alike.value(number, node, position, lambda name: self.resolved(name, place), compiled)

    def _star_value(self, column: RelationColumn, place: Place, line: int) -> Bound:
        if place.grouping is not None:
            found = place.grouping.keys.get(column.sql)
            if found is None:
                owner = next(r for r in place.scope.relations if column in r.columns)
                raise error(8120, f"{owner.written or owner.exposed}.{column.name}", line=line)
            return found
        return Bound(column.sql, column.type, column.nullable)

    def _star(self, item: n.Star, place: Place) -> list[RelationColumn]:
        scope = place.scope
        if not scope.relations and not item.qualifier:
            raise error(263, line=item.line)
        relations = [scope.relation(item.qualifier, item.line)] if item.qualifier else scope.relations
        for relation in relations:
            relation.touch_all()
        return [column for relation in relations for column in relation.columns]

    def _out_column(self, item: n.SelectItem, value: Bound, place: Place) -> OutColumn:
        """A column of the result; one that is a column of a source bears its name as the query spells it."""
        node = item.expression
        source = None
        own = ""
        if isinstance(node, n.ColumnName):
            node = self.real_column(node, place)
            own = "$action" if node.parts[-1] == "$ACTION" else node.parts[-1]
            if not node.parts[-1].startswith("$"):
                source = self.resolved(node, place)[0]
        name = item.alias or own
        literal = value if value.is_literal else None
        return OutColumn(name, value.type, value.nullable, source=source, literal=literal)

    def _having(self, select: n.Select, place: Place) -> str:
        if select.having is None:
            return ""
        assert place.grouping is not None
        grouping = replace(place.grouping, clause="HAVING")
        return self.condition(select.having, replace(place, grouping=grouping, allow_windows=False))

    # GROUP BY

    def _grouping(
        self, select: n.Select, query: n.Query, scope: Scope, stage: Stage | None
    ) -> tuple[Grouping | None, str]:
        scope.selecting, scope.grouping = False, None
        grouped = select.group_by or select.having is not None or self.aggregates_in(select, query)
        if not grouped and stage is None:
            return None, ""
        grouping = Grouping(stage=stage)
        if not select.group_by:
            return grouping, ""
        in_sets = any(isinstance(item, n.Grouping) for item in select.group_by)
        texts = [self._group_item(item, scope, grouping, in_sets) for item in select.group_by]
        return grouping, ", ".join(texts)

    def aggregates_in(self, select: n.Select, query: n.Query) -> bool:
        roots: list[n.Node] = [*select.items]
        if isinstance(query.body, n.Select) and query.body is select:
            roots += query.order_by
        return any(is_aggregate(node) for root in roots for node in walk(root, into_queries=False))

    def _group_item(
        self, item: n.Expression | n.Grouping, scope: Scope, grouping: Grouping, in_sets: bool
    ) -> str:
        if isinstance(item, n.Grouping):
            inner = ", ".join(self._group_item(part, scope, grouping, in_sets) for part in item.items)
            words = {
                "ROLLUP": f"ROLLUP ({inner})",
                "CUBE": f"CUBE ({inner})",
                "SETS": f"GROUPING SETS ({inner})",
            }
            return words.get(item.kind, f"({inner})")
        if isinstance(item, n.Literal):
            raise error(164, line=item.line)
        if not can_be_group_key(item):
            raise error(144, line=item.line)
        value = self.value(item, Place(scope))
        key = f.key(value)
        standing = value
        if key != value.sql:
            text = f"any_value({value.sql})"
            if in_sets:
                text = f"(CASE WHEN GROUPING({key}) = 0 THEN {text} END)"
            standing = replace(value, sql=text, aggregated=True)
        if in_sets:
            standing = replace(standing, nullable=True)
        if grouping.stage is not None:
            standing = replace(standing, sql=grouping.stage.hold(standing.sql))
        grouping.keys[value.sql] = standing
        grouping.shapes.add(type(item))
        if isinstance(item, n.ColumnName):
            grouping.shapes.add(n.ColumnName)
        return key


def _without_star(query: n.Query) -> n.Query:
    """EXISTS (SELECT * …) reads no column that it does not name, so none need be open."""
    body = query.body
    if not isinstance(body, n.Select) or body.group_by or body.having or body.distinct:
        return query
    if len(body.items) != 1 or not isinstance(body.items[0], n.Star) or not body.sources:
        return query
    one = n.SelectItem(body.line, n.Null(body.line), "one")
    return replace(query, body=replace(body, items=(one,)))
