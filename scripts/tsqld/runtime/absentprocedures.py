"""System procedures of SQL Server 2022 that tsqld has not: refused by name, where a typing error is 2812.

Source: Microsoft Learn, "System stored procedures", and what its drivers and tools call.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

_SCHEMAS: Final = ("", "sys", "dbo")
_NAMES: Final = frozenset(
    """sp_addapprole sp_addlinkedserver sp_addlinkedsrvlogin sp_addremotelogin sp_addserver
    sp_addumpdevice sp_approlepassword sp_assemblies_rowset sp_assemblies_rowset_rmt
    sp_assembly_dependencies_rowset sp_attach_db sp_attach_single_file_db sp_autostats sp_bcp_dbcmptlevel
    sp_bindefault sp_bindrule sp_bindsession sp_catalogs sp_catalogs_rowset sp_catalogs_rowset2
    sp_cdc_enable_db sp_cdc_enable_table sp_certify_removable sp_change_feed_configure
    sp_change_users_login sp_check_constraints_rowset sp_clean_db_file_free_space sp_clean_db_free_space
    sp_column_privileges_ex sp_column_privileges_rowset sp_columns_100_rowset sp_columns_100_rowset2
    sp_columns_ex sp_columns_ex_100 sp_columns_managed sp_columns_rowset sp_columns_rowset2
    sp_control_plan_guide sp_create_openrowset_statistics sp_create_plan_guide sp_createstats
    sp_cursor_list sp_cycle_errorlog sp_db_increased_partitions sp_dbcmptlevel sp_dbfixedrolepermission
    sp_dbmmonitorresults sp_dboption sp_defaultlanguage sp_delete_backuphistory sp_denylogin
    sp_describe_cursor sp_describe_cursor_columns sp_describe_cursor_tables
    sp_describe_parameter_encryption sp_detach_db sp_dropapprole sp_dropdevice sp_droplinkedsrvlogin
    sp_dropremotelogin sp_dropserver sp_enum_login_for_login_mapping sp_estimate_data_compression_savings
    sp_execute_external_script sp_filestream_force_garbage_collection sp_foreign_keys_rowset
    sp_foreign_keys_rowset2 sp_foreign_keys_rowset3 sp_foreignkeys sp_fulltext_catalog sp_fulltext_column
    sp_fulltext_database sp_fulltext_service sp_fulltext_table sp_get_query_template sp_getbindtoken
    sp_grantlogin sp_help_fulltext_catalogs sp_help_fulltext_columns sp_help_fulltext_tables sp_help_job
    sp_helpdevice sp_helpdistributor sp_helpextendedproc sp_helplinkedsrvlogin sp_helpremotelogin
    sp_helpreplicationdboption sp_helpsubscription sp_indexes sp_indexes_100_rowset sp_indexes_100_rowset2
    sp_indexes_managed sp_indexes_rowset sp_indexes_rowset2 sp_indexoption sp_invalidate_textptr
    sp_invoke_external_rest_endpoint sp_kill_filestream_non_transacted_handles sp_monitor sp_mscloneobject
    sp_msdbuseraccess sp_msdbuserpriv sp_msgetversion sp_mshasdbaccess sp_mshelpcolumns sp_mshelpindex
    sp_mshelpptype sp_msindexspace sp_mskilldb sp_msloginmappings sp_msobjectprivs sp_mstablechecks
    sp_mstablekeys sp_mstablerefs sp_mstablespace sp_msuniquename sp_oacreate sp_oadestroy sp_oamethod
    sp_oledb_database sp_oledb_defdb sp_oledb_deflang sp_oledb_language sp_oledb_ro_usrname sp_prepare
    sp_primary_keys_rowset sp_primary_keys_rowset2 sp_primarykeys sp_procedure_params_100_managed
    sp_procedure_params_100_rowset sp_procedure_params_100_rowset2 sp_procedure_params_managed
    sp_procedure_params_rowset sp_procedure_params_rowset2 sp_procedures_rowset sp_procedures_rowset2
    sp_procoption sp_provider_types_100_rowset sp_provider_types_rowset sp_query_store_flush_db
    sp_query_store_force_plan sp_query_store_remove_query sp_query_store_unforce_plan sp_readerrorlog
    sp_remoteoption sp_renamedb sp_resetstatus sp_revokelogin sp_schemata_rowset sp_send_dbmail
    sp_server_diagnostics sp_serveroption sp_setapprole sp_settriggerorder sp_show_openrowset_statistics
    sp_sqlagent_get_startup_info sp_srvrolepermission sp_start_job sp_stop_job sp_table_constraints_rowset
    sp_table_privileges_ex sp_table_privileges_rowset sp_table_statistics2_rowset
    sp_table_statistics_rowset sp_table_type_columns_100 sp_table_type_columns_100_rowset
    sp_table_type_pkeys sp_table_types sp_table_types_rowset sp_tableoption sp_tables_ex
    sp_tables_info_90_rowset sp_tables_info_rowset sp_tables_info_rowset_64 sp_tables_rowset
    sp_tables_rowset2 sp_testlinkedserver sp_trace_create sp_trace_generateevent sp_trace_getdata
    sp_trace_setevent sp_trace_setfilter sp_trace_setstatus sp_unbindefault sp_unbindrule sp_unsetapprole
    sp_usertypes_rowset sp_usertypes_rowset2 sp_validatelogins sp_validname sp_verify_subsystems
    sp_views_rowset sp_views_rowset2 sp_xml_preparedocument sp_xml_removedocument sp_xml_schema_rowset
    sp_xml_schema_rowset2 sp_xtp_control_proc_exec_stats xp_dirtree xp_enumerrorlogs xp_enumgroups
    xp_fileexist xp_grantlogin xp_instance_regwrite xp_logevent xp_loginconfig xp_logininfo
    xp_readerrorlog xp_regwrite xp_revokelogin xp_servicecontrol xp_sprintf xp_sqlmaint xp_sscanf
    xp_subdirs""".split()
)


def is_absent(parts: Sequence[str]) -> bool:
    """Whether a name that nothing here has is that of a system procedure."""
    schema = parts[-2].lower() if len(parts) > 1 else ""
    return parts[-1].lower() in _NAMES and schema in _SCHEMAS
