-- silver.load_shop_returns: returns of lines that were sold, refunds in USD at the rate of their day.
EXEC tSQLt.NewTestClass @ClassName = N'test_silver_load_shop_returns';
GO
CREATE PROCEDURE test_silver_load_shop_returns.SetUp
AS
EXEC tSQLt.FakeTable @TableName = N'ops.files', @Defaults = 1;
EXEC tSQLt.FakeTable @TableName = N'ops.batches', @Defaults = 1;
EXEC tSQLt.FakeTable @TableName = N'ops.batch_consumers', @Defaults = 1;
EXEC tSQLt.FakeTable @TableName = N'ops.quarantine', @Identity = 1, @Defaults = 1;
EXEC tSQLt.FakeTable @TableName = N'bronze.shop_returns';
EXEC tSQLt.FakeTable @TableName = N'silver.shop_orders_records';
EXEC tSQLt.FakeTable @TableName = N'silver.shop_order_items_records';
EXEC tSQLt.FakeTable @TableName = N'silver.shop_returns_records';
EXEC tSQLt.FakeTable @TableName = N'silver.shop_fx_rates_records';
EXEC tSQLt.FakeTable @TableName = N'silver.currency_rates';
EXEC tSQLt.FakeTable @TableName = N'silver.order_lines';
EXEC tSQLt.FakeTable @TableName = N'silver.returns';
INSERT INTO ops.files (file_id, path) VALUES (2, N'returns.csv');
GO
-- A load of @table_name, by its number; negative ones are those of tests.
CREATE PROCEDURE test_silver_load_shop_returns.announce
    @batch_id bigint,
    @table_name nvarchar(300)
AS
IF NOT EXISTS (
    SELECT 1 FROM ops.batches AS batches WHERE batches.batch_id = @batch_id AND batches.table_name = @table_name
)
    INSERT INTO ops.batches (batch_id, table_name, run_id, rows_written) VALUES (@batch_id, @table_name, 1, 1);
GO
-- A record of an order, as line @line_number of file 1, and what other tables say of it.
CREATE PROCEDURE test_silver_load_shop_returns.write_order
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
EXEC test_silver_load_shop_returns.announce @batch_id = @batch_id, @table_name = N'silver.shop_orders_judged';
GO
-- A line that was sold, as it is current, and its record.
CREATE PROCEDURE test_silver_load_shop_returns.write_line
    @order_id nvarchar(50) = N'O-1',
    @line_no int = 1,
    @quantity int = 5,
    @batch_id bigint = -6
AS
DELETE FROM silver.order_lines WHERE order_id = @order_id AND order_line_number = @line_no;
DELETE FROM silver.shop_order_items_records WHERE order_id = @order_id AND line_no = @line_no;
INSERT INTO silver.order_lines (source_system, order_id, order_line_number, quantity) VALUES (N'shop', @order_id, @line_no, @quantity);
INSERT INTO silver.shop_order_items_records (order_id, line_no, standing, judged_batch_id) VALUES (@order_id, @line_no, N'best', @batch_id);
EXEC test_silver_load_shop_returns.announce @batch_id = @batch_id, @table_name = N'silver.order_lines';
GO
-- A record of a return, as line @line_number of file 2.
CREATE PROCEDURE test_silver_load_shop_returns.write_return
    @line_number bigint = 2,
    @return_id nvarchar(50) = N'R-1',
    @order_id nvarchar(50) = N'O-1',
    @line_no int = 1,
    @returned_at datetime2(3) = '2025-03-08T11:00:00',
    @quantity int = 1,
    @refund_amount decimal(19, 4) = 10,
    @standing nvarchar(20) = N'best',
    @batch_id bigint = -2
AS
DELETE FROM silver.shop_returns_records WHERE line_number = @line_number;
DELETE FROM bronze.shop_returns WHERE line_number = @line_number;
INSERT INTO bronze.shop_returns (file_id, line_number, raw_text) VALUES (2, @line_number, CONCAT(N'line ', @line_number));
INSERT INTO silver.shop_returns_records (
    file_id, line_number, return_id, order_id, line_no, returned_at, quantity, refund_amount, comment, updated_at,
    value_hash, standing, records_batch_id
)
VALUES (
    2, @line_number, @return_id, @order_id, @line_no, @returned_at, @quantity, @refund_amount, N'too big',
    '2025-03-09T12:00:00', HASHBYTES('SHA2_256', CONCAT(@quantity, N' ', @refund_amount, N' ', @order_id)), @standing, @batch_id
);
EXEC test_silver_load_shop_returns.announce @batch_id = @batch_id, @table_name = N'silver.shop_returns_records';
GO
-- The returns as one text: "return refund in USD, …".
CREATE PROCEDURE test_silver_load_shop_returns.assert_returns
    @expected nvarchar(4000)
