-- silver.check_shop_orders: which orders other tables speak against, and when that is asked again.
EXEC tSQLt.NewTestClass @ClassName = N'test_silver_check_shop_orders';
GO
CREATE PROCEDURE test_silver_check_shop_orders.SetUp
AS
EXEC tSQLt.FakeTable @TableName = N'ops.files', @Defaults = 1;
EXEC tSQLt.FakeTable @TableName = N'ops.batches', @Defaults = 1;
EXEC tSQLt.FakeTable @TableName = N'ops.batch_consumers', @Defaults = 1;
EXEC tSQLt.FakeTable @TableName = N'ops.quarantine', @Identity = 1, @Defaults = 1;
EXEC tSQLt.FakeTable @TableName = N'bronze.shop_orders';
EXEC tSQLt.FakeTable @TableName = N'bronze.shop_order_items';
EXEC tSQLt.FakeTable @TableName = N'silver.shop_orders_records';
EXEC tSQLt.FakeTable @TableName = N'silver.shop_order_items_records';
EXEC tSQLt.FakeTable @TableName = N'silver.shop_customers_records';
EXEC tSQLt.FakeTable @TableName = N'silver.shop_products_records';
EXEC tSQLt.FakeTable @TableName = N'silver.customers';
EXEC tSQLt.FakeTable @TableName = N'silver.products';
EXEC tSQLt.FakeTable @TableName = N'silver.currency_rates';
INSERT INTO ops.files (file_id, path) VALUES (1, N'orders.csv');
INSERT INTO silver.customers (source_system, customer_id) VALUES (N'shop', N'C-1'), (N'journey', N'C-2');
INSERT INTO silver.products (source_system, product_id) VALUES (N'shop', N'P-1'), (N'journey', N'P-2');
INSERT INTO silver.currency_rates (source_system, currency, rate_date, rate)
VALUES (N'shop', N'EUR', '20250307', 1.1), (N'journey', N'GBP', '20250101', 1.2);
GO
-- A load of @table_name, by its number; negative ones are those of tests.
CREATE PROCEDURE test_silver_check_shop_orders.announce
    @batch_id bigint,
    @table_name nvarchar(300)
AS
IF NOT EXISTS (
    SELECT 1 FROM ops.batches AS batches WHERE batches.batch_id = @batch_id AND batches.table_name = @table_name
)
    INSERT INTO ops.batches (batch_id, table_name, run_id, rows_written) VALUES (@batch_id, @table_name, 1, 1);
GO
-- A record of an order, as line @line_number of file 1, and what other tables say of it.
CREATE PROCEDURE test_silver_check_shop_orders.write_order
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
    order_total, updated_at, value_hash, standing, judged_rule_name, records_batch_id
)
VALUES (
    1, @line_number, @order_id, @customer_id, @ordered_at, @status, @currency, N'web', @ship_country, @line_count,
    @order_total, '2025-03-07T12:00:00', HASHBYTES('SHA2_256', CONCAT(@order_total, @status, @customer_id)), @standing,
    @judged_rule_name, @batch_id
);
DELETE FROM bronze.shop_orders WHERE line_number = @line_number;
INSERT INTO bronze.shop_orders (file_id, line_number, raw_text) VALUES (1, @line_number, CONCAT(N'line ', @line_number));
EXEC test_silver_check_shop_orders.announce @batch_id = @batch_id, @table_name = N'silver.shop_orders_records';
GO
-- A record of an order's line, as line @line_number of file 2.
CREATE PROCEDURE test_silver_check_shop_orders.write_item
    @line_number bigint = 2,
    @order_id nvarchar(50) = N'O-1',
    @line_no int = 1,
    @product_id nvarchar(50) = N'P-1',
    @quantity int = 1,
    @unit_price decimal(19, 4) = 10,
    @discount decimal(19, 4) = NULL,
    @standing nvarchar(20) = N'best',
    @batch_id bigint = -2
