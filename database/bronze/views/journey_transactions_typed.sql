-- bronze.journey_transactions → typed rows: the one place where its text becomes types and a row learns why it
-- fails. Amounts in scientific notation (1.7e-15), as floating-point exports write them, are numbers too. problem
-- is NULL for a good row; raw_text is the record as delivered.
-- SELECT file_id, line_number, problem, raw_text FROM bronze.journey_transactions_typed WHERE problem IS NOT NULL;
CREATE OR ALTER VIEW bronze.journey_transactions_typed
AS
WITH trimmed AS (
    SELECT
        delivered.file_id,
        delivered.line_number,
        delivered.row_hash,
        TRIM(delivered.household_id) AS household_id,
        TRIM(delivered.store_id) AS store_id,
        TRIM(delivered.basket_id) AS basket_id,
        TRIM(delivered.product_id) AS product_id,
        TRIM(delivered.quantity) AS quantity,
        TRIM(delivered.sales_value) AS sales_value,
        TRIM(delivered.retail_disc) AS retail_disc,
        TRIM(delivered.coupon_disc) AS coupon_disc,
        TRIM(delivered.coupon_match_disc) AS coupon_match_disc,
        TRIM(delivered.week) AS week,
        TRIM(delivered.transaction_timestamp) AS transaction_timestamp,
        ISNULL(delivered.raw_text, CONCAT(
            bronze.csv_field(delivered.household_id),
            N',', bronze.csv_field(delivered.store_id),
            N',', bronze.csv_field(delivered.basket_id),
            N',', bronze.csv_field(delivered.product_id),
            N',', bronze.csv_field(delivered.quantity),
            N',', bronze.csv_field(delivered.sales_value),
            N',', bronze.csv_field(delivered.retail_disc),
            N',', bronze.csv_field(delivered.coupon_disc),
            N',', bronze.csv_field(delivered.coupon_match_disc),
            N',', bronze.csv_field(delivered.week),
            N',', bronze.csv_field(delivered.transaction_timestamp)
        )) AS raw_text
    FROM bronze.journey_transactions AS delivered
),

converted AS (
    SELECT
        trimmed.file_id,
        trimmed.line_number,
        trimmed.row_hash,
        trimmed.raw_text,
        trimmed.household_id AS household_id_text,
        TRY_CONVERT(bigint, trimmed.household_id) AS household_id,
        trimmed.store_id AS store_id_text,
        TRY_CONVERT(bigint, trimmed.store_id) AS store_id,
        trimmed.basket_id AS basket_id_text,
        TRY_CONVERT(bigint, trimmed.basket_id) AS basket_id,
        trimmed.product_id AS product_id_text,
        TRY_CONVERT(bigint, trimmed.product_id) AS product_id,
        trimmed.quantity AS quantity_text,
        TRY_CONVERT(int, trimmed.quantity) AS quantity,
        trimmed.sales_value AS sales_value_text,
        COALESCE(
            TRY_CONVERT(decimal(19, 4), trimmed.sales_value),
            TRY_CONVERT(decimal(19, 4), TRY_CONVERT(float, trimmed.sales_value))
        ) AS sales_value,
        trimmed.retail_disc AS retail_disc_text,
        COALESCE(
            TRY_CONVERT(decimal(19, 4), trimmed.retail_disc),
            TRY_CONVERT(decimal(19, 4), TRY_CONVERT(float, trimmed.retail_disc))
        ) AS retail_disc,
        trimmed.coupon_disc AS coupon_disc_text,
        COALESCE(
            TRY_CONVERT(decimal(19, 4), trimmed.coupon_disc),
            TRY_CONVERT(decimal(19, 4), TRY_CONVERT(float, trimmed.coupon_disc))
        ) AS coupon_disc,
        trimmed.coupon_match_disc AS coupon_match_disc_text,
        COALESCE(
            TRY_CONVERT(decimal(19, 4), trimmed.coupon_match_disc),
            TRY_CONVERT(decimal(19, 4), TRY_CONVERT(float, trimmed.coupon_match_disc))
        ) AS coupon_match_disc,
        trimmed.week AS week_text,
        TRY_CONVERT(tinyint, trimmed.week) AS week,
        trimmed.transaction_timestamp AS transaction_timestamp_text,
        TRY_CONVERT(datetime2(3), trimmed.transaction_timestamp, 120) AS transaction_timestamp
    FROM trimmed
)

SELECT
    converted.file_id,
    converted.line_number,
    converted.row_hash,
    converted.household_id,
    converted.store_id,
    converted.basket_id,
    converted.product_id,
    converted.quantity,
    converted.sales_value,
    converted.retail_disc,
    converted.coupon_disc,
    converted.coupon_match_disc,
    converted.week,
    converted.transaction_timestamp,
    converted.raw_text,
    CASE
        WHEN converted.household_id_text IS NULL THEN N'household_id is missing'
        WHEN converted.household_id IS NULL
            THEN CONCAT(N'household_id is not a whole number: ', converted.household_id_text)
        WHEN converted.store_id_text IS NULL THEN N'store_id is missing'
        WHEN converted.store_id IS NULL
            THEN CONCAT(N'store_id is not a whole number: ', converted.store_id_text)
        WHEN converted.basket_id_text IS NULL THEN N'basket_id is missing'
        WHEN converted.basket_id IS NULL
            THEN CONCAT(N'basket_id is not a whole number: ', converted.basket_id_text)
        WHEN converted.product_id_text IS NULL THEN N'product_id is missing'
        WHEN converted.product_id IS NULL
            THEN CONCAT(N'product_id is not a whole number: ', converted.product_id_text)
        WHEN converted.quantity_text IS NULL THEN N'quantity is missing'
        WHEN converted.quantity IS NULL
            THEN CONCAT(N'quantity is not a whole number: ', converted.quantity_text)
        WHEN converted.sales_value_text IS NULL THEN N'sales_value is missing'
        WHEN converted.sales_value IS NULL
            THEN CONCAT(N'sales_value is not an amount of money: ', converted.sales_value_text)
        WHEN converted.retail_disc IS NULL AND converted.retail_disc_text IS NOT NULL
            THEN CONCAT(N'retail_disc is not an amount of money: ', converted.retail_disc_text)
        WHEN converted.coupon_disc IS NULL AND converted.coupon_disc_text IS NOT NULL
            THEN CONCAT(N'coupon_disc is not an amount of money: ', converted.coupon_disc_text)
        WHEN converted.coupon_match_disc IS NULL AND converted.coupon_match_disc_text IS NOT NULL
            THEN CONCAT(N'coupon_match_disc is not an amount of money: ', converted.coupon_match_disc_text)
        WHEN converted.week IS NULL AND converted.week_text IS NOT NULL
            THEN CONCAT(N'week is not a whole number from 0 to 255: ', converted.week_text)
        WHEN converted.transaction_timestamp_text IS NULL THEN N'transaction_timestamp is missing'
        WHEN converted.transaction_timestamp IS NULL
            THEN CONCAT(
                N'transaction_timestamp is not a timestamp (yyyy-mm-dd hh:mm:ss): ',
                converted.transaction_timestamp_text
            )
    END AS problem
FROM converted;
GO
