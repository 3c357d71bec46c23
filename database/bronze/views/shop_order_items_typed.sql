-- bronze.shop_order_items → typed rows: the one place where its text becomes values and a record learns what it
-- breaks: first what is missing, then what is no value, then what is out of range, then rules across columns.
-- rule_name and problem are NULL for a good record; raw_text is the record as delivered.
-- SELECT file_id, line_number, problem, raw_text FROM bronze.shop_order_items_typed WHERE problem IS NOT NULL;
CREATE OR ALTER VIEW bronze.shop_order_items_typed
AS
WITH cleaned AS (
    SELECT
        delivered.file_id,
        delivered.line_number,
        delivered.row_hash,
        bronze.field_text(delivered.order_id) AS order_id,
        bronze.field_text(delivered.line_no) AS line_no,
        bronze.field_text(delivered.product_id) AS product_id,
        bronze.field_text(delivered.quantity) AS quantity,
        bronze.field_text(delivered.unit_price) AS unit_price,
        bronze.field_text(delivered.discount) AS discount,
        bronze.field_text(delivered.updated_at) AS updated_at,
        ISNULL(delivered.raw_text, CONCAT(
            bronze.csv_field(delivered.order_id),
            N',', bronze.csv_field(delivered.line_no),
            N',', bronze.csv_field(delivered.product_id),
            N',', bronze.csv_field(delivered.quantity),
            N',', bronze.csv_field(delivered.unit_price),
            N',', bronze.csv_field(delivered.discount),
            N',', bronze.csv_field(delivered.updated_at)
        )) AS raw_text
    FROM bronze.shop_order_items AS delivered
),

shaped AS (
    SELECT
        cleaned.file_id,
        cleaned.line_number,
        cleaned.row_hash,
        cleaned.raw_text,
        cleaned.order_id AS order_id_text,
        UPPER(cleaned.order_id) AS order_id,
        cleaned.line_no AS line_no_text,
        bronze.integer_text(cleaned.line_no) AS line_no,
        cleaned.product_id AS product_id_text,
        UPPER(cleaned.product_id) AS product_id,
        cleaned.quantity AS quantity_text,
        bronze.integer_text(cleaned.quantity) AS quantity,
        cleaned.unit_price AS unit_price_text,
        bronze.decimal_text(cleaned.unit_price, 10, 4) AS unit_price,
        cleaned.discount AS discount_text,
        bronze.decimal_text(cleaned.discount, 10, 4) AS discount,
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
        shaped.order_id_text,
        CONVERT(nvarchar(50), shaped.order_id) AS order_id,
        shaped.line_no_text,
        TRY_CONVERT(int, shaped.line_no) AS line_no,
        shaped.product_id_text,
        CONVERT(nvarchar(50), shaped.product_id) AS product_id,
        shaped.quantity_text,
        TRY_CONVERT(int, shaped.quantity) AS quantity,
        shaped.unit_price_text,
        TRY_CONVERT(decimal(19, 4), shaped.unit_price) AS unit_price,
        shaped.discount_text,
        TRY_CONVERT(decimal(19, 4), shaped.discount) AS discount,
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
        converted.order_id_text,
        converted.order_id,
        converted.line_no_text,
        converted.line_no,
        converted.product_id_text,
        converted.product_id,
        converted.quantity_text,
        converted.quantity,
        converted.unit_price_text,
        converted.unit_price,
        converted.discount_text,
        converted.discount,
        converted.updated_at_text,
        converted.updated_at,
        CASE
            WHEN converted.order_id_text IS NULL THEN N'not_null:order_id'
            WHEN converted.line_no_text IS NULL THEN N'not_null:line_no'
            WHEN converted.product_id_text IS NULL THEN N'not_null:product_id'
            WHEN converted.quantity_text IS NULL THEN N'not_null:quantity'
            WHEN converted.unit_price_text IS NULL THEN N'not_null:unit_price'
            WHEN converted.updated_at_text IS NULL THEN N'not_null:updated_at'
            WHEN converted.line_no IS NULL THEN N'not_a_number:line_no'
            WHEN converted.quantity IS NULL THEN N'not_a_number:quantity'
            WHEN converted.unit_price IS NULL THEN N'not_a_number:unit_price'
            WHEN converted.discount IS NULL AND converted.discount_text IS NOT NULL
                THEN N'not_a_number:discount'
            WHEN converted.updated_at IS NULL THEN N'not_a_date:updated_at'
            WHEN LEN(converted.order_id_text) > 50 THEN N'out_of_range:order_id'
            WHEN converted.line_no NOT BETWEEN 1 AND 100 THEN N'out_of_range:line_no'
            WHEN LEN(converted.product_id_text) > 50 THEN N'out_of_range:product_id'
            WHEN converted.quantity NOT BETWEEN 1 AND 1000 THEN N'out_of_range:quantity'
            WHEN converted.unit_price NOT BETWEEN 0 AND 100000
                THEN N'out_of_range:unit_price'
            WHEN converted.discount NOT BETWEEN 0 AND 100000 THEN N'out_of_range:discount'
            WHEN converted.updated_at < '20000101' OR converted.updated_at >= '21000101'
                THEN N'out_of_range:updated_at'
            WHEN ISNULL(converted.discount, 0) > converted.quantity * converted.unit_price
                THEN N'discount_exceeds_amount'
        END AS rule_name
    FROM converted
)

