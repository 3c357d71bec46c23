-- driver → ops.runs: opens a run and hands out its number.
-- Re-run: the same external_id (an orchestrator's retry) gets the same run; without one, runs that this driver left
-- open because it was killed are closed as abandoned. A run that was alive after all is put right by its own
-- ops.finish_run. Bronze has its months ahead before anything is loaded.
-- EXEC ops.start_run @driver = N'warehouse run', @run_id = @run_id OUTPUT;
CREATE OR ALTER PROCEDURE ops.start_run
    @driver nvarchar(100),
    @external_id nvarchar(400) = NULL,
    @run_id bigint OUTPUT
AS
SET NOCOUNT, XACT_ABORT ON;
DECLARE @owns_transaction bit = IIF(@@TRANCOUNT = 0, 1, 0);
DECLARE @now datetime2(3) = SYSUTCDATETIME();
DECLARE @lock nvarchar(255) = CONCAT(N'ops.runs:', @driver);

BEGIN TRY
    IF @owns_transaction = 1 BEGIN TRANSACTION;

    EXEC ops.lock_target @target = @lock;
    SET @run_id = NULL;

    IF @external_id IS NULL
    BEGIN
        UPDATE steps
        SET
            status = N'abandoned',
            finished_at = @now
        FROM ops.run_steps AS steps
        INNER JOIN ops.runs AS runs ON runs.run_id = steps.run_id
        WHERE steps.status = N'running'
            AND runs.status = N'running'
            AND runs.driver = @driver
            AND runs.external_id IS NULL;

        UPDATE ops.runs
        SET
            status = N'abandoned',
            finished_at = @now
        WHERE status = N'running'
            AND driver = @driver
            AND external_id IS NULL;
    END
    ELSE
    BEGIN
        SELECT @run_id = runs.run_id
        FROM ops.runs AS runs
        WHERE runs.driver = @driver
            AND runs.external_id = @external_id;

        UPDATE ops.runs
        SET
            status = N'running',
            finished_at = NULL
        WHERE run_id = @run_id;
    END;

    IF @run_id IS NULL
    BEGIN
        INSERT INTO ops.runs (driver, external_id, status, started_at)
        VALUES (@driver, @external_id, N'running', @now);

        SET @run_id = SCOPE_IDENTITY();
    END;

    EXEC ops.maintain_partitions @as_of = @now;
    EXEC ops.apply_quality_rules;
    EXEC ops.apply_retention_policies;

    IF @owns_transaction = 1 COMMIT TRANSACTION;
END TRY
BEGIN CATCH
    IF @owns_transaction = 1 AND XACT_STATE() <> 0 ROLLBACK TRANSACTION;
    THROW;
END CATCH;
GO
