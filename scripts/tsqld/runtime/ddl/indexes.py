"""CREATE, ALTER and DROP INDEX, and statistics.

Indexes live in the catalog only; uniqueness is checked when one is made and behind every statement. Options
that only steer storage are kept where a catalog view shows them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from tsqld.catalog.model import Index, Module, Statistics, Table
from tsqld.errors import TsqlError, error, unsupported
from tsqld.runtime.ddl.build import TableBuilder
from tsqld.runtime.ddl.constraints import shown_options
from tsqld.runtime.ddl.definer import moment
from tsqld.syntax import nodes as n


class Indexes(TableBuilder):
    """What changes the indexes and statistics of a table."""

    def create_index(self, node: n.CreateIndex) -> None:
        self._refuse_view(node.table, node.line)
        table, store = self.existing(node.table, node.line, 1088)
        written = node.index
        catalog = self.catalog()
        if dict(written.options).get("DROP_EXISTING") == "ON":
            table = self._without(table, written)
        table = self.with_index(table, written, catalog)
        index = table.indexes[-1]
        if index.unique:
            self.check_unique(table, index, 1505)
        store(replace(table, modified=moment()))

    def _refuse_view(self, parts: n.Parts, line: int) -> None:
        """Error 1939 for a view that is not schema-bound; indexed views are refused."""
        if parts[-1].startswith("#"):
            return
        name = self.known(parts, line)
        found = self.catalog(name.database).object(name.schema, name.name)
        if isinstance(found, Module) and found.kind == "VIEW":
            if not found.schema_bound:
                raise error(1939, "index", parts[-1], line=line)
            raise unsupported("indexes on views", line)

    def _without(self, table: Table, written: n.IndexDefinition) -> Table:
        """The table without the index that DROP_EXISTING replaces. Errors 1907, 7999."""
        old = next((i for i in table.indexes if i.name.lower() == written.name.lower()), None)
        if old is None:
            raise error(7999, written.name, table.full_name, line=written.line)
        if old.is_constraint:
            if [c.name.lower() for c in written.columns] != [name.lower() for name in old.column_names]:
                raise error(1907, written.name, line=written.line)
            raise unsupported("DROP_EXISTING of a constraint's index", written.line)
        return replace(table, indexes=tuple(index for index in table.indexes if index is not old))

    def alter_index(self, node: n.AlterIndex) -> None:
        table, store = self.existing(node.table, node.line, 1088)
        names = {index.name.lower() for index in table.indexes}
        if node.name and node.name.lower() not in names:
            raise error(2727, node.name, line=node.line)
        changed = tuple(
            self._altered(table, index, node)
            if not node.name or index.name.lower() == node.name.lower()
            else index
            for index in table.indexes
        )
        if node.action == "REBUILD":
            for index in changed:
                if index.unique:
                    self.check_unique(table, index, 1505)
        store(replace(table, indexes=changed))

    def _altered(self, table: Table, index: Index, node: n.AlterIndex) -> Index:
        if node.action == "DISABLE":
            if index.clustered:
                raise unsupported("disabling a clustered index", node.line)
            return replace(index, disabled=True)
        if node.action == "REORGANIZE" and index.disabled:
            raise error(1973, index.name, "table", table.full_name, line=node.line)
        given = dict(node.options)
        if given.get("IGNORE_DUP_KEY") == "ON" and not index.unique:
            raise error(1915, index.name, line=node.line)
        kept = dict(index.options) | dict(shown_options(node.options))
        disabled = index.disabled and node.action != "REBUILD"
        return replace(index, disabled=disabled, options=tuple(kept.items()))

    def drop_indexes(self, node: n.Drop) -> None:
        for position, parts in enumerate(node.names):
            of_table = node.tables[position] if position < len(node.tables) else parts[:-1]
            if not of_table:
                raise error(159, "DROP INDEX", line=node.line)
            self._drop_index(node, parts[-1], of_table)

    def _drop_index(self, node: n.Drop, name: str, of_table: n.Parts) -> None:
        found = self._table_if_any(of_table, node)
        if found is None:
            return
        table, store = found
        index = next((i for i in table.indexes if i.name.lower() == name.lower()), None)
        if index is None:
            if node.if_exists:
                return
            raise error(3701, "drop", "index", f"{'.'.join(of_table)}.{name}", line=node.line, state=7)
        if index.is_constraint:
            raise error(3723, f"{'.'.join(of_table)}.{index.name}", index.kind, line=node.line)
        if index.unique and self._is_referenced(table, index):
            raise error(3723, f"{'.'.join(of_table)}.{index.name}", "FOREIGN KEY", line=node.line)
        store(replace(table, indexes=tuple(i for i in table.indexes if i is not index)))

    def _table_if_any(self, parts: n.Parts, node: n.Drop) -> tuple[Table, Callable[[Table], None]] | None:
        try:
            return self.existing(parts, node.line, 4902)
        except TsqlError as problem:
            if node.if_exists and problem.number == 4902:
                return None
            raise

    def _is_referenced(self, table: Table, index: Index) -> bool:
        """Whether a foreign key needs this index: no other key of the same columns is there."""
        columns = {name.lower() for name in index.column_names}
        others = [k for k in table.keys if k is not index and {c.lower() for c in k.column_names} == columns]
        return not others and any(
            foreign.references(table) and {name.lower() for name in foreign.referenced} == columns
            for other in self.catalog().tables()
            for foreign in other.foreign_keys
        )

    # statistics

    def statistics(self, node: n.StatisticsStatement) -> None:
        """CREATE and UPDATE STATISTICS. Errors 1088, 1911, 1927, 2767."""
        table, store = self.existing(node.table, node.line, 1088)
        known = {i.name.lower() for i in table.indexes} | {s.name.lower() for s in table.statistics}
        if node.action == "UPDATE":
            for name in node.names:
                if name.lower() not in known:
                    raise error(2767, name, line=node.line)
            return
        if node.name.lower() in known:
            raise error(1927, ".".join(node.table), node.name, line=node.line)
        for name in node.columns:
            if table.column(name) is None:
                raise error(1911, name, line=node.line)
        numbers = [*(i.index_id for i in table.indexes), *(s.stats_id for s in table.statistics)]
        made = Statistics(node.name, node.columns, node.where_text, max([1, *numbers]) + 1)
        store(replace(table, statistics=(*table.statistics, made)))

    def drop_statistics(self, node: n.Drop) -> None:
        """Each name is table.statistics. Errors 3701, 3739."""
        for parts in node.names:
            missing = error(3701, "drop", "statistics", ".".join(parts), line=node.line)
            if len(parts) < 2:
                raise missing
            try:
                table, store = self.existing(parts[:-1], node.line, 4902)
            except TsqlError as problem:
                raise missing if problem.number == 4902 else problem from None
            found = next((s for s in table.statistics if s.name.lower() == parts[-1].lower()), None)
            if found is None:
                if any(index.name.lower() == parts[-1].lower() for index in table.indexes):
                    raise error(3739, "DROP", ".".join(parts), line=node.line)
                raise missing
            store(replace(table, statistics=tuple(s for s in table.statistics if s is not found)))
