-- ops.match_candidates: takes a customer out of its group: every accepted match of it is rejected. Re-run: a customer
-- that is joined to nobody is an error.
-- EXEC ops.unmerge_customer @source_system = N'shop', @customer_id = N'C-7', @note = N'somebody else';
CREATE OR ALTER PROCEDURE ops.unmerge_customer
    @source_system nvarchar(20),
    @customer_id nvarchar(50),
    @note nvarchar(1000) = NULL
AS
SET NOCOUNT, XACT_ABORT ON;
DECLARE @owns_transaction bit = IIF(@@TRANCOUNT = 0, 1, 0);
DECLARE @message nvarchar(2048);
DECLARE @candidate_id bigint;
DECLARE @is_last bit;

CREATE TABLE #taken (candidate_id bigint NOT NULL);

BEGIN TRY
    IF @owns_transaction = 1 BEGIN TRANSACTION;

    EXEC ops.lock_target @target = N'ops.match_candidates';

    INSERT INTO #taken (candidate_id)
    SELECT candidates.candidate_id
    FROM ops.match_candidates AS candidates
    WHERE candidates.status IN (N'accepted', N'auto_accepted')
        AND (
            (candidates.left_source_system = @source_system AND candidates.left_customer_id = @customer_id)
            OR (candidates.right_source_system = @source_system AND candidates.right_customer_id = @customer_id)
        );

    IF NOT EXISTS (SELECT 1 FROM #taken AS taken)
    BEGIN
        SET @message = CONCAT(
            N'ops.unmerge_customer: ', @source_system, N' ', @customer_id, N' is joined to nobody; look at it in ',
            N'silver.customer_matches.'
        );
        THROW 51055, @message, 1;
    END;

    WHILE EXISTS (SELECT 1 FROM #taken AS taken)
    BEGIN
        SELECT
            @candidate_id = MIN(taken.candidate_id),
            @is_last = IIF(COUNT(*) = 1, 1, 0)
        FROM #taken AS taken;

        EXEC ops.apply_match_decision
            @candidate_id = @candidate_id,
            @status = N'rejected',
            @note = @note,
            @is_last = @is_last;

        DELETE FROM #taken WHERE candidate_id = @candidate_id;
    END;

    IF @owns_transaction = 1 COMMIT TRANSACTION;
END TRY
BEGIN CATCH
    IF @owns_transaction = 1 AND XACT_STATE() <> 0 ROLLBACK TRANSACTION;
    THROW;
END CATCH;
GO
