-- bronze.shop_returns → typed rows: the one place where its text becomes values and a record learns what it
-- breaks: first what is missing, then what is no value, then what is out of range, then rules across columns.
-- rule_name and problem are NULL for a good record; raw_text is the record as delivered.
-- SELECT file_id, line_number, problem, raw_text FROM bronze.shop_returns_typed WHERE problem IS NOT NULL;
CREATE OR ALTER VIEW bronze.shop_returns_typed
AS
WITH cleaned AS (
    SELECT
        delivered.file_id,
        delivered.line_number,
        delivered.row_hash,
        bronze.field_text(delivered.return_id) AS return_id,
        bronze.field_text(delivered.order_id) AS order_id,
        bronze.field_text(delivered.line_no) AS line_no,
        bronze.field_text(delivered.returned_at) AS returned_at,
        bronze.field_text(delivered.quantity) AS quantity,
        bronze.field_text(delivered.refund_amount) AS refund_amount,
        bronze.field_text(delivered.comment) AS comment,
        bronze.field_text(delivered.updated_at) AS updated_at,
        ISNULL(delivered.raw_text, CONCAT(
            bronze.csv_field(delivered.return_id),
            N',', bronze.csv_field(delivered.order_id),
            N',', bronze.csv_field(delivered.line_no),
            N',', bronze.csv_field(delivered.returned_at),
            N',', bronze.csv_field(delivered.quantity),
            N',', bronze.csv_field(delivered.refund_amount),
            N',', bronze.csv_field(delivered.comment),
            N',', bronze.csv_field(delivered.updated_at)
        )) AS raw_text
    FROM bronze.shop_returns AS delivered
),

shaped AS (
    SELECT
        cleaned.file_id,
        cleaned.line_number,
        cleaned.row_hash,
        cleaned.raw_text,
        cleaned.return_id AS return_id_text,
        UPPER(cleaned.return_id) AS return_id,
        cleaned.order_id AS order_id_text,
        UPPER(cleaned.order_id) AS order_id,
        cleaned.line_no AS line_no_text,
        bronze.integer_text(cleaned.line_no) AS line_no,
        cleaned.returned_at AS returned_at_text,
        bronze.timestamp_text(cleaned.returned_at) AS returned_at,
        cleaned.quantity AS quantity_text,
        bronze.integer_text(cleaned.quantity) AS quantity,
        cleaned.refund_amount AS refund_amount_text,
        bronze.decimal_text(cleaned.refund_amount, 10, 4) AS refund_amount,
        cleaned.comment AS comment_text,
        cleaned.comment AS comment,
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
        shaped.return_id_text,
        CONVERT(nvarchar(50), shaped.return_id) AS return_id,
        shaped.order_id_text,
        CONVERT(nvarchar(50), shaped.order_id) AS order_id,
        shaped.line_no_text,
        TRY_CONVERT(int, shaped.line_no) AS line_no,
        shaped.returned_at_text,
        TRY_CONVERT(datetime2(3), shaped.returned_at, 120) AS returned_at,
        shaped.quantity_text,
        TRY_CONVERT(int, shaped.quantity) AS quantity,
        shaped.refund_amount_text,
        TRY_CONVERT(decimal(19, 4), shaped.refund_amount) AS refund_amount,
        shaped.comment_text,
        shaped.comment AS comment,
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
        converted.return_id_text,
        converted.return_id,
        converted.order_id_text,
        converted.order_id,
        converted.line_no_text,
        converted.line_no,
        converted.returned_at_text,
        converted.returned_at,
        converted.quantity_text,
        converted.quantity,
        converted.refund_amount_text,
        converted.refund_amount,
        converted.comment_text,
        converted.comment,
        converted.updated_at_text,
        converted.updated_at,
        CASE
            WHEN converted.return_id_text IS NULL THEN N'not_null:return_id'
            WHEN converted.order_id_text IS NULL THEN N'not_null:order_id'
            WHEN converted.line_no_text IS NULL THEN N'not_null:line_no'
            WHEN converted.returned_at_text IS NULL THEN N'not_null:returned_at'
            WHEN converted.quantity_text IS NULL THEN N'not_null:quantity'
            WHEN converted.refund_amount_text IS NULL THEN N'not_null:refund_amount'
            WHEN converted.updated_at_text IS NULL THEN N'not_null:updated_at'
            WHEN converted.line_no IS NULL THEN N'not_a_number:line_no'
            WHEN converted.returned_at IS NULL THEN N'not_a_date:returned_at'
            WHEN converted.quantity IS NULL THEN N'not_a_number:quantity'
            WHEN converted.refund_amount IS NULL THEN N'not_a_number:refund_amount'
            WHEN converted.updated_at IS NULL THEN N'not_a_date:updated_at'
            WHEN LEN(converted.return_id_text) > 50 THEN N'out_of_range:return_id'
            WHEN LEN(converted.order_id_text) > 50 THEN N'out_of_range:order_id'
            WHEN converted.line_no NOT BETWEEN 1 AND 100 THEN N'out_of_range:line_no'
            WHEN converted.returned_at < '20000101' OR converted.returned_at >= '21000101'
                THEN N'out_of_range:returned_at'
            WHEN converted.quantity NOT BETWEEN 1 AND 1000 THEN N'out_of_range:quantity'
            WHEN converted.refund_amount NOT BETWEEN 0 AND 1000000
                THEN N'out_of_range:refund_amount'
            WHEN converted.updated_at < '20000101' OR converted.updated_at >= '21000101'
                THEN N'out_of_range:updated_at'
            WHEN converted.returned_at > converted.updated_at THEN N'dates_out_of_order'
        END AS rule_name
    FROM converted
)

