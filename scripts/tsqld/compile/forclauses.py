"""Compiles FOR JSON and FOR XML: a query becomes one text.

Specification: Microsoft Learn, "Format query results as JSON with FOR JSON", "How FOR JSON converts data
types", "Use PATH mode with FOR XML". FOR XML serves string aggregation and flat elements and attributes;
nested paths, AUTO, EXPLICIT and schemas are refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from tsqld.binder.bound import Bound
from tsqld.binder.scope import Relation, Scope
from tsqld.compile.aggregates import ordered
from tsqld.compile.context import Context
from tsqld.compile.forxml import RAW_TEXT, Source, Writer, owner_of
from tsqld.compile.text import OutColumn, QueryText
from tsqld.compile.usercalls import UserCallCompiler
from tsqld.errors import error, unsupported
from tsqld.functions import json_text
from tsqld.functions.sqltext import quote
from tsqld.functions.texts import json_escape
from tsqld.syntax import nodes as n
from tsqld.types import MAX, SqlType, nvarchar

JSON_COLUMN: Final = "JSON_F52E2B61-18A1-11d1-B105-00805F49916B"
XML_COLUMN: Final = "XML_F52E2B61-18A1-11d1-B105-00805F49916B"
_JSON_OPTIONS: Final = ("ROOT", "INCLUDE_NULL_VALUES", "WITHOUT_ARRAY_WRAPPER")


@dataclass(slots=True)
class _Member:
    """A property of a JSON object: its value's text, or the members of the object it is."""

    value: str = ""
    members: dict[str, _Member] = field(default_factory=dict)


class ForCompiler(UserCallCompiler):
    """Adds FOR JSON and FOR XML to queries."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._written: dict[str, str] = {}

    def _leaf(self, source: n.Source, scope: Scope, lateral: bool) -> tuple[str, Relation]:
        text, relation = super()._leaf(source, scope, lateral)
        named = isinstance(source, n.TableSource) and not source.alias
        self._written[relation.alias] = ".".join(source.name) if named else relation.exposed  # type: ignore[attr-defined]
        return text, relation

    def query(
        self,
        query: n.Query,
        parent: Scope | None,
        ctes: Mapping[str, object] | None = None,
        *,
        allow_order: bool = True,
        expose_rowid: bool = False,
    ) -> QueryText:
        if query.for_clause is None:
            return super().query(query, parent, ctes, allow_order=allow_order, expose_rowid=expose_rowid)
        clause = query.for_clause
        plain = replace(query, for_clause=None)
        hidden = _hidden_keys(plain)
        body = plain.body
        if hidden:
            assert isinstance(body, n.Select)
            plain = replace(plain, body=replace(body, items=(*body.items, *hidden)))
        text = super().query(plain, parent, ctes)
        alias = self.context.alias("q")
        count = len(text.columns) - len(hidden)
        columns = text.columns[:count]
        keys = self._keys(query, text, count, alias)
        source = f"({text.sql}) AS {alias}"
        if not keys:
            source = f"(SELECT *, row_number() OVER () AS tsqld_row FROM ({text.sql})) AS {alias}"
            keys = f"{alias}.tsqld_row"
        if clause.mode.startswith("JSON"):
            sql = self._json(query, clause, columns, alias, source, keys)
            return QueryText(sql, (OutColumn(JSON_COLUMN, nvarchar(MAX)),))
        options = [option for option, _ in clause.options]
        sql = Writer(clause, Source(columns, alias, source, keys, self._written)).sql()
        typed = "TYPE" in options and RAW_TEXT not in options
        return QueryText(
            sql, (OutColumn("" if typed else XML_COLUMN, SqlType("xml") if typed else nvarchar(MAX)),)
        )

    def _keys(self, query: n.Query, text: QueryText, count: int, alias: str) -> str:
        """The ORDER BY of the aggregate, over the columns that carry its keys."""
        if not isinstance(query.body, n.Select) or query.body.distinct or not query.order_by:
            return ""
        keys, following = [], count
        for item in query.order_by:
            position = self._output_position(item, text.columns[:count])
            if position is None:
                following += 1
                position = following
            column = text.columns[position - 1]
            keys.append(ordered(Bound(f"{alias}.c{position}", column.type), item.descending))
        return ", ".join(keys)

    # JSON

    def _json(
        self,
        query: n.Query,
        clause: n.ForClause,
        columns: Sequence[OutColumn],
        alias: str,
        source: str,
        keys: str,
    ) -> str:
        options = dict(clause.options)
        for option in options:
            if option not in _JSON_OPTIONS:
                raise unsupported(f"FOR JSON … {option}", clause.line)
        bare = "WITHOUT_ARRAY_WRAPPER" in options
        if bare and "ROOT" in options:
            raise error(13620, line=clause.line)
        nulls = "INCLUDE_NULL_VALUES" in options
        fragments = _json_items(query)
        values = []
        for i, column in enumerate(columns, 1):
            if not column.name:
                raise error(13605, line=clause.line)
            bound = Bound(f"{alias}.c{i}", column.type)
            is_json = i - 1 < len(fragments) and fragments[i - 1]
            values.append((column.name, bound.sql if is_json else json_text(bound, clause.line)))
        if clause.mode == "JSON AUTO":
            rows = self._auto(columns, values, nulls, alias, keys, clause.line)
        else:
            rows = f"string_agg({_object(_tree(values, clause.line), nulls)}, ',' ORDER BY {keys})"
        opening, closing = ("", "") if bare else ("[", "]")
        if "ROOT" in options:
            root = json_escape(options["ROOT"] if options["ROOT"] is not None else "root")
            opening, closing = f'{{"{root}":[', "]}"
        return (
            f"SELECT {quote(opening)} || {rows} || {quote(closing)} AS c1 FROM {source} HAVING count(*) > 0"
        )

    def _auto(
        self,
        columns: Sequence[OutColumn],
        values: Sequence[tuple[str, str]],
        nulls: bool,
        alias: str,
        keys: str,
        line: int,
    ) -> str:
        """Each table's columns become a level of nesting, in the order in which the list names them."""
        levels: dict[str, list[tuple[str, str]]] = {}
        current = ""
        for column, pair in zip(columns, values, strict=True):
            owner = owner_of(column)
            current = owner or current or next(iter(levels), "")
            if any(pair[0].lower() == name.lower() for name, _ in levels.get(current, [])):
                raise error(13601, pair[0], line=line)
            levels.setdefault(current, []).append(pair)
        texts = [
            _members({name: _Member(value) for name, value in level}, nulls) for level in levels.values()
        ]
        if len(texts) == 1:
            return f"string_agg('{{' || {texts[0]} || '}}', ',' ORDER BY {keys})"
        names = ", ".join(
            quote(f'"{json_escape(self._written.get(owner, owner))}"') for owner in list(levels)[1:]
        )
        rows = f"list([{', '.join(texts)}] ORDER BY {keys})"
        return f"tsqld_json_nested({rows}, [{names}])"


