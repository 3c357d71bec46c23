-- gold.fact_order_lines, gold.dim_products → sales per department.
-- SELECT department, sales_amount FROM gold.sales_by_department ORDER BY sales_amount DESC;
CREATE OR ALTER VIEW gold.sales_by_department
AS
SELECT
    products.department,
    COUNT(*) AS order_line_count,
    COUNT(DISTINCT facts.product_key) AS product_count,
    SUM(CONVERT(bigint, facts.quantity)) AS quantity,
    SUM(facts.sales_amount) AS sales_amount
FROM gold.fact_order_lines AS facts
INNER JOIN gold.dim_products AS products ON products.product_key = facts.product_key
GROUP BY products.department;
GO
