-- silver.load_shop_payments: payments of known orders, in USD at the rate of their day.
EXEC tSQLt.NewTestClass @ClassName = N'test_silver_load_shop_payments';
GO
CREATE PROCEDURE test_silver_load_shop_payments.SetUp
AS
EXEC tSQLt.FakeTable @TableName = N'ops.files', @Defaults = 1;
EXEC tSQLt.FakeTable @TableName = N'ops.batches', @Defaults = 1;
EXEC tSQLt.FakeTable @TableName = N'ops.batch_consumers', @Defaults = 1;
EXEC tSQLt.FakeTable @TableName = N'ops.quarantine', @Identity = 1, @Defaults = 1;
EXEC tSQLt.FakeTable @TableName = N'bronze.shop_payments';
EXEC tSQLt.FakeTable @TableName = N'silver.shop_orders_records';
EXEC tSQLt.FakeTable @TableName = N'silver.shop_payments_records';
EXEC tSQLt.FakeTable @TableName = N'silver.shop_fx_rates_records';
EXEC tSQLt.FakeTable @TableName = N'silver.currency_rates';
EXEC tSQLt.FakeTable @TableName = N'silver.payments';
INSERT INTO ops.files (file_id, path) VALUES (2, N'payments.csv');
GO
-- A load of @table_name, by its number; negative ones are those of tests.
CREATE PROCEDURE test_silver_load_shop_payments.announce
    @batch_id bigint,
    @table_name nvarchar(300)
AS
IF NOT EXISTS (
    SELECT 1 FROM ops.batches AS batches WHERE batches.batch_id = @batch_id AND batches.table_name = @table_name
)
    INSERT INTO ops.batches (batch_id, table_name, run_id, rows_written) VALUES (@batch_id, @table_name, 1, 1);
GO
-- A record of an order, as line @line_number of file 1, and what other tables say of it.
CREATE PROCEDURE test_silver_load_shop_payments.write_order
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
EXEC test_silver_load_shop_payments.announce @batch_id = @batch_id, @table_name = N'silver.shop_orders_judged';
GO
-- A record of a payment, as line @line_number of file 2.
CREATE PROCEDURE test_silver_load_shop_payments.write_payment
    @line_number bigint = 2,
    @payment_id nvarchar(50) = N'Y-1',
    @order_id nvarchar(50) = N'O-1',
    @paid_at datetime2(3) = '2025-03-07T11:00:00',
    @amount decimal(19, 4) = 10,
    @currency nvarchar(3) = N'USD',
    @standing nvarchar(20) = N'best',
    @batch_id bigint = -2
AS
DELETE FROM silver.shop_payments_records WHERE line_number = @line_number;
DELETE FROM bronze.shop_payments WHERE line_number = @line_number;
INSERT INTO bronze.shop_payments (file_id, line_number, raw_text) VALUES (2, @line_number, CONCAT(N'line ', @line_number));
INSERT INTO silver.shop_payments_records (
    file_id, line_number, payment_id, order_id, paid_at, method, amount, currency, updated_at, value_hash, standing,
    records_batch_id
)
VALUES (
    2, @line_number, @payment_id, @order_id, @paid_at, N'card', @amount, @currency, '2025-03-07T12:00:00',
    HASHBYTES('SHA2_256', CONCAT(@amount, N' ', @order_id, N' ', @paid_at)), @standing, @batch_id
);
EXEC test_silver_load_shop_payments.announce @batch_id = @batch_id, @table_name = N'silver.shop_payments_records';
GO
-- The payments as one text: "payment amount in USD, …".
CREATE PROCEDURE test_silver_load_shop_payments.assert_payments
    @expected nvarchar(4000)
AS
DECLARE @actual nvarchar(4000) = (
    SELECT STRING_AGG(CONCAT(payments.payment_id, N' ', payments.paid_amount), N', ') WITHIN GROUP (ORDER BY payments.payment_id)
    FROM silver.payments AS payments
);
EXEC tSQLt.AssertEqualsString @Expected = @expected, @Actual = @actual;
GO
-- A rate of EUR from @rate_date on, as its record and as it is current.
CREATE PROCEDURE test_silver_load_shop_payments.write_rate
    @rate_date date,
    @rate decimal(19, 8),
    @batch_id bigint = -3
