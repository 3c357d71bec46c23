"""The views of SQL Server 2000 that scripts still ask: sysobjects, sysindexes, syscolumns, syscomments …"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from tsqld.catalog.facets import max_length, precision_scale
from tsqld.catalog.model import Catalog
from tsqld.catalog.views.common import columns_of, index_rows, object_id, type_ids
from tsqld.catalog.views.objects import objects
from tsqld.catalog.views.partitions import partitions
from tsqld.catalog.views.server import each_database, files_of
from tsqld.catalog.views.spec import Row, View, view

if TYPE_CHECKING:
    from tsqld.runtime.session import Session

_PIECE: Final = 4000
_OLD_TYPES: Final = {"PK": "K", "UQ": "K"}
_STATES: Final = {"S": 1, "V": 2, "U": 3, "P": 4, "TR": 8}
"""The lowest four bits of sysstat, by which scripts of old tell tables, views and procedures."""


def _sysobjects(session: Session, catalog: Catalog) -> Iterator[Row]:
    for row in objects(session, catalog):
        yield {
            "name": row["name"],
            "id": row["object_id"],
            "xtype": row["type"],
            "uid": row["schema_id"],
            "parent_obj": row["parent_object_id"],
            "crdate": row["create_date"],
            "refdate": row["create_date"],
            "type": _OLD_TYPES.get(row["type"], row["type"]),
            "sysstat": _STATES.get(row["type"].strip(), 0),
        }


def _numbers(session: Session, catalog: Catalog) -> Iterator[Row]:
    """Those of master's spt_values that scripts count with; its other types name modes and locks."""
    for number in range(2048):
        yield {"number": number, "low": number // 8 + 1, "high": 1 << number % 8}


def _syscolumns(session: Session, catalog: Catalog) -> Iterator[Row]:
    for found in catalog.objects():
        for column in columns_of(found):
            system, user = type_ids(catalog, column.type, column.alias)
            precision, scale = precision_scale(column.type)
            texty = column.type.is_text or column.type.is_binary
            yield {
                "name": column.name,
                "id": object_id(found),
                "xtype": system,
                "xusertype": user,
                "length": max_length(column.type),
                "colid": column.column_id,
                "colorder": column.column_id,
                "cdefault": column.default.object_id if column.default else 0,
                "prec": column.type.length if texty else precision,
                "scale": None if texty else scale,
                "iscomputed": bool(column.computed),
                "isnullable": column.nullable,
                "status": 0x80 if column.identity else 0,
            }


def _sysindexes(session: Session, catalog: Catalog) -> Iterator[Row]:
    counts: dict[tuple[int, int], int] = {}
    for row in partitions(session, catalog):
        key = (row["object_id"], row["index_id"])
        counts[key] = counts.get(key, 0) + row["rows"]
    for table in catalog.tables():
        for index in index_rows(table):
            number = index.index_id if index else 0
            yield {
                "id": table.object_id,
                "indid": number,
                "name": index.name if index else None,
                "keycnt": len(index.columns) if index else 0,
                "rows": counts.get((table.object_id, number), 0),
                "rowcnt": counts.get((table.object_id, number), 0),
            }


def _syscomments(session: Session, catalog: Catalog) -> Iterator[Row]:
    for module in catalog.modules():
        for position in range(0, len(module.text), _PIECE):
            text = module.text[position : position + _PIECE]
            yield {"id": module.object_id, "colid": position // _PIECE + 1, "text": text}


def _systypes(session: Session, catalog: Catalog) -> Iterator[Row]:
    from tsqld.catalog.views.columns import VIEWS as COLUMN_VIEWS

    for row in COLUMN_VIEWS["types"].rows(session, catalog):
        yield {
            "name": row["name"],
            "xtype": row["system_type_id"],
            "xusertype": row["user_type_id"],
            "length": row["max_length"],
            "uid": row["schema_id"],
        }


def _sysusers(session: Session, catalog: Catalog) -> Iterator[Row]:
    from tsqld.catalog.views.principals import VIEWS as PRINCIPAL_VIEWS

    for row in PRINCIPAL_VIEWS["database_principals"].rows(session, catalog):
        number, role = row["principal_id"], row["type"] == "R"
        yield {"uid": number, "name": row["name"], "issqlrole": role, "issqluser": not role}


def _sysdatabases(session: Session, catalog: Catalog) -> Iterator[Row]:
    for other, number in each_database(session):
        path = next(iter(files_of(session, other)))["physical_name"]
        yield {"name": other.name, "dbid": number, "crdate": other.created, "filename": path}


def _sysfiles(session: Session, catalog: Catalog) -> Iterator[Row]:
    for row in files_of(session, catalog):
        yield {
            "fileid": row["file_id"],
            "groupid": row["data_space_id"],
            "size": row["size"],
            "name": row["name"],
            "filename": row["physical_name"],
        }


def _sysaltfiles(session: Session, catalog: Catalog) -> Iterator[Row]:
    for other, number in each_database(session):
        yield from ({**row, "dbid": number} for row in _sysfiles(session, other))


_FILE: Final = """fileid smallint, groupid smallint, size int, maxsize int = -1, growth int = 8192,
    status int = 2, perf int = 0, name sysname, filename nvarchar(260)"""

VIEWS: Final[dict[str, View]] = {
    "sysobjects": view(
        """name sysname, id int, xtype char(2), uid smallint, info smallint = 0, status int = 0,
        base_schema_ver int = 0, replinfo int = 0, parent_obj int, crdate datetime, ftcatid smallint = 0,
        schema_ver int = 0, stats_schema_ver int = 0, type char(2), userstat smallint = 1,
        sysstat smallint, indexdel smallint = 0, refdate datetime, version int = 0, deltrig int = 0,
        instrig int = 0, updtrig int = 0, seltrig int = 0, category int = 0, cache smallint = 0""",
        _sysobjects,
    ),
    "syscolumns": view(
        """name sysname, id int, xtype tinyint, typestat tinyint = 0, xusertype smallint, length smallint,
        xprec tinyint = 0, xscale tinyint = 0, colid smallint, xoffset smallint = 0, bitpos tinyint = 0,
        reserved tinyint = 0, colstat smallint = 0, cdefault int, domain int = 0, number smallint = 0,
        colorder smallint, autoval varbinary(8000), offset smallint = 0, collationid int = 0,
        language int = 0, status tinyint, type tinyint = 0, usertype smallint = 0, printfmt varchar(255),
        prec smallint, scale int, iscomputed int, isoutparam int = 0, isnullable int,
        collation sysname""",
        _syscolumns,
    ),
    "sysindexes": view(
        """id int, status int = 0, indid smallint, keycnt smallint, groupid smallint = 1, dpages int = 0,
        reserved int = 0, used int = 0, rowcnt bigint, rowmodctr int = 0, rows int, name sysname""",
        _sysindexes,
    ),
    "syscomments": view(
        """id int, number smallint = 0, colid smallint, status smallint = 0, texttype smallint = 2,
        language smallint = 0, encrypted bit = 0, compressed bit = 0, text nvarchar(4000)""",
        _syscomments,
    ),
    "systypes": view(
        "name sysname, xtype tinyint, status tinyint = 0, xusertype smallint, length smallint, uid smallint",
        _systypes,
    ),
    "sysusers": view("uid smallint, name sysname, issqlrole int, issqluser int", _sysusers),
    "sysdatabases": view(
        """name sysname, dbid smallint, sid varbinary(85), mode smallint = 0, status int = 0,
        status2 int = 0, crdate datetime, reserved datetime, category int = 0, cmptlevel tinyint = 160,
        filename nvarchar(260), version smallint = 957""",
        _sysdatabases,
    ),
    "sysfiles": view(_FILE, _sysfiles),
    "sysaltfiles": view(f"{_FILE}, dbid smallint", _sysaltfiles),
    "spt_values": view(
        """name nvarchar(35), number int, type nchar(3) = 'P', low int, high int, status int = 0""", _numbers
    ),
}
