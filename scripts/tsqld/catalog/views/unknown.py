"""Catalog views of SQL Server 2022 that tsqld has not: refused by name, where a typing error is error 208.

Source: Microsoft Learn, "System catalog views" and "Compatibility views". Every sys.dm_… is refused too.
"""

from __future__ import annotations

from typing import Final

REFUSED: Final = frozenset(
    """bandwidth_usage column_store_dictionaries column_store_row_groups column_store_segments
    conversation_endpoints conversation_groups database_automatic_tuning_mode
    database_automatic_tuning_options database_ledger_blocks database_ledger_digest_locations
    database_ledger_transactions database_permission event_notification_event_types external_language_files
    fulltext_index_fragments internal_partitions ledger_column_history ledger_table_history login_token
    memory_optimized_tables_internal_attributes message_type_xml_schema_collection_usages
    parameter_type_usages query_context_settings query_store_plan query_store_query query_store_query_hints
    query_store_query_text query_store_runtime_stats query_store_runtime_stats_interval
    query_store_wait_stats server_event_notifications server_event_session_actions
    server_event_session_events server_event_session_fields server_event_session_targets server_events
    service_contract_message_usages service_contract_usages service_queue_usages
    spatial_reference_systems sql_dependencies syscacheobjects syscharsets sysdevices
    sysfilegroups sysfulltextcatalogs syslogins sysmembers
    sysoledbusers sysopentapes sysperfinfo syspermissions sysprotects sysremotelogins
    syscursorcolumns syscursorrefs syscursors syscursortables system_columns
    system_components_surface_area_configuration system_internals_allocation_units
    system_internals_partitions system_parameters system_types trace_categories trace_columns
    trace_event_bindings trace_events trace_subclass_values traces trigger_event_types user_token
    vector_indexes xml_schema_attributes xml_schema_component_placements xml_schema_elements
    xml_schema_facets xml_schema_model_groups xml_schema_types xml_schema_wildcard_namespaces
    xml_schema_wildcards""".split()
)
