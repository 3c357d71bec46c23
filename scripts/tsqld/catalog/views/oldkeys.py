"""SQL Server 2000's views of keys and constraints, by which old scripts find the name of what they drop."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from tsqld.catalog.model import Catalog
from tsqld.catalog.views import constraints, indexes
from tsqld.catalog.views.spec import Row, View, view

if TYPE_CHECKING:
    from tsqld.runtime.session import Session

_KINDS: Final = {"PK": 1, "UQ": 2, "F": 3, "C": 4, "D": 5}
_COLUMN, _TABLE = 16, 32
_MOST: Final = 16
_PLACES: Final = range(1, _MOST + 1)


def _sysconstraints(session: Session, catalog: Catalog) -> Iterator[Row]:
    for name in ("key_constraints", "foreign_keys", "check_constraints", "default_constraints"):
        for row in constraints.VIEWS[name].rows(session, catalog):
            column = row.get("parent_column_id", 0)
            yield {
                "constid": row["object_id"],
                "id": row["parent_object_id"],
                "colid": column,
                "status": _KINDS[row["type"].strip()] | (_COLUMN if column else _TABLE),
            }


def _sysforeignkeys(session: Session, catalog: Catalog) -> Iterator[Row]:
    for row in constraints.VIEWS["foreign_key_columns"].rows(session, catalog):
        yield {
            "constid": row["constraint_object_id"],
            "fkeyid": row["parent_object_id"],
            "rkeyid": row["referenced_object_id"],
            "fkey": row["parent_column_id"],
            "rkey": row["referenced_column_id"],
            "keyno": row["constraint_column_id"],
        }


def _sysreferences(session: Session, catalog: Catalog) -> Iterator[Row]:
    pairs: dict[int, list[Row]] = {}
    for pair in _sysforeignkeys(session, catalog):
        pairs.setdefault(pair["constid"], []).append(pair)
    for row in constraints.VIEWS["foreign_keys"].rows(session, catalog):
        found = pairs[row["object_id"]]
        yield {
            "constid": row["object_id"],
            "fkeyid": row["parent_object_id"],
            "rkeyid": row["referenced_object_id"],
            "rkeyindid": row["key_index_id"],
            "keycnt": len(found),
            **dict.fromkeys((f"{side}{place}" for side in ("fkey", "rkey") for place in _PLACES), 0),
            **{f"fkey{pair['keyno']}": pair["fkey"] for pair in found[:_MOST]},
            **{f"rkey{pair['keyno']}": pair["rkey"] for pair in found[:_MOST]},
        }


def _sysindexkeys(session: Session, catalog: Catalog) -> Iterator[Row]:
    for row in indexes.VIEWS["index_columns"].rows(session, catalog):
        if row["key_ordinal"]:
            yield {
                "id": row["object_id"],
                "indid": row["index_id"],
                "colid": row["column_id"],
                "keyno": row["key_ordinal"],
            }


_KEYS: Final = ", ".join(f"{side}{place} smallint" for side in ("fkey", "rkey") for place in _PLACES)

VIEWS: Final[dict[str, View]] = {
    "sysconstraints": view(
        """constid int, id int, colid smallint, spare1 tinyint = 0, status int, actions int = 0,
        error int = 0""",
        _sysconstraints,
    ),
    "sysforeignkeys": view(
        "constid int, fkeyid int, rkeyid int, fkey smallint, rkey smallint, keyno smallint", _sysforeignkeys
    ),
    "sysreferences": view(
        f"""constid int, fkeyid int, rkeyid int, rkeyindid smallint, keycnt smallint, forkeys varbinary(32),
        refkeys varbinary(32), fkeydbid smallint = 0, rkeydbid smallint = 0, {_KEYS}""",
        _sysreferences,
    ),
    "sysindexkeys": view("id int, indid smallint, colid smallint, keyno smallint", _sysindexkeys),
}
