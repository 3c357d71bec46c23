"""Views of the server: databases and their files, sessions, locks, configuration."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final
from zlib import crc32

from tsqld.catalog.model import Catalog
from tsqld.catalog.views.spec import Row, View, view
from tsqld.types import DEFAULT_COLLATION

if TYPE_CHECKING:
    from tsqld.runtime.session import Session

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
_RUNNING: Final = "running"
_ISOLATION: Final = {
    "READ UNCOMMITTED": 1,
    "READ COMMITTED": 2,
    "REPEATABLE READ": 3,
    "SERIALIZABLE": 4,
    "SNAPSHOT": 5,
}


def _databases(session: Session, catalog: Catalog) -> Iterator[Row]:
    ids = session.interpreter.evaluator._functions.database_ids()
    for committed in list(session.engine.catalogs.values()):
        other = session.catalog(committed.name)
        options = other.options
        recovery = options.get("RECOVERY", "FULL")
        access = options.get("USER_ACCESS", "MULTI_USER")
        verify = options.get("PAGE_VERIFY", "CHECKSUM")
        durability = options.get("DELAYED_DURABILITY", "DISABLED")
        snapshot = options.get("ALLOW_SNAPSHOT_ISOLATION", "ON") == "ON"
        yield {
            "name": other.name,
            "database_id": ids[other.name],
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


def _files_of(session: Session, catalog: Catalog, number: int) -> Iterator[Row]:
    path = session.engine.data / f"{catalog.name}.duckdb"
    size = path.stat().st_size // 8192 if path.exists() else 0
    yield {
        "database_id": number,
        "file_id": 1,
        "type": 0,
        "type_desc": "ROWS",
        "data_space_id": 1,
        "name": catalog.name,
        "physical_name": str(path),
        "size": size,
    }


def _database_files(session: Session, catalog: Catalog) -> Iterator[Row]:
    return _files_of(session, catalog, 0)


def _master_files(session: Session, catalog: Catalog) -> Iterator[Row]:
    ids = session.interpreter.evaluator._functions.database_ids()
    for other in list(session.engine.catalogs.values()):
        yield from _files_of(session, other, ids[other.name])


def _sessions(session: Session, catalog: Catalog) -> Iterator[Row]:
    ids = session.interpreter.evaluator._functions.database_ids()
    for other in list(session.engine.sessions.values()):
        yield {
            "session_id": other.spid,
            "login_time": other.logged_in,
            "host_name": other.host or None,
            "program_name": other.app or None,
            "login_name": other.login,
            "original_login_name": other.login,
            "status": _RUNNING if other.running else "sleeping",
            "language": other.options.language,
            "date_first": other.options.datefirst,
            "date_format": other.options.dateformat,
            "lock_timeout": other.options.lock_timeout,
            "transaction_isolation_level": _ISOLATION.get(other.options.isolation, 2),
            "row_count": other.rowcount,
            "database_id": ids.get(other.database),
            "open_transaction_count": other.trancount,
        }


def _connections(session: Session, catalog: Catalog) -> Iterator[Row]:
    for other in list(session.engine.sessions.values()):
        yield {"session_id": other.spid, "connect_time": other.logged_in}


def _requests(session: Session, catalog: Catalog) -> Iterator[Row]:
    ids = session.interpreter.evaluator._functions.database_ids()
    for other in list(session.engine.sessions.values()):
        if other.running:
            yield {
                "session_id": other.spid,
                "start_time": other.statement_time,
                "status": _RUNNING,
                "command": "SELECT",
                "database_id": ids.get(other.database),
                "open_transaction_count": other.trancount,
            }


def _locks(session: Session, catalog: Catalog) -> Iterator[Row]:
    ids = session.interpreter.evaluator._functions.database_ids()
    for resource, mode, spid in session.engine.locks.held():
        kind = "APPLICATION" if resource.startswith("applock:") else "OBJECT"
        database = catalog.name
        if kind == "APPLICATION":
            _, database, resource = resource.split(":", 2)
        yield {
            "resource_type": kind,
            "resource_database_id": ids.get(database),
            "resource_description": resource,
            "request_mode": mode,
            "request_session_id": spid,
        }


def _system_info(session: Session, catalog: Catalog) -> Iterator[Row]:
    yield {"sqlserver_start_time": session.engine.started}


_CONFIGURATIONS: Final = (
    (101, "recovery interval (min)", 0, 0, 32767, 1, 1),
    (102, "allow updates", 0, 0, 1, 1, 0),
    (103, "user connections", 0, 0, 32767, 0, 1),
    (106, "locks", 0, 5000, 2147483647, 0, 1),
    (109, "fill factor (%)", 0, 0, 100, 0, 1),
    (115, "nested triggers", 1, 0, 1, 1, 0),
    (124, "default language", 0, 0, 9999, 1, 0),
    (505, "network packet size (B)", 4096, 512, 32767, 1, 1),
    (518, "show advanced options", 0, 0, 1, 1, 0),
    (1519, "remote query timeout (s)", 600, 0, 2147483647, 1, 0),
    (1536, "max text repl size (B)", 65536, -1, 2147483647, 1, 0),
    (1538, "cost threshold for parallelism", 5, 0, 32767, 1, 1),
    (1539, "max degree of parallelism", 0, 0, 32767, 1, 1),
    (1543, "min server memory (MB)", 0, 0, 2147483647, 1, 1),
    (1544, "max server memory (MB)", 2147483647, 128, 2147483647, 1, 1),
    (1579, "backup compression default", 0, 0, 1, 1, 0),
    (1581, "optimize for ad hoc workloads", 0, 0, 1, 1, 1),
    (16387, "clr strict security", 1, 0, 1, 1, 1),
    (16390, "xp_cmdshell", 0, 0, 1, 1, 1),
    (16391, "Ad Hoc Distributed Queries", 0, 0, 1, 1, 1),
)


def _configurations(session: Session, catalog: Catalog) -> Iterator[Row]:
    for number, name, value, low, high, dynamic, advanced in _CONFIGURATIONS:
        yield {
            "configuration_id": number,
            "name": name,
            "value": value,
            "minimum": low,
            "maximum": high,
            "value_in_use": value,
            "description": name,
            "is_dynamic": dynamic,
            "is_advanced": advanced,
        }


def _languages(session: Session, catalog: Catalog) -> Iterator[Row]:
    yield {"langid": 0, "name": "us_english", "alias": "English", "dateformat": "mdy", "datefirst": 7}


_FILE: Final = """file_id int, file_guid uniqueidentifier, type tinyint, type_desc nvarchar(60),
    data_space_id int, name sysname, physical_name nvarchar(260), state tinyint = 0,
    state_desc nvarchar(60) = 'ONLINE', size int, max_size int = -1, growth int = 8192,
    is_media_read_only bit = 0, is_read_only bit = 0, is_sparse bit = 0, is_percent_growth bit = 0"""


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
    "configurations": view(
        """configuration_id int, name nvarchar(35), value sql_variant, minimum sql_variant,
        maximum sql_variant, value_in_use sql_variant, description nvarchar(255), is_dynamic bit,
        is_advanced bit""",
        _configurations,
    ),
    "syslanguages": view(
        "langid smallint, dateformat nchar(3), datefirst tinyint, name sysname, alias sysname", _languages
    ),
    "server_event_sessions": view(
        "event_session_id int, name sysname, startup_state bit = 0", _event_sessions
    ),
    "dm_xe_sessions": view("address varbinary(8), name nvarchar(256), create_time datetime", _started_events),
    "dm_xe_session_targets": view(
        """event_session_address varbinary(8), target_name nvarchar(60) = 'ring_buffer',
        execution_count bigint, target_data nvarchar(max)""",
        _event_targets,
    ),
    "dm_exec_sessions": view(
        """session_id smallint, login_time datetime, host_name nvarchar(128), program_name nvarchar(128),
        host_process_id int, client_version int, client_interface_name nvarchar(32),
        login_name nvarchar(128), status nvarchar(30), language nvarchar(128),
        date_format nvarchar(3) = 'mdy',
        date_first smallint, quoted_identifier bit = 1, arithabort bit = 0, ansi_null_dflt_on bit = 1,
        ansi_defaults bit = 0, ansi_warnings bit = 1, ansi_padding bit = 1, ansi_nulls bit = 1,
        concat_null_yields_null bit = 1, transaction_isolation_level smallint, lock_timeout int,
        row_count bigint, is_user_process bit = 1, original_login_name nvarchar(128), database_id smallint,
        authenticating_database_id int, open_transaction_count int""",
        _sessions,
    ),
    "dm_exec_connections": view(
        """session_id int, most_recent_session_id int, connect_time datetime,
        net_transport nvarchar(40) = 'TCP', protocol_type nvarchar(40) = 'TSQL',
        auth_scheme nvarchar(40) = 'SQL', encrypt_option nvarchar(40), client_net_address varchar(48)""",
        _connections,
    ),
    "dm_exec_requests": view(
        """session_id smallint, request_id int = 0, start_time datetime, status nvarchar(30),
        command nvarchar(32), database_id smallint, user_id int = 1, blocking_session_id smallint = 0,
        wait_type nvarchar(60), wait_time int = 0, open_transaction_count int""",
        _requests,
    ),
    "dm_tran_locks": view(
        """resource_type nvarchar(60), resource_subtype nvarchar(60) = '', resource_database_id int,
        resource_description nvarchar(256), request_mode nvarchar(60),
        request_type nvarchar(60) = 'LOCK', request_status nvarchar(60) = 'GRANT',
        request_session_id int, request_owner_type nvarchar(60) = 'TRANSACTION'""",
        _locks,
    ),
    "dm_os_sys_info": view("sqlserver_start_time datetime", _system_info),
}