AS
DELETE FROM silver.shop_fx_rates_records WHERE rate_date = @rate_date;
DELETE FROM silver.currency_rates WHERE rate_date = @rate_date;
INSERT INTO silver.shop_fx_rates_records (currency, rate_date, rate, standing, records_batch_id)
VALUES (N'EUR', @rate_date, @rate, N'best', @batch_id);
INSERT INTO silver.currency_rates (source_system, currency, rate_date, rate) VALUES (N'shop', N'EUR', @rate_date, @rate);
EXEC test_silver_load_shop_payments.announce @batch_id = @batch_id, @table_name = N'silver.shop_fx_rates_records';
GO
-- Loads, and puts "read written rejected" into @counts.
CREATE PROCEDURE test_silver_load_shop_payments.run_load
    @counts nvarchar(100) = NULL OUTPUT
AS
DECLARE @rows_read bigint;
DECLARE @rows_written bigint;
DECLARE @rows_rejected bigint;
EXEC silver.load_shop_payments
    @run_id = 3,
    @rows_read = @rows_read OUTPUT,
    @rows_written = @rows_written OUTPUT,
    @rows_rejected = @rows_rejected OUTPUT;
SET @counts = CONCAT(@rows_read, N' ', @rows_written, N' ', @rows_rejected);
GO
-- The quarantine as one text: "line rule status, …".
CREATE PROCEDURE test_silver_load_shop_payments.assert_quarantine
    @expected nvarchar(4000)
AS
DECLARE @actual nvarchar(4000) = (
    SELECT STRING_AGG(CONCAT(quarantine.line_number, N' ', quarantine.rule_name, N' ', quarantine.status), N', ')
        WITHIN GROUP (ORDER BY quarantine.line_number, quarantine.quarantine_id)
    FROM ops.quarantine AS quarantine
    WHERE quarantine.table_name = N'silver.payments'
);
EXEC tSQLt.AssertEqualsString @Expected = @expected, @Actual = @actual;
GO
CREATE PROCEDURE test_silver_load_shop_payments.[test a payment has the values of its record, in USD at the rate of its day]
AS
DECLARE @counts nvarchar(100);
EXEC test_silver_load_shop_payments.write_rate @rate_date = '20250307', @rate = 1.1;
EXEC test_silver_load_shop_payments.write_rate @rate_date = '20250308', @rate = 1.2;
EXEC test_silver_load_shop_payments.write_order @currency = N'EUR';
EXEC test_silver_load_shop_payments.write_payment @currency = N'EUR', @paid_at = '2025-03-08T11:00:00';
EXEC test_silver_load_shop_payments.run_load @counts = @counts OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = N'1 1 0', @Actual = @counts;

SELECT
    payments.source_system,
    payments.payment_id,
    payments.order_id,
    payments.paid_at,
    payments.payment_method,
    payments.currency,
    payments.original_amount,
    payments.paid_amount,
    payments.source_updated_at,
    payments.file_id,
    payments.line_number
INTO #actual
FROM silver.payments AS payments;

SELECT TOP (0) * INTO #expected FROM #actual;
INSERT INTO #expected
VALUES (N'shop', N'Y-1', N'O-1', '2025-03-08T11:00:00', N'card', N'EUR', 10, 12, '2025-03-07T12:00:00', 2, 2);
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_silver_load_shop_payments.[test each payment is rounded to four places, half away from zero]
AS
EXEC test_silver_load_shop_payments.write_rate @rate_date = '20250307', @rate = 1.00005;
EXEC test_silver_load_shop_payments.write_order @currency = N'EUR';
EXEC test_silver_load_shop_payments.write_payment @line_number = 2, @payment_id = N'Y-1', @currency = N'EUR', @amount = 1;
EXEC test_silver_load_shop_payments.write_payment @line_number = 3, @payment_id = N'Y-2', @currency = N'EUR', @amount = 3;
EXEC test_silver_load_shop_payments.write_payment @line_number = 4, @payment_id = N'Y-3', @currency = N'EUR', @amount = 0.9998;
EXEC test_silver_load_shop_payments.run_load;
EXEC test_silver_load_shop_payments.assert_payments @expected = N'Y-1 1.0001, Y-2 3.0002, Y-3 0.9998';
GO
CREATE PROCEDURE test_silver_load_shop_payments.[test each rule keeps a payment out, the first in order is told]
AS
DECLARE @counts nvarchar(100);
EXEC test_silver_load_shop_payments.write_order @line_number = 2, @order_id = N'O-1', @order_total = 100;
EXEC test_silver_load_shop_payments.write_order @line_number = 3, @order_id = N'O-2', @judged_rule_name = N'no_rate';
EXEC test_silver_load_shop_payments.write_payment @line_number = 2, @payment_id = N'Y-1', @order_id = N'O-9', @currency = N'EUR';
EXEC test_silver_load_shop_payments.write_payment @line_number = 3, @payment_id = N'Y-2', @order_id = N'O-2';
EXEC test_silver_load_shop_payments.write_payment @line_number = 4, @payment_id = N'Y-3', @currency = N'EUR', @paid_at = '2025-03-07T09:59:59';
EXEC test_silver_load_shop_payments.write_payment @line_number = 5, @payment_id = N'Y-4', @paid_at = '2025-03-07T09:59:59', @amount = 1000;
EXEC test_silver_load_shop_payments.write_payment @line_number = 6, @payment_id = N'Y-5', @paid_at = '2025-03-07T10:00:00', @amount = 100;
EXEC test_silver_load_shop_payments.write_payment @line_number = 7, @payment_id = N'Y-6', @amount = 0.01;
EXEC test_silver_load_shop_payments.run_load @counts = @counts OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = N'6 1 5', @Actual = @counts;
EXEC test_silver_load_shop_payments.assert_payments @expected = N'Y-5 100.0000';

