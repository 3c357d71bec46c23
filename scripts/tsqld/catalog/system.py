"""The catalog views T-SQL asks: sys.* and INFORMATION_SCHEMA, answered from catalog snapshots as VALUES
lists."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final

from tsqld.binder.scope import quoted
from tsqld.catalog.facets import TYPE_IDS, max_length, precision_scale
from tsqld.catalog.model import (
    Catalog,
    Column,
    Index,
    Module,
    Object,
    Synonym,
    Table,
    object_type,
)
from tsqld.catalog.model import (
    Sequence as SequenceObject,
)
from tsqld.catalog.more import MORE_VIEWS
from tsqld.compile.context import SystemRelation
from tsqld.compile.partitions import partitioning
from tsqld.errors import error
from tsqld.functions.sqltext import duck_type, quote
from tsqld.types import BIGINT, BIT, DATETIME, INT, MAX, SMALLINT, SYSNAME, TINYINT, SqlType, nvarchar

if TYPE_CHECKING:
    from tsqld.runtime.session import Session

_CHAR2: Final = SqlType("char", 2)
_TEXT: Final = nvarchar(MAX)
Rows = Iterable[Sequence[Any]]
_TYPES: Final = {
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


def system_relation(session: Session, database: str, schema: str, name: str) -> SystemRelation | None:
    """A catalog view by name, filled; None when there is none of that name."""
    found = MORE_VIEWS.get((schema, name)) or _VIEWS.get((schema, name))
    if found is None:
        if schema in ("sys", "information_schema"):
            raise error(208, f"{schema}.{name}")
        return None
    columns, rows = found
    return SystemRelation(columns, _values(columns, list(rows(session, session.catalog(database)))))


def _values(columns: Sequence[tuple[str, SqlType]], rows: Sequence[Sequence[Any]]) -> str:
    names = ", ".join(quoted(name) for name, _ in columns)
    casts = ", ".join(
        f"CAST({quoted(name)} AS {duck_type(type)}) AS {quoted(name)}" for name, type in columns
    )
    if not rows:
        empty = ", ".join(f"CAST(NULL AS {duck_type(type)}) AS {quoted(name)}" for name, type in columns)
        return f"(SELECT {empty} WHERE FALSE)"
    types = [type for _, type in columns]
    lines = ", ".join(
        "(" + ", ".join(_text(value, type) for value, type in zip(row, types, strict=True)) + ")"
        for row in rows
    )
    return f"(SELECT {casts} FROM (VALUES {lines}) AS v({names}))"


def _text(value: Any, type: SqlType) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, dt.datetime):
        return f"TIMESTAMP '{value.isoformat(sep=' ')}'"
    return quote(str(value).ljust(type.length) if type.name == "char" else str(value))


# objects


def _schema_ids(catalog: Catalog) -> dict[str, int]:
    return {schema.name.lower(): schema.schema_id for schema in catalog.schemas()}


def _objects(session: Session, catalog: Catalog) -> list[tuple[Any, ...]]:
    ids = _schema_ids(catalog)
    rows: list[tuple[Any, ...]] = []
    for found in catalog.objects():
        kind = object_type(found)
        if kind == "TT":
            continue
        schema_id = ids[found.schema.lower()]
        rows.append(
            (
                found.name,
                found.object_id,
                None,
                schema_id,
                0,
                kind,
                _TYPES[kind],
                found.created,
                found.modified,
                False,
            )
        )
        if isinstance(found, Table):
            for code, name, object_id in found.constraints():
                rows.append(
                    (
                        name,
                        object_id,
                        None,
                        schema_id,
                        found.object_id,
                        code,
                        _TYPES[code],
                        found.created,
                        found.modified,
                        False,
                    )
                )
    return rows


def _of_kind(*kinds: str) -> Callable[[Session, Catalog], Rows]:
    return lambda session, catalog: [row for row in _objects(session, catalog) if row[5] in kinds]


def _tables(session: Session, catalog: Catalog) -> Rows:
    for row in _of_kind("U")(session, catalog):
        yield (*row, False, 0, "NON_TEMPORAL_TABLE", False)


_OBJECT_COLUMNS: Final = (
    ("name", SYSNAME),
    ("object_id", INT),
    ("principal_id", INT),
    ("schema_id", INT),
    ("parent_object_id", INT),
    ("type", _CHAR2),
    ("type_desc", nvarchar(60)),
    ("create_date", DATETIME),
    ("modify_date", DATETIME),
    ("is_ms_shipped", BIT),
)


def _schemas(session: Session, catalog: Catalog) -> Rows:
    return [(schema.name, schema.schema_id, 1) for schema in catalog.schemas()]


def _columns_of(found: Object) -> Sequence[Column]:
    return found.columns if isinstance(found, Table | Module) else ()


def _columns(session: Session, catalog: Catalog) -> Rows:
    for found in catalog.objects():
        if object_type(found) == "TT":
            continue
        for column in _columns_of(found):
            precision, scale = precision_scale(column.type)
            type_id = TYPE_IDS[column.type.name]
            yield (
                found.object_id,
                column.name,
                column.column_id,
                type_id,
                type_id,
                max_length(column.type),
                precision,
                scale,
                (column.type.collation or "SQL_Latin1_General_CP1_CI_AS") if column.type.is_text else None,
                column.nullable,
                column.rowguidcol,
                column.identity is not None,
                bool(column.computed),
                column.default.object_id if column.default else 0,
                False,
                False,
            )


def _types(session: Session, catalog: Catalog) -> Rows:
    for name, number in TYPE_IDS.items():
        if name in ("rowversion",):
            continue
        type = SqlType(
            name,
            length=8000 if name in ("char", "varchar", "binary", "varbinary") else 4000,
            precision=38,
            scale=7 if name in ("time", "datetime2", "datetimeoffset") else 0,
        )
        precision, scale = precision_scale(type)
        system = 231 if name == "sysname" else number
        yield name, system, number, 4, max_length(type), precision, scale, name != "timestamp", False, False


def _index_rows(table: Table) -> list[Index | None]:
    return [*([] if table.clustered else [None]), *table.indexes]


def _indexes(session: Session, catalog: Catalog) -> Rows:
    for table in catalog.tables():
        for index in _index_rows(table):
            if index is None:
                yield table.object_id, None, 0, 0, "HEAP", False, 1, False, False, False, False, None, False
                continue
            kind, text = _index_kind(index)
            yield (
                table.object_id,
                index.name,
                index.index_id,
                kind,
                text,
                index.unique,
                1,
                index.kind == "PRIMARY KEY",
                index.kind == "UNIQUE",
                index.disabled,
                bool(index.where),
                f"({index.where})" if index.where else None,
                False,
            )


def _index_kind(index: Index) -> tuple[int, str]:
    if index.kind == "COLUMNSTORE":
        return (5, "CLUSTERED COLUMNSTORE") if index.clustered else (6, "NONCLUSTERED COLUMNSTORE")
    return (1, "CLUSTERED") if index.clustered else (2, "NONCLUSTERED")


def _index_columns(session: Session, catalog: Catalog) -> Rows:
    for table in catalog.tables():
        for index in table.indexes:
            keys = [(name, descending, False) for name, descending in index.columns]
            every = keys + [(name, False, True) for name in index.include]
            for position, (name, descending, included) in enumerate(every, 1):
                column = table.column(name)
                assert column is not None
                ordinal = 0 if included else position
                yield (
                    table.object_id,
                    index.index_id,
                    position,
                    column.column_id,
                    ordinal,
                    0,
                    descending,
                    included,
                )


def _row_count(session: Session, table: Table) -> int:
    row = session.executor.read(f"SELECT count(*) FROM {table.storage}").fetchone()
    return int(row[0]) if row else 0


def _partitions(session: Session, catalog: Catalog) -> Rows:
    session.executor.fresh(())
    for table in catalog.tables():
        counts = _partition_counts(session, catalog, table)
        for index in _index_rows(table):
            number = 0 if index is None else index.index_id
            for partition, count in enumerate(counts, 1):
                identifier = table.object_id * 1_000_000 + number * 10_000 + partition
                yield identifier, table.object_id, number, partition, identifier, count, 0, "NONE"


def _partition_counts(session: Session, catalog: Catalog, table: Table) -> list[int]:
    """Rows per partition, by the partition function of the scheme the table is placed on."""
    found = partitioning(catalog, table)
    if found is None:
        return [_row_count(session, table)]
    text = f"SELECT {found.number} AS p, count(*) FROM {table.storage} GROUP BY 1"
    counts = dict.fromkeys(range(1, found.count + 1), 0)
    counts.update(session.executor.read(text).fetchall())
    return list(counts.values())


def _foreign_keys(session: Session, catalog: Catalog) -> Rows:
    ids = _schema_ids(catalog)
    actions = {"NO ACTION": 0, "CASCADE": 1, "SET NULL": 2, "SET DEFAULT": 3}
    for table in catalog.tables():
        for foreign in table.foreign_keys:
            parent = catalog.table(foreign.schema, foreign.table)
            assert parent is not None
            yield (
                foreign.name,
                foreign.object_id,
                ids[table.schema.lower()],
                table.object_id,
                parent.object_id,
                foreign.disabled,
                not foreign.trusted,
                actions[foreign.on_delete],
                foreign.on_delete.replace(" ", "_"),
                actions[foreign.on_update],
                foreign.on_update.replace(" ", "_"),
                foreign.system_named,
            )


def _foreign_key_columns(session: Session, catalog: Catalog) -> Rows:
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
                yield (
                    foreign.object_id,
                    position,
                    table.object_id,
                    mine.column_id,
                    parent.object_id,
                    theirs.column_id,
                )


def _checks(session: Session, catalog: Catalog) -> Rows:
    ids = _schema_ids(catalog)
    for table in catalog.tables():
        for check in table.checks:
            column = table.column(check.column) if check.column else None
            yield (
                check.name,
                check.object_id,
                ids[table.schema.lower()],
                table.object_id,
                check.disabled,
                not check.trusted,
                column.column_id if column else 0,
                f"({check.text})",
                check.system_named,
            )


def _defaults(session: Session, catalog: Catalog) -> Rows:
    ids = _schema_ids(catalog)
    for table in catalog.tables():
        for column in table.columns:
            if column.default:
                yield (
                    column.default.name,
                    column.default.object_id,
                    ids[table.schema.lower()],
                    table.object_id,
                    column.column_id,
                    f"({column.default.text})",
                    column.default.system_named,
                )


def _keys(session: Session, catalog: Catalog) -> Rows:
    ids = _schema_ids(catalog)
    for table in catalog.tables():
        for index in table.indexes:
            if index.is_constraint:
                code = "PK" if index.kind == "PRIMARY KEY" else "UQ"
                yield (
                    index.name,
                    index.object_id,
                    ids[table.schema.lower()],
                    table.object_id,
                    code,
                    _TYPES[code],
                    index.index_id,
                    index.system_named,
                )


def _modules(session: Session, catalog: Catalog) -> Rows:
    return [(m.object_id, m.text, True, True, m.schema_bound) for m in catalog.modules()]


def _parameters(session: Session, catalog: Catalog) -> Rows:
    for module in catalog.modules():
        for position, parameter in enumerate(module.parameters, 1):
            precision, scale = precision_scale(parameter.type)
            number = TYPE_IDS[parameter.type.name]
            yield (
                module.object_id,
                parameter.name,
                position,
                number,
                number,
                max_length(parameter.type),
                precision,
                scale,
                parameter.output,
                parameter.has_default,
                parameter.readonly,
            )


def _identities(session: Session, catalog: Catalog) -> Rows:
    counters = session.engine.counters
    for table in catalog.tables():
        column = table.identity
        if column is not None and column.identity is not None:
            last = counters.last.get((catalog.name.lower(), table.object_id))
            yield table.object_id, column.name, column.column_id, column.identity[0], column.identity[1], last


def _databases(session: Session, catalog: Catalog) -> Rows:
    ids = session.interpreter.evaluator._functions.database_ids()
    for other in session.engine.catalogs.values():
        options = other.options
        yield (
            other.name,
            ids[other.name],
            None,
            other.created,
            160,
            "SQL_Latin1_General_CP1_CI_AS",
            0,
            "MULTI_USER",
            False,
            0,
            "ONLINE",
            options.get("RECOVERY", "FULL"),
            options.get("READ_COMMITTED_SNAPSHOT", "ON") == "ON",
            1 if options.get("ALLOW_SNAPSHOT_ISOLATION", "ON") == "ON" else 0,
        )


def _synonyms(session: Session, catalog: Catalog) -> Rows:
    ids = _schema_ids(catalog)
    for found in catalog.objects():
        if isinstance(found, Synonym):
            base = ".".join(f"[{part}]" for part in found.base)
            yield found.name, found.object_id, ids[found.schema.lower()], base


def _sequences(session: Session, catalog: Catalog) -> Rows:
    ids = _schema_ids(catalog)
    for found in catalog.objects():
        if isinstance(found, SequenceObject):
            last = session.engine.counters.last.get((catalog.name.lower(), found.object_id), found.start)
            yield (
                found.name,
                found.object_id,
                ids[found.schema.lower()],
                found.start,
                found.increment,
                found.minimum,
                found.maximum,
                found.cycle,
                last,
            )


def _partition_functions(session: Session, catalog: Catalog) -> Rows:
    from tsqld.catalog.model import PartitionFunction

    for entry in catalog.entries.values():
        if isinstance(entry, PartitionFunction):
            yield entry.name, entry.function_id, "R ", "RANGE", len(entry.values) + 1, entry.right


def _partition_values(session: Session, catalog: Catalog) -> Rows:
    from tsqld.catalog.model import PartitionFunction

    for entry in catalog.entries.values():
        if isinstance(entry, PartitionFunction):
            for position, value in enumerate(entry.values, 1):
                text = value[2:-1] if value.startswith("N'") else value.strip("'")
                yield entry.function_id, position, 1, text


def _partition_schemes(session: Session, catalog: Catalog) -> Rows:
    from tsqld.catalog.model import PartitionScheme

    for entry in catalog.entries.values():
        if isinstance(entry, PartitionScheme):
            function = catalog.partition_function(entry.function)
            yield (
                entry.name,
                entry.scheme_id,
                "PS",
                "PARTITION_SCHEME",
                function.function_id if function else 0,
            )


def _properties(session: Session, catalog: Catalog) -> Rows:
    from tsqld.catalog.model import Property

    for entry in catalog.entries.values():
        if isinstance(entry, Property):
            yield entry.class_id, entry.major_id, entry.minor_id, entry.name, entry.value


def _principals(session: Session, catalog: Catalog) -> Rows:
    from tsqld.catalog.model import Principal

    for entry in catalog.entries.values():
        if isinstance(entry, Principal):
            text = "DATABASE_ROLE" if entry.kind == "R" else "SQL_USER"
            yield entry.name, entry.principal_id, entry.kind, text, "dbo"


# INFORMATION_SCHEMA


def _is_tables(session: Session, catalog: Catalog) -> Rows:
    for found in catalog.objects():
        if object_type(found) in ("U", "V"):
            yield catalog.name, found.schema, found.name, "BASE TABLE" if isinstance(found, Table) else "VIEW"


def _is_columns(session: Session, catalog: Catalog) -> Rows:
    for found in catalog.objects():
        if object_type(found) not in ("U", "V"):
            continue
        for position, column in enumerate(_columns_of(found), 1):
            type = column.type
            precision, scale = precision_scale(type)
            texty = type.is_text or type.is_binary
            length = type.length if type.length else None
            yield (
                catalog.name,
                found.schema,
                found.name,
                column.name,
                position,
                f"({column.default.text})" if column.default else None,
                "YES" if column.nullable else "NO",
                type.name,
                length if texty else None,
                max_length(type) if texty else None,
                precision if type.is_number else None,
                scale if type.is_exact else None,
                scale if type.is_temporal else None,
                "SQL_Latin1_General_CP1_CI_AS" if type.is_text else None,
            )


def _is_routines(session: Session, catalog: Catalog) -> Rows:
    for module in catalog.modules():
        if module.kind not in ("VIEW", "TRIGGER"):
            kind = "PROCEDURE" if module.kind == "PROCEDURE" else "FUNCTION"
            yield (
                catalog.name,
                module.schema,
                module.name,
                catalog.name,
                module.schema,
                module.name,
                kind,
                module.returns.name if module.returns else None,
                module.text[:4000],
            )


def _is_schemata(session: Session, catalog: Catalog) -> Rows:
    return [(catalog.name, schema.name, schema.owner) for schema in catalog.schemas()]


def _is_views(session: Session, catalog: Catalog) -> Rows:
    return [
        (catalog.name, m.schema, m.name, m.text[:4000], "NONE", "NO")
        for m in catalog.modules()
        if m.kind == "VIEW"
    ]


def _is_table_constraints(session: Session, catalog: Catalog) -> Rows:
    names = {"PK": "PRIMARY KEY", "UQ": "UNIQUE", "F": "FOREIGN KEY", "C": "CHECK"}
    for table in catalog.tables():
        for code, name, _ in table.constraints():
            if code in names:
                yield (
                    catalog.name,
                    table.schema,
                    name,
                    catalog.name,
                    table.schema,
                    table.name,
                    names[code],
                    "NO",
                    "NO",
                )


def _is_key_columns(session: Session, catalog: Catalog) -> Rows:
    for table in catalog.tables():
        keys = [(index.name, index.column_names) for index in table.indexes if index.is_constraint]
        keys += [(foreign.name, foreign.columns) for foreign in table.foreign_keys]
        for name, columns in keys:
            for position, column in enumerate(columns, 1):
                yield (
                    catalog.name,
                    table.schema,
                    name,
                    catalog.name,
                    table.schema,
                    table.name,
                    column,
                    position,
                )


_NAME3: Final = (("TABLE_CATALOG", nvarchar(128)), ("TABLE_SCHEMA", nvarchar(128)), ("TABLE_NAME", SYSNAME))
_VIEWS: Final[
    dict[tuple[str, str], tuple[tuple[tuple[str, SqlType], ...], Callable[[Session, Catalog], Rows]]]
] = {
    ("sys", "objects"): (_OBJECT_COLUMNS, _objects),
    ("sys", "all_objects"): (_OBJECT_COLUMNS, _objects),
    ("sys", "views"): (_OBJECT_COLUMNS, _of_kind("V")),
    ("sys", "procedures"): (_OBJECT_COLUMNS, _of_kind("P")),
    ("sys", "tables"): (
        (
            *_OBJECT_COLUMNS,
            ("is_memory_optimized", BIT),
            ("temporal_type", TINYINT),
            ("temporal_type_desc", nvarchar(60)),
            ("is_external", BIT),
        ),
        _tables,
    ),
    ("sys", "schemas"): ((("name", SYSNAME), ("schema_id", INT), ("principal_id", INT)), _schemas),
    ("sys", "columns"): (
        (
            ("object_id", INT),
            ("name", SYSNAME),
            ("column_id", INT),
            ("system_type_id", TINYINT),
            ("user_type_id", INT),
            ("max_length", SMALLINT),
            ("precision", TINYINT),
            ("scale", TINYINT),
            ("collation_name", SYSNAME),
            ("is_nullable", BIT),
            ("is_rowguidcol", BIT),
            ("is_identity", BIT),
            ("is_computed", BIT),
            ("default_object_id", INT),
            ("is_sparse", BIT),
            ("is_hidden", BIT),
        ),
        _columns,
    ),
    ("sys", "types"): (
        (
            ("name", SYSNAME),
            ("system_type_id", TINYINT),
            ("user_type_id", INT),
            ("schema_id", INT),
            ("max_length", SMALLINT),
            ("precision", TINYINT),
            ("scale", TINYINT),
            ("is_nullable", BIT),
            ("is_user_defined", BIT),
            ("is_table_type", BIT),
        ),
        _types,
    ),
    ("sys", "indexes"): (
        (
            ("object_id", INT),
            ("name", SYSNAME),
            ("index_id", INT),
            ("type", TINYINT),
            ("type_desc", nvarchar(60)),
            ("is_unique", BIT),
            ("data_space_id", INT),
            ("is_primary_key", BIT),
            ("is_unique_constraint", BIT),
            ("is_disabled", BIT),
            ("has_filter", BIT),
            ("filter_definition", _TEXT),
            ("is_hypothetical", BIT),
        ),
        _indexes,
    ),
    ("sys", "index_columns"): (
        (
            ("object_id", INT),
            ("index_id", INT),
            ("index_column_id", INT),
            ("column_id", INT),
            ("key_ordinal", TINYINT),
            ("partition_ordinal", TINYINT),
            ("is_descending_key", BIT),
            ("is_included_column", BIT),
        ),
        _index_columns,
    ),
    ("sys", "partitions"): (
        (
            ("partition_id", BIGINT),
            ("object_id", INT),
            ("index_id", INT),
            ("partition_number", INT),
            ("hobt_id", BIGINT),
            ("rows", BIGINT),
            ("data_compression", TINYINT),
            ("data_compression_desc", nvarchar(60)),
        ),
        _partitions,
    ),
    ("sys", "foreign_keys"): (
        (
            ("name", SYSNAME),
            ("object_id", INT),
            ("schema_id", INT),
            ("parent_object_id", INT),
            ("referenced_object_id", INT),
            ("is_disabled", BIT),
            ("is_not_trusted", BIT),
            ("delete_referential_action", TINYINT),
            ("delete_referential_action_desc", nvarchar(60)),
            ("update_referential_action", TINYINT),
            ("update_referential_action_desc", nvarchar(60)),
            ("is_system_named", BIT),
        ),
        _foreign_keys,
    ),
    ("sys", "foreign_key_columns"): (
        (
            ("constraint_object_id", INT),
            ("constraint_column_id", INT),
            ("parent_object_id", INT),
            ("parent_column_id", INT),
            ("referenced_object_id", INT),
            ("referenced_column_id", INT),
        ),
        _foreign_key_columns,
    ),
    ("sys", "check_constraints"): (
        (
            ("name", SYSNAME),
            ("object_id", INT),
            ("schema_id", INT),
            ("parent_object_id", INT),
            ("is_disabled", BIT),
            ("is_not_trusted", BIT),
            ("parent_column_id", INT),
            ("definition", _TEXT),
            ("is_system_named", BIT),
        ),
        _checks,
    ),
    ("sys", "default_constraints"): (
        (
            ("name", SYSNAME),
            ("object_id", INT),
            ("schema_id", INT),
            ("parent_object_id", INT),
            ("parent_column_id", INT),
            ("definition", _TEXT),
            ("is_system_named", BIT),
        ),
        _defaults,
    ),
    ("sys", "key_constraints"): (
        (
            ("name", SYSNAME),
            ("object_id", INT),
            ("schema_id", INT),
            ("parent_object_id", INT),
            ("type", _CHAR2),
            ("type_desc", nvarchar(60)),
            ("unique_index_id", INT),
            ("is_system_named", BIT),
        ),
        _keys,
    ),
    ("sys", "sql_modules"): (
        (
            ("object_id", INT),
            ("definition", _TEXT),
            ("uses_ansi_nulls", BIT),
            ("uses_quoted_identifier", BIT),
            ("is_schema_bound", BIT),
        ),
        _modules,
    ),
    ("sys", "parameters"): (
        (
            ("object_id", INT),
            ("name", SYSNAME),
            ("parameter_id", INT),
            ("system_type_id", TINYINT),
            ("user_type_id", INT),
            ("max_length", SMALLINT),
            ("precision", TINYINT),
            ("scale", TINYINT),
            ("is_output", BIT),
            ("has_default_value", BIT),
            ("is_readonly", BIT),
        ),
        _parameters,
    ),
    ("sys", "identity_columns"): (
        (
            ("object_id", INT),
            ("name", SYSNAME),
            ("column_id", INT),
            ("seed_value", BIGINT),
            ("increment_value", BIGINT),
            ("last_value", BIGINT),
        ),
        _identities,
    ),
    ("sys", "databases"): (
        (
            ("name", SYSNAME),
            ("database_id", INT),
            ("source_database_id", INT),
            ("create_date", DATETIME),
            ("compatibility_level", TINYINT),
            ("collation_name", SYSNAME),
            ("user_access", TINYINT),
            ("user_access_desc", nvarchar(60)),
            ("is_read_only", BIT),
            ("state", TINYINT),
            ("state_desc", nvarchar(60)),
            ("recovery_model_desc", nvarchar(60)),
            ("is_read_committed_snapshot_on", BIT),
            ("snapshot_isolation_state", TINYINT),
        ),
        _databases,
    ),
    ("sys", "synonyms"): (
        (("name", SYSNAME), ("object_id", INT), ("schema_id", INT), ("base_object_name", nvarchar(1035))),
        _synonyms,
    ),
    ("sys", "sequences"): (
        (
            ("name", SYSNAME),
            ("object_id", INT),
            ("schema_id", INT),
            ("start_value", BIGINT),
            ("increment", BIGINT),
            ("minimum_value", BIGINT),
            ("maximum_value", BIGINT),
            ("is_cycling", BIT),
            ("current_value", BIGINT),
        ),
        _sequences,
    ),
    ("sys", "partition_functions"): (
        (
            ("name", SYSNAME),
            ("function_id", INT),
            ("type", _CHAR2),
            ("type_desc", nvarchar(60)),
            ("fanout", INT),
            ("boundary_value_on_right", BIT),
        ),
        _partition_functions,
    ),
    ("sys", "partition_range_values"): (
        (("function_id", INT), ("boundary_id", INT), ("parameter_id", INT), ("value", nvarchar(4000))),
        _partition_values,
    ),
    ("sys", "partition_schemes"): (
        (
            ("name", SYSNAME),
            ("data_space_id", INT),
            ("type", _CHAR2),
            ("type_desc", nvarchar(60)),
            ("function_id", INT),
        ),
        _partition_schemes,
    ),
    ("sys", "extended_properties"): (
        (
            ("class", TINYINT),
            ("major_id", INT),
            ("minor_id", INT),
            ("name", SYSNAME),
            ("value", nvarchar(4000)),
        ),
        _properties,
    ),
    ("sys", "database_principals"): (
        (
            ("name", SYSNAME),
            ("principal_id", INT),
            ("type", SqlType("char", 1)),
            ("type_desc", nvarchar(60)),
            ("default_schema_name", SYSNAME),
        ),
        _principals,
    ),
    ("information_schema", "tables"): ((*_NAME3, ("TABLE_TYPE", SqlType("varchar", 10))), _is_tables),
    ("information_schema", "columns"): (
        (
            *_NAME3,
            ("COLUMN_NAME", SYSNAME),
            ("ORDINAL_POSITION", INT),
            ("COLUMN_DEFAULT", nvarchar(4000)),
            ("IS_NULLABLE", SqlType("varchar", 3)),
            ("DATA_TYPE", nvarchar(128)),
            ("CHARACTER_MAXIMUM_LENGTH", INT),
            ("CHARACTER_OCTET_LENGTH", INT),
            ("NUMERIC_PRECISION", TINYINT),
            ("NUMERIC_SCALE", INT),
            ("DATETIME_PRECISION", SMALLINT),
            ("COLLATION_NAME", SYSNAME),
        ),
        _is_columns,
    ),
    ("information_schema", "routines"): (
        (
            ("SPECIFIC_CATALOG", nvarchar(128)),
            ("SPECIFIC_SCHEMA", nvarchar(128)),
            ("SPECIFIC_NAME", nvarchar(128)),
            ("ROUTINE_CATALOG", nvarchar(128)),
            ("ROUTINE_SCHEMA", nvarchar(128)),
            ("ROUTINE_NAME", nvarchar(128)),
            ("ROUTINE_TYPE", nvarchar(20)),
            ("DATA_TYPE", nvarchar(128)),
            ("ROUTINE_DEFINITION", nvarchar(4000)),
        ),
        _is_routines,
    ),
    ("information_schema", "schemata"): (
        (("CATALOG_NAME", SYSNAME), ("SCHEMA_NAME", nvarchar(128)), ("SCHEMA_OWNER", nvarchar(128))),
        _is_schemata,
    ),
    ("information_schema", "views"): (
        (
            *_NAME3,
            ("VIEW_DEFINITION", nvarchar(4000)),
            ("CHECK_OPTION", nvarchar(7)),
            ("IS_UPDATABLE", nvarchar(2)),
        ),
        _is_views,
    ),
    ("information_schema", "table_constraints"): (
        (
            ("CONSTRAINT_CATALOG", nvarchar(128)),
            ("CONSTRAINT_SCHEMA", nvarchar(128)),
            ("CONSTRAINT_NAME", SYSNAME),
            *_NAME3,
            ("CONSTRAINT_TYPE", nvarchar(11)),
            ("IS_DEFERRABLE", nvarchar(2)),
            ("INITIALLY_DEFERRED", nvarchar(2)),
        ),
        _is_table_constraints,
    ),
    ("information_schema", "key_column_usage"): (
        (
            ("CONSTRAINT_CATALOG", nvarchar(128)),
            ("CONSTRAINT_SCHEMA", nvarchar(128)),
            ("CONSTRAINT_NAME", nvarchar(128)),
            *_NAME3,
            ("COLUMN_NAME", nvarchar(128)),
            ("ORDINAL_POSITION", INT),
        ),
        _is_key_columns,
    ),
}
