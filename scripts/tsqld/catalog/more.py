"""More catalog views: triggers, table types, security, dynamic management views, more INFORMATION_SCHEMA.

Place in the pipeline: `catalog.system` looks here first. Columns follow Microsoft Learn's pages of each view;
columns of features that do not exist here are left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Final

from tsqld.catalog.model import Catalog, Grant, Login, Principal, Property, Table, UserType
from tsqld.types import BIGINT, BIT, DATETIME, INT, SMALLINT, SYSNAME, TINYINT, SqlType, nvarchar

if TYPE_CHECKING:
    from tsqld.runtime.session import Session

Rows = Iterator[tuple[Any, ...]]
View = tuple[tuple[tuple[str, SqlType], ...], Callable[["Session", Catalog], Rows]]
_CHAR1: Final = SqlType("char", 1)
_CHAR2: Final = SqlType("char", 2)
_CLASSES: Final = {
    0: "DATABASE",
    1: "OBJECT_OR_COLUMN",
    2: "PARAMETER",
    3: "SCHEMA",
    6: "TYPE",
    7: "INDEX",
}
_EVENTS: Final = {"INSERT": 1, "UPDATE": 2, "DELETE": 3}
_PRINCIPALS: Final = {"R": "DATABASE_ROLE", "S": "SQL_USER"}


def _triggers(session: Session, catalog: Catalog) -> Rows:
    for module in catalog.modules():
        if module.kind == "TRIGGER" and module.table:
            table = catalog.table(*module.table)
            parent = table.object_id if table else 0
            yield (
                module.name, module.object_id, 1, "OBJECT_OR_COLUMN", parent, "TR", "SQL_TRIGGER",
                module.created, module.modified, False, module.disabled, False, False,
            )  # fmt: skip


def _trigger_events(session: Session, catalog: Catalog) -> Rows:
    for module in catalog.modules():
        for event in module.events:
            yield module.object_id, _EVENTS[event], event, False, False


def _table_types(session: Session, catalog: Catalog) -> Rows:
    ids = {schema.name.lower(): schema.schema_id for schema in catalog.schemas()}
    for found in catalog.objects():
        if isinstance(found, UserType) and found.table is not None:
            number = 256 + found.object_id % 1_000_000
            yield found.name, 243, number, ids[found.schema.lower()], False, True, found.table.object_id


def _computed(session: Session, catalog: Catalog) -> Rows:
    for table in catalog.tables():
        for column in table.columns:
            if column.computed:
                yield (
                    table.object_id, column.name, column.column_id, f"({column.computed})", True,
                    column.persisted, column.nullable,
                )  # fmt: skip


def _partition_stats(session: Session, catalog: Catalog) -> Rows:
    from tsqld.catalog.system import _partitions

    for identifier, object_id, index_id, number, _, rows, *_ in _partitions(session, catalog):
        yield identifier, object_id, index_id, number, rows, 0, 0


def _sessions(session: Session, catalog: Catalog) -> Rows:
    for other in list(session.engine.sessions.values()):
        status = "running" if other.running else "sleeping"
        yield (
            other.spid, other.logged_in, other.host, other.app, other.login, other.login, status, True,
            other.trancount, other.options.language,
        )  # fmt: skip


def _locks(session: Session, catalog: Catalog) -> Rows:
    databases = session.interpreter.evaluator._functions.database_ids()
    for resource, mode, spid in session.engine.locks.held():
        kind = "APPLICATION" if resource.startswith("applock:") else "OBJECT"
        database = catalog.name
        if kind == "APPLICATION":
            _, database, resource = resource.split(":", 2)
        yield kind, databases.get(database), resource, mode, "GRANT", spid


def _members(session: Session, catalog: Catalog) -> Rows:
    principals = {p.name.lower(): p for p in catalog.entries.values() if isinstance(p, Principal)}
    for principal in principals.values():
        for role in principal.member_of:
            if role.lower() in principals:
                yield principals[role.lower()].principal_id, principal.principal_id


def _permissions(session: Session, catalog: Catalog) -> Rows:
    principals = {p.name.lower(): p for p in catalog.entries.values() if isinstance(p, Principal)}
    for grant in catalog.entries.values():
        if not isinstance(grant, Grant) or grant.principal.lower() not in principals:
            continue
        class_id, major, minor = 0, 0, 0
        if grant.securable_class == "SCHEMA":
            schema = catalog.schema(grant.name)
            class_id, major = 3, schema.schema_id if schema else 0
        elif grant.securable_class == "OBJECT":
            found = catalog.object(grant.schema, grant.name)
            class_id, major = 1, found.object_id if found else 0
            column = found.column(grant.column) if isinstance(found, Table) and grant.column else None
            minor = column.column_id if column else 0
        state = {"DENY": "D", "GRANT": "G"}.get(grant.state, "W")
        yield (
            class_id, _CLASSES[class_id], major, minor, principals[grant.principal.lower()].principal_id, 1,
            "", grant.permission, state, grant.state,
        )  # fmt: skip


def _database_principals(session: Session, catalog: Catalog) -> Rows:
    for found in catalog.entries.values():
        if isinstance(found, Principal) and found.kind in _PRINCIPALS:
            fixed = found.kind == "R" and 16384 <= found.principal_id < 16400
            schema = None if found.kind == "R" else "dbo"
            yield (
                found.name, found.principal_id, found.kind, _PRINCIPALS[found.kind], schema,
                catalog.created, catalog.created, 1 if found.kind == "R" else None, fixed,
            )  # fmt: skip


def _server_principals(session: Session, catalog: Catalog) -> Rows:
    master = session.catalog("master")
    yield "sa", 1, "S", "SQL_LOGIN", False, master.created, "master"
    for found in master.entries.values():
        if isinstance(found, Login):
            row = (found.name, found.principal_id, "S", "SQL_LOGIN", found.disabled)
            yield (*row, master.created, found.database)


def _extended(session: Session, catalog: Catalog) -> Rows:
    for entry in catalog.entries.values():
        if isinstance(entry, Property):
            text = _CLASSES.get(entry.class_id, "OBJECT_OR_COLUMN")
            yield entry.class_id, text, entry.major_id, entry.minor_id, entry.name, entry.value


def _spaces(session: Session, catalog: Catalog) -> Rows:
    yield "PRIMARY", 1, "FG", "ROWS_FILEGROUP", True, False


def _sysobjects(session: Session, catalog: Catalog) -> Rows:
    from tsqld.catalog.system import _objects

    for row in _objects(session, catalog):
        yield row[0], row[1], row[5], row[3], row[4], row[7], row[5]


def _routine_parameters(session: Session, catalog: Catalog) -> Rows:
    for module in catalog.modules():
        for position, parameter in enumerate(module.parameters, 1):
            mode = "INOUT" if parameter.output else "IN"
            length = parameter.type.length or None
            yield (
                catalog.name, module.schema, module.name, position, mode, "NO", parameter.name,
                parameter.type.name, length,
            )  # fmt: skip


def _referential(session: Session, catalog: Catalog) -> Rows:
    for table in catalog.tables():
        for foreign in table.foreign_keys:
            parent = catalog.table(foreign.schema, foreign.table)
            wanted = {column.lower() for column in foreign.referenced}
            key = next(
                (
                    i
                    for i in (parent.indexes if parent else ())
                    if {c.lower() for c in i.column_names} == wanted
                ),
                None,
            )
            yield (
                catalog.name, table.schema, foreign.name, catalog.name, foreign.schema,
                key.name if key else None, "SIMPLE", foreign.on_update, foreign.on_delete,
            )  # fmt: skip


def _check_clauses(session: Session, catalog: Catalog) -> Rows:
    for table in catalog.tables():
        for check in table.checks:
            yield catalog.name, table.schema, check.name, f"({check.text})"


def _constraint_columns(session: Session, catalog: Catalog) -> Rows:
    for table in catalog.tables():
        keys = [(index.name, index.column_names) for index in table.indexes if index.is_constraint]
        keys += [(foreign.name, foreign.columns) for foreign in table.foreign_keys]
        for name, columns in keys:
            for column in columns:
                yield catalog.name, table.schema, table.name, column, catalog.name, table.schema, name


_NAME3: Final = (("TABLE_CATALOG", nvarchar(128)), ("TABLE_SCHEMA", nvarchar(128)), ("TABLE_NAME", SYSNAME))
_CONSTRAINT3: Final = (
    ("CONSTRAINT_CATALOG", nvarchar(128)),
    ("CONSTRAINT_SCHEMA", nvarchar(128)),
    ("CONSTRAINT_NAME", SYSNAME),
)
_SYSOBJECTS: Final[View] = (
    (
        ("name", SYSNAME), ("id", INT), ("xtype", _CHAR2), ("uid", SMALLINT), ("parent_obj", INT),
        ("crdate", DATETIME), ("type", _CHAR2),
    ),
    _sysobjects,
)  # fmt: skip
MORE_VIEWS: Final[dict[tuple[str, str], View]] = {
    ("sys", "triggers"): (
        (
            ("name", SYSNAME), ("object_id", INT), ("parent_class", TINYINT),
            ("parent_class_desc", nvarchar(60)), ("parent_id", INT), ("type", _CHAR2),
            ("type_desc", nvarchar(60)), ("create_date", DATETIME), ("modify_date", DATETIME),
            ("is_ms_shipped", BIT), ("is_disabled", BIT), ("is_not_for_replication", BIT),
            ("is_instead_of_trigger", BIT),
        ),
        _triggers,
    ),
    ("sys", "trigger_events"): (
        (
            ("object_id", INT), ("type", INT), ("type_desc", nvarchar(128)), ("is_first", BIT),
            ("is_last", BIT),
        ),
        _trigger_events,
    ),
    ("sys", "table_types"): (
        (
            ("name", SYSNAME), ("system_type_id", TINYINT), ("user_type_id", INT), ("schema_id", INT),
            ("is_nullable", BIT), ("is_table_type", BIT), ("type_table_object_id", INT),
        ),
        _table_types,
    ),
    ("sys", "computed_columns"): (
        (
            ("object_id", INT), ("name", SYSNAME), ("column_id", INT), ("definition", nvarchar(-1)),
            ("uses_database_collation", BIT), ("is_persisted", BIT), ("is_nullable", BIT),
        ),
        _computed,
    ),
    ("sys", "dm_db_partition_stats"): (
        (
            ("partition_id", BIGINT), ("object_id", INT), ("index_id", INT), ("partition_number", INT),
            ("row_count", BIGINT), ("used_page_count", BIGINT), ("reserved_page_count", BIGINT),
        ),
        _partition_stats,
    ),
    ("sys", "dm_exec_sessions"): (
        (
            ("session_id", SMALLINT), ("login_time", DATETIME), ("host_name", nvarchar(128)),
            ("program_name", nvarchar(128)), ("login_name", nvarchar(128)),
            ("original_login_name", nvarchar(128)), ("status", nvarchar(30)), ("is_user_process", BIT),
            ("open_transaction_count", INT), ("language", nvarchar(128)),
        ),
        _sessions,
    ),
    ("sys", "dm_tran_locks"): (
        (
            ("resource_type", nvarchar(60)), ("resource_database_id", INT),
            ("resource_description", nvarchar(256)), ("request_mode", nvarchar(60)),
            ("request_status", nvarchar(60)), ("request_session_id", INT),
        ),
        _locks,
    ),
    ("sys", "database_role_members"): (
        (("role_principal_id", INT), ("member_principal_id", INT)),
        _members,
    ),
    ("sys", "database_permissions"): (
        (
            ("class", TINYINT), ("class_desc", nvarchar(60)), ("major_id", INT), ("minor_id", INT),
            ("grantee_principal_id", INT), ("grantor_principal_id", INT), ("type", SqlType("char", 4)),
            ("permission_name", nvarchar(128)), ("state", _CHAR1), ("state_desc", nvarchar(60)),
        ),
        _permissions,
    ),
    ("sys", "database_principals"): (
        (
            ("name", SYSNAME), ("principal_id", INT), ("type", _CHAR1), ("type_desc", nvarchar(60)),
            ("default_schema_name", SYSNAME), ("create_date", DATETIME), ("modify_date", DATETIME),
            ("owning_principal_id", INT), ("is_fixed_role", BIT),
        ),
        _database_principals,
    ),
    ("sys", "server_principals"): (
        (
            ("name", SYSNAME), ("principal_id", INT), ("type", _CHAR1), ("type_desc", nvarchar(60)),
            ("is_disabled", BIT), ("create_date", DATETIME), ("default_database_name", SYSNAME),
        ),
        _server_principals,
    ),
    ("sys", "extended_properties"): (
        (
            ("class", TINYINT), ("class_desc", nvarchar(60)), ("major_id", INT), ("minor_id", INT),
            ("name", SYSNAME), ("value", nvarchar(4000)),
        ),
        _extended,
    ),
    ("sys", "filegroups"): (
        (
            ("name", SYSNAME), ("data_space_id", INT), ("type", _CHAR2), ("type_desc", nvarchar(60)),
            ("is_default", BIT), ("is_read_only", BIT),
        ),
        _spaces,
    ),
    ("sys", "data_spaces"): (
        (
            ("name", SYSNAME), ("data_space_id", INT), ("type", _CHAR2), ("type_desc", nvarchar(60)),
            ("is_default", BIT), ("is_system", BIT),
        ),
        _spaces,
    ),
    ("sys", "sysobjects"): _SYSOBJECTS,
    ("dbo", "sysobjects"): _SYSOBJECTS,
    ("information_schema", "parameters"): (
        (
            ("SPECIFIC_CATALOG", nvarchar(128)), ("SPECIFIC_SCHEMA", nvarchar(128)),
            ("SPECIFIC_NAME", SYSNAME),
            ("ORDINAL_POSITION", INT), ("PARAMETER_MODE", nvarchar(10)), ("IS_RESULT", nvarchar(10)),
            ("PARAMETER_NAME", SYSNAME), ("DATA_TYPE", nvarchar(128)), ("CHARACTER_MAXIMUM_LENGTH", INT),
        ),
        _routine_parameters,
    ),
    ("information_schema", "referential_constraints"): (
        (
            *_CONSTRAINT3, ("UNIQUE_CONSTRAINT_CATALOG", nvarchar(128)),
            ("UNIQUE_CONSTRAINT_SCHEMA", nvarchar(128)), ("UNIQUE_CONSTRAINT_NAME", SYSNAME),
            ("MATCH_OPTION", SqlType("varchar", 7)), ("UPDATE_RULE", SqlType("varchar", 11)),
            ("DELETE_RULE", SqlType("varchar", 11)),
        ),
        _referential,
    ),
    ("information_schema", "check_constraints"): (
        (*_CONSTRAINT3, ("CHECK_CLAUSE", nvarchar(4000))),
        _check_clauses,
    ),
    ("information_schema", "constraint_column_usage"): (
        (*_NAME3, ("COLUMN_NAME", nvarchar(128)), *_CONSTRAINT3),
        _constraint_columns,
    ),
}  # fmt: skip
