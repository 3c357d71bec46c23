CREATE FUNCTION sys.dm_exec_query_plan (@plan_handle varbinary(64)) RETURNS TABLE AS RETURN
    SELECT TOP (1) t.dbid, t.objectid, CAST(NULL AS smallint) AS number,
        CAST(0 AS bit) AS encrypted, CAST(NULL AS nvarchar(max)) AS query_plan
    FROM sys.tsqld_sql_texts AS t WHERE t.sql_handle = @plan_handle AND t.spid IS NULL
