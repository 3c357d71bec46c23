-- bronze.shop_fx_rates → typed rows: the one place where its text becomes values and a record learns what it
-- breaks: first what is missing, then what is no value, then what is out of range, then rules across columns.
-- rule_name and problem are NULL for a good record; raw_text is the record as delivered.
-- SELECT file_id, line_number, problem, raw_text FROM bronze.shop_fx_rates_typed WHERE problem IS NOT NULL;
CREATE OR ALTER VIEW bronze.shop_fx_rates_typed
AS
WITH cleaned AS (
    SELECT
        delivered.file_id,
        delivered.line_number,
        delivered.row_hash,
        bronze.field_text(delivered.currency) AS currency,
        bronze.field_text(delivered.rate_date) AS rate_date,
        bronze.field_text(delivered.rate) AS rate,
        bronze.field_text(delivered.updated_at) AS updated_at,
        ISNULL(delivered.raw_text, CONCAT(
            bronze.csv_field(delivered.currency),
            N',', bronze.csv_field(delivered.rate_date),
            N',', bronze.csv_field(delivered.rate),
            N',', bronze.csv_field(delivered.updated_at)
        )) AS raw_text
    FROM bronze.shop_fx_rates AS delivered
),

shaped AS (
    SELECT
        cleaned.file_id,
        cleaned.line_number,
        cleaned.row_hash,
        cleaned.raw_text,
        cleaned.currency AS currency_text,
        currency_spellings.standard_value AS currency,
        cleaned.rate_date AS rate_date_text,
        bronze.date_text(cleaned.rate_date) AS rate_date,
        cleaned.rate AS rate_text,
        bronze.decimal_text(cleaned.rate, 4, 8) AS rate,
        cleaned.updated_at AS updated_at_text,
        bronze.timestamp_text(cleaned.updated_at) AS updated_at
    FROM cleaned
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
        shaped.currency_text,
        shaped.currency AS currency,
        shaped.rate_date_text,
        TRY_CONVERT(date, shaped.rate_date, 23) AS rate_date,
        shaped.rate_text,
        TRY_CONVERT(decimal(19, 8), shaped.rate) AS rate,
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
        converted.currency_text,
        converted.currency,
        converted.rate_date_text,
        converted.rate_date,
        converted.rate_text,
        converted.rate,
        converted.updated_at_text,
        converted.updated_at,
        CASE
            WHEN converted.currency_text IS NULL THEN N'not_null:currency'
            WHEN converted.rate_date_text IS NULL THEN N'not_null:rate_date'
            WHEN converted.rate_text IS NULL THEN N'not_null:rate'
            WHEN converted.updated_at_text IS NULL THEN N'not_null:updated_at'
            WHEN converted.currency IS NULL THEN N'unknown_currency:currency'
            WHEN converted.rate_date IS NULL THEN N'not_a_date:rate_date'
            WHEN converted.rate IS NULL THEN N'not_a_number:rate'
            WHEN converted.updated_at IS NULL THEN N'not_a_date:updated_at'
            WHEN converted.rate_date < '20000101' OR converted.rate_date >= '21000101'
                THEN N'out_of_range:rate_date'
            WHEN converted.rate NOT BETWEEN 0.000001 AND 1000 THEN N'out_of_range:rate'
            WHEN converted.updated_at < '20000101' OR converted.updated_at >= '21000101'
                THEN N'out_of_range:updated_at'
            WHEN converted.rate_date > CONVERT(date, converted.updated_at)
                THEN N'dates_out_of_order'
        END AS rule_name
    FROM converted
)

SELECT
    judged.file_id,
    judged.line_number,
    judged.row_hash,
    judged.currency,
    judged.rate_date,
    judged.rate,
    judged.updated_at,
    judged.raw_text,
    judged.rule_name,
    CASE judged.rule_name
        WHEN N'not_null:currency' THEN N'currency is missing'
        WHEN N'not_null:rate_date' THEN N'rate_date is missing'
        WHEN N'not_null:rate' THEN N'rate is missing'
        WHEN N'not_null:updated_at' THEN N'updated_at is missing'
        WHEN N'unknown_currency:currency'
            THEN CONCAT(N'currency is not a known currency: ', LEFT(judged.currency_text, 200))
        WHEN N'not_a_date:rate_date'
            THEN CONCAT(N'rate_date is not a date: ', LEFT(judged.rate_date_text, 200))
        WHEN N'not_a_number:rate'
            THEN CONCAT(N'rate is not a number: ', LEFT(judged.rate_text, 200))
        WHEN N'not_a_date:updated_at'
            THEN CONCAT(N'updated_at is not a date: ', LEFT(judged.updated_at_text, 200))
        WHEN N'out_of_range:rate_date'
            THEN CONCAT(N'rate_date is not in the years 2000 to 2099: ', LEFT(judged.rate_date_text, 200))
        WHEN N'out_of_range:rate'
            THEN CONCAT(N'rate is not from 0.000001 to 1000: ', LEFT(judged.rate_text, 200))
        WHEN N'out_of_range:updated_at'
            THEN CONCAT(N'updated_at is not in the years 2000 to 2099: ', LEFT(judged.updated_at_text, 200))
        WHEN N'dates_out_of_order' THEN N'A rate is not known before its day'
    END AS problem
FROM judged;
GO
