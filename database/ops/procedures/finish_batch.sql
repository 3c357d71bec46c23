-- #batches (batch_id) of the caller → ops.batch_consumers; what the caller wrote → ops.batches. Part of each silver
-- and gold load, in its transaction and at its end: a rollback leaves the batches to be taken in again. Re-run: the
-- caller calls it once per load; a load that wrote nothing has no batch.
-- EXEC ops.finish_batch @run_id = 1, @batch_id = @batch_id, @table_name = N'silver.products', @rows_written = 10;
CREATE OR ALTER PROCEDURE ops.finish_batch
    @run_id bigint,
    @batch_id bigint,
    @table_name nvarchar(300),
    @rows_written bigint
AS
SET NOCOUNT, XACT_ABORT ON;

IF @rows_written > 0
    INSERT INTO ops.batches (batch_id, table_name, run_id, rows_written)
    VALUES (@batch_id, @table_name, @run_id, @rows_written);

-- ops.run_step checks what was written.
IF @rows_written > 0 AND OBJECT_ID(N'tempdb..#written', N'U') IS NOT NULL
    INSERT INTO #written (batch_id) VALUES (@batch_id);

INSERT INTO ops.batch_consumers (consumer, batch_id, run_id)
SELECT
    @table_name,
    batches.batch_id,
    @run_id
FROM #batches AS batches;
GO