SELECT quarantine.line_number, quarantine.rule_name, quarantine.reason, quarantine.raw_text
INTO #actual
FROM ops.quarantine AS quarantine
WHERE quarantine.table_name = N'silver.payments';

SELECT TOP (0) * INTO #expected FROM #actual;
INSERT INTO #expected
VALUES
    (2, N'unknown_key:order_id', N'order_id is not known: O-9', N'line 2'),
    (3, N'unknown_key:order_id', N'order_id is not known: O-2', N'line 3'),
    (4, N'currency_mismatch', N'currency is EUR, that of the order USD', N'line 4'),
    (5, N'before_order', N'paid before the order of 2025-03-07 10:00:00', N'line 5'),
    (7, N'payment_exceeds_total', N'with it 100.0100 is paid of a total of 100.0000', N'line 7');
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_silver_load_shop_payments.[test payments add up by time and number, with those that exceeded the total]
AS
EXEC test_silver_load_shop_payments.write_order @order_total = 10;
EXEC test_silver_load_shop_payments.write_payment @line_number = 2, @payment_id = N'Y-4', @amount = 1, @paid_at = '2025-03-07T13:00:00';
EXEC test_silver_load_shop_payments.write_payment @line_number = 3, @payment_id = N'Y-3', @amount = 5, @paid_at = '2025-03-07T12:00:00';
EXEC test_silver_load_shop_payments.write_payment @line_number = 4, @payment_id = N'Y-2', @amount = 6, @paid_at = '2025-03-07T12:00:00';
EXEC test_silver_load_shop_payments.write_payment @line_number = 5, @payment_id = N'Y-1', @amount = 4, @paid_at = '2025-03-07T11:00:00';
EXEC test_silver_load_shop_payments.run_load;
EXEC test_silver_load_shop_payments.assert_payments @expected = N'Y-1 4.0000, Y-2 6.0000';
EXEC test_silver_load_shop_payments.assert_quarantine @expected = N'2 payment_exceeds_total open, 3 payment_exceeds_total open';
GO
CREATE PROCEDURE test_silver_load_shop_payments.[test an earlier payment that comes late pushes a later one out, and back in when it goes]
AS
EXEC test_silver_load_shop_payments.write_order @order_total = 10;
EXEC test_silver_load_shop_payments.write_payment @line_number = 2, @payment_id = N'Y-2';
EXEC test_silver_load_shop_payments.run_load;
EXEC test_silver_load_shop_payments.write_payment @line_number = 3, @payment_id = N'Y-1', @amount = 1, @paid_at = '2025-03-07T10:30:00', @batch_id = -4;
EXEC test_silver_load_shop_payments.run_load;
EXEC test_silver_load_shop_payments.assert_payments @expected = N'Y-1 1.0000';
EXEC test_silver_load_shop_payments.write_payment @line_number = 3, @payment_id = N'Y-1', @standing = N'superseded_by_file', @batch_id = -5;
EXEC test_silver_load_shop_payments.run_load;
EXEC test_silver_load_shop_payments.assert_payments @expected = N'Y-2 10.0000';
EXEC test_silver_load_shop_payments.assert_quarantine @expected = N'2 payment_exceeds_total released';
GO
CREATE PROCEDURE test_silver_load_shop_payments.[test an order that turns bad takes its payments with it and releases them when it is good again]
AS
EXEC test_silver_load_shop_payments.write_order;
EXEC test_silver_load_shop_payments.write_payment;
EXEC test_silver_load_shop_payments.run_load;
EXEC test_silver_load_shop_payments.write_order @judged_rule_name = N'no_rate', @batch_id = -4;
EXEC test_silver_load_shop_payments.run_load;
EXEC test_silver_load_shop_payments.assert_payments @expected = NULL;
EXEC test_silver_load_shop_payments.write_order @batch_id = -5;
EXEC test_silver_load_shop_payments.run_load;
EXEC test_silver_load_shop_payments.assert_payments @expected = N'Y-1 10.0000';
EXEC test_silver_load_shop_payments.assert_quarantine @expected = N'2 unknown_key:order_id released';
GO
CREATE PROCEDURE test_silver_load_shop_payments.[test a payment that moves to another order stays one payment]
AS
EXEC test_silver_load_shop_payments.write_order @line_number = 2, @order_id = N'O-1';
EXEC test_silver_load_shop_payments.write_order @line_number = 3, @order_id = N'O-2';
EXEC test_silver_load_shop_payments.write_payment;
EXEC test_silver_load_shop_payments.run_load;
EXEC test_silver_load_shop_payments.write_payment @line_number = 2, @standing = N'superseded', @batch_id = -4;
EXEC test_silver_load_shop_payments.write_payment @line_number = 3, @order_id = N'O-2', @batch_id = -4;
EXEC test_silver_load_shop_payments.run_load;
SELECT payments.payment_id, payments.order_id INTO #actual FROM silver.payments AS payments;
SELECT TOP (0) * INTO #expected FROM #actual;
INSERT INTO #expected VALUES (N'Y-1', N'O-2');
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_silver_load_shop_payments.[test a restated rate changes the payments from its day on, the same record again changes nothing]
AS
DECLARE @counts nvarchar(100);
EXEC test_silver_load_shop_payments.write_rate @rate_date = '20250307', @rate = 1.1;
EXEC test_silver_load_shop_payments.write_order @currency = N'EUR';
EXEC test_silver_load_shop_payments.write_payment @currency = N'EUR';
EXEC test_silver_load_shop_payments.run_load;
EXEC test_silver_load_shop_payments.write_rate @rate_date = '20250307', @rate = 1.3, @batch_id = -4;
EXEC test_silver_load_shop_payments.run_load @counts = @counts OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = N'1 1 0', @Actual = @counts;
EXEC test_silver_load_shop_payments.assert_payments @expected = N'Y-1 13.0000';
EXEC test_silver_load_shop_payments.write_payment @currency = N'EUR', @batch_id = -5;
EXEC test_silver_load_shop_payments.run_load @counts = @counts OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = N'1 0 0', @Actual = @counts;
GO
CREATE PROCEDURE test_silver_load_shop_payments.[test a changed row is as it would be if it were new]
AS
EXEC test_silver_load_shop_payments.write_order;
EXEC test_silver_load_shop_payments.write_payment;
EXEC test_silver_load_shop_payments.run_load;
EXEC test_silver_load_shop_payments.write_rate @rate_date = '20250308', @rate = 1.1;
EXEC test_silver_load_shop_payments.write_order @line_number = 3, @order_id = N'O-2', @currency = N'EUR';
UPDATE silver.shop_payments_records
SET
    order_id = N'O-2',
    paid_at = '20250308',
    method = N'paypal',
    amount = 5,
    currency = N'EUR',
    updated_at = '2025-03-10T12:00:00',
    line_number = 9,
    value_hash = 0x02,
    records_batch_id = -14;
