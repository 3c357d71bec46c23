-- Microsoft Learn: sp_helpstats. @results = 'ALL' lists the statistics of indexes too.
CREATE PROCEDURE sys.sp_helpstats @objname nvarchar(776), @results nvarchar(5) = N'STATS' AS
BEGIN
SET NOCOUNT ON;
DECLARE @db sysname = DB_NAME(), @id int = OBJECT_ID(@objname);
IF @id IS NULL
BEGIN
    RAISERROR (15009, -1, -1, @objname, @db);
    RETURN 1;
END
IF UPPER(@results) NOT IN (N'STATS', N'ALL')
BEGIN
    RAISERROR (N'Invalid option: %s', 16, 1, @results);
    RETURN 1;
END
IF NOT EXISTS (SELECT * FROM sys.stats AS s
    WHERE s.object_id = @id AND (UPPER(@results) = N'ALL'
        OR NOT EXISTS (SELECT * FROM sys.indexes AS i WHERE i.object_id = @id AND i.index_id = s.stats_id)))
BEGIN
    IF UPPER(@results) = N'ALL'
        RAISERROR (15575, -1, -1);
    ELSE
        RAISERROR (15574, -1, -1);
    RETURN 0;
END
SELECT s.name AS statistics_name,
    CAST((SELECT STRING_AGG(CAST(c.name AS nvarchar(max)), N', ') WITHIN GROUP (ORDER BY k.stats_column_id)
        FROM sys.stats_columns AS k
        JOIN sys.columns AS c ON c.object_id = k.object_id AND c.column_id = k.column_id
        WHERE k.object_id = @id AND k.stats_id = s.stats_id) AS nvarchar(2078)) AS statistics_keys
FROM sys.stats AS s
WHERE s.object_id = @id AND (UPPER(@results) = N'ALL'
    OR NOT EXISTS (SELECT * FROM sys.indexes AS i WHERE i.object_id = @id AND i.index_id = s.stats_id))
ORDER BY s.name;
END
