SELECT
    row_number() OVER () AS customer_key, source_system, customer_id, coalesce(age_band, 'Unknown') AS age_band,
    coalesce(income_band, 'Unknown') AS income_band, coalesce(home_ownership, 'Unknown') AS home_ownership,
    coalesce(marital_status, 'Unknown') AS marital_status, coalesce(household_size, 'Unknown') AS household_size,
    coalesce(household_composition, 'Unknown') AS household_composition,
    coalesce(child_count, 'Unknown') AS child_count, NOT has_demographics AS is_inferred,
    TIMESTAMP '1900-01-01' AS valid_from, TIMESTAMP '9999-12-31' AS valid_to, true AS is_current, row_hash
FROM {{ ref("customers") }}
