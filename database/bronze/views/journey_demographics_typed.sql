-- bronze.journey_demographics → typed rows: the one place where its text becomes types and a row learns why it
-- fails. problem is NULL for a good row; raw_text is the record as delivered.
-- SELECT file_id, line_number, problem, raw_text FROM bronze.journey_demographics_typed WHERE problem IS NOT NULL;
CREATE OR ALTER VIEW bronze.journey_demographics_typed
AS
WITH trimmed AS (
    SELECT
        delivered.file_id,
        delivered.line_number,
        delivered.row_hash,
        TRIM(delivered.household_id) AS household_id,
        TRIM(delivered.age) AS age,
        TRIM(delivered.income) AS income,
        TRIM(delivered.home_ownership) AS home_ownership,
        TRIM(delivered.marital_status) AS marital_status,
        TRIM(delivered.household_size) AS household_size,
        TRIM(delivered.household_comp) AS household_comp,
        TRIM(delivered.kids_count) AS kids_count,
        ISNULL(delivered.raw_text, CONCAT(
            bronze.csv_field(delivered.household_id),
            N',', bronze.csv_field(delivered.age),
            N',', bronze.csv_field(delivered.income),
            N',', bronze.csv_field(delivered.home_ownership),
            N',', bronze.csv_field(delivered.marital_status),
            N',', bronze.csv_field(delivered.household_size),
            N',', bronze.csv_field(delivered.household_comp),
            N',', bronze.csv_field(delivered.kids_count)
        )) AS raw_text
    FROM bronze.journey_demographics AS delivered
),

converted AS (
    SELECT
        trimmed.file_id,
        trimmed.line_number,
        trimmed.row_hash,
        trimmed.raw_text,
        trimmed.household_id AS household_id_text,
        TRY_CONVERT(bigint, trimmed.household_id) AS household_id,
        trimmed.age,
        trimmed.income,
        trimmed.home_ownership,
        trimmed.marital_status,
        trimmed.household_size,
        trimmed.household_comp,
        trimmed.kids_count
    FROM trimmed
)

SELECT
    converted.file_id,
    converted.line_number,
    converted.row_hash,
    converted.household_id,
    converted.age,
    converted.income,
    converted.home_ownership,
    converted.marital_status,
    converted.household_size,
    converted.household_comp,
    converted.kids_count,
    converted.raw_text,
    CASE
        WHEN converted.household_id_text IS NULL THEN N'household_id is missing'
        WHEN converted.household_id IS NULL
            THEN CONCAT(N'household_id is not a whole number: ', converted.household_id_text)
    END AS problem
FROM converted;
GO
