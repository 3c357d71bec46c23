-- bronze.shop_products → typed rows: the one place where its text becomes values and a record learns what it
-- breaks: first what is missing, then what is no value, then what is out of range, then rules across columns.
-- rule_name and problem are NULL for a good record; raw_text is the record as delivered.
-- SELECT file_id, line_number, problem, raw_text FROM bronze.shop_products_typed WHERE problem IS NOT NULL;
CREATE OR ALTER VIEW bronze.shop_products_typed
AS
WITH cleaned AS (
    SELECT
        delivered.file_id,
        delivered.line_number,
        delivered.row_hash,
        bronze.field_text(delivered.product_id) AS product_id,
        bronze.field_text(delivered.name) AS name,
        bronze.field_text(delivered.category) AS category,
        bronze.field_text(delivered.brand) AS brand,
        bronze.field_text(delivered.unit_price) AS unit_price,
        bronze.field_text(delivered.is_active) AS is_active,
        bronze.field_text(delivered.introduced_on) AS introduced_on,
        bronze.field_text(delivered.updated_at) AS updated_at,
        ISNULL(delivered.raw_text, CONCAT(
            bronze.csv_field(delivered.product_id),
            N',', bronze.csv_field(delivered.name),
            N',', bronze.csv_field(delivered.category),
            N',', bronze.csv_field(delivered.brand),
            N',', bronze.csv_field(delivered.unit_price),
            N',', bronze.csv_field(delivered.is_active),
            N',', bronze.csv_field(delivered.introduced_on),
            N',', bronze.csv_field(delivered.updated_at)
        )) AS raw_text
    FROM bronze.shop_products AS delivered
),

shaped AS (
    SELECT
        cleaned.file_id,
        cleaned.line_number,
        cleaned.row_hash,
        cleaned.raw_text,
        cleaned.product_id AS product_id_text,
        UPPER(cleaned.product_id) AS product_id,
        cleaned.name AS name_text,
        cleaned.name AS name,
        cleaned.category AS category_text,
        LOWER(cleaned.category) AS category,
        cleaned.brand AS brand_text,
        cleaned.brand AS brand,
        cleaned.unit_price AS unit_price_text,
        bronze.decimal_text(cleaned.unit_price, 10, 4) AS unit_price,
        cleaned.is_active AS is_active_text,
        bronze.flag_text(cleaned.is_active) AS is_active,
        cleaned.introduced_on AS introduced_on_text,
        bronze.date_text(cleaned.introduced_on) AS introduced_on,
        cleaned.updated_at AS updated_at_text,
        bronze.timestamp_text(cleaned.updated_at) AS updated_at
    FROM cleaned
),

converted AS (
    SELECT
        shaped.file_id,
        shaped.line_number,
        shaped.row_hash,
        shaped.raw_text,
        shaped.product_id_text,
        CONVERT(nvarchar(50), shaped.product_id) AS product_id,
        shaped.name_text,
        shaped.name AS name,
        shaped.category_text,
        CONVERT(nvarchar(200), shaped.category) AS category,
        shaped.brand_text,
        shaped.brand AS brand,
        shaped.unit_price_text,
        TRY_CONVERT(decimal(19, 4), shaped.unit_price) AS unit_price,
        shaped.is_active_text,
        TRY_CONVERT(bit, shaped.is_active) AS is_active,
        shaped.introduced_on_text,
        TRY_CONVERT(date, shaped.introduced_on, 23) AS introduced_on,
        shaped.updated_at_text,
        TRY_CONVERT(datetime2(3), shaped.updated_at, 120) AS updated_at
    FROM shaped
),