SELECT
    judged.file_id,
    judged.line_number,
    judged.row_hash,
    judged.return_id,
    judged.order_id,
    judged.line_no,
    judged.returned_at,
    judged.quantity,
    judged.refund_amount,
    judged.comment,
    judged.updated_at,
    judged.raw_text,
    judged.rule_name,
    CASE judged.rule_name
        WHEN N'not_null:return_id' THEN N'return_id is missing'
        WHEN N'not_null:order_id' THEN N'order_id is missing'
        WHEN N'not_null:line_no' THEN N'line_no is missing'
        WHEN N'not_null:returned_at' THEN N'returned_at is missing'
        WHEN N'not_null:quantity' THEN N'quantity is missing'
        WHEN N'not_null:refund_amount' THEN N'refund_amount is missing'
        WHEN N'not_null:updated_at' THEN N'updated_at is missing'
        WHEN N'not_a_number:line_no'
            THEN CONCAT(N'line_no is not a whole number: ', LEFT(judged.line_no_text, 200))
        WHEN N'not_a_date:returned_at'
            THEN CONCAT(N'returned_at is not a date: ', LEFT(judged.returned_at_text, 200))
        WHEN N'not_a_number:quantity'
            THEN CONCAT(N'quantity is not a whole number: ', LEFT(judged.quantity_text, 200))
        WHEN N'not_a_number:refund_amount'
            THEN CONCAT(N'refund_amount is not a number: ', LEFT(judged.refund_amount_text, 200))
        WHEN N'not_a_date:updated_at'
            THEN CONCAT(N'updated_at is not a date: ', LEFT(judged.updated_at_text, 200))
        WHEN N'out_of_range:return_id'
            THEN CONCAT(N'return_id is not of at most 50 characters: ', LEFT(judged.return_id_text, 200))
        WHEN N'out_of_range:order_id'
            THEN CONCAT(N'order_id is not of at most 50 characters: ', LEFT(judged.order_id_text, 200))
        WHEN N'out_of_range:line_no'
            THEN CONCAT(N'line_no is not from 1 to 100: ', LEFT(judged.line_no_text, 200))
        WHEN N'out_of_range:returned_at'
            THEN CONCAT(N'returned_at is not in the years 2000 to 2099: ', LEFT(judged.returned_at_text, 200))
        WHEN N'out_of_range:quantity'
            THEN CONCAT(N'quantity is not from 1 to 1000: ', LEFT(judged.quantity_text, 200))
        WHEN N'out_of_range:refund_amount'
            THEN CONCAT(N'refund_amount is not from 0 to 1000000: ', LEFT(judged.refund_amount_text, 200))
        WHEN N'out_of_range:updated_at'
            THEN CONCAT(N'updated_at is not in the years 2000 to 2099: ', LEFT(judged.updated_at_text, 200))
        WHEN N'dates_out_of_order' THEN N'A version is not older than the return'
    END AS problem
FROM judged;
GO
