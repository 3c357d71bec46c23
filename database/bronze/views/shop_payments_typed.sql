-- bronze.shop_payments → typed rows: the one place where its text becomes values and a record learns what it
-- breaks: first what is missing, then what is no value, then what is out of range, then rules across columns.
-- rule_name and problem are NULL for a good record; raw_text is the record as delivered.
-- SELECT file_id, line_number, problem, raw_text FROM bronze.shop_payments_typed WHERE problem IS NOT NULL;
CREATE OR ALTER VIEW bronze.shop_payments_typed
AS
WITH cleaned AS (
    SELECT
        delivered.file_id,
        delivered.line_number,
        delivered.row_hash,
        bronze.field_text(delivered.payment_id) AS payment_id,
        bronze.field_text(delivered.order_id) AS order_id,
        bronze.field_text(delivered.paid_at) AS paid_at,
        bronze.field_text(delivered.method) AS method,
        bronze.field_text(delivered.amount) AS amount,
        bronze.field_text(delivered.currency) AS currency,
        bronze.field_text(delivered.updated_at) AS updated_at,
        ISNULL(delivered.raw_text, CONCAT(
            bronze.csv_field(delivered.payment_id),
            N',', bronze.csv_field(delivered.order_id),
            N',', bronze.csv_field(delivered.paid_at),
            N',', bronze.csv_field(delivered.method),
            N',', bronze.csv_field(delivered.amount),
            N',', bronze.csv_field(delivered.currency),
            N',', bronze.csv_field(delivered.updated_at)
        )) AS raw_text
    FROM bronze.shop_payments AS delivered
),

shaped AS (
    SELECT
        cleaned.file_id,
        cleaned.line_number,
        cleaned.row_hash,
        cleaned.raw_text,
        cleaned.payment_id AS payment_id_text,
        UPPER(cleaned.payment_id) AS payment_id,
        cleaned.order_id AS order_id_text,
        UPPER(cleaned.order_id) AS order_id,
        cleaned.paid_at AS paid_at_text,
        bronze.timestamp_text(cleaned.paid_at) AS paid_at,
        cleaned.method AS method_text,
        method_spellings.standard_value AS method,
        cleaned.amount AS amount_text,
        bronze.decimal_text(cleaned.amount, 10, 4) AS amount,
        cleaned.currency AS currency_text,
        currency_spellings.standard_value AS currency,
        cleaned.updated_at AS updated_at_text,
        bronze.timestamp_text(cleaned.updated_at) AS updated_at
    FROM cleaned
    LEFT OUTER JOIN ops.spellings AS method_spellings
        ON method_spellings.domain = N'payment_method'
            AND method_spellings.spelling = cleaned.method
    LEFT OUTER JOIN ops.spellings AS currency_spellings
        ON currency_spellings.domain = N'currency'
            AND currency_spellings.spelling = cleaned.currency
),

