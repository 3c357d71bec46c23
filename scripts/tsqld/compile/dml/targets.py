"""What a statement changes: base tables, and views and common tables that rows can be changed through."""

from __future__ import annotations

from collections.abc import Sequence

from tsqld.binder.scope import Relation, RelationColumn, Scope
from tsqld.catalog.model import Column, Module, Table
from tsqld.compile.context import Context, FullName, resolve_object
from tsqld.compile.dml.plan import Target, whole
from tsqld.compile.expressions import Place
from tsqld.compile.queries import CteName, QueryCompiler
from tsqld.compile.text import QueryText
from tsqld.errors import error, unsupported
from tsqld.syntax import nodes as n
from tsqld.syntax.walk import parse_module


class TargetCompiler(QueryCompiler):
    """Adds the targets of changes to queries."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._with: list[str] = []
        self._expose = False
        self._base_names: dict[tuple[str, str], str] = {}
        self._cte_definitions: dict[str, n.CommonTable] = {}
        self._cte_scopes: dict[str, dict[str, object]] = {}

    def _target(self, target: n.Target) -> Target:
        """The base table a target names, through updatable views and synonyms."""
        if target.variable:
            table = self.context.environment.table_variable(target.variable)
            if table is None:
                raise error(1087, target.variable, line=target.line)
            return whole(table, FullName(self.context.environment.database, "", target.variable))
        found, name = resolve_object(self.context.environment, target.name, target.line)
        if isinstance(found, Table):
            if len(target.name) == 1 and found is self.context.environment.special_table(name.name):
                raise error(286, line=target.line)
            return whole(found, name)
        if isinstance(found, Module) and found.kind == "VIEW":
            return self._through_view(found, target.line)
        raise error(208, ".".join(target.name), line=target.line)

    def _through_view(self, module: Module, line: int) -> Target:
        """A view over one table, whose columns are that table's columns."""
        definition = parse_module(module.text)
        query = definition.query
        body = query.body if query else None
        if (
            not isinstance(body, n.Select)
            or len(body.sources) != 1
            or not isinstance(body.sources[0], n.TableSource)
        ):
            raise error(4405, module.full_name, line=line)
        if body.group_by or body.distinct or body.top or (query and query.ctes):
            raise error(4406, module.full_name, line=line)
        if body.where is not None and definition.check_option:
            raise unsupported("changes through a view WITH CHECK OPTION", line)
        inner = self._target(n.Target(line, body.sources[0].name))
        scope = Scope()
        self.from_clause(body.sources, scope)
        visible: dict[str, Column] = {}
        order: list[Column] = []
        columns, _ = self._items(body, Place(scope))
        for position, column in enumerate(columns):
            if column.source is None:
                continue
            base = inner.column(column.source.name, line)
            name = definition.columns[position] if definition.columns else column.name
            visible[name.lower()] = base
            order.append(base)
        return Target(inner.table, inner.name, visible, tuple(order))

    # views and common tables that rows can be changed through

    def _view(self, module: Module, exposed: str, names: tuple[str, ...], line: int) -> tuple[str, Relation]:
        if not self._expose or not self._updatable(parse_module(module.text).query):
            return super()._view(module, exposed, names, line)
        definition = parse_module(module.text)
        assert definition.query is not None
        self.arguments.append({})
        text = self.query(definition.query, None, {}, expose_rowid=True)
        self.arguments.pop()
        return self._passing(text, definition.columns, exposed, names)

    def cte_source(self, source: n.TableSource, found: object) -> tuple[str, Relation]:
        assert isinstance(found, CteName)
        definition = self._cte_definitions.get(found.alias)
        if not self._expose or definition is None or not self._updatable(definition.query):
            return super().cte_source(source, found)
        text = self.query(definition.query, None, self._cte_scopes[found.alias], expose_rowid=True)
        exposed = source.alias or source.name[-1]
        return self._passing(text, definition.columns, exposed, (exposed.lower(),))

    def _common_table(self, cte: n.CommonTable, visible: dict[str, object]) -> str:
        before = dict(visible)
        text = super()._common_table(cte, visible)
        found = visible[cte.name.lower()]
        assert isinstance(found, CteName)
        self._cte_definitions = {**self._cte_definitions, found.alias: cte}
        self._cte_scopes = {**self._cte_scopes, found.alias: before}
        return text

    def _updatable(self, query: n.Query | None) -> bool:
        body = query.body if query else None
        return (
            isinstance(body, n.Select)
            and len(body.sources) == 1
            and isinstance(body.sources[0], n.TableSource | n.VariableSource)
            and not (body.group_by or body.distinct or body.having)
        )

    def _passing(
        self, text: QueryText, given: Sequence[str], exposed: str, names: tuple[str, ...]
    ) -> tuple[str, Relation]:
        """A relation over a query that passes its base table's rows through."""
        assert text.source is not None
        alias = self.context.alias()
        columns = []
        bases = dict(self._base_names)
        for i, column in enumerate(text.columns, 1):
            name = given[i - 1] if given else column.name
            columns.append(RelationColumn(name, f"{alias}.c{i}", column.type, column.nullable))
            if column.source is not None:
                inner = bases.get((text.source.alias, column.source.name.lower()), column.source.name)
                bases[alias, name.lower()] = inner
        self._base_names = bases
        relation = Relation(alias, names, tuple(columns), text.source.table, exposed, f"{alias}.tsqld_rowid")
        return f"({text.sql}) AS {alias}", relation

    def _statement_ctes(self, ctes: Sequence[n.CommonTable], recursion: int | None) -> dict[str, object]:
        """Common tables of a DML statement, expanded where they are named."""
        self.context.max_recursion = recursion
        visible: dict[str, object] = {}
        self._with = [self._common_table(cte, visible) for cte in ctes]
        return visible

    def _with_text(self) -> str:
        if not self._with:
            return ""
        recursive = "RECURSIVE " if any("UNION ALL" in item for item in self._with) else ""
        return f"WITH {recursive}{', '.join(self._with)} "
