"""Views of partitions with their row counts, partition functions and schemes, and data spaces.

Rows are counted when asked. There are no pages: the counts of pages are what the rows' declared widths would
take, and say so in docs/tsqld.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from tsqld.binder.scope import quoted
from tsqld.catalog.facets import max_length, precision_scale
from tsqld.catalog.model import Catalog, Index, PartitionFunction, PartitionScheme, Table
from tsqld.catalog.views.common import index_rows, type_ids
from tsqld.catalog.views.spec import Row, View, view
from tsqld.compile.partitions import partitioning

if TYPE_CHECKING:
    from tsqld.runtime.session import Session

_COMPRESSIONS: Final = {"NONE": 0, "ROW": 1, "PAGE": 2, "COLUMNSTORE": 3, "COLUMNSTORE_ARCHIVE": 4}
_PAGE: Final = 8060


def partitions(session: Session, catalog: Catalog) -> Iterator[Row]:
    session.executor.fresh(())
    whole = _whole_counts(session, catalog)
    for table in catalog.tables():
        counts = _counts(session, catalog, table, whole[table.object_id])
        for index in index_rows(table):
            if index is not None and index.disabled and not index.clustered:
                continue
            number = 0 if index is None else index.index_id
            compression = _compression(table, index)
            filtered = _filtered(session, table, index)
            for partition, count in enumerate(counts, 1):
                identifier = 72057594000000000 + abs(table.object_id) * 4096 + number * 64 + partition
                yield {
                    "partition_id": identifier,
                    "object_id": table.object_id,
                    "index_id": number,
                    "partition_number": partition,
                    "hobt_id": identifier,
                    "rows": count if filtered is None else filtered,
                    "data_compression": _COMPRESSIONS[compression],
                    "data_compression_desc": compression,
                    "xml_compression_desc": "OFF",
                }


def _compression(table: Table, index: Index | None) -> str:
    if index is not None and index.kind == "COLUMNSTORE":
        return index.option("DATA_COMPRESSION", "COLUMNSTORE")
    if index is not None and not index.clustered:
        return index.option("DATA_COMPRESSION", "NONE")
    of_table = dict(table.options).get("DATA_COMPRESSION", "NONE")
    return index.option("DATA_COMPRESSION", of_table) if index else of_table


def _filtered(session: Session, table: Table, index: Index | None) -> int | None:
    """Rows of a filtered index on a table of one partition; None when it holds every row."""
    if index is None or not index.where:
        return None
    condition = session.interpreter.definitions.compiler().filter_text(table, "t", index.where)
    row = session.executor.read(f"SELECT count(*) FROM {table.storage} AS t WHERE {condition}").fetchone()
    return int(row[0]) if row else 0


def _whole_counts(session: Session, catalog: Catalog) -> dict[int, int]:
    """Rows of every table, by object_id; asked together, for there are hundreds of them."""
    texts = [f"SELECT {table.object_id}, count(*) FROM {table.storage}" for table in catalog.tables()]
    return dict(session.executor.read(" UNION ALL ".join(texts)).fetchall() if texts else [])


def _counts(session: Session, catalog: Catalog, table: Table, whole: int) -> list[int]:
    """Rows per partition, by the partition function of the scheme the table is placed on."""
    found = partitioning(catalog, table)
    if found is None:
        return [whole]
    counts = dict.fromkeys(range(1, found.count + 1), 0)
    if whole:
        # A boundary a month are many comparisons, and rows share their values: these are counted first.
        values = f"SELECT {quoted(found.column)}, count(*) AS n FROM {table.storage} GROUP BY ALL"
        text = f"SELECT {found.number} AS p, sum(n)::BIGINT FROM ({values}) GROUP BY 1"
        counts.update(session.executor.read(text).fetchall())
    return list(counts.values())


def _pages(table: Table, rows: int) -> int:
    """Pages that rows of the declared widths would fill, text counted half full."""
    width = 9
    for column in table.columns:
        length = max_length(column.type)
        variable = column.type.name in ("varchar", "nvarchar", "varbinary")
        width += 24 if length == -1 else length // 2 + 2 if variable else length
    return 0 if rows == 0 else 1 + (rows * width + _PAGE - 1) // _PAGE


def _partition_stats(session: Session, catalog: Catalog) -> Iterator[Row]:
    tables = {table.object_id: table for table in catalog.tables()}
    for row in partitions(session, catalog):
        used = _pages(tables[row["object_id"]], row["rows"])
        data = max(used - 1, 0)
        yield {
            **{k: row[k] for k in ("partition_id", "object_id", "index_id", "partition_number")},
            "in_row_data_page_count": data,
            "in_row_used_page_count": used,
            "in_row_reserved_page_count": _reserved(used),
            "used_page_count": used,
            "reserved_page_count": _reserved(used),
            "row_count": row["rows"],
        }


def _reserved(used: int) -> int:
    return 0 if used == 0 else (used + 8) // 8 * 8 + 1


def _allocation_units(session: Session, catalog: Catalog) -> Iterator[Row]:
    tables = {table.object_id: table for table in catalog.tables()}
    for row in partitions(session, catalog):
        used = _pages(tables[row["object_id"]], row["rows"])
        yield {
            "allocation_unit_id": row["partition_id"] + 1_000_000_000_000,
            "container_id": row["hobt_id"],
            "total_pages": _reserved(used),
            "used_pages": used,
            "data_pages": max(used - 1, 0),
        }


def functions(catalog: Catalog) -> Iterator[PartitionFunction]:
    return (entry for entry in catalog.entries.values() if isinstance(entry, PartitionFunction))


def schemes(catalog: Catalog) -> Iterator[PartitionScheme]:
    return (entry for entry in catalog.entries.values() if isinstance(entry, PartitionScheme))


def _functions(session: Session, catalog: Catalog) -> Iterator[Row]:
    for found in functions(catalog):
        yield {
            "name": found.name,
            "function_id": found.function_id,
            "fanout": len(found.values) + 1,
            "boundary_value_on_right": found.right,
            "create_date": catalog.created,
            "modify_date": catalog.created,
        }


def _function_parameters(session: Session, catalog: Catalog) -> Iterator[Row]:
    for found in functions(catalog):
        system, user = type_ids(catalog, found.type, None)
        precision, scale = precision_scale(found.type)
        yield {
            "function_id": found.function_id,
            "system_type_id": system,
            "user_type_id": user,
            "max_length": max_length(found.type),
            "precision": precision,
            "scale": scale,
        }


def _range_values(session: Session, catalog: Catalog) -> Iterator[Row]:
    for found in functions(catalog):
        for position, value in enumerate(found.values, 1):
            text: Any = value[2:-1].replace("''", "'") if value.startswith("N'") else value.strip("'")
            if found.type.is_temporal:
                text = text.replace("T", " ")
            yield {
                "function_id": found.function_id,
                "boundary_id": position,
                "value": None if value == "NULL" else (str(found.type), text),
            }


def _schemes(session: Session, catalog: Catalog) -> Iterator[Row]:
    for found in schemes(catalog):
        function = catalog.partition_function(found.function)
        yield {
            "name": found.name,
            "data_space_id": found.scheme_id,
            "type": "PS",
            "type_desc": "PARTITION_SCHEME",
            "is_default": False,
            "function_id": function.function_id if function else 0,
        }


def _destinations(session: Session, catalog: Catalog) -> Iterator[Row]:
    for found in schemes(catalog):
        function = catalog.partition_function(found.function)
        for number in range(1, len(function.values) + 2 if function else 1):
            yield {"partition_scheme_id": found.scheme_id, "destination_id": number}


def _filegroups(session: Session, catalog: Catalog) -> Iterator[Row]:
    for number, name in enumerate(("PRIMARY", *catalog.filegroups), 1):
        yield {
            "name": name,
            "data_space_id": number,
            "type": "FG",
            "type_desc": "ROWS_FILEGROUP",
            "is_default": number == 1,
        }


def _spaces(session: Session, catalog: Catalog) -> Iterator[Row]:
    yield from _filegroups(session, catalog)
    yield from _schemes(session, catalog)


_SPACE: Final = """name sysname, data_space_id int, type char(2), type_desc nvarchar(60), is_default bit,
    is_system bit = 0"""
VIEWS: Final[dict[str, View]] = {
    "partitions": view(
        """partition_id bigint, object_id int, index_id int, partition_number int, hobt_id bigint,
        rows bigint, filestream_filegroup_id smallint = 0, data_compression tinyint,
        data_compression_desc nvarchar(60), xml_compression bit = 0, xml_compression_desc varchar(3)""",
        partitions,
    ),
    "dm_db_partition_stats": view(
        """partition_id bigint, object_id int, index_id int, partition_number int,
        in_row_data_page_count bigint, in_row_used_page_count bigint, in_row_reserved_page_count bigint,
        lob_used_page_count bigint = 0, lob_reserved_page_count bigint = 0,
        row_overflow_used_page_count bigint = 0, row_overflow_reserved_page_count bigint = 0,
        used_page_count bigint, reserved_page_count bigint, row_count bigint""",
        _partition_stats,
    ),
    "allocation_units": view(
        """allocation_unit_id bigint, type tinyint = 1, type_desc nvarchar(60) = 'IN_ROW_DATA',
        container_id bigint, data_space_id int = 1, total_pages bigint, used_pages bigint,
        data_pages bigint""",
        _allocation_units,
    ),
    "partition_functions": view(
        """name sysname, function_id int, type char(2) = 'R', type_desc nvarchar(60) = 'RANGE', fanout int,
        boundary_value_on_right bit, is_system bit = 0, create_date datetime, modify_date datetime""",
        _functions,
    ),
    "partition_parameters": view(
        """function_id int, parameter_id int = 1, system_type_id tinyint, max_length smallint,
        precision tinyint, scale tinyint, collation_name sysname, user_type_id int""",
        _function_parameters,
    ),
    "partition_range_values": view(
        "function_id int, boundary_id int, parameter_id int = 1, value sql_variant", _range_values
    ),
    "partition_schemes": view(f"{_SPACE}, function_id int", _schemes),
    "destination_data_spaces": view(
        "partition_scheme_id int, destination_id int, data_space_id int = 1", _destinations
    ),
    "data_spaces": view(_SPACE, _spaces),
    "filegroups": view(
        f"""{_SPACE}, filegroup_guid uniqueidentifier, log_filegroup_id int, is_read_only bit = 0,
        is_autogrow_all_files bit = 0""",
        _filegroups,
    ),
}
