"""sys.objects and the views of one kind of object: tables, views, procedures, triggers, sequences …"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from tsqld.catalog.facets import TYPE_IDS
from tsqld.catalog.model import Catalog, Module, Object, Sequence, Synonym, Table, UserType, object_type
from tsqld.catalog.spelling import bracketed
from tsqld.catalog.views.common import TYPE_WORDS, is_kind, schema_ids
from tsqld.catalog.views.spec import Row, Rows, View, view
from tsqld.syntax.walk import parse_module

if TYPE_CHECKING:
    from tsqld.runtime.session import Session

_EVENTS: Final = {"INSERT": 1, "UPDATE": 2, "DELETE": 3}
_SYSTEM_SCHEMA: Final = 4
OBJECT: Final = """name sysname, object_id int, principal_id int, schema_id int, parent_object_id int = 0,
    type char(2), type_desc nvarchar(60), create_date datetime, modify_date datetime, is_ms_shipped bit = 0,
    is_published bit = 0, is_schema_published bit = 0"""


def head(found: Object, kind: str, schema_id: int, parent: int = 0) -> Row:
    return {
        "name": found.name,
        "object_id": found.object_id,
        "schema_id": schema_id,
        "parent_object_id": parent,
        "type": kind,
        "type_desc": TYPE_WORDS[kind],
        "create_date": found.created,
        "modify_date": found.modified,
    }


def constraint_head(table: Table, kind: str, name: str, number: int, schema_id: int) -> Row:
    own = {"name": name, "object_id": number, "is_ms_shipped": table.kind == "TT"}
    return {**head(table, kind, schema_id, table.object_id), **own}


def objects(session: Session, catalog: Catalog) -> Iterator[Row]:
    ids = schema_ids(catalog)
    for found in catalog.objects():
        table = found.table if isinstance(found, UserType) else found
        if isinstance(found, UserType):
            if found.table is None:
                continue
            name = f"TT_{found.name}_{found.object_id:08X}"
            yield {**head(found, "TT", _SYSTEM_SCHEMA), "name": name, "is_ms_shipped": True}
        else:
            yield head(found, object_type(found), ids[found.schema.lower()], _parent(catalog, found))
        if isinstance(table, Table):
            for kind, name, number in table.constraints():
                yield constraint_head(table, kind, name, number, ids[table.schema.lower()])


def _parent(catalog: Catalog, found: Object) -> int:
    """A trigger's table or view."""
    if not isinstance(found, Module) or found.table is None:
        return 0
    parent = catalog.object(*found.table)
    return parent.object_id if parent else 0


def _of(kind: str) -> Rows:
    return lambda session, catalog: (row for row in objects(session, catalog) if row["type"] == kind)


def _nothing(session: Session, catalog: Catalog) -> Iterator[Row]:
    yield from ()


def _tables(session: Session, catalog: Catalog) -> Iterator[Row]:
    ids = schema_ids(catalog)
    modes = {"TABLE": 0, "DISABLE": 1, "AUTO": 2}
    for table in catalog.tables():
        escalation = dict(table.options).get("LOCK_ESCALATION", "TABLE")
        large = any(column.type.length == -1 for column in table.columns)
        yield {
            **head(table, "U", ids[table.schema.lower()]),
            "lob_data_space_id": int(large),
            "max_column_id_used": table.next_column_id,
            "lock_escalation": modes[escalation],
            "lock_escalation_desc": escalation,
        }


def _views(session: Session, catalog: Catalog) -> Iterator[Row]:
    ids = schema_ids(catalog)
    for found in catalog.modules():
        if found.kind == "VIEW":
            checked = parse_module(found.text).check_option
            yield {**head(found, "V", ids[found.schema.lower()]), "with_check_option": checked}


def _triggers(session: Session, catalog: Catalog) -> Iterator[Row]:
    for found in catalog.modules():
        if found.kind == "TRIGGER":
            yield {
                **head(found, "TR", 0),
                "parent_id": _parent(catalog, found),
                "is_disabled": found.disabled,
                "is_instead_of_trigger": "INSTEAD OF" in found.events,
            }


def _trigger_events(session: Session, catalog: Catalog) -> Iterator[Row]:
    for found in catalog.modules():
        for event in found.events:
            if event in _EVENTS:
                yield {"object_id": found.object_id, "type": _EVENTS[event], "type_desc": event}


def _synonyms(session: Session, catalog: Catalog) -> Iterator[Row]:
    ids = schema_ids(catalog)
    for found in catalog.objects():
        if isinstance(found, Synonym):
            yield {**head(found, "SN", ids[found.schema.lower()]), "base_object_name": bracketed(found.base)}


def _sequences(session: Session, catalog: Catalog) -> Iterator[Row]:
    ids = schema_ids(catalog)
    last = session.engine.counters.last
    for found in catalog.objects():
        if isinstance(found, Sequence):
            current = last.get((catalog.name.lower(), found.object_id), found.start)
            used = last.get((catalog.name.lower(), found.object_id))
            base = str(found.type)
            values: dict[str, Any] = {
                "start_value": found.start,
                "increment": found.increment,
                "minimum_value": found.minimum,
                "maximum_value": found.maximum,
                "current_value": current,
                "last_used_value": used,
            }
            yield {
                **head(found, "SO", ids[found.schema.lower()]),
                **{name: None if value is None else (base, value) for name, value in values.items()},
                "is_cycling": found.cycle,
                "is_cached": found.cached,
                "cache_size": found.cache_size,
                "system_type_id": TYPE_IDS[found.type.name],
                "user_type_id": TYPE_IDS[found.type.name],
                "precision": found.type.precision or _DIGITS.get(found.type.name, 0),
                "is_exhausted": False,
            }


