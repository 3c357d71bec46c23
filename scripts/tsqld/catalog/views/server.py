"""Views of the databases and what belongs to each: files, options, mirroring, recovery, event sessions."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final
from uuid import NAMESPACE_DNS, UUID, uuid5
from zlib import crc32

from tsqld.catalog.model import Catalog
from tsqld.catalog.views.spec import Row, View, view
from tsqld.types import DEFAULT_COLLATION

if TYPE_CHECKING:
    from tsqld.runtime.session import Session

SA_SID: Final = b"\x01"
PAGE_BYTES: Final = 8192
_RECOVERY: Final = {"FULL": 1, "BULK_LOGGED": 2, "SIMPLE": 3}
_ACCESS: Final = {"MULTI_USER": 0, "SINGLE_USER": 1, "RESTRICTED_USER": 2}
_VERIFY: Final = {"NONE": 0, "TORN_PAGE_DETECTION": 1, "CHECKSUM": 2}
_DURABILITY: Final = {"DISABLED": 0, "ALLOWED": 1, "FORCED": 2}
SWITCHES: Final = {
    "is_auto_close_on": ("AUTO_CLOSE", "OFF"),
    "is_auto_shrink_on": ("AUTO_SHRINK", "OFF"),
    "is_auto_create_stats_on": ("AUTO_CREATE_STATISTICS", "ON"),
    "is_auto_update_stats_on": ("AUTO_UPDATE_STATISTICS", "ON"),
    "is_auto_update_stats_async_on": ("AUTO_UPDATE_STATISTICS_ASYNC", "OFF"),
    "is_read_committed_snapshot_on": ("READ_COMMITTED_SNAPSHOT", "ON"),
    "is_ansi_null_default_on": ("ANSI_NULL_DEFAULT", "OFF"),
    "is_ansi_nulls_on": ("ANSI_NULLS", "OFF"),
    "is_ansi_padding_on": ("ANSI_PADDING", "OFF"),
    "is_ansi_warnings_on": ("ANSI_WARNINGS", "OFF"),
    "is_arithabort_on": ("ARITHABORT", "OFF"),
    "is_concat_null_yields_null_on": ("CONCAT_NULL_YIELDS_NULL", "OFF"),
    "is_numeric_roundabort_on": ("NUMERIC_ROUNDABORT", "OFF"),
    "is_quoted_identifier_on": ("QUOTED_IDENTIFIER", "OFF"),
    "is_recursive_triggers_on": ("RECURSIVE_TRIGGERS", "OFF"),
    "is_cursor_close_on_commit_on": ("CURSOR_CLOSE_ON_COMMIT", "OFF"),
    "is_trustworthy_on": ("TRUSTWORTHY", "OFF"),
    "is_db_chaining_on": ("DB_CHAINING", "OFF"),
    "is_query_store_on": ("QUERY_STORE", "ON"),
    "is_accelerated_database_recovery_on": ("ACCELERATED_DATABASE_RECOVERY", "OFF"),
}


def _databases(session: Session, catalog: Catalog) -> Iterator[Row]:
    ids = session.interpreter.evaluator._functions.database_ids()
    for name in sorted((known.name for known in list(session.engine.catalogs.values())), key=ids.__getitem__):
        other = session.catalog(name)
        options = other.options
        recovery = options.get("RECOVERY", "FULL")
        access = options.get("USER_ACCESS", "MULTI_USER")
        verify = options.get("PAGE_VERIFY", "CHECKSUM")
        durability = options.get("DELAYED_DURABILITY", "DISABLED")
        snapshot = options.get("ALLOW_SNAPSHOT_ISOLATION", "ON") == "ON"
        yield {
            "name": other.name,
            "database_id": ids[other.name],
            "owner_sid": SA_SID,
            "service_broker_guid": broker_guid(other.name),
            "physical_database_name": other.name,
            "create_date": other.created,
            "compatibility_level": int(options.get("COMPATIBILITY_LEVEL", "160")),
            "collation_name": options.get("COLLATION", DEFAULT_COLLATION),
            "user_access": _ACCESS[access],
            "user_access_desc": access,
            "is_read_only": options.get("UPDATEABILITY") == "READ_ONLY",
            "snapshot_isolation_state": int(snapshot),
            "snapshot_isolation_state_desc": "ON" if snapshot else "OFF",
            "recovery_model": _RECOVERY[recovery],
            "recovery_model_desc": recovery,
            "page_verify_option": _VERIFY[verify],
            "page_verify_option_desc": verify,
            "delayed_durability": _DURABILITY[durability],
            "delayed_durability_desc": durability,
            "target_recovery_time_in_seconds": 60,
            **{name: options.get(word, usual) == "ON" for name, (word, usual) in SWITCHES.items()},
        }


def broker_guid(name: str) -> UUID:
    """A number that stays with a database's name."""
    return uuid5(NAMESPACE_DNS, f"{name.lower()}.tsqld")


