-- silver.shop_returns_records, shop_orders_records, order_lines, currency_rates → silver.returns
-- Grain: one return of a known order line; refund_amount is in USD at the rate of its day. Others: unknown_key:…,
-- before_order, return_exceeds_sold. Re-run: judges again only orders that something has changed.
-- EXEC silver.load_shop_returns @run_id = 1, @rows_written = @written OUTPUT;
CREATE OR ALTER PROCEDURE silver.load_shop_returns
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
CREATE TABLE #touched (return_id nvarchar(50) COLLATE DATABASE_DEFAULT NOT NULL);
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
    return_id nvarchar(50) COLLATE DATABASE_DEFAULT NOT NULL,
    order_id nvarchar(50) COLLATE DATABASE_DEFAULT NOT NULL,
    order_line_number int NOT NULL,
    returned_at datetime2(3) NOT NULL,
    quantity int NOT NULL,
    currency nvarchar(3) COLLATE DATABASE_DEFAULT NOT NULL,
    original_amount decimal(19, 4) NOT NULL,
    refund_amount decimal(19, 4) NOT NULL,
    comment nvarchar(4000) COLLATE DATABASE_DEFAULT NULL,
    source_updated_at datetime2(3) NOT NULL,
    row_hash binary(32) NOT NULL,
    file_id bigint NOT NULL,
    line_number bigint NOT NULL
);

