"""Partitions of a table as conditions over its rows, for TRUNCATE TABLE … WITH (PARTITIONS …)."""

from __future__ import annotations

from collections.abc import Sequence

from tsqld.binder.scope import quoted
from tsqld.catalog.model import Catalog, Table
from tsqld.compile.operations import constant, convert
from tsqld.errors import error


def partition_condition(catalog: Catalog, table: Table, ranges: Sequence[tuple[int, int]], line: int) -> str:
    """A condition that holds for the rows of the numbered partitions. Errors 7711, 7722."""
    placed = table.placed_on or (table.clustered.placed_on if table.clustered else ())
    scheme = catalog.partition_scheme(placed[0]) if placed else None
    if scheme is None:
        raise error(7711, table.full_name, line=line)
    function = catalog.partition_function(scheme.function)
    assert function is not None
    operator = "<=" if function.right else "<"
    column = quoted(placed[1])
    tests = [
        f"CAST({convert(constant(value), function.type).sql} {operator} {column} AS INTEGER)"
        for value in function.values
    ]
    number = f"coalesce({' + '.join(['1', *tests])}, 1)"
    for wanted in (bound for pair in ranges for bound in pair):
        if not 1 <= wanted <= len(function.values) + 1:
            raise error(7722, wanted, line=line)
    return " OR ".join(f"{number} BETWEEN {low} AND {high}" for low, high in ranges)