AS
DECLARE @actual nvarchar(4000) = (
    SELECT STRING_AGG(CONCAT(returns.return_id, N' ', returns.refund_amount), N', ') WITHIN GROUP (ORDER BY returns.return_id)
    FROM silver.returns AS returns
);
EXEC tSQLt.AssertEqualsString @Expected = @expected, @Actual = @actual;
GO
-- A rate of EUR from @rate_date on, as its record and as it is current.
CREATE PROCEDURE test_silver_load_shop_returns.write_rate
    @rate_date date,
    @rate decimal(19, 8),
    @batch_id bigint = -3
AS
DELETE FROM silver.shop_fx_rates_records WHERE rate_date = @rate_date;
DELETE FROM silver.currency_rates WHERE rate_date = @rate_date;
INSERT INTO silver.shop_fx_rates_records (currency, rate_date, rate, standing, records_batch_id)
VALUES (N'EUR', @rate_date, @rate, N'best', @batch_id);
INSERT INTO silver.currency_rates (source_system, currency, rate_date, rate) VALUES (N'shop', N'EUR', @rate_date, @rate);
EXEC test_silver_load_shop_returns.announce @batch_id = @batch_id, @table_name = N'silver.shop_fx_rates_records';
GO
-- Loads, and puts "read written rejected" into @counts.
CREATE PROCEDURE test_silver_load_shop_returns.run_load
    @counts nvarchar(100) = NULL OUTPUT
AS
DECLARE @rows_read bigint;
DECLARE @rows_written bigint;
DECLARE @rows_rejected bigint;
EXEC silver.load_shop_returns
    @run_id = 3,
    @rows_read = @rows_read OUTPUT,
    @rows_written = @rows_written OUTPUT,
    @rows_rejected = @rows_rejected OUTPUT;
SET @counts = CONCAT(@rows_read, N' ', @rows_written, N' ', @rows_rejected);
GO
-- The quarantine as one text: "line rule status, …".
CREATE PROCEDURE test_silver_load_shop_returns.assert_quarantine
    @expected nvarchar(4000)
AS
DECLARE @actual nvarchar(4000) = (
    SELECT STRING_AGG(CONCAT(quarantine.line_number, N' ', quarantine.rule_name, N' ', quarantine.status), N', ')
        WITHIN GROUP (ORDER BY quarantine.line_number, quarantine.quarantine_id)
    FROM ops.quarantine AS quarantine
    WHERE quarantine.table_name = N'silver.returns'
);
EXEC tSQLt.AssertEqualsString @Expected = @expected, @Actual = @actual;
GO
CREATE PROCEDURE test_silver_load_shop_returns.[test a return has the values of its record, in USD at the rate of its day]
AS
DECLARE @counts nvarchar(100);
EXEC test_silver_load_shop_returns.write_rate @rate_date = '20250307', @rate = 1.1;
EXEC test_silver_load_shop_returns.write_rate @rate_date = '20250308', @rate = 1.2;
EXEC test_silver_load_shop_returns.write_order @currency = N'EUR';
EXEC test_silver_load_shop_returns.write_line;
EXEC test_silver_load_shop_returns.write_return;
EXEC test_silver_load_shop_returns.run_load @counts = @counts OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = N'1 1 0', @Actual = @counts;

SELECT
    returns.source_system,
    returns.return_id,
    returns.order_id,
    returns.order_line_number,
    returns.returned_at,
    returns.quantity,
    returns.currency,
    returns.original_amount,
    returns.refund_amount,
    returns.comment,
    returns.source_updated_at,
    returns.file_id,
    returns.line_number
INTO #actual
FROM silver.returns AS returns;

