SELECT
    lines.order_line_key, lines.ordered_at::date AS order_date, coalesce(dates.date_key, -1) AS order_date_key,
    coalesce(customers.customer_key, -1) AS customer_key, coalesce(products.product_key, -1) AS product_key,
    coalesce(stores.store_key, -1) AS store_key, lines.source_system, lines.order_id, lines.ordered_at,
    lines.quantity, lines.sales_amount, lines.retail_discount_amount, lines.coupon_discount_amount,
    lines.coupon_match_discount_amount
FROM {{ ref("order_lines") }} AS lines
LEFT JOIN {{ ref("dim_dates") }} AS dates ON dates.calendar_date = lines.ordered_at::date
LEFT JOIN {{ ref("dim_customers") }} AS customers
    ON customers.source_system = lines.source_system AND customers.customer_id = lines.customer_id
    AND customers.valid_from <= lines.ordered_at AND customers.valid_to > lines.ordered_at
LEFT JOIN {{ ref("dim_products") }} AS products
    ON products.source_system = lines.source_system AND products.product_id = lines.product_id
LEFT JOIN {{ ref("dim_stores") }} AS stores
    ON stores.source_system = lines.source_system AND stores.store_id = lines.store_id
