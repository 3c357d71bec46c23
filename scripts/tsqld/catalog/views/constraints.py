"""Views of constraints: foreign keys, checks, defaults, primary and unique keys."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from tsqld.catalog.model import Catalog, Index
from tsqld.catalog.spelling import spelled_condition, spelled_value
from tsqld.catalog.views.common import schema_ids, tables
from tsqld.catalog.views.objects import OBJECT, constraint_head
from tsqld.catalog.views.spec import Row, View, view

if TYPE_CHECKING:
    from tsqld.runtime.session import Session

_ACTIONS: Final = {"NO ACTION": 0, "CASCADE": 1, "SET NULL": 2, "SET DEFAULT": 3}


def _foreign_keys(session: Session, catalog: Catalog) -> Iterator[Row]:
    ids = schema_ids(catalog)
    for table in catalog.tables():
        for foreign in table.foreign_keys:
            parent = catalog.table(foreign.schema, foreign.table)
            assert parent is not None
            key = _referenced_key(parent.indexes, foreign.referenced)
            yield {
                **constraint_head(table, "F", foreign.name, foreign.object_id, ids[table.schema.lower()]),
                "referenced_object_id": parent.object_id,
                "key_index_id": key.index_id if key else None,
                "is_disabled": foreign.disabled,
                "is_not_trusted": not foreign.trusted,
                "delete_referential_action": _ACTIONS[foreign.on_delete],
                "delete_referential_action_desc": foreign.on_delete.replace(" ", "_"),
                "update_referential_action": _ACTIONS[foreign.on_update],
                "update_referential_action_desc": foreign.on_update.replace(" ", "_"),
                "is_system_named": foreign.system_named,
            }


def _referenced_key(indexes: tuple[Index, ...], columns: tuple[str, ...]) -> Index | None:
    wanted = {column.lower() for column in columns}
    keys = (index for index in indexes if index.unique and not index.where)
    return next((key for key in keys if {name.lower() for name in key.column_names} == wanted), None)


def _foreign_key_columns(session: Session, catalog: Catalog) -> Iterator[Row]:
    for table in catalog.tables():
        for foreign in table.foreign_keys:
            parent = catalog.table(foreign.schema, foreign.table)
            assert parent is not None
            for position, (name, referenced) in enumerate(
                zip(foreign.columns, foreign.referenced, strict=True), 1
            ):
                mine, theirs = table.column(name), parent.column(referenced)
                assert mine is not None
                assert theirs is not None
                yield {
                    "constraint_object_id": foreign.object_id,
                    "constraint_column_id": position,
                    "parent_object_id": table.object_id,
                    "parent_column_id": mine.column_id,
                    "referenced_object_id": parent.object_id,
                    "referenced_column_id": theirs.column_id,
                }


def _checks(session: Session, catalog: Catalog) -> Iterator[Row]:
    ids = schema_ids(catalog)
    for table in tables(catalog):
        for check in table.checks:
            column = table.column(check.column) if check.column else None
            yield {
                **constraint_head(table, "C", check.name, check.object_id, ids[table.schema.lower()]),
                "is_disabled": check.disabled,
                "is_not_trusted": not check.trusted,
                "parent_column_id": column.column_id if column else 0,
                "definition": spelled_condition(check.text),
                "is_system_named": check.system_named,
            }


def _defaults(session: Session, catalog: Catalog) -> Iterator[Row]:
    ids = schema_ids(catalog)
    for table in tables(catalog):
        for column in table.columns:
            default = column.default
            if default is not None:
                yield {
                    **constraint_head(table, "D", default.name, default.object_id, ids[table.schema.lower()]),
                    "parent_column_id": column.column_id,
                    "definition": spelled_value(default.text),
                    "is_system_named": default.system_named,
                }


def _keys(session: Session, catalog: Catalog) -> Iterator[Row]:
    ids = schema_ids(catalog)
    for table in tables(catalog):
        for index in table.indexes:
            if index.is_constraint:
                kind = "PK" if index.kind == "PRIMARY KEY" else "UQ"
                yield {
                    **constraint_head(table, kind, index.name, index.object_id, ids[table.schema.lower()]),
                    "unique_index_id": index.index_id,
                    "is_system_named": index.system_named,
                }


VIEWS: Final[dict[str, View]] = {
    "foreign_keys": view(
        OBJECT
        + """, referenced_object_id int, key_index_id int, is_disabled bit, is_not_for_replication bit = 0,
        is_not_trusted bit, delete_referential_action tinyint, delete_referential_action_desc nvarchar(60),
        update_referential_action tinyint, update_referential_action_desc nvarchar(60),
        is_system_named bit""",
        _foreign_keys,
    ),
    "foreign_key_columns": view(
        """constraint_object_id int, constraint_column_id int, parent_object_id int, parent_column_id int,
        referenced_object_id int, referenced_column_id int""",
        _foreign_key_columns,
    ),
    "check_constraints": view(
        OBJECT
        + """, is_disabled bit, is_not_for_replication bit = 0, is_not_trusted bit, parent_column_id int,
        definition nvarchar(max), uses_database_collation bit = 1, is_system_named bit""",
        _checks,
    ),
    "default_constraints": view(
        OBJECT + ", parent_column_id int, definition nvarchar(max), is_system_named bit", _defaults
    ),
    "key_constraints": view(
        OBJECT + ", unique_index_id int, is_system_named bit, is_enforced bit = 1", _keys
    ),
}
