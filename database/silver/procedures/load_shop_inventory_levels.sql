-- silver.shop_inventory_records, silver.products → silver.inventory_levels
-- Grain: one known product, warehouse and day; others: unknown_key:product_id. Re-run: writes only keys whose
-- records or product have changed.
-- EXEC silver.load_shop_inventory_levels @run_id = 1, @rows_written = @written OUTPUT;
CREATE OR ALTER PROCEDURE silver.load_shop_inventory_levels
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
CREATE TABLE #touched (
    product_id nvarchar(50) COLLATE DATABASE_DEFAULT NOT NULL,
    warehouse_id nvarchar(50) COLLATE DATABASE_DEFAULT NOT NULL,
    stock_date date NOT NULL
);
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
    product_id nvarchar(50) COLLATE DATABASE_DEFAULT NOT NULL,
    warehouse_id nvarchar(50) COLLATE DATABASE_DEFAULT NOT NULL,
    stock_date date NOT NULL,
    quantity_on_hand int NOT NULL,
    source_updated_at datetime2(3) NOT NULL,
    row_hash binary(32) NOT NULL,
    file_id bigint NOT NULL,
    line_number bigint NOT NULL
);

BEGIN TRY
    IF @owns_transaction = 1 BEGIN TRANSACTION;

    EXEC ops.lock_target @target = N'silver.inventory_levels';

    INSERT INTO #batches (batch_id, table_name, row_count)
    SELECT
        batches.batch_id,
        batches.table_name,
        batches.rows_written
    FROM ops.batches AS batches
    WHERE batches.table_name IN (
            N'silver.shop_inventory_records',
            N'silver.products'
        )
        AND NOT EXISTS (
            SELECT 1
            FROM ops.batch_consumers AS consumers
            WHERE consumers.consumer = N'silver.inventory_levels'
                AND consumers.batch_id = batches.batch_id
        );

    IF EXISTS (SELECT 1 FROM #batches AS batches)
    BEGIN
        SET @batch_id = NEXT VALUE FOR ops.batch_ids;

        INSERT INTO #touched (product_id, warehouse_id, stock_date)
        SELECT
            records.product_id,
            records.warehouse,
            records.stock_date
        FROM silver.shop_inventory_records AS records
        INNER JOIN #batches AS batches ON batches.batch_id = records.records_batch_id
        WHERE batches.table_name = N'silver.shop_inventory_records'
            AND records.product_id IS NOT NULL
            AND records.warehouse IS NOT NULL
            AND records.stock_date IS NOT NULL
        UNION
        SELECT
            records.product_id,
            records.warehouse,
            records.stock_date
        FROM silver.shop_inventory_records AS records
        INNER JOIN silver.shop_products_records AS products ON products.product_id = records.product_id
        INNER JOIN #batches AS batches ON batches.batch_id = products.judged_batch_id
        WHERE records.standing = N'best';

        SET @rows_read = (SELECT COUNT_BIG(*) FROM #touched AS touched);

        INSERT INTO #judged (file_id, line_number, rule_name, problem)
        SELECT
            records.file_id,
            records.line_number,
            IIF(products.product_id IS NULL, N'unknown_key:product_id', NULL),
            IIF(products.product_id IS NULL, CONCAT(N'product_id is not known: ', records.product_id), NULL)
        FROM silver.shop_inventory_records AS records
        INNER JOIN #touched AS touched
            ON touched.product_id = records.product_id
                AND touched.warehouse_id = records.warehouse
                AND touched.stock_date = records.stock_date
        LEFT OUTER JOIN silver.products AS products
            ON products.source_system = N'shop'
                AND products.product_id = records.product_id
        WHERE records.standing = N'best';

        UPDATE records
        SET
            judged_rule_name = judged.rule_name,
            judged_problem = judged.problem,
            judged_batch_id = @batch_id
        FROM silver.shop_inventory_records AS records
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
            LEFT OUTER JOIN bronze.shop_inventory_typed AS typed
                ON typed.file_id = judged.file_id
                    AND typed.line_number = judged.line_number
            WHERE judged.rule_name IS NOT NULL;

            SET @rows_rejected = @@ROWCOUNT;
        END;

        INSERT INTO #released (file_id, line_number)
        SELECT
            records.file_id,
            records.line_number
        FROM silver.shop_inventory_records AS records
        INNER JOIN #touched AS touched
            ON touched.product_id = records.product_id
                AND touched.warehouse_id = records.warehouse
                AND touched.stock_date = records.stock_date
        WHERE records.standing <> N'best'
            OR records.judged_rule_name IS NULL;

        EXEC ops.apply_quarantine @run_id = @run_id, @table_name = N'silver.inventory_levels';

        INSERT INTO #current (
            product_id,
            warehouse_id,
            stock_date,
            quantity_on_hand,
            source_updated_at,
            row_hash,
            file_id,
            line_number
        )
        SELECT
            records.product_id,
            records.warehouse,
            records.stock_date,
            records.on_hand,
            records.updated_at,
            records.value_hash,
            records.file_id,
            records.line_number
        FROM silver.shop_inventory_records AS records
        INNER JOIN #touched AS touched
            ON touched.product_id = records.product_id
                AND touched.warehouse_id = records.warehouse
                AND touched.stock_date = records.stock_date
        WHERE records.standing = N'best'
            AND records.judged_rule_name IS NULL;

        UPDATE levels
        SET
            quantity_on_hand = latest.quantity_on_hand,
            source_updated_at = latest.source_updated_at,
            row_hash = latest.row_hash,
            file_id = latest.file_id,
            line_number = latest.line_number,
            batch_id = @batch_id,
            updated_at = @now
        FROM silver.inventory_levels AS levels
        INNER JOIN #current AS latest
            ON latest.product_id = levels.product_id
                AND latest.warehouse_id = levels.warehouse_id
                AND latest.stock_date = levels.stock_date
        WHERE levels.source_system = N'shop'
            AND (
                levels.row_hash <> latest.row_hash
                OR levels.file_id <> latest.file_id
                OR levels.line_number <> latest.line_number
            );

        SET @rows_written = @@ROWCOUNT;

        DELETE levels
        FROM silver.inventory_levels AS levels
        INNER JOIN #touched AS touched
            ON touched.product_id = levels.product_id
                AND touched.warehouse_id = levels.warehouse_id
                AND touched.stock_date = levels.stock_date
        WHERE levels.source_system = N'shop'
            AND NOT EXISTS (
                SELECT 1
                FROM #current AS latest
                WHERE latest.product_id = levels.product_id
                    AND latest.warehouse_id = levels.warehouse_id
                    AND latest.stock_date = levels.stock_date
            );

        SET @rows_written = @rows_written + @@ROWCOUNT;

        INSERT INTO silver.inventory_levels (
            source_system,
            product_id,
            warehouse_id,
            stock_date,
            quantity_on_hand,
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
            latest.warehouse_id,
            latest.stock_date,
            latest.quantity_on_hand,
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
            FROM silver.inventory_levels AS levels
            WHERE levels.source_system = N'shop'
                AND levels.product_id = latest.product_id
                AND levels.warehouse_id = latest.warehouse_id
                AND levels.stock_date = latest.stock_date
        );

        SET @rows_written = @rows_written + @@ROWCOUNT;

        EXEC ops.finish_batch
            @run_id = @run_id,
            @batch_id = @batch_id,
            @table_name = N'silver.inventory_levels',
            @rows_written = @rows_written;
    END;

    IF @owns_transaction = 1 COMMIT TRANSACTION;
END TRY
BEGIN CATCH
    IF @owns_transaction = 1 AND XACT_STATE() <> 0 ROLLBACK TRANSACTION;
    THROW;
END CATCH;
GO
