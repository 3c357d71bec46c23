-- landing file → ops.files: says what to do with a file as it was found: 'load', 'skip' or 'refuse'.
-- Grain: one row per path and content. Re-run: a file registered but not loaded is to be loaded; the same content
-- again is skipped, at another path too; other content at a known path is a new file. @refusal names what is wrong
-- with the file, @notice what somebody should know of it: either becomes an alert.
-- EXEC ops.register_file @run_id = 1, @source_system = N'journey', …, @action = @action OUTPUT;
CREATE OR ALTER PROCEDURE ops.register_file
    @run_id bigint,
    @source_system nvarchar(20),
    @entity nvarchar(100),
    @path nvarchar(1000),
    @sha256 varchar(64),
    @size_bytes bigint,
    @header nvarchar(4000),
    @refusal nvarchar(2048) = NULL,
    @refusal_rule nvarchar(100) = NULL,
    @notice nvarchar(2048) = NULL,
    @record_count bigint = NULL,
    @blank_count bigint = NULL,
    @columns_delivered nvarchar(max) = NULL,
    @delimiter nchar(1) = NULL,
    @encoding nvarchar(20) = NULL,
    @compression nvarchar(10) = NULL,
    @business_date date = NULL,
    @revision int = 0,
    @file_id bigint OUTPUT,
    @action nvarchar(20) OUTPUT
AS
SET NOCOUNT, XACT_ABORT ON;
DECLARE @owns_transaction bit = IIF(@@TRANCOUNT = 0, 1, 0);
DECLARE @known_sha256 varchar(64);
DECLARE @known_status nvarchar(20);
DECLARE @status nvarchar(20);
DECLARE @reason nvarchar(2048) = @refusal;
DECLARE @is_news bit = 0;

BEGIN TRY
    IF @owns_transaction = 1 BEGIN TRANSACTION;

    SET @file_id = NULL;
    SELECT TOP (1)
        @file_id = files.file_id,
        @known_sha256 = files.sha256,
        @known_status = files.status
    FROM ops.files AS files
    WHERE files.source_system = @source_system
        AND files.entity = @entity
        AND files.path = @path
    ORDER BY files.file_id DESC;

    IF @known_sha256 = @sha256
    BEGIN
        SET @status = CASE
            WHEN @known_status IN (N'loaded', N'duplicate') THEN @known_status
            WHEN @refusal IS NOT NULL THEN N'refused'
            ELSE N'registered'
        END;

        UPDATE ops.files
        SET
            status = @status,
            rule_name = @refusal_rule,
            reason = @refusal
        WHERE file_id = @file_id
            AND @status IN (N'registered', N'refused')
            AND (status <> @status OR ISNULL(reason, N'') <> ISNULL(@refusal, N''));

        SET @is_news = IIF(@@ROWCOUNT > 0, 1, 0);
    END
    ELSE
    BEGIN
        SET @status = IIF(@refusal IS NULL, N'registered', N'refused');

        IF @refusal IS NULL AND @file_id IS NULL
            SELECT TOP (1)
                @status = N'duplicate',
                @reason = CONCAT(N'the same content as ', files.path)
            FROM ops.files AS files
            WHERE files.source_system = @source_system
                AND files.entity = @entity
                AND files.sha256 = @sha256
                AND files.status = N'loaded'
            ORDER BY files.file_id DESC;

        INSERT INTO ops.files (
            source_system,
            entity,
            path,
            sha256,
            size_bytes,
            header,
            status,
            rule_name,
            reason,
            run_id,
            record_count,
            blank_count,
            columns_delivered,
            delimiter,
            encoding,
            compression,
            business_date,
            revision
        )
        VALUES (
            @source_system,
            @entity,
            @path,
            @sha256,
            @size_bytes,
            @header,
            @status,
            @refusal_rule,
            @reason,
            @run_id,
            @record_count,
            @blank_count,
            @columns_delivered,
            @delimiter,
            @encoding,
            @compression,
            @business_date,
            @revision
        );

        SELECT
            @file_id = SCOPE_IDENTITY(),
            @is_news = 1;

        -- The same content as another revision: what was loaded counts as the lower one.
        IF @status = N'duplicate'
            EXEC ops.apply_revisions @run_id = @run_id, @file_id = @file_id;
    END;

    IF @is_news = 1
        INSERT INTO ops.alerts (run_id, severity, subject, message, file_id)
        SELECT
            @run_id,
            IIF(@status = N'refused', N'error', N'warning'),
            LEFT(@path, 300),
            IIF(@status = N'refused', @refusal, @notice),
            @file_id
        WHERE (@status = N'refused' AND @refusal IS NOT NULL)
            OR (@status = N'registered' AND @notice IS NOT NULL);

    SET @action = CASE @status WHEN N'registered' THEN N'load' WHEN N'refused' THEN N'refuse' ELSE N'skip' END;

    IF @owns_transaction = 1 COMMIT TRANSACTION;
END TRY
BEGIN CATCH
    IF @owns_transaction = 1 AND XACT_STATE() <> 0 ROLLBACK TRANSACTION;
    THROW;
END CATCH;
GO
