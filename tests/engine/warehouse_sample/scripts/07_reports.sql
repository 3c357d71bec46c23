/* Reports over gold, one view each. */
CREATE VIEW gold.report_months AS
SELECT
    month_start,
    total,
    SUM(total) OVER (ORDER BY month_start) AS running_total,
    total - LAG(total) OVER (ORDER BY month_start) AS change,
    AVG(total) OVER (ORDER BY month_start ROWS BETWEEN 2 PRECEDING AND CURRENT ROW) AS moving_average
FROM
(
    SELECT DATETRUNC(month, ordered_on) AS month_start, SUM(amount) AS total
    FROM gold.fact_sales
    WHERE ordered_on IS NOT NULL
    GROUP BY DATETRUNC(month, ordered_on)
) AS months;
GO

CREATE VIEW gold.report_best_teas AS
WITH sold AS
(
    SELECT t.category, t.tea_name, SUM(f.amount) AS revenue,
        DENSE_RANK() OVER (PARTITION BY t.category ORDER BY SUM(f.amount) DESC) AS place
    FROM gold.fact_sales AS f
    INNER JOIN gold.dim_teas AS t ON t.tea_key = f.tea_key
    GROUP BY t.category, t.tea_name
)
SELECT category, tea_name, revenue, place,
    CONCAT(ROUND(CAST(revenue AS float) / SUM(revenue) OVER (PARTITION BY category) * 100, 2), '%') AS share
FROM sold
WHERE place <= 2;
GO

CREATE VIEW gold.report_segments AS
WITH spending AS
(
    SELECT shop_key, SUM(amount) AS spent, DATEDIFF(MONTH, MIN(ordered_on), MAX(ordered_on)) AS months
    FROM gold.fact_sales
    GROUP BY shop_key
)
SELECT segment, COUNT(*) AS shops, SUM(spent) AS spent
FROM
(
    SELECT spent, CASE WHEN months >= 12 AND spent > 20000 THEN 'large' WHEN months >= 12 THEN 'regular' ELSE 'new' END AS segment
    FROM spending
) AS segmented
GROUP BY segment;
GO

CREATE VIEW gold.report_countries AS
SELECT
    CASE GROUPING(s.country) WHEN 1 THEN 'all' ELSE s.country END AS country,
    CASE GROUPING(d.calendar_year) WHEN 1 THEN 'all' ELSE CAST(d.calendar_year AS varchar(4)) END AS sold_in,
    SUM(f.amount) AS total,
    CAST(SUM(f.margin) AS decimal(18, 2)) AS margin
FROM gold.fact_sales AS f
INNER JOIN gold.dim_shops AS s ON s.shop_key = f.shop_key
INNER JOIN gold.dim_dates AS d ON d.date_key = f.date_key
GROUP BY ROLLUP (s.country, d.calendar_year);
GO
