-- Runs one leaf procedure and logs it in ops.run_steps: opens the row, calls the leaf, closes the row after its commit
-- or rollback, rethrows. @target: the table whose rules are checked behind the leaf, in one transaction with it where
-- one may fail; without @procedure the check is all. @inlets: the tables, as JSON, whose batches the leaf takes in as
-- @target; where none waits, nor any of @target for its check, it is not called. Re-run: one more row per attempt.
-- @status: 'done', 'up to date' (nothing to do) or 'refused' (the file was).
-- EXEC ops.run_step @run_id = 1, @step = N'silver.products', @procedure = N'silver.load_products';
CREATE OR ALTER PROCEDURE ops.run_step
    @run_id bigint,
    @step nvarchar(1200),
    @procedure nvarchar(300) = NULL,
    @file_id bigint = NULL,
    @started_at datetime2(3) = NULL,
    @target nvarchar(300) = NULL,
    @inlets nvarchar(max) = NULL,
    @status nvarchar(20) = NULL OUTPUT,
    @rows_read bigint = NULL OUTPUT,
    @rows_written bigint = NULL OUTPUT,
    @rows_rejected bigint = NULL OUTPUT,
    @milliseconds bigint = NULL OUTPUT
AS
SET NOCOUNT, XACT_ABORT ON;
DECLARE @owns_transaction bit = IIF(@@TRANCOUNT = 0, 1, 0);
DECLARE @step_id bigint;
DECLARE @message nvarchar(2048);
DECLARE @results nvarchar(max);
DECLARE @failure nvarchar(2048);
DECLARE @row_count bigint = 0;
DECLARE @rule_count int;
DECLARE @known nvarchar(max);
DECLARE @batch_id bigint;
SET @started_at = ISNULL(@started_at, SYSUTCDATETIME());

IF OBJECT_ID(@procedure, N'P') IS NULL AND @procedure IS NOT NULL
BEGIN
    SET @message = CONCAT(N'ops.run_step: there is no procedure ', @procedure, N'; deploy it with warehouse migrate.');
    THROW 51003, @message, 1;
END;

IF NOT EXISTS (SELECT 1 FROM ops.runs AS runs WHERE runs.run_id = @run_id)
    THROW 51004, N'ops.run_step: there is no such run; open one with ops.start_run and pass its @run_id.', 1;

-- A transaction of its own is worth its length only where something may have to be taken back.
SELECT
    @rule_count = COUNT(*),
    @owns_transaction = IIF(COUNT(IIF(rules.severity = N'fail', 1, NULL)) = 0, 0, @owns_transaction)
FROM ops.quality_rules AS rules
WHERE rules.table_name = @target
    AND rules.kind <> N'anomaly';

IF
    @inlets IS NOT NULL
    AND (
        @procedure IS NULL
        OR NOT EXISTS (
            SELECT 1
            FROM OPENJSON(@inlets) AS inlets
            INNER JOIN ops.batches AS batches ON batches.table_name = inlets.value
            WHERE NOT EXISTS (
                SELECT 1
                FROM ops.batch_consumers AS consumers
                WHERE consumers.consumer = @target
                    AND consumers.batch_id = batches.batch_id
            )
        )
    )
    AND (
        @rule_count = 0
        OR NOT EXISTS (
            SELECT 1
            FROM ops.batches AS batches
            WHERE batches.table_name = @target
                AND NOT EXISTS (
                    SELECT 1
                    FROM ops.batch_consumers AS consumers
                    WHERE consumers.consumer = CONCAT(N'quality:', @target)
                        AND consumers.batch_id = batches.batch_id
                )
        )
    )
BEGIN
    SELECT
        @status = N'up to date',
        @rows_read = 0,
        @rows_written = 0,
        @rows_rejected = 0,
        @milliseconds = DATEDIFF(MILLISECOND, @started_at, SYSUTCDATETIME());

    INSERT INTO ops.run_steps (
        run_id,
        step,
        procedure_name,
        status,
        started_at,
        finished_at,
        milliseconds,
        rows_read,
        rows_written,
        rows_rejected
    )
    VALUES (
        @run_id,
        @step,
        ISNULL(@procedure, N'ops.check_rules'),
        @status,
        @started_at,
        SYSUTCDATETIME(),
        @milliseconds,
        @rows_read,
        @rows_written,
        @rows_rejected
    );

    RETURN;
END;

INSERT INTO ops.run_steps (run_id, step, procedure_name, file_id, status, started_at)
VALUES (@run_id, @step, ISNULL(@procedure, N'ops.check_rules'), @file_id, N'running', @started_at);

SET @step_id = SCOPE_IDENTITY();

-- ops.finish_batch says here what the leaf wrote.
CREATE TABLE #written (batch_id bigint NOT NULL);

BEGIN TRY
    IF @rule_count > 0
        EXEC ops.start_check @table_name = @target, @known = @known OUTPUT;

    BEGIN TRY
        IF @owns_transaction = 1 BEGIN TRANSACTION;

        IF @procedure IS NULL
            SELECT
                @rows_read = 0,
                @rows_written = 0,
                @rows_rejected = 0;
        ELSE IF @file_id IS NULL
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

        SELECT @batch_id = written.batch_id FROM #written AS written;

        IF @batch_id IS NOT NULL
            SET @known = JSON_MODIFY(
                @known, N'append $.batches', JSON_QUERY(CONCAT(N'{"batch_id":', @batch_id, N',"is_live":1}'))
            );

        IF @rule_count > 0
            EXEC ops.check_rules
                @table_name = @target,
                @known = @known,
                @results = @results OUTPUT,
                @failure = @failure OUTPUT,
                @row_count = @row_count OUTPUT;

        IF @failure IS NOT NULL
            THROW 51040, @failure, 1;

        IF @owns_transaction = 1 COMMIT TRANSACTION;
    END TRY
    BEGIN CATCH
        IF @owns_transaction = 1 AND XACT_STATE() <> 0 ROLLBACK TRANSACTION;
        THROW;
    END CATCH;

    IF @results IS NOT NULL
        EXEC ops.finish_check @run_id = @run_id, @table_name = @target, @results = @results;

    IF @procedure IS NULL
        SET @rows_read = @row_count;

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
    BEGIN
        UPDATE ops.run_steps
        SET
            status = N'failed',
            finished_at = SYSUTCDATETIME(),
            milliseconds = DATEDIFF(MILLISECOND, @started_at, SYSUTCDATETIME()),
            error_number = ERROR_NUMBER(),
            error_message = CONCAT(ERROR_PROCEDURE(), N', line ', ERROR_LINE(), N': ', ERROR_MESSAGE())
        WHERE step_id = @step_id;

        IF @failure IS NOT NULL
            EXEC ops.finish_check @run_id = @run_id, @table_name = @target, @results = @results;
    END;

    THROW;
END CATCH;
GO
