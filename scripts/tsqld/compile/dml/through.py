"""Views, common tables and derived tables that let rows of their tables through, so that they can be changed.

Source: Microsoft Learn, "CREATE VIEW", updatable views: the columns changed belong to one table and are not
computed; no set operators, grouping or DISTINCT.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from tsqld.binder.access import Access
from tsqld.binder.scope import Relation, RelationColumn, Scope
from tsqld.catalog.model import Module, Table
from tsqld.compile.commontables import CteName
from tsqld.compile.context import Context
from tsqld.compile.dml.plan import Option
from tsqld.compile.grouping import is_aggregate
from tsqld.compile.queries import QueryCompiler
from tsqld.compile.sources import view_columns
from tsqld.compile.text import QueryText
from tsqld.errors import TsqlError, error, unsupported
from tsqld.syntax import nodes as n
from tsqld.syntax.walk import parse_module, walk


@dataclass(frozen=True, slots=True)
class Through:
    """A table whose rows a relation lets through: their identity, and the table's column behind each column
    of the relation, lower case."""

    table: Table
    rowid: str
    columns: Mapping[str, str]
    access: Access | None = None


@dataclass(frozen=True, slots=True)
class _Options:
    """WHERE conditions of a view and of those below it, and which of them CHECK OPTION enforces; None where
    they are more than one table's."""

    conditions: tuple[Option, ...] | None = ()
    enforced: tuple[Option, ...] | None = ()


