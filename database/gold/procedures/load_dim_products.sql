-- silver.products, silver.order_lines → gold.dim_products
-- Grain: one product of one source, overwritten in place (SCD1); a product that was sold but never delivered is
-- inferred. Re-run: takes in only what came since; an unchanged product is not written.
-- EXEC gold.load_dim_products @run_id = 1, @rows_written = @written OUTPUT;
CREATE OR ALTER PROCEDURE gold.load_dim_products
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

BEGIN TRY
    IF @owns_transaction = 1 BEGIN TRANSACTION;

    EXEC ops.lock_target @target = N'gold.dim_products';

    INSERT INTO #batches (batch_id, file_id, row_count)
    SELECT
        batches.batch_id,
        batches.file_id,
        batches.rows_written
    FROM ops.batches AS batches
    WHERE batches.table_name IN (N'silver.products', N'silver.order_lines')
        AND NOT EXISTS (
            SELECT 1
            FROM ops.batch_consumers AS consumers
            WHERE consumers.consumer = N'gold.dim_products'
                AND consumers.batch_id = batches.batch_id
        );

    IF EXISTS (SELECT 1 FROM #batches AS batches)
    BEGIN
        SET @batch_id = NEXT VALUE FOR ops.batch_ids;

        SELECT @rows_read = SUM(batches.row_count) FROM #batches AS batches;

        UPDATE dim
        SET
            manufacturer_id = ISNULL(products.manufacturer_id, N'Unknown'),
            department = ISNULL(products.department, N'Unknown'),
            brand = ISNULL(products.brand, N'Unknown'),
            product_category = ISNULL(products.product_category, N'Unknown'),
            product_type = ISNULL(products.product_type, N'Unknown'),
            package_size = ISNULL(products.package_size, N'Unknown'),
            is_inferred = 0,
            row_hash = products.row_hash,
            batch_id = @batch_id,
            updated_at = @now
        FROM gold.dim_products AS dim
        INNER JOIN silver.products AS products
            ON products.source_system = dim.source_system
                AND products.product_id = dim.product_id
        INNER JOIN #batches AS batches ON batches.batch_id = products.batch_id
        WHERE dim.is_inferred = 1
            OR dim.row_hash <> products.row_hash;

        SET @rows_written = @@ROWCOUNT;

        INSERT INTO gold.dim_products (
            source_system,
            product_id,
            manufacturer_id,
            department,
            brand,
            product_category,
            product_type,
            package_size,
            is_inferred,
            row_hash,
            batch_id,
            updated_at
        )
        SELECT
            products.source_system,
            products.product_id,
            ISNULL(products.manufacturer_id, N'Unknown'),
            ISNULL(products.department, N'Unknown'),
            ISNULL(products.brand, N'Unknown'),
            ISNULL(products.product_category, N'Unknown'),
            ISNULL(products.product_type, N'Unknown'),
            ISNULL(products.package_size, N'Unknown'),
            0,
            products.row_hash,
            @batch_id,
            @now
        FROM silver.products AS products
        INNER JOIN #batches AS batches ON batches.batch_id = products.batch_id
        WHERE NOT EXISTS (
            SELECT 1
            FROM gold.dim_products AS dim
            WHERE dim.source_system = products.source_system
                AND dim.product_id = products.product_id
        );

        SET @rows_written = @rows_written + @@ROWCOUNT;

        INSERT INTO gold.dim_products (
            source_system,
            product_id,
            manufacturer_id,
            department,
            brand,
            product_category,
            product_type,
            package_size,
            is_inferred,
            row_hash,
            batch_id,
            updated_at
        )
        SELECT DISTINCT
            lines.source_system,
            lines.product_id,
            N'Unknown',
            N'Unknown',
            N'Unknown',
            N'Unknown',
            N'Unknown',
            N'Unknown',
            1,
            HASHBYTES('SHA2_256', N''),
            @batch_id,
            @now
        FROM silver.order_lines AS lines
        INNER JOIN #batches AS batches ON batches.batch_id = lines.batch_id
        WHERE NOT EXISTS (
            SELECT 1
            FROM gold.dim_products AS dim
            WHERE dim.source_system = lines.source_system
                AND dim.product_id = lines.product_id
        );

        SET @rows_written = @rows_written + @@ROWCOUNT;

        EXEC ops.finish_batch
            @run_id = @run_id,
            @batch_id = @batch_id,
            @table_name = N'gold.dim_products',
            @rows_written = @rows_written;
    END;

    IF @owns_transaction = 1 COMMIT TRANSACTION;
END TRY
BEGIN CATCH
    IF @owns_transaction = 1 AND XACT_STATE() <> 0 ROLLBACK TRANSACTION;
    THROW;
END CATCH;
GO
