CREATE PROCEDURE sys.sp_who2 @loginame sysname = NULL AS
    SELECT CAST(p.spid AS char(5)) AS SPID, p.status AS Status, RTRIM(p.loginame) AS Login,
        IIF(p.hostname = N'', N'  .', RTRIM(p.hostname)) AS HostName,
        IIF(p.blocked = 0, '  .', CAST(p.blocked AS char(5))) AS BlkBy, DB_NAME(p.dbid) AS DBName,
        RTRIM(p.cmd) AS Command, p.cpu AS CPUTime, p.physical_io AS DiskIO,
        CONVERT(varchar(14), FORMAT(p.last_batch, N'MM/dd HH:mm:ss')) AS LastBatch, RTRIM(p.program_name) AS ProgramName,
        CAST(p.spid AS char(5)) AS SPID, CAST(p.request_id AS char(5)) AS REQUESTID
    FROM sys.sysprocesses AS p
    WHERE @loginame IS NULL OR p.loginame = @loginame OR CAST(p.spid AS nvarchar(10)) = @loginame
        OR (@loginame = N'active' AND p.cmd <> N'AWAITING COMMAND')
    ORDER BY p.spid;
