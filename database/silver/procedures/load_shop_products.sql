-- silver.shop_products_records → silver.products
-- Grain: one product of the shop, as its best record has it. Re-run: writes only keys whose records have changed.
-- EXEC silver.load_shop_products @run_id = 1, @rows_written = @written OUTPUT;
CREATE OR ALTER PROCEDURE silver.load_shop_products
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
CREATE TABLE #touched (product_id nvarchar(50) COLLATE DATABASE_DEFAULT NOT NULL);
CREATE TABLE #current (
    product_id nvarchar(50) COLLATE DATABASE_DEFAULT NOT NULL,
    product_name nvarchar(4000) COLLATE DATABASE_DEFAULT NULL,
    brand nvarchar(4000) COLLATE DATABASE_DEFAULT NULL,
    product_category nvarchar(200) COLLATE DATABASE_DEFAULT NULL,
    list_price_amount decimal(19, 4) NULL,
    is_active bit NULL,
    introduced_date date NULL,
    source_updated_at datetime2(3) NULL,
    row_hash binary(32) NOT NULL,
    file_id bigint NOT NULL,
    line_number bigint NOT NULL
);
CREATE TABLE #membership (product_id nvarchar(50) COLLATE DATABASE_DEFAULT NOT NULL);

BEGIN TRY
    IF @owns_transaction = 1 BEGIN TRANSACTION;

    EXEC ops.lock_target @target = N'silver.products';

    INSERT INTO #batches (batch_id, table_name, row_count)
    SELECT
        batches.batch_id,
        batches.table_name,
        batches.rows_written
    FROM ops.batches AS batches
    WHERE batches.table_name = N'silver.shop_products_records'
        AND NOT EXISTS (
            SELECT 1
            FROM ops.batch_consumers AS consumers
            WHERE consumers.consumer = N'silver.products'
                AND consumers.batch_id = batches.batch_id
        );

    IF EXISTS (SELECT 1 FROM #batches AS batches)
    BEGIN
        SET @batch_id = NEXT VALUE FOR ops.batch_ids;

        SELECT @rows_read = SUM(batches.row_count) FROM #batches AS batches;

        INSERT INTO #touched (product_id)
        SELECT DISTINCT records.product_id
        FROM silver.shop_products_records AS records
        INNER JOIN #batches AS batches ON batches.batch_id = records.records_batch_id
        WHERE records.standing <> N'misfit'
            AND records.product_id IS NOT NULL;

        INSERT INTO #current (
            product_id,
            product_name,
            brand,
            product_category,
            list_price_amount,
            is_active,
            introduced_date,
            source_updated_at,
            row_hash,
            file_id,
            line_number
        )
        SELECT
            records.product_id,
            records.name,
            records.brand,
            records.category,
            records.unit_price,
            records.is_active,
            records.introduced_on,
            records.updated_at,
            records.value_hash,
            records.file_id,
            records.line_number
        FROM silver.shop_products_records AS records
        INNER JOIN #touched AS touched
            ON touched.product_id = records.product_id
        WHERE records.standing = N'best';

        -- Keys that come into the table or leave it; others ask whether a key is known.
        INSERT INTO #membership (product_id)
        SELECT touched.product_id
        FROM #touched AS touched
        LEFT OUTER JOIN #current AS latest
            ON latest.product_id = touched.product_id
        LEFT OUTER JOIN silver.products AS known
            ON known.source_system = N'shop'
                AND known.product_id = touched.product_id
        WHERE IIF(latest.file_id IS NULL, 0, 1) <> IIF(known.batch_id IS NULL, 0, 1);

        UPDATE records
        SET judged_batch_id = @batch_id
        FROM silver.shop_products_records AS records
        INNER JOIN #membership AS membership
            ON membership.product_id = records.product_id
        WHERE records.standing <> N'misfit';

        UPDATE products
        SET
            product_name = latest.product_name,
            brand = latest.brand,
            product_category = latest.product_category,
            list_price_amount = latest.list_price_amount,
            is_active = latest.is_active,
            introduced_date = latest.introduced_date,
            source_updated_at = latest.source_updated_at,
            row_hash = latest.row_hash,
            file_id = latest.file_id,
            line_number = latest.line_number,
            batch_id = @batch_id,
            updated_at = @now
        FROM silver.products AS products
        INNER JOIN #current AS latest
            ON latest.product_id = products.product_id
        WHERE products.source_system = N'shop'
            AND (
                products.row_hash <> latest.row_hash
                OR products.file_id <> latest.file_id
                OR products.line_number <> latest.line_number
            );

        SET @rows_written = @@ROWCOUNT;

        DELETE products
        FROM silver.products AS products
        INNER JOIN #touched AS touched
            ON touched.product_id = products.product_id
        WHERE products.source_system = N'shop'
            AND NOT EXISTS (
                SELECT 1
                FROM #current AS latest
                WHERE latest.product_id = products.product_id
            );

        SET @rows_written = @rows_written + @@ROWCOUNT;

        INSERT INTO silver.products (
            source_system,
            product_id,
            product_name,
            brand,
            product_category,
            list_price_amount,
            is_active,
            introduced_date,
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
            latest.product_id,
            latest.product_name,
            latest.brand,
            latest.product_category,
            latest.list_price_amount,
            latest.is_active,
            latest.introduced_date,
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
            FROM silver.products AS products
            WHERE products.source_system = N'shop'
                AND products.product_id = latest.product_id
        );

        SET @rows_written = @rows_written + @@ROWCOUNT;

        EXEC ops.finish_batch
            @run_id = @run_id,
            @batch_id = @batch_id,
            @table_name = N'silver.products',
            @rows_written = @rows_written;
    END;

    IF @owns_transaction = 1 COMMIT TRANSACTION;
END TRY
BEGIN CATCH
    IF @owns_transaction = 1 AND XACT_STATE() <> 0 ROLLBACK TRANSACTION;
    THROW;
END CATCH;
GO
