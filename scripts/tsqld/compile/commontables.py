"""Compiles common table expressions, the recursive ones among them.

A recursive table counts its levels in a column of its own, so that MAXRECURSION can be held.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from tsqld.binder.bound import Bound
from tsqld.binder.scope import Relation, Scope
from tsqld.compile import operations as f
from tsqld.compile.expressions import Place
from tsqld.compile.setoperators import SetCompiler
from tsqld.compile.text import OutColumn, QueryText, cte_relation
from tsqld.errors import error, unsupported
from tsqld.syntax import nodes as n
from tsqld.syntax.walk import mentions_table, walk
from tsqld.types import SqlType

DEFAULT_RECURSION = 100


@dataclass(frozen=True, slots=True)
class CteName:
    """A common table expression in scope: its DuckDB name and columns; `recursive` while its own body
    compiles."""

    alias: str
    columns: tuple[OutColumn, ...]
    recursive: bool = False


class CommonTableCompiler(SetCompiler):
    """Adds common tables."""

    # given by the class below

    def items(self, select: n.Select, place: Place) -> tuple[list[OutColumn], list[Bound]]:
        """The columns of a SELECT list."""
        raise NotImplementedError

    def aggregates_in(self, select: n.Select, query: n.Query) -> bool:
        """Whether a SELECT aggregates without GROUP BY."""
        raise NotImplementedError

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
        text = self.body(anchors[0], None, visible)  # type: ignore[arg-type]
        for anchor in anchors[1:]:
            text = self._combined("UNION ALL", text, self.body(anchor, None, visible), anchor.line)  # type: ignore[arg-type]
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
        if select.group_by or select.having or self.aggregates_in(select, n.Query(select.line, select)):
            raise error(467, owner, line=select.line)
        if select.distinct:
            raise error(460, owner, line=select.line)
        if select.top:
            raise error(461, owner, line=select.line)
        scope = Scope([], None, visible)
        from_sql = self.from_clause(select.sources, scope)
        place = Place(scope, allow_windows=True)
        columns, texts = self.items(select, place)
        where = f" WHERE {self.condition(select.where, Place(scope))}" if select.where is not None else ""
        listed = ", ".join(f"{text.sql} AS c{i}" for i, text in enumerate(texts, 1))
        return QueryText(f"SELECT {listed} FROM {from_sql}{where}", tuple(columns)), scope

    def cte_source(self, source: n.TableSource, found: object) -> tuple[str, Relation]:
        assert isinstance(found, CteName)
        alias = self.context.alias()
        exposed = source.alias or source.name[-1]
        relation = cte_relation(alias, exposed, found.columns)
        if found.recursive:
            relation = replace(relation, exposed="tsqld:" + found.alias)
        return f"{found.alias} AS {alias}", relation


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


def _kind(type: SqlType) -> SqlType:
    """What must be equal in the anchor and the recursive member."""
    return replace(type, name="decimal" if type.is_decimal else type.name, collation="")


def _members(body: n.Node) -> list[n.Node]:
    """The members of a UNION ALL chain."""
    if isinstance(body, n.SetOperation) and body.operator == "UNION ALL":
        return [*_members(body.left), *_members(body.right)]
    return [body]
