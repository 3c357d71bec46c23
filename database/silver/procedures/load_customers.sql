-- bronze.journey_demographics_typed, silver.order_lines → silver.customers
-- Grain: one customer of one source: every household with demographics or with an order; the latest demographics
-- win. Re-run: takes in only what came since; a customer delivered again unchanged is not written.
-- EXEC silver.load_customers @run_id = 1, @rows_written = @written OUTPUT;
CREATE OR ALTER PROCEDURE silver.load_customers
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
    customer_id nvarchar(50) COLLATE DATABASE_DEFAULT NULL,
    age_band nvarchar(200) COLLATE DATABASE_DEFAULT NULL,
    income_band nvarchar(200) COLLATE DATABASE_DEFAULT NULL,
    home_ownership nvarchar(200) COLLATE DATABASE_DEFAULT NULL,
    marital_status nvarchar(200) COLLATE DATABASE_DEFAULT NULL,
    household_size nvarchar(200) COLLATE DATABASE_DEFAULT NULL,
    household_composition nvarchar(200) COLLATE DATABASE_DEFAULT NULL,
    child_count nvarchar(200) COLLATE DATABASE_DEFAULT NULL,
    row_hash binary(32) NOT NULL,
    problem nvarchar(2048) COLLATE DATABASE_DEFAULT NULL,
    recency bigint NOT NULL
);

