-- silver.shop_orders_records, silver.order_lines, silver.customers → silver.orders
-- Grain: one order of the shop that nothing speaks against, totalled over its lines in USD; a missing ship_country is
-- the customer's. Re-run: writes only orders that something has changed.
-- EXEC silver.load_shop_orders @run_id = 1, @rows_written = @written OUTPUT;
CREATE OR ALTER PROCEDURE silver.load_shop_orders
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

CREATE TABLE #batches (
    batch_id bigint NOT NULL,
    table_name nvarchar(300) COLLATE DATABASE_DEFAULT NOT NULL,
    row_count bigint NOT NULL
);
CREATE TABLE #touched (order_id nvarchar(50) COLLATE DATABASE_DEFAULT NOT NULL);
CREATE TABLE #current (
    order_id nvarchar(50) COLLATE DATABASE_DEFAULT NOT NULL,
    customer_id nvarchar(50) COLLATE DATABASE_DEFAULT NOT NULL,
    store_id nvarchar(50) COLLATE DATABASE_DEFAULT NOT NULL,
    ordered_at datetime2(3) NOT NULL,
    order_status nvarchar(20) COLLATE DATABASE_DEFAULT NULL,
    is_cancelled bit NOT NULL,
    currency nvarchar(3) COLLATE DATABASE_DEFAULT NULL,
    ship_country nvarchar(2) COLLATE DATABASE_DEFAULT NULL,
    is_ship_country_imputed bit NOT NULL,
    shipped_at datetime2(3) NULL,
    delivered_at datetime2(3) NULL,
    order_total_amount decimal(19, 4) NULL,
    source_updated_at datetime2(3) NULL,
    order_line_count int NOT NULL,
    quantity bigint NOT NULL,
    sales_amount decimal(19, 4) NOT NULL,
    retail_discount_amount decimal(19, 4) NOT NULL,
    coupon_discount_amount decimal(19, 4) NOT NULL,
    coupon_match_discount_amount decimal(19, 4) NOT NULL,
    row_hash binary(32) NOT NULL,
    file_id bigint NOT NULL,
    line_number bigint NOT NULL
);

