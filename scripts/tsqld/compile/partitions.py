"""Which partition a value or a row lies in, as DuckDB text: how many boundaries it has passed, plus one."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from tsqld.binder.scope import quoted
from tsqld.catalog.model import Catalog, PartitionFunction, Table
from tsqld.compile.operations import constant, convert


@dataclass(frozen=True, slots=True)
class Partitioning:
    """How a table is partitioned: by `function` of `column`; `number` is the partition of a row (NULL lies in
    the first)."""

    function: PartitionFunction
    number: str
    column: str

    @property
    def count(self) -> int:
        return len(self.function.values) + 1


@lru_cache(maxsize=256)
def partition_number(function: PartitionFunction, value: str) -> str:
    """The partition of the DuckDB value `value`, NULL for NULL."""
    operator = "<=" if function.right else "<"
    tests = [
        f"CAST({convert(constant(text), function.type).sql} {operator} {value} AS INTEGER)"
        for text in function.values
    ]
    return f"({' + '.join(['1', *tests])})"


def partitioning(catalog: Catalog, table: Table) -> Partitioning | None:
    """How the scheme that a table, or its clustered index, is placed on partitions it; None when none
    does."""
    placed = table.placed_on or (table.clustered.placed_on if table.clustered else ())
    scheme = catalog.partition_scheme(placed[0]) if placed else None
    if scheme is None:
        return None
    function = catalog.partition_function(scheme.function)
    assert function is not None, f"{scheme.name} has no function"
    number = f"coalesce({partition_number(function, quoted(placed[1]))}, 1)"
    return Partitioning(function, number, placed[1])
