"""The catalog views T-SQL asks: sys.*, INFORMATION_SCHEMA and the compatibility views.

Each module declares the views of one subject; this one finds a view by its name and fills it from the
session's catalog snapshot. Views that SQL Server has and tsqld has not are refused by name; any other name
is error 208.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Final
from zlib import crc32

from tsqld.catalog.model import Catalog
from tsqld.catalog.views import (
    absent,
    backups,
    columns,
    compatibility,
    constraints,
    dependencies,
    host,
    indexes,
    information,
    objects,
    odbc,
    oldkeys,
    partitions,
    principals,
    properties,
    querystats,
    server,
    sessions,
    settings,
)
from tsqld.catalog.views.common import collation, facets
from tsqld.catalog.views.restricted import restricted
from tsqld.catalog.views.spec import Row, View, view
from tsqld.catalog.views.temporaries import with_temporaries
from tsqld.catalog.views.unknown import REFUSED
from tsqld.compile.context import SystemRelation
from tsqld.errors import error, unsupported
from tsqld.types import SYSNAME

if TYPE_CHECKING:
    from tsqld.runtime.session import Session

_SYS: Final[dict[str, View]] = {
    **objects.VIEWS,
    **columns.VIEWS,
    **indexes.VIEWS,
    **constraints.VIEWS,
    **partitions.VIEWS,
    **principals.VIEWS,
    **dependencies.VIEWS,
    **server.VIEWS,
    **sessions.VIEWS,
    **querystats.VIEWS,
    **settings.VIEWS,
    **host.VIEWS,
    **absent.VIEWS,
    **properties.VIEWS,
    **odbc.VIEWS,
    **compatibility.VIEWS,
    **oldkeys.VIEWS,
}
_SCHEMAS: Final = {"sys": 4, "INFORMATION_SCHEMA": 3}
_OURS: Final = "tsqld_"
"""How the names of views begin that only system functions read."""
_SHIPPED: Final = datetime(2022, 10, 8)


def system_object_id(schema: str, name: str) -> int:
    """A number for a view or procedure that the server brings along: negative, as SQL Server's are."""
    return -1 - crc32(f"{schema}.{name}".lower().encode()) % 2_000_000_000


def system_views() -> Iterator[tuple[str, str]]:
    """(schema, name) of the views there are."""
    yield from (("sys", name) for name in _SYS if not name.startswith(_OURS))
    yield from (("INFORMATION_SCHEMA", name.upper()) for name in information.VIEWS)


def is_old(name: str) -> bool:
    """Whether a view dates from before schemas, and so lies in dbo too: sysobjects, sysprocesses …"""
    return (name.startswith("sys") and "_" not in name) or name == "spt_values"


def has_view(schema: str, name: str) -> bool:
    known = information.VIEWS if schema.lower() == "information_schema" else _SYS
    return schema.lower() in ("sys", "information_schema") and name.lower() in known


def _shipped(session: Session, catalog: Catalog) -> Iterator[Row]:
    common = {"create_date": _SHIPPED, "modify_date": _SHIPPED, "is_ms_shipped": True}
    for schema, name in system_views():
        number = system_object_id(schema, name)
        place = {"name": name, "object_id": number, "schema_id": _SCHEMAS[schema]}
        yield {**common, **place, "type": "V", "type_desc": "VIEW"}
    for name in session.interpreter.procedures.system.names():
        place = {"name": name, "object_id": system_object_id("sys", name), "schema_id": _SCHEMAS["sys"]}
        yield {**common, **place, "type": "P", "type_desc": "SQL_STORED_PROCEDURE"}


def _every(session: Session, catalog: Catalog) -> Iterator[Row]:
    yield from objects.objects(session, catalog)
    yield from _shipped(session, catalog)


def _every_view(session: Session, catalog: Catalog) -> Iterator[Row]:
    yield from objects.VIEWS["views"].rows(session, catalog)
    yield from (row for row in _shipped(session, catalog) if row["type"] == "V")


_SYS["all_objects"] = view(objects.OBJECT, _every)
_SYS["system_objects"] = view(objects.OBJECT, _shipped)
_SYS["all_views"] = view(objects.VIEW, _every_view)
_SYS["system_views"] = view(
    objects.VIEW, lambda session, catalog: (r for r in _shipped(session, catalog) if r["type"] == "V")
)


def _shipped_columns(session: Session, catalog: Catalog) -> Iterator[Row]:
    for schema, name in system_views():
        found = information.VIEWS[name.lower()] if schema == "INFORMATION_SCHEMA" else _SYS[name]
        number = system_object_id(schema, name)
        for position, (column, type) in enumerate(found.columns, 1):
            yield {
                "object_id": number,
                "name": column,
                "column_id": position,
                **facets(catalog, type, ("sys", "sysname") if type == SYSNAME else None),
                "collation_name": collation(type),
                "is_nullable": True,
            }


def _every_column(session: Session, catalog: Catalog) -> Iterator[Row]:
    yield from columns.VIEWS["columns"].rows(session, catalog)
    yield from _shipped_columns(session, catalog)


_SYS["system_columns"] = view(columns.COLUMN, _shipped_columns)
_SYS["all_columns"] = view(columns.COLUMN, _every_column)


def system_relation(session: Session, database: str, schema: str, name: str) -> SystemRelation | None:
    """A catalog view by its schema and name in lower case, filled; None when there is none of that name."""
    if schema == "dbo":
        owned = backups.VIEWS.get(name) if database.lower() == "msdb" else None
        found = owned or (_SYS.get(name) if is_old(name) else None)
        if found is None:
            return None
    else:
        found = information.VIEWS.get(name) if schema == "information_schema" else _SYS.get(name)
    if found is None:
        if schema == "sys" and (name in REFUSED or name.startswith("dm_")):
            raise unsupported(f"sys.{name}")
        shown = "INFORMATION_SCHEMA" if schema == "information_schema" else schema
        raise error(208, f"{shown}.{name}")
    catalog = session.authority.visible(session.catalog(database))
    if not session.authority.unlimited:
        known = "information views" if (schema, name) == ("information_schema", "views") else name
        found = restricted(session, known, found, catalog)
    return found.relation(session, with_temporaries(session, catalog))
