-- ops.retention_policies → ops.retention_removals: what has grown too old goes. The last step of a run; it follows the
-- loads, so that what they took in may go. Re-run: nothing is old enough any more.
-- EXEC ops.enforce_retention @run_id = 1, @rows_written = @removed OUTPUT;
CREATE OR ALTER PROCEDURE ops.enforce_retention
    @run_id bigint,
    @rows_read bigint = NULL OUTPUT,
    @rows_written bigint = NULL OUTPUT,
    @rows_rejected bigint = NULL OUTPUT
AS
SET NOCOUNT, XACT_ABORT ON;

EXEC ops.apply_retention
    @dry_run = 0,
    @run_id = @run_id,
    @is_shown = 0,
    @rows_removed = @rows_written OUTPUT;

SELECT
    @rows_read = @rows_written,
    @rows_rejected = 0;
GO
