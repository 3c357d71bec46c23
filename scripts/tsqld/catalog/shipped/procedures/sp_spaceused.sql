CREATE PROCEDURE sys.sp_spaceused @objname nvarchar(776) = NULL, @updateusage varchar(5) = 'false' AS
BEGIN
    DECLARE @id int = OBJECT_ID(@objname), @db sysname = DB_NAME();
    IF @objname IS NOT NULL AND @id IS NULL
    BEGIN
        RAISERROR (15009, -1, -1, @objname, @db);
        RETURN 1;
    END;
    IF @objname IS NULL
        SELECT DB_NAME() AS database_name,
            CAST(CONCAT(LTRIM(STR(SUM(CAST(f.size AS bigint)) * 8 / 1024.0, 15, 2)), ' MB') AS varchar(18)) AS database_size,
            CAST('0.00 MB' AS varchar(18)) AS [unallocated space]
        FROM sys.database_files AS f;
    SELECT x.name, x.rows, CONCAT(x.reserved * 8, ' KB') AS reserved, CONCAT(x.data * 8, ' KB') AS data,
        CONCAT((x.used - x.data) * 8, ' KB') AS index_size, CONCAT((x.reserved - x.used) * 8, ' KB') AS unused
    FROM (
        SELECT OBJECT_NAME(@id) AS name, CAST(ISNULL(SUM(IIF(p.index_id < 2, p.row_count, 0)), 0) AS char(20)) AS rows,
            ISNULL(SUM(p.reserved_page_count), 0) AS reserved, ISNULL(SUM(p.used_page_count), 0) AS used,
            ISNULL(SUM(IIF(p.index_id < 2, p.in_row_data_page_count, 0)), 0) AS data
        FROM sys.dm_db_partition_stats AS p
        WHERE p.object_id = ISNULL(@id, p.object_id)) AS x
    WHERE @objname IS NOT NULL;
END
