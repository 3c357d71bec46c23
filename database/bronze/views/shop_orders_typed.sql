-- bronze.shop_orders → typed rows: the one place where its text becomes values and a record learns what it
-- breaks: first what is missing, then what is no value, then what is out of range, then rules across columns.
-- rule_name and problem are NULL for a good record; raw_text is the record as delivered.
-- SELECT file_id, line_number, problem, raw_text FROM bronze.shop_orders_typed WHERE problem IS NOT NULL;
CREATE OR ALTER VIEW bronze.shop_orders_typed
AS
WITH cleaned AS (
    SELECT
        delivered.file_id,
        delivered.line_number,
        delivered.row_hash,
        bronze.field_text(delivered.order_id) AS order_id,
        bronze.field_text(delivered.customer_id) AS customer_id,
        bronze.field_text(delivered.ordered_at) AS ordered_at,
        bronze.field_text(delivered.status) AS status,
        bronze.field_text(delivered.currency) AS currency,
        bronze.field_text(delivered.channel) AS channel,
        bronze.field_text(delivered.ship_country) AS ship_country,
        bronze.field_text(delivered.shipped_at) AS shipped_at,
        bronze.field_text(delivered.delivered_at) AS delivered_at,
        bronze.field_text(delivered.line_count) AS line_count,
        bronze.field_text(delivered.order_total) AS order_total,
        bronze.field_text(delivered.updated_at) AS updated_at,
        ISNULL(delivered.raw_text, CONCAT(
            bronze.csv_field(delivered.order_id),
            N',', bronze.csv_field(delivered.customer_id),
            N',', bronze.csv_field(delivered.ordered_at),
            N',', bronze.csv_field(delivered.status),
            N',', bronze.csv_field(delivered.currency),
            N',', bronze.csv_field(delivered.channel),
            N',', bronze.csv_field(delivered.ship_country),
            N',', bronze.csv_field(delivered.shipped_at),
            N',', bronze.csv_field(delivered.delivered_at),
            N',', bronze.csv_field(delivered.line_count),
            N',', bronze.csv_field(delivered.order_total),
            N',', bronze.csv_field(delivered.updated_at)
        )) AS raw_text
    FROM bronze.shop_orders AS delivered
),

shaped AS (
    SELECT
        cleaned.file_id,
        cleaned.line_number,
        cleaned.row_hash,
        cleaned.raw_text,
        cleaned.order_id AS order_id_text,
        UPPER(cleaned.order_id) AS order_id,
        cleaned.customer_id AS customer_id_text,
        UPPER(cleaned.customer_id) AS customer_id,
        cleaned.ordered_at AS ordered_at_text,
        bronze.timestamp_text(cleaned.ordered_at) AS ordered_at,
        cleaned.status AS status_text,
        status_spellings.standard_value AS status,
        cleaned.currency AS currency_text,
        currency_spellings.standard_value AS currency,
        cleaned.channel AS channel_text,
        channel_spellings.standard_value AS channel,
        cleaned.ship_country AS ship_country_text,
        ship_country_spellings.standard_value AS ship_country,
        cleaned.shipped_at AS shipped_at_text,
        bronze.timestamp_text(cleaned.shipped_at) AS shipped_at,
        cleaned.delivered_at AS delivered_at_text,
        bronze.timestamp_text(cleaned.delivered_at) AS delivered_at,
        cleaned.line_count AS line_count_text,
        bronze.integer_text(cleaned.line_count) AS line_count,
        cleaned.order_total AS order_total_text,
        bronze.decimal_text(cleaned.order_total, 10, 4) AS order_total,
        cleaned.updated_at AS updated_at_text,
        bronze.timestamp_text(cleaned.updated_at) AS updated_at
    FROM cleaned
    LEFT OUTER JOIN ops.spellings AS status_spellings
        ON status_spellings.domain = N'order_status'
            AND status_spellings.spelling = cleaned.status
    LEFT OUTER JOIN ops.spellings AS currency_spellings
        ON currency_spellings.domain = N'currency'
            AND currency_spellings.spelling = cleaned.currency
    LEFT OUTER JOIN ops.spellings AS channel_spellings
        ON channel_spellings.domain = N'channel'
            AND channel_spellings.spelling = cleaned.channel
    LEFT OUTER JOIN ops.spellings AS ship_country_spellings
        ON ship_country_spellings.domain = N'country'
            AND ship_country_spellings.spelling = cleaned.ship_country
),

