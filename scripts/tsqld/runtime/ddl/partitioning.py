"""Partition functions and schemes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tsqld.catalog.model import (
    PartitionFunction,
    PartitionScheme,
)
from tsqld.errors import error
from tsqld.syntax import nodes as n
from tsqld.syntax.walk import parse_value
from tsqld.types import SqlType

if TYPE_CHECKING:
    pass

from tsqld.runtime.ddl.definer import Definer


class Partitioning(Definer):
    """Boundaries are kept in order, as T-SQL literals."""

    def create_function(self, node: n.CreatePartitionFunction) -> None:
        catalog = self.catalog()
        if catalog.partition_function(node.name) is not None:
            raise error(7707, node.name, line=node.line)
        type = self.type(node.type)
        number = 65536 + len([e for e in catalog.entries.values() if isinstance(e, PartitionFunction)])
        values = self._boundaries(node.values, type)
        self.change(catalog.put(PartitionFunction(number, node.name, type, node.right, values)))

    def _boundaries(self, nodes: Sequence[n.Expression], type: SqlType) -> tuple[str, ...]:
        """Boundary values in order, as T-SQL literals."""
        values = sorted(self.evaluator.converted(node, type) for node in nodes)
        return tuple(_literal(value) for value in values)

    def alter_function(self, node: n.AlterPartitionFunction) -> None:
        catalog = self.catalog()
        found = catalog.partition_function(node.name)
        if found is None:
            raise error(15151, "alter", "partition function", node.name, line=node.line)
        text = _literal(self.evaluator.converted(node.value, found.type))
        if node.action == "SPLIT":
            if text in found.values:
                raise error(7721, text, line=node.line)
            every = [parse_value(value) for value in (*found.values, text)]
            values = self._boundaries(every, found.type)
        else:
            if text not in found.values:
                raise error(7715, line=node.line)
            values = tuple(value for value in found.values if value != text)
        self.change(catalog.put(replace(found, values=values)))

    def create_scheme(self, node: n.CreatePartitionScheme) -> None:
        catalog = self.catalog()
        if catalog.partition_function(node.function) is None:
            raise error(7726, node.function, line=node.line)
        number = 65601 + len([e for e in catalog.entries.values() if isinstance(e, PartitionScheme)])
        self.change(catalog.put(PartitionScheme(number, node.name, node.function, node.filegroups)))

    def alter_scheme(self, node: n.AlterPartitionScheme) -> None:
        if self.catalog().partition_scheme(node.name) is None:
            raise error(15151, "alter", "partition scheme", node.name, line=node.line)


def _literal(value: Any) -> str:
    """A boundary value as T-SQL text."""
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, int):
        return str(value)
    if isinstance(value, dt.datetime):
        return f"'{value.isoformat(timespec='milliseconds')}'"
    if isinstance(value, dt.date):
        return f"'{value.isoformat()}'"
    if isinstance(value, str):
        return "N'" + value.replace("'", "''") + "'"
    return str(value)
