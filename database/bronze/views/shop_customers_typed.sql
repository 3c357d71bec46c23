-- bronze.shop_customers → typed rows: the one place where its text becomes values and a record learns what it
-- breaks: first what is missing, then what is no value, then what is out of range, then rules across columns.
-- rule_name and problem are NULL for a good record; raw_text is the record as delivered.
-- SELECT file_id, line_number, problem, raw_text FROM bronze.shop_customers_typed WHERE problem IS NOT NULL;
CREATE OR ALTER VIEW bronze.shop_customers_typed
AS
WITH cleaned AS (
    SELECT
        delivered.file_id,
        delivered.line_number,
        delivered.row_hash,
        bronze.field_text(delivered.customer_id) AS customer_id,
        bronze.field_text(delivered.email) AS email,
        bronze.field_text(delivered.first_name) AS first_name,
        bronze.field_text(delivered.last_name) AS last_name,
        bronze.field_text(delivered.phone) AS phone,
        bronze.field_text(delivered.street) AS street,
        bronze.field_text(delivered.city) AS city,
        bronze.field_text(delivered.postal_code) AS postal_code,
        bronze.field_text(delivered.country) AS country,
        bronze.field_text(delivered.registered_at) AS registered_at,
        bronze.field_text(delivered.updated_at) AS updated_at,
        ISNULL(delivered.raw_text, CONCAT(
            bronze.csv_field(delivered.customer_id),
            N',', bronze.csv_field(delivered.email),
            N',', bronze.csv_field(delivered.first_name),
            N',', bronze.csv_field(delivered.last_name),
            N',', bronze.csv_field(delivered.phone),
            N',', bronze.csv_field(delivered.street),
            N',', bronze.csv_field(delivered.city),
            N',', bronze.csv_field(delivered.postal_code),
            N',', bronze.csv_field(delivered.country),
            N',', bronze.csv_field(delivered.registered_at),
            N',', bronze.csv_field(delivered.updated_at)
        )) AS raw_text
    FROM bronze.shop_customers AS delivered
),

shaped AS (
    SELECT
        cleaned.file_id,
        cleaned.line_number,
        cleaned.row_hash,
        cleaned.raw_text,
        cleaned.customer_id AS customer_id_text,
        UPPER(cleaned.customer_id) AS customer_id,
        cleaned.email AS email_text,
        bronze.email_text(cleaned.email) AS email,
        cleaned.first_name AS first_name_text,
        cleaned.first_name AS first_name,
        cleaned.last_name AS last_name_text,
        cleaned.last_name AS last_name,
        cleaned.phone AS phone_text,
        bronze.phone_text(cleaned.phone) AS phone,
        cleaned.street AS street_text,
        cleaned.street AS street,
        cleaned.city AS city_text,
        cleaned.city AS city,
        cleaned.postal_code AS postal_code_text,
        cleaned.postal_code AS postal_code,
        cleaned.country AS country_text,
        country_spellings.standard_value AS country,
        cleaned.registered_at AS registered_at_text,
        bronze.timestamp_text(cleaned.registered_at) AS registered_at,
        cleaned.updated_at AS updated_at_text,
        bronze.timestamp_text(cleaned.updated_at) AS updated_at
    FROM cleaned
    LEFT OUTER JOIN ops.spellings AS country_spellings
        ON country_spellings.domain = N'country'
            AND country_spellings.spelling = cleaned.country
),