class ThroughCompiler(QueryCompiler):
    """Adds row identities to queries."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._expose = False
        self._through: dict[str, tuple[Through, ...]] = {}
        self._refused: dict[str, TsqlError] = {}
        self._options: dict[str, _Options] = {}
        self._cte_definitions: dict[str, n.CommonTable] = {}
        self._cte_scopes: dict[str, dict[str, object]] = {}

    def bases(self, relation: Relation) -> tuple[Through, ...]:
        """The tables whose rows a relation lets through."""
        if relation.alias in self._through:
            return self._through[relation.alias]
        if relation.table is None or not relation.rowid:
            return ()
        columns = {column.name.lower(): column.name for column in relation.columns}
        return (Through(relation.table, relation.rowid, columns, relation.access),)

    def row_identities(self, scope: Scope) -> str:
        found = [through for relation in scope.relations for through in self.bases(relation)]
        return ", ".join(f"{through.rowid} AS tsqld_rowid_{i}" for i, through in enumerate(found, 1))

    # what queries are seen through

    def _view(self, module: Module, exposed: str, names: tuple[str, ...], line: int) -> tuple[str, Relation]:
        definition = parse_module(module.text)
        if not self._expose or definition.query is None:
            return super()._view(module, exposed, names, line)
        problem = _obstacle(definition.query, exposed, line)
        if problem is not None:
            text, relation = super()._view(module, exposed, names, line)
            self._refused[relation.alias] = problem
            return text, relation
        self.arguments.append({})
        compiled = self.query(definition.query, None, {}, expose_rowid=True)
        self.arguments.pop()
        columns = view_columns(module, compiled.columns, line)
        given = [column.name for column in columns]
        text, relation = self._passing(replace(compiled, columns=columns), given, exposed, names)
        body = definition.query.body
        assert isinstance(body, n.Select)
        assert compiled.source is not None
        self._options[relation.alias] = self._option(body, compiled.source, definition.check_option)
        return text, relation

    def cte_source(self, source: n.TableSource, found: object) -> tuple[str, Relation]:
        assert isinstance(found, CteName)
        definition = self._cte_definitions.get(found.alias)
        if not self._expose or definition is None:
            return super().cte_source(source, found)
        exposed = source.alias or source.name[-1]
        problem = _obstacle(definition.query, exposed, source.line)
        if problem is not None:
            text, relation = super().cte_source(source, found)
            self._refused[relation.alias] = problem
            return text, relation
        compiled = self.query(definition.query, None, self._cte_scopes[found.alias], expose_rowid=True)
        return self._passing(compiled, definition.columns, exposed, (exposed.lower(),))

    def _derived(self, source: n.DerivedSource, scope: Scope, lateral: bool) -> tuple[str, Relation]:
        problem = _obstacle(source.query, source.alias, source.line) if self._expose else None
        if not self._expose or problem is not None:
            text, relation = super()._derived(source, scope, lateral)
            if problem is not None:
                self._refused[relation.alias] = problem
            return text, relation
        parent = scope if lateral else scope.parent
        compiled = self.query(source.query, parent, scope.ctes, allow_order=False, expose_rowid=True)
        self._named_columns(compiled.columns, source.columns, source.alias, source.line)
        return self._passing(compiled, source.columns, source.alias, (source.alias.lower(),))

    def _common_table(self, cte: n.CommonTable, visible: dict[str, object]) -> str:
        before = dict(visible)
        text = super()._common_table(cte, visible)
        found = visible[cte.name.lower()]
        assert isinstance(found, CteName)
        self._cte_definitions = {**self._cte_definitions, found.alias: cte}
        self._cte_scopes = {**self._cte_scopes, found.alias: before}
        return text

    def _passing(
        self, text: QueryText, given: Sequence[str], exposed: str, names: tuple[str, ...]
    ) -> tuple[str, Relation]:
        """A relation over a query that passes its tables' rows through."""
        assert text.source is not None
        alias = self.context.alias()
        columns = tuple(
            RelationColumn(
                given[i - 1] if given else column.name, f"{alias}.c{i}", column.type, column.nullable
            )
            for i, column in enumerate(text.columns, 1)
        )
        passed: list[Through] = []
        for below in text.source.relations:
            for through in self.bases(below):
                seen = {
                    column.name.lower(): through.columns[out.source.name.lower()]
                    for column, out in zip(columns, text.columns, strict=True)
                    if out.source is not None
                    and out.source.sql == getattr(below.column(out.source.name), "sql", None)
                    and out.source.name.lower() in through.columns
                }
                rowid = f"{alias}.tsqld_rowid_{len(passed) + 1}"
                passed.append(Through(through.table, rowid, seen, through.access))
        self._through[alias] = tuple(passed)
        self._options[alias] = _Options(enforced=self._enforced_below(text.source))
        rowid = passed[0].rowid if passed else ""
        table = passed[0].table if passed else None
        return f"({text.sql}) AS {alias}", Relation(alias, names, columns, table, exposed, rowid)

    # CHECK OPTION

    def option_of(self, relation: Relation) -> tuple[Option, ...] | None:
        """What CHECK OPTION enforces of rows changed through a relation."""
        return self._options.get(relation.alias, _Options()).enforced

    def _enforced_below(self, scope: Scope) -> tuple[Option, ...] | None:
        """What the views of a FROM clause enforce."""
        found = [self.option_of(relation) for relation in scope.relations]
        if len(found) == 1:
            return found[0]
        return () if not any(found) and None not in found else None

    def _option(self, body: n.Select, scope: Scope, check_option: bool) -> _Options:
        """The conditions of one view with those below."""
        enforced = self._enforced_below(scope)
        relation = scope.relations[0] if scope.relations else None
        if relation is None or len(scope.relations) > 1 or len(self.bases(relation)) != 1:
            return _Options(None, None if check_option else enforced)
        below = self._options.get(relation.alias, _Options()).conditions
        if below is None:
            return _Options(None, None if check_option else enforced)
        if body.where is not None:
            below = (*below, Option(body.where, relation.names, self.bases(relation)[0].columns))
        return _Options(below, below if check_option else enforced)


def _obstacle(query: n.Query, exposed: str, line: int) -> TsqlError | None:
    """Why rows cannot be changed through a query; None when they can."""
    body = query.body
    if not isinstance(body, n.Select):
        return unsupported(f"changes through {exposed}, which has a set operator,", line)
    grouped = body.group_by or body.having or body.distinct
    if grouped or any(is_aggregate(node) for item in body.items for node in walk(item, into_queries=False)):
        return error(4403, exposed, line=line)
    if body.top is not None and (body.top.percent or body.top.with_ties):
        return unsupported(f"changes through {exposed}, which has TOP … PERCENT or WITH TIES,", line)
    if query.for_clause is not None or query.offset is not None:
        return unsupported(f"changes through {exposed}, which has OFFSET or FOR,", line)
    return None
