-- silver.customers → gold.dim_customers
-- Grain: one version of one customer (SCD2): other demographics close the current row and open the next; the first
-- ones of an inferred customer overwrite its row, so that its earlier orders have them too. A first version is
-- valid from 1900 on. Re-run: takes in only what came since; an unchanged customer is not written.
-- EXEC gold.load_dim_customers @run_id = 1, @rows_written = @written OUTPUT;
CREATE OR ALTER PROCEDURE gold.load_dim_customers
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

    EXEC ops.lock_target @target = N'gold.dim_customers';

    INSERT INTO #batches (batch_id, file_id, row_count)
    SELECT
        batches.batch_id,
        batches.file_id,
        batches.rows_written
    FROM ops.batches AS batches
    WHERE batches.table_name = N'silver.customers'
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
        SET
            age_band = ISNULL(customers.age_band, N'Unknown'),
            income_band = ISNULL(customers.income_band, N'Unknown'),
            home_ownership = ISNULL(customers.home_ownership, N'Unknown'),
            marital_status = ISNULL(customers.marital_status, N'Unknown'),
            household_size = ISNULL(customers.household_size, N'Unknown'),
            household_composition = ISNULL(customers.household_composition, N'Unknown'),
            child_count = ISNULL(customers.child_count, N'Unknown'),
            is_inferred = 0,
            row_hash = customers.row_hash,
            batch_id = @batch_id,
            updated_at = @now
        FROM gold.dim_customers AS dim
        INNER JOIN silver.customers AS customers
            ON customers.source_system = dim.source_system
                AND customers.customer_id = dim.customer_id
        INNER JOIN #batches AS batches ON batches.batch_id = customers.batch_id
        WHERE dim.is_current = 1
            AND dim.is_inferred = 1
            AND customers.has_demographics = 1;

        SET @rows_written = @@ROWCOUNT;

        UPDATE dim
        SET
            valid_to = @now,
            is_current = 0,
            batch_id = @batch_id,
            updated_at = @now
        FROM gold.dim_customers AS dim
        INNER JOIN silver.customers AS customers
            ON customers.source_system = dim.source_system
                AND customers.customer_id = dim.customer_id
        INNER JOIN #batches AS batches ON batches.batch_id = customers.batch_id
        WHERE dim.is_current = 1
            AND dim.row_hash <> customers.row_hash;

        SET @rows_written = @rows_written + @@ROWCOUNT;

        INSERT INTO gold.dim_customers (
            source_system,
            customer_id,
            age_band,
            income_band,
            home_ownership,
            marital_status,
            household_size,
            household_composition,
            child_count,
            is_inferred,
            valid_from,
            valid_to,
            is_current,
            row_hash,
            batch_id,
            updated_at
        )
        SELECT
            customers.source_system,
            customers.customer_id,
            ISNULL(customers.age_band, N'Unknown'),
            ISNULL(customers.income_band, N'Unknown'),
            ISNULL(customers.home_ownership, N'Unknown'),
            ISNULL(customers.marital_status, N'Unknown'),
            ISNULL(customers.household_size, N'Unknown'),
            ISNULL(customers.household_composition, N'Unknown'),
            ISNULL(customers.child_count, N'Unknown'),
            IIF(customers.has_demographics = 1, 0, 1),
            IIF(
                EXISTS (
                    SELECT 1
                    FROM gold.dim_customers AS earlier
                    WHERE earlier.source_system = customers.source_system
                        AND earlier.customer_id = customers.customer_id
                ),
                @now,
                '19000101'
            ),
            '99991231',
            1,
            customers.row_hash,
            @batch_id,
            @now
        FROM silver.customers AS customers
        INNER JOIN #batches AS batches ON batches.batch_id = customers.batch_id
        WHERE NOT EXISTS (
            SELECT 1
            FROM gold.dim_customers AS dim
            WHERE dim.source_system = customers.source_system
                AND dim.customer_id = customers.customer_id
                AND dim.is_current = 1
        );

        SET @rows_written = @rows_written + @@ROWCOUNT;

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
