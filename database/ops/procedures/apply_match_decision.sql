-- ops.match_candidates: notes what was decided of a pair, in ops.match_decisions too, and makes the groups anew. Part
-- of the procedures that decide, in their transaction. Re-run: one more decision is noted.
-- EXEC ops.apply_match_decision @candidate_id = 7, @status = N'accepted', @note = N'same passport';
CREATE OR ALTER PROCEDURE ops.apply_match_decision
    @candidate_id bigint,
    @status nvarchar(20),
    @note nvarchar(1000) = NULL,
    @is_last bit = 1
AS
SET NOCOUNT, XACT_ABORT ON;
DECLARE @now datetime2(3) = SYSUTCDATETIME();
DECLARE @run_id bigint;

UPDATE ops.match_candidates
SET
    status = @status,
    decided_by = SUSER_SNAME(),
    decided_at = @now,
    note = @note
WHERE candidate_id = @candidate_id;

INSERT INTO ops.match_decisions (candidate_id, status, score, decided_by, decided_at, note)
SELECT
    candidates.candidate_id,
    candidates.status,
    candidates.score,
    candidates.decided_by,
    @now,
    @note
FROM ops.match_candidates AS candidates
WHERE candidates.candidate_id = @candidate_id;

SELECT @run_id = candidates.run_id
FROM ops.match_candidates AS candidates
WHERE candidates.candidate_id = @candidate_id;

INSERT INTO ops.batches (table_name, run_id, rows_written)
VALUES (N'ops.match_candidates', @run_id, 1);

-- Of several decisions only the last one makes groups: what the others leave is not what was decided.
IF @is_last = 1
    EXEC silver.load_customer_matches @run_id = @run_id;
GO
