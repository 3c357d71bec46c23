CREATE PROCEDURE sys.sp_who @loginame sysname = NULL AS
    SELECT p.spid, p.ecid, p.status, p.loginame, p.hostname, CAST(p.blocked AS char(5)) AS blk,
        DB_NAME(p.dbid) AS dbname, CAST(p.cmd AS nchar(16)) AS cmd, p.request_id
    FROM sys.sysprocesses AS p
    WHERE @loginame IS NULL OR p.loginame = @loginame OR CAST(p.spid AS nvarchar(10)) = @loginame
        OR (@loginame = N'active' AND p.cmd <> N'AWAITING COMMAND')
    ORDER BY p.spid;
