WITH totals AS (
    SELECT
        source_system, order_id, min(customer_id) AS customer_id, min(store_id) AS store_id,
        min(ordered_at) AS ordered_at, count(*) AS order_line_count, sum(quantity::bigint) AS quantity,
        sum(sales_amount) AS sales_amount, sum(retail_discount_amount) AS retail_discount_amount,
        sum(coupon_discount_amount) AS coupon_discount_amount,
        sum(coupon_match_discount_amount) AS coupon_match_discount_amount
    FROM {{ ref("order_lines") }}
    GROUP BY ALL
)

SELECT *, {{ row_hash(["customer_id", "store_id", "ordered_at", "order_line_count", "quantity", "sales_amount"]) }} AS row_hash
FROM totals
