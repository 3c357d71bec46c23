-- gold.fact_order_lines, gold.dim_* → one order line with everything a report asks of it, under business names.
-- SELECT [Department], SUM([Sales]) AS [Sales] FROM gold.sales GROUP BY [Department];
CREATE OR ALTER VIEW gold.sales
AS
SELECT
    facts.source_system AS [Source],
    facts.order_id AS [Order],
    facts.ordered_at AS [Ordered At],
    facts.order_date AS [Order Date],
    dates.year_month AS [Month],
    dates.calendar_year AS [Year],
    stores.store_name AS [Store],
    customers.customer_id AS [Customer],
    customers.age_band AS [Age Band],
    customers.income_band AS [Income Band],
    products.product_id AS [Product],
    products.department AS [Department],
    products.product_category AS [Product Category],
    products.product_type AS [Product Type],
    products.brand AS [Brand],
    facts.quantity AS [Quantity],
    facts.sales_amount AS [Sales],
    facts.retail_discount_amount AS [Retail Discount],
    facts.coupon_discount_amount AS [Coupon Discount],
    facts.coupon_match_discount_amount AS [Coupon Match Discount]
FROM gold.fact_order_lines AS facts
INNER JOIN gold.dim_dates AS dates ON dates.date_key = facts.order_date_key
INNER JOIN gold.dim_stores AS stores ON stores.store_key = facts.store_key
INNER JOIN gold.dim_customers AS customers ON customers.customer_key = facts.customer_key
INNER JOIN gold.dim_products AS products ON products.product_key = facts.product_key;
GO
