WITH typed AS (
    SELECT
        line_number,
        row_hash,
        try_cast(trim(basket_id) AS bigint) AS order_id,
        try_cast(trim(household_id) AS bigint) AS customer_id,
        try_cast(trim(product_id) AS bigint) AS product_id,
        try_cast(trim(store_id) AS bigint) AS store_id,
        try_cast(trim(transaction_timestamp) AS timestamp) AS ordered_at,
        try_cast(trim(quantity) AS integer) AS quantity,
        coalesce(try_cast(trim(sales_value) AS decimal(19, 4)), try_cast(try_cast(trim(sales_value) AS double) AS decimal(19, 4))) AS sales_amount,
        coalesce(try_cast(trim(retail_disc) AS decimal(19, 4)), try_cast(try_cast(trim(retail_disc) AS double) AS decimal(19, 4)), 0) AS retail_discount_amount,
        coalesce(try_cast(trim(coupon_disc) AS decimal(19, 4)), try_cast(try_cast(trim(coupon_disc) AS double) AS decimal(19, 4)), 0) AS coupon_discount_amount,
        coalesce(try_cast(trim(coupon_match_disc) AS decimal(19, 4)), try_cast(try_cast(trim(coupon_match_disc) AS double) AS decimal(19, 4)), 0) AS coupon_match_discount_amount
    FROM {{ ref("journey_transactions") }}
),

ranked AS (
    SELECT
        *,
        row_number() OVER (PARTITION BY order_id, customer_id, product_id ORDER BY line_number DESC) AS recency
    FROM typed
    WHERE order_id IS NOT NULL AND customer_id IS NOT NULL AND product_id IS NOT NULL AND store_id IS NOT NULL
        AND ordered_at IS NOT NULL AND quantity IS NOT NULL AND sales_amount IS NOT NULL
)

SELECT
    row_number() OVER () AS order_line_key,
    'journey' AS source_system,
    order_id::varchar AS order_id,
    customer_id::varchar AS customer_id,
    product_id::varchar AS product_id,
    store_id::varchar AS store_id,
    ordered_at, quantity, sales_amount, retail_discount_amount, coupon_discount_amount,
    coupon_match_discount_amount, row_hash, line_number
FROM ranked
WHERE recency = 1