EXEC test_silver_load_shop_payments.announce @batch_id = -14, @table_name = N'silver.shop_payments_records';
EXEC test_silver_load_shop_payments.run_load;
SELECT
    loaded.payment_id,
    loaded.order_id,
    loaded.paid_at,
    loaded.payment_method,
    loaded.currency,
    loaded.original_amount,
    loaded.paid_amount,
    loaded.source_updated_at,
    loaded.row_hash,
    loaded.file_id,
    loaded.line_number
INTO #updated
FROM silver.payments AS loaded
WHERE loaded.source_system = N'shop';

DELETE FROM silver.payments WHERE source_system = N'shop';
UPDATE silver.shop_payments_records SET records_batch_id = -15;
EXEC test_silver_load_shop_payments.announce @batch_id = -15, @table_name = N'silver.shop_payments_records';
EXEC test_silver_load_shop_payments.run_load;
SELECT
    loaded.payment_id,
    loaded.order_id,
    loaded.paid_at,
    loaded.payment_method,
    loaded.currency,
    loaded.original_amount,
    loaded.paid_amount,
    loaded.source_updated_at,
    loaded.row_hash,
    loaded.file_id,
    loaded.line_number
INTO #inserted
FROM silver.payments AS loaded
WHERE loaded.source_system = N'shop';

