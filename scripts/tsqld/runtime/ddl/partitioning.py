"""Partition functions and schemes: CREATE, SPLIT, MERGE, NEXT USED."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from tsqld.catalog.model import Catalog, PartitionFunction, PartitionScheme, Table
from tsqld.compile.partitions import partitioning
from tsqld.errors import error
from tsqld.events import Message
from tsqld.runtime.ddl.definer import Definer
from tsqld.runtime.ddl.placement import has_filegroup
from tsqld.runtime.partitions import partition_condition
from tsqld.syntax import nodes as n
from tsqld.syntax.walk import parse_value
from tsqld.types import MAX, SqlType

_NEVER = ("text", "ntext", "image", "xml", "rowversion", "sql_variant")
_FIRST_FUNCTION = 65536
_FIRST_SCHEME = 65601


class Partitioning(Definer):
    """Boundaries are kept in order, as T-SQL literals."""

    def create_function(self, node: n.CreatePartitionFunction) -> None:
        catalog = self.catalog()
        if catalog.partition_function(node.name) is not None:
            raise error(2714, node.name, line=node.line)
        type = self.type(node.type)
        if type.name in _NEVER or type.length == MAX:
            raise error(7704, type.name, line=node.line)
        taken = [e.function_id for e in catalog.entries.values() if isinstance(e, PartitionFunction)]
        number = max([_FIRST_FUNCTION - 1, *taken]) + 1
        values = self._boundaries(node.values, type, node.line)
        if values != tuple(_literal(self.evaluator.converted(v, type)) for v in node.values):
            self.notices.append(_message(7709, node.line, node.name, node.name))
        self.change(catalog.put(PartitionFunction(number, node.name, type, node.right, values)))

    def _boundaries(self, nodes: Sequence[n.Expression], type: SqlType, line: int) -> tuple[str, ...]:
        """Boundary values in order, as T-SQL literals. Error 7708."""
        values = [self.evaluator.converted(node, type) for node in nodes]
        keys = [_key(value) for value in values]
        for position, key in enumerate(keys):
            if key in keys[:position]:
                raise error(7708, keys.index(key) + 1, position + 1, line=line)
        return tuple(_literal(value) for value in sorted(values, key=_key))

    def alter_function(self, node: n.AlterPartitionFunction) -> None:
        catalog = self.catalog()
        found = catalog.partition_function(node.name)
        if found is None:
            raise error(15151, "alter", "partition function", node.name, line=node.line)
        text = _literal(self.evaluator.converted(node.value, found.type))
        if node.action == "SPLIT":
            if text in found.values:
                raise error(7721, found.values.index(text) + 1, line=node.line)
            catalog = self._next_used(catalog, found, node.line)
            every = [parse_value(value) for value in (*found.values, text)]
            values = self._boundaries(every, found.type, node.line)
            split = values.index(text) + 1
            if any(self._holds_rows(table, split) for table in self._columnstores(found)):
                raise error(35346, line=node.line)
        else:
            if text not in found.values:
                raise error(7715, line=node.line)
            below = found.values.index(text) + 1
            for table in self._columnstores(found):
                if self._holds_rows(table, below) and self._holds_rows(table, below + 1):
                    raise error(35344, line=node.line)
            values = tuple(value for value in found.values if value != text)
        self.change(catalog.put(replace(found, values=values)))

    def _columnstores(self, function: PartitionFunction) -> Iterator[Table]:
        """Tables of the function that have a columnstore index: none of their rows changes its partition."""
        catalog = self.catalog()
        for table in catalog.tables():
            if any(index.kind == "COLUMNSTORE" and not index.disabled for index in table.indexes):
                found = partitioning(catalog, table)
                if found is not None and found.function.name.lower() == function.name.lower():
                    yield table

    def _holds_rows(self, table: Table, partition: int) -> bool:
        condition = partition_condition(self.catalog(), table, [(partition, partition)], 0)
        sql = f"SELECT 1 FROM {table.storage} WHERE {condition} LIMIT 1"
        return self.session.executor.read(sql).fetchone() is not None

    def _next_used(self, catalog: Catalog, function: PartitionFunction, line: int) -> Catalog:
        """The new partition lies in the file group marked NEXT USED of each scheme. Error 7710."""
        for entry in list(catalog.entries.values()):
            if isinstance(entry, PartitionScheme) and entry.function.lower() == function.name.lower():
                if not entry.next_used:
                    raise error(7710, entry.name, line=line)
                catalog = catalog.put(entry if entry.every else replace(entry, next_used=""))
        return catalog

    def create_scheme(self, node: n.CreatePartitionScheme) -> None:
        catalog = self.catalog()
        if catalog.partition_scheme(node.name) is not None:
            raise error(2714, node.name, line=node.line)
        function = catalog.partition_function(node.function)
        if function is None:
            raise error(208, node.function, line=node.line)
        for group in node.filegroups:
            if not has_filegroup(catalog, group):
                raise error(1921, "filegroup", group, line=node.line)
        count, wanted = len(node.filegroups), len(function.values) + 1
        if node.every and count > 1:
            raise error(7723, line=node.line)
        if count < wanted and not node.every:
            raise error(7707, function.name, node.name, line=node.line)
        spare = node.filegroups[wanted] if count > wanted else node.filegroups[0] if node.every else ""
        if spare:
            self.notices.append(_message(7712, node.line, node.name, spare, node.name))
        taken = [e.scheme_id for e in catalog.entries.values() if isinstance(e, PartitionScheme)]
        number = max([_FIRST_SCHEME - 1, *taken]) + 1
        made = PartitionScheme(number, node.name, function.name, node.filegroups, spare, node.every)
        self.change(catalog.put(made))

    def alter_scheme(self, node: n.AlterPartitionScheme) -> None:
        catalog = self.catalog()
        found = catalog.partition_scheme(node.name)
        if found is None:
            raise error(15151, "alter", "partition scheme", node.name, line=node.line)
        if node.filegroup and not has_filegroup(catalog, node.filegroup):
            raise error(1921, "filegroup", node.filegroup, line=node.line)
        self.change(catalog.put(replace(found, next_used=node.filegroup)))


def _message(number: int, line: int, *places: object) -> Message:
    return Message(error(number, *places).message, number, 10, 1, line)


def _key(value: Any) -> tuple[bool, Any]:
    """What boundary values are ordered and compared by: NULL first, text without case."""
    return value is not None, value.lower().rstrip(" ") if isinstance(value, str) else value


def _literal(value: Any) -> str:
    """A boundary value as T-SQL text."""
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, dt.datetime):
        return f"'{value.isoformat(timespec='milliseconds')}'"
    if isinstance(value, dt.date):
        return f"'{value.isoformat()}'"
    if isinstance(value, str):
        return "N'" + value.replace("'", "''") + "'"
    if isinstance(value, bytes):
        return f"0x{value.hex()}"
    return str(value)
