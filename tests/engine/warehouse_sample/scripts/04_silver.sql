/* Cleanses bronze into silver; the whole layer or nothing of it. */
CREATE OR ALTER PROCEDURE silver.load_silver AS
BEGIN
    DECLARE @start_time DATETIME, @batch_start_time DATETIME = GETDATE();
    SET NOCOUNT, XACT_ABORT ON;
    BEGIN TRY
        BEGIN TRANSACTION;

        SET @start_time = GETDATE();
        TRUNCATE TABLE silver.shops;
        INSERT INTO silver.shops (shop_id, shop_code, shop_name, kind, country, opened_on)
        SELECT
            shop_id,
            shop_code,
            TRIM(shop_name) AS shop_name,
            CASE
                WHEN UPPER(TRIM(kind)) = 'R' THEN 'Retail'
                WHEN UPPER(TRIM(kind)) = 'W' THEN 'Wholesale'
                ELSE 'n/a'
            END AS kind,
            CASE
                WHEN TRIM(country) = 'DE' THEN 'Germany'
                WHEN TRIM(country) IN ('US', 'USA') THEN 'United States'
                WHEN TRIM(country) = '' OR country IS NULL THEN 'n/a'
                ELSE TRIM(country)
            END AS country,
            CASE WHEN opened_on > GETDATE() THEN NULL ELSE opened_on END AS opened_on
        FROM (
            SELECT *, ROW_NUMBER() OVER (PARTITION BY shop_id ORDER BY modified_on DESC) AS newest
            FROM bronze.crm_shops
            WHERE shop_id IS NOT NULL
        ) t
        WHERE newest = 1;
        PRINT '>> Shops: ' + CAST(DATEDIFF(SECOND, @start_time, GETDATE()) AS NVARCHAR) + ' seconds';

        TRUNCATE TABLE silver.teas;
        INSERT INTO silver.teas (tea_id, category_id, tea_code, tea_name, unit_cost, family, valid_from, valid_to)
        SELECT
            tea_id,
            REPLACE(SUBSTRING(tea_code, 1, 5), '-', '_') AS category_id,
            SUBSTRING(tea_code, 7, LEN(tea_code)) AS tea_code,
            tea_name,
            ISNULL(unit_cost, 0) AS unit_cost,
            CASE UPPER(TRIM(family)) WHEN 'B' THEN 'Black' WHEN 'G' THEN 'Green' WHEN 'O' THEN 'Oolong' ELSE 'n/a' END AS family,
            CAST(valid_from AS DATE) AS valid_from,
            CAST(LEAD(valid_from) OVER (PARTITION BY tea_code ORDER BY valid_from) - 1 AS DATE) AS valid_to
        FROM bronze.crm_teas;

        DELETE FROM silver.order_lines;
        INSERT INTO silver.order_lines (order_no, tea_code, shop_id, ordered_on, shipped_on, amount, quantity, unit_price)
        SELECT
            order_no,
            tea_code,
            shop_id,
            CASE WHEN ordered_on = 0 OR LEN(ordered_on) != 8 THEN NULL ELSE CAST(CAST(ordered_on AS VARCHAR) AS DATE) END,
            TRY_CONVERT(DATE, CONVERT(CHAR(8), NULLIF(shipped_on, 0)), 112),
            CASE
                WHEN amount IS NULL OR amount <= 0 OR amount != quantity * ABS(unit_price) THEN quantity * ABS(unit_price)
                ELSE amount
            END,
            quantity,
            CASE WHEN unit_price IS NULL OR unit_price <= 0 THEN amount / NULLIF(quantity, 0) ELSE unit_price END
        FROM bronze.erp_order_lines;

        DELETE FROM silver.categories;
        INSERT INTO silver.categories SELECT TRIM(category_id), category, sub_category FROM bronze.erp_categories;

        COMMIT TRANSACTION;
        PRINT 'The silver layer took ' + CAST(DATEDIFF(SECOND, @batch_start_time, GETDATE()) AS NVARCHAR(10)) + ' seconds';
    END TRY
    BEGIN CATCH
        IF XACT_STATE() <> 0 ROLLBACK TRANSACTION;
        PRINT 'Error ' + CAST(ERROR_NUMBER() AS NVARCHAR) + ': ' + ERROR_MESSAGE();
        THROW;
    END CATCH;
END;
GO
