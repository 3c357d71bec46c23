-- gold.daily_sales → sales per month over all stores.
-- SELECT year_month, sales_amount FROM gold.sales_by_month ORDER BY year_month;
CREATE OR ALTER VIEW gold.sales_by_month
AS
SELECT
    dates.year_month,
    SUM(daily.order_count) AS order_count,
    SUM(daily.order_line_count) AS order_line_count,
    SUM(daily.quantity) AS quantity,
    SUM(daily.sales_amount) AS sales_amount
FROM gold.daily_sales AS daily
INNER JOIN gold.dim_dates AS dates ON dates.date_key = daily.order_date_key
GROUP BY dates.year_month;
GO
