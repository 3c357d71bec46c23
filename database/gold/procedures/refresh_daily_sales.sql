-- gold.fact_order_lines → gold.daily_sales
-- Grain: one store on one day. Recomputes whole days, and only those that ops.batch_dates says have changed.
-- Re-run: nothing to do until the fact has changed again.
-- EXEC gold.refresh_daily_sales @run_id = 1, @rows_written = @written OUTPUT;
CREATE OR ALTER PROCEDURE gold.refresh_daily_sales
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
CREATE TABLE #dates (affected_date date NOT NULL);

BEGIN TRY
    IF @owns_transaction = 1 BEGIN TRANSACTION;

    EXEC ops.lock_target @target = N'gold.daily_sales';

    INSERT INTO #batches (batch_id, file_id, row_count)
    SELECT
        batches.batch_id,
        batches.file_id,
        batches.rows_written
    FROM ops.batches AS batches
    WHERE batches.table_name = N'gold.fact_order_lines'
        AND NOT EXISTS (
            SELECT 1
            FROM ops.batch_consumers AS consumers
            WHERE consumers.consumer = N'gold.daily_sales'
                AND consumers.batch_id = batches.batch_id
        );

    IF EXISTS (SELECT 1 FROM #batches AS batches)
    BEGIN
        SET @batch_id = NEXT VALUE FOR ops.batch_ids;

        SELECT @rows_read = SUM(batches.row_count) FROM #batches AS batches;

        INSERT INTO #dates (affected_date)
        SELECT DISTINCT dates.affected_date
        FROM ops.batch_dates AS dates
        INNER JOIN #batches AS batches ON batches.batch_id = dates.batch_id;

        DELETE daily
        FROM gold.daily_sales AS daily
        INNER JOIN #dates AS dates ON dates.affected_date = daily.order_date;

        INSERT INTO gold.daily_sales (
            order_date,
            order_date_key,
            store_key,
            order_count,
            order_line_count,
            quantity,
            sales_amount,
            retail_discount_amount,
            coupon_discount_amount,
            coupon_match_discount_amount,
            batch_id
        )
        SELECT
            facts.order_date,
            facts.order_date_key,
            facts.store_key,
            COUNT(DISTINCT facts.order_id),
            COUNT(*),
            SUM(CONVERT(bigint, facts.quantity)),
            SUM(facts.sales_amount),
            SUM(facts.retail_discount_amount),
            SUM(facts.coupon_discount_amount),
            SUM(facts.coupon_match_discount_amount),
            @batch_id
        FROM gold.fact_order_lines AS facts
        INNER JOIN #dates AS dates ON dates.affected_date = facts.order_date
        GROUP BY
            facts.order_date,
            facts.order_date_key,
            facts.store_key;

        SET @rows_written = @@ROWCOUNT;

        EXEC ops.finish_batch
            @run_id = @run_id,
            @batch_id = @batch_id,
            @table_name = N'gold.daily_sales',
            @rows_written = @rows_written;
    END;

    IF @owns_transaction = 1 COMMIT TRANSACTION;
END TRY
BEGIN CATCH
    IF @owns_transaction = 1 AND XACT_STATE() <> 0 ROLLBACK TRANSACTION;
    THROW;
END CATCH;
GO