AS
DELETE FROM silver.shop_order_items_records WHERE line_number = @line_number;
DELETE FROM bronze.shop_order_items WHERE line_number = @line_number;
INSERT INTO bronze.shop_order_items (file_id, line_number, raw_text) VALUES (2, @line_number, CONCAT(N'line ', @line_number));
INSERT INTO silver.shop_order_items_records (
    file_id, line_number, order_id, line_no, product_id, quantity, unit_price, discount, updated_at, value_hash, standing,
    records_batch_id
)
VALUES (
    2, @line_number, @order_id, @line_no, @product_id, @quantity, @unit_price, @discount, '2025-03-07T12:00:00',
    HASHBYTES('SHA2_256', CONCAT(@quantity, N' ', @unit_price, N' ', @discount, N' ', @product_id)), @standing, @batch_id
);
EXEC test_silver_check_shop_orders.announce @batch_id = @batch_id, @table_name = N'silver.shop_order_items_records';
GO
-- Loads, and puts "read written rejected" into @counts.
CREATE PROCEDURE test_silver_check_shop_orders.run_load
    @counts nvarchar(100) = NULL OUTPUT
AS
DECLARE @rows_read bigint;
DECLARE @rows_written bigint;
DECLARE @rows_rejected bigint;
EXEC silver.check_shop_orders
    @run_id = 3,
    @rows_read = @rows_read OUTPUT,
    @rows_written = @rows_written OUTPUT,
    @rows_rejected = @rows_rejected OUTPUT;
SET @counts = CONCAT(@rows_read, N' ', @rows_written, N' ', @rows_rejected);
GO
-- The judgement of each order as one text: "order rule, …".
CREATE PROCEDURE test_silver_check_shop_orders.assert_rules
    @expected nvarchar(4000)
AS
DECLARE @actual nvarchar(4000) = (
    SELECT STRING_AGG(CONCAT(records.order_id, N' ', ISNULL(records.judged_rule_name, N'good')), N', ')
        WITHIN GROUP (ORDER BY records.order_id, records.line_number)
    FROM silver.shop_orders_records AS records
);
EXEC tSQLt.AssertEqualsString @Expected = @expected, @Actual = @actual;
GO
-- The quarantine as one text: "line rule status, …".
CREATE PROCEDURE test_silver_check_shop_orders.assert_quarantine
    @expected nvarchar(4000)
AS
DECLARE @actual nvarchar(4000) = (
    SELECT STRING_AGG(CONCAT(quarantine.line_number, N' ', quarantine.rule_name, N' ', quarantine.status), N', ')
        WITHIN GROUP (ORDER BY quarantine.line_number, quarantine.quarantine_id)
    FROM ops.quarantine AS quarantine
    WHERE quarantine.table_name = N'silver.orders'
);
EXEC tSQLt.AssertEqualsString @Expected = @expected, @Actual = @actual;
GO
CREATE PROCEDURE test_silver_check_shop_orders.[test an order that nothing speaks against is good]
AS
DECLARE @counts nvarchar(100);
EXEC test_silver_check_shop_orders.write_order;
EXEC test_silver_check_shop_orders.run_load @counts = @counts OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = N'1 1 0', @Actual = @counts;
EXEC test_silver_check_shop_orders.assert_rules @expected = N'O-1 good';
EXEC tSQLt.AssertEmptyTable @TableName = N'ops.quarantine';
DECLARE @told int = (
    SELECT COUNT(*)
    FROM silver.shop_orders_records AS records
    INNER JOIN ops.batches AS batches ON batches.batch_id = records.judged_batch_id
    WHERE batches.table_name = N'silver.shop_orders_judged'
);
EXEC tSQLt.AssertEquals @Expected = 1, @Actual = @told;
GO
CREATE PROCEDURE test_silver_check_shop_orders.[test an order of a customer that the shop does not know is quarantined]
AS
DECLARE @counts nvarchar(100);
EXEC test_silver_check_shop_orders.write_order @customer_id = N'C-2';
EXEC test_silver_check_shop_orders.run_load @counts = @counts OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = N'1 2 1', @Actual = @counts;
EXEC test_silver_check_shop_orders.assert_rules @expected = N'O-1 unknown_key:customer_id';

SELECT quarantine.run_id, quarantine.file_path, quarantine.table_name, quarantine.line_number, quarantine.reason, quarantine.raw_text
INTO #actual
FROM ops.quarantine AS quarantine;

