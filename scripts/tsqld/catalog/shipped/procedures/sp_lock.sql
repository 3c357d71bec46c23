CREATE PROCEDURE sys.sp_lock @spid1 int = NULL, @spid2 int = NULL AS
    SELECT CAST(l.request_session_id AS smallint) AS spid, CAST(l.resource_database_id AS smallint) AS dbid,
        CAST(l.resource_associated_entity_id AS int) AS ObjId, CAST(0 AS smallint) AS IndId,
        CAST(CASE l.resource_type WHEN N'DATABASE' THEN N'DB' WHEN N'OBJECT' THEN N'TAB' WHEN N'APPLICATION' THEN N'APP'
            ELSE N'MD' END AS nvarchar(4)) AS Type,
        CAST(l.resource_description AS nvarchar(32)) AS Resource, CAST(l.request_mode AS nvarchar(8)) AS Mode,
        CAST(l.request_status AS nvarchar(5)) AS Status
    FROM sys.dm_tran_locks AS l
    WHERE @spid1 IS NULL OR l.request_session_id IN (@spid1, @spid2)
    ORDER BY 1, 2, 3, 4;
