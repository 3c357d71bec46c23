"""Partitions of a table as conditions over its rows, for TRUNCATE TABLE … WITH (PARTITIONS …)."""

from __future__ import annotations

from collections.abc import Sequence

from tsqld.catalog.model import Catalog, Table
from tsqld.compile.partitions import partitioning
from tsqld.errors import error


def partition_condition(catalog: Catalog, table: Table, ranges: Sequence[tuple[int, int]], line: int) -> str:
    """A condition that holds for the rows of the numbered partitions. Errors 7722, 7728, 7729."""
    found = partitioning(catalog, table)
    if found is None:
        raise error(7729, "truncate", "table", "table", table.name, line=line)
    for low, high in ranges:
        for wanted in (low, high):
            if not 1 <= wanted <= found.count:
                raise error(7722, wanted, "table", table.name, found.count, line=line)
        if low > high:
            raise error(7728, low, high, line=line)
    return " OR ".join(f"{found.number} BETWEEN {low} AND {high}" for low, high in ranges)
