"""Views of the machine and the process: dm_os_host_info, dm_os_sys_info, memory, performance counters.

Numbers of the machine are read when asked. What SQL Server's scheduler and memory manager would count, and
this process has not, is NULL.
"""

from __future__ import annotations

import os
import platform
import resource
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tsqld.catalog.model import Catalog
from tsqld.catalog.views.spec import Row, View, view

if TYPE_CHECKING:
    from tsqld.runtime.session import Session

_KIB: Final = 1024
_RAW_COUNT: Final = 65792
"""PERF_COUNTER_LARGE_RAWCOUNT"""


def _memory() -> tuple[int, int]:
    """KiB of the machine's memory, and of what is free."""
    pages = os.sysconf("SC_PAGE_SIZE") // _KIB
    return os.sysconf("SC_PHYS_PAGES") * pages, os.sysconf("SC_AVPHYS_PAGES") * pages


def _resident() -> int:
    """KiB of memory that this process holds."""
    status = Path("/proc/self/statm")
    if status.exists():
        return int(status.read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE") // _KIB
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _host_info(session: Session, catalog: Catalog) -> Iterator[Row]:
    told = platform.freedesktop_os_release() if Path("/etc/os-release").exists() else {}
    yield {
        "host_platform": platform.system(),
        "host_distribution": told.get("NAME", platform.system()),
        "host_release": told.get("VERSION_ID", platform.release()),
        "host_service_pack_level": "",
        "host_architecture": platform.machine().upper(),
    }


def _system_info(session: Session, catalog: Catalog) -> Iterator[Row]:
    cores = os.cpu_count() or 1
    total, _ = _memory()
    running = datetime.now() - session.engine.started
    yield {
        "cpu_ticks": int(running.total_seconds() * 1_000_000_000),
        "ms_ticks": int(running.total_seconds() * 1000),
        "cpu_count": cores,
        "hyperthread_ratio": cores,
        "physical_memory_kb": total,
        "virtual_memory_kb": 137438953472 - 1,
        "committed_kb": _resident(),
        "committed_target_kb": total,
        "visible_target_kb": total,
        "max_workers_count": 512,
        "scheduler_count": cores,
        "scheduler_total_count": cores,
        "deadlock_monitor_serial_number": 0,
        "sqlserver_start_time_ms_ticks": 0,
        "sqlserver_start_time": session.engine.started,
        "process_kernel_time_ms": int(os.times().system * 1000),
        "process_user_time_ms": int(os.times().user * 1000),
        "socket_count": 1,
        "cores_per_socket": cores,
    }


def _process_memory(session: Session, catalog: Catalog) -> Iterator[Row]:
    held = _resident()
    yield {
        "physical_memory_in_use_kb": held,
        "virtual_address_space_committed_kb": held,
        "memory_utilization_percentage": 100,
    }


def _system_memory(session: Session, catalog: Catalog) -> Iterator[Row]:
    total, free = _memory()
    yield {"total_physical_memory_kb": total, "available_physical_memory_kb": free}


def _nodes(session: Session, catalog: Catalog) -> Iterator[Row]:
    cores = os.cpu_count() or 1
    yield {"node_id": 0, "cpu_affinity_mask": (1 << cores) - 1, "online_scheduler_count": cores}


def _schedulers(session: Session, catalog: Catalog) -> Iterator[Row]:
    for number in range(os.cpu_count() or 1):
        yield {"scheduler_id": number, "cpu_id": number}


def _counters(session: Session, catalog: Catalog) -> Iterator[Row]:
    yield {
        "object_name": "SQLServer:General Statistics",
        "counter_name": "User Connections",
        "instance_name": "",
        "cntr_value": len(session.engine.sessions),
        "cntr_type": _RAW_COUNT,
    }


def _volume(session: Session, catalog: Catalog) -> Iterator[Row]:
    """Behind sys.dm_os_volume_stats: where the data lies."""
    found = os.statvfs(session.engine.data)
    yield {
        "volume_mount_point": "/",
        "volume_id": str(session.engine.data.stat().st_dev),
        "total_bytes": found.f_blocks * found.f_frsize,
        "available_bytes": found.f_bavail * found.f_frsize,
    }


VIEWS: Final[dict[str, View]] = {
    "dm_os_host_info": view(
        """host_platform nvarchar(256), host_distribution nvarchar(256), host_release nvarchar(256),
        host_service_pack_level nvarchar(256), host_sku int, os_language_version int = 0,
        host_architecture nvarchar(256)""",
        _host_info,
    ),
    "dm_os_sys_info": view(
        """cpu_ticks bigint, ms_ticks bigint, cpu_count int, hyperthread_ratio int, physical_memory_kb bigint,
        virtual_memory_kb bigint, committed_kb bigint, committed_target_kb bigint, visible_target_kb bigint,
        stack_size_in_bytes int = 2093056, os_quantum bigint = 4, os_error_mode int = 0,
        os_priority_class int = 32, max_workers_count int, scheduler_count int, scheduler_total_count int,
        deadlock_monitor_serial_number int, sqlserver_start_time_ms_ticks bigint,
        sqlserver_start_time datetime, affinity_type int = 2, affinity_type_desc nvarchar(60) = 'AUTO',
        process_kernel_time_ms bigint, process_user_time_ms bigint, time_source int = 0,
        time_source_desc nvarchar(60) = 'QUERY_PERFORMANCE_COUNTER', virtual_machine_type int = 0,
        virtual_machine_type_desc nvarchar(60) = 'NONE', softnuma_configuration int = 0,
        softnuma_configuration_desc nvarchar(60) = 'OFF', process_physical_affinity nvarchar(3072) = '',
        sql_memory_model int = 1, sql_memory_model_desc nvarchar(120) = 'CONVENTIONAL', socket_count int,
        cores_per_socket int, numa_node_count int = 1, container_type int = 0,
        container_type_desc nvarchar(60) = 'NONE'""",
        _system_info,
    ),
    "dm_os_process_memory": view(
        """physical_memory_in_use_kb bigint, large_page_allocations_kb bigint = 0,
        locked_page_allocations_kb bigint = 0, total_virtual_address_space_kb bigint,
        virtual_address_space_reserved_kb bigint, virtual_address_space_committed_kb bigint,
        virtual_address_space_available_kb bigint, page_fault_count bigint,
        memory_utilization_percentage int, available_commit_limit_kb bigint,
        process_physical_memory_low bit = 0, process_virtual_memory_low bit = 0""",
        _process_memory,
    ),
    "dm_os_sys_memory": view(
        """total_physical_memory_kb bigint, available_physical_memory_kb bigint, total_page_file_kb bigint,
        available_page_file_kb bigint, system_cache_kb bigint, kernel_paged_pool_kb bigint,
        kernel_nonpaged_pool_kb bigint, system_high_memory_signal_state bit = 1,
        system_low_memory_signal_state bit = 0,
        system_memory_state_desc nvarchar(256) = 'Available physical memory is high'""",
        _system_memory,
    ),
    "dm_os_nodes": view(
        """node_id smallint, node_state_desc nvarchar(256) = 'ONLINE', memory_object_address varbinary(8),
        memory_clerk_address varbinary(8), io_completion_worker_address varbinary(8),
        memory_node_id smallint = 0, cpu_affinity_mask bigint, online_scheduler_count smallint,
        idle_scheduler_count smallint = 0, active_worker_count int = 0, avg_load_balance int = 0,
        timer_task_affinity_mask bigint = 0, permanent_task_affinity_mask bigint = 0,
        resource_monitor_state bit = 0, online_scheduler_mask bigint, processor_group smallint = 0,
        cpu_count int""",
        _nodes,
    ),
    "dm_os_memory_nodes": view(
        """memory_node_id smallint, virtual_address_space_reserved_kb bigint,
        virtual_address_space_committed_kb bigint, locked_page_allocations_kb bigint = 0, pages_kb bigint,
        shared_memory_reserved_kb bigint, shared_memory_committed_kb bigint, cpu_affinity_mask bigint,
        online_scheduler_mask bigint, processor_group smallint = 0, foreign_committed_kb bigint,
        target_kb bigint""",
        lambda session, catalog: [{"memory_node_id": 0, "virtual_address_space_committed_kb": _resident()}],
    ),
    "dm_os_schedulers": view(
        """scheduler_address varbinary(8), parent_node_id int = 0, scheduler_id int, cpu_id int,
        status nvarchar(60) = 'VISIBLE ONLINE', is_online bit = 1, is_idle bit = 1,
        preemptive_switches_count int = 0, context_switches_count int = 0, idle_switches_count int = 0,
        current_tasks_count int = 0, runnable_tasks_count int = 0, current_workers_count int = 0,
        active_workers_count int = 0, work_queue_count bigint = 0, pending_disk_io_count int = 0,
        load_factor int = 0""",
        _schedulers,
    ),
    "dm_os_performance_counters": view(
        """object_name nchar(128), counter_name nchar(128), instance_name nchar(128), cntr_value bigint,
        cntr_type int""",
        _counters,
    ),
    "tsqld_volume": view(
        """volume_mount_point nvarchar(512), volume_id nvarchar(512), logical_volume_name nvarchar(512) = '',
        file_system_type nvarchar(512) = '', total_bytes bigint, available_bytes bigint,
        supports_compression tinyint = 0, supports_alternate_streams tinyint = 0,
        supports_sparse_files tinyint = 0, is_read_only tinyint = 0, is_compressed tinyint = 0""",
        _volume,
    ),
    "dm_os_enumerate_fixed_drives": view(
        """fixed_drive_path nvarchar(256) = '/', drive_type int = 3,
        drive_type_desc nvarchar(256) = 'DRIVE_FIXED', free_space_in_bytes bigint""",
        lambda session, catalog: [
            {"free_space_in_bytes": row["available_bytes"]} for row in _volume(session, catalog)
        ],
    ),
}
