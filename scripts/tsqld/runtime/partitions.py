"""Partitions of a table as conditions over its rows, for TRUNCATE TABLE … WITH (PARTITIONS …)."""

from __future__ import annotations

from collections.abc import Sequence

from tsqld.catalog.model import Catalog, Table
from tsqld.compile.partitions import partitioning
from tsqld.errors import error


def partition_condition(catalog: Catalog, table: Table, ranges: Sequence[tuple[int, int]], line: int) -> str:
    """A condition that holds for the rows of the numbered partitions. Errors 7711, 7722."""
    found = partitioning(catalog, table)
    if found is None:
        raise error(7711, table.full_name, line=line)
    for wanted in (bound for pair in ranges for bound in pair):
        if not 1 <= wanted <= found.count:
            raise error(7722, wanted, line=line)
    return " OR ".join(f"{found.number} BETWEEN {low} AND {high}" for low, high in ranges)
