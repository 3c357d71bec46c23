-- silver.daily_figures: what each day brought, by source and in USD.
EXEC tSQLt.NewTestClass @ClassName = N'test_silver_daily_figures';
GO
CREATE PROCEDURE test_silver_daily_figures.SetUp
AS
EXEC tSQLt.FakeTable @TableName = N'silver.order_lines', @Identity = 1, @Defaults = 1;
EXEC tSQLt.FakeTable @TableName = N'silver.orders', @Defaults = 1;
EXEC tSQLt.FakeTable @TableName = N'silver.payments';
EXEC tSQLt.FakeTable @TableName = N'silver.returns';
GO
-- The figures as one text: "source date revenue lines units orders cancelled payments paid returns refunded, …".
CREATE PROCEDURE test_silver_daily_figures.assert_figures
    @expected nvarchar(4000)
AS
DECLARE @actual nvarchar(4000) = (
    SELECT STRING_AGG(
        CONCAT_WS(
            N' ', figures.source_system, CONVERT(nvarchar(10), figures.figure_date, 23), figures.revenue_amount,
            figures.line_count, figures.unit_count, figures.order_count, figures.cancelled_count, figures.payment_count,
            figures.paid_amount, figures.return_count, figures.refund_amount
        ), N', '
    ) WITHIN GROUP (ORDER BY figures.source_system, figures.figure_date)
    FROM silver.daily_figures AS figures
);
EXEC tSQLt.AssertEqualsString @Expected = @expected, @Actual = @actual;
GO
CREATE PROCEDURE test_silver_daily_figures.[test days without anything are left out]
AS
EXEC test_silver_daily_figures.assert_figures @expected = NULL;
GO
CREATE PROCEDURE test_silver_daily_figures.[test lines and orders count on the day of the order, cancelled ones only as such]
AS
INSERT INTO silver.order_lines (source_system, ordered_at, quantity, sales_amount, is_cancelled)
VALUES
    (N'shop', '2025-03-07T00:00:00', 2, 10.5, 0),
    (N'shop', '2025-03-07T23:59:59.999', 1, 0.0001, 0),
    (N'shop', '2025-03-07T12:00:00', 9, 99, 1),
    (N'shop', '2025-03-08T00:00:00', 3, 7, 0),
    (N'journey', '2025-03-07T12:00:00', 4, 8, 0);
INSERT INTO silver.orders (source_system, order_id, ordered_at, is_cancelled)
VALUES
    (N'shop', N'O-1', '2025-03-07T12:00:00', 0),
    (N'shop', N'O-2', '2025-03-07T12:00:00', 1),
    (N'shop', N'O-3', '2025-03-09T12:00:00', 1);
EXEC test_silver_daily_figures.assert_figures
    @expected = N'journey 2025-03-07 8.0000 1 4 0 0 0 0.0000 0 0.0000, shop 2025-03-07 10.5001 2 3 2 1 0 0.0000 0 0.0000, shop 2025-03-08 7.0000 1 3 0 0 0 0.0000 0 0.0000, shop 2025-03-09 0.0000 0 0 1 1 0 0.0000 0 0.0000';
GO
CREATE PROCEDURE test_silver_daily_figures.[test payments and returns count on their own days]
AS
INSERT INTO silver.payments (source_system, payment_id, paid_at, paid_amount)
VALUES (N'shop', N'Y-1', '2025-03-07T12:00:00', 4), (N'shop', N'Y-2', '2025-03-07T13:00:00', 6.5), (N'shop', N'Y-3', '2025-03-08T00:00:00', 1);
INSERT INTO silver.returns (source_system, return_id, returned_at, refund_amount)
VALUES (N'shop', N'R-1', '2025-03-08T12:00:00', 2.25), (N'shop', N'R-2', '2025-03-08T12:00:00', 0);
EXEC test_silver_daily_figures.assert_figures
    @expected = N'shop 2025-03-07 0.0000 0 0 0 0 2 10.5000 0 0.0000, shop 2025-03-08 0.0000 0 0 0 0 1 1.0000 2 2.2500';
GO
