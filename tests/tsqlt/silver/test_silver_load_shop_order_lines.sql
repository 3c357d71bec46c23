-- silver.load_shop_order_lines: lines of known orders and products, in USD at the rate of the order's day.
EXEC tSQLt.NewTestClass @ClassName = N'test_silver_load_shop_order_lines';
GO
CREATE PROCEDURE test_silver_load_shop_order_lines.SetUp
AS
EXEC tSQLt.FakeTable @TableName = N'ops.files', @Defaults = 1;
EXEC tSQLt.FakeTable @TableName = N'ops.batches', @Defaults = 1;
EXEC tSQLt.FakeTable @TableName = N'ops.batch_consumers', @Defaults = 1;
EXEC tSQLt.FakeTable @TableName = N'ops.quarantine', @Identity = 1, @Defaults = 1;
EXEC tSQLt.FakeTable @TableName = N'ops.removed_rows';
EXEC tSQLt.FakeTable @TableName = N'bronze.shop_order_items';
EXEC tSQLt.FakeTable @TableName = N'silver.shop_orders_records';
EXEC tSQLt.FakeTable @TableName = N'silver.shop_order_items_records';
EXEC tSQLt.FakeTable @TableName = N'silver.shop_products_records';
EXEC tSQLt.FakeTable @TableName = N'silver.shop_fx_rates_records';
EXEC tSQLt.FakeTable @TableName = N'silver.products';
EXEC tSQLt.FakeTable @TableName = N'silver.currency_rates';
EXEC tSQLt.FakeTable @TableName = N'silver.order_lines', @Identity = 1, @Defaults = 1;
INSERT INTO ops.files (file_id, path) VALUES (2, N'items.csv');
INSERT INTO silver.products (source_system, product_id) VALUES (N'shop', N'P-1'), (N'journey', N'P-2');
INSERT INTO silver.order_lines (source_system, order_id, sales_amount) VALUES (N'journey', N'O-1', 1);
GO
-- A load of @table_name, by its number; negative ones are those of tests.
CREATE PROCEDURE test_silver_load_shop_order_lines.announce
    @batch_id bigint,
    @table_name nvarchar(300)
AS
IF NOT EXISTS (
    SELECT 1 FROM ops.batches AS batches WHERE batches.batch_id = @batch_id AND batches.table_name = @table_name
)
    INSERT INTO ops.batches (batch_id, table_name, run_id, rows_written) VALUES (@batch_id, @table_name, 1, 1);
GO
-- A record of an order, as line @line_number of file 1, and what other tables say of it.
CREATE PROCEDURE test_silver_load_shop_order_lines.write_order
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
EXEC test_silver_load_shop_order_lines.announce @batch_id = @batch_id, @table_name = N'silver.shop_orders_judged';
GO
-- A record of an order's line, as line @line_number of file 2.
CREATE PROCEDURE test_silver_load_shop_order_lines.write_item
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
EXEC test_silver_load_shop_order_lines.announce @batch_id = @batch_id, @table_name = N'silver.shop_order_items_records';
GO
-- A rate of EUR from @rate_date on, as its record and as it is current.
CREATE PROCEDURE test_silver_load_shop_order_lines.write_rate
    @rate_date date,
    @rate decimal(19, 8),
    @batch_id bigint = -3
AS
DELETE FROM silver.shop_fx_rates_records WHERE rate_date = @rate_date;
DELETE FROM silver.currency_rates WHERE rate_date = @rate_date;
INSERT INTO silver.shop_fx_rates_records (currency, rate_date, rate, standing, records_batch_id)
VALUES (N'EUR', @rate_date, @rate, N'best', @batch_id);
INSERT INTO silver.currency_rates (source_system, currency, rate_date, rate) VALUES (N'shop', N'EUR', @rate_date, @rate);
EXEC test_silver_load_shop_order_lines.announce @batch_id = @batch_id, @table_name = N'silver.shop_fx_rates_records';
GO
-- Loads, and puts "read written rejected" into @counts.
CREATE PROCEDURE test_silver_load_shop_order_lines.run_load
    @counts nvarchar(100) = NULL OUTPUT
AS
DECLARE @rows_read bigint;
DECLARE @rows_written bigint;
DECLARE @rows_rejected bigint;
EXEC silver.load_shop_order_lines
    @run_id = 3,
    @rows_read = @rows_read OUTPUT,
    @rows_written = @rows_written OUTPUT,
    @rows_rejected = @rows_rejected OUTPUT;
