"""Views of columns, types and parameters."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from tsqld.catalog.facets import TYPE_IDS, max_length, precision_scale
from tsqld.catalog.model import Catalog, UserType
from tsqld.catalog.spelling import spelled_value
from tsqld.catalog.views.common import (
    TABLE_TYPE_ID,
    collation,
    columns_of,
    facets,
    object_id,
    schema_ids,
    tables,
    type_ids,
    user_type_id,
    user_types,
)
from tsqld.catalog.views.spec import Row, View, view
from tsqld.types import CURSOR, DEFAULT_COLLATION, SqlType

if TYPE_CHECKING:
    from tsqld.runtime.session import Session

_PADDED: Final = frozenset({"char", "varchar", "nchar", "nvarchar", "binary", "varbinary", "sql_variant"})


def _columns(session: Session, catalog: Catalog) -> Iterator[Row]:
    for found in catalog.objects():
        for column in columns_of(found):
            yield {
                "object_id": object_id(found),
                "name": column.name,
                "column_id": column.column_id,
                **facets(catalog, column.type, column.alias),
                "collation_name": collation(column.type),
                "is_nullable": column.nullable,
                "is_ansi_padded": column.type.name in _PADDED,
                "is_rowguidcol": column.rowguidcol,
                "is_identity": column.identity is not None,
                "is_computed": bool(column.computed),
                "default_object_id": column.default.object_id if column.default else 0,
                "is_sparse": column.sparse,
            }


def _computed(session: Session, catalog: Catalog) -> Iterator[Row]:
    for table in tables(catalog):
        for column in table.columns:
            if column.computed:
                yield {
                    "object_id": table.object_id,
                    "name": column.name,
                    "column_id": column.column_id,
                    **facets(catalog, column.type),
                    "collation_name": collation(column.type),
                    "is_nullable": column.nullable,
                    "is_ansi_padded": column.type.name in _PADDED,
                    "definition": spelled_value(column.computed),
                    "is_persisted": column.persisted,
                }


def _identities(session: Session, catalog: Catalog) -> Iterator[Row]:
    last = session.engine.counters.last
    for table in tables(catalog):
        column = table.identity
        if column is None or column.identity is None:
            continue
        base, used = str(column.type), last.get((catalog.name.lower(), table.object_id))
        yield {
            "object_id": table.object_id,
            "name": column.name,
            "column_id": column.column_id,
            **facets(catalog, column.type, column.alias),
            "is_nullable": column.nullable,
            "seed_value": (base, column.identity[0]),
            "increment_value": (base, column.identity[1]),
            "last_value": None if used is None else (base, used),
        }


def _system_types() -> Iterator[Row]:
    for name, number in TYPE_IDS.items():
        if name == "rowversion":
            continue
        sized = 8000 if name in ("char", "varchar", "binary", "varbinary") else 4000
        scale = 38 if name in ("decimal", "numeric") else 7
        type = SqlType(name, sized, 38, scale)
        precision, scale = precision_scale(type)
        yield {
            "name": name,
            "system_type_id": 231 if name == "sysname" else number,
            "user_type_id": number,
            "schema_id": 4,
            "max_length": max_length(type),
            "precision": precision,
            "scale": scale,
            "collation_name": DEFAULT_COLLATION if type.is_text and name != "xml" else None,
            "is_nullable": name not in ("timestamp", "sysname"),
        }


def _own(catalog: Catalog, found: UserType) -> Row:
    row: dict[str, Any] = {
        "name": found.name,
        "user_type_id": user_type_id(found),
        "schema_id": schema_ids(catalog)[found.schema.lower()],
        "is_user_defined": True,
    }
    if found.table is not None or found.base is None:
        table = {
            "system_type_id": TABLE_TYPE_ID,
            "max_length": -1,
            "is_nullable": False,
            "is_table_type": True,
        }
        return {**row, **table, "precision": 0, "scale": 0}
    same = {**facets(catalog, found.base), "collation_name": collation(found.base)}
    return {**same, **row, "is_nullable": found.nullable}


def _types(session: Session, catalog: Catalog) -> Iterator[Row]:
    yield from _system_types()
    for found in user_types(catalog):
        yield _own(catalog, found)


def _table_types(session: Session, catalog: Catalog) -> Iterator[Row]:
    for found in user_types(catalog):
        if found.table is not None:
            yield {**_own(catalog, found), "type_table_object_id": found.table.object_id}


def _parameters(session: Session, catalog: Catalog) -> Iterator[Row]:
    for module in catalog.modules():
        if module.kind == "SCALAR FUNCTION" and module.returns is not None:
            yield {
                "object_id": module.object_id,
                "name": "",
                "parameter_id": 0,
                **facets(catalog, module.returns),
                "is_output": True,
            }
        for position, parameter in enumerate(module.parameters, 1):
            cursor = parameter.type == CURSOR
            described: Row = {} if cursor else facets(catalog, parameter.type, parameter.alias)
            if parameter.table_type is not None:
                found = catalog.user_type(*parameter.table_type)
                described = {"system_type_id": TABLE_TYPE_ID, "max_length": -1, "precision": 0, "scale": 0}
                described["user_type_id"] = user_type_id(found) if found else TABLE_TYPE_ID
            yield {
                "object_id": module.object_id,
                "name": parameter.name,
                "parameter_id": position,
                **described,
                "is_cursor_ref": cursor,
                "is_output": parameter.output,
                "is_readonly": parameter.readonly,
            }


def _type_usages(session: Session, catalog: Catalog) -> Iterator[Row]:
    for found in catalog.objects():
        for column in columns_of(found):
            if column.alias is not None and column.alias[0] != "sys":
                user = type_ids(catalog, column.type, column.alias)[1]
                yield {"object_id": object_id(found), "column_id": column.column_id, "user_type_id": user}


_FACETS: Final = """system_type_id tinyint, user_type_id int, max_length smallint, precision tinyint,
    scale tinyint"""
_COLUMN: Final = f"""object_id int, name sysname, column_id int, {_FACETS}, collation_name sysname,
    is_nullable bit, is_ansi_padded bit = 0, is_rowguidcol bit = 0, is_identity bit = 0, is_computed bit = 0,
    is_filestream bit = 0, is_replicated bit = 0, is_non_sql_subscribed bit = 0, is_merge_published bit = 0,
    is_dts_replicated bit = 0, is_xml_document bit = 0, xml_collection_id int = 0, default_object_id int = 0,
    rule_object_id int = 0"""
_COLUMN_END: Final = """is_sparse bit = 0, is_column_set bit = 0, generated_always_type tinyint = 0,
    generated_always_type_desc nvarchar(60) = 'NOT_APPLICABLE', encryption_type int,
    encryption_type_desc nvarchar(64), encryption_algorithm_name sysname, column_encryption_key_id int,
    column_encryption_key_database_name sysname, is_hidden bit = 0, is_masked bit = 0, graph_type int,
    graph_type_desc nvarchar(60), is_data_deletion_filter_column bit = 0, ledger_view_column_type int,
    ledger_view_column_type_desc nvarchar(60), is_dropped_ledger_column bit = 0"""
COLUMN: Final = f"{_COLUMN}, {_COLUMN_END}"
_TYPE: Final = """name sysname, system_type_id tinyint, user_type_id int, schema_id int, principal_id int,
    max_length smallint, precision tinyint, scale tinyint, collation_name sysname, is_nullable bit,
    is_user_defined bit = 0, is_assembly_type bit = 0, default_object_id int = 0, rule_object_id int = 0,
    is_table_type bit = 0"""
_PARAMETER: Final = f"""object_id int, name sysname, parameter_id int, {_FACETS}, is_output bit,
    is_cursor_ref bit = 0, has_default_value bit = 0, is_xml_document bit = 0, default_value sql_variant,
    xml_collection_id int = 0, is_readonly bit = 0, is_nullable bit = 1, encryption_type int,
    encryption_type_desc nvarchar(64), encryption_algorithm_name sysname, column_encryption_key_id int,
    column_encryption_key_database_name sysname"""
VIEWS: Final[dict[str, View]] = {
    "columns": view(COLUMN, _columns),
    "computed_columns": view(
        f"""{_COLUMN}, definition nvarchar(max), uses_database_collation bit = 1, is_persisted bit,
        {_COLUMN_END}""".replace("is_computed bit = 0", "is_computed bit = 1"),
        _computed,
    ),
    "identity_columns": view(
        f"""{_COLUMN}, seed_value sql_variant, increment_value sql_variant, last_value sql_variant,
        is_not_for_replication bit = 0, {_COLUMN_END}""".replace(
            "is_identity bit = 0", "is_identity bit = 1"
        ),
        _identities,
    ),
    "types": view(_TYPE, _types),
    "table_types": view(f"{_TYPE}, type_table_object_id int, is_memory_optimized bit = 0", _table_types),
    "parameters": view(_PARAMETER, _parameters),
    "all_parameters": view(_PARAMETER, _parameters),
    "xml_schema_collections": view(
        """xml_collection_id int = 1, schema_id int = 4, principal_id int, name sysname = 'sys',
        create_date datetime, modify_date datetime""",
        lambda session, catalog: [{"create_date": catalog.created, "modify_date": catalog.created}],
    ),
    "xml_schema_namespaces": view(
        """xml_collection_id int = 1, name nvarchar(4000) = 'http://www.w3.org/2001/XMLSchema',
        xml_namespace_id int = 1""",
        lambda session, catalog: [{}],
    ),
    "column_type_usages": view("object_id int, column_id int, user_type_id int", _type_usages),
}
