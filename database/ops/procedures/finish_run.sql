-- ops.run_steps → ops.runs: closes a run; it succeeded when the last attempt at each of its steps did.
-- Re-run: gives the same answer.
-- EXEC ops.finish_run @run_id = 1, @status = @status OUTPUT;
CREATE OR ALTER PROCEDURE ops.finish_run
    @run_id bigint,
    @status nvarchar(20) = NULL OUTPUT
AS
SET NOCOUNT, XACT_ABORT ON;
DECLARE @owns_transaction bit = IIF(@@TRANCOUNT = 0, 1, 0);

BEGIN TRY
    IF @owns_transaction = 1 BEGIN TRANSACTION;

    WITH attempts AS (
        SELECT
            steps.status,
            ROW_NUMBER() OVER (PARTITION BY steps.step ORDER BY steps.step_id DESC) AS recency
        FROM ops.run_steps AS steps
        WHERE steps.run_id = @run_id
    )

    SELECT @status = IIF(COUNT(*) = 0, N'succeeded', N'failed')
    FROM attempts
    WHERE attempts.recency = 1
        AND attempts.status IN (N'running', N'failed', N'abandoned');

    UPDATE ops.runs
    SET
        status = @status,
        finished_at = SYSUTCDATETIME()
    WHERE run_id = @run_id;

    IF @@ROWCOUNT = 0
        THROW 51001, N'ops.finish_run: there is no such run; pass the @run_id that ops.start_run gave.', 1;

    IF @owns_transaction = 1 COMMIT TRANSACTION;
END TRY
BEGIN CATCH
    IF @owns_transaction = 1 AND XACT_STATE() <> 0 ROLLBACK TRANSACTION;
    THROW;
END CATCH;
GO