SET @counts = CONCAT(@rows_read, N' ', @rows_written, N' ', @rows_rejected);
GO
-- The lines as one text: "order/line amount in USD, …".
CREATE PROCEDURE test_silver_load_shop_order_lines.assert_lines
    @expected nvarchar(4000)
AS
DECLARE @actual nvarchar(4000) = (
    SELECT STRING_AGG(CONCAT(lines.order_id, N'/', lines.order_line_number, N' ', lines.sales_amount), N', ')
        WITHIN GROUP (ORDER BY lines.order_id, lines.order_line_number)
    FROM silver.order_lines AS lines
    WHERE lines.source_system = N'shop'
);
EXEC tSQLt.AssertEqualsString @Expected = @expected, @Actual = @actual;
GO
-- The quarantine as one text: "line rule status, …".
CREATE PROCEDURE test_silver_load_shop_order_lines.assert_quarantine
    @expected nvarchar(4000)
AS
DECLARE @actual nvarchar(4000) = (
    SELECT STRING_AGG(CONCAT(quarantine.line_number, N' ', quarantine.rule_name, N' ', quarantine.status), N', ')
        WITHIN GROUP (ORDER BY quarantine.line_number, quarantine.quarantine_id)
    FROM ops.quarantine AS quarantine
    WHERE quarantine.table_name = N'silver.order_lines'
);
EXEC tSQLt.AssertEqualsString @Expected = @expected, @Actual = @actual;
GO
CREATE PROCEDURE test_silver_load_shop_order_lines.[test a line has the values of its record and of its order]
AS
DECLARE @counts nvarchar(100);
EXEC test_silver_load_shop_order_lines.write_rate @rate_date = '20250307', @rate = 1.1;
EXEC test_silver_load_shop_order_lines.write_order @currency = N'EUR';
EXEC test_silver_load_shop_order_lines.write_item @line_no = 4, @quantity = 3, @unit_price = 2.5, @discount = 0.5;
EXEC test_silver_load_shop_order_lines.run_load @counts = @counts OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = N'1 1 0', @Actual = @counts;

SELECT
    lines.order_id,
    lines.order_line_number,
    lines.customer_id,
    lines.product_id,
    lines.store_id,
    lines.ordered_at,
    lines.quantity,
    lines.unit_price_amount,
    lines.discount_amount,
    lines.is_discount_imputed,
    lines.currency,
    lines.line_amount,
    lines.sales_amount,
    lines.is_cancelled,
    lines.file_id,
    lines.line_number
INTO #actual
FROM silver.order_lines AS lines
WHERE lines.source_system = N'shop';

