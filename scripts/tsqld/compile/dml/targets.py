"""What a statement changes: base tables, by name or through views, common tables and derived tables."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from tsqld.binder.scope import Relation, Scope
from tsqld.catalog.model import Module, Table
from tsqld.compile.context import Context, FullName, resolve_object
from tsqld.compile.dml.plan import Target, whole
from tsqld.compile.dml.through import Through, ThroughCompiler
from tsqld.compile.triggered import replaced, view_rows
from tsqld.errors import error, unsupported
from tsqld.syntax import nodes as n


class TargetCompiler(ThroughCompiler):
    """Adds the targets of changes to queries."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self._with: list[str] = []

    def target(
        self,
        target: n.Target,
        columns: Collection[str] = (),
        ctes: Sequence[n.CommonTable] = (),
        event: str = "",
    ) -> Target:
        """The base table a target names, through updatable views, common tables and synonyms. `columns` are
        those to be changed, which tell the table of a view over several. A view is a target itself where an
        INSTEAD OF trigger stands in for `event`."""
        if target.variable:
            table = self.context.environment.table_variable(target.variable)
            if table is None:
                raise error(1087, target.variable, line=target.line)
            return whole(table, FullName(self.context.environment.database, "", target.variable))
        if len(target.name) == 1 and target.name[0].lower() in {cte.name.lower() for cte in ctes}:
            return self._seen_through(target, columns, ctes)
        found, name = resolve_object(self.context.environment, target.name, target.line)
        if isinstance(found, Table):
            if len(target.name) == 1 and found is self.context.environment.special_table(name.name):
                raise error(286, line=target.line)
            access = self.context.environment.demand("SELECT", found, name, required=False)
            return replace(whole(found, name), access=access)
        if isinstance(found, Module) and found.kind == "VIEW":
            if event and replaced(self.context.environment, found, name.database, event):
                access = self.context.environment.demand("SELECT", found, name, required=False)
                return replace(whole(view_rows(found), name), access=access)
            return self._seen_through(target, columns, ())
        raise error(208, ".".join(target.name), line=target.line)

    def _seen_through(
        self, target: n.Target, columns: Collection[str], ctes: Sequence[n.CommonTable]
    ) -> Target:
        inner = type(self)(Context(self.context.environment))
        visible = inner._statement_ctes(ctes, None)
        inner._expose = True
        source = n.TableSource(target.line, target.name)
        known = len(self.context.environment.accesses)
        _, relation = inner._leaf(source, Scope([], None, visible), False)
        self.context.environment.discount(known)
        return inner.target_of(relation, inner.through_of(relation, columns, target.line), target.line)

    def through_of(self, relation: Relation, columns: Collection[str], line: int) -> Through:
        """The one table that a change of `columns` through a relation changes. Errors 4403, 4405."""
        refused = self._refused.get(relation.alias)
        if refused is not None:
            raise refused
        found = self.bases(relation)
        if len(found) > 1:
            wanted = {name.lower() for name in columns}
            found = tuple(through for through in found if wanted and wanted <= set(through.columns))
        if len(found) != 1:
            raise error(4405, relation.exposed, line=line)
        return found[0]

    def target_of(self, relation: Relation, through: Through, line: int) -> Target:
        """A table as the relation that lets its rows through names it. Error 286."""
        table = through.table
        if table.kind == "T@" and table.name in ("inserted", "deleted"):
            raise error(286, line=line)
        name = FullName(_database(table, self.context.environment.database), table.schema, table.name)
        access = relation.access or through.access
        every = replace(whole(table, name), access=access)
        if relation.alias not in self._through:
            return every
        options = self.option_of(relation)
        if options is None:
            raise unsupported("changes through a view of several tables WITH CHECK OPTION", line)
        passed = {column for other in self.bases(relation) for column in other.columns}
        visible, closed, names = {}, {}, []
        for column in relation.columns:
            key = column.name.lower()
            if key in through.columns:
                visible[key] = every.visible[through.columns[key].lower()]
                names.append(column.name)
            else:
                closed[key] = 4405 if key in passed else 4406
        order = tuple(visible.values())
        return Target(table, name, visible, order, tuple(names), relation.exposed, closed, options, access)

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


def _database(table: Table, here: str) -> str:
    """The database of a table, which its storage name begins with; temp tables act in the session's own."""
    if table.is_temporary or not table.storage.startswith('"'):
        return here
    return table.storage[1:].partition('"."')[0].replace('""', '"')
