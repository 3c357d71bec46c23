-- silver.load_shop_orders: orders that nothing speaks against, with the totals of their lines.
EXEC tSQLt.NewTestClass @ClassName = N'test_silver_load_shop_orders';
GO
CREATE PROCEDURE test_silver_load_shop_orders.SetUp
AS
EXEC tSQLt.FakeTable @TableName = N'ops.files', @Defaults = 1;
EXEC tSQLt.FakeTable @TableName = N'ops.batches', @Defaults = 1;
EXEC tSQLt.FakeTable @TableName = N'ops.batch_consumers', @Defaults = 1;
EXEC tSQLt.FakeTable @TableName = N'ops.quarantine', @Identity = 1, @Defaults = 1;
EXEC tSQLt.FakeTable @TableName = N'silver.shop_orders_records';
EXEC tSQLt.FakeTable @TableName = N'silver.shop_order_items_records';
EXEC tSQLt.FakeTable @TableName = N'silver.order_lines';
EXEC tSQLt.FakeTable @TableName = N'silver.customers';
EXEC tSQLt.FakeTable @TableName = N'silver.orders', @Defaults = 1;
INSERT INTO silver.customers (source_system, customer_id, country) VALUES (N'shop', N'C-1', N'DE'), (N'journey', N'C-1', N'FR');
INSERT INTO silver.orders (source_system, order_id) VALUES (N'journey', N'O-1');
INSERT INTO silver.order_lines (source_system, order_id, quantity, sales_amount) VALUES (N'journey', N'O-1', 100, 100);
GO
-- A load of @table_name, by its number; negative ones are those of tests.
CREATE PROCEDURE test_silver_load_shop_orders.announce
    @batch_id bigint,
    @table_name nvarchar(300)
AS
IF NOT EXISTS (
    SELECT 1 FROM ops.batches AS batches WHERE batches.batch_id = @batch_id AND batches.table_name = @table_name
)
    INSERT INTO ops.batches (batch_id, table_name, run_id, rows_written) VALUES (@batch_id, @table_name, 1, 1);
GO
-- A record of an order, as line @line_number of file 1, and what other tables say of it.
CREATE PROCEDURE test_silver_load_shop_orders.write_order
    @line_number bigint = 2,
    @order_id nvarchar(50) = N'O-1',
    @customer_id nvarchar(50) = N'C-1',
    @ordered_at datetime2(3) = '2025-03-07T10:00:00',
    @status nvarchar(20) = N'paid',
    @currency nvarchar(3) = N'USD',
    @ship_country nvarchar(2) = NULL,
    @line_count int = 1,
    @order_total decimal(19, 4) = 10,
    @standing nvarchar(20) = N'best',
    @judged_rule_name nvarchar(100) = NULL,
    @batch_id bigint = -1
AS
DELETE FROM silver.shop_orders_records WHERE line_number = @line_number;
INSERT INTO silver.shop_orders_records (
    file_id, line_number, order_id, customer_id, ordered_at, status, currency, channel, ship_country, line_count,
    order_total, updated_at, value_hash, standing, judged_rule_name, records_batch_id, judged_batch_id
)
VALUES (
    1, @line_number, @order_id, @customer_id, @ordered_at, @status, @currency, N'web', @ship_country, @line_count,
    @order_total, '2025-03-07T12:00:00', HASHBYTES('SHA2_256', CONCAT(@order_total, @status, @customer_id)), @standing,
    @judged_rule_name, @batch_id, @batch_id
);
EXEC test_silver_load_shop_orders.announce @batch_id = @batch_id, @table_name = N'silver.shop_orders_judged';
GO
-- A line of an order, as it is current.
CREATE PROCEDURE test_silver_load_shop_orders.write_line
    @order_id nvarchar(50) = N'O-1',
    @order_line_number int = 1,
    @quantity int = 2,
    @sales_amount decimal(19, 4) = 10.5,
    @batch_id bigint = -2
AS
DELETE FROM silver.order_lines WHERE order_id = @order_id AND order_line_number = @order_line_number;
INSERT INTO silver.order_lines (source_system, order_id, order_line_number, quantity, sales_amount, batch_id)
VALUES (N'shop', @order_id, @order_line_number, @quantity, @sales_amount, @batch_id);
EXEC test_silver_load_shop_orders.announce @batch_id = @batch_id, @table_name = N'silver.order_lines';
GO
-- The orders as one text: "order lines quantity amount in USD, …".
CREATE PROCEDURE test_silver_load_shop_orders.assert_orders
    @expected nvarchar(4000)
