-- silver.shop_orders_records ← customers, order lines, products, rates: which orders other tables speak against.
-- unknown_key:customer_id, no_rate, order_total_mismatch (of a complete order: as many lines of known products as it
-- says). Re-run: judges again only orders whose records, customer, lines or products have changed.
-- EXEC silver.check_shop_orders @run_id = 1, @rows_written = @written OUTPUT;
CREATE OR ALTER PROCEDURE silver.check_shop_orders
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

CREATE TABLE #batches (
    batch_id bigint NOT NULL,
    table_name nvarchar(300) COLLATE DATABASE_DEFAULT NOT NULL,
    row_count bigint NOT NULL
);
CREATE TABLE #touched (order_id nvarchar(50) COLLATE DATABASE_DEFAULT NOT NULL);
CREATE TABLE #line_totals (
    order_id nvarchar(50) COLLATE DATABASE_DEFAULT NOT NULL,
    line_count int NOT NULL,
    total_amount decimal(38, 4) NOT NULL
);
CREATE TABLE #judged (
    file_id bigint NOT NULL,
    line_number bigint NOT NULL,
    rule_name nvarchar(100) COLLATE DATABASE_DEFAULT NULL,
    problem nvarchar(2048) COLLATE DATABASE_DEFAULT NULL
);
CREATE TABLE #misfits (
    file_id bigint NOT NULL,
    line_number bigint NOT NULL,
    rule_name nvarchar(100) COLLATE DATABASE_DEFAULT NOT NULL,
    problem nvarchar(2048) COLLATE DATABASE_DEFAULT NOT NULL,
    raw_text nvarchar(max) COLLATE DATABASE_DEFAULT NOT NULL
);
CREATE TABLE #released (file_id bigint NOT NULL, line_number bigint NOT NULL);

