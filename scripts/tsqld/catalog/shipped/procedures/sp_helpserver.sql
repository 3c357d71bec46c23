-- Microsoft Learn: sp_helpserver. There are no linked or remote servers.
CREATE PROCEDURE sys.sp_helpserver @server sysname = NULL, @optname varchar(35) = NULL, @show_topology varchar(1) = NULL AS
BEGIN
SET NOCOUNT ON;
IF @server IS NOT NULL AND NOT EXISTS (SELECT * FROM sys.servers WHERE name = @server)
BEGIN
    RAISERROR (15015, -1, -1, @server);
    RETURN 1;
END
SELECT name, CAST(name AS nvarchar(30)) AS network_name,
    CAST('rpc,rpc out,use remote collation' AS varchar(83)) AS status, CAST(server_id AS char(4)) AS id,
    CAST(NULL AS sysname) AS collation_name, connect_timeout, query_timeout
FROM sys.servers
WHERE name = ISNULL(@server, name)
ORDER BY name;
END
