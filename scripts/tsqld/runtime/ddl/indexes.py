"""CREATE, ALTER and DROP INDEX, and statistics."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tsqld.errors import error
from tsqld.syntax import nodes as n

if TYPE_CHECKING:
    pass

from tsqld.runtime.ddl.build import TableBuilder
from tsqld.runtime.ddl.definer import moment


class Indexes(TableBuilder):
    """Indexes live in the catalog only; uniqueness is checked when one is made."""

    def create_index(self, node: n.CreateIndex) -> None:
        table, store = self.existing(node.table, node.line, 1088)
        if node.drop_existing:
            kept = tuple(index for index in table.indexes if index.name.lower() != node.index.name.lower())
            table = replace(table, indexes=kept)
        table = self.with_index(table, node.index)
        index = table.indexes[-1]
        if index.unique:
            self.check_unique(table, index, 1505)
        store(replace(table, modified=moment()))

    def alter_index(self, node: n.AlterIndex) -> None:
        table, store = self.existing(node.table, node.line, 1088)
        names = {index.name.lower() for index in table.indexes}
        if node.name and node.name.lower() not in names:
            raise error(2727, node.name, line=node.line)
        if node.action in ("REBUILD", "DISABLE"):
            disabled = node.action == "DISABLE"
            changed = tuple(
                replace(index, disabled=disabled)
                if not node.name or index.name.lower() == node.name.lower()
                else index
                for index in table.indexes
            )
            if not disabled:
                for index in changed:
                    if index.unique:
                        self.check_unique(table, index, 1505)
            store(replace(table, indexes=changed))

    def drop_indexes(self, node: n.Drop) -> None:
        for position, parts in enumerate(node.names):
            table_parts = node.tables[position] if position < len(node.tables) else parts[:-1]
            table, store = self.existing(table_parts, node.line, 4902)
            index = next((i for i in table.indexes if i.name.lower() == parts[-1].lower()), None)
            if index is None:
                if node.if_exists:
                    continue
                raise error(3701, "drop", "index", f"{table.name}.{parts[-1]}", line=node.line)
            if index.is_constraint:
                raise error(3723, f"{table.full_name}.{index.name}", index.kind, line=node.line)
            store(replace(table, indexes=tuple(i for i in table.indexes if i is not index)))

    def statistics(self, node: n.StatisticsStatement) -> None:
        """Statistics steer plans only; the table must exist."""
        self.existing(node.table, node.line, 1088)