EXEC tSQLt.AssertEqualsTable @Expected = N'#inserted', @Actual = N'#updated';
DECLARE @rows int = (SELECT COUNT(*) FROM #inserted AS loaded WHERE loaded.line_number = 9);
EXEC tSQLt.AssertEquals @Expected = 1, @Actual = @rows;
GO
CREATE PROCEDURE test_silver_load_shop_payments.[test without new batches there is nothing to do]
AS
DECLARE @counts nvarchar(100);
EXEC test_silver_load_shop_payments.run_load @counts = @counts OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = N'0 0 0', @Actual = @counts;
GO
CREATE PROCEDURE test_silver_load_shop_payments.[test a second run takes nothing in again]
AS
DECLARE @counts nvarchar(100);
EXEC test_silver_load_shop_payments.write_order;
EXEC test_silver_load_shop_payments.write_payment;
EXEC test_silver_load_shop_payments.run_load;
EXEC test_silver_load_shop_payments.run_load @counts = @counts OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = N'0 0 0', @Actual = @counts;
DECLARE @written int = (SELECT COUNT(*) FROM ops.batches AS batches WHERE batches.table_name = N'silver.payments' AND batches.batch_id > 0);
EXEC tSQLt.AssertEquals @Expected = 1, @Actual = @written;
GO
CREATE PROCEDURE test_silver_load_shop_payments.[test a lock that cannot be had reaches the caller]
AS
EXEC tSQLt.SpyProcedure
    @ProcedureName = N'ops.lock_target',
    @CommandToExecute = N'THROW 51002, N''ops.lock_target: held'', 1;';
EXEC tSQLt.ExpectException @ExpectedErrorNumber = 51002;
EXEC silver.load_shop_payments @run_id = 3;
GO
--[@tSQLt:NoTransaction](DEFAULT)
CREATE PROCEDURE test_silver_load_shop_payments.[test a failure at the end leaves everything as it was]
AS
DECLARE @number int = 0;
EXEC test_silver_load_shop_payments.write_order;
EXEC test_silver_load_shop_payments.write_payment;
EXEC tSQLt.SpyProcedure
    @ProcedureName = N'ops.finish_batch',
    @CommandToExecute = N'THROW 51999, N''no luck today'', 1;';

BEGIN TRY
    EXEC silver.load_shop_payments @run_id = 3;
END TRY
BEGIN CATCH
    SET @number = ERROR_NUMBER();
END CATCH;

EXEC tSQLt.AssertEquals @Expected = 51999, @Actual = @number;
EXEC tSQLt.AssertEquals @Expected = 0, @Actual = @@TRANCOUNT;
EXEC test_silver_load_shop_payments.assert_payments @expected = NULL;
EXEC tSQLt.AssertEmptyTable @TableName = N'ops.batch_consumers';
GO
--[@tSQLt:NoTransaction](DEFAULT)
CREATE PROCEDURE test_silver_load_shop_payments.[test what succeeds outside a transaction is committed]
AS
EXEC test_silver_load_shop_payments.write_order;
EXEC test_silver_load_shop_payments.write_payment;
EXEC silver.load_shop_payments @run_id = 3;
DECLARE @taken_in int = (SELECT COUNT(*) FROM ops.batch_consumers AS consumers WHERE consumers.consumer = N'silver.payments');
EXEC tSQLt.AssertEquals @Expected = 0, @Actual = @@TRANCOUNT;
EXEC tSQLt.AssertNotEquals @Expected = 0, @Actual = @taken_in;
GO
