"""What several catalog views share: ids of types, schemas and spaces, and the children of a table."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from tsqld.catalog.facets import TYPE_IDS, max_length, precision_scale
from tsqld.catalog.model import (
    Catalog,
    Column,
    Index,
    Module,
    Object,
    PartitionScheme,
    Table,
    UserType,
    object_type,
)
from tsqld.types import DEFAULT_COLLATION, SqlType

TYPE_WORDS: Final = {
    "U": "USER_TABLE",
    "V": "VIEW",
    "P": "SQL_STORED_PROCEDURE",
    "FN": "SQL_SCALAR_FUNCTION",
    "IF": "SQL_INLINE_TABLE_VALUED_FUNCTION",
    "TF": "SQL_TABLE_VALUED_FUNCTION",
    "TR": "SQL_TRIGGER",
    "SO": "SEQUENCE_OBJECT",
    "SN": "SYNONYM",
    "PK": "PRIMARY_KEY_CONSTRAINT",
    "UQ": "UNIQUE_CONSTRAINT",
    "F": "FOREIGN_KEY_CONSTRAINT",
    "C": "CHECK_CONSTRAINT",
    "D": "DEFAULT_CONSTRAINT",
    "TT": "TYPE_TABLE",
}
TABLE_TYPE_ID: Final = 243
FIRST_USER_TYPE: Final = 257


def schema_ids(catalog: Catalog) -> dict[str, int]:
    return {schema.name.lower(): schema.schema_id for schema in catalog.schemas()}


def user_types(catalog: Catalog) -> Iterator[UserType]:
    return (found for found in catalog.objects() if isinstance(found, UserType))


def user_type_id(found: UserType) -> int:
    """sys.types.user_type_id. Types of databases written before it was kept are numbered by object_id."""
    return found.type_id or FIRST_USER_TYPE + found.object_id % 1_000_000


def type_ids(catalog: Catalog, type: SqlType, alias: tuple[str, str] | None) -> tuple[int, int]:
    """system_type_id and user_type_id of a column or parameter."""
    system = TYPE_IDS[type.name]
    if alias is None:
        return system, system
    if alias[0] == "sys":
        return system, TYPE_IDS[alias[1]]
    found = catalog.user_type(*alias)
    return system, user_type_id(found) if found else system


def facets(catalog: Catalog, type: SqlType, alias: tuple[str, str] | None = None) -> dict[str, Any]:
    """The columns by which every view describes a type."""
    system, user = type_ids(catalog, type, alias)
    precision, scale = precision_scale(type)
    return {
        "system_type_id": system,
        "user_type_id": user,
        "max_length": max_length(type),
        "precision": precision,
        "scale": scale,
    }


def collation(type: SqlType) -> str | None:
    return (type.collation or DEFAULT_COLLATION) if type.is_text and type.name != "xml" else None


def tables(catalog: Catalog) -> Iterator[Table]:
    """Tables and the tables of table types."""
    yield from catalog.tables()
    for found in user_types(catalog):
        if found.table is not None:
            yield found.table


def columns_of(found: Object) -> tuple[Column, ...]:
    if isinstance(found, UserType):
        return found.table.columns if found.table is not None else ()
    if isinstance(found, Table):
        return found.columns
    return found.columns if isinstance(found, Module) else ()


def object_id(found: Object) -> int:
    return found.table.object_id if isinstance(found, UserType) and found.table else found.object_id


def is_kind(found: Object, *kinds: str) -> bool:
    return object_type(found) in kinds


def index_rows(table: Table) -> list[Index | None]:
    """A table's indexes; None stands for its heap."""
    return sorted(
        [*([] if table.clustered else [None]), *table.indexes], key=lambda i: i.index_id if i else 0
    )


def index_kind(index: Index | None) -> tuple[int, str]:
    if index is None:
        return 0, "HEAP"
    if index.kind == "COLUMNSTORE":
        return (5, "CLUSTERED COLUMNSTORE") if index.clustered else (6, "NONCLUSTERED COLUMNSTORE")
    return (1, "CLUSTERED") if index.clustered else (2, "NONCLUSTERED")


def scheme_of(catalog: Catalog, table: Table, index: Index | None) -> PartitionScheme | None:
    """The partition scheme an index or heap is placed on; an index follows its table unless it says more."""
    base = table.placed_on or (table.clustered.placed_on if table.clustered else ())
    placed = (index.placed_on if index else ()) or base
    return catalog.partition_scheme(placed[0]) if placed else None


def space_id(catalog: Catalog, table: Table, index: Index | None) -> int:
    scheme = scheme_of(catalog, table, index)
    return scheme.scheme_id if scheme else 1