converted AS (
    SELECT
        shaped.file_id,
        shaped.line_number,
        shaped.row_hash,
        shaped.raw_text,
        shaped.customer_id_text,
        CONVERT(nvarchar(50), shaped.customer_id) AS customer_id,
        shaped.email_text,
        shaped.email AS email,
        shaped.first_name_text,
        shaped.first_name AS first_name,
        shaped.last_name_text,
        shaped.last_name AS last_name,
        shaped.phone_text,
        shaped.phone AS phone,
        shaped.street_text,
        shaped.street AS street,
        shaped.city_text,
        shaped.city AS city,
        shaped.postal_code_text,
        shaped.postal_code AS postal_code,
        shaped.country_text,
        shaped.country AS country,
        shaped.registered_at_text,
        TRY_CONVERT(datetime2(3), shaped.registered_at, 120) AS registered_at,
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
        converted.customer_id_text,
        converted.customer_id,
        converted.email_text,
        converted.email,
        converted.first_name_text,
        converted.first_name,
        converted.last_name_text,
        converted.last_name,
        converted.phone_text,
        converted.phone,
        converted.street_text,
        converted.street,
        converted.city_text,
        converted.city,
        converted.postal_code_text,
        converted.postal_code,
        converted.country_text,
        converted.country,
        converted.registered_at_text,
        converted.registered_at,
        converted.updated_at_text,
        converted.updated_at,
        CASE
            WHEN converted.customer_id_text IS NULL THEN N'not_null:customer_id'
            WHEN converted.email_text IS NULL THEN N'not_null:email'
            WHEN converted.last_name_text IS NULL THEN N'not_null:last_name'
            WHEN converted.city_text IS NULL THEN N'not_null:city'
            WHEN converted.country_text IS NULL THEN N'not_null:country'
            WHEN converted.registered_at_text IS NULL THEN N'not_null:registered_at'
            WHEN converted.updated_at_text IS NULL THEN N'not_null:updated_at'
            WHEN converted.email IS NULL THEN N'not_an_email:email'
            WHEN converted.phone IS NULL AND converted.phone_text IS NOT NULL
                THEN N'not_a_phone:phone'
            WHEN converted.country IS NULL THEN N'unknown_country:country'
            WHEN converted.registered_at IS NULL THEN N'not_a_date:registered_at'
            WHEN converted.updated_at IS NULL THEN N'not_a_date:updated_at'
            WHEN LEN(converted.customer_id_text) > 50 THEN N'out_of_range:customer_id'
            WHEN converted.registered_at < '20000101' OR converted.registered_at >= '21000101'
                THEN N'out_of_range:registered_at'
            WHEN converted.updated_at < '20000101' OR converted.updated_at >= '21000101'
                THEN N'out_of_range:updated_at'
            WHEN converted.registered_at > converted.updated_at THEN N'dates_out_of_order'
        END AS rule_name
    FROM converted
)

SELECT
    judged.file_id,
    judged.line_number,
    judged.row_hash,
    judged.customer_id,
    judged.email,
    judged.first_name,
    judged.last_name,
    judged.phone,
    judged.street,
    judged.city,
    judged.postal_code,
    judged.country,
    judged.registered_at,
    judged.updated_at,
    judged.raw_text,
    judged.rule_name,
    CASE judged.rule_name
        WHEN N'not_null:customer_id' THEN N'customer_id is missing'
        WHEN N'not_null:email' THEN N'email is missing'
        WHEN N'not_null:last_name' THEN N'last_name is missing'
        WHEN N'not_null:city' THEN N'city is missing'
        WHEN N'not_null:country' THEN N'country is missing'
        WHEN N'not_null:registered_at' THEN N'registered_at is missing'
        WHEN N'not_null:updated_at' THEN N'updated_at is missing'
        WHEN N'not_an_email:email'
            THEN CONCAT(N'email is not an e-mail address: ', LEFT(judged.email_text, 200))
        WHEN N'not_a_phone:phone'
            THEN CONCAT(N'phone is not a telephone number: ', LEFT(judged.phone_text, 200))
        WHEN N'unknown_country:country'
            THEN CONCAT(N'country is not a known country: ', LEFT(judged.country_text, 200))
        WHEN N'not_a_date:registered_at'
            THEN CONCAT(N'registered_at is not a date: ', LEFT(judged.registered_at_text, 200))
        WHEN N'not_a_date:updated_at'
            THEN CONCAT(N'updated_at is not a date: ', LEFT(judged.updated_at_text, 200))
        WHEN N'out_of_range:customer_id'
            THEN CONCAT(N'customer_id is not of at most 50 characters: ', LEFT(judged.customer_id_text, 200))
        WHEN N'out_of_range:registered_at'
            THEN CONCAT(N'registered_at is not in the years 2000 to 2099: ', LEFT(judged.registered_at_text, 200))
        WHEN N'out_of_range:updated_at'
            THEN CONCAT(N'updated_at is not in the years 2000 to 2099: ', LEFT(judged.updated_at_text, 200))
        WHEN N'dates_out_of_order' THEN N'A version is not older than the customer'
    END AS problem
FROM judged;
GO
