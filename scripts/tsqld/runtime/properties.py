"""Extended properties: sp_addextendedproperty and its kin, and the rows of fn_listextendedproperty.

Specification: Microsoft Learn, "sp_addextendedproperty". A property belongs to the database, a schema, an
object, a column, a parameter, an index or a type.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from tsqld.catalog.model import Catalog, Module, Property, Schema, Table, entry_key
from tsqld.errors import error
from tsqld.events import Event
from tsqld.runtime.session import Session
from tsqld.security.rights import DATABASE, Securable, securable_of

NAMES: Final = (
    "name", "value", "level0type", "level0name", "level1type", "level1name", "level2type", "level2name",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Place:
    """What a property belongs to, and how messages name it."""

    class_id: int
    major_id: int
    minor_id: int
    shown: str


def change(session: Session, verb: str, values: Mapping[str, Any]) -> Iterator[Event]:
    """Add, update or drop one property. Errors 15135, 15217, 15233."""
    catalog = session.lock_catalog(session.frame.database or session.database)
    place = _place(catalog, values)
    _ask(session, catalog, place)
    made = Property(
        place.class_id,
        place.major_id,
        place.minor_id,
        str(values.get("name") or ""),
        _text(values.get("value")),
    )
    exists = entry_key(made) in catalog.entries
    if verb == "add" and exists:
        raise error(15233, made.name, place.shown)
    if verb != "add" and not exists:
        raise error(15217, made.name, place.shown)
    session.change_catalog(catalog.remove(entry_key(made)) if verb == "drop" else catalog.put(made))
    yield from ()


def _ask(session: Session, catalog: Catalog, place: Place) -> None:
    """ALTER on what the property belongs to. Error 15135."""
    if session.authority.unlimited:
        return
    securable = DATABASE
    if place.class_id == 3:
        schemas = (schema.name for schema in catalog.schemas() if schema.schema_id == place.major_id)
        securable = Securable("SCHEMA", "", next(schemas))
    elif place.class_id:
        found = catalog.by_id(place.major_id)
        tables = (
            t for t in catalog.tables() if place.major_id in (number for _, _, number in t.constraints())
        )
        found = found or next(tables, None)
        securable = securable_of(found) if found is not None else DATABASE
    if not session.authority.allows("ALTER", securable, catalog.name):
        raise error(15135, place.shown)


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _place(catalog: Catalog, values: Mapping[str, Any]) -> Place:
    levels = [
        (str(values[f"level{i}type"]).upper(), str(values.get(f"level{i}name") or ""))
        for i in range(3)
        if values.get(f"level{i}type")
    ]
    if not levels:
        return Place(0, 0, 0, "object specified")
    shown = ".".join(name for _, name in levels)
    kind, name = levels[0]
    schema = catalog.schema(name) if kind in ("SCHEMA", "USER") else None
    if schema is None:
        raise error(15135, shown)
    if len(levels) == 1:
        return Place(3, schema.schema_id, 0, shown)
    return _inside(catalog, schema, levels[1:], shown)


def _inside(catalog: Catalog, schema: Schema, levels: list[tuple[str, str]], shown: str) -> Place:
    kind, name = levels[0]
    if kind == "TYPE":
        found_type = catalog.user_type(schema.name, name)
        if found_type is None:
            raise error(15135, shown)
        return Place(6, found_type.type_id, 0, shown)
    found = catalog.object(schema.name, name)
    if found is None or (kind == "TABLE") != isinstance(found, Table):
        raise error(15135, shown)
    if len(levels) == 1:
        return Place(1, found.object_id, 0, shown)
    kind, name = levels[1]
    if kind == "COLUMN" and isinstance(found, Table | Module):
        for column in found.columns:
            if column.name.lower() == name.lower():
                return Place(1, found.object_id, column.column_id, shown)
    if kind == "CONSTRAINT" and isinstance(found, Table):
        for _, constraint, object_id in found.constraints():
            if constraint.lower() == name.lower():
                return Place(1, object_id, 0, shown)
    if kind == "INDEX" and isinstance(found, Table):
        for index in found.indexes:
            if index.name.lower() == name.lower():
                return Place(7, found.object_id, index.index_id, shown)
    if kind == "PARAMETER" and isinstance(found, Module):
        for position, parameter in enumerate(found.parameters, 1):
            if parameter.name.lower() == name.lower():
                return Place(2, found.object_id, position, shown)
    if kind == "TRIGGER":
        trigger = catalog.object(schema.name, name)
        if isinstance(trigger, Module) and trigger.kind == "TRIGGER":
            return Place(1, trigger.object_id, 0, shown)
    raise error(15135, shown)