BEGIN TRY
    IF @owns_transaction = 1 BEGIN TRANSACTION;

    EXEC ops.lock_target @target = N'silver.shop_orders_judged';

    INSERT INTO #batches (batch_id, table_name, row_count)
    SELECT
        batches.batch_id,
        batches.table_name,
        batches.rows_written
    FROM ops.batches AS batches
    WHERE batches.table_name IN (
            N'silver.shop_orders_records',
            N'silver.shop_order_items_records',
            N'silver.customers',
            N'silver.products',
            N'silver.currency_rates'
        )
        AND NOT EXISTS (
            SELECT 1
            FROM ops.batch_consumers AS consumers
            WHERE consumers.consumer = N'silver.shop_orders_judged'
                AND consumers.batch_id = batches.batch_id
        );

    IF EXISTS (SELECT 1 FROM #batches AS batches)
    BEGIN
        SET @batch_id = NEXT VALUE FOR ops.batch_ids;

        INSERT INTO #touched (order_id)
        SELECT records.order_id
        FROM silver.shop_orders_records AS records
        INNER JOIN #batches AS batches ON batches.batch_id = records.records_batch_id
        WHERE batches.table_name = N'silver.shop_orders_records'
            AND records.order_id IS NOT NULL
        UNION
        SELECT items.order_id
        FROM silver.shop_order_items_records AS items
        INNER JOIN #batches AS batches ON batches.batch_id = items.records_batch_id
        WHERE batches.table_name = N'silver.shop_order_items_records'
            AND items.order_id IS NOT NULL
        UNION
        SELECT records.order_id
        FROM silver.shop_orders_records AS records
        INNER JOIN silver.shop_customers_records AS customers ON customers.customer_id = records.customer_id
        INNER JOIN #batches AS batches ON batches.batch_id = customers.judged_batch_id
        WHERE records.standing = N'best'
        UNION
        SELECT items.order_id
        FROM silver.shop_order_items_records AS items
        INNER JOIN silver.shop_products_records AS products ON products.product_id = items.product_id
        INNER JOIN #batches AS batches ON batches.batch_id = products.judged_batch_id
        WHERE items.standing = N'best';

        -- Only the first rate of a currency decides whether there is one on a day.
        WITH firsts AS (
            SELECT
                rates.currency,
                MIN(rates.rate_date) AS first_date
            FROM silver.currency_rates AS rates
            WHERE rates.source_system = N'shop'
            GROUP BY rates.currency
        )

        INSERT INTO #touched (order_id)
        SELECT records.order_id
        FROM silver.shop_orders_records AS records
        LEFT OUTER JOIN firsts ON firsts.currency = records.currency
        WHERE records.standing = N'best'
            AND records.currency <> N'USD'
            AND (
                records.judged_rule_name = N'no_rate'
                OR firsts.first_date IS NULL
                OR CONVERT(date, records.ordered_at) < firsts.first_date
            )
            AND NOT EXISTS (SELECT 1 FROM #touched AS touched WHERE touched.order_id = records.order_id)
            AND EXISTS (SELECT 1 FROM #batches AS batches WHERE batches.table_name = N'silver.currency_rates');

        SET @rows_read = (SELECT COUNT_BIG(*) FROM #touched AS touched);

        INSERT INTO #line_totals (order_id, line_count, total_amount)
        SELECT
            items.order_id,
            COUNT(*),
            SUM(items.quantity * items.unit_price - ISNULL(items.discount, 0))
        FROM silver.shop_order_items_records AS items
        INNER JOIN #touched AS touched ON touched.order_id = items.order_id
        INNER JOIN silver.products AS products
            ON products.source_system = N'shop'
                AND products.product_id = items.product_id
        WHERE items.standing = N'best'
        GROUP BY items.order_id;

        WITH judged AS (
            SELECT
                records.file_id,
                records.line_number,
                records.customer_id,
                records.currency,
                records.ordered_at,
                records.order_total,
                totals.total_amount,
                CASE
                    WHEN customers.customer_id IS NULL THEN N'unknown_key:customer_id'
                    WHEN records.currency <> N'USD'
                        AND NOT EXISTS (
                            SELECT 1
                            FROM silver.currency_rates AS rates
                            WHERE rates.source_system = N'shop'
                                AND rates.currency = records.currency
                                AND rates.rate_date <= CONVERT(date, records.ordered_at)
                        ) THEN N'no_rate'
                    WHEN totals.line_count = records.line_count AND totals.total_amount <> records.order_total
                        THEN N'order_total_mismatch'
                END AS rule_name
            FROM silver.shop_orders_records AS records
            INNER JOIN #touched AS touched ON touched.order_id = records.order_id
            LEFT OUTER JOIN silver.customers AS customers
                ON customers.source_system = N'shop'
                    AND customers.customer_id = records.customer_id
            LEFT OUTER JOIN #line_totals AS totals ON totals.order_id = records.order_id
            WHERE records.standing = N'best'
        )

        INSERT INTO #judged (file_id, line_number, rule_name, problem)
        SELECT
            judged.file_id,
            judged.line_number,
            judged.rule_name,
            CASE judged.rule_name
                WHEN N'unknown_key:customer_id' THEN CONCAT(N'customer_id is not known: ', judged.customer_id)
                WHEN N'no_rate'
                    THEN CONCAT(
                        N'there is no rate of ', judged.currency, N' on ', CONVERT(nvarchar(10), judged.ordered_at, 23)
                    )
                WHEN N'order_total_mismatch'
                    THEN CONCAT(N'order_total is ', judged.order_total, N', its lines add up to ', judged.total_amount)
            END
        FROM judged;

        UPDATE records
        SET
            judged_rule_name = judged.rule_name,
            judged_problem = judged.problem,
            judged_batch_id = @batch_id
        FROM silver.shop_orders_records AS records
        INNER JOIN #judged AS judged
            ON judged.file_id = records.file_id
                AND judged.line_number = records.line_number
        WHERE ISNULL(records.judged_rule_name, N'') <> ISNULL(judged.rule_name, N'');

        SET @rows_written = @@ROWCOUNT;

        -- Whoever reads the judgement is told of new records too.
        UPDATE records
        SET judged_batch_id = @batch_id
        FROM silver.shop_orders_records AS records
        INNER JOIN #batches AS batches ON batches.batch_id = records.records_batch_id
        WHERE batches.table_name = N'silver.shop_orders_records';

        SET @rows_written = @rows_written + @@ROWCOUNT;

        -- What a record was delivered as is known for as long as bronze keeps it.
        IF EXISTS (SELECT 1 FROM #judged AS judged WHERE judged.rule_name IS NOT NULL)
        BEGIN
            INSERT INTO #misfits (file_id, line_number, rule_name, problem, raw_text)
            SELECT
                judged.file_id,
                judged.line_number,
                judged.rule_name,
                judged.problem,
                ISNULL(typed.raw_text, N'')
            FROM #judged AS judged
            LEFT OUTER JOIN bronze.shop_orders_typed AS typed
                ON typed.file_id = judged.file_id
                    AND typed.line_number = judged.line_number
            WHERE judged.rule_name IS NOT NULL;

            SET @rows_rejected = @@ROWCOUNT;
        END;

        INSERT INTO #released (file_id, line_number)
        SELECT
            records.file_id,
            records.line_number
        FROM silver.shop_orders_records AS records
        INNER JOIN #touched AS touched
            ON touched.order_id = records.order_id
        WHERE records.standing <> N'best'
            OR records.judged_rule_name IS NULL;

        EXEC ops.apply_quarantine @run_id = @run_id, @table_name = N'silver.orders';

        EXEC ops.finish_batch
            @run_id = @run_id,
            @batch_id = @batch_id,
            @table_name = N'silver.shop_orders_judged',
            @rows_written = @rows_written;
    END;

    IF @owns_transaction = 1 COMMIT TRANSACTION;
END TRY
BEGIN CATCH
    IF @owns_transaction = 1 AND XACT_STATE() <> 0 ROLLBACK TRANSACTION;
    THROW;
END CATCH;
GO
