-- ops.match_candidates: takes both customers of a pair as two persons; it is not proposed again unless one of them
-- changes. Re-run: a rejected pair is an error, and so is one that others join: unmerge first.
-- EXEC ops.reject_match @candidate_id = 7, @note = N'father and son';
CREATE OR ALTER PROCEDURE ops.reject_match
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
            AND candidates.status IN (N'pending', N'withdrawn')
    )
        SET @message = CONCAT(
            N'ops.reject_match: ', @candidate_id, N' is not pending; an accepted match is taken back by ',
            N'ops.unmerge_match.'
        );

    SELECT @message = CONCAT(
        N'ops.reject_match: ', @candidate_id, N' is joined through other customers; unmerge one of them first.'
    )
    FROM ops.match_candidates AS candidates
    INNER JOIN silver.customer_matches AS lefts
        ON lefts.source_system = candidates.left_source_system
            AND lefts.customer_id = candidates.left_customer_id
    INNER JOIN silver.customer_matches AS rights
        ON rights.source_system = candidates.right_source_system
            AND rights.customer_id = candidates.right_customer_id
            AND rights.master_source_system = lefts.master_source_system
            AND rights.master_customer_id = lefts.master_customer_id
    WHERE candidates.candidate_id = @candidate_id;

    IF @message IS NOT NULL
        THROW 51053, @message, 1;

    EXEC ops.apply_match_decision @candidate_id = @candidate_id, @status = N'rejected', @note = @note;

    IF @owns_transaction = 1 COMMIT TRANSACTION;
END TRY
BEGIN CATCH
    IF @owns_transaction = 1 AND XACT_STATE() <> 0 ROLLBACK TRANSACTION;
    THROW;
END CATCH;
GO
