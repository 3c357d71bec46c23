-- gold.refresh_daily_sales: whole days again, and only those that have changed.
EXEC tSQLt.NewTestClass @ClassName = N'test_gold_refresh_daily_sales';
GO
CREATE PROCEDURE test_gold_refresh_daily_sales.SetUp
AS
EXEC tSQLt.FakeTable @TableName = N'ops.batches', @Defaults = 1;
EXEC tSQLt.FakeTable @TableName = N'ops.batch_consumers', @Defaults = 1;
EXEC tSQLt.FakeTable @TableName = N'ops.batch_dates';
EXEC tSQLt.FakeTable @TableName = N'gold.fact_order_lines';
EXEC tSQLt.FakeTable @TableName = N'gold.daily_sales';
GO
-- Batch @batch_id adds a line to a day.
CREATE PROCEDURE test_gold_refresh_daily_sales.write_fact
    @batch_id bigint,
    @order_date date = '20170101',
    @order_id nvarchar(50) = N'1',
    @store_key int = 41,
    @sales_amount decimal(19, 4) = 2.5
AS
INSERT INTO gold.fact_order_lines (
    order_date,
    order_date_key,
    store_key,
    order_id,
    quantity,
    sales_amount,
    retail_discount_amount,
    coupon_discount_amount,
    coupon_match_discount_amount,
    batch_id
)
VALUES (
    @order_date, CONVERT(int, CONVERT(char(8), @order_date, 112)), @store_key, @order_id, 2, @sales_amount, 0.1, 0.2,
    0.3, @batch_id
);
DELETE FROM ops.batches WHERE batch_id = @batch_id;
INSERT INTO ops.batches (batch_id, table_name, run_id, rows_written)
VALUES (@batch_id, N'gold.fact_order_lines', 1, 1);
INSERT INTO ops.batch_dates (batch_id, affected_date) VALUES (@batch_id, @order_date);
GO
-- Loads, and puts "read written rejected" into @counts.
CREATE PROCEDURE test_gold_refresh_daily_sales.refresh
    @counts nvarchar(100) = NULL OUTPUT
AS
DECLARE @rows_read bigint;
DECLARE @rows_written bigint;
DECLARE @rows_rejected bigint;
EXEC gold.refresh_daily_sales
    @run_id = 3,
    @rows_read = @rows_read OUTPUT,
    @rows_written = @rows_written OUTPUT,
    @rows_rejected = @rows_rejected OUTPUT;
SET @counts = CONCAT(@rows_read, N' ', @rows_written, N' ', @rows_rejected);
GO
CREATE PROCEDURE test_gold_refresh_daily_sales.[test without new batches there is nothing to do]
AS
DECLARE @counts nvarchar(100);
EXEC test_gold_refresh_daily_sales.refresh @counts = @counts OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = N'0 0 0', @Actual = @counts;
GO
CREATE PROCEDURE test_gold_refresh_daily_sales.[test a second run takes nothing in again]
AS
DECLARE @counts nvarchar(100);
EXEC test_gold_refresh_daily_sales.write_fact @batch_id = 11;
EXEC test_gold_refresh_daily_sales.refresh;
EXEC test_gold_refresh_daily_sales.refresh @counts = @counts OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = N'0 0 0', @Actual = @counts;
GO
CREATE PROCEDURE test_gold_refresh_daily_sales.[test a lock that cannot be had reaches the caller]
AS
EXEC tSQLt.SpyProcedure
    @ProcedureName = N'ops.lock_target',
    @CommandToExecute = N'THROW 51002, N''ops.lock_target: held'', 1;';
EXEC tSQLt.ExpectException @ExpectedErrorNumber = 51002;
EXEC gold.refresh_daily_sales @run_id = 3;
GO
--[@tSQLt:NoTransaction](DEFAULT)
CREATE PROCEDURE test_gold_refresh_daily_sales.[test a failure at the end leaves everything as it was]
AS
DECLARE @number int = 0;
EXEC test_gold_refresh_daily_sales.write_fact @batch_id = 11;
EXEC tSQLt.SpyProcedure
    @ProcedureName = N'ops.finish_batch',
    @CommandToExecute = N'THROW 51999, N''no luck today'', 1;';

BEGIN TRY
    EXEC gold.refresh_daily_sales @run_id = 3;
END TRY
BEGIN CATCH
    SET @number = ERROR_NUMBER();
END CATCH;

EXEC tSQLt.AssertEquals @Expected = 51999, @Actual = @number;
EXEC tSQLt.AssertEquals @Expected = 0, @Actual = @@TRANCOUNT;
EXEC tSQLt.AssertEmptyTable @TableName = N'gold.daily_sales';
EXEC tSQLt.AssertEmptyTable @TableName = N'ops.batch_consumers';
GO
CREATE PROCEDURE test_gold_refresh_daily_sales.[test a day is totalled by store]
AS
EXEC test_gold_refresh_daily_sales.write_fact @batch_id = 11;
EXEC test_gold_refresh_daily_sales.write_fact @batch_id = 11, @sales_amount = 1;
EXEC test_gold_refresh_daily_sales.write_fact @batch_id = 11, @order_id = N'2';
EXEC test_gold_refresh_daily_sales.write_fact @batch_id = 11, @store_key = 42;
EXEC test_gold_refresh_daily_sales.refresh;
SELECT
    daily.order_date,
    daily.order_date_key,
    daily.store_key,
    daily.order_count,
    daily.order_line_count,
    daily.quantity,
    daily.sales_amount,
    daily.retail_discount_amount,
    daily.coupon_discount_amount,
    daily.coupon_match_discount_amount
INTO #actual
FROM gold.daily_sales AS daily;

SELECT TOP (0) * INTO #expected FROM #actual;
INSERT INTO #expected
VALUES
    ('20170101', 20170101, 41, 2, 3, 6, 6, 0.3, 0.6, 0.9),
    ('20170101', 20170101, 42, 1, 1, 2, 2.5, 0.1, 0.2, 0.3);
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_gold_refresh_daily_sales.[test only days that have changed are computed again]
AS
DECLARE @counts nvarchar(100);
EXEC test_gold_refresh_daily_sales.write_fact @batch_id = 11;
EXEC test_gold_refresh_daily_sales.write_fact @batch_id = 12, @order_date = '20170102';
EXEC test_gold_refresh_daily_sales.refresh;
UPDATE gold.daily_sales SET sales_amount = -1;
EXEC test_gold_refresh_daily_sales.write_fact @batch_id = 13, @order_date = '20170102';
EXEC test_gold_refresh_daily_sales.refresh @counts = @counts OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = N'1 1 0', @Actual = @counts;
SELECT daily.order_date, daily.sales_amount INTO #actual FROM gold.daily_sales AS daily;
SELECT TOP (0) * INTO #expected FROM #actual;
INSERT INTO #expected VALUES ('20170101', -1), ('20170102', 5);
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_gold_refresh_daily_sales.[test a day that lost its last line is gone]
AS
EXEC test_gold_refresh_daily_sales.write_fact @batch_id = 11;
EXEC test_gold_refresh_daily_sales.refresh;
DELETE FROM gold.fact_order_lines;
INSERT INTO ops.batches (batch_id, table_name, run_id, rows_written) VALUES (12, N'gold.fact_order_lines', 1, 1);
INSERT INTO ops.batch_dates (batch_id, affected_date) VALUES (12, '20170101');
EXEC test_gold_refresh_daily_sales.refresh;
EXEC tSQLt.AssertEmptyTable @TableName = N'gold.daily_sales';
GO
