CREATE PROCEDURE sys.sp_helpdb @dbname sysname = NULL AS
BEGIN
    IF @dbname IS NOT NULL AND DB_ID(@dbname) IS NULL
    BEGIN
        RAISERROR (15010, -1, -1, @dbname);
        RETURN 1;
    END;
    SELECT d.name, CAST(CONCAT(STR(SUM(CAST(f.size AS bigint)) * 8 / 1024.0, 10, 2), N' MB') AS nvarchar(13)) AS db_size,
        CAST(N'sa' AS sysname) AS owner, CAST(d.database_id AS smallint) AS dbid,
        CONVERT(nvarchar(11), d.create_date, 100) AS created,
        CAST(CONCAT('Status=', d.state_desc, ', Updateability=', IIF(d.is_read_only = 1, 'READ_ONLY', 'READ_WRITE'),
            ', UserAccess=', d.user_access_desc, ', Recovery=', d.recovery_model_desc, ', Version=957, Collation=',
            d.collation_name, ', SQLSortOrder=52') AS nvarchar(600)) AS status,
        d.compatibility_level
    FROM sys.databases AS d
    JOIN sys.master_files AS f ON f.database_id = d.database_id
    WHERE d.name = ISNULL(@dbname, d.name)
    GROUP BY d.name, d.database_id, d.create_date, d.state_desc, d.is_read_only, d.user_access_desc,
        d.recovery_model_desc, d.collation_name, d.compatibility_level
    ORDER BY d.name;
END
