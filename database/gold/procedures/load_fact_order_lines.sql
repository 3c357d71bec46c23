-- silver.order_lines, gold.dim_* → gold.fact_order_lines
-- Grain: one order line that was not cancelled, with the customer's version of that moment. Rows that met no member
-- of a dimension (key -1) are looked up again when a dimension has grown. ops.batch_dates learns which days have
-- changed. Re-run: deletes and inserts only lines written or removed since.
-- EXEC gold.load_fact_order_lines @run_id = 1, @rows_written = @written OUTPUT;
CREATE OR ALTER PROCEDURE gold.load_fact_order_lines
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
CREATE TABLE #changed (order_line_key bigint NOT NULL);
CREATE TABLE #dates (affected_date date NOT NULL);

BEGIN TRY
    IF @owns_transaction = 1 BEGIN TRANSACTION;

    EXEC ops.lock_target @target = N'gold.fact_order_lines';

    INSERT INTO #batches (batch_id, file_id, row_count)
    SELECT
        batches.batch_id,
        batches.file_id,
        batches.rows_written
    FROM ops.batches AS batches
    WHERE batches.table_name IN (
            N'silver.order_lines', N'gold.dim_dates', N'gold.dim_customers', N'gold.dim_products', N'gold.dim_stores'
        )
        AND NOT EXISTS (
            SELECT 1
            FROM ops.batch_consumers AS consumers
            WHERE consumers.consumer = N'gold.fact_order_lines'
                AND consumers.batch_id = batches.batch_id
        );

    IF EXISTS (SELECT 1 FROM #batches AS batches)
    BEGIN
        SET @batch_id = NEXT VALUE FOR ops.batch_ids;

        SELECT @rows_read = ISNULL(SUM(batches.row_count), 0)
        FROM #batches AS batches
        INNER JOIN ops.batches AS written ON written.batch_id = batches.batch_id
        WHERE written.table_name = N'silver.order_lines';

        INSERT INTO #changed (order_line_key)
        SELECT lines.order_line_key
        FROM silver.order_lines AS lines
        INNER JOIN #batches AS batches ON batches.batch_id = lines.batch_id;

        INSERT INTO #changed (order_line_key)
        SELECT facts.order_line_key
        FROM gold.fact_order_lines AS facts
        WHERE (facts.order_date_key = -1 OR facts.customer_key = -1 OR facts.product_key = -1 OR facts.store_key = -1)
            AND NOT EXISTS (SELECT 1 FROM #changed AS changed WHERE changed.order_line_key = facts.order_line_key);

        INSERT INTO #changed (order_line_key)
        SELECT CONVERT(bigint, removed.removed_id)
        FROM ops.removed_rows AS removed
        INNER JOIN #batches AS batches ON batches.batch_id = removed.batch_id
        WHERE removed.table_name = N'silver.order_lines';

        INSERT INTO #dates (affected_date)
        SELECT DISTINCT facts.order_date
        FROM gold.fact_order_lines AS facts
        INNER JOIN #changed AS changed ON changed.order_line_key = facts.order_line_key;

        DELETE facts
        FROM gold.fact_order_lines AS facts
        INNER JOIN #changed AS changed ON changed.order_line_key = facts.order_line_key;

        INSERT INTO gold.fact_order_lines (
            order_line_key,
            order_date,
            order_date_key,
            customer_key,
            product_key,
            store_key,
            source_system,
            order_id,
            ordered_at,
            quantity,
            sales_amount,
            retail_discount_amount,
            coupon_discount_amount,
            coupon_match_discount_amount,
            batch_id
        )
        SELECT
            lines.order_line_key,
            CONVERT(date, lines.ordered_at),
            ISNULL(dates.date_key, -1),
            ISNULL(customers.customer_key, -1),
            ISNULL(products.product_key, -1),
            ISNULL(stores.store_key, -1),
            lines.source_system,
            lines.order_id,
            lines.ordered_at,
            lines.quantity,
            lines.sales_amount,
            lines.retail_discount_amount,
            lines.coupon_discount_amount,
            lines.coupon_match_discount_amount,
            @batch_id
        FROM silver.order_lines AS lines
        INNER JOIN #changed AS changed ON changed.order_line_key = lines.order_line_key
        LEFT OUTER JOIN gold.dim_dates AS dates ON dates.calendar_date = CONVERT(date, lines.ordered_at)
        LEFT OUTER JOIN gold.dim_customers AS customers
            ON customers.source_system = lines.source_system
                AND customers.customer_id = lines.customer_id
                AND customers.valid_from <= lines.ordered_at
                AND customers.valid_to > lines.ordered_at
        LEFT OUTER JOIN gold.dim_products AS products
            ON products.source_system = lines.source_system
                AND products.product_id = lines.product_id
        LEFT OUTER JOIN gold.dim_stores AS stores
            ON stores.source_system = lines.source_system
                AND stores.store_id = lines.store_id
        WHERE lines.is_cancelled = 0;

        SET @rows_written = @@ROWCOUNT;

        INSERT INTO #dates (affected_date)
        SELECT DISTINCT facts.order_date
        FROM gold.fact_order_lines AS facts
        INNER JOIN #changed AS changed ON changed.order_line_key = facts.order_line_key;

        EXEC ops.finish_batch
            @run_id = @run_id,
            @batch_id = @batch_id,
            @table_name = N'gold.fact_order_lines',
            @rows_written = @rows_written;

        INSERT INTO ops.batch_dates (batch_id, affected_date)
        SELECT DISTINCT
            @batch_id,
            dates.affected_date
        FROM #dates AS dates;
    END;

    IF @owns_transaction = 1 COMMIT TRANSACTION;
END TRY
BEGIN CATCH
    IF @owns_transaction = 1 AND XACT_STATE() <> 0 ROLLBACK TRANSACTION;
    THROW;
END CATCH;
GO
