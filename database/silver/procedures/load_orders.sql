-- silver.order_lines → silver.orders
-- Grain: one order of journey, totalled over all of its lines, which share customer and store; its time is the
-- earliest. Re-run: totals again only the orders of lines written since; an order whose totals stay the same is not
-- written; lines of other sources are passed over.
-- EXEC silver.load_orders @run_id = 1, @rows_written = @written OUTPUT;
CREATE OR ALTER PROCEDURE silver.load_orders
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
CREATE TABLE #changed (
    source_system nvarchar(20) COLLATE DATABASE_DEFAULT NOT NULL,
    order_id nvarchar(50) COLLATE DATABASE_DEFAULT NOT NULL
);
CREATE TABLE #totals (
    source_system nvarchar(20) COLLATE DATABASE_DEFAULT NOT NULL,
    order_id nvarchar(50) COLLATE DATABASE_DEFAULT NOT NULL,
    customer_id nvarchar(50) COLLATE DATABASE_DEFAULT NOT NULL,
    store_id nvarchar(50) COLLATE DATABASE_DEFAULT NOT NULL,
    ordered_at datetime2(3) NOT NULL,
    order_line_count int NOT NULL,
    quantity bigint NOT NULL,
    sales_amount decimal(19, 4) NOT NULL,
    retail_discount_amount decimal(19, 4) NOT NULL,
    coupon_discount_amount decimal(19, 4) NOT NULL,
    coupon_match_discount_amount decimal(19, 4) NOT NULL,
    row_hash binary(32) NOT NULL
);

BEGIN TRY
    IF @owns_transaction = 1 BEGIN TRANSACTION;

    EXEC ops.lock_target @target = N'silver.orders';

    INSERT INTO #batches (batch_id, file_id, row_count)
    SELECT
        batches.batch_id,
        batches.file_id,
        (
            SELECT COUNT_BIG(*)
            FROM silver.order_lines AS lines
            WHERE lines.batch_id = batches.batch_id
                AND lines.source_system = N'journey'
        )
    FROM ops.batches AS batches
    WHERE batches.table_name = N'silver.order_lines'
        AND NOT EXISTS (
            SELECT 1
            FROM ops.batch_consumers AS consumers
            WHERE consumers.consumer = N'silver.orders'
                AND consumers.batch_id = batches.batch_id
        );

    IF EXISTS (SELECT 1 FROM #batches AS batches WHERE batches.row_count > 0)
    BEGIN
        SET @batch_id = NEXT VALUE FOR ops.batch_ids;

        SELECT @rows_read = SUM(batches.row_count) FROM #batches AS batches;

        INSERT INTO #changed (source_system, order_id)
        SELECT DISTINCT
            lines.source_system,
            lines.order_id
        FROM silver.order_lines AS lines
        INNER JOIN #batches AS batches ON batches.batch_id = lines.batch_id
        WHERE lines.source_system = N'journey';

        WITH totals AS (
            SELECT
                lines.source_system,
                lines.order_id,
                MIN(lines.customer_id) AS customer_id,
                MIN(lines.store_id) AS store_id,
                MIN(lines.ordered_at) AS ordered_at,
                COUNT(*) AS order_line_count,
                SUM(CONVERT(bigint, lines.quantity)) AS quantity,
                SUM(lines.sales_amount) AS sales_amount,
                SUM(lines.retail_discount_amount) AS retail_discount_amount,
                SUM(lines.coupon_discount_amount) AS coupon_discount_amount,
                SUM(lines.coupon_match_discount_amount) AS coupon_match_discount_amount
            FROM silver.order_lines AS lines
            INNER JOIN #changed AS changed
                ON changed.source_system = lines.source_system
                    AND changed.order_id = lines.order_id
            GROUP BY
                lines.source_system,
                lines.order_id
        )

        INSERT INTO #totals (
            source_system,
            order_id,
            customer_id,
            store_id,
            ordered_at,
            order_line_count,
            quantity,
            sales_amount,
            retail_discount_amount,
            coupon_discount_amount,
            coupon_match_discount_amount,
            row_hash
        )
        SELECT
            totals.source_system,
            totals.order_id,
            totals.customer_id,
            totals.store_id,
            totals.ordered_at,
            totals.order_line_count,
            totals.quantity,
            totals.sales_amount,
            totals.retail_discount_amount,
            totals.coupon_discount_amount,
            totals.coupon_match_discount_amount,
            HASHBYTES('SHA2_256', CONVERT(varchar(8000), CONCAT_WS(
                NCHAR(31),
                totals.customer_id,
                totals.store_id,
                CONVERT(nvarchar(30), totals.ordered_at, 126),
                totals.order_line_count,
                totals.quantity,
                totals.sales_amount,
                totals.retail_discount_amount,
                totals.coupon_discount_amount,
                totals.coupon_match_discount_amount
            ) COLLATE Latin1_General_100_BIN2_UTF8))
        FROM totals;

        UPDATE orders
        SET
            customer_id = totals.customer_id,
            store_id = totals.store_id,
            ordered_at = totals.ordered_at,
            order_line_count = totals.order_line_count,
            quantity = totals.quantity,
            sales_amount = totals.sales_amount,
            retail_discount_amount = totals.retail_discount_amount,
            coupon_discount_amount = totals.coupon_discount_amount,
            coupon_match_discount_amount = totals.coupon_match_discount_amount,
            row_hash = totals.row_hash,
            batch_id = @batch_id,
            updated_at = @now
        FROM silver.orders AS orders
        INNER JOIN #totals AS totals
            ON totals.source_system = orders.source_system
                AND totals.order_id = orders.order_id
        WHERE orders.row_hash <> totals.row_hash;

        SET @rows_written = @@ROWCOUNT;

        INSERT INTO silver.orders (
            source_system,
            order_id,
            customer_id,
            store_id,
            ordered_at,
            order_line_count,
            quantity,
            sales_amount,
            retail_discount_amount,
            coupon_discount_amount,
            coupon_match_discount_amount,
            row_hash,
            batch_id,
            created_at,
            updated_at
        )
        SELECT
            totals.source_system,
            totals.order_id,
            totals.customer_id,
            totals.store_id,
            totals.ordered_at,
            totals.order_line_count,
            totals.quantity,
            totals.sales_amount,
            totals.retail_discount_amount,
            totals.coupon_discount_amount,
            totals.coupon_match_discount_amount,
            totals.row_hash,
            @batch_id,
            @now,
            @now
        FROM #totals AS totals
        WHERE NOT EXISTS (
            SELECT 1
            FROM silver.orders AS orders
            WHERE orders.source_system = totals.source_system
                AND orders.order_id = totals.order_id
        );

        SET @rows_written = @rows_written + @@ROWCOUNT;
    END;

    EXEC ops.finish_batch
        @run_id = @run_id,
        @batch_id = @batch_id,
        @table_name = N'silver.orders',
        @rows_written = @rows_written;

    IF @owns_transaction = 1 COMMIT TRANSACTION;
END TRY
BEGIN CATCH
    IF @owns_transaction = 1 AND XACT_STATE() <> 0 ROLLBACK TRANSACTION;
    THROW;
END CATCH;
GO
