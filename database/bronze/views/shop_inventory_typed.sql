-- bronze.shop_inventory → typed rows: the one place where its text becomes values and a record learns what it
-- breaks: first what is missing, then what is no value, then what is out of range, then rules across columns.
-- rule_name and problem are NULL for a good record; raw_text is the record as delivered.
-- SELECT file_id, line_number, problem, raw_text FROM bronze.shop_inventory_typed WHERE problem IS NOT NULL;
CREATE OR ALTER VIEW bronze.shop_inventory_typed
AS
WITH cleaned AS (
    SELECT
        delivered.file_id,
        delivered.line_number,
        delivered.row_hash,
        bronze.field_text(delivered.product_id) AS product_id,
        bronze.field_text(delivered.warehouse) AS warehouse,
        bronze.field_text(delivered.stock_date) AS stock_date,
        bronze.field_text(delivered.on_hand) AS on_hand,
        bronze.field_text(delivered.updated_at) AS updated_at,
        ISNULL(delivered.raw_text, CONCAT(
            bronze.csv_field(delivered.product_id),
            N',', bronze.csv_field(delivered.warehouse),
            N',', bronze.csv_field(delivered.stock_date),
            N',', bronze.csv_field(delivered.on_hand),
            N',', bronze.csv_field(delivered.updated_at)
        )) AS raw_text
    FROM bronze.shop_inventory AS delivered
),

shaped AS (
    SELECT
        cleaned.file_id,
        cleaned.line_number,
        cleaned.row_hash,
        cleaned.raw_text,
        cleaned.product_id AS product_id_text,
        UPPER(cleaned.product_id) AS product_id,
        cleaned.warehouse AS warehouse_text,
        UPPER(cleaned.warehouse) AS warehouse,
        cleaned.stock_date AS stock_date_text,
        bronze.date_text(cleaned.stock_date) AS stock_date,
        cleaned.on_hand AS on_hand_text,
        bronze.integer_text(cleaned.on_hand) AS on_hand,
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
        shaped.warehouse_text,
        CONVERT(nvarchar(50), shaped.warehouse) AS warehouse,
        shaped.stock_date_text,
        TRY_CONVERT(date, shaped.stock_date, 23) AS stock_date,
        shaped.on_hand_text,
        TRY_CONVERT(int, shaped.on_hand) AS on_hand,
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
        converted.warehouse_text,
        converted.warehouse,
        converted.stock_date_text,
        converted.stock_date,
        converted.on_hand_text,
        converted.on_hand,
        converted.updated_at_text,
        converted.updated_at,
        CASE
            WHEN converted.product_id_text IS NULL THEN N'not_null:product_id'
            WHEN converted.warehouse_text IS NULL THEN N'not_null:warehouse'
            WHEN converted.stock_date_text IS NULL THEN N'not_null:stock_date'
            WHEN converted.on_hand_text IS NULL THEN N'not_null:on_hand'
            WHEN converted.updated_at_text IS NULL THEN N'not_null:updated_at'
            WHEN converted.stock_date IS NULL THEN N'not_a_date:stock_date'
            WHEN converted.on_hand IS NULL THEN N'not_a_number:on_hand'
            WHEN converted.updated_at IS NULL THEN N'not_a_date:updated_at'
            WHEN LEN(converted.product_id_text) > 50 THEN N'out_of_range:product_id'
            WHEN LEN(converted.warehouse_text) > 50 THEN N'out_of_range:warehouse'
            WHEN converted.stock_date < '20000101' OR converted.stock_date >= '21000101'
                THEN N'out_of_range:stock_date'
            WHEN converted.on_hand NOT BETWEEN 0 AND 1000000 THEN N'out_of_range:on_hand'
            WHEN converted.updated_at < '20000101' OR converted.updated_at >= '21000101'
                THEN N'out_of_range:updated_at'
            WHEN converted.stock_date > CONVERT(date, converted.updated_at)
                THEN N'dates_out_of_order'
        END AS rule_name
    FROM converted
)

SELECT
    judged.file_id,
    judged.line_number,
    judged.row_hash,
    judged.product_id,
    judged.warehouse,
    judged.stock_date,
    judged.on_hand,
    judged.updated_at,
    judged.raw_text,
    judged.rule_name,
    CASE judged.rule_name
        WHEN N'not_null:product_id' THEN N'product_id is missing'
        WHEN N'not_null:warehouse' THEN N'warehouse is missing'
        WHEN N'not_null:stock_date' THEN N'stock_date is missing'
        WHEN N'not_null:on_hand' THEN N'on_hand is missing'
        WHEN N'not_null:updated_at' THEN N'updated_at is missing'
        WHEN N'not_a_date:stock_date'
            THEN CONCAT(N'stock_date is not a date: ', LEFT(judged.stock_date_text, 200))
        WHEN N'not_a_number:on_hand'
            THEN CONCAT(N'on_hand is not a whole number: ', LEFT(judged.on_hand_text, 200))
        WHEN N'not_a_date:updated_at'
            THEN CONCAT(N'updated_at is not a date: ', LEFT(judged.updated_at_text, 200))
        WHEN N'out_of_range:product_id'
            THEN CONCAT(N'product_id is not of at most 50 characters: ', LEFT(judged.product_id_text, 200))
        WHEN N'out_of_range:warehouse'
            THEN CONCAT(N'warehouse is not of at most 50 characters: ', LEFT(judged.warehouse_text, 200))
        WHEN N'out_of_range:stock_date'
            THEN CONCAT(N'stock_date is not in the years 2000 to 2099: ', LEFT(judged.stock_date_text, 200))
        WHEN N'out_of_range:on_hand'
            THEN CONCAT(N'on_hand is not from 0 to 1000000: ', LEFT(judged.on_hand_text, 200))
        WHEN N'out_of_range:updated_at'
            THEN CONCAT(N'updated_at is not in the years 2000 to 2099: ', LEFT(judged.updated_at_text, 200))
        WHEN N'dates_out_of_order' THEN N'A level is not known before its day'
    END AS problem
FROM judged;
GO
