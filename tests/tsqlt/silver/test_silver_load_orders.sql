-- silver.load_orders: an order is the total of its lines.
EXEC tSQLt.NewTestClass @ClassName = N'test_silver_load_orders';
GO
CREATE PROCEDURE test_silver_load_orders.SetUp
AS
EXEC tSQLt.FakeTable @TableName = N'ops.batches', @Defaults = 1;
EXEC tSQLt.FakeTable @TableName = N'ops.batch_consumers', @Defaults = 1;
EXEC tSQLt.FakeTable @TableName = N'silver.order_lines', @Identity = 1;
EXEC tSQLt.FakeTable @TableName = N'silver.orders';
GO
-- One order line that batch @batch_id wrote.
CREATE PROCEDURE test_silver_load_orders.write_line
    @batch_id bigint,
    @order_id nvarchar(50) = N'1',
    @product_id nvarchar(50) = N'100',
    @sales_amount decimal(19, 4) = 2.5,
    @ordered_at datetime2(3) = '2017-01-01T12:00:00'
AS
DELETE FROM silver.order_lines WHERE order_id = @order_id AND product_id = @product_id;
INSERT INTO silver.order_lines (
    source_system,
    order_id,
    customer_id,
    product_id,
    store_id,
    ordered_at,
    quantity,
    sales_amount,
    retail_discount_amount,
    coupon_discount_amount,
    coupon_match_discount_amount,
    batch_id
)
VALUES (N'journey', @order_id, N'7', @product_id, N'30', @ordered_at, 2, @sales_amount, 0.1, 0.2, 0.3, @batch_id);
DELETE FROM ops.batches WHERE batch_id = @batch_id;
INSERT INTO ops.batches (batch_id, table_name, run_id, rows_written)
SELECT @batch_id, N'silver.order_lines', 1, COUNT(*)
FROM silver.order_lines AS lines
WHERE lines.batch_id = @batch_id;
GO
-- Loads, and puts "read written rejected" into @counts.
CREATE PROCEDURE test_silver_load_orders.load_orders
    @counts nvarchar(100) = NULL OUTPUT
AS
DECLARE @rows_read bigint;
DECLARE @rows_written bigint;
DECLARE @rows_rejected bigint;
EXEC silver.load_orders
    @run_id = 3,
    @rows_read = @rows_read OUTPUT,
    @rows_written = @rows_written OUTPUT,
    @rows_rejected = @rows_rejected OUTPUT;
SET @counts = CONCAT(@rows_read, N' ', @rows_written, N' ', @rows_rejected);
GO
CREATE PROCEDURE test_silver_load_orders.[test an order totals its lines and has their earliest time]
AS
DECLARE @counts nvarchar(100);
EXEC test_silver_load_orders.write_line @batch_id = 11, @ordered_at = '2017-01-01T12:00:05';
EXEC test_silver_load_orders.write_line @batch_id = 11, @product_id = N'101', @sales_amount = 1.25;
EXEC test_silver_load_orders.load_orders @counts = @counts OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = N'2 1 0', @Actual = @counts;

SELECT
    orders.source_system,
    orders.order_id,
    orders.customer_id,
    orders.store_id,
    orders.ordered_at,
    orders.order_line_count,
    orders.quantity,
    orders.sales_amount,
    orders.retail_discount_amount,
    orders.coupon_discount_amount,
    orders.coupon_match_discount_amount
INTO #actual
FROM silver.orders AS orders;

SELECT TOP (0) * INTO #expected FROM #actual;
INSERT INTO #expected
VALUES (N'journey', N'1', N'7', N'30', '2017-01-01T12:00:00', 2, 4, 3.75, 0.2, 0.4, 0.6);
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_silver_load_orders.[test without new batches there is nothing to do]
AS
DECLARE @counts nvarchar(100);
EXEC test_silver_load_orders.load_orders @counts = @counts OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = N'0 0 0', @Actual = @counts;
GO
CREATE PROCEDURE test_silver_load_orders.[test a second run takes nothing in again]
AS
DECLARE @counts nvarchar(100);
EXEC test_silver_load_orders.write_line @batch_id = 11;
EXEC test_silver_load_orders.load_orders;
EXEC test_silver_load_orders.load_orders @counts = @counts OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = N'0 0 0', @Actual = @counts;
GO
CREATE PROCEDURE test_silver_load_orders.[test a changed line totals its whole order again and no other]
AS
DECLARE @counts nvarchar(100);
EXEC test_silver_load_orders.write_line @batch_id = 11;
EXEC test_silver_load_orders.write_line @batch_id = 11, @product_id = N'101';
EXEC test_silver_load_orders.write_line @batch_id = 11, @order_id = N'2';
EXEC test_silver_load_orders.load_orders;
UPDATE silver.orders SET updated_at = '20200101';
EXEC test_silver_load_orders.write_line @batch_id = 12, @product_id = N'101', @sales_amount = 10;
EXEC test_silver_load_orders.load_orders @counts = @counts OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = N'1 1 0', @Actual = @counts;

