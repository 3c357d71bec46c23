-- silver.shop_fx_rates_records → silver.currency_rates
-- Grain: one currency and day: USD for one unit. Re-run: writes only keys whose records have changed.
-- EXEC silver.load_shop_currency_rates @run_id = 1, @rows_written = @written OUTPUT;
CREATE OR ALTER PROCEDURE silver.load_shop_currency_rates
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
CREATE TABLE #touched (currency nvarchar(3) COLLATE DATABASE_DEFAULT NOT NULL, rate_date date NOT NULL);
CREATE TABLE #current (
    currency nvarchar(3) COLLATE DATABASE_DEFAULT NOT NULL,
    rate_date date NOT NULL,
    rate decimal(19, 8) NOT NULL,
    source_updated_at datetime2(3) NOT NULL,
    row_hash binary(32) NOT NULL,
    file_id bigint NOT NULL,
    line_number bigint NOT NULL
);
CREATE TABLE #membership (currency nvarchar(3) COLLATE DATABASE_DEFAULT NOT NULL, rate_date date NOT NULL);

BEGIN TRY
    IF @owns_transaction = 1 BEGIN TRANSACTION;

    EXEC ops.lock_target @target = N'silver.currency_rates';

    INSERT INTO #batches (batch_id, table_name, row_count)
    SELECT
        batches.batch_id,
        batches.table_name,
        batches.rows_written
    FROM ops.batches AS batches
    WHERE batches.table_name = N'silver.shop_fx_rates_records'
        AND NOT EXISTS (
            SELECT 1
            FROM ops.batch_consumers AS consumers
            WHERE consumers.consumer = N'silver.currency_rates'
                AND consumers.batch_id = batches.batch_id
        );

    IF EXISTS (SELECT 1 FROM #batches AS batches)
    BEGIN
        SET @batch_id = NEXT VALUE FOR ops.batch_ids;

        SELECT @rows_read = SUM(batches.row_count) FROM #batches AS batches;

        INSERT INTO #touched (currency, rate_date)
        SELECT DISTINCT
            records.currency,
            records.rate_date
        FROM silver.shop_fx_rates_records AS records
        INNER JOIN #batches AS batches ON batches.batch_id = records.records_batch_id
        WHERE records.standing <> N'misfit'
            AND records.currency IS NOT NULL
            AND records.rate_date IS NOT NULL;

        INSERT INTO #current (
            currency,
            rate_date,
            rate,
            source_updated_at,
            row_hash,
            file_id,
            line_number
        )
        SELECT
            records.currency,
            records.rate_date,
            records.rate,
            records.updated_at,
            records.value_hash,
            records.file_id,
            records.line_number
        FROM silver.shop_fx_rates_records AS records
        INNER JOIN #touched AS touched
            ON touched.currency = records.currency
                AND touched.rate_date = records.rate_date
        WHERE records.standing = N'best';

        -- Keys that come into the table or leave it; others ask whether a key is known.
        INSERT INTO #membership (currency, rate_date)
        SELECT
            touched.currency,
            touched.rate_date
        FROM #touched AS touched
        LEFT OUTER JOIN #current AS latest
            ON latest.currency = touched.currency
                AND latest.rate_date = touched.rate_date
        LEFT OUTER JOIN silver.currency_rates AS known
            ON known.source_system = N'shop'
                AND known.currency = touched.currency
                AND known.rate_date = touched.rate_date
        WHERE IIF(latest.file_id IS NULL, 0, 1) <> IIF(known.batch_id IS NULL, 0, 1);

        UPDATE records
        SET judged_batch_id = @batch_id
        FROM silver.shop_fx_rates_records AS records
        INNER JOIN #membership AS membership
            ON membership.currency = records.currency
                AND membership.rate_date = records.rate_date
        WHERE records.standing <> N'misfit';

        UPDATE currency_rates
        SET
            rate = latest.rate,
            source_updated_at = latest.source_updated_at,
            row_hash = latest.row_hash,
            file_id = latest.file_id,
            line_number = latest.line_number,
            batch_id = @batch_id,
            updated_at = @now
        FROM silver.currency_rates AS currency_rates
        INNER JOIN #current AS latest
            ON latest.currency = currency_rates.currency
                AND latest.rate_date = currency_rates.rate_date
        WHERE currency_rates.source_system = N'shop'
            AND (
                currency_rates.row_hash <> latest.row_hash
                OR currency_rates.file_id <> latest.file_id
                OR currency_rates.line_number <> latest.line_number
            );

        SET @rows_written = @@ROWCOUNT;

        DELETE currency_rates
        FROM silver.currency_rates AS currency_rates
        INNER JOIN #touched AS touched
            ON touched.currency = currency_rates.currency
                AND touched.rate_date = currency_rates.rate_date
        WHERE currency_rates.source_system = N'shop'
            AND NOT EXISTS (
                SELECT 1
                FROM #current AS latest
                WHERE latest.currency = currency_rates.currency
                    AND latest.rate_date = currency_rates.rate_date
            );

        SET @rows_written = @rows_written + @@ROWCOUNT;

        INSERT INTO silver.currency_rates (
            source_system,
            currency,
            rate_date,
            rate,
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
            latest.currency,
            latest.rate_date,
            latest.rate,
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
            FROM silver.currency_rates AS currency_rates
            WHERE currency_rates.source_system = N'shop'
                AND currency_rates.currency = latest.currency
                AND currency_rates.rate_date = latest.rate_date
        );

        SET @rows_written = @rows_written + @@ROWCOUNT;

        EXEC ops.finish_batch
            @run_id = @run_id,
            @batch_id = @batch_id,
            @table_name = N'silver.currency_rates',
            @rows_written = @rows_written;
    END;

    IF @owns_transaction = 1 COMMIT TRANSACTION;
END TRY
BEGIN CATCH
    IF @owns_transaction = 1 AND XACT_STATE() <> 0 ROLLBACK TRANSACTION;
    THROW;
END CATCH;
GO