AS
DECLARE @actual nvarchar(4000) = (
    SELECT STRING_AGG(
        CONCAT(orders.order_id, N' ', orders.order_line_count, N' ', orders.quantity, N' ', orders.sales_amount), N', '
    ) WITHIN GROUP (ORDER BY orders.order_id)
    FROM silver.orders AS orders
    WHERE orders.source_system = N'shop'
);
EXEC tSQLt.AssertEqualsString @Expected = @expected, @Actual = @actual;
GO
-- Loads, and puts "read written rejected" into @counts.
CREATE PROCEDURE test_silver_load_shop_orders.run_load
    @counts nvarchar(100) = NULL OUTPUT
AS
DECLARE @rows_read bigint;
DECLARE @rows_written bigint;
DECLARE @rows_rejected bigint;
EXEC silver.load_shop_orders
    @run_id = 3,
    @rows_read = @rows_read OUTPUT,
    @rows_written = @rows_written OUTPUT,
    @rows_rejected = @rows_rejected OUTPUT;
SET @counts = CONCAT(@rows_read, N' ', @rows_written, N' ', @rows_rejected);
GO
CREATE PROCEDURE test_silver_load_shop_orders.[test an order has the values of its record and the totals of its lines]
AS
DECLARE @counts nvarchar(100);
EXEC test_silver_load_shop_orders.write_order @currency = N'EUR', @status = N'shipped', @ship_country = N'US';
EXEC test_silver_load_shop_orders.write_line;
EXEC test_silver_load_shop_orders.write_line @order_line_number = 2, @sales_amount = 1.25;
EXEC test_silver_load_shop_orders.run_load @counts = @counts OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = N'1 1 0', @Actual = @counts;

SELECT
    orders.order_id,
    orders.customer_id,
    orders.store_id,
    orders.ordered_at,
    orders.order_status,
    orders.is_cancelled,
    orders.currency,
    orders.ship_country,
    orders.is_ship_country_imputed,
    orders.order_total_amount,
    orders.order_line_count,
    orders.quantity,
    orders.sales_amount,
    orders.source_updated_at,
    orders.file_id,
    orders.line_number
INTO #actual
FROM silver.orders AS orders
WHERE orders.source_system = N'shop';

SELECT TOP (0) * INTO #expected FROM #actual;
INSERT INTO #expected
VALUES (
    N'O-1', N'C-1', N'web', '2025-03-07T10:00:00', N'shipped', 0, N'EUR', N'US', 0, 10, 2, 4, 11.75,
    '2025-03-07T12:00:00', 1, 2
);
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_silver_load_shop_orders.[test an order without lines has totals of 0]
AS
EXEC test_silver_load_shop_orders.write_order;
EXEC test_silver_load_shop_orders.run_load;
EXEC test_silver_load_shop_orders.assert_orders @expected = N'O-1 0 0 0.0000';
GO
CREATE PROCEDURE test_silver_load_shop_orders.[test a missing country is that of the customer, says so and follows it]
AS
DECLARE @counts nvarchar(100);
EXEC test_silver_load_shop_orders.write_order @line_number = 2, @order_id = N'O-1';
EXEC test_silver_load_shop_orders.write_order @line_number = 3, @order_id = N'O-2', @ship_country = N'US';
EXEC test_silver_load_shop_orders.run_load;
SELECT orders.order_id, orders.ship_country, orders.is_ship_country_imputed
INTO #actual
FROM silver.orders AS orders
WHERE orders.source_system = N'shop';

SELECT TOP (0) * INTO #expected FROM #actual;
INSERT INTO #expected VALUES (N'O-1', N'DE', 1), (N'O-2', N'US', 0);
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';