SELECT TOP (0) * INTO #expected FROM #actual;
INSERT INTO #expected
VALUES (N'O-1', 4, N'C-1', N'P-1', N'web', '2025-03-07T10:00:00', 3, 2.5, 0.5, 0, N'EUR', 7, 7.7, 0, 2, 2);
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_silver_load_shop_order_lines.[test each line is rounded to four places, half away from zero]
AS
EXEC test_silver_load_shop_order_lines.write_rate @rate_date = '20250307', @rate = 1.00005;
EXEC test_silver_load_shop_order_lines.write_order @currency = N'EUR';
EXEC test_silver_load_shop_order_lines.write_item @line_number = 2, @line_no = 1, @unit_price = 1;
EXEC test_silver_load_shop_order_lines.write_item @line_number = 3, @line_no = 2, @unit_price = 3;
EXEC test_silver_load_shop_order_lines.write_item @line_number = 4, @line_no = 3, @unit_price = 0.9998;
EXEC test_silver_load_shop_order_lines.write_item @line_number = 5, @line_no = 4, @unit_price = 100000, @quantity = 1000;
EXEC test_silver_load_shop_order_lines.run_load;
EXEC test_silver_load_shop_order_lines.assert_lines @expected = N'O-1/1 1.0001, O-1/2 3.0002, O-1/3 0.9998, O-1/4 100005000.0000';
GO
CREATE PROCEDURE test_silver_load_shop_order_lines.[test a rate holds from its day on until the next one, and USD is USD]
AS
EXEC test_silver_load_shop_order_lines.write_rate @rate_date = '20250305', @rate = 1.1;
EXEC test_silver_load_shop_order_lines.write_rate @rate_date = '20250308', @rate = 1.2;
EXEC test_silver_load_shop_order_lines.write_order @line_number = 2, @order_id = N'O-1', @currency = N'EUR', @ordered_at = '2025-03-07T23:59:59';
EXEC test_silver_load_shop_order_lines.write_order @line_number = 3, @order_id = N'O-2', @currency = N'EUR', @ordered_at = '2025-03-08T00:00:00';
EXEC test_silver_load_shop_order_lines.write_order @line_number = 4, @order_id = N'O-3', @currency = N'EUR', @ordered_at = '2026-01-01T00:00:00';
EXEC test_silver_load_shop_order_lines.write_order @line_number = 5, @order_id = N'O-4';
EXEC test_silver_load_shop_order_lines.write_item @line_number = 2, @order_id = N'O-1';
EXEC test_silver_load_shop_order_lines.write_item @line_number = 3, @order_id = N'O-2';
EXEC test_silver_load_shop_order_lines.write_item @line_number = 4, @order_id = N'O-3';
EXEC test_silver_load_shop_order_lines.write_item @line_number = 5, @order_id = N'O-4';
EXEC test_silver_load_shop_order_lines.run_load;
EXEC test_silver_load_shop_order_lines.assert_lines @expected = N'O-1/1 11.0000, O-2/1 12.0000, O-3/1 12.0000, O-4/1 10.0000';
GO
CREATE PROCEDURE test_silver_load_shop_order_lines.[test a missing discount is 0 and says so]
AS
EXEC test_silver_load_shop_order_lines.write_order;
EXEC test_silver_load_shop_order_lines.write_item @line_number = 2, @line_no = 1, @discount = NULL;
EXEC test_silver_load_shop_order_lines.write_item @line_number = 3, @line_no = 2, @discount = 0;
EXEC test_silver_load_shop_order_lines.run_load;
SELECT lines.order_line_number, lines.discount_amount, lines.is_discount_imputed, lines.line_amount
INTO #actual
FROM silver.order_lines AS lines
WHERE lines.source_system = N'shop';

SELECT TOP (0) * INTO #expected FROM #actual;
INSERT INTO #expected VALUES (1, 0, 1, 10), (2, 0, 0, 10);
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_silver_load_shop_order_lines.[test lines of unknown orders or products are quarantined, the order first]
AS
DECLARE @counts nvarchar(100);
EXEC test_silver_load_shop_order_lines.write_order @line_number = 2, @order_id = N'O-1';
EXEC test_silver_load_shop_order_lines.write_order @line_number = 3, @order_id = N'O-2', @judged_rule_name = N'no_rate';
EXEC test_silver_load_shop_order_lines.write_order @line_number = 4, @order_id = N'O-3', @standing = N'superseded_by_file';
EXEC test_silver_load_shop_order_lines.write_item @line_number = 2, @order_id = N'O-1', @product_id = N'P-2';
EXEC test_silver_load_shop_order_lines.write_item @line_number = 3, @order_id = N'O-2';
EXEC test_silver_load_shop_order_lines.write_item @line_number = 4, @order_id = N'O-3';
EXEC test_silver_load_shop_order_lines.write_item @line_number = 5, @order_id = N'O-9', @product_id = N'P-2';
EXEC test_silver_load_shop_order_lines.write_item @line_number = 6, @order_id = N'O-1', @line_no = 2, @product_id = N'P-2', @standing = N'superseded';
EXEC test_silver_load_shop_order_lines.run_load @counts = @counts OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = N'5 0 4', @Actual = @counts;
EXEC test_silver_load_shop_order_lines.assert_lines @expected = NULL;
EXEC test_silver_load_shop_order_lines.assert_quarantine
    @expected = N'2 unknown_key:product_id open, 3 unknown_key:order_id open, 4 unknown_key:order_id open, 5 unknown_key:order_id open';

SELECT quarantine.file_path, quarantine.reason, quarantine.raw_text
INTO #actual
FROM ops.quarantine AS quarantine
WHERE quarantine.line_number IN (2, 5);

