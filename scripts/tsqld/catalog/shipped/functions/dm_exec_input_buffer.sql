CREATE FUNCTION sys.dm_exec_input_buffer (@session_id smallint, @request_id int) RETURNS TABLE AS RETURN
    SELECT CAST(N'Language Event' AS nvarchar(256)) AS event_type, CAST(0 AS smallint) AS parameters,
        t.text AS event_info
    FROM sys.tsqld_sql_texts AS t WHERE t.spid = @session_id
