"""Compiles queries: SELECT, set operators, common table expressions, TOP, ORDER BY and OFFSET.

A compiled query yields columns named c1 … cn; their T-SQL names and types travel beside the text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from tsqld.binder.bound import Bound
from tsqld.binder.scope import Relation, RelationColumn, Scope
from tsqld.compile import operations as f
from tsqld.compile.aggregates import ordered
from tsqld.compile.expressions import Place
from tsqld.compile.grouping import Grouping, Stage, StageNeeded, can_be_group_key, is_aggregate
from tsqld.compile.sources import SourceCompiler
from tsqld.compile.text import OutColumn, QueryText, Select, cte_relation
from tsqld.errors import error, unsupported
from tsqld.syntax import nodes as n
from tsqld.syntax.walk import mentions_table, walk
from tsqld.types import BIGINT, FLOAT, SqlType

DEFAULT_RECURSION = 100
_MOST_RECURSION = 32767


@dataclass(frozen=True, slots=True)
class CteName:
    """A common table expression in scope: its DuckDB name and columns; `recursive` while its own body
    compiles."""

    alias: str
    columns: tuple[OutColumn, ...]
    recursive: bool = False


class QueryCompiler(SourceCompiler):
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
            text = self._ordered_set(body, query, parent, visible)
        if query.for_clause is not None:
            text = self.for_clause(query, text)
        if with_texts:
            recursive = "RECURSIVE " if any("UNION ALL" in item for item in with_texts) else ""
            text = replace(text, sql=f"WITH {recursive}{', '.join(with_texts)} {text.sql}")
        return text

    def for_clause(self, query: n.Query, text: QueryText) -> QueryText:
        assert query.for_clause is not None
        raise unsupported(f"FOR {query.for_clause.mode}", query.line)

    def _body(
        self, body: n.Select | n.SetOperation | n.Query, parent: Scope | None, ctes: Mapping[str, object]
    ) -> QueryText:
        if isinstance(body, n.Query):
            return self.query(body, parent, ctes)
        if isinstance(body, n.SetOperation):
            return self._set_operation(body, parent, ctes)
        return self._select(body, n.Query(body.line, body), parent, ctes, False)

    # common table expressions

    def _common_table(self, cte: n.CommonTable, visible: dict[str, object]) -> str:
        alias = self.context.alias("x")
        if mentions_table(cte.query, cte.name):
            if not isinstance(cte.query.body, n.SetOperation) or cte.query.body.operator != "UNION ALL":
                raise error(252, cte.name, line=cte.line)
            return self._recursive_table(cte, alias, visible)
        text = self.query(cte.query, None, visible, allow_order=False)
        columns = self._named_columns(text.columns, cte.columns, cte.name, cte.line)
        visible[cte.name.lower()] = CteName(alias, columns)
        return f"{alias} AS ({text.sql})"

    def _named_columns(
        self, columns: Sequence[OutColumn], names: Sequence[str], owner: str, line: int
    ) -> tuple[OutColumn, ...]:
        """Column names of a derived table: given or its own. Errors 8155, 8156, 8158, 8159."""
        if names:
            if len(names) > len(columns):
                raise error(8159, owner, line=line)
            if len(names) < len(columns):
                raise error(8158, owner, line=line)
            columns = [replace(column, name=name) for column, name in zip(columns, names, strict=True)]
        seen: set[str] = set()
        for position, column in enumerate(columns, 1):
            if not column.name:
                raise error(8155, position, owner, line=line)
            if column.name.lower() in seen:
                raise error(8156, column.name, owner, line=line)
            seen.add(column.name.lower())
        return tuple(columns)

    def _recursive_table(self, cte: n.CommonTable, alias: str, visible: dict[str, object]) -> str:
        members = _members(cte.query.body)
        anchors = [member for member in members if not mentions_table(member, cte.name)]
        recursives = [member for member in members if mentions_table(member, cte.name)]
        if not anchors:
            raise error(246, cte.name, line=cte.line)
        if mentions_table(members[len(anchors) - 1], cte.name):
            raise error(247, cte.name, line=cte.line)
        first = self._anchor(anchors, visible)
        columns = self._named_columns(first.columns, cte.columns, cte.name, cte.line)
        recursion = self.context.max_recursion
        limit = DEFAULT_RECURSION if recursion is None else recursion
        inner = dict(visible)
        inner[cte.name.lower()] = CteName(alias, columns, recursive=True)
        parts = [self._recursive_member(member, inner, columns, alias, limit, cte) for member in recursives]
        visible[cte.name.lower()] = CteName(alias, columns)
        names = ", ".join([f"c{i}" for i in range(1, len(columns) + 1)] + ["tsqld_level"])
        anchor = f"SELECT *, 0 AS tsqld_level FROM ({first.sql}) AS {self.context.alias('q')}"
        return f"{alias}({names}) AS ({anchor} UNION ALL ({' UNION ALL '.join(parts)}))"

    def _anchor(self, anchors: Sequence[n.Node], visible: Mapping[str, object]) -> QueryText:
        text = self._body(anchors[0], None, visible)  # type: ignore[arg-type]
        for anchor in anchors[1:]:
            text = self._combined("UNION ALL", text, self._body(anchor, None, visible), anchor.line)  # type: ignore[arg-type]
        return text

    def _recursive_member(
        self,
        member: n.Node,
        visible: Mapping[str, object],
        columns: tuple[OutColumn, ...],
        alias: str,
        limit: int,
        cte: n.CommonTable,
    ) -> str:
        if not isinstance(member, n.Select):
            raise unsupported("this form of recursive member", member.line)
        _check_recursive(member, cte.name)
        text, scope = self._plain_select(member, visible, cte.name)
        if len(text.columns) != len(columns):
            raise error(205, line=member.line)
        for got, wanted in zip(text.columns, columns, strict=True):
            if _kind(got.type) != _kind(wanted.type):
                raise error(240, wanted.name, cte.name, line=member.line)
        level = next(
            f"{relation.alias}.tsqld_level"
            for relation in scope.relations
            if relation.exposed == "tsqld:" + alias
        )
        following = f"{level} + 1"
        if limit:
            stop = f.raise_error(530, limit)
            following = f"CASE WHEN {level} >= {limit} THEN {stop} ELSE {level} + 1 END"
        converted = [
            f.convert(Bound(f"c{i}", got.type), wanted.type, line=member.line).sql
            for i, (got, wanted) in enumerate(zip(text.columns, columns, strict=True), 1)
        ]
        inner = text.sql.replace("SELECT ", f"SELECT {following} AS tsqld_level, ", 1)
        return f"SELECT {', '.join(converted)}, tsqld_level FROM ({inner}) AS {self.context.alias('q')}"

    def _plain_select(
        self, select: n.Select, visible: Mapping[str, object], owner: str
    ) -> tuple[QueryText, Scope]:
        if select.group_by or select.having or self._aggregates_in(select, n.Query(select.line, select)):
            raise error(467, owner, line=select.line)
        if select.distinct:
            raise error(460, owner, line=select.line)
        if select.top:
            raise error(461, owner, line=select.line)
        scope = Scope([], None, visible)
        from_sql = self.from_clause(select.sources, scope)
        place = Place(scope, allow_windows=True)
        columns, texts = self._items(select, place)
        where = f" WHERE {self.condition(select.where, Place(scope))}" if select.where is not None else ""
        listed = ", ".join(f"{text.sql} AS c{i}" for i, text in enumerate(texts, 1))
        return QueryText(f"SELECT {listed} FROM {from_sql}{where}", tuple(columns)), scope

    # set operators

    def _ordered_set(
        self, body: n.SetOperation | n.Query, query: n.Query, parent: Scope | None, ctes: Mapping[str, object]
    ) -> QueryText:
        text = self._body(body, parent, ctes)
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
        position = _ordinal(item, len(text.columns))
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
        left = self._body(node.left, parent, ctes)
        right = self._body(node.right, parent, ctes)
        return self._combined(node.operator, left, right, node.line)

    def _combined(self, operator: str, left: QueryText, right: QueryText, line: int) -> QueryText:
        if len(left.columns) != len(right.columns):
            raise error(205, line=line)
        columns = tuple(
            OutColumn(a.name, f.common_of([a.bound, b.bound]), a.nullable or b.nullable)
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
        from_sql = self.from_clause(select.sources, scope)
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

    def _selected(self, select: n.Select, query: n.Query, scope: Scope, parts: Select) -> QueryText:
        """The clauses that come after WHERE, in a stage of its own when `parts` has one."""
        grouping, group_sql = self._grouping(select, query, scope, parts.stage)
        scope.selecting, scope.grouping = True, grouping
        place = Place(scope, grouping, allow_aggregates=True, allow_windows=True)
        columns, values = self._items(select, place)
        having = self._having(select, place)
        parts = replace(parts, group_by=group_sql, having=having, values=tuple(values))
        return self._finished(select, query, place, parts, columns)

    def row_identities(self, scope: Scope) -> str:
        """What to list beside the columns so that rows of the tables below can be changed."""
        raise NotImplementedError

    def _items(self, select: n.Select, place: Place) -> tuple[list[OutColumn], list[Bound]]:
        columns: list[OutColumn] = []
        values: list[Bound] = []
        for item in select.items:
            call = item.expression if isinstance(item, n.SelectItem) else None
            if isinstance(call, n.Call) and len(call.name) == 1 and call.name[0].upper() == "IDENTITY":
                raise error(177, line=item.line)
            if isinstance(item, n.Star):
                for column in self._star(item, place):
                    value = self._star_value(column, place, item.line)
                    columns.append(OutColumn(column.name, column.type, column.nullable, source=column))
                    values.append(value)
                continue
            value = self.value(item.expression, place)
            columns.append(self._out_column(item, value, place))
            values.append(value)
        return columns, values

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
        return [column for relation in relations for column in relation.columns]

    def _out_column(self, item: n.SelectItem, value: Bound, place: Place) -> OutColumn:
        node = item.expression
        source = None
        if isinstance(node, n.ColumnName) and not node.parts[-1].startswith("$"):
            source = place.scope.resolve(node.parts, node.line)[0]
        own = "$action" if isinstance(node, n.ColumnName) and node.parts[-1] == "$ACTION" else ""
        name = item.alias or (source.name if source else own)
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
        grouped = select.group_by or select.having is not None or self._aggregates_in(select, query)
        if not grouped and stage is None:
            return None, ""
        grouping = Grouping(stage=stage)
        if not select.group_by:
            return grouping, ""
        in_sets = any(isinstance(item, n.Grouping) for item in select.group_by)
        texts = [self._group_item(item, scope, grouping, in_sets) for item in select.group_by]
        return grouping, ", ".join(texts)

    def _aggregates_in(self, select: n.Select, query: n.Query) -> bool:
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

    # ORDER BY, DISTINCT, TOP, OFFSET

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
        if not top.percent and not top.with_ties:
            return QueryText(f"{sql}{order} LIMIT {self._top_count(top)}", tuple(columns))
        return QueryText(self._ranked(top, sql, keys, columns), tuple(columns))

    def _ranked(self, top: n.Top, sql: str, keys: Sequence[str], columns: Sequence[OutColumn]) -> str:
        """TOP … PERCENT and WITH TIES, by rank instead of LIMIT."""
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
        """A number of rows of TOP, OFFSET or FETCH; the error `number` below `least`."""
        count = self.value(expression, Place(Scope()))
        sql = f.convert(count, BIGINT, line=line).sql
        if isinstance(expression, n.Literal) and int(expression.value) >= least:
            return sql
        return f"(CASE WHEN {sql} < {least} THEN {f.raise_error(number)} ELSE {sql} END)"

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
        position = _ordinal(item, len(columns))
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

    # a table source that is a common table expression

    def cte_source(self, source: n.TableSource, found: object) -> tuple[str, Relation]:
        assert isinstance(found, CteName)
        alias = self.context.alias()
        exposed = source.alias or source.name[-1]
        relation = cte_relation(alias, exposed, found.columns)
        if found.recursive:
            relation = replace(relation, exposed="tsqld:" + found.alias)
        return f"{found.alias} AS {alias}", relation


def _ordinal(item: n.OrderItem, count: int) -> int | None:
    node = item.expression
    if not isinstance(node, n.Literal):
        return None
    if node.kind.value != "integer":
        return None
    position = int(node.value)
    if not 1 <= position <= count:
        raise error(108, position, line=item.line)
    return position


def _check_recursive(member: n.Select, name: str) -> None:
    """Errors: 253 for two references to the table itself, 462 for an outer join."""
    found = list(walk(member))
    own = [
        node
        for node in found
        if isinstance(node, n.TableSource) and len(node.name) == 1 and node.name[0].lower() == name.lower()
    ]
    if len(own) > 1:
        raise error(253, name, line=member.line)
    kinds = ("LEFT", "RIGHT", "FULL", "OUTER APPLY")
    if any(isinstance(node, n.JoinSource) and node.kind in kinds for node in found):
        raise error(462, name, line=member.line)


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


def _kind(type: SqlType) -> SqlType:
    """What must be equal in the anchor and the recursive member."""
    return replace(type, name="decimal" if type.is_decimal else type.name, collation="")


def _members(body: n.Node) -> list[n.Node]:
    """The members of a UNION ALL chain."""
    if isinstance(body, n.SetOperation) and body.operator == "UNION ALL":
        return [*_members(body.left), *_members(body.right)]
    return [body]