judged AS (
    SELECT
        converted.file_id,
        converted.line_number,
        converted.row_hash,
        converted.raw_text,
        converted.product_id_text,
        converted.product_id,
        converted.name_text,
        converted.name,
        converted.category_text,
        converted.category,
        converted.brand_text,
        converted.brand,
        converted.unit_price_text,
        converted.unit_price,
        converted.is_active_text,
        converted.is_active,
        converted.introduced_on_text,
        converted.introduced_on,
        converted.updated_at_text,
        converted.updated_at,
        CASE
            WHEN converted.product_id_text IS NULL THEN N'not_null:product_id'
            WHEN converted.name_text IS NULL THEN N'not_null:name'
            WHEN converted.category_text IS NULL THEN N'not_null:category'
            WHEN converted.unit_price_text IS NULL THEN N'not_null:unit_price'
            WHEN converted.is_active_text IS NULL THEN N'not_null:is_active'
            WHEN converted.introduced_on_text IS NULL THEN N'not_null:introduced_on'
            WHEN converted.updated_at_text IS NULL THEN N'not_null:updated_at'
            WHEN converted.unit_price IS NULL THEN N'not_a_number:unit_price'
            WHEN converted.is_active IS NULL THEN N'not_a_flag:is_active'
            WHEN converted.introduced_on IS NULL THEN N'not_a_date:introduced_on'
            WHEN converted.updated_at IS NULL THEN N'not_a_date:updated_at'
            WHEN LEN(converted.product_id_text) > 50 THEN N'out_of_range:product_id'
            WHEN LEN(converted.category_text) > 200 THEN N'out_of_range:category'
            WHEN converted.unit_price NOT BETWEEN 0 AND 100000
                THEN N'out_of_range:unit_price'
            WHEN converted.introduced_on < '20000101' OR converted.introduced_on >= '21000101'
                THEN N'out_of_range:introduced_on'
            WHEN converted.updated_at < '20000101' OR converted.updated_at >= '21000101'
                THEN N'out_of_range:updated_at'
            WHEN converted.introduced_on > CONVERT(date, converted.updated_at)
                THEN N'dates_out_of_order'
        END AS rule_name
    FROM converted
)

SELECT
    judged.file_id,
    judged.line_number,
    judged.row_hash,
    judged.product_id,
    judged.name,
    judged.category,
    judged.brand,
    judged.unit_price,
    judged.is_active,
    judged.introduced_on,
    judged.updated_at,
    judged.raw_text,
    judged.rule_name,
    CASE judged.rule_name
        WHEN N'not_null:product_id' THEN N'product_id is missing'
        WHEN N'not_null:name' THEN N'name is missing'
        WHEN N'not_null:category' THEN N'category is missing'
        WHEN N'not_null:unit_price' THEN N'unit_price is missing'
        WHEN N'not_null:is_active' THEN N'is_active is missing'
        WHEN N'not_null:introduced_on' THEN N'introduced_on is missing'
        WHEN N'not_null:updated_at' THEN N'updated_at is missing'
        WHEN N'not_a_number:unit_price'
            THEN CONCAT(N'unit_price is not a number: ', LEFT(judged.unit_price_text, 200))
        WHEN N'not_a_flag:is_active'
            THEN CONCAT(N'is_active is neither true nor false: ', LEFT(judged.is_active_text, 200))
        WHEN N'not_a_date:introduced_on'
            THEN CONCAT(N'introduced_on is not a date: ', LEFT(judged.introduced_on_text, 200))
        WHEN N'not_a_date:updated_at'
            THEN CONCAT(N'updated_at is not a date: ', LEFT(judged.updated_at_text, 200))
        WHEN N'out_of_range:product_id'
            THEN CONCAT(N'product_id is not of at most 50 characters: ', LEFT(judged.product_id_text, 200))
        WHEN N'out_of_range:category'
            THEN CONCAT(N'category is not of at most 200 characters: ', LEFT(judged.category_text, 200))
        WHEN N'out_of_range:unit_price'
            THEN CONCAT(N'unit_price is not from 0 to 100000: ', LEFT(judged.unit_price_text, 200))
        WHEN N'out_of_range:introduced_on'
            THEN CONCAT(N'introduced_on is not in the years 2000 to 2099: ', LEFT(judged.introduced_on_text, 200))
        WHEN N'out_of_range:updated_at'
            THEN CONCAT(N'updated_at is not in the years 2000 to 2099: ', LEFT(judged.updated_at_text, 200))
        WHEN N'dates_out_of_order' THEN N'A version is not older than the product'
    END AS problem
FROM judged;
GO
