CREATE FUNCTION sys.dm_exec_sql_text (@handle varbinary(64)) RETURNS TABLE AS RETURN
    SELECT TOP (1) t.dbid, t.objectid, CAST(NULL AS smallint) AS number,
        CAST(0 AS bit) AS encrypted, t.text
    FROM sys.tsqld_sql_texts AS t WHERE t.sql_handle = @handle
