-- landing file → ops.files: says what to do with a file as it was found: 'load', 'skip' or 'refuse'.
-- Grain: one row per path and content. Re-run: a file registered but not loaded is to be loaded; the same content
-- again is skipped, at another path too; other content at a known path is a new file. @refusal names what is wrong
-- with the file.
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
    @file_id bigint OUTPUT,
    @action nvarchar(20) OUTPUT
AS
SET NOCOUNT, XACT_ABORT ON;
DECLARE @owns_transaction bit = IIF(@@TRANCOUNT = 0, 1, 0);
DECLARE @known_sha256 varchar(64);
DECLARE @known_status nvarchar(20);
DECLARE @status nvarchar(20);
DECLARE @reason nvarchar(2048) = @refusal;

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
            reason = @refusal
        WHERE file_id = @file_id
            AND @status IN (N'registered', N'refused')
            AND (status <> @status OR ISNULL(reason, N'') <> ISNULL(@refusal, N''));
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

        INSERT INTO ops.files (source_system, entity, path, sha256, size_bytes, header, status, reason, run_id)
        VALUES (@source_system, @entity, @path, @sha256, @size_bytes, @header, @status, @reason, @run_id);

        SET @file_id = SCOPE_IDENTITY();
    END;

    SET @action = CASE @status WHEN N'registered' THEN N'load' WHEN N'refused' THEN N'refuse' ELSE N'skip' END;

    IF @owns_transaction = 1 COMMIT TRANSACTION;
END TRY
BEGIN CATCH
    IF @owns_transaction = 1 AND XACT_STATE() <> 0 ROLLBACK TRANSACTION;
    THROW;
END CATCH;
GO