SELECT TOP (0) * INTO #expected FROM #actual;
INSERT INTO #expected
VALUES
    (N'items.csv', N'product_id is not known: P-2', N'line 2'),
    (N'items.csv', N'order_id is not known: O-9', N'line 5');
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_silver_load_shop_order_lines.[test lines of a cancelled order are lines that were cancelled]
AS
EXEC test_silver_load_shop_order_lines.write_order @status = N'cancelled';
EXEC test_silver_load_shop_order_lines.write_item;
EXEC test_silver_load_shop_order_lines.run_load;
DECLARE @cancelled int = (SELECT COUNT(*) FROM silver.order_lines AS lines WHERE lines.is_cancelled = 1);
EXEC tSQLt.AssertEquals @Expected = 1, @Actual = @cancelled;
GO
CREATE PROCEDURE test_silver_load_shop_order_lines.[test an order that turns bad takes its lines with it and releases them when it is good again]
AS
DECLARE @counts nvarchar(100);
EXEC test_silver_load_shop_order_lines.write_order;
EXEC test_silver_load_shop_order_lines.write_item;
EXEC test_silver_load_shop_order_lines.run_load;
DECLARE @key nvarchar(200) = (
    SELECT CONVERT(nvarchar(200), lines.order_line_key) FROM silver.order_lines AS lines WHERE lines.source_system = N'shop'
);
EXEC test_silver_load_shop_order_lines.write_order @judged_rule_name = N'no_rate', @batch_id = -4;
EXEC test_silver_load_shop_order_lines.run_load @counts = @counts OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = N'1 1 1', @Actual = @counts;
EXEC test_silver_load_shop_order_lines.assert_lines @expected = NULL;

SELECT removed.table_name, removed.removed_id, batches.table_name AS batch_of
INTO #actual
FROM ops.removed_rows AS removed
INNER JOIN ops.batches AS batches ON batches.batch_id = removed.batch_id;

SELECT TOP (0) * INTO #expected FROM #actual;
INSERT INTO #expected VALUES (N'silver.order_lines', @key, N'silver.order_lines');
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';

EXEC test_silver_load_shop_order_lines.write_order @batch_id = -5;
EXEC test_silver_load_shop_order_lines.run_load @counts = @counts OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = N'1 1 0', @Actual = @counts;
EXEC test_silver_load_shop_order_lines.assert_lines @expected = N'O-1/1 10.0000';
EXEC test_silver_load_shop_order_lines.assert_quarantine @expected = N'2 unknown_key:order_id released';
GO
CREATE PROCEDURE test_silver_load_shop_order_lines.[test a line whose record counts no more is removed]
AS
EXEC test_silver_load_shop_order_lines.write_order;
EXEC test_silver_load_shop_order_lines.write_item @line_number = 2;
EXEC test_silver_load_shop_order_lines.write_item @line_number = 3, @line_no = 2;
EXEC test_silver_load_shop_order_lines.run_load;
EXEC test_silver_load_shop_order_lines.write_item @line_number = 2, @standing = N'superseded_by_file', @batch_id = -4;
EXEC test_silver_load_shop_order_lines.run_load;
EXEC test_silver_load_shop_order_lines.assert_lines @expected = N'O-1/2 10.0000';
DECLARE @removed int = (SELECT COUNT(*) FROM ops.removed_rows AS removed);
EXEC tSQLt.AssertEquals @Expected = 1, @Actual = @removed;
GO
CREATE PROCEDURE test_silver_load_shop_order_lines.[test a product that becomes known releases its lines]
AS
EXEC test_silver_load_shop_order_lines.write_order;
EXEC test_silver_load_shop_order_lines.write_item @product_id = N'P-9';
EXEC test_silver_load_shop_order_lines.run_load;
INSERT INTO silver.products (source_system, product_id) VALUES (N'shop', N'P-9');
INSERT INTO silver.shop_products_records (product_id, standing, judged_batch_id) VALUES (N'P-9', N'best', -8);
EXEC test_silver_load_shop_order_lines.announce @batch_id = -8, @table_name = N'silver.products';
EXEC test_silver_load_shop_order_lines.run_load;
EXEC test_silver_load_shop_order_lines.assert_lines @expected = N'O-1/1 10.0000';
EXEC test_silver_load_shop_order_lines.assert_quarantine @expected = N'2 unknown_key:product_id released';
GO
CREATE PROCEDURE test_silver_load_shop_order_lines.[test a restated rate changes the lines from its day on and no others]
AS
DECLARE @counts nvarchar(100);
EXEC test_silver_load_shop_order_lines.write_rate @rate_date = '20250301', @rate = 1.1;
EXEC test_silver_load_shop_order_lines.write_rate @rate_date = '20250307', @rate = 1.2;
EXEC test_silver_load_shop_order_lines.write_order @line_number = 2, @order_id = N'O-1', @currency = N'EUR', @ordered_at = '2025-03-06T10:00:00';
EXEC test_silver_load_shop_order_lines.write_order @line_number = 3, @order_id = N'O-2', @currency = N'EUR';
EXEC test_silver_load_shop_order_lines.write_item @line_number = 2, @order_id = N'O-1';
EXEC test_silver_load_shop_order_lines.write_item @line_number = 3, @order_id = N'O-2';
EXEC test_silver_load_shop_order_lines.run_load;
EXEC test_silver_load_shop_order_lines.write_rate @rate_date = '20250307', @rate = 1.3, @batch_id = -4;
EXEC test_silver_load_shop_order_lines.run_load @counts = @counts OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = N'1 1 0', @Actual = @counts;
EXEC test_silver_load_shop_order_lines.assert_lines @expected = N'O-1/1 11.0000, O-2/1 13.0000';
GO
CREATE PROCEDURE test_silver_load_shop_order_lines.[test a changed record or order changes its line in place, one that stays the same is not written]
AS
DECLARE @counts nvarchar(100);
EXEC test_silver_load_shop_order_lines.write_order;
EXEC test_silver_load_shop_order_lines.write_item;
EXEC test_silver_load_shop_order_lines.run_load;
DECLARE @key bigint = (SELECT lines.order_line_key FROM silver.order_lines AS lines WHERE lines.source_system = N'shop');
EXEC test_silver_load_shop_order_lines.write_item @batch_id = -4;
EXEC test_silver_load_shop_order_lines.run_load @counts = @counts OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = N'1 0 0', @Actual = @counts;
EXEC test_silver_load_shop_order_lines.write_item @quantity = 2, @batch_id = -5;
EXEC test_silver_load_shop_order_lines.run_load @counts = @counts OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = N'1 1 0', @Actual = @counts;
EXEC test_silver_load_shop_order_lines.write_order @status = N'cancelled', @batch_id = -6;
EXEC test_silver_load_shop_order_lines.run_load @counts = @counts OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = N'1 1 0', @Actual = @counts;

