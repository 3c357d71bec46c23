-- bronze.journey_products_typed → silver.products
-- Grain: one product of one source; of several deliveries the latest file's last line wins; misfits go to
-- ops.quarantine. Re-run: takes in only files that came since; a product delivered again unchanged is not written.
-- EXEC silver.load_products @run_id = 1, @rows_written = @written OUTPUT;
CREATE OR ALTER PROCEDURE silver.load_products
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
    product_id nvarchar(50) COLLATE DATABASE_DEFAULT NULL,
    manufacturer_id nvarchar(50) COLLATE DATABASE_DEFAULT NULL,
    department nvarchar(200) COLLATE DATABASE_DEFAULT NULL,
    brand nvarchar(200) COLLATE DATABASE_DEFAULT NULL,
    product_category nvarchar(200) COLLATE DATABASE_DEFAULT NULL,
    product_type nvarchar(200) COLLATE DATABASE_DEFAULT NULL,
    package_size nvarchar(200) COLLATE DATABASE_DEFAULT NULL,
    row_hash binary(32) NOT NULL,
    problem nvarchar(2048) COLLATE DATABASE_DEFAULT NULL,
    recency bigint NOT NULL
);

BEGIN TRY
    IF @owns_transaction = 1 BEGIN TRANSACTION;

    EXEC ops.lock_target @target = N'silver.products';

    INSERT INTO #batches (batch_id, file_id, row_count)
    SELECT
        batches.batch_id,
        batches.file_id,
        batches.rows_written
    FROM ops.batches AS batches
    WHERE batches.table_name = N'bronze.journey_products'
        AND batches.rows_written > 0
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

        WITH ranked AS (
            SELECT
                typed.file_id,
                typed.line_number,
                CONVERT(nvarchar(50), typed.product_id) AS product_id,
                CONVERT(nvarchar(50), typed.manufacturer_id) AS manufacturer_id,
                typed.department,
                typed.brand,
                typed.product_category,
                typed.product_type,
                typed.package_size,
                typed.problem,
                ROW_NUMBER() OVER (
                    PARTITION BY IIF(typed.problem IS NULL, 1, 0), typed.product_id
                    ORDER BY typed.file_id DESC, typed.line_number DESC
                ) AS recency
            FROM bronze.journey_products_typed AS typed
            INNER JOIN #batches AS batches ON batches.file_id = typed.file_id
        )

        INSERT INTO #delivered (
            file_id,
            line_number,
            product_id,
            manufacturer_id,
            department,
            brand,
            product_category,
            product_type,
            package_size,
            row_hash,
            problem,
            recency
        )
        SELECT
            ranked.file_id,
            ranked.line_number,
            ranked.product_id,
            ranked.manufacturer_id,
            ranked.department,
            ranked.brand,
            ranked.product_category,
            ranked.product_type,
            ranked.package_size,
            HASHBYTES('SHA2_256', CONVERT(varchar(8000), CONCAT_WS(
                NCHAR(31),
                ISNULL(ranked.manufacturer_id, NCHAR(30)),
                ISNULL(ranked.department, NCHAR(30)),
                ISNULL(ranked.brand, NCHAR(30)),
                ISNULL(ranked.product_category, NCHAR(30)),
                ISNULL(ranked.product_type, NCHAR(30)),
                ISNULL(ranked.package_size, NCHAR(30))
            ) COLLATE Latin1_General_100_BIN2_UTF8)),
            ranked.problem,
            IIF(ranked.problem IS NULL, ranked.recency, 0)
        FROM ranked;

        UPDATE products
        SET
            manufacturer_id = latest.manufacturer_id,
            department = latest.department,
            brand = latest.brand,
            product_category = latest.product_category,
            product_type = latest.product_type,
            package_size = latest.package_size,
            row_hash = latest.row_hash,
            file_id = latest.file_id,
            line_number = latest.line_number,
            batch_id = @batch_id,
            updated_at = @now
        FROM silver.products AS products
        INNER JOIN #delivered AS latest ON latest.product_id = products.product_id
        WHERE latest.recency = 1
            AND products.source_system = N'journey'
            AND products.row_hash <> latest.row_hash
            AND products.file_id < latest.file_id;

        SET @rows_written = @@ROWCOUNT;

        INSERT INTO silver.products (
            source_system,
            product_id,
            manufacturer_id,
            department,
            brand,
            product_category,
            product_type,
            package_size,
            row_hash,
            file_id,
            line_number,
            batch_id,
            created_at,
            updated_at
        )
        SELECT
            N'journey',
            latest.product_id,
            latest.manufacturer_id,
            latest.department,
            latest.brand,
            latest.product_category,
            latest.product_type,
            latest.package_size,
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
                FROM silver.products AS products
                WHERE products.source_system = N'journey'
                    AND products.product_id = latest.product_id
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
                N'silver.products',
                typed.line_number,
                N'type',
                typed.problem,
                typed.raw_text
            FROM bronze.journey_products_typed AS typed
            INNER JOIN #batches AS batches ON batches.file_id = typed.file_id
            INNER JOIN ops.files AS files ON files.file_id = typed.file_id
            WHERE typed.problem IS NOT NULL;

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