def _hidden_keys(query: n.Query) -> tuple[n.SelectItem, ...]:
    """ORDER BY expressions that the select list lacks, as columns behind it."""
    body = query.body
    if not isinstance(body, n.Select) or body.distinct:
        return ()
    names = {item.alias.lower() for item in body.items if isinstance(item, n.SelectItem) and item.alias}
    names |= {
        item.expression.parts[-1].lower()
        for item in body.items
        if isinstance(item, n.SelectItem) and not item.alias and isinstance(item.expression, n.ColumnName)
    }
    hidden: list[n.SelectItem] = []
    for item in query.order_by:
        node = item.expression
        if isinstance(node, n.Literal) or (
            isinstance(node, n.ColumnName) and len(node.parts) == 1 and node.parts[0].lower() in names
        ):
            continue
        hidden.append(n.SelectItem(item.line, node, f"tsqld order {len(hidden)}"))
    return tuple(hidden)


def _json_items(query: n.Query) -> list[bool]:
    """Which items of the select list are JSON already, and must not be quoted again."""
    body = query.body
    if not isinstance(body, n.Select) or any(isinstance(item, n.Star) for item in body.items):
        return []
    return [isinstance(item, n.SelectItem) and _is_json(item.expression) for item in body.items]


def _is_json(node: n.Expression) -> bool:
    if isinstance(node, n.Subquery):
        clause = node.query.for_clause
        wrapped = clause is not None and all(
            option != "WITHOUT_ARRAY_WRAPPER" for option, _ in clause.options
        )
        return clause is not None and clause.mode.startswith("JSON") and wrapped
    names = ("JSON_QUERY", "JSON_MODIFY", "JSON_OBJECT", "JSON_ARRAY")
    return isinstance(node, n.Call) and len(node.name) == 1 and node.name[0].upper() in names


def _tree(values: Sequence[tuple[str, str]], line: int) -> dict[str, _Member]:
    """Dotted names as nested objects. Error 13601 where one name stands for two things."""
    root: dict[str, _Member] = {}
    for name, value in values:
        place = root
        *path, last = name.split(".")
        for step in path:
            if step in place and (place[step].value or step != next(reversed(place))):
                raise error(13601, name, line=line)
            place = place.setdefault(step, _Member()).members
        if last in place:
            raise error(13601, name, line=line)
        place[last] = _Member(value)
    return root


def _object(members: Mapping[str, _Member], nulls: bool) -> str:
    return f"('{{' || {_members(members, nulls)} || '}}')"


def _members(members: Mapping[str, _Member], nulls: bool) -> str:
    """`"a":1,"b":2` without what is NULL, or with null."""
    parts = []
    for name, member in members.items():
        key = quote(f'"{json_escape(name)}":')
        if member.value:
            value = f"coalesce({member.value}, 'null')" if nulls else member.value
            parts.append(f"({key} || {value})")
        else:
            inner = _members(member.members, nulls)
            parts.append(f"({key} || '{{' || nullif({inner}, '') || '}}')")
    return f"concat_ws(',', {', '.join(parts)})"
