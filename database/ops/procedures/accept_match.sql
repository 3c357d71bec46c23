-- ops.match_candidates: takes both customers of a pair as one person. Not when a rejected pair would be joined by it.
-- Re-run: a pair accepted by a person is an error.
-- EXEC ops.accept_match @candidate_id = 7, @note = N'same telephone, moved house';
CREATE OR ALTER PROCEDURE ops.accept_match
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
            AND candidates.status <> N'accepted'
    )
        SET @message = CONCAT(
            N'ops.accept_match: ', @candidate_id, N' is accepted already or not there; look at it in ',
            N'ops.match_candidates.'
        );

    -- Whoever is joined to the left one, and whoever is joined to the right one, will be one person.
    WITH sides AS (
        SELECT
            ends.side,
            ISNULL(others.source_system, ends.source_system) AS source_system,
            ISNULL(others.customer_id, ends.customer_id) AS customer_id
        FROM ops.match_candidates AS candidates
        CROSS APPLY (
            VALUES
                (N'left', candidates.left_source_system, candidates.left_customer_id),
                (N'right', candidates.right_source_system, candidates.right_customer_id)
        ) AS ends (side, source_system, customer_id)
        LEFT OUTER JOIN silver.customer_matches AS own
            ON own.source_system = ends.source_system
                AND own.customer_id = ends.customer_id
        LEFT OUTER JOIN silver.customer_matches AS others
            ON others.master_source_system = own.master_source_system
                AND others.master_customer_id = own.master_customer_id
        WHERE candidates.candidate_id = @candidate_id
    )

    SELECT @message = CONCAT(
        N'ops.accept_match: ', @candidate_id, N' would join customers whose match ', MIN(rejected.candidate_id),
        N' was rejected; accept that one or unmerge one of the groups first.'
    )
    FROM ops.match_candidates AS rejected
    INNER JOIN sides AS ones
        ON ones.source_system = rejected.left_source_system
            AND ones.customer_id = rejected.left_customer_id
    INNER JOIN sides AS others
        ON others.source_system = rejected.right_source_system
            AND others.customer_id = rejected.right_customer_id
            AND others.side <> ones.side
    WHERE rejected.status = N'rejected'
        AND rejected.candidate_id <> @candidate_id
    HAVING COUNT(*) > 0;

    IF @message IS NOT NULL
        THROW 51052, @message, 1;

    EXEC ops.apply_match_decision @candidate_id = @candidate_id, @status = N'accepted', @note = @note;

    IF @owns_transaction = 1 COMMIT TRANSACTION;
END TRY
BEGIN CATCH
    IF @owns_transaction = 1 AND XACT_STATE() <> 0 ROLLBACK TRANSACTION;
    THROW;
END CATCH;
GO
