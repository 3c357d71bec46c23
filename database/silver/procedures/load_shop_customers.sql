-- silver.shop_customers_records → silver.customers
-- Grain: one customer of the shop, as its best record has it. Re-run: writes only keys whose records have changed.
-- EXEC silver.load_shop_customers @run_id = 1, @rows_written = @written OUTPUT;
CREATE OR ALTER PROCEDURE silver.load_shop_customers
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
CREATE TABLE #touched (customer_id nvarchar(50) COLLATE DATABASE_DEFAULT NOT NULL);
CREATE TABLE #current (
    customer_id nvarchar(50) COLLATE DATABASE_DEFAULT NOT NULL,
    email nvarchar(4000) COLLATE DATABASE_DEFAULT NULL,
    first_name nvarchar(4000) COLLATE DATABASE_DEFAULT NULL,
    last_name nvarchar(4000) COLLATE DATABASE_DEFAULT NULL,
    phone nvarchar(16) COLLATE DATABASE_DEFAULT NULL,
    street nvarchar(4000) COLLATE DATABASE_DEFAULT NULL,
    city nvarchar(4000) COLLATE DATABASE_DEFAULT NULL,
    postal_code nvarchar(4000) COLLATE DATABASE_DEFAULT NULL,
    country nvarchar(2) COLLATE DATABASE_DEFAULT NULL,
    registered_at datetime2(3) NULL,
    source_updated_at datetime2(3) NULL,
    has_demographics bit NOT NULL,
    row_hash binary(32) NOT NULL,
    file_id bigint NOT NULL,
    line_number bigint NOT NULL
);
CREATE TABLE #membership (customer_id nvarchar(50) COLLATE DATABASE_DEFAULT NOT NULL);

BEGIN TRY
    IF @owns_transaction = 1 BEGIN TRANSACTION;

    EXEC ops.lock_target @target = N'silver.customers';

    INSERT INTO #batches (batch_id, table_name, row_count)
    SELECT
        batches.batch_id,
        batches.table_name,
        batches.rows_written
    FROM ops.batches AS batches
    WHERE batches.table_name = N'silver.shop_customers_records'
        AND NOT EXISTS (
            SELECT 1
            FROM ops.batch_consumers AS consumers
            WHERE consumers.consumer = N'silver.customers'
                AND consumers.batch_id = batches.batch_id
        );

    IF EXISTS (SELECT 1 FROM #batches AS batches)
    BEGIN
        SET @batch_id = NEXT VALUE FOR ops.batch_ids;

        SELECT @rows_read = SUM(batches.row_count) FROM #batches AS batches;

        INSERT INTO #touched (customer_id)
        SELECT DISTINCT records.customer_id
        FROM silver.shop_customers_records AS records
        INNER JOIN #batches AS batches ON batches.batch_id = records.records_batch_id
        WHERE records.standing <> N'misfit'
            AND records.customer_id IS NOT NULL;

        INSERT INTO #current (
            customer_id,
            email,
            first_name,
            last_name,
            phone,
            street,
            city,
            postal_code,
            country,
            registered_at,
            source_updated_at,
            has_demographics,
            row_hash,
            file_id,
            line_number
        )
        SELECT
            records.customer_id,
            records.email,
            records.first_name,
            records.last_name,
            records.phone,
            records.street,
            records.city,
            records.postal_code,
            records.country,
            records.registered_at,
            records.updated_at,
            1,
            records.value_hash,
            records.file_id,
            records.line_number
        FROM silver.shop_customers_records AS records
        INNER JOIN #touched AS touched
            ON touched.customer_id = records.customer_id
        WHERE records.standing = N'best';

        -- Keys that come into the table or leave it; others ask whether a key is known.
        INSERT INTO #membership (customer_id)
        SELECT touched.customer_id
        FROM #touched AS touched
        LEFT OUTER JOIN #current AS latest
            ON latest.customer_id = touched.customer_id
        LEFT OUTER JOIN silver.customers AS known
            ON known.source_system = N'shop'
                AND known.customer_id = touched.customer_id
        WHERE IIF(latest.file_id IS NULL, 0, 1) <> IIF(known.batch_id IS NULL, 0, 1);

        UPDATE records
        SET judged_batch_id = @batch_id
        FROM silver.shop_customers_records AS records
        INNER JOIN #membership AS membership
            ON membership.customer_id = records.customer_id
        WHERE records.standing <> N'misfit';

        UPDATE customers
        SET
            email = latest.email,
            first_name = latest.first_name,
            last_name = latest.last_name,
            phone = latest.phone,
            street = latest.street,
            city = latest.city,
            postal_code = latest.postal_code,
            country = latest.country,
            registered_at = latest.registered_at,
            source_updated_at = latest.source_updated_at,
            has_demographics = latest.has_demographics,
            row_hash = latest.row_hash,
            file_id = latest.file_id,
            line_number = latest.line_number,
            batch_id = @batch_id,
            updated_at = @now
        FROM silver.customers AS customers
        INNER JOIN #current AS latest
            ON latest.customer_id = customers.customer_id
        WHERE customers.source_system = N'shop'
            AND (
                customers.row_hash <> latest.row_hash
                OR customers.file_id <> latest.file_id
                OR customers.line_number <> latest.line_number
            );

        SET @rows_written = @@ROWCOUNT;

        DELETE customers
        FROM silver.customers AS customers
        INNER JOIN #touched AS touched
            ON touched.customer_id = customers.customer_id
        WHERE customers.source_system = N'shop'
            AND NOT EXISTS (
                SELECT 1
                FROM #current AS latest
                WHERE latest.customer_id = customers.customer_id
            );

        SET @rows_written = @rows_written + @@ROWCOUNT;

        INSERT INTO silver.customers (
            source_system,
            customer_id,
            email,
            first_name,
            last_name,
            phone,
            street,
            city,
            postal_code,
            country,
            registered_at,
            source_updated_at,
            has_demographics,
            row_hash,
            file_id,
            line_number,
            batch_id,
            created_at,
            updated_at
        )
        SELECT
            N'shop',
            latest.customer_id,
            latest.email,
            latest.first_name,
            latest.last_name,
            latest.phone,
            latest.street,
            latest.city,
            latest.postal_code,
            latest.country,
            latest.registered_at,
            latest.source_updated_at,
            latest.has_demographics,
            latest.row_hash,
            latest.file_id,
            latest.line_number,
            @batch_id,
            @now,
            @now
        FROM #current AS latest
        WHERE NOT EXISTS (
            SELECT 1
            FROM silver.customers AS customers
            WHERE customers.source_system = N'shop'
                AND customers.customer_id = latest.customer_id
        );

        SET @rows_written = @rows_written + @@ROWCOUNT;

        EXEC ops.finish_batch
            @run_id = @run_id,
            @batch_id = @batch_id,
            @table_name = N'silver.customers',
            @rows_written = @rows_written;
    END;

    IF @owns_transaction = 1 COMMIT TRANSACTION;
END TRY
BEGIN CATCH
    IF @owns_transaction = 1 AND XACT_STATE() <> 0 ROLLBACK TRANSACTION;
    THROW;
END CATCH;
GO
