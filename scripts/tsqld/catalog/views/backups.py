"""msdb's tables that tools read: backups, restores, jobs and policies, of which this server keeps none.

`tsqld backup` writes files that its own `restore` reads, and no history of them. Source: Microsoft Learn,
"System base tables", "backupset" and the pages beside it.
"""

from __future__ import annotations

from typing import Final

from tsqld.catalog.views.absent import nothing
from tsqld.catalog.views.spec import View, view

_COLUMNS: Final[dict[str, str]] = {
    "backupset": """backup_set_id int, backup_set_uuid uniqueidentifier, media_set_id int,
        first_family_number tinyint, first_media_number smallint, last_family_number tinyint,
        last_media_number smallint, catalog_family_number tinyint, catalog_media_number smallint,
        position int, expiration_date datetime, software_vendor_id int, name nvarchar(128), description
        nvarchar(255), user_name nvarchar(128), software_major_version tinyint, software_minor_version
        tinyint, software_build_version smallint, time_zone smallint, mtf_minor_version tinyint,
        first_lsn numeric(25,0), last_lsn numeric(25,0), checkpoint_lsn numeric(25,0),
        database_backup_lsn numeric(25,0), database_creation_date datetime, backup_start_date datetime,
        backup_finish_date datetime, type char(1), sort_order smallint, code_page smallint,
        compatibility_level tinyint, database_version int, backup_size numeric(20,0), database_name
        nvarchar(128), server_name nvarchar(128), machine_name nvarchar(128), flags int, unicode_locale
        int, unicode_compare_style int, collation_name nvarchar(128), is_password_protected bit,
        recovery_model nvarchar(60), has_bulk_logged_data bit, is_snapshot bit, is_readonly bit,
        is_single_user bit, has_backup_checksums bit, is_damaged bit, begins_log_chain bit,
        has_incomplete_metadata bit, is_force_offline bit, is_copy_only bit, first_recovery_fork_guid
        uniqueidentifier, last_recovery_fork_guid uniqueidentifier, fork_point_lsn numeric(25,0),
        database_guid uniqueidentifier, family_guid uniqueidentifier, differential_base_lsn
        numeric(25,0), differential_base_guid uniqueidentifier, compressed_backup_size numeric(20,0),
        key_algorithm nvarchar(32), encryptor_thumbprint varbinary(20), encryptor_type nvarchar(32)""",
    "backupmediafamily": """media_set_id int, family_sequence_number tinyint, media_family_id
        uniqueidentifier, media_count int, logical_device_name nvarchar(128), physical_device_name
        nvarchar(260), device_type tinyint, physical_block_size int, mirror tinyint""",
    "restorehistory": """restore_history_id int, restore_date datetime, destination_database_name
        nvarchar(128), user_name nvarchar(128), backup_set_id int, restore_type char(1), replace bit,
        recovery bit, restart bit, stop_at datetime, device_count tinyint, stop_at_mark_name
        nvarchar(128), stop_before bit""",
    "sysjobs": """job_id uniqueidentifier, originating_server_id int, name sysname, enabled tinyint,
        description nvarchar(512), start_step_id int, category_id int, owner_sid varbinary(85),
        notify_level_eventlog int, notify_level_email int, notify_level_netsend int, notify_level_page
        int, notify_email_operator_id int, notify_netsend_operator_id int, notify_page_operator_id int,
        delete_level int, date_created datetime, date_modified datetime, version_number int""",
    "sysjobhistory": """instance_id int, job_id uniqueidentifier, step_id int, step_name sysname,
        sql_message_id int, sql_severity int, message nvarchar(4000), run_status int, run_date int,
        run_time int, run_duration int, operator_id_emailed int, operator_id_netsent int,
        operator_id_paged int, retries_attempted int, server sysname""",
    "syspolicy_configuration": "name sysname, current_value sql_variant",
    "syspolicy_system_health_state": """health_state_id bigint, policy_id int, last_run_date datetime,
        target_query_expression_with_id nvarchar(400), target_query_expression nvarchar(max), result bit""",
}
VIEWS: Final[dict[str, View]] = {name: view(columns, nothing) for name, columns in _COLUMNS.items()}