SELECT TOP (0) * INTO #expected FROM #actual;
INSERT INTO #expected
VALUES (N'shop', N'R-1', N'O-1', 1, '2025-03-08T11:00:00', 1, N'EUR', 10, 12, N'too big', '2025-03-09T12:00:00', 2, 2);
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_silver_load_shop_returns.[test each refund is rounded to four places, half away from zero]
AS
EXEC test_silver_load_shop_returns.write_rate @rate_date = '20250307', @rate = 1.00005;
EXEC test_silver_load_shop_returns.write_order @currency = N'EUR';
EXEC test_silver_load_shop_returns.write_line;
EXEC test_silver_load_shop_returns.write_return @line_number = 2, @return_id = N'R-1', @refund_amount = 1;
EXEC test_silver_load_shop_returns.write_return @line_number = 3, @return_id = N'R-2', @refund_amount = 3;
EXEC test_silver_load_shop_returns.run_load;
EXEC test_silver_load_shop_returns.assert_returns @expected = N'R-1 1.0001, R-2 3.0002';
GO
CREATE PROCEDURE test_silver_load_shop_returns.[test each rule keeps a return out, the first in order is told]
AS
DECLARE @counts nvarchar(100);
EXEC test_silver_load_shop_returns.write_order @line_number = 2, @order_id = N'O-1';
EXEC test_silver_load_shop_returns.write_order @line_number = 3, @order_id = N'O-2', @judged_rule_name = N'no_rate';
EXEC test_silver_load_shop_returns.write_line;
EXEC test_silver_load_shop_returns.write_return @line_number = 2, @return_id = N'R-1', @order_id = N'O-9', @line_no = 9;
EXEC test_silver_load_shop_returns.write_return @line_number = 3, @return_id = N'R-2', @order_id = N'O-2';
EXEC test_silver_load_shop_returns.write_return @line_number = 4, @return_id = N'R-3', @line_no = 2, @returned_at = '2025-03-07T09:59:59';
EXEC test_silver_load_shop_returns.write_return @line_number = 5, @return_id = N'R-4', @returned_at = '2025-03-07T09:59:59', @quantity = 100;
EXEC test_silver_load_shop_returns.write_return @line_number = 6, @return_id = N'R-5', @returned_at = '2025-03-07T10:00:00', @quantity = 5;
EXEC test_silver_load_shop_returns.write_return @line_number = 7, @return_id = N'R-6';
EXEC test_silver_load_shop_returns.run_load @counts = @counts OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = N'6 1 5', @Actual = @counts;
EXEC test_silver_load_shop_returns.assert_returns @expected = N'R-5 10.0000';

SELECT quarantine.line_number, quarantine.rule_name, quarantine.reason, quarantine.raw_text
INTO #actual
FROM ops.quarantine AS quarantine
WHERE quarantine.table_name = N'silver.returns';

