-- What each day brought, by source and in USD: order lines that were not cancelled and orders by the date of the order,
-- payments and returns by their own dates.
-- SELECT figure_date, revenue_amount FROM silver.daily_figures WHERE source_system = N'shop';
CREATE OR ALTER VIEW silver.daily_figures
AS
WITH figures AS (
    SELECT
        lines.source_system,
        CONVERT(date, lines.ordered_at) AS figure_date,
        lines.sales_amount AS revenue_amount,
        1 AS line_count,
        lines.quantity AS unit_count,
        0 AS order_count,
        0 AS cancelled_count,
        0 AS payment_count,
        0 AS paid_amount,
        0 AS return_count,
        0 AS refund_amount
    FROM silver.order_lines AS lines
    WHERE lines.is_cancelled = 0
    UNION ALL
    SELECT
        orders.source_system,
        CONVERT(date, orders.ordered_at),
        0,
        0,
        0,
        1,
        IIF(orders.is_cancelled = 1, 1, 0),
        0,
        0,
        0,
        0
    FROM silver.orders AS orders
    UNION ALL
    SELECT
        payments.source_system,
        CONVERT(date, payments.paid_at),
        0,
        0,
        0,
        0,
        0,
        1,
        payments.paid_amount,
        0,
        0
    FROM silver.payments AS payments
    UNION ALL
    SELECT
        returns.source_system,
        CONVERT(date, returns.returned_at),
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        1,
        returns.refund_amount
    FROM silver.returns AS returns
)

SELECT
    figures.source_system,
    figures.figure_date,
    SUM(figures.revenue_amount) AS revenue_amount,
    SUM(figures.line_count) AS line_count,
    SUM(figures.unit_count) AS unit_count,
    SUM(figures.order_count) AS order_count,
    SUM(figures.cancelled_count) AS cancelled_count,
    SUM(figures.payment_count) AS payment_count,
    SUM(figures.paid_amount) AS paid_amount,
    SUM(figures.return_count) AS return_count,
    SUM(figures.refund_amount) AS refund_amount
FROM figures
GROUP BY
    figures.source_system,
    figures.figure_date;
GO
