-- ops.batches, ops.quality_results → @known: which batches of @table_name were not checked yet, and which figures a
-- person has accepted, as JSON for ops.check_rules. Before a load's transaction, so that nothing behind the load reads
-- what other sessions change meanwhile. Re-run: the same answer until ops.finish_check.
-- EXEC ops.start_check @table_name = N'silver.orders', @known = @known OUTPUT;
CREATE OR ALTER PROCEDURE ops.start_check
    @table_name nvarchar(300),
    @is_of_all_rows bit = 0,
    @known nvarchar(max) = NULL OUTPUT
AS
SET NOCOUNT, XACT_ABORT ON;
DECLARE @consumer nvarchar(300) = CONCAT(N'quality:', @table_name);
DECLARE @batches nvarchar(max);
DECLARE @accepted nvarchar(max);

-- A file that another has replaced as a whole counts no more: this is how a corrected delivery opens the gate.
SET @batches = (
    SELECT
        batches.batch_id,
        IIF(files.superseded_by_file_id IS NULL, batches.file_id, NULL) AS file_id,
        IIF(files.superseded_by_file_id IS NULL, 1, 0) AS is_live
    FROM ops.batches AS batches
    LEFT OUTER JOIN ops.files AS files ON files.file_id = batches.file_id
    WHERE batches.table_name = @table_name
        AND (
            @is_of_all_rows = 1
            OR NOT EXISTS (
                SELECT 1
                FROM ops.batch_consumers AS consumers
                WHERE consumers.consumer = @consumer
                    AND consumers.batch_id = batches.batch_id
            )
        )
    ORDER BY batches.batch_id
    FOR JSON PATH
);

SET @accepted = (
    SELECT
        results.rule_name,
        results.checked,
        results.failed,
        results.observed
    FROM ops.quality_results AS results
    INNER JOIN ops.quality_rules AS rules ON rules.rule_name = results.rule_name
    WHERE rules.table_name = @table_name
        AND results.accepted_at IS NOT NULL
    FOR JSON PATH
);

SET @known = CONCAT(N'{"batches":', ISNULL(@batches, N'[]'), N',"accepted":', ISNULL(@accepted, N'[]'), N'}');
GO