SELECT TOP (0) * INTO #expected FROM #actual;
INSERT INTO #expected VALUES (3, N'orders.csv', N'silver.orders', 2, N'customer_id is not known: C-2', N'line 2');
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_silver_check_shop_orders.[test an order needs a rate on its day or before, USD needs none]
AS
EXEC test_silver_check_shop_orders.write_order @line_number = 2, @order_id = N'O-1', @currency = N'EUR', @ordered_at = '2025-03-06T23:59:59';
EXEC test_silver_check_shop_orders.write_order @line_number = 3, @order_id = N'O-2', @currency = N'EUR', @ordered_at = '2025-03-07T00:00:00';
EXEC test_silver_check_shop_orders.write_order @line_number = 4, @order_id = N'O-3', @currency = N'EUR', @ordered_at = '2025-04-01T00:00:00';
EXEC test_silver_check_shop_orders.write_order @line_number = 5, @order_id = N'O-4', @currency = N'GBP';
EXEC test_silver_check_shop_orders.write_order @line_number = 6, @order_id = N'O-5', @currency = N'USD', @ordered_at = '2020-01-01T00:00:00';
EXEC test_silver_check_shop_orders.run_load;
EXEC test_silver_check_shop_orders.assert_rules @expected = N'O-1 no_rate, O-2 good, O-3 good, O-4 no_rate, O-5 good';
DECLARE @problem nvarchar(2048) = (
    SELECT records.judged_problem FROM silver.shop_orders_records AS records WHERE records.order_id = N'O-1'
);
EXEC tSQLt.AssertEqualsString @Expected = N'there is no rate of EUR on 2025-03-06', @Actual = @problem;
GO
CREATE PROCEDURE test_silver_check_shop_orders.[test the total of a complete order must be that of its lines]
AS
EXEC test_silver_check_shop_orders.write_order @line_count = 2, @order_total = 25.5;
EXEC test_silver_check_shop_orders.write_item @line_number = 2, @quantity = 2, @discount = 4.5;
EXEC test_silver_check_shop_orders.write_item @line_number = 3, @line_no = 2;
EXEC test_silver_check_shop_orders.write_order @line_number = 3, @order_id = N'O-2', @line_count = 1, @order_total = 10.0001;
EXEC test_silver_check_shop_orders.write_item @line_number = 4, @order_id = N'O-2';
EXEC test_silver_check_shop_orders.run_load;
EXEC test_silver_check_shop_orders.assert_rules @expected = N'O-1 good, O-2 order_total_mismatch';
DECLARE @problem nvarchar(2048) = (
    SELECT records.judged_problem FROM silver.shop_orders_records AS records WHERE records.order_id = N'O-2'
);
EXEC tSQLt.AssertEqualsString @Expected = N'order_total is 10.0001, its lines add up to 10.0000', @Actual = @problem;
GO
CREATE PROCEDURE test_silver_check_shop_orders.[test an order with lines missing, too many or of unknown products is not compared]
AS
EXEC test_silver_check_shop_orders.write_order @line_number = 2, @order_id = N'O-1', @line_count = 2, @order_total = 99;
EXEC test_silver_check_shop_orders.write_item @line_number = 2, @order_id = N'O-1';
EXEC test_silver_check_shop_orders.write_order @line_number = 3, @order_id = N'O-2', @line_count = 1, @order_total = 99;
EXEC test_silver_check_shop_orders.write_item @line_number = 3, @order_id = N'O-2';
EXEC test_silver_check_shop_orders.write_item @line_number = 4, @order_id = N'O-2', @line_no = 2;
EXEC test_silver_check_shop_orders.write_order @line_number = 4, @order_id = N'O-3', @line_count = 1, @order_total = 99;
EXEC test_silver_check_shop_orders.write_item @line_number = 5, @order_id = N'O-3', @product_id = N'P-2';
EXEC test_silver_check_shop_orders.write_order @line_number = 5, @order_id = N'O-4', @line_count = 1, @order_total = 99;
EXEC test_silver_check_shop_orders.write_item @line_number = 6, @order_id = N'O-4', @standing = N'superseded';
EXEC test_silver_check_shop_orders.write_order @line_number = 6, @order_id = N'O-5', @line_count = 1, @order_total = 99;
EXEC test_silver_check_shop_orders.run_load;
EXEC test_silver_check_shop_orders.assert_rules @expected = N'O-1 good, O-2 good, O-3 good, O-4 good, O-5 good';
GO
CREATE PROCEDURE test_silver_check_shop_orders.[test of several rules the first in order is told]
AS
EXEC test_silver_check_shop_orders.write_order @line_number = 2, @customer_id = N'C-9', @currency = N'GBP', @order_total = 99;
EXEC test_silver_check_shop_orders.write_item @line_number = 2;
EXEC test_silver_check_shop_orders.write_order @line_number = 3, @order_id = N'O-2', @currency = N'GBP', @order_total = 99;
EXEC test_silver_check_shop_orders.write_item @line_number = 3, @order_id = N'O-2';
EXEC test_silver_check_shop_orders.run_load;
EXEC test_silver_check_shop_orders.assert_rules @expected = N'O-1 unknown_key:customer_id, O-2 no_rate';
GO
CREATE PROCEDURE test_silver_check_shop_orders.[test only the best record of an order is judged, and what it was quarantined for is released with it]
AS
EXEC test_silver_check_shop_orders.write_order @customer_id = N'C-9';
EXEC test_silver_check_shop_orders.run_load;
EXEC test_silver_check_shop_orders.assert_quarantine @expected = N'2 unknown_key:customer_id open';
UPDATE silver.shop_orders_records
SET standing = N'superseded', judged_rule_name = NULL, records_batch_id = -4;
EXEC test_silver_check_shop_orders.write_order @line_number = 3, @customer_id = N'C-1', @batch_id = -4;
EXEC test_silver_check_shop_orders.run_load;
EXEC test_silver_check_shop_orders.assert_rules @expected = N'O-1 good, O-1 good';
EXEC test_silver_check_shop_orders.assert_quarantine @expected = N'2 unknown_key:customer_id released';
GO
CREATE PROCEDURE test_silver_check_shop_orders.[test a customer that becomes known releases its orders]
AS
DECLARE @counts nvarchar(100);
EXEC test_silver_check_shop_orders.write_order @customer_id = N'C-9';
EXEC test_silver_check_shop_orders.write_order @line_number = 3, @order_id = N'O-2';
EXEC test_silver_check_shop_orders.run_load;
INSERT INTO silver.customers (source_system, customer_id) VALUES (N'shop', N'C-9');
INSERT INTO silver.shop_customers_records (customer_id, standing, judged_batch_id) VALUES (N'C-9', N'best', -5);
EXEC test_silver_check_shop_orders.announce @batch_id = -5, @table_name = N'silver.customers';
EXEC test_silver_check_shop_orders.run_load @counts = @counts OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = N'1 1 0', @Actual = @counts;
EXEC test_silver_check_shop_orders.assert_rules @expected = N'O-1 good, O-2 good';
EXEC test_silver_check_shop_orders.assert_quarantine @expected = N'2 unknown_key:customer_id released';
GO
CREATE PROCEDURE test_silver_check_shop_orders.[test a first rate releases the orders from its day on]
AS
DECLARE @counts nvarchar(100);
EXEC test_silver_check_shop_orders.write_order @line_number = 2, @order_id = N'O-1', @currency = N'GBP';
EXEC test_silver_check_shop_orders.write_order @line_number = 3, @order_id = N'O-2', @currency = N'GBP', @ordered_at = '2025-03-05T10:00:00';
EXEC test_silver_check_shop_orders.run_load;
INSERT INTO silver.currency_rates (source_system, currency, rate_date, rate) VALUES (N'shop', N'GBP', '20250306', 1.3);
EXEC test_silver_check_shop_orders.announce @batch_id = -6, @table_name = N'silver.currency_rates';
EXEC test_silver_check_shop_orders.run_load @counts = @counts OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = N'2 1 1', @Actual = @counts;
EXEC test_silver_check_shop_orders.assert_rules @expected = N'O-1 good, O-2 no_rate';
EXEC test_silver_check_shop_orders.assert_quarantine @expected = N'2 no_rate released, 3 no_rate open';
GO
CREATE PROCEDURE test_silver_check_shop_orders.[test lines and products that come later are compared then]
AS
EXEC test_silver_check_shop_orders.write_order @line_number = 2, @order_id = N'O-1', @order_total = 9;
EXEC test_silver_check_shop_orders.write_order @line_number = 3, @order_id = N'O-2', @order_total = 9;
EXEC test_silver_check_shop_orders.write_item @line_number = 3, @order_id = N'O-2', @product_id = N'P-9';
EXEC test_silver_check_shop_orders.run_load;
EXEC test_silver_check_shop_orders.assert_rules @expected = N'O-1 good, O-2 good';
EXEC test_silver_check_shop_orders.write_item @line_number = 2, @batch_id = -7;
INSERT INTO silver.products (source_system, product_id) VALUES (N'shop', N'P-9');
INSERT INTO silver.shop_products_records (product_id, standing, judged_batch_id) VALUES (N'P-9', N'best', -8);
EXEC test_silver_check_shop_orders.announce @batch_id = -8, @table_name = N'silver.products';
EXEC test_silver_check_shop_orders.run_load;
EXEC test_silver_check_shop_orders.assert_rules @expected = N'O-1 order_total_mismatch, O-2 order_total_mismatch';
GO
CREATE PROCEDURE test_silver_check_shop_orders.[test without new batches there is nothing to do]
AS
DECLARE @counts nvarchar(100);
EXEC test_silver_check_shop_orders.run_load @counts = @counts OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = N'0 0 0', @Actual = @counts;
GO
CREATE PROCEDURE test_silver_check_shop_orders.[test a second run takes nothing in again]
AS
DECLARE @counts nvarchar(100);
EXEC test_silver_check_shop_orders.write_order @customer_id = N'C-9';
EXEC test_silver_check_shop_orders.run_load;
EXEC test_silver_check_shop_orders.run_load @counts = @counts OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = N'0 0 0', @Actual = @counts;
DECLARE @written int = (SELECT COUNT(*) FROM ops.batches AS batches WHERE batches.table_name = N'silver.shop_orders_judged' AND batches.batch_id > 0);
EXEC tSQLt.AssertEquals @Expected = 1, @Actual = @written;
GO
CREATE PROCEDURE test_silver_check_shop_orders.[test a lock that cannot be had reaches the caller]
AS
EXEC tSQLt.SpyProcedure
    @ProcedureName = N'ops.lock_target',
    @CommandToExecute = N'THROW 51002, N''ops.lock_target: held'', 1;';
