-- Microsoft Learn: sp_helpfilegroup.
CREATE PROCEDURE sys.sp_helpfilegroup @filegroupname sysname = NULL AS
BEGIN
SET NOCOUNT ON;
IF @filegroupname IS NOT NULL AND NOT EXISTS (SELECT * FROM sys.filegroups WHERE name = @filegroupname)
BEGIN
    RAISERROR (N'The file group ''%s'' does not exist in this database.', 16, 1, @filegroupname);
    RETURN 1;
END
SELECT g.name AS groupname, CAST(g.data_space_id AS smallint) AS groupid,
    (SELECT COUNT(*) FROM sys.database_files AS f WHERE f.data_space_id = g.data_space_id) AS filecount
FROM sys.filegroups AS g
WHERE g.name = ISNULL(@filegroupname, g.name)
ORDER BY groupname;
IF @filegroupname IS NOT NULL
    SELECT f.name AS file_in_group, CAST(f.file_id AS smallint) AS fileid, f.physical_name AS filename,
        CAST(CONCAT(CAST(f.size AS bigint) * 8, N' KB') AS nvarchar(15)) AS size,
        CAST(IIF(f.max_size = -1, N'Unlimited', CONCAT(CAST(f.max_size AS bigint) * 8, N' KB')) AS nvarchar(15)) AS maxsize,
        CAST(IIF(f.is_percent_growth = 1, CONCAT(f.growth, N'%'), CONCAT(CAST(f.growth AS bigint) * 8, N' KB'))
            AS nvarchar(15)) AS growth
    FROM sys.database_files AS f
    JOIN sys.filegroups AS g ON g.data_space_id = f.data_space_id
    WHERE g.name = @filegroupname
    ORDER BY f.file_id;
END