UPDATE silver.customers SET country = N'CH', batch_id = -5 WHERE source_system = N'shop';
EXEC test_silver_load_shop_orders.announce @batch_id = -5, @table_name = N'silver.customers';
EXEC test_silver_load_shop_orders.run_load @counts = @counts OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = N'1 1 0', @Actual = @counts;
DECLARE @country nvarchar(2) = (
    SELECT orders.ship_country FROM silver.orders AS orders WHERE orders.source_system = N'shop' AND orders.order_id = N'O-1'
);
EXEC tSQLt.AssertEqualsString @Expected = N'CH', @Actual = @country;
GO
CREATE PROCEDURE test_silver_load_shop_orders.[test a cancelled order is an order that was cancelled]
AS
EXEC test_silver_load_shop_orders.write_order @status = N'cancelled';
EXEC test_silver_load_shop_orders.run_load;
DECLARE @cancelled int = (SELECT COUNT(*) FROM silver.orders AS orders WHERE orders.is_cancelled = 1);
EXEC tSQLt.AssertEquals @Expected = 1, @Actual = @cancelled;
GO
CREATE PROCEDURE test_silver_load_shop_orders.[test only best records that nothing speaks against are orders]
AS
EXEC test_silver_load_shop_orders.write_order @line_number = 2, @order_id = N'O-1', @judged_rule_name = N'no_rate';
EXEC test_silver_load_shop_orders.write_order @line_number = 3, @order_id = N'O-2', @standing = N'superseded';
EXEC test_silver_load_shop_orders.write_order @line_number = 4, @order_id = N'O-2', @order_total = 11;
EXEC test_silver_load_shop_orders.write_order @line_number = 5, @order_id = N'O-3', @standing = N'superseded_by_file';
EXEC test_silver_load_shop_orders.run_load;
EXEC test_silver_load_shop_orders.assert_orders @expected = N'O-2 0 0 0.0000';
GO
CREATE PROCEDURE test_silver_load_shop_orders.[test an order that turns bad is removed, those of other sources stay]
AS
DECLARE @counts nvarchar(100);
EXEC test_silver_load_shop_orders.write_order;
EXEC test_silver_load_shop_orders.run_load;
EXEC test_silver_load_shop_orders.write_order @judged_rule_name = N'no_rate', @batch_id = -4;
EXEC test_silver_load_shop_orders.run_load @counts = @counts OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = N'1 1 0', @Actual = @counts;
SELECT orders.source_system, orders.order_id INTO #actual FROM silver.orders AS orders;
SELECT TOP (0) * INTO #expected FROM #actual;
INSERT INTO #expected VALUES (N'journey', N'O-1');
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_silver_load_shop_orders.[test lines that came, changed or went total their order again, totals that stay the same are not written]
AS
DECLARE @counts nvarchar(100);
EXEC test_silver_load_shop_orders.write_order;
EXEC test_silver_load_shop_orders.write_line;
EXEC test_silver_load_shop_orders.run_load;
EXEC test_silver_load_shop_orders.write_line @order_line_number = 2, @batch_id = -4;
EXEC test_silver_load_shop_orders.run_load;
EXEC test_silver_load_shop_orders.assert_orders @expected = N'O-1 2 4 21.0000';

DELETE FROM silver.order_lines WHERE source_system = N'shop' AND order_line_number = 1;
INSERT INTO silver.shop_order_items_records (order_id, line_no, standing, judged_batch_id) VALUES (N'O-1', 1, N'superseded_by_file', -5);
EXEC test_silver_load_shop_orders.announce @batch_id = -5, @table_name = N'silver.order_lines';
EXEC test_silver_load_shop_orders.run_load @counts = @counts OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = N'1 1 0', @Actual = @counts;
EXEC test_silver_load_shop_orders.assert_orders @expected = N'O-1 1 2 10.5000';

EXEC test_silver_load_shop_orders.write_line @order_line_number = 2, @batch_id = -6;
EXEC test_silver_load_shop_orders.run_load @counts = @counts OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = N'1 0 0', @Actual = @counts;
GO
CREATE PROCEDURE test_silver_load_shop_orders.[test a changed row is as it would be if it were new]
AS
EXEC test_silver_load_shop_orders.write_order;
EXEC test_silver_load_shop_orders.write_line;
EXEC test_silver_load_shop_orders.run_load;
EXEC test_silver_load_shop_orders.write_line @order_line_number = 2, @batch_id = -14;
UPDATE silver.shop_orders_records
SET
    customer_id = N'C-2',
    ordered_at = '20250308',
    status = N'cancelled',
    currency = N'EUR',
    channel = N'app',
    ship_country = N'US',
    shipped_at = '20250309',
    delivered_at = '20250310',
    order_total = 99,
    updated_at = '2025-03-10T12:00:00',
    line_number = 9,
    value_hash = 0x02,
    judged_batch_id = -14;
EXEC test_silver_load_shop_orders.announce @batch_id = -14, @table_name = N'silver.shop_orders_judged';
EXEC test_silver_load_shop_orders.run_load;
SELECT
    loaded.order_id,
    loaded.customer_id,
    loaded.store_id,
    loaded.ordered_at,
    loaded.order_status,
    loaded.is_cancelled,
    loaded.currency,
    loaded.ship_country,
    loaded.is_ship_country_imputed,
    loaded.shipped_at,
    loaded.delivered_at,
    loaded.order_total_amount,
    loaded.order_line_count,
    loaded.quantity,
    loaded.sales_amount,
    loaded.source_updated_at,
    loaded.row_hash,
    loaded.file_id,
    loaded.line_number
