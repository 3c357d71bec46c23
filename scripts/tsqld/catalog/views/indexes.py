"""Views of indexes and statistics."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from tsqld.catalog.model import Catalog, Index, Table
from tsqld.catalog.spelling import spelled_filter
from tsqld.catalog.views.common import index_kind, index_rows, scheme_of, space_id, tables
from tsqld.catalog.views.spec import Row, View, view

if TYPE_CHECKING:
    from tsqld.runtime.session import Session


def _indexes(session: Session, catalog: Catalog) -> Iterator[Row]:
    for table in tables(catalog):
        for index in index_rows(table):
            number, text = index_kind(index)
            yield {
                "object_id": table.object_id,
                "index_id": 0,
                "type": number,
                "type_desc": text,
                "data_space_id": space_id(catalog, table, index),
                **(_described(index) if index is not None else {}),
            }


def _described(index: Index) -> dict[str, Any]:
    column_store = index.kind == "COLUMNSTORE"
    return {
        "name": index.name,
        "index_id": index.index_id,
        "is_unique": index.unique,
        "ignore_dup_key": index.ignores_duplicates,
        "is_primary_key": index.kind == "PRIMARY KEY",
        "is_unique_constraint": index.kind == "UNIQUE",
        "fill_factor": int(index.option("FILLFACTOR", "0")),
        "is_padded": index.option("PAD_INDEX") == "ON",
        "is_disabled": index.disabled,
        # a columnstore has neither, says SMO, which will not script one that does
        "allow_row_locks": not column_store and index.option("ALLOW_ROW_LOCKS", "ON") == "ON",
        "allow_page_locks": not column_store and index.option("ALLOW_PAGE_LOCKS", "ON") == "ON",
        "has_filter": bool(index.where),
        "filter_definition": spelled_filter(index.where) if index.where else None,
        "compression_delay": 0 if column_store else None,
        "optimize_for_sequential_key": index.option("OPTIMIZE_FOR_SEQUENTIAL_KEY") == "ON",
    }


def _index_columns(session: Session, catalog: Catalog) -> Iterator[Row]:
    for table in tables(catalog):
        if table.clustered is None:
            yield from _heap_columns(catalog, table)
        for index in table.indexes:
            yield from _columns_of(catalog, table, index)


def _heap_columns(catalog: Catalog, table: Table) -> Iterator[Row]:
    """The column that a heap is partitioned by."""
    scheme = scheme_of(catalog, table, None)
    column = table.column(table.placed_on[1]) if scheme and len(table.placed_on) > 1 else None
    if column is not None:
        yield {
            "object_id": table.object_id,
            "index_id": 0,
            "index_column_id": 1,
            "column_id": column.column_id,
            "key_ordinal": 0,
            "partition_ordinal": 1,
            "is_descending_key": False,
            "is_included_column": False,
        }


def _columns_of(catalog: Catalog, table: Table, index: Index) -> Iterator[Row]:
    keys = [(name, descending, False) for name, descending in index.columns]
    if index.kind == "COLUMNSTORE":
        chosen = index.column_names or tuple(column.name for column in table.columns)
        keys = [(name, False, True) for name in chosen]
    every = keys + [(name, False, True) for name in index.include]
    placed = index.placed_on or table.placed_on or (table.clustered.placed_on if table.clustered else ())
    by = placed[1].lower() if len(placed) > 1 and scheme_of(catalog, table, index) else ""
    if by and by not in {name.lower() for name, _, _ in every}:
        every.append((placed[1], False, False))
    for position, (name, descending, included) in enumerate(every, 1):
        column = table.column(name)
        assert column is not None
        is_key = not included and position <= len(keys)
        yield {
            "object_id": table.object_id,
            "index_id": index.index_id,
            "index_column_id": position,
            "column_id": column.column_id,
            "key_ordinal": position if is_key else 0,
            "partition_ordinal": int(name.lower() == by),
            "is_descending_key": descending,
            "is_included_column": included,
        }


def _stats(session: Session, catalog: Catalog) -> Iterator[Row]:
    for table in tables(catalog):
        for index in table.indexes:
            yield {
                "object_id": table.object_id,
                "name": index.name,
                "stats_id": index.index_id,
                "has_filter": bool(index.where),
                "filter_definition": spelled_filter(index.where) if index.where else None,
            }
        for made in table.statistics:
            yield {
                "object_id": table.object_id,
                "name": made.name,
                "stats_id": made.stats_id,
                "user_created": True,
                "has_filter": bool(made.where),
                "filter_definition": spelled_filter(made.where) if made.where else None,
            }


def _stats_columns(session: Session, catalog: Catalog) -> Iterator[Row]:
    for table in tables(catalog):
        named = [(index.index_id, index.column_names) for index in table.indexes]
        named += [(made.stats_id, made.columns) for made in table.statistics]
        for number, names in named:
            for position, name in enumerate(names, 1):
                column = table.column(name)
                assert column is not None
                yield {
                    "object_id": table.object_id,
                    "stats_id": number,
                    "stats_column_id": position,
                    "column_id": column.column_id,
                }


VIEWS: Final[dict[str, View]] = {
    "indexes": view(
        """object_id int, name sysname, index_id int, type tinyint, type_desc nvarchar(60), is_unique bit = 0,
        data_space_id int, ignore_dup_key bit = 0, is_primary_key bit = 0, is_unique_constraint bit = 0,
        fill_factor tinyint = 0, is_padded bit = 0, is_disabled bit = 0, is_hypothetical bit = 0,
        is_ignored_in_optimization bit = 0, allow_row_locks bit = 1, allow_page_locks bit = 1,
        has_filter bit = 0, filter_definition nvarchar(max), compression_delay int,
        suppress_dup_key_messages bit = 0, auto_created bit = 0, optimize_for_sequential_key bit = 0""",
        _indexes,
    ),
    "index_columns": view(
        """object_id int, index_id int, index_column_id int, column_id int, key_ordinal tinyint,
        partition_ordinal tinyint, is_descending_key bit, is_included_column bit,
        column_store_order_ordinal tinyint = 0, data_clustering_ordinal tinyint = 0""",
        _index_columns,
    ),
    "stats": view(
        """object_id int, name nvarchar(128), stats_id int, auto_created bit = 0, user_created bit = 0,
        no_recompute bit = 0, has_filter bit, filter_definition nvarchar(max), is_temporary bit = 0,
        is_incremental bit = 0, has_persisted_sample bit = 0, stats_generation_method int = 0,
        stats_generation_method_desc varchar(60) = 'Manual statistics', auto_drop bit = 0""",
        _stats,
    ),
    "stats_columns": view("object_id int, stats_column_id int, stats_id int, column_id int", _stats_columns),
}
