WITH members AS (
    SELECT
        source_system, product_id, coalesce(manufacturer_id, 'Unknown') AS manufacturer_id,
        coalesce(department, 'Unknown') AS department, coalesce(brand, 'Unknown') AS brand,
        coalesce(product_category, 'Unknown') AS product_category,
        coalesce(product_type, 'Unknown') AS product_type, coalesce(package_size, 'Unknown') AS package_size,
        false AS is_inferred, row_hash
    FROM {{ ref("products") }}
    UNION ALL
    SELECT DISTINCT
        source_system, product_id, 'Unknown', 'Unknown', 'Unknown', 'Unknown', 'Unknown', 'Unknown', true,
        unhex(sha256(''))
    FROM {{ ref("order_lines") }} AS lines
    WHERE NOT EXISTS (SELECT 1 FROM {{ ref("products") }} AS known WHERE known.product_id = lines.product_id)
)

SELECT row_number() OVER () AS product_key, * FROM members