BEGIN TRY
    IF @owns_transaction = 1 BEGIN TRANSACTION;

    EXEC ops.lock_target @target = N'silver.customers';

    INSERT INTO #batches (batch_id, file_id, row_count)
    SELECT
        batches.batch_id,
        batches.file_id,
        CASE
            WHEN batches.table_name = N'silver.order_lines'
                THEN (
                    SELECT COUNT_BIG(*)
                    FROM silver.order_lines AS lines
                    WHERE lines.batch_id = batches.batch_id
                        AND lines.source_system = N'journey'
                )
            ELSE batches.rows_written
        END
    FROM ops.batches AS batches
    WHERE batches.table_name IN (N'bronze.journey_demographics', N'silver.order_lines')
        AND batches.rows_written > 0
        AND NOT EXISTS (
            SELECT 1
            FROM ops.batch_consumers AS consumers
            WHERE consumers.consumer = N'silver.customers'
                AND consumers.batch_id = batches.batch_id
        );

    IF EXISTS (SELECT 1 FROM #batches AS batches WHERE batches.row_count > 0)
    BEGIN
        SET @batch_id = NEXT VALUE FOR ops.batch_ids;

        SELECT @rows_read = SUM(batches.row_count) FROM #batches AS batches;

        WITH ranked AS (
            SELECT
                typed.file_id,
                typed.line_number,
                CONVERT(nvarchar(50), typed.household_id) AS customer_id,
                typed.age AS age_band,
                typed.income AS income_band,
                typed.home_ownership AS home_ownership,
                typed.marital_status AS marital_status,
                typed.household_size AS household_size,
                typed.household_comp AS household_composition,
                typed.kids_count AS child_count,
                typed.problem,
                ROW_NUMBER() OVER (
                    PARTITION BY IIF(typed.problem IS NULL, 1, 0), typed.household_id
                    ORDER BY typed.file_id DESC, typed.line_number DESC
                ) AS recency
            FROM bronze.journey_demographics_typed AS typed
            INNER JOIN #batches AS batches ON batches.file_id = typed.file_id
        )

        INSERT INTO #delivered (
            file_id,
            line_number,
            customer_id,
            age_band,
            income_band,
            home_ownership,
            marital_status,
            household_size,
            household_composition,
            child_count,
            row_hash,
            problem,
            recency
        )
        SELECT
            ranked.file_id,
            ranked.line_number,
            ranked.customer_id,
            ranked.age_band,
            ranked.income_band,
            ranked.home_ownership,
            ranked.marital_status,
            ranked.household_size,
            ranked.household_composition,
            ranked.child_count,
            HASHBYTES('SHA2_256', CONVERT(varchar(8000), CONCAT_WS(
                NCHAR(31),
                ISNULL(ranked.age_band, NCHAR(30)),
                ISNULL(ranked.income_band, NCHAR(30)),
                ISNULL(ranked.home_ownership, NCHAR(30)),
                ISNULL(ranked.marital_status, NCHAR(30)),
                ISNULL(ranked.household_size, NCHAR(30)),
                ISNULL(ranked.household_composition, NCHAR(30)),
                ISNULL(ranked.child_count, NCHAR(30))
            ) COLLATE Latin1_General_100_BIN2_UTF8)),
            ranked.problem,
            IIF(ranked.problem IS NULL, ranked.recency, 0)
        FROM ranked;

        UPDATE customers
        SET
            age_band = latest.age_band,
            income_band = latest.income_band,
            home_ownership = latest.home_ownership,
            marital_status = latest.marital_status,
            household_size = latest.household_size,
            household_composition = latest.household_composition,
            child_count = latest.child_count,
            has_demographics = 1,
            row_hash = latest.row_hash,
            file_id = latest.file_id,
            line_number = latest.line_number,
            batch_id = @batch_id,
            updated_at = @now
        FROM silver.customers AS customers
        INNER JOIN #delivered AS latest ON latest.customer_id = customers.customer_id
        WHERE latest.recency = 1
            AND customers.source_system = N'journey'
            AND customers.row_hash <> latest.row_hash
            AND ISNULL(customers.file_id, 0) < latest.file_id;

        SET @rows_written = @@ROWCOUNT;

        INSERT INTO silver.customers (
            source_system,
            customer_id,
            age_band,
            income_band,
            home_ownership,
            marital_status,
            household_size,
            household_composition,
            child_count,
            has_demographics,
            row_hash,
            file_id,
            line_number,
            batch_id,
            created_at,
            updated_at
        )
        SELECT
            N'journey',
            latest.customer_id,
            latest.age_band,
            latest.income_band,
            latest.home_ownership,
            latest.marital_status,
            latest.household_size,
            latest.household_composition,
            latest.child_count,
            1,
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
                FROM silver.customers AS customers
                WHERE customers.source_system = N'journey'
                    AND customers.customer_id = latest.customer_id
            );

        SET @rows_written = @rows_written + @@ROWCOUNT;

        INSERT INTO silver.customers (
            source_system,
            customer_id,
            has_demographics,
            row_hash,
            batch_id,
            created_at,
            updated_at
        )
        SELECT DISTINCT
            lines.source_system,
            lines.customer_id,
            0,
            HASHBYTES('SHA2_256', N''),
            @batch_id,
            @now,
            @now
        FROM silver.order_lines AS lines
        INNER JOIN #batches AS batches ON batches.batch_id = lines.batch_id
        WHERE lines.source_system = N'journey'
            AND NOT EXISTS (
                SELECT 1
                FROM silver.customers AS customers
                WHERE customers.source_system = lines.source_system
                    AND customers.customer_id = lines.customer_id
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
                N'silver.customers',
                typed.line_number,
                N'type',
                typed.problem,
                typed.raw_text
            FROM bronze.journey_demographics_typed AS typed
            INNER JOIN #batches AS batches ON batches.file_id = typed.file_id
            INNER JOIN ops.files AS files ON files.file_id = typed.file_id
            WHERE typed.problem IS NOT NULL;
    END;

    EXEC ops.finish_batch
        @run_id = @run_id,
        @batch_id = @batch_id,
        @table_name = N'silver.customers',
        @rows_written = @rows_written;

    IF @owns_transaction = 1 COMMIT TRANSACTION;
END TRY
BEGIN CATCH
    IF @owns_transaction = 1 AND XACT_STATE() <> 0 ROLLBACK TRANSACTION;
    THROW;
END CATCH;
GO