SELECT
    judged.file_id,
    judged.line_number,
    judged.row_hash,
    judged.order_id,
    judged.line_no,
    judged.product_id,
    judged.quantity,
    judged.unit_price,
    judged.discount,
    judged.updated_at,
    judged.raw_text,
    judged.rule_name,
    CASE judged.rule_name
        WHEN N'not_null:order_id' THEN N'order_id is missing'
        WHEN N'not_null:line_no' THEN N'line_no is missing'
        WHEN N'not_null:product_id' THEN N'product_id is missing'
        WHEN N'not_null:quantity' THEN N'quantity is missing'
        WHEN N'not_null:unit_price' THEN N'unit_price is missing'
        WHEN N'not_null:updated_at' THEN N'updated_at is missing'
        WHEN N'not_a_number:line_no'
            THEN CONCAT(N'line_no is not a whole number: ', LEFT(judged.line_no_text, 200))
        WHEN N'not_a_number:quantity'
            THEN CONCAT(N'quantity is not a whole number: ', LEFT(judged.quantity_text, 200))
        WHEN N'not_a_number:unit_price'
            THEN CONCAT(N'unit_price is not a number: ', LEFT(judged.unit_price_text, 200))
        WHEN N'not_a_number:discount'
            THEN CONCAT(N'discount is not a number: ', LEFT(judged.discount_text, 200))
        WHEN N'not_a_date:updated_at'
            THEN CONCAT(N'updated_at is not a date: ', LEFT(judged.updated_at_text, 200))
        WHEN N'out_of_range:order_id'
            THEN CONCAT(N'order_id is not of at most 50 characters: ', LEFT(judged.order_id_text, 200))
        WHEN N'out_of_range:line_no'
            THEN CONCAT(N'line_no is not from 1 to 100: ', LEFT(judged.line_no_text, 200))
        WHEN N'out_of_range:product_id'
            THEN CONCAT(N'product_id is not of at most 50 characters: ', LEFT(judged.product_id_text, 200))
        WHEN N'out_of_range:quantity'
            THEN CONCAT(N'quantity is not from 1 to 1000: ', LEFT(judged.quantity_text, 200))
        WHEN N'out_of_range:unit_price'
            THEN CONCAT(N'unit_price is not from 0 to 100000: ', LEFT(judged.unit_price_text, 200))
        WHEN N'out_of_range:discount'
            THEN CONCAT(N'discount is not from 0 to 100000: ', LEFT(judged.discount_text, 200))
        WHEN N'out_of_range:updated_at'
            THEN CONCAT(N'updated_at is not in the years 2000 to 2099: ', LEFT(judged.updated_at_text, 200))
        WHEN N'discount_exceeds_amount' THEN N'A line is not discounted below nothing'
    END AS problem
FROM judged;
GO