BEGIN TRY
    IF @owns_transaction = 1 BEGIN TRANSACTION;

    EXEC ops.lock_target @target = N'silver.orders';

    INSERT INTO #batches (batch_id, table_name, row_count)
    SELECT
        batches.batch_id,
        batches.table_name,
        batches.rows_written
    FROM ops.batches AS batches
    WHERE batches.table_name IN (
            N'silver.shop_orders_judged',
            N'silver.order_lines',
            N'silver.customers'
        )
        AND NOT EXISTS (
            SELECT 1
            FROM ops.batch_consumers AS consumers
            WHERE consumers.consumer = N'silver.orders'
                AND consumers.batch_id = batches.batch_id
        );

    IF EXISTS (SELECT 1 FROM #batches AS batches)
    BEGIN
        SET @batch_id = NEXT VALUE FOR ops.batch_ids;

        INSERT INTO #touched (order_id)
        SELECT records.order_id
        FROM silver.shop_orders_records AS records
        INNER JOIN #batches AS batches ON batches.batch_id = records.judged_batch_id
        WHERE records.order_id IS NOT NULL
        UNION
        SELECT lines.order_id
        FROM silver.order_lines AS lines
        INNER JOIN #batches AS batches ON batches.batch_id = lines.batch_id
        WHERE lines.source_system = N'shop'
        UNION
        SELECT items.order_id
        FROM silver.shop_order_items_records AS items
        INNER JOIN #batches AS batches ON batches.batch_id = items.judged_batch_id
        WHERE items.order_id IS NOT NULL
        UNION
        SELECT records.order_id
        FROM silver.shop_orders_records AS records
        INNER JOIN silver.customers AS customers
            ON customers.source_system = N'shop'
                AND customers.customer_id = records.customer_id
        INNER JOIN #batches AS batches ON batches.batch_id = customers.batch_id
        WHERE records.standing = N'best'
            AND records.ship_country IS NULL;

        SET @rows_read = (SELECT COUNT_BIG(*) FROM #touched AS touched);

        WITH totals AS (
            SELECT
                lines.order_id,
                COUNT(*) AS order_line_count,
                SUM(CONVERT(bigint, lines.quantity)) AS quantity,
                SUM(lines.sales_amount) AS sales_amount
            FROM silver.order_lines AS lines
            INNER JOIN #touched AS touched ON touched.order_id = lines.order_id
            WHERE lines.source_system = N'shop'
            GROUP BY lines.order_id
        )

        INSERT INTO #current (
            order_id,
            customer_id,
            store_id,
            ordered_at,
            order_status,
            is_cancelled,
            currency,
            ship_country,
            is_ship_country_imputed,
            shipped_at,
            delivered_at,
            order_total_amount,
            source_updated_at,
            order_line_count,
            quantity,
            sales_amount,
            retail_discount_amount,
            coupon_discount_amount,
            coupon_match_discount_amount,
            row_hash,
            file_id,
            line_number
        )
        SELECT
            records.order_id,
            records.customer_id,
            records.channel,
            records.ordered_at,
            records.status,
            IIF(records.status = N'cancelled', 1, 0),
            records.currency,
            ISNULL(records.ship_country, customers.country),
            IIF(records.ship_country IS NULL, 1, 0),
            records.shipped_at,
            records.delivered_at,
            records.order_total,
            records.updated_at,
            ISNULL(totals.order_line_count, 0),
            ISNULL(totals.quantity, 0),
            ISNULL(totals.sales_amount, 0),
            0,
            0,
            0,
            HASHBYTES('SHA2_256', CONVERT(varchar(8000), CONCAT_WS(
                NCHAR(31),
                ISNULL(CONVERT(nvarchar(64), records.value_hash, 2), NCHAR(30)),
                ISNULL(customers.country, NCHAR(30)),
                ISNULL(CONVERT(nvarchar(20), totals.order_line_count), NCHAR(30)),
                ISNULL(CONVERT(nvarchar(20), totals.quantity), NCHAR(30)),
                ISNULL(CONVERT(nvarchar(40), totals.sales_amount), NCHAR(30))
            ) COLLATE Latin1_General_100_BIN2_UTF8)),
            records.file_id,
            records.line_number
        FROM silver.shop_orders_records AS records
        INNER JOIN #touched AS touched ON touched.order_id = records.order_id
        LEFT OUTER JOIN silver.customers AS customers
            ON customers.source_system = N'shop'
                AND customers.customer_id = records.customer_id
        LEFT OUTER JOIN totals ON totals.order_id = records.order_id
        WHERE records.standing = N'best'
            AND records.judged_rule_name IS NULL;

        UPDATE orders
        SET
            customer_id = latest.customer_id,
            store_id = latest.store_id,
            ordered_at = latest.ordered_at,
            order_status = latest.order_status,
            is_cancelled = latest.is_cancelled,
            currency = latest.currency,
            ship_country = latest.ship_country,
            is_ship_country_imputed = latest.is_ship_country_imputed,
            shipped_at = latest.shipped_at,
            delivered_at = latest.delivered_at,
            order_total_amount = latest.order_total_amount,
            source_updated_at = latest.source_updated_at,
            order_line_count = latest.order_line_count,
            quantity = latest.quantity,
            sales_amount = latest.sales_amount,
            retail_discount_amount = latest.retail_discount_amount,
            coupon_discount_amount = latest.coupon_discount_amount,
            coupon_match_discount_amount = latest.coupon_match_discount_amount,
            row_hash = latest.row_hash,
            file_id = latest.file_id,
            line_number = latest.line_number,
            batch_id = @batch_id,
            updated_at = @now
        FROM silver.orders AS orders
        INNER JOIN #current AS latest
            ON latest.order_id = orders.order_id
        WHERE orders.source_system = N'shop'
            AND (
                orders.row_hash <> latest.row_hash
                OR orders.file_id <> latest.file_id
                OR orders.line_number <> latest.line_number
            );

        SET @rows_written = @@ROWCOUNT;

        DELETE orders
        FROM silver.orders AS orders
        INNER JOIN #touched AS touched
            ON touched.order_id = orders.order_id
        WHERE orders.source_system = N'shop'
            AND NOT EXISTS (
                SELECT 1
                FROM #current AS latest
                WHERE latest.order_id = orders.order_id
            );

        SET @rows_written = @rows_written + @@ROWCOUNT;

        INSERT INTO silver.orders (
            source_system,
            order_id,
            customer_id,
            store_id,
            ordered_at,
            order_status,
            is_cancelled,
            currency,
            ship_country,
            is_ship_country_imputed,
            shipped_at,
            delivered_at,
            order_total_amount,
            source_updated_at,
            order_line_count,
            quantity,
            sales_amount,
            retail_discount_amount,
            coupon_discount_amount,
            coupon_match_discount_amount,
            row_hash,
            file_id,
            line_number,
            batch_id,
            created_at,
            updated_at
        )
        SELECT
            N'shop',
            latest.order_id,
            latest.customer_id,
            latest.store_id,
            latest.ordered_at,
            latest.order_status,
            latest.is_cancelled,
            latest.currency,
            latest.ship_country,
            latest.is_ship_country_imputed,
            latest.shipped_at,
            latest.delivered_at,
            latest.order_total_amount,
            latest.source_updated_at,
            latest.order_line_count,
            latest.quantity,
            latest.sales_amount,
            latest.retail_discount_amount,
            latest.coupon_discount_amount,
            latest.coupon_match_discount_amount,
            latest.row_hash,
            latest.file_id,
            latest.line_number,
            @batch_id,
            @now,
            @now
        FROM #current AS latest
        WHERE NOT EXISTS (
            SELECT 1
            FROM silver.orders AS orders
            WHERE orders.source_system = N'shop'
                AND orders.order_id = latest.order_id
        );

        SET @rows_written = @rows_written + @@ROWCOUNT;

        EXEC ops.finish_batch
            @run_id = @run_id,
            @batch_id = @batch_id,
            @table_name = N'silver.orders',
            @rows_written = @rows_written;
    END;

    IF @owns_transaction = 1 COMMIT TRANSACTION;
END TRY
BEGIN CATCH
    IF @owns_transaction = 1 AND XACT_STATE() <> 0 ROLLBACK TRANSACTION;
    THROW;
END CATCH;
GO
