WITH ranked AS (
    SELECT *, row_number() OVER (PARTITION BY trim(product_id) ORDER BY line_number DESC) AS recency
    FROM {{ ref("journey_products") }}
    WHERE try_cast(trim(product_id) AS bigint) IS NOT NULL
)

SELECT
    'journey' AS source_system, trim(product_id) AS product_id, trim(manufacturer_id) AS manufacturer_id,
    trim(department) AS department, trim(brand) AS brand, trim(product_category) AS product_category,
    trim(product_type) AS product_type, trim(package_size) AS package_size, row_hash, line_number
FROM ranked
WHERE recency = 1