def files_of(session: Session, catalog: Catalog, number: int = 0) -> Iterator[Row]:
    """The data file, and what DuckDB has written ahead of it as its log.

    They are called as SQL Server calls its own, since scripts find the folder by the name master.mdf.
    """
    path = session.engine.data / f"{catalog.name}.duckdb"
    shown, log = path.with_suffix(".mdf"), f"{catalog.name}_log"
    if catalog.name == "master":
        log = "mastlog"
    for file_id, kind, name, place, called in (
        (1, "ROWS", catalog.name, path, shown),
        (2, "LOG", log, path.with_suffix(".duckdb.wal"), shown.with_name(f"{log}.ldf")),
    ):
        yield {
            "database_id": number,
            "file_id": file_id,
            "file_guid": broker_guid(f"{name}.{file_id}"),
            "type": file_id - 1,
            "type_desc": kind,
            "data_space_id": 2 - file_id,
            "name": name,
            "physical_name": str(called),
            "size": _pages(place),
        }


def _pages(path: Path) -> int:
    return path.stat().st_size // PAGE_BYTES if path.exists() else 0


def _database_files(session: Session, catalog: Catalog) -> Iterator[Row]:
    return files_of(session, catalog)


def each_database(session: Session) -> Iterator[tuple[Catalog, int]]:
    ids = session.interpreter.evaluator._functions.database_ids()
    for other in sorted(session.engine.catalogs.values(), key=lambda known: ids[known.name]):
        yield other, ids[other.name]


def _master_files(session: Session, catalog: Catalog) -> Iterator[Row]:
    for other, number in each_database(session):
        yield from files_of(session, other, number)


def _file_statistics(session: Session, catalog: Catalog) -> Iterator[Row]:
    """Behind sys.dm_io_virtual_file_stats."""
    for row in _master_files(session, catalog):
        yield {
            "database_id": row["database_id"],
            "file_id": row["file_id"],
            "size_on_disk_bytes": row["size"] * PAGE_BYTES,
        }


def _space_usage(session: Session, catalog: Catalog) -> Iterator[Row]:
    ids = session.interpreter.evaluator._functions.database_ids()
    for row in files_of(session, catalog, ids[catalog.name]):
        if row["type_desc"] == "ROWS":
            pages = {"total_page_count": row["size"], "allocated_extent_page_count": row["size"]}
            yield {**row, **pages, "user_object_reserved_page_count": row["size"]}


def _by_database(session: Session, catalog: Catalog) -> Iterator[Row]:
    """A row a database, for views that have nothing else to say of it."""
    for _, number in each_database(session):
        yield {"database_id": number}


def _recovery(session: Session, catalog: Catalog) -> Iterator[Row]:
    for other, number in each_database(session):
        yield {"database_id": number, "database_guid": broker_guid(f"{other.name}.recovery")}


_SCOPED: Final = {
    1: ("MAXDOP", ("int", 0)),
    2: ("LEGACY_CARDINALITY_ESTIMATION", ("bit", 0)),
    3: ("PARAMETER_SNIFFING", ("bit", 1)),
    4: ("QUERY_OPTIMIZER_HOTFIXES", ("bit", 0)),
    6: ("IDENTITY_CACHE", ("bit", 1)),
}


def _scoped_configurations(session: Session, catalog: Catalog) -> Iterator[Row]:
    for number, (name, value) in _SCOPED.items():
        yield {"configuration_id": number, "name": name, "value": value}


def _query_store(session: Session, catalog: Catalog) -> Iterator[Row]:
    """Query Store gathers nothing here, whatever the option of the database says."""
    yield {}


_FILE: Final = """file_id int, file_guid uniqueidentifier, type tinyint, type_desc nvarchar(60),
    data_space_id int, name sysname, physical_name nvarchar(260), state tinyint = 0,
    state_desc nvarchar(60) = 'ONLINE', size int, max_size int = -1, growth int = 8192,
    is_media_read_only bit = 0, is_read_only bit = 0, is_sparse bit = 0, is_percent_growth bit = 0,
    is_name_reserved bit = 0, is_persistent_log_buffer bit = 0, create_lsn numeric(25,0),
    drop_lsn numeric(25,0), read_only_lsn numeric(25,0), read_write_lsn numeric(25,0),
    differential_base_lsn numeric(25,0), differential_base_guid uniqueidentifier,
    differential_base_time datetime, redo_start_lsn numeric(25,0), redo_start_fork_guid uniqueidentifier,
    redo_target_lsn numeric(25,0), redo_target_fork_guid uniqueidentifier, backup_lsn numeric(25,0)"""


