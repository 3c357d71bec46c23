"""Columns and parameters as ODBC counts them: what stands behind sp_columns and sp_sproc_columns.

Their older forms tell the types of SQL Server 2008 as text and (max) types as text, ntext and image, the
forms that end in _100 as they are. Specification: Microsoft Learn, "sp_columns", and ODBC's SQLColumns.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from tsqld.catalog.facets import max_length, precision_scale
from tsqld.catalog.model import Catalog, Column, Module, Object, Table
from tsqld.catalog.spelling import spelled_value
from tsqld.catalog.views.common import columns_of
from tsqld.catalog.views.spec import Row, View, view
from tsqld.types import MAX, SqlType

if TYPE_CHECKING:
    from tsqld.runtime.session import Session

# name: number in ODBC 3, precision, length, radix, TDS number where not NULL and where nullable
_PLAIN: Final[dict[str, tuple[int, int, int, int | None, int, int]]] = {
    "bit": (-7, 1, 1, None, 50, 50),
    "tinyint": (-6, 3, 1, 10, 48, 38),
    "smallint": (5, 5, 2, 10, 52, 38),
    "int": (4, 10, 4, 10, 56, 38),
    "bigint": (-5, 19, 8, 10, 63, 108),
    "money": (3, 19, 21, 10, 60, 110),
    "smallmoney": (3, 10, 12, 10, 122, 110),
    "real": (7, 24, 4, 2, 59, 109),
    "float": (6, 53, 8, 2, 62, 109),
    "datetime": (93, 23, 16, None, 61, 111),
    "smalldatetime": (93, 16, 16, None, 58, 111),
    "uniqueidentifier": (-11, 36, 16, None, 37, 37),
    "text": (-1, 2147483647, 2147483647, None, 35, 35),
    "ntext": (-10, 1073741823, 2147483646, None, 35, 35),
    "image": (-4, 2147483647, 2147483647, None, 34, 34),
    "xml": (-152, 0, 0, None, 0, 0),
    "sql_variant": (-150, 8000, 8000, 10, 39, 39),
    "rowversion": (-2, 8, 8, None, 45, 37),
    "timestamp": (-2, 8, 8, None, 45, 37),
}
_SIZED: Final = {
    "char": (1, 47, 39),
    "varchar": (12, 39, 39),
    "nchar": (-8, 47, 39),
    "nvarchar": (-9, 39, 39),
    "binary": (-2, 45, 37),
    "varbinary": (-3, 37, 37),
}
_NEW: Final = {"date": (91, 6), "time": (-154, 12), "datetime2": (93, 16), "datetimeoffset": (-155, 20)}
_LONG: Final = {"varchar": "text", "nvarchar": "ntext", "varbinary": "image"}
_SCALES: Final = {"money": 4, "smallmoney": 4, "datetime": 3, "smalldatetime": 0}
_ODBC_2: Final = {91: 9, 93: 11}
_SUBCODES: Final = {91: 1, 93: 3}
_WIDE_TEXT: Final = -9


def _facts(type: SqlType, *, nullable: bool) -> dict[str, Any]:
    """The columns that say what a type is, of the newer procedures."""
    name, bound = type.name, 0 if not nullable else 1
    precision, scale = precision_scale(type)
    if name in _PLAIN:
        number, size, length, radix, *tds = _PLAIN[name]
        shown = 0 if type.is_integer else _SCALES.get(name)
        return _described(number, size, length, shown, radix, tds[bound])
    if type.is_decimal:
        number, tds = (2, [63, 108]) if name == "numeric" else (3, [55, 106])
        return _described(number, precision, precision + 2, scale, 10, tds[bound])
    if name in _NEW:
        number, length = _NEW[name]
        return _described(number, precision, length, None if name == "date" else scale, None, 0)
    number, *tds = _SIZED[name]
    characters, length = type.length, max_length(type)
    if characters == MAX:
        characters = 1073741823 if type.is_unicode else 2147483647
        length = 2147483646 if type.is_unicode else 2147483647
    return {**_described(number, characters, length, None, None, tds[bound]), "octets": length}


def _described(
    number: int, precision: int, length: int, scale: int | None, radix: int | None, tds: int
) -> dict[str, Any]:
    subcode = _SUBCODES.get(number)
    return {
        "data_type": number,
        "data_type_2": _ODBC_2.get(number, number),
        "precision": precision,
        "length": length,
        "scale": scale,
        "radix": radix,
        "sql_data_type": 9 if subcode else number,
        "datetime_sub": subcode,
        "ss_data_type": tds,
    }


def _older(type: SqlType, facts: dict[str, Any], *, nullable: bool) -> dict[str, Any]:
    """The same for clients that know no type of SQL Server 2005 or 2008."""
    if type.name in _NEW:
        size = facts["precision"]
        text = _described(_WIDE_TEXT, size, size * 2, None, None, 0)
        return {"old_name": type.name, **_old(text), "old_octets": None}
    if type.length == MAX and type.name in _LONG:
        long = SqlType(_LONG[type.name])
        return {"old_name": long.name, **_old(_facts(long, nullable=nullable)), "old_octets": facts["length"]}
    return {"old_name": type.name, **_old(facts), "old_octets": facts.get("octets")}


def _old(facts: dict[str, Any]) -> dict[str, Any]:
    return {f"old_{name}": value for name, value in facts.items() if name not in ("octets", "ss_data_type")}


def _told(type: SqlType, alias: tuple[str, str] | None, *, nullable: bool) -> dict[str, Any]:
    facts = _facts(type, nullable=nullable)
    found = {
        **facts,
        **_older(type, facts, nullable=nullable),
        "type_name": type.name,
        "is_nullable": nullable,
    }
    found["type_name"] = "timestamp" if type.name == "rowversion" else type.name
    found["old_name"] = "timestamp" if type.name == "rowversion" else found["old_name"]
    if alias is not None:
        found["type_name"] = found["old_name"] = alias[1]
    return found


def _column(found: Object, column: Column) -> Row:
    told = _told(column.type, column.alias, nullable=column.nullable)
    ending = " identity" if column.identity else ""
    return {
        **told,
        "type_name": f"{told['type_name']}{ending}",
        "old_name": f"{told['old_name']}{ending}",
        "object_id": found.object_id,
        "kind": "C",
        "name": column.name,
        "ordinal": column.column_id,
        "default_text": spelled_value(column.default.text) if column.default else None,
        "is_computed": bool(column.computed),
        "is_identity": column.identity is not None,
        "is_sparse": column.sparse,
    }


def _rows(session: Session, catalog: Catalog) -> Iterator[Row]:
    for found in catalog.objects():
        if isinstance(found, Table | Module):
            for column in columns_of(found):
                yield _column(found, column)
        if isinstance(found, Module):
            for position, parameter in enumerate(found.parameters, 1):
                if parameter.table_type is None:
                    told = _told(parameter.type, parameter.alias, nullable=True)
                    place = {"object_id": found.object_id, "kind": "P", "ordinal": position}
                    yield {**told, **place, "name": parameter.name, "is_output": parameter.output}
            if found.returns is not None:
                told = _told(found.returns, None, nullable=True)
                yield {**told, "object_id": found.object_id, "kind": "R", "ordinal": 0, "name": ""}


_FACTS: Final = """data_type smallint, {0}data_type_2 smallint, {0}precision int, {0}length int,
    {0}scale smallint, {0}radix smallint, {0}sql_data_type smallint, {0}datetime_sub smallint,
    {0}octets int"""
VIEWS: Final[dict[str, View]] = {
    "tsqld_odbc_columns": view(
        f"""object_id int, kind char(1), name sysname, ordinal int, type_name sysname,
        {_FACTS.format("")}, old_name sysname, old_{_FACTS.format("old_")},
        ss_data_type tinyint, is_nullable bit, default_text nvarchar(4000), is_computed bit = 0,
        is_identity bit = 0, is_sparse bit = 0, is_output bit = 0""",
        _rows,
    ),
}