SELECT
    orders.order_id,
    orders.sales_amount,
    IIF(orders.updated_at = '20200101', 0, 1) AS is_written
INTO #actual
FROM silver.orders AS orders;

SELECT TOP (0) * INTO #expected FROM #actual;
INSERT INTO #expected VALUES (N'1', 12.5, 1), (N'2', 2.5, 0);
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_silver_load_orders.[test an order whose totals stay the same is not written]
AS
DECLARE @counts nvarchar(100);
EXEC test_silver_load_orders.write_line @batch_id = 11;
EXEC test_silver_load_orders.load_orders;
EXEC test_silver_load_orders.write_line @batch_id = 12;
EXEC test_silver_load_orders.load_orders @counts = @counts OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = N'1 0 0', @Actual = @counts;
GO
CREATE PROCEDURE test_silver_load_orders.[test what was taken in and written is recorded]
AS
EXEC test_silver_load_orders.write_line @batch_id = 11;
EXEC test_silver_load_orders.load_orders;
SELECT consumers.consumer, consumers.batch_id, written.rows_written
INTO #actual
FROM ops.batch_consumers AS consumers
CROSS JOIN ops.batches AS written
WHERE written.table_name = N'silver.orders';

SELECT TOP (0) * INTO #expected FROM #actual;
INSERT INTO #expected VALUES (N'silver.orders', 11, 1);
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_silver_load_orders.[test lines of another source are passed over once for all]
AS
DECLARE @counts nvarchar(100);
EXEC test_silver_load_orders.write_line @batch_id = 11;
UPDATE silver.order_lines SET source_system = N'shop';
EXEC test_silver_load_orders.load_orders @counts = @counts OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = N'0 0 0', @Actual = @counts;
EXEC tSQLt.AssertEmptyTable @TableName = N'silver.orders';
SELECT consumers.consumer, consumers.batch_id
INTO #actual
FROM ops.batch_consumers AS consumers;

SELECT TOP (0) * INTO #expected FROM #actual;
INSERT INTO #expected VALUES (N'silver.orders', 11);
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_silver_load_orders.[test a lock that cannot be had reaches the caller]
AS
EXEC tSQLt.SpyProcedure
    @ProcedureName = N'ops.lock_target',
    @CommandToExecute = N'THROW 51002, N''ops.lock_target: held'', 1;';
EXEC tSQLt.ExpectException @ExpectedErrorNumber = 51002;
EXEC silver.load_orders @run_id = 3;
GO
--[@tSQLt:NoTransaction](DEFAULT)
CREATE PROCEDURE test_silver_load_orders.[test a failure at the end leaves everything as it was]
AS
DECLARE @number int = 0;
EXEC test_silver_load_orders.write_line @batch_id = 11;
EXEC tSQLt.SpyProcedure
    @ProcedureName = N'ops.finish_batch',
    @CommandToExecute = N'THROW 51999, N''no luck today'', 1;';

BEGIN TRY
    EXEC silver.load_orders @run_id = 3;
END TRY
BEGIN CATCH
    SET @number = ERROR_NUMBER();
END CATCH;

EXEC tSQLt.AssertEquals @Expected = 51999, @Actual = @number;
EXEC tSQLt.AssertEquals @Expected = 0, @Actual = @@TRANCOUNT;
EXEC tSQLt.AssertEmptyTable @TableName = N'silver.orders';
EXEC tSQLt.AssertEmptyTable @TableName = N'ops.batch_consumers';
GO
