WITH ranked AS (
    SELECT *, row_number() OVER (PARTITION BY trim(household_id) ORDER BY line_number DESC) AS recency
    FROM {{ ref("journey_demographics") }}
    WHERE try_cast(trim(household_id) AS bigint) IS NOT NULL
),

described AS (
    SELECT
        'journey' AS source_system, trim(household_id) AS customer_id, trim(age) AS age_band,
        trim(income) AS income_band, trim(home_ownership) AS home_ownership, trim(marital_status) AS marital_status,
        trim(household_size) AS household_size, trim(household_comp) AS household_composition,
        trim(kids_count) AS child_count, true AS has_demographics, row_hash
    FROM ranked
    WHERE recency = 1
)

SELECT * FROM described
UNION ALL BY NAME
SELECT DISTINCT source_system, customer_id, false AS has_demographics, unhex(sha256('')) AS row_hash
FROM {{ ref("order_lines") }} AS lines
WHERE NOT EXISTS (SELECT 1 FROM described WHERE described.customer_id = lines.customer_id)