INTO #updated
FROM silver.orders AS loaded
WHERE loaded.source_system = N'shop';

DELETE FROM silver.orders WHERE source_system = N'shop';
UPDATE silver.shop_orders_records SET judged_batch_id = -15;
EXEC test_silver_load_shop_orders.announce @batch_id = -15, @table_name = N'silver.shop_orders_judged';
EXEC test_silver_load_shop_orders.run_load;
SELECT
    loaded.order_id,
    loaded.customer_id,
    loaded.store_id,
    loaded.ordered_at,
    loaded.order_status,
    loaded.is_cancelled,
    loaded.currency,
    loaded.ship_country,
    loaded.is_ship_country_imputed,
    loaded.shipped_at,
    loaded.delivered_at,
    loaded.order_total_amount,
    loaded.order_line_count,
    loaded.quantity,
    loaded.sales_amount,
    loaded.source_updated_at,
    loaded.row_hash,
    loaded.file_id,
    loaded.line_number
INTO #inserted
FROM silver.orders AS loaded
WHERE loaded.source_system = N'shop';

EXEC tSQLt.AssertEqualsTable @Expected = N'#inserted', @Actual = N'#updated';
DECLARE @rows int = (SELECT COUNT(*) FROM #inserted AS loaded WHERE loaded.line_number = 9);
EXEC tSQLt.AssertEquals @Expected = 1, @Actual = @rows;
GO
CREATE PROCEDURE test_silver_load_shop_orders.[test without new batches there is nothing to do]
AS
DECLARE @counts nvarchar(100);
EXEC test_silver_load_shop_orders.run_load @counts = @counts OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = N'0 0 0', @Actual = @counts;
GO
CREATE PROCEDURE test_silver_load_shop_orders.[test a second run takes nothing in again]
AS
DECLARE @counts nvarchar(100);
EXEC test_silver_load_shop_orders.write_order;
EXEC test_silver_load_shop_orders.run_load;
EXEC test_silver_load_shop_orders.run_load @counts = @counts OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = N'0 0 0', @Actual = @counts;
DECLARE @written int = (SELECT COUNT(*) FROM ops.batches AS batches WHERE batches.table_name = N'silver.orders' AND batches.batch_id > 0);
EXEC tSQLt.AssertEquals @Expected = 1, @Actual = @written;
GO
CREATE PROCEDURE test_silver_load_shop_orders.[test a lock that cannot be had reaches the caller]
AS
EXEC tSQLt.SpyProcedure
    @ProcedureName = N'ops.lock_target',
    @CommandToExecute = N'THROW 51002, N''ops.lock_target: held'', 1;';
EXEC tSQLt.ExpectException @ExpectedErrorNumber = 51002;
EXEC silver.load_shop_orders @run_id = 3;
GO
--[@tSQLt:NoTransaction](DEFAULT)
CREATE PROCEDURE test_silver_load_shop_orders.[test a failure at the end leaves everything as it was]
AS
DECLARE @number int = 0;
EXEC test_silver_load_shop_orders.write_order;
EXEC tSQLt.SpyProcedure
    @ProcedureName = N'ops.finish_batch',
    @CommandToExecute = N'THROW 51999, N''no luck today'', 1;';

BEGIN TRY
    EXEC silver.load_shop_orders @run_id = 3;
END TRY
BEGIN CATCH
    SET @number = ERROR_NUMBER();
END CATCH;

EXEC tSQLt.AssertEquals @Expected = 51999, @Actual = @number;
EXEC tSQLt.AssertEquals @Expected = 0, @Actual = @@TRANCOUNT;
EXEC test_silver_load_shop_orders.assert_orders @expected = NULL;
EXEC tSQLt.AssertEmptyTable @TableName = N'ops.batch_consumers';
GO
--[@tSQLt:NoTransaction](DEFAULT)
CREATE PROCEDURE test_silver_load_shop_orders.[test what succeeds outside a transaction is committed]
AS
EXEC test_silver_load_shop_orders.write_order;
EXEC silver.load_shop_orders @run_id = 3;
DECLARE @taken_in int = (SELECT COUNT(*) FROM ops.batch_consumers AS consumers WHERE consumers.consumer = N'silver.orders');
EXEC tSQLt.AssertEquals @Expected = 0, @Actual = @@TRANCOUNT;
EXEC tSQLt.AssertNotEquals @Expected = 0, @Actual = @taken_in;
GO
