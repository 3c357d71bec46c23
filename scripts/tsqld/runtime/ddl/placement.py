"""Where tables and indexes are placed: file groups, and partition schemes with their column.

There is one file behind a database, so file groups are names only; partition schemes decide partition
numbers.
"""

from __future__ import annotations

from tsqld.catalog.model import Catalog, Index, Table
from tsqld.errors import error
from tsqld.syntax import nodes as n


def has_filegroup(catalog: Catalog, name: str) -> bool:
    return name.lower() in ("primary", "default", *(group.lower() for group in catalog.filegroups))


def checked_placement(placed_on: n.Parts, table: Table, catalog: Catalog, line: int) -> tuple[str, ...]:
    """What to keep of ON: nothing for a file group, scheme and column else. Errors 1911, 1921, 7724, 7726."""
    if not placed_on:
        return ()
    scheme = catalog.partition_scheme(placed_on[0])
    if len(placed_on) == 1:
        if scheme is None and not has_filegroup(catalog, placed_on[0]):
            raise error(1921, "filegroup", placed_on[0], line=line)
        return ()
    if scheme is None:
        raise error(1921, "partition scheme", placed_on[0], line=line)
    column, function = table.column(placed_on[1]), catalog.partition_function(scheme.function)
    if column is None:
        raise error(1911, placed_on[1], line=line)
    if column.computed and not column.persisted:
        raise error(7724, column.name, table.name, line=line)
    assert function is not None
    if str(column.type) != str(function.type):
        raise error(7726, column.name, str(column.type), function.name, str(function.type), line=line)
    return scheme.name, column.name


def refuse_unaligned(catalog: Catalog, table: Table, index: Index, line: int) -> None:
    """A unique index of a partitioned table holds the partitioning column. Error 1908."""
    placed = index.placed_on or table.placed_on
    if not index.unique or len(placed) < 2 or catalog.partition_scheme(placed[0]) is None:
        return
    if placed[1].lower() not in {name.lower() for name in index.column_names}:
        raise error(1908, placed[1], index.name, line=line)