SELECT lines.order_line_key, lines.sales_amount, lines.is_cancelled
INTO #actual
FROM silver.order_lines AS lines
WHERE lines.source_system = N'shop';

CREATE TABLE #expected (order_line_key bigint, sales_amount decimal(19, 4), is_cancelled bit);
INSERT INTO #expected VALUES (@key, 20, 1);
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_silver_load_shop_order_lines.[test a changed row is as it would be if it were new]
AS
EXEC test_silver_load_shop_order_lines.write_order;
EXEC test_silver_load_shop_order_lines.write_item;
EXEC test_silver_load_shop_order_lines.run_load;
INSERT INTO silver.products (source_system, product_id) VALUES (N'shop', N'P-3');
EXEC test_silver_load_shop_order_lines.write_rate @rate_date = '20250308', @rate = 1.1;
EXEC test_silver_load_shop_order_lines.write_order @customer_id = N'C-2', @ordered_at = '20250308', @status = N'cancelled', @currency = N'EUR';
UPDATE silver.shop_orders_records SET channel = N'app';
UPDATE silver.shop_order_items_records
SET
    product_id = N'P-3',
    quantity = 3,
    unit_price = 2,
    discount = 1,
    updated_at = '2025-03-10T12:00:00',
    line_number = 9,
    value_hash = 0x02,
    records_batch_id = -14;
EXEC test_silver_load_shop_order_lines.announce @batch_id = -14, @table_name = N'silver.shop_order_items_records';
EXEC test_silver_load_shop_order_lines.run_load;
SELECT
    loaded.order_id,
    loaded.order_line_number,
    loaded.customer_id,
    loaded.product_id,
    loaded.store_id,
    loaded.ordered_at,
    loaded.quantity,
    loaded.unit_price_amount,
    loaded.discount_amount,
    loaded.is_discount_imputed,
    loaded.currency,
    loaded.line_amount,
    loaded.sales_amount,
    loaded.is_cancelled,
    loaded.row_hash,
    loaded.file_id,
    loaded.line_number
INTO #updated
FROM silver.order_lines AS loaded
WHERE loaded.source_system = N'shop';