def _event_sessions(session: Session, catalog: Catalog) -> Iterator[Row]:
    for number, (name, _, _, _) in enumerate(session.engine.event_sessions.shown(), start=65536):
        yield {"event_session_id": number, "name": name}


def _started_events(session: Session, catalog: Catalog) -> Iterator[Row]:
    for name, created, started, _ in session.engine.event_sessions.shown():
        if started:
            yield {"address": _address(name), "name": name, "create_time": created}


def _event_targets(session: Session, catalog: Catalog) -> Iterator[Row]:
    for name, _, started, document in session.engine.event_sessions.shown():
        if started:
            yield {"event_session_address": _address(name), "execution_count": 1, "target_data": document}


def _address(name: str) -> bytes:
    """What tells a session from others; SQL Server's is where it lies in memory."""
    return crc32(name.lower().encode()).to_bytes(8, "big")


VIEWS: Final[dict[str, View]] = {
    "databases": view(
        """name sysname, database_id int, source_database_id int, owner_sid varbinary(85),
        create_date datetime, compatibility_level tinyint, collation_name sysname, user_access tinyint,
        user_access_desc nvarchar(60), is_read_only bit, is_auto_close_on bit, is_auto_shrink_on bit,
        state tinyint = 0, state_desc nvarchar(60) = 'ONLINE', is_in_standby bit = 0,
        is_cleanly_shutdown bit = 0, is_supplemental_logging_enabled bit = 0,
        snapshot_isolation_state tinyint, snapshot_isolation_state_desc nvarchar(60),
        is_read_committed_snapshot_on bit, recovery_model tinyint, recovery_model_desc nvarchar(60),
        page_verify_option tinyint, page_verify_option_desc nvarchar(60), is_auto_create_stats_on bit,
        is_auto_create_stats_incremental_on bit = 0, is_auto_update_stats_on bit,
        is_auto_update_stats_async_on bit, is_ansi_null_default_on bit, is_ansi_nulls_on bit,
        is_ansi_padding_on bit, is_ansi_warnings_on bit, is_arithabort_on bit,
        is_concat_null_yields_null_on bit, is_numeric_roundabort_on bit, is_quoted_identifier_on bit,
        is_recursive_triggers_on bit, is_cursor_close_on_commit_on bit, is_local_cursor_default bit = 0,
        is_fulltext_enabled bit = 0, is_trustworthy_on bit, is_db_chaining_on bit,
        is_parameterization_forced bit = 0, is_master_key_encrypted_by_server bit = 0,
        is_query_store_on bit, is_published bit = 0, is_subscribed bit = 0, is_merge_published bit = 0,
        is_distributor bit = 0, is_sync_with_backup bit = 0, service_broker_guid uniqueidentifier,
        is_broker_enabled bit = 0, log_reuse_wait tinyint = 0, log_reuse_wait_desc nvarchar(60) = 'NOTHING',
        is_date_correlation_on bit = 0, is_cdc_enabled bit = 0, is_encrypted bit = 0,
        is_honor_broker_priority_on bit = 0, replica_id uniqueidentifier, group_database_id uniqueidentifier,
        resource_pool_id int, default_language_lcid smallint, default_language_name nvarchar(128),
        default_fulltext_language_lcid int, default_fulltext_language_name nvarchar(128),
        is_nested_triggers_on bit, is_transform_noise_words_on bit, two_digit_year_cutoff smallint,
        containment tinyint = 0, containment_desc nvarchar(60) = 'NONE',
        target_recovery_time_in_seconds int, delayed_durability int, delayed_durability_desc nvarchar(60),
        is_memory_optimized_elevate_to_snapshot_on bit = 0, is_federation_member bit = 0,
        is_remote_data_archive_enabled bit = 0, is_mixed_page_allocation_on bit = 0,
        is_temporal_history_retention_enabled bit = 1, catalog_collation_type int = 0,
        catalog_collation_type_desc nvarchar(60) = 'DATABASE_DEFAULT', physical_database_name nvarchar(128),
        is_result_set_caching_on bit = 0, is_accelerated_database_recovery_on bit,
        is_tempdb_spill_to_remote_store bit = 0, is_stale_page_detection_on bit = 0,
        is_memory_optimized_enabled bit = 1, is_data_retention_enabled bit = 0, is_ledger_on bit = 0,
        is_change_feed_enabled bit = 0""",
        _databases,
    ),
    "database_files": view(_FILE, _database_files),
    "master_files": view(f"database_id int, {_FILE}", _master_files),
    "server_event_sessions": view(
        "event_session_id int, name sysname, startup_state bit = 0", _event_sessions
    ),
    "dm_xe_sessions": view("address varbinary(8), name nvarchar(256), create_time datetime", _started_events),
    "dm_xe_session_targets": view(
        """event_session_address varbinary(8), target_name nvarchar(60) = 'ring_buffer',
        execution_count bigint, target_data nvarchar(max)""",
        _event_targets,
    ),
    "tsqld_file_stats": view(
        """database_id smallint, file_id smallint, sample_ms bigint = 0, num_of_reads bigint = 0,
        num_of_bytes_read bigint = 0, io_stall_read_ms bigint = 0, io_stall_queued_read_ms bigint = 0,
        num_of_writes bigint = 0, num_of_bytes_written bigint = 0, io_stall_write_ms bigint = 0,
        io_stall_queued_write_ms bigint = 0, io_stall bigint = 0, size_on_disk_bytes bigint,
        file_handle varbinary(8)""",
        _file_statistics,
    ),
    "dm_db_file_space_usage": view(
        """database_id smallint, file_id smallint, filegroup_id smallint = 1, total_page_count bigint,
        allocated_extent_page_count bigint, unallocated_extent_page_count bigint = 0,
        version_store_reserved_page_count bigint = 0, user_object_reserved_page_count bigint,
        internal_object_reserved_page_count bigint = 0, mixed_extent_page_count bigint = 0,
        modified_extent_page_count bigint = 0""",
        _space_usage,
    ),
    "database_mirroring": view(
        """database_id int, mirroring_guid uniqueidentifier, mirroring_state tinyint,
        mirroring_state_desc nvarchar(60), mirroring_role tinyint, mirroring_role_desc nvarchar(60),
        mirroring_role_sequence int, mirroring_safety_level tinyint,
        mirroring_safety_level_desc nvarchar(60), mirroring_safety_sequence int,
        mirroring_partner_name nvarchar(128), mirroring_partner_instance nvarchar(128),
        mirroring_witness_name nvarchar(128), mirroring_witness_state tinyint,
        mirroring_witness_state_desc nvarchar(60), mirroring_failover_lsn numeric(25,0),
        mirroring_connection_timeout int, mirroring_redo_queue int,
        mirroring_redo_queue_type nvarchar(60), mirroring_end_of_log_lsn numeric(25,0),
        mirroring_replication_lsn numeric(25,0)""",
        _by_database,
    ),
    "database_recovery_status": view(
        """database_id int, database_guid uniqueidentifier, family_guid uniqueidentifier,
        last_log_backup_lsn numeric(25,0), recovery_fork_guid uniqueidentifier,
        first_recovery_fork_guid uniqueidentifier, fork_point_lsn numeric(25,0)""",
        _recovery,
    ),
    "database_filestream_options": view(
        """database_id int, non_transacted_access tinyint = 0,
        non_transacted_access_desc nvarchar(60) = 'OFF', directory_name nvarchar(255)""",
        _by_database,
    ),
    "database_scoped_configurations": view(
        """configuration_id int, name nvarchar(60), value sql_variant, value_for_secondary sql_variant,
        is_value_default bit = 1""",
        _scoped_configurations,
    ),
    "database_query_store_options": view(
        """desired_state smallint = 0, desired_state_desc nvarchar(60) = 'OFF', actual_state smallint = 0,
        actual_state_desc nvarchar(60) = 'OFF', readonly_reason int = 0,
        current_storage_size_mb bigint = 0, flush_interval_seconds bigint = 900,
        interval_length_minutes bigint = 60, max_storage_size_mb bigint = 1000,
        stale_query_threshold_days bigint = 30, max_plans_per_query bigint = 200,
        query_capture_mode smallint = 2, query_capture_mode_desc nvarchar(60) = 'AUTO',
        capture_policy_execution_count int, capture_policy_total_compile_cpu_time_ms bigint,
        capture_policy_total_execution_cpu_time_ms bigint, capture_policy_stale_threshold_hours int,
        size_based_cleanup_mode smallint = 1, size_based_cleanup_mode_desc nvarchar(60) = 'AUTO',
        wait_stats_capture_mode smallint = 1, wait_stats_capture_mode_desc nvarchar(60) = 'ON',
        actual_state_additional_info nvarchar(4000) = ''""",
        _query_store,
    ),
}
