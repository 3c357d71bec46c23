-- gold.sales, gold.sales_by_department, gold.sales_by_month: what reports read.
EXEC tSQLt.NewTestClass @ClassName = N'test_gold_sales';
GO
CREATE PROCEDURE test_gold_sales.SetUp
AS
EXEC tSQLt.FakeTable @TableName = N'gold.fact_order_lines';
EXEC tSQLt.FakeTable @TableName = N'gold.daily_sales';
EXEC tSQLt.FakeTable @TableName = N'gold.dim_dates';
EXEC tSQLt.FakeTable @TableName = N'gold.dim_customers';
EXEC tSQLt.FakeTable @TableName = N'gold.dim_products';
EXEC tSQLt.FakeTable @TableName = N'gold.dim_stores';
INSERT INTO gold.dim_dates (date_key, calendar_year, year_month)
VALUES (20170101, 2017, N'2017-01'), (20170131, 2017, N'2017-01'), (20170201, 2017, N'2017-02');
INSERT INTO gold.dim_customers (customer_key, customer_id, age_band) VALUES (-1, N'', N'Unknown'), (21, N'7', N'65+');
INSERT INTO gold.dim_products (product_key, product_id, department)
VALUES (31, N'100', N'GROCERY'), (32, N'101', N'GROCERY'), (33, N'102', N'FUEL');
INSERT INTO gold.dim_stores (store_key, store_name) VALUES (41, N'Store 30');
GO
-- A line that sold one product of that key.
CREATE PROCEDURE test_gold_sales.sell
    @product_key int,
    @sales_amount decimal(19, 4),
    @customer_key int = 21
AS
INSERT INTO gold.fact_order_lines (
    order_date,
    order_date_key,
    customer_key,
    product_key,
    store_key,
    source_system,
    order_id,
    quantity,
    sales_amount
)
VALUES ('20170101', 20170101, @customer_key, @product_key, 41, N'journey', N'1', 2, @sales_amount);
GO
CREATE PROCEDURE test_gold_sales.[test without facts the views are empty]
AS
EXEC tSQLt.AssertEmptyTable @TableName = N'gold.sales';
EXEC tSQLt.AssertEmptyTable @TableName = N'gold.sales_by_department';
EXEC tSQLt.AssertEmptyTable @TableName = N'gold.sales_by_month';
GO
CREATE PROCEDURE test_gold_sales.[test a line has business names and keeps unknown members]
AS
EXEC test_gold_sales.sell @product_key = 31, @sales_amount = 2.5;
EXEC test_gold_sales.sell @product_key = 33, @sales_amount = 1, @customer_key = -1;
SELECT
    sales.[Source],
    sales.[Order],
    sales.[Month],
    sales.[Store],
    sales.[Age Band],
    sales.[Department],
    sales.[Quantity],
    sales.[Sales]
INTO #actual
FROM gold.sales AS sales;

SELECT TOP (0) * INTO #expected FROM #actual;
INSERT INTO #expected
VALUES
    (N'journey', N'1', N'2017-01', N'Store 30', N'65+', N'GROCERY', 2, 2.5),
    (N'journey', N'1', N'2017-01', N'Store 30', N'Unknown', N'FUEL', 2, 1);
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_gold_sales.[test departments total their products]
AS
EXEC test_gold_sales.sell @product_key = 31, @sales_amount = 2.5;
EXEC test_gold_sales.sell @product_key = 31, @sales_amount = 2.5;
EXEC test_gold_sales.sell @product_key = 32, @sales_amount = 1;
EXEC test_gold_sales.sell @product_key = 33, @sales_amount = 9;
SELECT
    totals.department,
    totals.order_line_count,
    totals.product_count,
    totals.quantity,
    totals.sales_amount
INTO #actual
FROM gold.sales_by_department AS totals;

SELECT TOP (0) * INTO #expected FROM #actual;
INSERT INTO #expected VALUES (N'GROCERY', 3, 2, 6, 6), (N'FUEL', 1, 1, 2, 9);
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_gold_sales.[test months total their days]
AS
INSERT INTO gold.daily_sales (order_date_key, store_key, order_count, order_line_count, quantity, sales_amount)
VALUES (20170101, 41, 1, 2, 3, 4), (20170131, 41, 10, 20, 30, 40), (20170201, 41, 5, 6, 7, 8);
SELECT
    totals.year_month,
    totals.order_count,
    totals.order_line_count,
    totals.quantity,
    totals.sales_amount
INTO #actual
FROM gold.sales_by_month AS totals;

SELECT TOP (0) * INTO #expected FROM #actual;
INSERT INTO #expected VALUES (N'2017-01', 11, 22, 33, 44), (N'2017-02', 5, 6, 7, 8);
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