converted AS (
    SELECT
        shaped.file_id,
        shaped.line_number,
        shaped.row_hash,
        shaped.raw_text,
        shaped.order_id_text,
        CONVERT(nvarchar(50), shaped.order_id) AS order_id,
        shaped.customer_id_text,
        CONVERT(nvarchar(50), shaped.customer_id) AS customer_id,
        shaped.ordered_at_text,
        TRY_CONVERT(datetime2(3), shaped.ordered_at, 120) AS ordered_at,
        shaped.status_text,
        shaped.status AS status,
        shaped.currency_text,
        shaped.currency AS currency,
        shaped.channel_text,
        shaped.channel AS channel,
        shaped.ship_country_text,
        shaped.ship_country AS ship_country,
        shaped.shipped_at_text,
        TRY_CONVERT(datetime2(3), shaped.shipped_at, 120) AS shipped_at,
        shaped.delivered_at_text,
        TRY_CONVERT(datetime2(3), shaped.delivered_at, 120) AS delivered_at,
        shaped.line_count_text,
        TRY_CONVERT(int, shaped.line_count) AS line_count,
        shaped.order_total_text,
        TRY_CONVERT(decimal(19, 4), shaped.order_total) AS order_total,
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
        converted.customer_id_text,
        converted.customer_id,
        converted.ordered_at_text,
        converted.ordered_at,
        converted.status_text,
        converted.status,
        converted.currency_text,
        converted.currency,
        converted.channel_text,
        converted.channel,
        converted.ship_country_text,
        converted.ship_country,
        converted.shipped_at_text,
        converted.shipped_at,
        converted.delivered_at_text,
        converted.delivered_at,
        converted.line_count_text,
        converted.line_count,
        converted.order_total_text,
        converted.order_total,
        converted.updated_at_text,
        converted.updated_at,
        CASE
            WHEN converted.order_id_text IS NULL THEN N'not_null:order_id'
            WHEN converted.customer_id_text IS NULL THEN N'not_null:customer_id'
            WHEN converted.ordered_at_text IS NULL THEN N'not_null:ordered_at'
            WHEN converted.status_text IS NULL THEN N'not_null:status'
            WHEN converted.currency_text IS NULL THEN N'not_null:currency'
            WHEN converted.channel_text IS NULL THEN N'not_null:channel'
            WHEN converted.line_count_text IS NULL THEN N'not_null:line_count'
            WHEN converted.order_total_text IS NULL THEN N'not_null:order_total'
            WHEN converted.updated_at_text IS NULL THEN N'not_null:updated_at'
            WHEN converted.ordered_at IS NULL THEN N'not_a_date:ordered_at'
            WHEN converted.status IS NULL THEN N'unknown_value:status'
            WHEN converted.currency IS NULL THEN N'unknown_currency:currency'
            WHEN converted.channel IS NULL THEN N'unknown_value:channel'
            WHEN converted.ship_country IS NULL AND converted.ship_country_text IS NOT NULL
                THEN N'unknown_country:ship_country'
            WHEN converted.shipped_at IS NULL AND converted.shipped_at_text IS NOT NULL
                THEN N'not_a_date:shipped_at'
            WHEN converted.delivered_at IS NULL AND converted.delivered_at_text IS NOT NULL
                THEN N'not_a_date:delivered_at'
            WHEN converted.line_count IS NULL THEN N'not_a_number:line_count'
            WHEN converted.order_total IS NULL THEN N'not_a_number:order_total'
            WHEN converted.updated_at IS NULL THEN N'not_a_date:updated_at'
            WHEN LEN(converted.order_id_text) > 50 THEN N'out_of_range:order_id'
            WHEN LEN(converted.customer_id_text) > 50 THEN N'out_of_range:customer_id'
            WHEN converted.ordered_at < '20000101' OR converted.ordered_at >= '21000101'
                THEN N'out_of_range:ordered_at'
            WHEN converted.shipped_at < '20000101' OR converted.shipped_at >= '21000101'
                THEN N'out_of_range:shipped_at'
            WHEN converted.delivered_at < '20000101' OR converted.delivered_at >= '21000101'
                THEN N'out_of_range:delivered_at'
            WHEN converted.line_count NOT BETWEEN 1 AND 100
                THEN N'out_of_range:line_count'
            WHEN converted.order_total NOT BETWEEN 0 AND 1000000
                THEN N'out_of_range:order_total'
            WHEN converted.updated_at < '20000101' OR converted.updated_at >= '21000101'
                THEN N'out_of_range:updated_at'
            WHEN converted.ordered_at > COALESCE(converted.shipped_at, converted.delivered_at, converted.updated_at)
                OR converted.shipped_at > COALESCE(converted.delivered_at, converted.updated_at)
                OR converted.delivered_at > converted.updated_at
                THEN N'dates_out_of_order'
        END AS rule_name
    FROM converted
)

