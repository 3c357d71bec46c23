-- bronze.journey_transactions_typed → silver.order_lines
-- Grain: one product in one order of one customer; of several deliveries the latest file's last line wins; a
-- discount left empty is 0; misfits go to ops.quarantine. Re-run: takes in only files that came since; a record
-- delivered again unchanged (same row_hash) is not written.
-- EXEC silver.load_order_lines @run_id = 1, @rows_written = @written OUTPUT;
CREATE OR ALTER PROCEDURE silver.load_order_lines
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
CREATE TABLE #delivered (
    file_id bigint NOT NULL,
    line_number bigint NOT NULL,
    order_id nvarchar(50) COLLATE DATABASE_DEFAULT NULL,
    customer_id nvarchar(50) COLLATE DATABASE_DEFAULT NULL,
    product_id nvarchar(50) COLLATE DATABASE_DEFAULT NULL,
    store_id nvarchar(50) COLLATE DATABASE_DEFAULT NULL,
    ordered_at datetime2(3) NULL,
    quantity int NULL,
    sales_amount decimal(19, 4) NULL,
    retail_discount_amount decimal(19, 4) NULL,
    coupon_discount_amount decimal(19, 4) NULL,
    coupon_match_discount_amount decimal(19, 4) NULL,
    row_hash binary(32) NOT NULL,
    problem nvarchar(2048) COLLATE DATABASE_DEFAULT NULL,
    recency bigint NOT NULL
);

BEGIN TRY
    IF @owns_transaction = 1 BEGIN TRANSACTION;

    EXEC ops.lock_target @target = N'silver.order_lines';

    INSERT INTO #batches (batch_id, file_id, row_count)
    SELECT
        batches.batch_id,
        batches.file_id,
        batches.rows_written
    FROM ops.batches AS batches
    WHERE batches.table_name = N'bronze.journey_transactions'
        AND batches.rows_written > 0
        AND NOT EXISTS (
            SELECT 1
            FROM ops.batch_consumers AS consumers
            WHERE consumers.consumer = N'silver.order_lines'
                AND consumers.batch_id = batches.batch_id
        );

    IF EXISTS (SELECT 1 FROM #batches AS batches)
    BEGIN
        SET @batch_id = NEXT VALUE FOR ops.batch_ids;

        SELECT @rows_read = SUM(batches.row_count) FROM #batches AS batches;

        WITH ranked AS (
            SELECT
                typed.file_id,
                typed.line_number,
                CONVERT(nvarchar(50), typed.basket_id) AS order_id,
                CONVERT(nvarchar(50), typed.household_id) AS customer_id,
                CONVERT(nvarchar(50), typed.product_id) AS product_id,
                CONVERT(nvarchar(50), typed.store_id) AS store_id,
                typed.transaction_timestamp AS ordered_at,
                typed.quantity,
                typed.sales_value AS sales_amount,
                ISNULL(typed.retail_disc, 0) AS retail_discount_amount,
                ISNULL(typed.coupon_disc, 0) AS coupon_discount_amount,
                ISNULL(typed.coupon_match_disc, 0) AS coupon_match_discount_amount,
                typed.row_hash,
                typed.problem,
                ROW_NUMBER() OVER (
                    PARTITION BY
                        IIF(typed.problem IS NULL, 1, 0), typed.basket_id, typed.household_id, typed.product_id
                    ORDER BY typed.file_id DESC, typed.line_number DESC
                ) AS recency
            FROM bronze.journey_transactions_typed AS typed
            INNER JOIN #batches AS batches ON batches.file_id = typed.file_id
        )

        INSERT INTO #delivered (
            file_id,
            line_number,
            order_id,
            customer_id,
            product_id,
            store_id,
            ordered_at,
            quantity,
            sales_amount,
            retail_discount_amount,
            coupon_discount_amount,
            coupon_match_discount_amount,
            row_hash,
            problem,
            recency
        )
        SELECT
            ranked.file_id,
            ranked.line_number,
            ranked.order_id,
            ranked.customer_id,
            ranked.product_id,
            ranked.store_id,
            ranked.ordered_at,
            ranked.quantity,
            ranked.sales_amount,
            ranked.retail_discount_amount,
            ranked.coupon_discount_amount,
            ranked.coupon_match_discount_amount,
            ranked.row_hash,
            ranked.problem,
            IIF(ranked.problem IS NULL, ranked.recency, 0)
        FROM ranked;

        UPDATE lines
        SET
            store_id = latest.store_id,
            ordered_at = latest.ordered_at,
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
        FROM silver.order_lines AS lines
        INNER JOIN #delivered AS latest
            ON latest.order_id = lines.order_id
                AND latest.customer_id = lines.customer_id
                AND latest.product_id = lines.product_id
        WHERE latest.recency = 1
            AND lines.source_system = N'journey'
            AND lines.row_hash <> latest.row_hash
            AND lines.file_id < latest.file_id;

        SET @rows_written = @@ROWCOUNT;

        INSERT INTO silver.order_lines (
            source_system,
            order_id,
            customer_id,
            product_id,
            store_id,
            ordered_at,
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
            N'journey',
            latest.order_id,
            latest.customer_id,
            latest.product_id,
            latest.store_id,
            latest.ordered_at,
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
        FROM #delivered AS latest
        WHERE latest.recency = 1
            AND NOT EXISTS (
                SELECT 1
                FROM silver.order_lines AS lines
                WHERE lines.source_system = N'journey'
                    AND lines.order_id = latest.order_id
                    AND lines.customer_id = latest.customer_id
                    AND lines.product_id = latest.product_id
            );

        SET @rows_written = @rows_written + @@ROWCOUNT;

        SET @rows_rejected = (
            SELECT COUNT_BIG(*) FROM #delivered AS delivered WHERE delivered.problem IS NOT NULL
        );

        IF @rows_rejected > 0
            INSERT INTO ops.quarantine (
                run_id,
                file_id,
                file_path,
                table_name,
                line_number,
                rule_name,
                reason,
                raw_text
            )
            SELECT
                @run_id,
                typed.file_id,
                files.path,
                N'silver.order_lines',
                typed.line_number,
                N'type',
                typed.problem,
                typed.raw_text
            FROM bronze.journey_transactions_typed AS typed
            INNER JOIN #batches AS batches ON batches.file_id = typed.file_id
            INNER JOIN ops.files AS files ON files.file_id = typed.file_id
            WHERE typed.problem IS NOT NULL;

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