SELECT TOP (0) * INTO #expected FROM #actual;
INSERT INTO #expected
VALUES
    (2, N'unknown_key:order_id', N'order_id is not known: O-9', N'line 2'),
    (3, N'unknown_key:order_id', N'order_id is not known: O-2', N'line 3'),
    (4, N'unknown_key:line_no', N'order O-1 has no line 2', N'line 4'),
    (5, N'before_order', N'returned before the order of 2025-03-07 10:00:00', N'line 5'),
    (7, N'return_exceeds_sold', N'with it 6 are returned of 5 sold', N'line 7');
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_silver_load_shop_returns.[test returns of a line add up by time and number, with those that exceeded what was sold]
AS
EXEC test_silver_load_shop_returns.write_order;
EXEC test_silver_load_shop_returns.write_line;
EXEC test_silver_load_shop_returns.write_line @line_no = 2, @quantity = 1;
EXEC test_silver_load_shop_returns.write_return @line_number = 2, @return_id = N'R-4', @quantity = 1, @returned_at = '2025-03-08T13:00:00';
EXEC test_silver_load_shop_returns.write_return @line_number = 3, @return_id = N'R-3', @quantity = 2, @returned_at = '2025-03-08T12:00:00';
EXEC test_silver_load_shop_returns.write_return @line_number = 4, @return_id = N'R-2', @quantity = 2, @returned_at = '2025-03-08T12:00:00';
EXEC test_silver_load_shop_returns.write_return @line_number = 5, @return_id = N'R-1', @quantity = 2, @returned_at = '2025-03-08T11:00:00';
EXEC test_silver_load_shop_returns.write_return @line_number = 6, @return_id = N'R-5', @line_no = 2, @quantity = 1, @returned_at = '2025-03-08T11:30:00';
EXEC test_silver_load_shop_returns.run_load;
EXEC test_silver_load_shop_returns.assert_returns @expected = N'R-1 10.0000, R-2 10.0000, R-5 10.0000';
EXEC test_silver_load_shop_returns.assert_quarantine @expected = N'2 return_exceeds_sold open, 3 return_exceeds_sold open';
GO
CREATE PROCEDURE test_silver_load_shop_returns.[test a line that changes has its returns judged again]
AS
EXEC test_silver_load_shop_returns.write_order;
EXEC test_silver_load_shop_returns.write_line @quantity = 1;
EXEC test_silver_load_shop_returns.write_return @quantity = 2;
EXEC test_silver_load_shop_returns.run_load;
EXEC test_silver_load_shop_returns.assert_quarantine @expected = N'2 return_exceeds_sold open';
EXEC test_silver_load_shop_returns.write_line @quantity = 2, @batch_id = -7;
EXEC test_silver_load_shop_returns.run_load;
EXEC test_silver_load_shop_returns.assert_returns @expected = N'R-1 10.0000';
EXEC test_silver_load_shop_returns.assert_quarantine @expected = N'2 return_exceeds_sold released';
GO
CREATE PROCEDURE test_silver_load_shop_returns.[test an order that turns bad takes its returns with it]
AS
EXEC test_silver_load_shop_returns.write_order;
EXEC test_silver_load_shop_returns.write_line;
EXEC test_silver_load_shop_returns.write_return;
EXEC test_silver_load_shop_returns.run_load;
EXEC test_silver_load_shop_returns.write_order @judged_rule_name = N'no_rate', @batch_id = -4;
EXEC test_silver_load_shop_returns.run_load;
EXEC test_silver_load_shop_returns.assert_returns @expected = NULL;
EXEC test_silver_load_shop_returns.assert_quarantine @expected = N'2 unknown_key:order_id open';
GO
CREATE PROCEDURE test_silver_load_shop_returns.[test a restated rate changes the returns from its day on, the same record again changes nothing]
AS
DECLARE @counts nvarchar(100);
EXEC test_silver_load_shop_returns.write_rate @rate_date = '20250307', @rate = 1.1;
EXEC test_silver_load_shop_returns.write_order @currency = N'EUR';
EXEC test_silver_load_shop_returns.write_line;
EXEC test_silver_load_shop_returns.write_return;
EXEC test_silver_load_shop_returns.run_load;
EXEC test_silver_load_shop_returns.write_rate @rate_date = '20250307', @rate = 1.3, @batch_id = -4;
EXEC test_silver_load_shop_returns.run_load @counts = @counts OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = N'1 1 0', @Actual = @counts;
EXEC test_silver_load_shop_returns.assert_returns @expected = N'R-1 13.0000';
EXEC test_silver_load_shop_returns.write_return @batch_id = -5;
EXEC test_silver_load_shop_returns.run_load @counts = @counts OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = N'1 0 0', @Actual = @counts;
GO
CREATE PROCEDURE test_silver_load_shop_returns.[test a changed row is as it would be if it were new]
AS
EXEC test_silver_load_shop_returns.write_order;
EXEC test_silver_load_shop_returns.write_line;
EXEC test_silver_load_shop_returns.write_return;
EXEC test_silver_load_shop_returns.run_load;
EXEC test_silver_load_shop_returns.write_rate @rate_date = '20250308', @rate = 1.1;
EXEC test_silver_load_shop_returns.write_order @line_number = 3, @order_id = N'O-2', @currency = N'EUR';
EXEC test_silver_load_shop_returns.write_line @order_id = N'O-2', @line_no = 2;
UPDATE silver.shop_returns_records
SET
    order_id = N'O-2',
    line_no = 2,
    returned_at = '20250309',
    quantity = 2,
    refund_amount = 5,
    comment = NULL,
    updated_at = '2025-03-10T12:00:00',
    line_number = 9,
    value_hash = 0x02,
    records_batch_id = -14;
EXEC test_silver_load_shop_returns.announce @batch_id = -14, @table_name = N'silver.shop_returns_records';
EXEC test_silver_load_shop_returns.run_load;
SELECT
    loaded.return_id,
    loaded.order_id,
    loaded.order_line_number,
    loaded.returned_at,
    loaded.quantity,
    loaded.currency,
    loaded.original_amount,
    loaded.refund_amount,
    loaded.comment,
    loaded.source_updated_at,
    loaded.row_hash,
    loaded.file_id,
    loaded.line_number
INTO #updated
FROM silver.returns AS loaded
WHERE loaded.source_system = N'shop';