SELECT
    judged.file_id,
    judged.line_number,
    judged.row_hash,
    judged.order_id,
    judged.customer_id,
    judged.ordered_at,
    judged.status,
    judged.currency,
    judged.channel,
    judged.ship_country,
    judged.shipped_at,
    judged.delivered_at,
    judged.line_count,
    judged.order_total,
    judged.updated_at,
    judged.raw_text,
    judged.rule_name,
    CASE judged.rule_name
        WHEN N'not_null:order_id' THEN N'order_id is missing'
        WHEN N'not_null:customer_id' THEN N'customer_id is missing'
        WHEN N'not_null:ordered_at' THEN N'ordered_at is missing'
        WHEN N'not_null:status' THEN N'status is missing'
        WHEN N'not_null:currency' THEN N'currency is missing'
        WHEN N'not_null:channel' THEN N'channel is missing'
        WHEN N'not_null:line_count' THEN N'line_count is missing'
        WHEN N'not_null:order_total' THEN N'order_total is missing'
        WHEN N'not_null:updated_at' THEN N'updated_at is missing'
        WHEN N'not_a_date:ordered_at'
            THEN CONCAT(N'ordered_at is not a date: ', LEFT(judged.ordered_at_text, 200))
        WHEN N'unknown_value:status'
            THEN CONCAT(N'status is not a known status: ', LEFT(judged.status_text, 200))
        WHEN N'unknown_currency:currency'
            THEN CONCAT(N'currency is not a known currency: ', LEFT(judged.currency_text, 200))
        WHEN N'unknown_value:channel'
            THEN CONCAT(N'channel is not a known channel: ', LEFT(judged.channel_text, 200))
        WHEN N'unknown_country:ship_country'
            THEN CONCAT(N'ship_country is not a known country: ', LEFT(judged.ship_country_text, 200))
        WHEN N'not_a_date:shipped_at'
            THEN CONCAT(N'shipped_at is not a date: ', LEFT(judged.shipped_at_text, 200))
        WHEN N'not_a_date:delivered_at'
            THEN CONCAT(N'delivered_at is not a date: ', LEFT(judged.delivered_at_text, 200))
        WHEN N'not_a_number:line_count'
            THEN CONCAT(N'line_count is not a whole number: ', LEFT(judged.line_count_text, 200))
        WHEN N'not_a_number:order_total'
            THEN CONCAT(N'order_total is not a number: ', LEFT(judged.order_total_text, 200))
        WHEN N'not_a_date:updated_at'
            THEN CONCAT(N'updated_at is not a date: ', LEFT(judged.updated_at_text, 200))
        WHEN N'out_of_range:order_id'
            THEN CONCAT(N'order_id is not of at most 50 characters: ', LEFT(judged.order_id_text, 200))
        WHEN N'out_of_range:customer_id'
            THEN CONCAT(N'customer_id is not of at most 50 characters: ', LEFT(judged.customer_id_text, 200))
        WHEN N'out_of_range:ordered_at'
            THEN CONCAT(N'ordered_at is not in the years 2000 to 2099: ', LEFT(judged.ordered_at_text, 200))
        WHEN N'out_of_range:shipped_at'
            THEN CONCAT(N'shipped_at is not in the years 2000 to 2099: ', LEFT(judged.shipped_at_text, 200))
        WHEN N'out_of_range:delivered_at'
            THEN CONCAT(N'delivered_at is not in the years 2000 to 2099: ', LEFT(judged.delivered_at_text, 200))
        WHEN N'out_of_range:line_count'
            THEN CONCAT(N'line_count is not from 1 to 100: ', LEFT(judged.line_count_text, 200))
        WHEN N'out_of_range:order_total'
            THEN CONCAT(N'order_total is not from 0 to 1000000: ', LEFT(judged.order_total_text, 200))
        WHEN N'out_of_range:updated_at'
            THEN CONCAT(N'updated_at is not in the years 2000 to 2099: ', LEFT(judged.updated_at_text, 200))
        WHEN N'dates_out_of_order' THEN N'Ordered, shipped, delivered, updated: in this order'
    END AS problem
FROM judged;
GO