DELETE FROM silver.order_lines WHERE source_system = N'shop';
UPDATE silver.shop_order_items_records SET records_batch_id = -15;
EXEC test_silver_load_shop_order_lines.announce @batch_id = -15, @table_name = N'silver.shop_order_items_records';
EXEC test_silver_load_shop_order_lines.run_load;
SELECT
    loaded.order_id,
    loaded.order_line_number,
    loaded.customer_id,
    loaded.product_id,
    loaded.store_id,
    loaded.ordered_at,
    loaded.quantity,
    loaded.unit_price_amount,
    loaded.discount_amount,
    loaded.is_discount_imputed,
    loaded.currency,
    loaded.line_amount,
    loaded.sales_amount,
    loaded.is_cancelled,
    loaded.row_hash,
    loaded.file_id,
    loaded.line_number
INTO #inserted
FROM silver.order_lines AS loaded
WHERE loaded.source_system = N'shop';

EXEC tSQLt.AssertEqualsTable @Expected = N'#inserted', @Actual = N'#updated';
DECLARE @rows int = (SELECT COUNT(*) FROM #inserted AS loaded WHERE loaded.line_number = 9);
EXEC tSQLt.AssertEquals @Expected = 1, @Actual = @rows;
GO
CREATE PROCEDURE test_silver_load_shop_order_lines.[test without new batches there is nothing to do]
AS
DECLARE @counts nvarchar(100);
EXEC test_silver_load_shop_order_lines.run_load @counts = @counts OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = N'0 0 0', @Actual = @counts;
GO
CREATE PROCEDURE test_silver_load_shop_order_lines.[test a second run takes nothing in again]
AS
DECLARE @counts nvarchar(100);
EXEC test_silver_load_shop_order_lines.write_order;
EXEC test_silver_load_shop_order_lines.write_item;
EXEC test_silver_load_shop_order_lines.run_load;
EXEC test_silver_load_shop_order_lines.run_load @counts = @counts OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = N'0 0 0', @Actual = @counts;
DECLARE @written int = (SELECT COUNT(*) FROM ops.batches AS batches WHERE batches.table_name = N'silver.order_lines' AND batches.batch_id > 0);
EXEC tSQLt.AssertEquals @Expected = 1, @Actual = @written;
GO
CREATE PROCEDURE test_silver_load_shop_order_lines.[test a lock that cannot be had reaches the caller]
AS
EXEC tSQLt.SpyProcedure
    @ProcedureName = N'ops.lock_target',
    @CommandToExecute = N'THROW 51002, N''ops.lock_target: held'', 1;';
EXEC tSQLt.ExpectException @ExpectedErrorNumber = 51002;
EXEC silver.load_shop_order_lines @run_id = 3;
GO
--[@tSQLt:NoTransaction](DEFAULT)
CREATE PROCEDURE test_silver_load_shop_order_lines.[test a failure at the end leaves everything as it was]
AS
DECLARE @number int = 0;
EXEC test_silver_load_shop_order_lines.write_order;
EXEC test_silver_load_shop_order_lines.write_item;
EXEC tSQLt.SpyProcedure
    @ProcedureName = N'ops.finish_batch',
    @CommandToExecute = N'THROW 51999, N''no luck today'', 1;';

BEGIN TRY
    EXEC silver.load_shop_order_lines @run_id = 3;
END TRY
BEGIN CATCH
    SET @number = ERROR_NUMBER();
END CATCH;

EXEC tSQLt.AssertEquals @Expected = 51999, @Actual = @number;
EXEC tSQLt.AssertEquals @Expected = 0, @Actual = @@TRANCOUNT;
EXEC test_silver_load_shop_order_lines.assert_lines @expected = NULL;
EXEC tSQLt.AssertEmptyTable @TableName = N'ops.batch_consumers';
GO
--[@tSQLt:NoTransaction](DEFAULT)
CREATE PROCEDURE test_silver_load_shop_order_lines.[test what succeeds outside a transaction is committed]
AS
EXEC test_silver_load_shop_order_lines.write_order;
EXEC test_silver_load_shop_order_lines.write_item;
EXEC silver.load_shop_order_lines @run_id = 3;
DECLARE @taken_in int = (SELECT COUNT(*) FROM ops.batch_consumers AS consumers WHERE consumers.consumer = N'silver.order_lines');
EXEC tSQLt.AssertEquals @Expected = 0, @Actual = @@TRANCOUNT;
EXEC tSQLt.AssertNotEquals @Expected = 0, @Actual = @taken_in;
GO
