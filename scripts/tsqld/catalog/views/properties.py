"""What stands behind sys.fn_listextendedproperty: extended properties with the levels they were added at."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from tsqld.catalog.model import Catalog, Module, Object, Property, Table, object_type
from tsqld.catalog.views.common import user_types
from tsqld.catalog.views.spec import Row, View, view

if TYPE_CHECKING:
    from tsqld.runtime.session import Session

_LEVEL_1: Final = {
    "U": "TABLE",
    "V": "VIEW",
    "P": "PROCEDURE",
    "FN": "FUNCTION",
    "IF": "FUNCTION",
    "TF": "FUNCTION",
    "SO": "SEQUENCE",
    "SN": "SYNONYM",
    "TT": "TYPE",
}
Levels = list[tuple[str, str]]


def levels_of(catalog: Catalog, entry: Property) -> Levels:
    """The (type, name) pairs by which a property was added; empty for the database's own."""
    if entry.class_id == 3:
        return [("SCHEMA", next((s.name for s in catalog.schemas() if s.schema_id == entry.major_id), ""))]
    if entry.class_id == 6:
        return next(
            (_two(found, "TYPE") for found in user_types(catalog) if found.type_id == entry.major_id), []
        )
    for found in catalog.objects() if entry.class_id in (1, 2, 7) else ():
        if found.object_id == entry.major_id:
            return [*_owner(catalog, found), *_part(found, entry)]
        if isinstance(found, Table):
            for _, name, number in found.constraints():
                if number == entry.major_id:
                    return [*_two(found, "TABLE"), ("CONSTRAINT", name)]
    return []


def _two(found: Object, kind: str) -> Levels:
    return [("SCHEMA", found.schema), (kind, found.name)]


def _owner(catalog: Catalog, found: Object) -> Levels:
    """Schema and object; a trigger comes third, after its table."""
    if isinstance(found, Module) and found.kind == "TRIGGER" and found.table is not None:
        return [("SCHEMA", found.table[0]), ("TABLE", found.table[1]), ("TRIGGER", found.name)]
    return _two(found, _LEVEL_1[object_type(found)])


def _part(found: Object, entry: Property) -> Levels:
    if not entry.minor_id:
        return []
    if entry.class_id == 2 and isinstance(found, Module):
        return [("PARAMETER", found.parameters[entry.minor_id - 1].name)]
    if entry.class_id == 7 and isinstance(found, Table):
        return [("INDEX", index.name) for index in found.indexes if index.index_id == entry.minor_id]
    columns = found.columns if isinstance(found, Table | Module) else ()
    return [("COLUMN", column.name) for column in columns if column.column_id == entry.minor_id]


def _properties(session: Session, catalog: Catalog) -> Iterator[Row]:
    for entry in catalog.entries.values():
        if isinstance(entry, Property):
            levels = levels_of(catalog, entry)
            row: Row = {
                "class": entry.class_id,
                "name": entry.name,
                "value": (entry.base, entry.value) if entry.base else None,
                "objtype": levels[-1][0] if levels else None,
                "objname": levels[-1][1] if levels else None,
            }
            for place, (kind, name) in enumerate(levels):
                row[f"level{place}type"], row[f"level{place}name"] = kind, name
            yield row


VIEWS: Final[dict[str, View]] = {
    "tsqld_properties": view(
        """class tinyint, objtype sysname, objname sysname, name sysname, value sql_variant,
        level0type varchar(128), level0name sysname, level1type varchar(128), level1name sysname,
        level2type varchar(128), level2name sysname""",
        _properties,
    ),
}
