/* Loads every active source: the table's rows are thrown away, the file is taken in, and the log says how long it took. */
CREATE OR ALTER PROCEDURE etl.load_bronze
    @folder nvarchar(400)
AS
BEGIN
    SET NOCOUNT ON;
    DECLARE @table sysname, @file nvarchar(260), @options nvarchar(1000), @sql nvarchar(max);
    DECLARE @log_id int, @rows int, @failed int = 0, @start_time DATETIME, @end_time DATETIME;

    PRINT '================================================';
    PRINT 'Loading the bronze layer';
    PRINT '================================================';

    DECLARE source_cursor CURSOR LOCAL FAST_FORWARD FOR
        SELECT table_name, file_name, options FROM etl.sources WHERE is_active = 1 ORDER BY source_id;
    OPEN source_cursor;
    FETCH NEXT FROM source_cursor INTO @table, @file, @options;
    WHILE @@FETCH_STATUS = 0
    BEGIN
        INSERT INTO etl.load_log (step) VALUES (@table);
        SET @log_id = SCOPE_IDENTITY();
        BEGIN TRY
            SET @start_time = GETDATE();
            PRINT '>> Truncating ' + @table;
            SET @sql = N'TRUNCATE TABLE ' + @table + N';
BULK INSERT ' + @table + N'
FROM ''' + REPLACE(@folder + N'/' + @file, N'''', N'''''') + N'''
WITH (' + @options + N');
SELECT @rows = COUNT(*) FROM ' + @table + N';';
            EXEC sys.sp_executesql @sql, N'@rows int OUTPUT', @rows = @rows OUTPUT;
            SET @end_time = GETDATE();
            PRINT '>> Load duration: ' + CAST(DATEDIFF(SECOND, @start_time, @end_time) AS NVARCHAR) + ' seconds';
            UPDATE etl.load_log SET status = 'done', ended_at = SYSUTCDATETIME(), row_count = @rows WHERE log_id = @log_id;
        END TRY
        BEGIN CATCH
            SET @failed += 1;
            PRINT '>> Failed: ' + ERROR_MESSAGE();
            UPDATE etl.load_log
            SET status = 'failed', ended_at = SYSUTCDATETIME(), error_number = ERROR_NUMBER(), error_text = ERROR_MESSAGE()
            WHERE log_id = @log_id;
        END CATCH;
        FETCH NEXT FROM source_cursor INTO @table, @file, @options;
    END;
    CLOSE source_cursor;
    DEALLOCATE source_cursor;
    RETURN @failed;
END;
GO
