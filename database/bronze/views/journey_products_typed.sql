-- bronze.journey_products → typed rows: the one place where its text becomes types and a row learns why it fails.
-- problem is NULL for a good row; raw_text is the record as delivered.
-- SELECT file_id, line_number, problem, raw_text FROM bronze.journey_products_typed WHERE problem IS NOT NULL;
CREATE OR ALTER VIEW bronze.journey_products_typed
AS
WITH trimmed AS (
    SELECT
        delivered.file_id,
        delivered.line_number,
        delivered.row_hash,
        TRIM(delivered.product_id) AS product_id,
        TRIM(delivered.manufacturer_id) AS manufacturer_id,
        TRIM(delivered.department) AS department,
        TRIM(delivered.brand) AS brand,
        TRIM(delivered.product_category) AS product_category,
        TRIM(delivered.product_type) AS product_type,
        TRIM(delivered.package_size) AS package_size,
        ISNULL(delivered.raw_text, CONCAT(
            bronze.csv_field(delivered.product_id),
            N',', bronze.csv_field(delivered.manufacturer_id),
            N',', bronze.csv_field(delivered.department),
            N',', bronze.csv_field(delivered.brand),
            N',', bronze.csv_field(delivered.product_category),
            N',', bronze.csv_field(delivered.product_type),
            N',', bronze.csv_field(delivered.package_size)
        )) AS raw_text
    FROM bronze.journey_products AS delivered
),

converted AS (
    SELECT
        trimmed.file_id,
        trimmed.line_number,
        trimmed.row_hash,
        trimmed.raw_text,
        trimmed.product_id AS product_id_text,
        TRY_CONVERT(bigint, trimmed.product_id) AS product_id,
        trimmed.manufacturer_id AS manufacturer_id_text,
        TRY_CONVERT(bigint, trimmed.manufacturer_id) AS manufacturer_id,
        trimmed.department,
        trimmed.brand,
        trimmed.product_category,
        trimmed.product_type,
        trimmed.package_size
    FROM trimmed
)

SELECT
    converted.file_id,
    converted.line_number,
    converted.row_hash,
    converted.product_id,
    converted.manufacturer_id,
    converted.department,
    converted.brand,
    converted.product_category,
    converted.product_type,
    converted.package_size,
    converted.raw_text,
    CASE
        WHEN converted.product_id_text IS NULL THEN N'product_id is missing'
        WHEN converted.product_id IS NULL
            THEN CONCAT(N'product_id is not a whole number: ', converted.product_id_text)
        WHEN converted.manufacturer_id IS NULL AND converted.manufacturer_id_text IS NOT NULL
            THEN CONCAT(N'manufacturer_id is not a whole number: ', converted.manufacturer_id_text)
    END AS problem
FROM converted;
GO
