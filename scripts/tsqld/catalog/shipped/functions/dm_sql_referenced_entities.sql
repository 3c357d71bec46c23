CREATE FUNCTION sys.dm_sql_referenced_entities (@name nvarchar(517), @class nvarchar(60))
    RETURNS TABLE AS RETURN
    SELECT CAST(0 AS int) AS referencing_minor_id, d.referenced_server_name, d.referenced_database_name,
        d.referenced_schema_name, d.referenced_entity_name, CAST(NULL AS sysname) AS referenced_minor_name,
        d.referenced_id, CAST(0 AS int) AS referenced_minor_id, d.referenced_class, d.referenced_class_desc,
        d.is_caller_dependent, d.is_ambiguous, CAST(0 AS bit) AS is_selected, CAST(0 AS bit) AS is_updated,
        CAST(0 AS bit) AS is_select_all, CAST(1 AS bit) AS is_all_columns_found,
        CAST(0 AS bit) AS is_insert_all, CAST(0 AS bit) AS is_incomplete
    FROM sys.sql_expression_dependencies AS d
    WHERE @class = 'OBJECT' AND d.referencing_id = OBJECT_ID(@name)