EXEC tSQLt.ExpectException @ExpectedErrorNumber = 51002;
EXEC silver.check_shop_orders @run_id = 3;
GO
--[@tSQLt:NoTransaction](DEFAULT)
CREATE PROCEDURE test_silver_check_shop_orders.[test a failure at the end leaves everything as it was]
AS
DECLARE @number int = 0;
EXEC test_silver_check_shop_orders.write_order @customer_id = N'C-9';
EXEC tSQLt.SpyProcedure
    @ProcedureName = N'ops.finish_batch',
    @CommandToExecute = N'THROW 51999, N''no luck today'', 1;';

BEGIN TRY
    EXEC silver.check_shop_orders @run_id = 3;
END TRY
BEGIN CATCH
    SET @number = ERROR_NUMBER();
END CATCH;

EXEC tSQLt.AssertEquals @Expected = 51999, @Actual = @number;
EXEC tSQLt.AssertEquals @Expected = 0, @Actual = @@TRANCOUNT;
EXEC test_silver_check_shop_orders.assert_rules @expected = N'O-1 good';
EXEC tSQLt.AssertEmptyTable @TableName = N'ops.quarantine';
EXEC tSQLt.AssertEmptyTable @TableName = N'ops.batch_consumers';
GO
--[@tSQLt:NoTransaction](DEFAULT)
CREATE PROCEDURE test_silver_check_shop_orders.[test what succeeds outside a transaction is committed]
AS
EXEC test_silver_check_shop_orders.write_order @customer_id = N'C-9';
EXEC silver.check_shop_orders @run_id = 3;
DECLARE @taken_in int = (SELECT COUNT(*) FROM ops.batch_consumers AS consumers WHERE consumers.consumer = N'silver.shop_orders_judged');
EXEC tSQLt.AssertEquals @Expected = 0, @Actual = @@TRANCOUNT;
EXEC tSQLt.AssertNotEquals @Expected = 0, @Actual = @taken_in;
GO
