-- silver.shop_payments_records, shop_orders_records, currency_rates → silver.payments
-- Grain: one payment of a known order; paid_amount is in USD at the rate of its day. Others: unknown_key:order_id,
-- currency_mismatch, before_order, payment_exceeds_total. Re-run: judges again only orders that something has changed.
-- EXEC silver.load_shop_payments @run_id = 1, @rows_written = @written OUTPUT;
CREATE OR ALTER PROCEDURE silver.load_shop_payments
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
CREATE TABLE #orders (order_id nvarchar(50) COLLATE DATABASE_DEFAULT NOT NULL);
CREATE TABLE #touched (payment_id nvarchar(50) COLLATE DATABASE_DEFAULT NOT NULL);
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
    payment_id nvarchar(50) COLLATE DATABASE_DEFAULT NOT NULL,
    order_id nvarchar(50) COLLATE DATABASE_DEFAULT NOT NULL,
    paid_at datetime2(3) NOT NULL,
    payment_method nvarchar(20) COLLATE DATABASE_DEFAULT NOT NULL,
    currency nvarchar(3) COLLATE DATABASE_DEFAULT NOT NULL,
    original_amount decimal(19, 4) NOT NULL,
    paid_amount decimal(19, 4) NOT NULL,
    source_updated_at datetime2(3) NOT NULL,
    row_hash binary(32) NOT NULL,
    file_id bigint NOT NULL,
    line_number bigint NOT NULL
);

