SELECT
    order_date, order_date_key, store_key, count(DISTINCT order_id) AS order_count, count(*) AS order_line_count,
    sum(quantity::bigint) AS quantity, sum(sales_amount) AS sales_amount,
    sum(retail_discount_amount) AS retail_discount_amount, sum(coupon_discount_amount) AS coupon_discount_amount,
    sum(coupon_match_discount_amount) AS coupon_match_discount_amount
FROM {{ ref("fact_order_lines") }}
GROUP BY ALL
