-- ops.match_candidates: takes an accepted match back; the pair counts as rejected from now on. Re-run: a pair that is
-- not accepted is an error.
-- EXEC ops.unmerge_match @candidate_id = 7, @note = N'two people after all';
CREATE OR ALTER PROCEDURE ops.unmerge_match
    @candidate_id bigint,
    @note nvarchar(1000) = NULL
AS
SET NOCOUNT, XACT_ABORT ON;
DECLARE @owns_transaction bit = IIF(@@TRANCOUNT = 0, 1, 0);
DECLARE @message nvarchar(2048);

BEGIN TRY
    IF @owns_transaction = 1 BEGIN TRANSACTION;

    EXEC ops.lock_target @target = N'ops.match_candidates';

    IF NOT EXISTS (
        SELECT 1
        FROM ops.match_candidates AS candidates
        WHERE candidates.candidate_id = @candidate_id
            AND candidates.status IN (N'accepted', N'auto_accepted')
    )
    BEGIN
        SET @message = CONCAT(
            N'ops.unmerge_match: ', @candidate_id, N' is not accepted; look at it in ops.match_candidates.'
        );
        THROW 51054, @message, 1;
    END;

    EXEC ops.apply_match_decision @candidate_id = @candidate_id, @status = N'rejected', @note = @note;

    IF @owns_transaction = 1 COMMIT TRANSACTION;
END TRY
BEGIN CATCH
    IF @owns_transaction = 1 AND XACT_STATE() <> 0 ROLLBACK TRANSACTION;
    THROW;
END CATCH;
GO
