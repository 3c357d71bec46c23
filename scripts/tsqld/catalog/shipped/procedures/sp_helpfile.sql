CREATE PROCEDURE sys.sp_helpfile @filename sysname = NULL AS
    SELECT f.name, CAST(f.file_id AS smallint) AS fileid, CAST(f.physical_name AS nchar(260)) AS filename,
        CAST(g.name AS sysname) AS filegroup, CAST(CONCAT(CAST(f.size AS bigint) * 8, N' KB') AS nvarchar(15)) AS size,
        CAST(N'Unlimited' AS nvarchar(15)) AS maxsize,
        CAST(CONCAT(CAST(f.growth AS bigint) * 8, N' KB') AS nvarchar(15)) AS growth,
        CAST(IIF(f.type = 1, 'log only', 'data only') AS varchar(9)) AS usage
    FROM sys.database_files AS f
    LEFT JOIN sys.filegroups AS g ON g.data_space_id = f.data_space_id
    WHERE f.name = ISNULL(@filename, f.name)
    ORDER BY f.file_id;
