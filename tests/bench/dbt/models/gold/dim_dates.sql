WITH bounds AS (
    SELECT date_trunc('year', min(ordered_at)) AS first_date, date_trunc('year', max(ordered_at)) + INTERVAL 1 YEAR AS beyond
    FROM {{ ref("orders") }}
)

SELECT
    strftime(day, '%Y%m%d')::integer AS date_key, day::date AS calendar_date, year(day) AS calendar_year,
    quarter(day) AS calendar_quarter, month(day) AS calendar_month, monthname(day) AS month_name,
    strftime(day, '%Y-%m') AS year_month, day(day) AS day_of_month, isodow(day) AS day_of_week,
    dayname(day) AS day_name, week(day) AS iso_week, isodow(day) > 5 AS is_weekend
FROM bounds, unnest(range(first_date, beyond, INTERVAL 1 DAY)) AS days (day)
