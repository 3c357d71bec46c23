"""The T-SQL that a plan sends: one batch for a landing file, one for every other step.

After model. Constant text over parameters: nothing is spliced into it here. BULK INSERT takes no variables,
so the first batch quotes names and path into dynamic SQL itself. Every option is stated (Microsoft Learn,
"BULK INSERT"); MAXERRORS = 0, since the default of 10 skips bad rows without a word.
"""

from __future__ import annotations

from typing import Final

FILE_BATCH: Final = """\
SET NOCOUNT, XACT_ABORT ON;
DECLARE @started_at datetime2(3) = SYSUTCDATETIME();
DECLARE @name nvarchar(200) = CONCAT(@source_system, N'_', @entity);
DECLARE @lock nvarchar(255) = CONCAT(N'landing:', @name);
DECLARE @procedure nvarchar(300) = CONCAT(N'bronze.', QUOTENAME(CONCAT(N'load_', @name)));
DECLARE @truncate nvarchar(max) = CONCAT(
    N'TRUNCATE TABLE bronze.', QUOTENAME(CONCAT(@name, N'_landing')), N'; ',
    N'TRUNCATE TABLE bronze.', QUOTENAME(CONCAT(@name, N'_lines_landing')), N';'
);
DECLARE @source nvarchar(max) = CONCAT(N' FROM ''', REPLACE(@path_on_server, N'''', N''''''), N''' WITH (');
DECLARE @bulk_records nvarchar(max) = CONCAT(
    N'BULK INSERT bronze.', QUOTENAME(CONCAT(@name, N'_drop')), @source,
    N'FORMAT = ''CSV'', DATAFILETYPE = ''char'', FIRSTROW = 2, FIELDQUOTE = ''"'', FIELDTERMINATOR = ''',
    REPLACE(@delimiter, N'''', N''''''),
    N''', ROWTERMINATOR = ''0x0a'', KEEPNULLS, MAXERRORS = 0, TABLOCK);'
);
DECLARE @bulk_lines nvarchar(max) = CONCAT(
    N'BULK INSERT bronze.', QUOTENAME(CONCAT(@name, N'_lines_drop')), @source,
    N'DATAFILETYPE = ''char'', FIRSTROW = 1, FIELDTERMINATOR = ''0x1f'', ROWTERMINATOR = ''0x0a'', ',
    N'KEEPNULLS, MAXERRORS = 0, TABLOCK);'
);
-- The bronze load takes line 1 for the header itself.
DECLARE @leave_out nvarchar(max) = CONCAT(
    N'DELETE FROM bronze.', QUOTENAME(CONCAT(@name, N'_lines_landing')),
    N' WHERE (ordinal > 1 AND ordinal < @first_line) OR ordinal > @last_line;'
);
DECLARE @count nvarchar(max) = CONCAT(
    N'SELECT @landed = COUNT_BIG(*) FROM bronze.', QUOTENAME(CONCAT(@name, N'_landing')), N';'
);
DECLARE @landed bigint;
DECLARE @lock_result int;
DECLARE @file_id bigint;
DECLARE @action nvarchar(20);
DECLARE @status nvarchar(20);
DECLARE @message nvarchar(2048);
DECLARE @rows_read bigint;
DECLARE @rows_written bigint;
DECLARE @rows_rejected bigint;
DECLARE @milliseconds bigint;

EXEC @lock_result = sys.sp_getapplock
    @Resource = @lock,
    @LockMode = N'Exclusive',
    @LockOwner = N'Session',
    @LockTimeout = 600000;

IF @lock_result < 0
    THROW 51010, N'landing: another session loads a file of this entity; let it end, then run again.', 1;

BEGIN TRY
    EXEC ops.register_file
        @run_id = @run_id,
        @source_system = @source_system,
        @entity = @entity,
        @path = @path,
        @sha256 = @sha256,
        @size_bytes = @size_bytes,
        @header = @header,
        @refusal = @refusal,
        @refusal_rule = @refusal_rule,
        @notice = @notice,
        @record_count = @record_count,
        @blank_count = @blank_count,
        @columns_delivered = @columns_delivered,
        @delimiter = @delimiter,
        @encoding = @encoding,
        @compression = @compression,
        @business_date = @business_date,
        @revision = @revision,
        @file_id = @file_id OUTPUT,
        @action = @action OUTPUT;

    IF @action = N'load'
    BEGIN
        EXEC sys.sp_executesql @stmt = @truncate;

        -- A file that BULK INSERT does not take whole as CSV is taken line by line.
        IF @is_plain = 1
        BEGIN TRY
            EXEC sys.sp_executesql @stmt = @bulk_records;
            EXEC sys.sp_executesql
                @stmt = @count,
                @params = N'@landed bigint OUTPUT',
                @landed = @landed OUTPUT;
        END TRY
        BEGIN CATCH
            SET @landed = NULL;
        END CATCH;

        IF @landed IS NULL OR @landed <> @record_count
        BEGIN
            EXEC sys.sp_executesql @stmt = @truncate;
            EXEC sys.sp_executesql @stmt = @bulk_lines;

            -- Titles, the rest of the header and the footer are no records.
            IF @first_line IS NOT NULL
                EXEC sys.sp_executesql
                    @stmt = @leave_out,
                    @params = N'@first_line bigint, @last_line bigint',
                    @first_line = @first_line,
                    @last_line = @last_line;
        END;
    END;

    EXEC ops.run_step
        @run_id = @run_id,
        @step = @step,
        @procedure = @procedure,
        @file_id = @file_id,
        @started_at = @started_at,
        @status = @status OUTPUT,
        @rows_read = @rows_read OUTPUT,
        @rows_written = @rows_written OUTPUT,
        @rows_rejected = @rows_rejected OUTPUT,
        @milliseconds = @milliseconds OUTPUT;

    IF @action = N'load'
        EXEC sys.sp_executesql @stmt = @truncate;

    SELECT @message = files.reason
    FROM ops.files AS files
    WHERE files.file_id = @file_id;
END TRY
BEGIN CATCH
    EXEC sys.sp_releaseapplock @Resource = @lock, @LockOwner = N'Session';
    THROW;
END CATCH;

EXEC sys.sp_releaseapplock @Resource = @lock, @LockOwner = N'Session';

SELECT
    @status AS status,
    @rows_read AS rows_read,
    @rows_written AS rows_written,
    @rows_rejected AS rows_rejected,
    @milliseconds AS milliseconds,
    @message AS message;
"""

PROCEDURE_BATCH: Final = """\
SET NOCOUNT, XACT_ABORT ON;
DECLARE @status nvarchar(20);
DECLARE @rows_read bigint;
DECLARE @rows_written bigint;
DECLARE @rows_rejected bigint;
DECLARE @milliseconds bigint;

EXEC ops.run_step
    @run_id = @run_id,
    @step = @step,
    @procedure = @procedure,
    @target = @target,
    @inlets = @inlets,
    @status = @status OUTPUT,
    @rows_read = @rows_read OUTPUT,
    @rows_written = @rows_written OUTPUT,
    @rows_rejected = @rows_rejected OUTPUT,
    @milliseconds = @milliseconds OUTPUT;

SELECT
    @status AS status,
    @rows_read AS rows_read,
    @rows_written AS rows_written,
    @rows_rejected AS rows_rejected,
    @milliseconds AS milliseconds,
    CONVERT(nvarchar(2048), NULL) AS message;
"""

NEW_FILES: Final = """\
SELECT new_files.path
FROM ops.new_files(@files) AS new_files;
"""
