-- silver.customer_matches → gold.dim_customers.master_customer_key
-- Grain: every version of a customer points to the current version of the customer that stands for this person, which
-- is its own when it is joined to nobody. Re-run: looks only when matches or customers have been written since.
-- EXEC gold.refresh_master_dim_customers @run_id = 1, @rows_written = @written OUTPUT;
CREATE OR ALTER PROCEDURE gold.refresh_master_dim_customers
    @run_id bigint,
    @rows_read bigint = NULL OUTPUT,
    @rows_written bigint = NULL OUTPUT,
    @rows_rejected bigint = NULL OUTPUT
AS
SET NOCOUNT, XACT_ABORT ON;
DECLARE @owns_transaction bit = IIF(@@TRANCOUNT = 0, 1, 0);
DECLARE @batch_id bigint;

SELECT
    @rows_read = 0,
    @rows_written = 0,
    @rows_rejected = 0;

CREATE TABLE #batches (batch_id bigint NOT NULL, file_id bigint NULL, row_count bigint NOT NULL);

BEGIN TRY
    IF @owns_transaction = 1 BEGIN TRANSACTION;

    EXEC ops.lock_target @target = N'gold.dim_customers';

    INSERT INTO #batches (batch_id, file_id, row_count)
    SELECT
        batches.batch_id,
        batches.file_id,
        batches.rows_written
    FROM ops.batches AS batches
    WHERE batches.table_name IN (N'silver.customer_matches', N'gold.dim_customers')
        AND NOT EXISTS (
            SELECT 1
            FROM ops.batch_consumers AS consumers
            WHERE consumers.consumer = N'gold.dim_customers'
                AND consumers.batch_id = batches.batch_id
        );

    IF EXISTS (SELECT 1 FROM #batches AS batches)
    BEGIN
        SET @batch_id = NEXT VALUE FOR ops.batch_ids;

        SELECT @rows_read = SUM(batches.row_count) FROM #batches AS batches;

        UPDATE dim
        SET master_customer_key = ISNULL(masters.customer_key, dim.customer_key)
        FROM gold.dim_customers AS dim
        LEFT OUTER JOIN silver.customer_matches AS matches
            ON matches.source_system = dim.source_system
                AND matches.customer_id = dim.customer_id
        LEFT OUTER JOIN gold.dim_customers AS masters
            ON masters.source_system = ISNULL(matches.master_source_system, dim.source_system)
                AND masters.customer_id = ISNULL(matches.master_customer_id, dim.customer_id)
                AND masters.is_current = 1
        WHERE ISNULL(dim.master_customer_key, 0) <> ISNULL(masters.customer_key, dim.customer_key);

        SET @rows_written = @@ROWCOUNT;

        -- What is written here is not to be looked at again.
        IF @rows_written > 0
            INSERT INTO #batches (batch_id, row_count) VALUES (@batch_id, @rows_written);

        EXEC ops.finish_batch
            @run_id = @run_id,
            @batch_id = @batch_id,
            @table_name = N'gold.dim_customers',
            @rows_written = @rows_written;
    END;

    IF @owns_transaction = 1 COMMIT TRANSACTION;
END TRY
BEGIN CATCH
    IF @owns_transaction = 1 AND XACT_STATE() <> 0 ROLLBACK TRANSACTION;
    THROW;
END CATCH;
GO