DELETE FROM silver.returns WHERE source_system = N'shop';
UPDATE silver.shop_returns_records SET records_batch_id = -15;
EXEC test_silver_load_shop_returns.announce @batch_id = -15, @table_name = N'silver.shop_returns_records';
EXEC test_silver_load_shop_returns.run_load;
SELECT
    loaded.return_id,
    loaded.order_id,
    loaded.order_line_number,
    loaded.returned_at,
    loaded.quantity,
    loaded.currency,
    loaded.original_amount,
    loaded.refund_amount,
    loaded.comment,
    loaded.source_updated_at,
    loaded.row_hash,
    loaded.file_id,
    loaded.line_number
INTO #inserted
FROM silver.returns AS loaded
WHERE loaded.source_system = N'shop';

EXEC tSQLt.AssertEqualsTable @Expected = N'#inserted', @Actual = N'#updated';
DECLARE @rows int = (SELECT COUNT(*) FROM #inserted AS loaded WHERE loaded.line_number = 9);
EXEC tSQLt.AssertEquals @Expected = 1, @Actual = @rows;
GO
CREATE PROCEDURE test_silver_load_shop_returns.[test without new batches there is nothing to do]
AS
DECLARE @counts nvarchar(100);
EXEC test_silver_load_shop_returns.run_load @counts = @counts OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = N'0 0 0', @Actual = @counts;
GO
CREATE PROCEDURE test_silver_load_shop_returns.[test a second run takes nothing in again]
AS
DECLARE @counts nvarchar(100);
EXEC test_silver_load_shop_returns.write_order;
EXEC test_silver_load_shop_returns.write_line;
EXEC test_silver_load_shop_returns.write_return;
EXEC test_silver_load_shop_returns.run_load;
EXEC test_silver_load_shop_returns.run_load @counts = @counts OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = N'0 0 0', @Actual = @counts;
DECLARE @written int = (SELECT COUNT(*) FROM ops.batches AS batches WHERE batches.table_name = N'silver.returns' AND batches.batch_id > 0);
EXEC tSQLt.AssertEquals @Expected = 1, @Actual = @written;
GO
CREATE PROCEDURE test_silver_load_shop_returns.[test a lock that cannot be had reaches the caller]
AS
EXEC tSQLt.SpyProcedure
    @ProcedureName = N'ops.lock_target',
    @CommandToExecute = N'THROW 51002, N''ops.lock_target: held'', 1;';
EXEC tSQLt.ExpectException @ExpectedErrorNumber = 51002;
EXEC silver.load_shop_returns @run_id = 3;
GO
--[@tSQLt:NoTransaction](DEFAULT)
CREATE PROCEDURE test_silver_load_shop_returns.[test a failure at the end leaves everything as it was]
AS
DECLARE @number int = 0;
EXEC test_silver_load_shop_returns.write_order;
EXEC test_silver_load_shop_returns.write_line;
EXEC test_silver_load_shop_returns.write_return;
EXEC tSQLt.SpyProcedure
    @ProcedureName = N'ops.finish_batch',
    @CommandToExecute = N'THROW 51999, N''no luck today'', 1;';

BEGIN TRY
    EXEC silver.load_shop_returns @run_id = 3;
END TRY
BEGIN CATCH
    SET @number = ERROR_NUMBER();
END CATCH;

EXEC tSQLt.AssertEquals @Expected = 51999, @Actual = @number;
EXEC tSQLt.AssertEquals @Expected = 0, @Actual = @@TRANCOUNT;
EXEC test_silver_load_shop_returns.assert_returns @expected = NULL;
EXEC tSQLt.AssertEmptyTable @TableName = N'ops.batch_consumers';
GO
--[@tSQLt:NoTransaction](DEFAULT)
CREATE PROCEDURE test_silver_load_shop_returns.[test what succeeds outside a transaction is committed]
AS
EXEC test_silver_load_shop_returns.write_order;
EXEC test_silver_load_shop_returns.write_line;
EXEC test_silver_load_shop_returns.write_return;
EXEC silver.load_shop_returns @run_id = 3;
DECLARE @taken_in int = (SELECT COUNT(*) FROM ops.batch_consumers AS consumers WHERE consumers.consumer = N'silver.returns');
EXEC tSQLt.AssertEquals @Expected = 0, @Actual = @@TRANCOUNT;
EXEC tSQLt.AssertNotEquals @Expected = 0, @Actual = @taken_in;
GO
