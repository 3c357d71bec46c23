-- silver.orders → gold.dim_stores
-- Grain: one store of one source that has sold something.
-- Re-run: adds only stores that are missing.
-- EXEC gold.load_dim_stores @run_id = 1, @rows_written = @written OUTPUT;
CREATE OR ALTER PROCEDURE gold.load_dim_stores
    @run_id bigint,
    @rows_read bigint = NULL OUTPUT,
    @rows_written bigint = NULL OUTPUT,
    @rows_rejected bigint = NULL OUTPUT
AS
SET NOCOUNT, XACT_ABORT ON;
DECLARE @owns_transaction bit = IIF(@@TRANCOUNT = 0, 1, 0);
DECLARE @now datetime2(3) = SYSUTCDATETIME();
DECLARE @batch_id bigint;

SELECT
    @rows_read = 0,
    @rows_written = 0,
    @rows_rejected = 0;

CREATE TABLE #batches (batch_id bigint NOT NULL, file_id bigint NULL, row_count bigint NOT NULL);

BEGIN TRY
    IF @owns_transaction = 1 BEGIN TRANSACTION;

    EXEC ops.lock_target @target = N'gold.dim_stores';

    INSERT INTO #batches (batch_id, file_id, row_count)
    SELECT
        batches.batch_id,
        batches.file_id,
        batches.rows_written
    FROM ops.batches AS batches
    WHERE batches.table_name = N'silver.orders'
        AND NOT EXISTS (
            SELECT 1
            FROM ops.batch_consumers AS consumers
            WHERE consumers.consumer = N'gold.dim_stores'
                AND consumers.batch_id = batches.batch_id
        );

    IF EXISTS (SELECT 1 FROM #batches AS batches)
    BEGIN
        SET @batch_id = NEXT VALUE FOR ops.batch_ids;

        SELECT @rows_read = SUM(batches.row_count) FROM #batches AS batches;

        INSERT INTO gold.dim_stores (source_system, store_id, store_name, batch_id, updated_at)
        SELECT DISTINCT
            orders.source_system,
            orders.store_id,
            CONCAT(N'Store ', orders.store_id),
            @batch_id,
            @now
        FROM silver.orders AS orders
        INNER JOIN #batches AS batches ON batches.batch_id = orders.batch_id
        WHERE NOT EXISTS (
            SELECT 1
            FROM gold.dim_stores AS stores
            WHERE stores.source_system = orders.source_system
                AND stores.store_id = orders.store_id
        );

        SET @rows_written = @@ROWCOUNT;

        EXEC ops.finish_batch
            @run_id = @run_id,
            @batch_id = @batch_id,
            @table_name = N'gold.dim_stores',
            @rows_written = @rows_written;
    END;

    IF @owns_transaction = 1 COMMIT TRANSACTION;
END TRY
BEGIN CATCH
    IF @owns_transaction = 1 AND XACT_STATE() <> 0 ROLLBACK TRANSACTION;
    THROW;
END CATCH;
GO