BEGIN TRY
    IF @owns_transaction = 1 BEGIN TRANSACTION;

    EXEC ops.lock_target @target = N'silver.returns';

    INSERT INTO #batches (batch_id, table_name, row_count)
    SELECT
        batches.batch_id,
        batches.table_name,
        batches.rows_written
    FROM ops.batches AS batches
    WHERE batches.table_name IN (
            N'silver.shop_returns_records',
            N'silver.shop_orders_judged',
            N'silver.order_lines',
            N'silver.shop_fx_rates_records'
        )
        AND NOT EXISTS (
            SELECT 1
            FROM ops.batch_consumers AS consumers
            WHERE consumers.consumer = N'silver.returns'
                AND consumers.batch_id = batches.batch_id
        );

    IF EXISTS (SELECT 1 FROM #batches AS batches)
    BEGIN
        SET @batch_id = NEXT VALUE FOR ops.batch_ids;

        -- All returns of an order are judged together.
        INSERT INTO #orders (order_id)
        SELECT records.order_id
        FROM silver.shop_returns_records AS records
        INNER JOIN #batches AS batches ON batches.batch_id = records.records_batch_id
        WHERE batches.table_name = N'silver.shop_returns_records'
            AND records.order_id IS NOT NULL
        UNION
        SELECT orders.order_id
        FROM silver.shop_orders_records AS orders
        INNER JOIN #batches AS batches ON batches.batch_id = orders.judged_batch_id
        WHERE orders.order_id IS NOT NULL
        UNION
        SELECT items.order_id
        FROM silver.shop_order_items_records AS items
        INNER JOIN #batches AS batches ON batches.batch_id = items.judged_batch_id
        WHERE items.order_id IS NOT NULL;

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
        FROM silver.shop_returns_records AS records
        INNER JOIN silver.shop_orders_records AS orders ON orders.order_id = records.order_id
        INNER JOIN #changed_rates AS changed
            ON changed.currency = orders.currency
                AND changed.from_date <= CONVERT(date, records.returned_at)
        WHERE records.standing = N'best'
            AND orders.standing = N'best'
            AND NOT EXISTS (SELECT 1 FROM #orders AS known WHERE known.order_id = records.order_id);

        -- A return that has moved to another order is touched under both.
        INSERT INTO #touched (return_id)
        SELECT DISTINCT records.return_id
        FROM silver.shop_returns_records AS records
        INNER JOIN #orders AS orders ON orders.order_id = records.order_id
        WHERE records.return_id IS NOT NULL
            AND records.standing <> N'misfit';

        SET @rows_read = (SELECT COUNT_BIG(*) FROM #touched AS touched);

        WITH checked AS (
            SELECT
                records.file_id,
                records.line_number,
                records.return_id,
                records.order_id,
                records.line_no,
                records.returned_at,
                records.quantity,
                orders.ordered_at,
                lines.quantity AS quantity_sold,
                CASE
                    WHEN orders.order_id IS NULL THEN N'unknown_key:order_id'
                    WHEN lines.order_id IS NULL THEN N'unknown_key:line_no'
                    WHEN records.returned_at < orders.ordered_at THEN N'before_order'
                END AS rule_name
            FROM silver.shop_returns_records AS records
            INNER JOIN #orders AS touched_orders ON touched_orders.order_id = records.order_id
            LEFT OUTER JOIN silver.shop_orders_records AS orders
                ON orders.order_id = records.order_id
                    AND orders.standing = N'best'
                    AND orders.judged_rule_name IS NULL
            LEFT OUTER JOIN silver.order_lines AS lines
                ON lines.source_system = N'shop'
                    AND lines.order_id = records.order_id
                    AND lines.order_line_number = records.line_no
            WHERE records.standing = N'best'
        ),

        running AS (
            SELECT
                checked.file_id,
                checked.line_number,
                checked.order_id,
                checked.line_no,
                checked.ordered_at,
                checked.quantity_sold,
                checked.rule_name,
                SUM(IIF(checked.rule_name IS NULL, checked.quantity, 0)) OVER (
                    PARTITION BY checked.order_id, checked.line_no
                    ORDER BY
                        checked.returned_at,
                        checked.return_id
                    ROWS UNBOUNDED PRECEDING
                ) AS returned_so_far
            FROM checked
        )

        INSERT INTO #judged (file_id, line_number, rule_name, problem)
        SELECT
            running.file_id,
            running.line_number,
            CASE
                WHEN running.rule_name IS NOT NULL THEN running.rule_name
                WHEN running.returned_so_far > running.quantity_sold THEN N'return_exceeds_sold'
            END,
            CASE
                WHEN running.rule_name = N'unknown_key:order_id'
                    THEN CONCAT(N'order_id is not known: ', running.order_id)
                WHEN running.rule_name = N'unknown_key:line_no'
                    THEN CONCAT(N'order ', running.order_id, N' has no line ', running.line_no)
                WHEN running.rule_name = N'before_order'
                    THEN CONCAT(N'returned before the order of ', CONVERT(nvarchar(19), running.ordered_at, 120))
                WHEN running.returned_so_far > running.quantity_sold
                    THEN CONCAT(
                        N'with it ', running.returned_so_far, N' are returned of ', running.quantity_sold, N' sold'
                    )
            END
        FROM running;

        UPDATE records
        SET
            judged_rule_name = judged.rule_name,
            judged_problem = judged.problem,
            judged_batch_id = @batch_id
        FROM silver.shop_returns_records AS records
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
            LEFT OUTER JOIN bronze.shop_returns_typed AS typed
                ON typed.file_id = judged.file_id
                    AND typed.line_number = judged.line_number
            WHERE judged.rule_name IS NOT NULL;

            SET @rows_rejected = @@ROWCOUNT;
        END;

        INSERT INTO #released (file_id, line_number)
        SELECT
            records.file_id,
            records.line_number
        FROM silver.shop_returns_records AS records
        INNER JOIN #touched AS touched
            ON touched.return_id = records.return_id
        WHERE records.standing <> N'best'
            OR records.judged_rule_name IS NULL;

        EXEC ops.apply_quarantine @run_id = @run_id, @table_name = N'silver.returns';

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
            return_id,
            order_id,
            order_line_number,
            returned_at,
            quantity,
            currency,
            original_amount,
            refund_amount,
            comment,
            source_updated_at,
            row_hash,
            file_id,
            line_number
        )
        SELECT
            records.return_id,
            records.order_id,
            records.line_no,
            records.returned_at,
            records.quantity,
            orders.currency,
            records.refund_amount,
            ROUND(
                CONVERT(decimal(15, 4), records.refund_amount)
                * CONVERT(decimal(13, 8), IIF(orders.currency = N'USD', 1, rates.rate)),
                4
            ),
            records.comment,
            records.updated_at,
            HASHBYTES('SHA2_256', CONVERT(varchar(8000), CONCAT_WS(
                NCHAR(31),
                ISNULL(CONVERT(nvarchar(64), records.value_hash, 2), NCHAR(30)),
                ISNULL(orders.currency, NCHAR(30)),
                ISNULL(CONVERT(nvarchar(30), rates.rate), NCHAR(30))
            ) COLLATE Latin1_General_100_BIN2_UTF8)),
            records.file_id,
            records.line_number
        FROM silver.shop_returns_records AS records
        INNER JOIN #touched AS touched ON touched.return_id = records.return_id
        INNER JOIN silver.shop_orders_records AS orders
            ON orders.order_id = records.order_id
                AND orders.standing = N'best'
        LEFT OUTER JOIN rates
            ON rates.currency = orders.currency
                AND rates.rate_date <= CONVERT(date, records.returned_at)
                AND rates.until_date > CONVERT(date, records.returned_at)
        WHERE records.standing = N'best'
            AND records.judged_rule_name IS NULL;

        UPDATE returns
        SET
            order_id = latest.order_id,
            order_line_number = latest.order_line_number,
            returned_at = latest.returned_at,
            quantity = latest.quantity,
            currency = latest.currency,
            original_amount = latest.original_amount,
            refund_amount = latest.refund_amount,
            comment = latest.comment,
            source_updated_at = latest.source_updated_at,
            row_hash = latest.row_hash,
            file_id = latest.file_id,
            line_number = latest.line_number,
            batch_id = @batch_id,
            updated_at = @now
        FROM silver.returns AS returns
        INNER JOIN #current AS latest
            ON latest.return_id = returns.return_id
        WHERE returns.source_system = N'shop'
            AND (
                returns.row_hash <> latest.row_hash
                OR returns.file_id <> latest.file_id
                OR returns.line_number <> latest.line_number
            );

        SET @rows_written = @@ROWCOUNT;

        DELETE returns
        FROM silver.returns AS returns
        INNER JOIN #touched AS touched
            ON touched.return_id = returns.return_id
        WHERE returns.source_system = N'shop'
            AND NOT EXISTS (
                SELECT 1
                FROM #current AS latest
                WHERE latest.return_id = returns.return_id
            );

        SET @rows_written = @rows_written + @@ROWCOUNT;

        INSERT INTO silver.returns (
            source_system,
            return_id,
            order_id,
            order_line_number,
            returned_at,
            quantity,
            currency,
            original_amount,
            refund_amount,
            comment,
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
            latest.return_id,
            latest.order_id,
            latest.order_line_number,
            latest.returned_at,
            latest.quantity,
            latest.currency,
            latest.original_amount,
            latest.refund_amount,
            latest.comment,
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
            FROM silver.returns AS returns
            WHERE returns.source_system = N'shop'
                AND returns.return_id = latest.return_id
        );

        SET @rows_written = @rows_written + @@ROWCOUNT;

        EXEC ops.finish_batch
            @run_id = @run_id,
            @batch_id = @batch_id,
            @table_name = N'silver.returns',
            @rows_written = @rows_written;
    END;

    IF @owns_transaction = 1 COMMIT TRANSACTION;
END TRY
BEGIN CATCH
    IF @owns_transaction = 1 AND XACT_STATE() <> 0 ROLLBACK TRANSACTION;
    THROW;
END CATCH;
GO