converted AS (
    SELECT
        shaped.file_id,
        shaped.line_number,
        shaped.row_hash,
        shaped.raw_text,
        shaped.payment_id_text,
        CONVERT(nvarchar(50), shaped.payment_id) AS payment_id,
        shaped.order_id_text,
        CONVERT(nvarchar(50), shaped.order_id) AS order_id,
        shaped.paid_at_text,
        TRY_CONVERT(datetime2(3), shaped.paid_at, 120) AS paid_at,
        shaped.method_text,
        shaped.method AS method,
        shaped.amount_text,
        TRY_CONVERT(decimal(19, 4), shaped.amount) AS amount,
        shaped.currency_text,
        shaped.currency AS currency,
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
        converted.payment_id_text,
        converted.payment_id,
        converted.order_id_text,
        converted.order_id,
        converted.paid_at_text,
        converted.paid_at,
        converted.method_text,
        converted.method,
        converted.amount_text,
        converted.amount,
        converted.currency_text,
        converted.currency,
        converted.updated_at_text,
        converted.updated_at,
        CASE
            WHEN converted.payment_id_text IS NULL THEN N'not_null:payment_id'
            WHEN converted.order_id_text IS NULL THEN N'not_null:order_id'
            WHEN converted.paid_at_text IS NULL THEN N'not_null:paid_at'
            WHEN converted.method_text IS NULL THEN N'not_null:method'
            WHEN converted.amount_text IS NULL THEN N'not_null:amount'
            WHEN converted.currency_text IS NULL THEN N'not_null:currency'
            WHEN converted.updated_at_text IS NULL THEN N'not_null:updated_at'
            WHEN converted.paid_at IS NULL THEN N'not_a_date:paid_at'
            WHEN converted.method IS NULL THEN N'unknown_value:method'
            WHEN converted.amount IS NULL THEN N'not_a_number:amount'
            WHEN converted.currency IS NULL THEN N'unknown_currency:currency'
            WHEN converted.updated_at IS NULL THEN N'not_a_date:updated_at'
            WHEN LEN(converted.payment_id_text) > 50 THEN N'out_of_range:payment_id'
            WHEN LEN(converted.order_id_text) > 50 THEN N'out_of_range:order_id'
            WHEN converted.paid_at < '20000101' OR converted.paid_at >= '21000101'
                THEN N'out_of_range:paid_at'
            WHEN converted.amount NOT BETWEEN 0.01 AND 1000000 THEN N'out_of_range:amount'
            WHEN converted.updated_at < '20000101' OR converted.updated_at >= '21000101'
                THEN N'out_of_range:updated_at'
            WHEN converted.paid_at > converted.updated_at THEN N'dates_out_of_order'
        END AS rule_name
    FROM converted
)

SELECT
    judged.file_id,
    judged.line_number,
    judged.row_hash,
    judged.payment_id,
    judged.order_id,
    judged.paid_at,
    judged.method,
    judged.amount,
    judged.currency,
    judged.updated_at,
    judged.raw_text,
    judged.rule_name,
    CASE judged.rule_name
        WHEN N'not_null:payment_id' THEN N'payment_id is missing'
        WHEN N'not_null:order_id' THEN N'order_id is missing'
        WHEN N'not_null:paid_at' THEN N'paid_at is missing'
        WHEN N'not_null:method' THEN N'method is missing'
        WHEN N'not_null:amount' THEN N'amount is missing'
        WHEN N'not_null:currency' THEN N'currency is missing'
        WHEN N'not_null:updated_at' THEN N'updated_at is missing'
        WHEN N'not_a_date:paid_at'
            THEN CONCAT(N'paid_at is not a date: ', LEFT(judged.paid_at_text, 200))
        WHEN N'unknown_value:method'
            THEN CONCAT(N'method is not a known method: ', LEFT(judged.method_text, 200))
        WHEN N'not_a_number:amount'
            THEN CONCAT(N'amount is not a number: ', LEFT(judged.amount_text, 200))
        WHEN N'unknown_currency:currency'
            THEN CONCAT(N'currency is not a known currency: ', LEFT(judged.currency_text, 200))
        WHEN N'not_a_date:updated_at'
            THEN CONCAT(N'updated_at is not a date: ', LEFT(judged.updated_at_text, 200))
        WHEN N'out_of_range:payment_id'
            THEN CONCAT(N'payment_id is not of at most 50 characters: ', LEFT(judged.payment_id_text, 200))
        WHEN N'out_of_range:order_id'
            THEN CONCAT(N'order_id is not of at most 50 characters: ', LEFT(judged.order_id_text, 200))
        WHEN N'out_of_range:paid_at'
            THEN CONCAT(N'paid_at is not in the years 2000 to 2099: ', LEFT(judged.paid_at_text, 200))
        WHEN N'out_of_range:amount'
            THEN CONCAT(N'amount is not from 0.01 to 1000000: ', LEFT(judged.amount_text, 200))
        WHEN N'out_of_range:updated_at'
            THEN CONCAT(N'updated_at is not in the years 2000 to 2099: ', LEFT(judged.updated_at_text, 200))
        WHEN N'dates_out_of_order' THEN N'A version is not older than the payment'
    END AS problem
FROM judged;
GO
