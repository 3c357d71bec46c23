-- Runs one leaf procedure and logs it in ops.run_steps: opens the row, calls the leaf outside any transaction of
-- its own, closes the row after the leaf's commit or rollback, and rethrows. A leaf takes @run_id, and @file_id
-- when one is given. Re-run: one more row per attempt. @status: 'done', 'up to date' (the leaf found nothing to do)
-- or 'refused' (its file was).
-- EXEC ops.run_step @run_id = 1, @step = N'silver.products', @procedure = N'silver.load_products';
CREATE OR ALTER PROCEDURE ops.run_step
    @run_id bigint,
    @step nvarchar(1200),
    @procedure nvarchar(300),
    @file_id bigint = NULL,
    @started_at datetime2(3) = NULL,
    @status nvarchar(20) = NULL OUTPUT,
    @rows_read bigint = NULL OUTPUT,
    @rows_written bigint = NULL OUTPUT,
    @rows_rejected bigint = NULL OUTPUT,
    @milliseconds bigint = NULL OUTPUT
AS
SET NOCOUNT, XACT_ABORT ON;
DECLARE @step_id bigint;
DECLARE @message nvarchar(2048);
SET @started_at = ISNULL(@started_at, SYSUTCDATETIME());

IF OBJECT_ID(@procedure, N'P') IS NULL
BEGIN
    SET @message = CONCAT(N'ops.run_step: there is no procedure ', @procedure, N'; deploy it with warehouse migrate.');
    THROW 51003, @message, 1;
END;

IF NOT EXISTS (SELECT 1 FROM ops.runs AS runs WHERE runs.run_id = @run_id)
    THROW 51004, N'ops.run_step: there is no such run; open one with ops.start_run and pass its @run_id.', 1;

INSERT INTO ops.run_steps (run_id, step, procedure_name, file_id, status, started_at)
VALUES (@run_id, @step, @procedure, @file_id, N'running', @started_at);

SET @step_id = SCOPE_IDENTITY();

BEGIN TRY
    IF @file_id IS NULL
        EXEC @procedure
            @run_id = @run_id,
            @rows_read = @rows_read OUTPUT,
            @rows_written = @rows_written OUTPUT,
            @rows_rejected = @rows_rejected OUTPUT;
    ELSE
        EXEC @procedure
            @run_id = @run_id,
            @file_id = @file_id,
            @rows_read = @rows_read OUTPUT,
            @rows_written = @rows_written OUTPUT,
            @rows_rejected = @rows_rejected OUTPUT;

    SET @milliseconds = DATEDIFF(MILLISECOND, @started_at, SYSUTCDATETIME());
    SET @status = CASE
        WHEN EXISTS (SELECT 1 FROM ops.files AS files WHERE files.file_id = @file_id AND files.status = N'refused')
            THEN N'refused'
        WHEN @rows_read = 0 AND @rows_written = 0 AND @rows_rejected = 0 THEN N'up to date'
        ELSE N'done'
    END;

    UPDATE ops.run_steps
    SET
        status = @status,
        finished_at = SYSUTCDATETIME(),
        milliseconds = @milliseconds,
        rows_read = @rows_read,
        rows_written = @rows_written,
        rows_rejected = @rows_rejected
    WHERE step_id = @step_id;
END TRY
BEGIN CATCH
    IF XACT_STATE() <> -1
        UPDATE ops.run_steps
        SET
            status = N'failed',
            finished_at = SYSUTCDATETIME(),
            milliseconds = DATEDIFF(MILLISECOND, @started_at, SYSUTCDATETIME()),
            error_number = ERROR_NUMBER(),
            error_message = CONCAT(ERROR_PROCEDURE(), N', line ', ERROR_LINE(), N': ', ERROR_MESSAGE())
        WHERE step_id = @step_id;

    THROW;
END CATCH;
GO
