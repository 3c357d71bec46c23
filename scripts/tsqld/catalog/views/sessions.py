"""Views of what runs: sessions, connections, requests, transactions, locks, sysprocesses.

What this engine does not measure (reads, waits, memory grants) is zero, as of a session that needed none.
Source: Microsoft Learn's page of each view.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final
from zlib import crc32

from tsqld.catalog.model import Catalog
from tsqld.catalog.views.spec import Row, View, view
from tsqld.runtime.querystats import sql_handle
from tsqld.security.principals import sid_of_login

if TYPE_CHECKING:
    from tsqld.runtime.session import Session

_ISOLATION: Final = {
    "READ UNCOMMITTED": 1,
    "READ COMMITTED": 2,
    "REPEATABLE READ": 3,
    "SERIALIZABLE": 4,
    "SNAPSHOT": 5,
}
_MODES: Final = {"S": 3, "U": 4, "X": 5, "IS": 6, "IU": 7, "IX": 8, "SIX": 11}
_APPLICATION: Final = "applock:"
_COMMANDS: Final = {
    "SELECT", "INSERT", "UPDATE", "DELETE", "MERGE", "EXECUTE", "CREATE", "ALTER", "DROP",
    "TRUNCATE", "WAITFOR",
}  # fmt: skip


def _now() -> dt.datetime:
    return dt.datetime.now()


def _milliseconds(since: dt.datetime, until: dt.datetime | None = None) -> int:
    return max(int(((until or _now()) - since).total_seconds() * 1000), 0)


def _everyone(session: Session) -> list[Session]:
    return sorted(session.engine.sessions.values(), key=lambda other: other.spid)


def _ids(session: Session) -> dict[str, int]:
    return session.interpreter.evaluator._functions.database_ids()


def _blockers(session: Session) -> dict[int, tuple[int, str]]:
    """Whom a waiting session waits for, and for which resource."""
    return {spid: (blocker, resource) for resource, _, spid, blocker in session.engine.locks.waiting()}


def _status(other: Session, blocked: dict[int, tuple[int, str]]) -> str:
    if other.spid in blocked:
        return "suspended"
    return "running" if other.running else "sleeping"


def _sessions(session: Session, catalog: Catalog) -> Iterator[Row]:
    ids = _ids(session)
    for other in _everyone(session):
        options = other.options
        yield {
            "session_id": other.spid,
            "login_time": other.logged_in,
            "host_name": other.host or None,
            "program_name": other.app or None,
            "host_process_id": other.transport.process if other.transport else None,
            "client_interface_name": (other.transport.interface if other.transport else "") or None,
            "security_id": _sid(other),
            "login_name": other.login,
            "status": "running" if other.running else "sleeping",
            "context_info": other.context_info,
            "total_elapsed_time": other.busy_milliseconds,
            "last_request_start_time": other.request_started,
            "last_request_end_time": None if other.running else other.request_ended,
            "text_size": options.textsize,
            "language": options.language,
            "date_format": options.dateformat,
            "date_first": options.datefirst,
            "quoted_identifier": options.quoted_identifier,
            "arithabort": options.arithabort,
            "transaction_isolation_level": _ISOLATION.get(options.isolation, 2),
            "lock_timeout": options.lock_timeout,
            "deadlock_priority": options.deadlock_priority,
            "row_count": other.rowcount,
            "prev_error": other.last_error,
            "original_security_id": _sid(other),
            "original_login_name": other.login,
            "database_id": ids.get(other.database),
            "authenticating_database_id": 1,
            "open_transaction_count": other.trancount,
        }


def _connections(session: Session, catalog: Catalog) -> Iterator[Row]:
    for other in _everyone(session):
        transport = other.transport
        if transport is None:
            continue
        yield {
            "protocol_version": transport.version,
            "encrypt_option": "TRUE" if transport.encrypted else "FALSE",
            "net_packet_size": transport.packet_size,
            "client_net_address": transport.client[0],
            "client_tcp_port": transport.client[1],
            "local_net_address": transport.local[0],
            "local_tcp_port": transport.local[1],
            "session_id": other.spid,
            "most_recent_session_id": other.spid,
            "connect_time": other.logged_in,
            "last_read": other.request_started,
            "last_write": other.request_ended,
            "most_recent_sql_handle": sql_handle(other.text),
        }


def _sid(other: Session) -> bytes | None:
    """Of the login that a session began with."""
    return sid_of_login(other.catalog("master"), other.login)


def _command(text: str) -> str:
    """The first word of a statement that the view names, SELECT for what it cannot tell."""
    words = (word.strip("(;").upper() for word in text.split())
    return next((word for word in words if word in _COMMANDS), "SELECT")


def _requests(session: Session, catalog: Catalog) -> Iterator[Row]:
    ids, blocked = _ids(session), _blockers(session)
    for other in _everyone(session):
        if not other.running:
            continue
        blocker, resource = blocked.get(other.spid, (0, ""))
        yield {
            "session_id": other.spid,
            "start_time": other.request_started,
            "status": _status(other, blocked),
            "command": _command(other.text),
            "sql_handle": sql_handle(other.text),
            "statement_start_offset": 0,
            "statement_end_offset": -1,
            "database_id": ids.get(other.database),
            "blocking_session_id": blocker,
            "wait_type": "LCK_M_X" if blocker else None,
            "wait_time": _milliseconds(other.statement_time) if blocker else 0,
            "last_wait_type": "LCK_M_X" if blocker else "MISCELLANEOUS",
            "wait_resource": resource,
            "open_transaction_count": other.trancount,
            "transaction_id": _transaction_id(other),
            "context_info": other.context_info,
            "total_elapsed_time": _milliseconds(other.request_started),
            "text_size": other.options.textsize,
            "language": other.options.language,
            "date_format": other.options.dateformat,
            "date_first": other.options.datefirst,
            "quoted_identifier": other.options.quoted_identifier,
            "arithabort": other.options.arithabort,
            "transaction_isolation_level": _ISOLATION.get(other.options.isolation, 2),
            "lock_timeout": other.options.lock_timeout,
            "row_count": other.rowcount,
            "prev_error": other.last_error,
            "nest_level": other.frame.nest,
        }


def _transaction_id(other: Session) -> int:
    return other.interpreter.evaluator._functions.call("CURRENT_TRANSACTION_ID", ())  # type: ignore[no-any-return]


def _in_transactions(session: Session) -> Iterator[tuple[Session, int]]:
    for other in _everyone(session):
        if other.trancount:
            yield other, _transaction_id(other)


def _began(other: Session) -> dt.datetime | None:
    transaction = other.executor.transaction
    return transaction.began if transaction is not None else None


def _active_transactions(session: Session, catalog: Catalog) -> Iterator[Row]:
    for other, number in _in_transactions(session):
        yield {
            "transaction_id": number,
            "name": other.transaction_name or "user_transaction",
            "transaction_begin_time": _began(other),
        }


def _session_transactions(session: Session, catalog: Catalog) -> Iterator[Row]:
    for other, number in _in_transactions(session):
        yield {
            "session_id": other.spid,
            "transaction_id": number,
            "transaction_descriptor": number.to_bytes(8, "little"),
            "open_transaction_count": other.trancount,
        }


def _database_transactions(session: Session, catalog: Catalog) -> Iterator[Row]:
    ids = _ids(session)
    for other, number in _in_transactions(session):
        transaction = other.executor.transaction
        wrote = transaction is not None and bool(transaction.written)
        yield {
            "transaction_id": number,
            "database_id": ids.get(other.database),
            "database_transaction_begin_time": _began(other) if wrote else None,
            "database_transaction_state": 4 if wrote else 3,
        }


def _locks(session: Session, catalog: Catalog) -> Iterator[Row]:
    ids = _ids(session)
    databases = {other.spid: other.database for other in _everyone(session)}
    for spid, database in databases.items():
        yield {
            **_locked("DATABASE", ids.get(database), "S", spid),
            "request_owner_type": "SHARED_TRANSACTION_WORKSPACE",
        }
    manager = session.engine.locks
    for resource, mode, spid in manager.held():
        yield _lock(session, ids, databases.get(spid, ""), resource, mode, spid)
    for resource, mode, spid, _ in manager.waiting():
        yield {**_lock(session, ids, databases.get(spid, ""), resource, mode, spid), "request_status": "WAIT"}


def _lock(
    session: Session, ids: dict[str, int], database: str, resource: str, mode: str, spid: int
) -> dict[str, Any]:
    if resource.startswith(_APPLICATION):
        _, database, name = resource.split(":", 2)
        return {
            **_locked("APPLICATION", ids.get(database), mode, spid),
            "resource_description": f"0:[{name[:32]}]:({crc32(name.encode()):08x})",
        }
    for catalog in list(session.engine.catalogs.values()):
        for table in catalog.tables():
            if table.storage and table.storage in resource:
                entity = {"resource_associated_entity_id": table.object_id}
                return {**_locked("OBJECT", ids.get(catalog.name), mode, spid), **entity}
    return {**_locked("METADATA", ids.get(database), mode, spid), "resource_description": resource}


def _locked(kind: str, database: int | None, mode: str, spid: int) -> dict[str, Any]:
    return {
        "resource_type": kind,
        "resource_database_id": database,
        "request_mode": mode,
        "request_session_id": spid,
    }


def _old_locks(session: Session, catalog: Catalog) -> Iterator[Row]:
    kinds = {"DATABASE": 2, "OBJECT": 5, "APPLICATION": 10, "METADATA": 12}
    for row in _locks(session, catalog):
        yield {
            "rsc_text": row.get("resource_description", ""),
            "rsc_dbid": row["resource_database_id"],
            "rsc_objid": row.get("resource_associated_entity_id", 0),
            "rsc_type": kinds[row["resource_type"]],
            "req_mode": _MODES.get(row["request_mode"], 0),
            "req_status": 3 if row.get("request_status") == "WAIT" else 1,
            "req_spid": row["request_session_id"],
        }


def _waiting_tasks(session: Session, catalog: Catalog) -> Iterator[Row]:
    for spid, (blocker, resource) in _blockers(session).items():
        other = session.engine.sessions.get(spid)
        if other is not None:
            yield {
                "session_id": spid,
                "wait_duration_ms": _milliseconds(other.statement_time),
                "wait_type": "LCK_M_X",
                "blocking_session_id": blocker,
                "resource_description": resource,
            }


def _wait_stats(session: Session, catalog: Catalog) -> Iterator[Row]:
    """Waits for locks; tsqld counts no others."""
    for mode, waits in session.engine.locks.waits().items():
        yield {
            "wait_type": f"LCK_M_{mode}",
            "waiting_tasks_count": waits.count,
            "wait_time_ms": round(waits.seconds * 1000),
            "max_wait_time_ms": round(waits.longest * 1000),
        }


def _processes(session: Session, catalog: Catalog) -> Iterator[Row]:
    ids, blocked = _ids(session), _blockers(session)
    for other in _everyone(session):
        blocker, resource = blocked.get(other.spid, (0, ""))
        yield {
            "spid": other.spid,
            "kpid": os.getpid() % 32768 if other.running else 0,
            "blocked": blocker,
            "waittype": b"\0\0",
            "waittime": _milliseconds(other.statement_time) if blocker else 0,
            "lastwaittype": "LCK_M_X" if blocker else "MISCELLANEOUS",
            "waitresource": resource,
            "dbid": ids.get(other.database),
            "login_time": other.logged_in,
            "last_batch": other.request_started,
            "open_tran": other.trancount,
            "status": "suspended" if blocker else "runnable" if other.running else "sleeping",
            "sid": _sid(other),
            "hostname": other.host,
            "program_name": other.app,
            "hostprocess": str(other.transport.process) if other.transport else "",
            "cmd": _command(other.text) if other.running else "AWAITING COMMAND",
            "nt_domain": "",
            "nt_username": "",
            "net_address": "",
            "net_library": "TCP/IP",
            "loginame": other.login,
            "context_info": other.context_info or bytes(128),
            "sql_handle": sql_handle(other.text)[:20],
        }


_USES: Final = """cpu_time int = 0, total_elapsed_time int, reads bigint = 0, writes bigint = 0,
    logical_reads bigint = 0, text_size int, language nvarchar(128), date_format nvarchar(3),
    date_first smallint, quoted_identifier bit, arithabort bit, ansi_null_dflt_on bit = 1,
    ansi_defaults bit = 0, ansi_warnings bit = 1, ansi_padding bit = 1, ansi_nulls bit = 1,
    concat_null_yields_null bit = 1, transaction_isolation_level smallint, lock_timeout int,
    deadlock_priority int = 0, row_count bigint, prev_error int"""
VIEWS: Final[dict[str, View]] = {
    "dm_exec_sessions": view(
        f"""session_id smallint, login_time datetime, host_name nvarchar(128), program_name nvarchar(128),
        host_process_id int, client_version int = 7, client_interface_name nvarchar(32),
        security_id varbinary(85), login_name nvarchar(128), nt_domain nvarchar(128),
        nt_user_name nvarchar(128), status nvarchar(30), context_info varbinary(128),
        memory_usage int = 4, total_scheduled_time int = 0, endpoint_id int = 4,
        last_request_start_time datetime, last_request_end_time datetime, is_user_process bit = 1,
        {_USES}, original_security_id varbinary(85), original_login_name nvarchar(128),
        last_successful_logon datetime, last_unsuccessful_logon datetime, unsuccessful_logons bigint,
        group_id int = 2, database_id smallint, authenticating_database_id int, open_transaction_count int,
        page_server_reads bigint = 0, contained_availability_group_id uniqueidentifier""",
        _sessions,
    ),
    "dm_exec_connections": view(
        """session_id int, most_recent_session_id int, connect_time datetime,
        net_transport nvarchar(40) = 'TCP', protocol_type nvarchar(40) = 'TSQL',
        protocol_version int, endpoint_id int = 4, encrypt_option nvarchar(40),
        auth_scheme nvarchar(40) = 'SQL', node_affinity smallint = 0, num_reads int, num_writes int,
        last_read datetime, last_write datetime, net_packet_size int, client_net_address varchar(48),
        client_tcp_port int, local_net_address varchar(48), local_tcp_port int,
        connection_id uniqueidentifier, parent_connection_id uniqueidentifier,
        most_recent_sql_handle varbinary(64)""",
        _connections,
    ),
    "dm_exec_requests": view(
        f"""session_id smallint, request_id int = 0, start_time datetime, status nvarchar(30),
        command nvarchar(32), sql_handle varbinary(64), statement_start_offset int,
        statement_end_offset int, plan_handle varbinary(64), database_id smallint, user_id int = 1,
        connection_id uniqueidentifier, blocking_session_id smallint, wait_type nvarchar(60), wait_time int,
        last_wait_type nvarchar(60), wait_resource nvarchar(256), open_transaction_count int,
        open_resultset_count int = 1, transaction_id bigint, context_info varbinary(128),
        percent_complete real = 0, estimated_completion_time bigint = 0, {_USES}, nest_level int,
        granted_query_memory int = 0, executing_managed_code bit = 0, group_id int = 2,
        query_hash binary(8), query_plan_hash binary(8), statement_sql_handle varbinary(64),
        statement_context_id bigint, dop int = 1, parallel_worker_count int,
        external_script_request_id uniqueidentifier, is_resumable bit = 0, page_resource binary(8),
        page_server_reads bigint = 0, dist_statement_id uniqueidentifier""",
        _requests,
    ),
    "dm_tran_active_transactions": view(
        """transaction_id bigint, name nvarchar(32), transaction_begin_time datetime,
        transaction_type int = 1, transaction_uow uniqueidentifier, transaction_state int = 2,
        transaction_status int = 0, transaction_status2 int = 258, dtc_state int = 0, dtc_status int = 0,
        dtc_isolation_level int = -1, filestream_transaction_id varbinary(128)""",
        _active_transactions,
    ),
    "dm_tran_session_transactions": view(
        """session_id int, transaction_id bigint, transaction_descriptor binary(8),
        enlist_count int = 0, is_user_transaction bit = 1, is_local bit = 1, is_enlisted bit = 0,
        is_bound bit = 0, open_transaction_count int""",
        _session_transactions,
    ),
    "dm_tran_database_transactions": view(
        """transaction_id bigint, database_id int, database_transaction_begin_time datetime,
        database_transaction_type int = 1, database_transaction_state int,
        database_transaction_status int = 0, database_transaction_status2 int = 0,
        database_transaction_log_record_count bigint = 0,
        database_transaction_replicate_record_count int = 0,
        database_transaction_log_bytes_used bigint = 0,
        database_transaction_log_bytes_reserved bigint = 0,
        database_transaction_log_bytes_used_system int = 0,
        database_transaction_log_bytes_reserved_system int = 0,
        database_transaction_begin_lsn numeric(25,0), database_transaction_last_lsn numeric(25,0),
        database_transaction_most_recent_savepoint_lsn numeric(25,0),
        database_transaction_commit_lsn numeric(25,0),
        database_transaction_last_rollback_lsn numeric(25,0),
        database_transaction_next_undo_lsn numeric(25,0)""",
        _database_transactions,
    ),
    "dm_tran_active_snapshot_database_transactions": view(
        """transaction_id bigint, transaction_sequence_num bigint, commit_sequence_num bigint,
        session_id int, is_snapshot bit, first_snapshot_sequence_num bigint,
        max_version_chain_traversed int, average_version_chain_traversed float,
        elapsed_time_seconds bigint""",
        lambda session, catalog: [],
    ),
    "dm_tran_locks": view(
        """resource_type nvarchar(60), resource_subtype nvarchar(60) = '', resource_database_id int,
        resource_description nvarchar(256) = '', resource_associated_entity_id bigint = 0,
        resource_lock_partition int = 0, request_mode nvarchar(60), request_type nvarchar(60) = 'LOCK',
        request_status nvarchar(60) = 'GRANT', request_reference_count smallint = 1,
        request_lifetime int = 0, request_session_id int, request_exec_context_id int = 0,
        request_request_id int = 0, request_owner_type nvarchar(60) = 'TRANSACTION',
        request_owner_id bigint = 0, request_owner_guid uniqueidentifier,
        request_owner_lockspace_id nvarchar(32), lock_owner_address varbinary(8)""",
        _locks,
    ),
    "syslockinfo": view(
        """rsc_text nchar(32), rsc_bin binary(16), rsc_valblk binary(16), rsc_dbid smallint,
        rsc_indid smallint = 0, rsc_objid int, rsc_type tinyint, rsc_flag tinyint = 0, req_mode tinyint,
        req_status tinyint, req_refcnt smallint = 1, req_cryrefcnt smallint = 0, req_lifetime int = 0,
        req_spid int, req_ecid int = 0, req_ownertype smallint = 1, req_transactionid bigint = 0,
        req_transactionuow uniqueidentifier""",
        _old_locks,
    ),
    "dm_os_waiting_tasks": view(
        """waiting_task_address varbinary(8), session_id smallint, exec_context_id int = 0,
        wait_duration_ms bigint, wait_type nvarchar(60), resource_address varbinary(8),
        blocking_task_address varbinary(8), blocking_session_id smallint,
        blocking_exec_context_id int, resource_description nvarchar(3072)""",
        _waiting_tasks,
    ),
    "dm_os_wait_stats": view(
        """wait_type nvarchar(60), waiting_tasks_count bigint, wait_time_ms bigint, max_wait_time_ms bigint,
        signal_wait_time_ms bigint = 0""",
        _wait_stats,
    ),
    "sysprocesses": view(
        """spid smallint, kpid smallint, blocked smallint, waittype binary(2), waittime bigint,
        lastwaittype nchar(32), waitresource nchar(256), dbid smallint, uid smallint = 1, cpu int = 0,
        physical_io bigint = 0, memusage int = 4, login_time datetime, last_batch datetime,
        ecid smallint = 0, open_tran smallint, status nchar(30), sid binary(86), hostname nchar(128),
        program_name nchar(128), hostprocess nchar(10), cmd nchar(26), nt_domain nchar(128),
        nt_username nchar(128), net_address nchar(12), net_library nchar(12), loginame nchar(128),
        context_info binary(128), sql_handle binary(20), stmt_start int = 0, stmt_end int = -1,
        request_id int = 0, page_resource binary(8)""",
        _processes,
    ),
    "dm_exec_cached_plans": view(
        """bucketid int, refcounts int, usecounts int, size_in_bytes int, memory_object_address varbinary(8),
        cacheobjtype nvarchar(50), objtype nvarchar(20), plan_handle varbinary(64), pool_id int,
        parent_plan_handle varbinary(64)""",
        lambda session, catalog: [],
    ),
}
