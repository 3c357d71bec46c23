-- Microsoft Learn: sp_helpdb. With a name, the files follow.
CREATE PROCEDURE sys.sp_helpdb @dbname sysname = NULL AS
BEGIN
SET NOCOUNT ON;
IF @dbname IS NOT NULL AND DB_ID(@dbname) IS NULL
BEGIN
    RAISERROR (15010, -1, -1, @dbname);
    RETURN 1;
END
SELECT d.name,
    CAST(RIGHT(REPLICATE(N' ', 10) + FORMAT((SELECT SUM(CAST(f.size AS bigint)) / 128.0 FROM sys.master_files AS f
        WHERE f.database_id = d.database_id), N'0.00') + N' MB', 13) AS nvarchar(13)) AS db_size,
    CAST(N'sa' AS sysname) AS owner, CAST(d.database_id AS smallint) AS dbid,
    CAST(CONVERT(nvarchar(11), d.create_date, 100) AS nvarchar(11)) AS created,
    CAST(CONCAT(N'Status=', d.state_desc, N', Updateability=', IIF(d.is_read_only = 1, N'READ_ONLY', N'READ_WRITE'),
        N', UserAccess=', d.user_access_desc, N', Recovery=', d.recovery_model_desc, N', Version=957, Collation=',
        d.collation_name, N', SQLSortOrder=52, IsAutoCreateStatistics, IsAutoUpdateStatistics, IsFullTextEnabled')
        AS nvarchar(600)) AS status, d.compatibility_level
FROM sys.databases AS d WHERE @dbname IS NULL OR d.name = @dbname ORDER BY d.name;
IF @dbname IS NOT NULL
BEGIN
    PRINT N'';
    SELECT f.name, CAST(f.file_id AS smallint) AS fileid, f.physical_name AS filename,
        CAST(IIF(f.type = 0, N'PRIMARY', NULL) AS sysname) AS filegroup,
        CAST(CONCAT(CAST(f.size AS bigint) * 8, N' KB') AS nvarchar(18)) AS size,
        CAST(IIF(f.max_size = -1, N'Unlimited', CONCAT(CAST(f.max_size AS bigint) * 8, N' KB')) AS nvarchar(18)) AS maxsize,
        CAST(IIF(f.is_percent_growth = 1, CONCAT(f.growth, N'%'), CONCAT(CAST(f.growth AS bigint) * 8, N' KB'))
            AS nvarchar(18)) AS growth,
        CAST(IIF(f.type = 0, 'data only', 'log only') AS varchar(9)) AS usage
    FROM sys.master_files AS f WHERE f.database_id = DB_ID(@dbname) ORDER BY f.file_id;
END
END
