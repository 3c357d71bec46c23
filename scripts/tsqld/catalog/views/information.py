"""INFORMATION_SCHEMA: the ISO views over the same catalog."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from tsqld.catalog.facets import max_length, precision_scale
from tsqld.catalog.model import Catalog, Column, Module, Sequence, Table, object_type
from tsqld.catalog.spelling import spelled_condition, spelled_value
from tsqld.catalog.views.common import collation, columns_of, user_types
from tsqld.catalog.views.dependencies import references_of
from tsqld.catalog.views.spec import Row, View, view
from tsqld.syntax import nodes as n
from tsqld.syntax.walk import parse_condition, parse_module, walk
from tsqld.types import CURSOR, MAX, SqlType

if TYPE_CHECKING:
    from tsqld.runtime.session import Session

_TEXT_LIMIT: Final = 4000
_KEY_WORDS: Final = {"PK": "PRIMARY KEY", "UQ": "UNIQUE", "F": "FOREIGN KEY", "C": "CHECK"}
_LARGE: Final = {"text": 2147483647, "ntext": 1073741823, "image": 2147483647, "xml": MAX}


def _named(prefix: str, catalog: Catalog, schema: str, name: str) -> Row:
    return {f"{prefix}_CATALOG": catalog.name, f"{prefix}_SCHEMA": schema, f"{prefix}_NAME": name}


def described(type: SqlType, alias: tuple[str, str] | None, catalog: Catalog) -> Row:
    """DATA_TYPE and the columns that describe it, as COLUMNS, PARAMETERS and ROUTINES have them."""
    precision, scale = precision_scale(type)
    sized = type.is_text or (type.is_binary and type.name not in ("rowversion", "timestamp"))
    characters = _LARGE.get(type.name, type.length)
    octets = _LARGE.get(type.name, max_length(type))
    row: dict[str, Any] = {
        "DATA_TYPE": "timestamp" if type.name == "rowversion" else type.name,
        "CHARACTER_MAXIMUM_LENGTH": characters if sized else None,
        "CHARACTER_OCTET_LENGTH": octets * 2 if type.name == "ntext" else octets if sized else None,
        "COLLATION_NAME": collation(type),
        "CHARACTER_SET_NAME": None,
        "NUMERIC_PRECISION": precision if type.is_number and type.name != "bit" else None,
        "NUMERIC_PRECISION_RADIX": None,
        "NUMERIC_SCALE": scale if type.is_exact and type.name != "bit" else None,
        "DATETIME_PRECISION": scale if type.is_temporal else None,
    }
    if type.is_text and type.name != "xml":
        row["CHARACTER_SET_NAME"] = "UNICODE" if type.is_unicode else "iso_1"
    if row["NUMERIC_PRECISION"] is not None:
        row["NUMERIC_PRECISION_RADIX"] = 2 if type.is_float else 10
    if alias is not None and alias[0] != "sys":
        row |= _named("DOMAIN", catalog, *alias)
    return row


def _tables(session: Session, catalog: Catalog) -> Iterator[Row]:
    for found in catalog.objects():
        if object_type(found) in ("U", "V"):
            word = "BASE TABLE" if isinstance(found, Table) else "VIEW"
            yield {**_named("TABLE", catalog, found.schema, found.name), "TABLE_TYPE": word}


def _columns(session: Session, catalog: Catalog) -> Iterator[Row]:
    for found in catalog.objects():
        if object_type(found) not in ("U", "V"):
            continue
        for column in columns_of(found):
            yield {
                **_named("TABLE", catalog, found.schema, found.name),
                "COLUMN_NAME": column.name,
                "ORDINAL_POSITION": column.column_id,
                "COLUMN_DEFAULT": spelled_value(column.default.text) if column.default else None,
                "IS_NULLABLE": _yes(column.nullable),
                **described(column.type, column.alias, catalog),
            }


def _yes(value: bool) -> str:
    return "YES" if value else "NO"


def _parameters(session: Session, catalog: Catalog) -> Iterator[Row]:
    for module in catalog.modules():
        name = _named("SPECIFIC", catalog, module.schema, module.name)
        if module.kind == "SCALAR FUNCTION" and module.returns is not None:
            result = {
                "ORDINAL_POSITION": 0,
                "PARAMETER_MODE": "OUT",
                "IS_RESULT": "YES",
                "PARAMETER_NAME": "",
            }
            yield {**name, **result, **described(module.returns, None, catalog)}
        for position, parameter in enumerate(module.parameters, 1):
            if parameter.type == CURSOR:
                continue
            row = described(parameter.type, parameter.alias, catalog)
            if parameter.table_type is not None:
                row = {"DATA_TYPE": "table type"}
                schema, type_name = parameter.table_type
                row |= {
                    "USER_DEFINED_TYPE_CATALOG": catalog.name,
                    "USER_DEFINED_TYPE_SCHEMA": schema,
                    "USER_DEFINED_TYPE_NAME": type_name,
                }
            yield {
                **name,
                "ORDINAL_POSITION": position,
                "PARAMETER_MODE": "INOUT" if parameter.output else "IN",
                "IS_RESULT": "NO",
                "PARAMETER_NAME": parameter.name,
                **row,
            }


def _routines(session: Session, catalog: Catalog) -> Iterator[Row]:
    for module in catalog.modules():
        if module.kind in ("VIEW", "TRIGGER"):
            continue
        returned: Row = {}
        if module.returns is not None:
            returned = described(module.returns, None, catalog)
        elif module.kind != "PROCEDURE":
            returned = {"DATA_TYPE": "TABLE"}
        yield {
            **_named("SPECIFIC", catalog, module.schema, module.name),
            **_named("ROUTINE", catalog, module.schema, module.name),
            "ROUTINE_TYPE": "PROCEDURE" if module.kind == "PROCEDURE" else "FUNCTION",
            **returned,
            "ROUTINE_DEFINITION": module.text[:_TEXT_LIMIT],
            "SQL_DATA_ACCESS": "MODIFIES" if module.kind == "PROCEDURE" else "READS",
            "IS_DETERMINISTIC": "NO",
            "MAX_DYNAMIC_RESULT_SETS": -1 if module.kind == "PROCEDURE" else 0,
            "CREATED": module.created,
            "LAST_ALTERED": module.modified,
        }


def _routine_columns(session: Session, catalog: Catalog) -> Iterator[Row]:
    for module in catalog.modules():
        if module.kind in ("INLINE FUNCTION", "TABLE FUNCTION"):
            for column in module.columns:
                yield {
                    **_named("TABLE", catalog, module.schema, module.name),
                    "COLUMN_NAME": column.name,
                    "ORDINAL_POSITION": column.column_id,
                    "IS_NULLABLE": _yes(column.nullable),
                    **described(column.type, column.alias, catalog),
                }


def _schemata(session: Session, catalog: Catalog) -> Iterator[Row]:
    for schema in catalog.schemas():
        yield {"CATALOG_NAME": catalog.name, "SCHEMA_NAME": schema.name, "SCHEMA_OWNER": schema.owner}


def _views(session: Session, catalog: Catalog) -> Iterator[Row]:
    for module in catalog.modules():
        if module.kind == "VIEW":
            checked = parse_module(module.text).check_option
            yield {
                **_named("TABLE", catalog, module.schema, module.name),
                "VIEW_DEFINITION": module.text if len(module.text) <= _TEXT_LIMIT else None,
                "CHECK_OPTION": "CASCADE" if checked else "NONE",
                "IS_UPDATABLE": "NO",
            }


def _table_constraints(session: Session, catalog: Catalog) -> Iterator[Row]:
    for table in catalog.tables():
        for code, name, _ in table.constraints():
            if code in _KEY_WORDS:
                yield {
                    **_named("CONSTRAINT", catalog, table.schema, name),
                    **_named("TABLE", catalog, table.schema, table.name),
                    "CONSTRAINT_TYPE": _KEY_WORDS[code],
                }


def _keys(table: Table) -> list[tuple[str, tuple[str, ...]]]:
    keys = [(index.name, index.column_names) for index in table.indexes if index.is_constraint]
    return keys + [(foreign.name, foreign.columns) for foreign in table.foreign_keys]


def _key_columns(session: Session, catalog: Catalog) -> Iterator[Row]:
    for table in catalog.tables():
        for name, columns in _keys(table):
            for position, column in enumerate(columns, 1):
                yield {
                    **_named("CONSTRAINT", catalog, table.schema, name),
                    **_named("TABLE", catalog, table.schema, table.name),
                    "COLUMN_NAME": column,
                    "ORDINAL_POSITION": position,
                }


def _referential(session: Session, catalog: Catalog) -> Iterator[Row]:
    for table in catalog.tables():
        for foreign in table.foreign_keys:
            parent = catalog.table(foreign.schema, foreign.table)
            wanted = {column.lower() for column in foreign.referenced}
            keys = [key for key in (parent.indexes if parent else ()) if key.unique and not key.where]
            key = next((k for k in keys if {c.lower() for c in k.column_names} == wanted), None)
            yield {
                **_named("CONSTRAINT", catalog, table.schema, foreign.name),
                **_named("UNIQUE_CONSTRAINT", catalog, foreign.schema, key.name if key else ""),
                "UPDATE_RULE": foreign.on_update,
                "DELETE_RULE": foreign.on_delete,
            }


def _check_clauses(session: Session, catalog: Catalog) -> Iterator[Row]:
    for table in catalog.tables():
        for check in table.checks:
            named = _named("CONSTRAINT", catalog, table.schema, check.name)
            yield {**named, "CHECK_CLAUSE": spelled_condition(check.text)}


def _checked_columns(table: Table, text: str) -> list[Column]:
    names = {node.parts[-1].lower() for node in walk(parse_condition(text)) if isinstance(node, n.ColumnName)}
    return [column for column in table.columns if column.name.lower() in names]


def _constraint_columns(session: Session, catalog: Catalog) -> Iterator[Row]:
    for table in catalog.tables():
        used = _keys(table)
        used += [(c.name, tuple(x.name for x in _checked_columns(table, c.text))) for c in table.checks]
        for name, columns in used:
            for column in columns:
                yield {
                    **_named("TABLE", catalog, table.schema, table.name),
                    "COLUMN_NAME": column,
                    **_named("CONSTRAINT", catalog, table.schema, name),
                }


def _constraint_tables(session: Session, catalog: Catalog) -> Iterator[Row]:
    for row in _table_constraints(session, catalog):
        yield {name: row[name] for name in row if name != "CONSTRAINT_TYPE"}


def _domains(session: Session, catalog: Catalog) -> Iterator[Row]:
    for found in user_types(catalog):
        named = _named("DOMAIN", catalog, found.schema, found.name)
        if found.base is None:
            yield {**named, "DATA_TYPE": "table type"}
        else:
            yield {**named, **described(found.base, None, catalog)}


def _column_domains(session: Session, catalog: Catalog) -> Iterator[Row]:
    for found in catalog.objects():
        if object_type(found) in ("U", "V"):
            for column in columns_of(found):
                if column.alias is not None and column.alias[0] != "sys":
                    yield {
                        **_named("DOMAIN", catalog, *column.alias),
                        **_named("TABLE", catalog, found.schema, found.name),
                        "COLUMN_NAME": column.name,
                    }


def _view_tables(session: Session, catalog: Catalog) -> Iterator[Row]:
    for module in catalog.modules():
        if module.kind != "VIEW":
            continue
        for reference in references_of(module):
            found = catalog.object(reference.schema or "dbo", reference.name)
            if isinstance(found, Table) or (isinstance(found, Module) and found.kind == "VIEW"):
                yield {
                    **_named("VIEW", catalog, module.schema, module.name),
                    **_named("TABLE", catalog, found.schema, found.name),
                }


def _sequences(session: Session, catalog: Catalog) -> Iterator[Row]:
    for found in catalog.objects():
        if isinstance(found, Sequence):
            row = described(found.type, None, catalog)
            base = str(found.type)
            yield {
                **_named("SEQUENCE", catalog, found.schema, found.name),
                **{name: row[name] for name in ("DATA_TYPE", "NUMERIC_PRECISION", "NUMERIC_PRECISION_RADIX")},
                "NUMERIC_SCALE": row["NUMERIC_SCALE"],
                "START_VALUE": (base, found.start),
                "MINIMUM_VALUE": (base, found.minimum),
                "MAXIMUM_VALUE": (base, found.maximum),
                "INCREMENT": (base, found.increment),
                "CYCLE_OPTION": int(found.cycle),
            }


def _three(prefix: str) -> str:
    return f"{prefix}_CATALOG nvarchar(128), {prefix}_SCHEMA nvarchar(128), {prefix}_NAME sysname"


_CHARACTERS: Final = "CHARACTER_MAXIMUM_LENGTH int, CHARACTER_OCTET_LENGTH int"
_COLLATION: Final = """COLLATION_CATALOG sysname, COLLATION_SCHEMA sysname, COLLATION_NAME sysname,
    CHARACTER_SET_CATALOG sysname, CHARACTER_SET_SCHEMA sysname, CHARACTER_SET_NAME sysname"""
_CHARACTER_SET: Final = """CHARACTER_SET_CATALOG sysname, CHARACTER_SET_SCHEMA sysname,
    CHARACTER_SET_NAME sysname, COLLATION_CATALOG sysname, COLLATION_SCHEMA sysname, COLLATION_NAME sysname"""
_NUMBERS: Final = """NUMERIC_PRECISION tinyint, NUMERIC_PRECISION_RADIX smallint, NUMERIC_SCALE int,
    DATETIME_PRECISION smallint"""
_COLUMN: Final = f"""{_three("TABLE")}, COLUMN_NAME sysname, ORDINAL_POSITION int,
    COLUMN_DEFAULT nvarchar(4000), IS_NULLABLE varchar(3), DATA_TYPE nvarchar(128), {_CHARACTERS}, {_NUMBERS},
    {_CHARACTER_SET}, {_three("DOMAIN")}"""
VIEWS: Final[dict[str, View]] = {
    "tables": view(f"{_three('TABLE')}, TABLE_TYPE varchar(10)", _tables),
    "columns": view(_COLUMN, _columns),
    "routine_columns": view(_COLUMN, _routine_columns),
    "parameters": view(
        f"""{_three("SPECIFIC")}, ORDINAL_POSITION int, PARAMETER_MODE nvarchar(10), IS_RESULT nvarchar(10),
        AS_LOCATOR nvarchar(10) = 'NO', PARAMETER_NAME sysname, DATA_TYPE nvarchar(128), {_CHARACTERS},
        {_COLLATION}, {_NUMBERS}, INTERVAL_TYPE nvarchar(30), INTERVAL_PRECISION smallint,
        {_three("USER_DEFINED_TYPE")}, SCOPE_CATALOG sysname, SCOPE_SCHEMA sysname, SCOPE_NAME sysname""",
        _parameters,
    ),
    "routines": view(
        f"""{_three("SPECIFIC")}, {_three("ROUTINE")}, ROUTINE_TYPE nvarchar(20), {_three("MODULE")},
        {_three("UDT")}, DATA_TYPE nvarchar(128), {_CHARACTERS}, {_COLLATION}, {_NUMBERS},
        INTERVAL_TYPE nvarchar(30), INTERVAL_PRECISION smallint, TYPE_UDT_CATALOG sysname,
        TYPE_UDT_SCHEMA sysname, TYPE_UDT_NAME sysname, SCOPE_CATALOG sysname, SCOPE_SCHEMA sysname,
        SCOPE_NAME sysname, MAXIMUM_CARDINALITY bigint, DTD_IDENTIFIER nvarchar(128),
        ROUTINE_BODY nvarchar(30) = 'SQL', ROUTINE_DEFINITION nvarchar(4000), EXTERNAL_NAME nvarchar(128),
        EXTERNAL_LANGUAGE nvarchar(30), PARAMETER_STYLE nvarchar(30), IS_DETERMINISTIC nvarchar(10),
        SQL_DATA_ACCESS nvarchar(30), IS_NULL_CALL nvarchar(10), SQL_PATH nvarchar(128),
        SCHEMA_LEVEL_ROUTINE nvarchar(10) = 'YES', MAX_DYNAMIC_RESULT_SETS smallint,
        IS_USER_DEFINED_CAST nvarchar(10) = 'NO', IS_IMPLICITLY_INVOCABLE nvarchar(10) = 'NO',
        CREATED datetime, LAST_ALTERED datetime""",
        _routines,
    ),
    "schemata": view(
        """CATALOG_NAME sysname, SCHEMA_NAME nvarchar(128), SCHEMA_OWNER nvarchar(128),
        DEFAULT_CHARACTER_SET_CATALOG sysname, DEFAULT_CHARACTER_SET_SCHEMA sysname,
        DEFAULT_CHARACTER_SET_NAME sysname = 'iso_1'""",
        _schemata,
    ),
    "views": view(
        f"""{_three("TABLE")}, VIEW_DEFINITION nvarchar(4000), CHECK_OPTION varchar(7),
        IS_UPDATABLE varchar(2)""",
        _views,
    ),
    "view_table_usage": view(f"{_three('VIEW')}, {_three('TABLE')}", _view_tables),
    "table_constraints": view(
        f"""{_three("CONSTRAINT")}, {_three("TABLE")}, CONSTRAINT_TYPE varchar(11),
        IS_DEFERRABLE varchar(2) = 'NO', INITIALLY_DEFERRED varchar(2) = 'NO'""",
        _table_constraints,
    ),
    "key_column_usage": view(
        f"{_three('CONSTRAINT')}, {_three('TABLE')}, COLUMN_NAME nvarchar(128), ORDINAL_POSITION int",
        _key_columns,
    ),
    "referential_constraints": view(
        f"""{_three("CONSTRAINT")}, {_three("UNIQUE_CONSTRAINT")}, MATCH_OPTION varchar(7) = 'SIMPLE',
        UPDATE_RULE varchar(11), DELETE_RULE varchar(11)""",
        _referential,
    ),
    "check_constraints": view(f"{_three('CONSTRAINT')}, CHECK_CLAUSE nvarchar(4000)", _check_clauses),
    "constraint_column_usage": view(
        f"{_three('TABLE')}, COLUMN_NAME nvarchar(128), {_three('CONSTRAINT')}", _constraint_columns
    ),
    "constraint_table_usage": view(f"{_three('TABLE')}, {_three('CONSTRAINT')}", _constraint_tables),
    "domains": view(
        f"""{_three("DOMAIN")}, DATA_TYPE sysname, {_CHARACTERS}, {_COLLATION}, {_NUMBERS},
        DOMAIN_DEFAULT nvarchar(4000)""",
        _domains,
    ),
    "column_domain_usage": view(
        f"{_three('DOMAIN')}, {_three('TABLE')}, COLUMN_NAME sysname", _column_domains
    ),
    "sequences": view(
        f"""{_three("SEQUENCE")}, DATA_TYPE nvarchar(128), NUMERIC_PRECISION tinyint,
        NUMERIC_PRECISION_RADIX smallint, NUMERIC_SCALE int, START_VALUE sql_variant,
        MINIMUM_VALUE sql_variant, MAXIMUM_VALUE sql_variant, INCREMENT sql_variant, CYCLE_OPTION int,
        DECLARED_DATA_TYPE sysname, DECLARED_NUMERIC_PRECISION tinyint, DECLARED_NUMERIC_SCALE tinyint""",
        _sequences,
    ),
}
