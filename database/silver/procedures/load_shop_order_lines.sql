-- silver.shop_order_items_records, shop_orders_records, products, currency_rates → silver.order_lines
-- Grain: one line of a known order, of a known product; sales_amount is in USD at the rate of the order's day, rounded
-- per line; a missing discount is 0. Others: unknown_key:… Re-run: writes only lines that something has changed.
-- EXEC silver.load_shop_order_lines @run_id = 1, @rows_written = @written OUTPUT;
CREATE OR ALTER PROCEDURE silver.load_shop_order_lines
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
CREATE TABLE #touched (order_id nvarchar(50) COLLATE DATABASE_DEFAULT NOT NULL, order_line_number int NOT NULL);
CREATE TABLE #changed_rates (currency nvarchar(3) COLLATE DATABASE_DEFAULT NOT NULL, from_date date NOT NULL);
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
CREATE TABLE #current (
    order_id nvarchar(50) COLLATE DATABASE_DEFAULT NOT NULL,
    order_line_number int NOT NULL,
    customer_id nvarchar(50) COLLATE DATABASE_DEFAULT NOT NULL,
    product_id nvarchar(50) COLLATE DATABASE_DEFAULT NOT NULL,
    store_id nvarchar(50) COLLATE DATABASE_DEFAULT NOT NULL,
    ordered_at datetime2(3) NOT NULL,
    quantity int NOT NULL,
    unit_price_amount decimal(19, 4) NULL,
    discount_amount decimal(19, 4) NULL,
    is_discount_imputed bit NOT NULL,
    currency nvarchar(3) COLLATE DATABASE_DEFAULT NULL,
    line_amount decimal(19, 4) NULL,
    sales_amount decimal(19, 4) NOT NULL,
    retail_discount_amount decimal(19, 4) NOT NULL,
    coupon_discount_amount decimal(19, 4) NOT NULL,
    coupon_match_discount_amount decimal(19, 4) NOT NULL,
    is_cancelled bit NOT NULL,
    row_hash binary(32) NOT NULL,
    file_id bigint NOT NULL,
    line_number bigint NOT NULL
);