_DIGITS: Final = {"tinyint": 3, "smallint": 5, "int": 10, "bigint": 19}


def _schemas(session: Session, catalog: Catalog) -> Iterator[Row]:
    from tsqld.catalog.views.principals import principal_ids

    ids = principal_ids(catalog)
    for schema in catalog.schemas():
        yield {
            "name": schema.name,
            "schema_id": schema.schema_id,
            "principal_id": ids.get(schema.owner.lower(), 1),
        }


def _modules(session: Session, catalog: Catalog) -> Iterator[Row]:
    from tsqld.catalog.views.principals import principal_ids

    ids = principal_ids(session.catalog(catalog.name))
    for found in catalog.modules():
        runs_as = -2 if found.execute_as == "OWNER" else ids.get(found.execute_as.lower())
        yield {
            "object_id": found.object_id,
            "definition": found.text,
            "execute_as_principal_id": runs_as,
            "uses_quoted_identifier": found.quoted_identifier,
            "is_schema_bound": found.schema_bound,
            "is_recompiled": is_kind(found, "P") and "RECOMPILE" in parse_module(found.text).options,
            "is_inlineable": is_kind(found, "IF"),
            "inline_type": is_kind(found, "IF"),
        }


_MODULE: Final = """object_id int, definition nvarchar(max), uses_ansi_nulls bit = 1,
    uses_quoted_identifier bit, is_schema_bound bit, uses_database_collation bit = 0, is_recompiled bit,
    null_on_null_input bit = 0, execute_as_principal_id int, uses_native_compilation bit = 0,
    inline_type bit, is_inlineable bit"""
VIEW: Final = f"""{OBJECT}, is_replicated bit = 0, has_replication_filter bit = 0,
    has_opaque_metadata bit = 0, has_unchecked_assembly_data bit = 0, with_check_option bit = 0,
    is_date_correlation_view bit = 0, is_tracked_by_cdc bit = 0, has_snapshot bit = 0,
    ledger_view_type tinyint = 0, ledger_view_type_desc nvarchar(60) = 'NON_LEDGER_VIEW',
    is_dropped_ledger_view bit = 0"""
_objects_view: Final = view(OBJECT, objects)
VIEWS: Final[dict[str, View]] = {
    "objects": _objects_view,
    "tables": view(
        OBJECT
        + """, lob_data_space_id int, filestream_data_space_id int, max_column_id_used int,
        lock_on_bulk_load bit = 0, uses_ansi_nulls bit = 1, is_replicated bit = 0,
        has_replication_filter bit = 0, is_merge_published bit = 0, is_sync_tran_subscribed bit = 0,
        has_unchecked_assembly_data bit = 0, text_in_row_limit int = 0,
        large_value_types_out_of_row bit = 0, is_tracked_by_cdc bit = 0, lock_escalation tinyint,
        lock_escalation_desc nvarchar(60), is_filetable bit = 0, is_memory_optimized bit = 0,
        durability tinyint = 0, durability_desc nvarchar(60) = 'SCHEMA_AND_DATA', temporal_type tinyint = 0,
        temporal_type_desc nvarchar(60) = 'NON_TEMPORAL_TABLE', history_table_id int,
        is_remote_data_archive_enabled bit = 0, is_external bit = 0, history_retention_period int,
        history_retention_period_unit int, history_retention_period_unit_desc nvarchar(10),
        is_node bit = 0, is_edge bit = 0, data_retention_period int, data_retention_period_unit int,
        data_retention_period_unit_desc nvarchar(10), ledger_type tinyint = 0,
        ledger_type_desc nvarchar(60) = 'NON_LEDGER_TABLE', ledger_view_id int,
        is_dropped_ledger_table bit = 0""",
        _tables,
    ),
    "views": view(VIEW, _views),
    "procedures": view(
        OBJECT
        + """, is_auto_executed bit = 0, is_execution_replicated bit = 0,
        is_repl_serializable_only bit = 0, skips_repl_constraints bit = 0""",
        _of("P"),
    ),
    "triggers": view(
        """name sysname, object_id int, parent_class tinyint = 1,
        parent_class_desc nvarchar(60) = 'OBJECT_OR_COLUMN', parent_id int, type char(2),
        type_desc nvarchar(60), create_date datetime, modify_date datetime, is_ms_shipped bit = 0,
        is_disabled bit, is_not_for_replication bit = 0, is_instead_of_trigger bit""",
        _triggers,
    ),
    "trigger_events": view(
        """object_id int, type int, type_desc nvarchar(128), is_first bit = 0, is_last bit = 0,
        event_group_type int, event_group_type_desc nvarchar(128), is_trigger_event bit = 1""",
        _trigger_events,
    ),
    "synonyms": view(OBJECT + ", base_object_name nvarchar(1035)", _synonyms),
    "sequences": view(
        OBJECT
        + """, start_value sql_variant, increment sql_variant, minimum_value sql_variant,
        maximum_value sql_variant, is_cycling bit, is_cached bit, cache_size int, system_type_id tinyint,
        user_type_id int, precision tinyint, scale tinyint = 0, current_value sql_variant, is_exhausted bit,
        last_used_value sql_variant""",
        _sequences,
    ),
    "schemas": view("name sysname, schema_id int, principal_id int", _schemas),
    "sql_modules": view(_MODULE, _modules),
    "all_sql_modules": view(_MODULE, _modules),
}
