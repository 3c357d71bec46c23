-- A person takes a broken rule as it is: ops.quality_results learns who, when and why. The next check of that rule
-- with the same figures lets the data pass; other figures fail again. Re-run: a result is accepted once.
-- EXEC ops.accept_quality @result_id = 12, @note = N'the shop was closed';
CREATE OR ALTER PROCEDURE ops.accept_quality
    @result_id bigint,
    @note nvarchar(1000) = NULL
AS
SET NOCOUNT, XACT_ABORT ON;

UPDATE ops.quality_results
SET
    accepted_by = SUSER_SNAME(),
    accepted_at = SYSUTCDATETIME(),
    note = @note
WHERE result_id = @result_id
    AND status = N'failed'
    AND accepted_at IS NULL;

IF @@ROWCOUNT = 0
    THROW 51043, N'ops.accept_quality: there is no such failed result, or it is accepted; see warehouse quality.', 1;
GO