BEGIN TRY
    IF @owns_transaction = 1 BEGIN TRANSACTION;

    EXEC ops.lock_target @target = N'silver.order_lines';

    INSERT INTO #batches (batch_id, table_name, row_count)
    SELECT
        batches.batch_id,
        batches.table_name,
        batches.rows_written
    FROM ops.batches AS batches
    WHERE batches.table_name IN (
            N'silver.shop_order_items_records',
            N'silver.shop_orders_judged',
            N'silver.products',
            N'silver.shop_fx_rates_records'
        )
        AND NOT EXISTS (
            SELECT 1
            FROM ops.batch_consumers AS consumers
            WHERE consumers.consumer = N'silver.order_lines'
                AND consumers.batch_id = batches.batch_id
        );

    IF EXISTS (SELECT 1 FROM #batches AS batches)
    BEGIN
        SET @batch_id = NEXT VALUE FOR ops.batch_ids;

        INSERT INTO #touched (order_id, order_line_number)
        SELECT
            items.order_id,
            items.line_no
        FROM silver.shop_order_items_records AS items
        INNER JOIN #batches AS batches ON batches.batch_id = items.records_batch_id
        WHERE batches.table_name = N'silver.shop_order_items_records'
            AND items.order_id IS NOT NULL
            AND items.line_no IS NOT NULL
        UNION
        SELECT
            items.order_id,
            items.line_no
        FROM silver.shop_order_items_records AS items
        INNER JOIN silver.shop_orders_records AS orders ON orders.order_id = items.order_id
        INNER JOIN #batches AS batches ON batches.batch_id = orders.judged_batch_id
        WHERE items.standing = N'best'
        UNION
        SELECT
            items.order_id,
            items.line_no
        FROM silver.shop_order_items_records AS items
        INNER JOIN silver.shop_products_records AS products ON products.product_id = items.product_id
        INNER JOIN #batches AS batches ON batches.batch_id = products.judged_batch_id
        WHERE items.standing = N'best';

        INSERT INTO #changed_rates (currency, from_date)
        SELECT
            records.currency,
            MIN(records.rate_date)
        FROM silver.shop_fx_rates_records AS records
        INNER JOIN #batches AS batches ON batches.batch_id = records.records_batch_id
        WHERE batches.table_name = N'silver.shop_fx_rates_records'
            AND records.currency IS NOT NULL
            AND records.rate_date IS NOT NULL
        GROUP BY records.currency;

        INSERT INTO #touched (order_id, order_line_number)
        SELECT
            items.order_id,
            items.line_no
        FROM silver.shop_order_items_records AS items
        INNER JOIN silver.shop_orders_records AS orders ON orders.order_id = items.order_id
        INNER JOIN #changed_rates AS changed
            ON changed.currency = orders.currency
                AND changed.from_date <= CONVERT(date, orders.ordered_at)
        WHERE items.standing = N'best'
            AND orders.standing = N'best'
            AND NOT EXISTS (
                SELECT 1
                FROM #touched AS touched
                WHERE touched.order_id = items.order_id
                    AND touched.order_line_number = items.line_no
            );

        SET @rows_read = (SELECT COUNT_BIG(*) FROM #touched AS touched);

        WITH judged AS (
            SELECT
                items.file_id,
                items.line_number,
                items.order_id,
                items.product_id,
                CASE
                    WHEN orders.order_id IS NULL THEN N'unknown_key:order_id'
                    WHEN products.product_id IS NULL THEN N'unknown_key:product_id'
                END AS rule_name
            FROM silver.shop_order_items_records AS items
            INNER JOIN #touched AS touched
                ON touched.order_id = items.order_id
                    AND touched.order_line_number = items.line_no
            LEFT OUTER JOIN silver.shop_orders_records AS orders
                ON orders.order_id = items.order_id
                    AND orders.standing = N'best'
                    AND orders.judged_rule_name IS NULL
            LEFT OUTER JOIN silver.products AS products
                ON products.source_system = N'shop'
                    AND products.product_id = items.product_id
            WHERE items.standing = N'best'
        )

        INSERT INTO #judged (file_id, line_number, rule_name, problem)
        SELECT
            judged.file_id,
            judged.line_number,
            judged.rule_name,
            CASE judged.rule_name
                WHEN N'unknown_key:order_id' THEN CONCAT(N'order_id is not known: ', judged.order_id)
                WHEN N'unknown_key:product_id' THEN CONCAT(N'product_id is not known: ', judged.product_id)
            END
        FROM judged;

        UPDATE records
        SET
            judged_rule_name = judged.rule_name,
            judged_problem = judged.problem,
            judged_batch_id = @batch_id
        FROM silver.shop_order_items_records AS records
        INNER JOIN #judged AS judged
            ON judged.file_id = records.file_id
                AND judged.line_number = records.line_number
        WHERE ISNULL(records.judged_rule_name, N'') <> ISNULL(judged.rule_name, N'');

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
            LEFT OUTER JOIN bronze.shop_order_items_typed AS typed
                ON typed.file_id = judged.file_id
                    AND typed.line_number = judged.line_number
            WHERE judged.rule_name IS NOT NULL;

            SET @rows_rejected = @@ROWCOUNT;
        END;

        INSERT INTO #released (file_id, line_number)
        SELECT
            records.file_id,
            records.line_number
        FROM silver.shop_order_items_records AS records
        INNER JOIN #touched AS touched
            ON touched.order_id = records.order_id
                AND touched.order_line_number = records.line_no
        WHERE records.standing <> N'best'
            OR records.judged_rule_name IS NULL;

        EXEC ops.apply_quarantine @run_id = @run_id, @table_name = N'silver.order_lines';

        -- A rate holds from its day on until the next one.
        WITH rates AS (
            SELECT
                rates.currency,
                rates.rate_date,
                LEAD(rates.rate_date, 1, '99991231') OVER (
                    PARTITION BY rates.currency ORDER BY rates.rate_date
                ) AS until_date,
                rates.rate
            FROM silver.currency_rates AS rates
            WHERE rates.source_system = N'shop'
        )

        INSERT INTO #current (
            order_id,
            order_line_number,
            customer_id,
            product_id,
            store_id,
            ordered_at,
            quantity,
            unit_price_amount,
            discount_amount,
            is_discount_imputed,
            currency,
            line_amount,
            sales_amount,
            retail_discount_amount,
            coupon_discount_amount,
            coupon_match_discount_amount,
            is_cancelled,
            row_hash,
            file_id,
            line_number
        )
        SELECT
            items.order_id,
            items.line_no,
            orders.customer_id,
            items.product_id,
            orders.channel,
            orders.ordered_at,
            items.quantity,
            items.unit_price,
            ISNULL(items.discount, 0),
            IIF(items.discount IS NULL, 1, 0),
            orders.currency,
            items.quantity * items.unit_price - ISNULL(items.discount, 0),
            ROUND(
                CONVERT(decimal(15, 4), items.quantity * items.unit_price - ISNULL(items.discount, 0))
                * CONVERT(decimal(13, 8), IIF(orders.currency = N'USD', 1, rates.rate)),
                4
            ),
            0,
            0,
            0,
            IIF(orders.status = N'cancelled', 1, 0),
            HASHBYTES('SHA2_256', CONVERT(varchar(8000), CONCAT_WS(
                NCHAR(31),
                ISNULL(CONVERT(nvarchar(64), items.value_hash, 2), NCHAR(30)),
                ISNULL(orders.customer_id, NCHAR(30)),
                ISNULL(orders.channel, NCHAR(30)),
                ISNULL(CONVERT(nvarchar(30), orders.ordered_at, 126), NCHAR(30)),
                ISNULL(orders.currency, NCHAR(30)),
                ISNULL(IIF(orders.status = N'cancelled', N'1', N'0'), NCHAR(30)),
                ISNULL(CONVERT(nvarchar(30), rates.rate), NCHAR(30))
            ) COLLATE Latin1_General_100_BIN2_UTF8)),
            items.file_id,
            items.line_number
        FROM silver.shop_order_items_records AS items
        INNER JOIN #touched AS touched
            ON touched.order_id = items.order_id
                AND touched.order_line_number = items.line_no
        INNER JOIN silver.shop_orders_records AS orders
            ON orders.order_id = items.order_id
                AND orders.standing = N'best'
        LEFT OUTER JOIN rates
            ON rates.currency = orders.currency
                AND rates.rate_date <= CONVERT(date, orders.ordered_at)
                AND rates.until_date > CONVERT(date, orders.ordered_at)
        WHERE items.standing = N'best'
            AND items.judged_rule_name IS NULL;

        UPDATE lines
        SET
            customer_id = latest.customer_id,
            product_id = latest.product_id,
            store_id = latest.store_id,
            ordered_at = latest.ordered_at,
            quantity = latest.quantity,
            unit_price_amount = latest.unit_price_amount,
            discount_amount = latest.discount_amount,
            is_discount_imputed = latest.is_discount_imputed,
            currency = latest.currency,
            line_amount = latest.line_amount,
            sales_amount = latest.sales_amount,
            retail_discount_amount = latest.retail_discount_amount,
            coupon_discount_amount = latest.coupon_discount_amount,
            coupon_match_discount_amount = latest.coupon_match_discount_amount,
            is_cancelled = latest.is_cancelled,
            row_hash = latest.row_hash,
            file_id = latest.file_id,
            line_number = latest.line_number,
            batch_id = @batch_id,
            updated_at = @now
        FROM silver.order_lines AS lines
        INNER JOIN #current AS latest
            ON latest.order_id = lines.order_id
                AND latest.order_line_number = lines.order_line_number
        WHERE lines.source_system = N'shop'
            AND (
                lines.row_hash <> latest.row_hash
                OR lines.file_id <> latest.file_id
                OR lines.line_number <> latest.line_number
            );

        SET @rows_written = @@ROWCOUNT;

        DELETE lines
        OUTPUT
            @batch_id,
            N'silver.order_lines',
            CONVERT(nvarchar(200), deleted.order_line_key)
        INTO ops.removed_rows (batch_id, table_name, removed_id)
        FROM silver.order_lines AS lines
        INNER JOIN #touched AS touched
            ON touched.order_id = lines.order_id
                AND touched.order_line_number = lines.order_line_number
        WHERE lines.source_system = N'shop'
            AND NOT EXISTS (
                SELECT 1
                FROM #current AS latest
                WHERE latest.order_id = lines.order_id
                    AND latest.order_line_number = lines.order_line_number
            );

        SET @rows_written = @rows_written + @@ROWCOUNT;

        INSERT INTO silver.order_lines (
            source_system,
            order_id,
            order_line_number,
            customer_id,
            product_id,
            store_id,
            ordered_at,
            quantity,
            unit_price_amount,
            discount_amount,
            is_discount_imputed,
            currency,
            line_amount,
            sales_amount,
            retail_discount_amount,
            coupon_discount_amount,
            coupon_match_discount_amount,
            is_cancelled,
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
            latest.order_line_number,
            latest.customer_id,
            latest.product_id,
            latest.store_id,
            latest.ordered_at,
            latest.quantity,
            latest.unit_price_amount,
            latest.discount_amount,
            latest.is_discount_imputed,
            latest.currency,
            latest.line_amount,
            latest.sales_amount,
            latest.retail_discount_amount,
            latest.coupon_discount_amount,
            latest.coupon_match_discount_amount,
            latest.is_cancelled,
            latest.row_hash,
            latest.file_id,
            latest.line_number,
            @batch_id,
            @now,
            @now
        FROM #current AS latest
        WHERE NOT EXISTS (
            SELECT 1
            FROM silver.order_lines AS lines
            WHERE lines.source_system = N'shop'
                AND lines.order_id = latest.order_id
                AND lines.order_line_number = latest.order_line_number
        );

        SET @rows_written = @rows_written + @@ROWCOUNT;

        -- Returns ask whether a line is known, and how much of it was sold.
        UPDATE items
        SET judged_batch_id = @batch_id
        FROM silver.shop_order_items_records AS items
        INNER JOIN #touched AS touched
            ON touched.order_id = items.order_id
                AND touched.order_line_number = items.line_no
        WHERE items.standing <> N'misfit';

        EXEC ops.finish_batch
            @run_id = @run_id,
            @batch_id = @batch_id,
            @table_name = N'silver.order_lines',
            @rows_written = @rows_written;
    END;

    IF @owns_transaction = 1 COMMIT TRANSACTION;
END TRY
BEGIN CATCH
    IF @owns_transaction = 1 AND XACT_STATE() <> 0 ROLLBACK TRANSACTION;
    THROW;
END CATCH;
GO