BEGIN TRY
    IF @owns_transaction = 1 BEGIN TRANSACTION;

    EXEC ops.lock_target @target = N'silver.payments';

    INSERT INTO #batches (batch_id, table_name, row_count)
    SELECT
        batches.batch_id,
        batches.table_name,
        batches.rows_written
    FROM ops.batches AS batches
    WHERE batches.table_name IN (
            N'silver.shop_payments_records',
            N'silver.shop_orders_judged',
            N'silver.shop_fx_rates_records'
        )
        AND NOT EXISTS (
            SELECT 1
            FROM ops.batch_consumers AS consumers
            WHERE consumers.consumer = N'silver.payments'
                AND consumers.batch_id = batches.batch_id
        );

    IF EXISTS (SELECT 1 FROM #batches AS batches)
    BEGIN
        SET @batch_id = NEXT VALUE FOR ops.batch_ids;

        -- All payments of an order are judged together.
        INSERT INTO #orders (order_id)
        SELECT records.order_id
        FROM silver.shop_payments_records AS records
        INNER JOIN #batches AS batches ON batches.batch_id = records.records_batch_id
        WHERE batches.table_name = N'silver.shop_payments_records'
            AND records.order_id IS NOT NULL
        UNION
        SELECT orders.order_id
        FROM silver.shop_orders_records AS orders
        INNER JOIN #batches AS batches ON batches.batch_id = orders.judged_batch_id
        WHERE orders.order_id IS NOT NULL;

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

        INSERT INTO #orders (order_id)
        SELECT DISTINCT records.order_id
        FROM silver.shop_payments_records AS records
        INNER JOIN #changed_rates AS changed
            ON changed.currency = records.currency
                AND changed.from_date <= CONVERT(date, records.paid_at)
        WHERE records.standing = N'best'
            AND NOT EXISTS (SELECT 1 FROM #orders AS orders WHERE orders.order_id = records.order_id);

        -- A payment that has moved to another order is touched under both.
        INSERT INTO #touched (payment_id)
        SELECT DISTINCT records.payment_id
        FROM silver.shop_payments_records AS records
        INNER JOIN #orders AS orders ON orders.order_id = records.order_id
        WHERE records.payment_id IS NOT NULL
            AND records.standing <> N'misfit';

        SET @rows_read = (SELECT COUNT_BIG(*) FROM #touched AS touched);

        WITH checked AS (
            SELECT
                records.file_id,
                records.line_number,
                records.payment_id,
                records.order_id,
                records.paid_at,
                records.amount,
                records.currency,
                orders.order_total,
                orders.ordered_at,
                orders.currency AS order_currency,
                CASE
                    WHEN orders.order_id IS NULL THEN N'unknown_key:order_id'
                    WHEN records.currency <> orders.currency THEN N'currency_mismatch'
                    WHEN records.paid_at < orders.ordered_at THEN N'before_order'
                END AS rule_name
            FROM silver.shop_payments_records AS records
            INNER JOIN #orders AS touched_orders ON touched_orders.order_id = records.order_id
            LEFT OUTER JOIN silver.shop_orders_records AS orders
                ON orders.order_id = records.order_id
                    AND orders.standing = N'best'
                    AND orders.judged_rule_name IS NULL
            WHERE records.standing = N'best'
        ),

        running AS (
            SELECT
                checked.file_id,
                checked.line_number,
                checked.order_id,
                checked.paid_at,
                checked.currency,
                checked.order_total,
                checked.ordered_at,
                checked.order_currency,
                checked.rule_name,
                SUM(IIF(checked.rule_name IS NULL, checked.amount, 0)) OVER (
                    PARTITION BY checked.order_id
                    ORDER BY
                        checked.paid_at,
                        checked.payment_id
                    ROWS UNBOUNDED PRECEDING
                ) AS paid_so_far
            FROM checked
        )

        INSERT INTO #judged (file_id, line_number, rule_name, problem)
        SELECT
            running.file_id,
            running.line_number,
            CASE
                WHEN running.rule_name IS NOT NULL THEN running.rule_name
                WHEN running.paid_so_far > running.order_total THEN N'payment_exceeds_total'
            END,
            CASE
                WHEN running.rule_name = N'unknown_key:order_id'
                    THEN CONCAT(N'order_id is not known: ', running.order_id)
                WHEN running.rule_name = N'currency_mismatch'
                    THEN CONCAT(N'currency is ', running.currency, N', that of the order ', running.order_currency)
                WHEN running.rule_name = N'before_order'
                    THEN CONCAT(N'paid before the order of ', CONVERT(nvarchar(19), running.ordered_at, 120))
                WHEN running.paid_so_far > running.order_total
                    THEN CONCAT(N'with it ', running.paid_so_far, N' is paid of a total of ', running.order_total)
            END
        FROM running;

        UPDATE records
        SET
            judged_rule_name = judged.rule_name,
            judged_problem = judged.problem,
            judged_batch_id = @batch_id
        FROM silver.shop_payments_records AS records
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
            LEFT OUTER JOIN bronze.shop_payments_typed AS typed
                ON typed.file_id = judged.file_id
                    AND typed.line_number = judged.line_number
            WHERE judged.rule_name IS NOT NULL;

            SET @rows_rejected = @@ROWCOUNT;
        END;

        INSERT INTO #released (file_id, line_number)
        SELECT
            records.file_id,
            records.line_number
        FROM silver.shop_payments_records AS records
        INNER JOIN #touched AS touched
            ON touched.payment_id = records.payment_id
        WHERE records.standing <> N'best'
            OR records.judged_rule_name IS NULL;

        EXEC ops.apply_quarantine @run_id = @run_id, @table_name = N'silver.payments';

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
            payment_id,
            order_id,
            paid_at,
            payment_method,
            currency,
            original_amount,
            paid_amount,
            source_updated_at,
            row_hash,
            file_id,
            line_number
        )
        SELECT
            records.payment_id,
            records.order_id,
            records.paid_at,
            records.method,
            records.currency,
            records.amount,
            ROUND(
                CONVERT(decimal(15, 4), records.amount)
                * CONVERT(decimal(13, 8), IIF(records.currency = N'USD', 1, rates.rate)),
                4
            ),
            records.updated_at,
            HASHBYTES('SHA2_256', CONVERT(varchar(8000), CONCAT_WS(
                NCHAR(31),
                ISNULL(CONVERT(nvarchar(64), records.value_hash, 2), NCHAR(30)),
                ISNULL(CONVERT(nvarchar(30), rates.rate), NCHAR(30))
            ) COLLATE Latin1_General_100_BIN2_UTF8)),
            records.file_id,
            records.line_number
        FROM silver.shop_payments_records AS records
        INNER JOIN #touched AS touched ON touched.payment_id = records.payment_id
        LEFT OUTER JOIN rates
            ON rates.currency = records.currency
                AND rates.rate_date <= CONVERT(date, records.paid_at)
                AND rates.until_date > CONVERT(date, records.paid_at)
        WHERE records.standing = N'best'
            AND records.judged_rule_name IS NULL;

        UPDATE payments
        SET
            order_id = latest.order_id,
            paid_at = latest.paid_at,
            payment_method = latest.payment_method,
            currency = latest.currency,
            original_amount = latest.original_amount,
            paid_amount = latest.paid_amount,
            source_updated_at = latest.source_updated_at,
            row_hash = latest.row_hash,
            file_id = latest.file_id,
            line_number = latest.line_number,
            batch_id = @batch_id,
            updated_at = @now
        FROM silver.payments AS payments
        INNER JOIN #current AS latest
            ON latest.payment_id = payments.payment_id
        WHERE payments.source_system = N'shop'
            AND (
                payments.row_hash <> latest.row_hash
                OR payments.file_id <> latest.file_id
                OR payments.line_number <> latest.line_number
            );

        SET @rows_written = @@ROWCOUNT;

        DELETE payments
        FROM silver.payments AS payments
        INNER JOIN #touched AS touched
            ON touched.payment_id = payments.payment_id
        WHERE payments.source_system = N'shop'
            AND NOT EXISTS (
                SELECT 1
                FROM #current AS latest
                WHERE latest.payment_id = payments.payment_id
            );

        SET @rows_written = @rows_written + @@ROWCOUNT;

        INSERT INTO silver.payments (
            source_system,
            payment_id,
            order_id,
            paid_at,
            payment_method,
            currency,
            original_amount,
            paid_amount,
            source_updated_at,
            row_hash,
            file_id,
            line_number,
            batch_id,
            created_at,
            updated_at
        )
        SELECT
            N'shop',
            latest.payment_id,
            latest.order_id,
            latest.paid_at,
            latest.payment_method,
            latest.currency,
            latest.original_amount,
            latest.paid_amount,
            latest.source_updated_at,
            latest.row_hash,
            latest.file_id,
            latest.line_number,
            @batch_id,
            @now,
            @now
        FROM #current AS latest
        WHERE NOT EXISTS (
            SELECT 1
            FROM silver.payments AS payments
            WHERE payments.source_system = N'shop'
                AND payments.payment_id = latest.payment_id
        );

        SET @rows_written = @rows_written + @@ROWCOUNT;

        EXEC ops.finish_batch
            @run_id = @run_id,
            @batch_id = @batch_id,
            @table_name = N'silver.payments',
            @rows_written = @rows_written;
    END;

    IF @owns_transaction = 1 COMMIT TRANSACTION;
END TRY
BEGIN CATCH
    IF @owns_transaction = 1 AND XACT_STATE() <> 0 ROLLBACK TRANSACTION;
    THROW;
END CATCH;
GO
