-- gold.load_fact_order_lines: order lines with the keys of their dimensions as of the order.
EXEC tSQLt.NewTestClass @ClassName = N'test_gold_load_fact_order_lines';
GO
CREATE PROCEDURE test_gold_load_fact_order_lines.SetUp
AS
EXEC tSQLt.FakeTable @TableName = N'ops.batches', @Defaults = 1;
EXEC tSQLt.FakeTable @TableName = N'ops.batch_consumers', @Defaults = 1;
EXEC tSQLt.FakeTable @TableName = N'ops.batch_dates';
EXEC tSQLt.FakeTable @TableName = N'silver.order_lines', @Defaults = 1;
EXEC tSQLt.FakeTable @TableName = N'gold.fact_order_lines';
EXEC tSQLt.FakeTable @TableName = N'ops.removed_rows';
EXEC tSQLt.FakeTable @TableName = N'gold.dim_dates';
EXEC tSQLt.FakeTable @TableName = N'gold.dim_customers';
EXEC tSQLt.FakeTable @TableName = N'gold.dim_products';
EXEC tSQLt.FakeTable @TableName = N'gold.dim_stores';
INSERT INTO gold.dim_dates (date_key, calendar_date) VALUES (20170101, '20170101'), (20170102, '20170102');
INSERT INTO gold.dim_customers (customer_key, source_system, customer_id, valid_from, valid_to)
VALUES
    (21, N'journey', N'7', '19000101', '2017-01-01T18:00:00'),
    (22, N'journey', N'7', '2017-01-01T18:00:00', '99991231');
INSERT INTO gold.dim_products (product_key, source_system, product_id) VALUES (31, N'journey', N'100');
INSERT INTO gold.dim_stores (store_key, source_system, store_id) VALUES (41, N'journey', N'30');
GO
-- Batch @batch_id writes an order line.
CREATE PROCEDURE test_gold_load_fact_order_lines.write_line
    @batch_id bigint,
    @order_line_key bigint = 1,
    @ordered_at datetime2(3) = '2017-01-01T12:00:00',
    @product_id nvarchar(50) = N'100',
    @sales_amount decimal(19, 4) = 2.5
AS
DELETE FROM silver.order_lines WHERE order_line_key = @order_line_key;
INSERT INTO silver.order_lines (
    order_line_key,
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
VALUES (
    @order_line_key, N'journey', N'1', N'7', @product_id, N'30', @ordered_at, 2, @sales_amount, 0.1, 0.2, 0.3,
    @batch_id
);
DELETE FROM ops.batches WHERE batch_id = @batch_id;
INSERT INTO ops.batches (batch_id, table_name, run_id, rows_written)
SELECT @batch_id, N'silver.order_lines', 1, COUNT(*)
FROM silver.order_lines AS lines
WHERE lines.batch_id = @batch_id;
GO
-- Loads, and puts "read written rejected" into @counts.
CREATE PROCEDURE test_gold_load_fact_order_lines.load_facts
    @counts nvarchar(100) = NULL OUTPUT
AS
DECLARE @rows_read bigint;
DECLARE @rows_written bigint;
DECLARE @rows_rejected bigint;
EXEC gold.load_fact_order_lines
    @run_id = 3,
    @rows_read = @rows_read OUTPUT,
    @rows_written = @rows_written OUTPUT,
    @rows_rejected = @rows_rejected OUTPUT;
SET @counts = CONCAT(@rows_read, N' ', @rows_written, N' ', @rows_rejected);
GO
CREATE PROCEDURE test_gold_load_fact_order_lines.[test without new batches there is nothing to do]
AS
DECLARE @counts nvarchar(100);
EXEC test_gold_load_fact_order_lines.load_facts @counts = @counts OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = N'0 0 0', @Actual = @counts;
GO
CREATE PROCEDURE test_gold_load_fact_order_lines.[test a second run takes nothing in again]
AS
DECLARE @counts nvarchar(100);
EXEC test_gold_load_fact_order_lines.write_line @batch_id = 11;
EXEC test_gold_load_fact_order_lines.load_facts;
EXEC test_gold_load_fact_order_lines.load_facts @counts = @counts OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = N'0 0 0', @Actual = @counts;
GO
CREATE PROCEDURE test_gold_load_fact_order_lines.[test a lock that cannot be had reaches the caller]
AS
EXEC tSQLt.SpyProcedure
    @ProcedureName = N'ops.lock_target',
    @CommandToExecute = N'THROW 51002, N''ops.lock_target: held'', 1;';
EXEC tSQLt.ExpectException @ExpectedErrorNumber = 51002;
EXEC gold.load_fact_order_lines @run_id = 3;
GO
--[@tSQLt:NoTransaction](DEFAULT)
CREATE PROCEDURE test_gold_load_fact_order_lines.[test a failure at the end leaves everything as it was]
AS
DECLARE @number int = 0;
EXEC test_gold_load_fact_order_lines.write_line @batch_id = 11;
EXEC tSQLt.SpyProcedure
    @ProcedureName = N'ops.finish_batch',
    @CommandToExecute = N'THROW 51999, N''no luck today'', 1;';

BEGIN TRY
    EXEC gold.load_fact_order_lines @run_id = 3;
END TRY
BEGIN CATCH
    SET @number = ERROR_NUMBER();
END CATCH;

EXEC tSQLt.AssertEquals @Expected = 51999, @Actual = @number;
EXEC tSQLt.AssertEquals @Expected = 0, @Actual = @@TRANCOUNT;
EXEC tSQLt.AssertEmptyTable @TableName = N'gold.fact_order_lines';
EXEC tSQLt.AssertEmptyTable @TableName = N'ops.batch_consumers';
GO
CREATE PROCEDURE test_gold_load_fact_order_lines.[test a line is stored with the keys of its dimensions]
AS
DECLARE @counts nvarchar(100);
EXEC test_gold_load_fact_order_lines.write_line @batch_id = 11;
EXEC test_gold_load_fact_order_lines.load_facts @counts = @counts OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = N'1 1 0', @Actual = @counts;

SELECT
    facts.order_line_key,
    facts.order_date,
    facts.order_date_key,
    facts.customer_key,
    facts.product_key,
    facts.store_key,
    facts.source_system,
    facts.order_id,
    facts.ordered_at,
    facts.quantity,
    facts.sales_amount,
    facts.retail_discount_amount,
    facts.coupon_discount_amount,
    facts.coupon_match_discount_amount
INTO #actual
FROM gold.fact_order_lines AS facts;

SELECT TOP (0) * INTO #expected FROM #actual;
INSERT INTO #expected
VALUES (
    1, '20170101', 20170101, 21, 31, 41, N'journey', N'1', '2017-01-01T12:00:00', 2, 2.5, 0.1, 0.2, 0.3
);
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_gold_load_fact_order_lines.[test the version of the customer is that of the moment]
AS
EXEC test_gold_load_fact_order_lines.write_line @batch_id = 11, @order_line_key = 1, @ordered_at = '2017-01-01T17:59:59.999';
EXEC test_gold_load_fact_order_lines.write_line @batch_id = 11, @order_line_key = 2, @ordered_at = '2017-01-01T18:00:00';
EXEC test_gold_load_fact_order_lines.load_facts;
DECLARE @keys nvarchar(max) = (
    SELECT STRING_AGG(facts.customer_key, N',') WITHIN GROUP (ORDER BY facts.order_line_key)
    FROM gold.fact_order_lines AS facts
);
EXEC tSQLt.AssertEqualsString @Expected = N'21,22', @Actual = @keys;
GO
CREATE PROCEDURE test_gold_load_fact_order_lines.[test what no dimension knows has key -1 until it does]
AS
EXEC test_gold_load_fact_order_lines.write_line @batch_id = 11, @product_id = N'999';
EXEC test_gold_load_fact_order_lines.load_facts;
DECLARE @before int = (SELECT facts.product_key FROM gold.fact_order_lines AS facts);
EXEC tSQLt.AssertEquals @Expected = -1, @Actual = @before;

INSERT INTO gold.dim_products (product_key, source_system, product_id) VALUES (32, N'journey', N'999');
INSERT INTO ops.batches (batch_id, table_name, run_id, rows_written) VALUES (12, N'gold.dim_products', 1, 1);
EXEC test_gold_load_fact_order_lines.load_facts;
DECLARE @after int = (SELECT facts.product_key FROM gold.fact_order_lines AS facts);
EXEC tSQLt.AssertEquals @Expected = 32, @Actual = @after;
GO
CREATE PROCEDURE test_gold_load_fact_order_lines.[test a grown dimension leaves rows alone that had their keys]
AS
EXEC test_gold_load_fact_order_lines.write_line @batch_id = 11;
EXEC test_gold_load_fact_order_lines.load_facts;
UPDATE gold.fact_order_lines SET batch_id = 77;
INSERT INTO ops.batches (batch_id, table_name, run_id, rows_written) VALUES (12, N'gold.dim_products', 1, 1);
EXEC test_gold_load_fact_order_lines.load_facts;
DECLARE @batch_id bigint = (SELECT facts.batch_id FROM gold.fact_order_lines AS facts);
EXEC tSQLt.AssertEquals @Expected = 77, @Actual = @batch_id;
GO
CREATE PROCEDURE test_gold_load_fact_order_lines.[test a line written again replaces itself]
AS
EXEC test_gold_load_fact_order_lines.write_line @batch_id = 11;
EXEC test_gold_load_fact_order_lines.load_facts;
EXEC test_gold_load_fact_order_lines.write_line @batch_id = 12, @sales_amount = 9;
EXEC test_gold_load_fact_order_lines.load_facts;
SELECT facts.order_line_key, facts.sales_amount INTO #actual FROM gold.fact_order_lines AS facts;
SELECT TOP (0) * INTO #expected FROM #actual;
INSERT INTO #expected VALUES (1, 9);
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_gold_load_fact_order_lines.[test both days of a line that moved have changed]
AS
EXEC test_gold_load_fact_order_lines.write_line @batch_id = 11;
EXEC test_gold_load_fact_order_lines.load_facts;
DELETE FROM ops.batch_dates;
EXEC test_gold_load_fact_order_lines.write_line @batch_id = 12, @ordered_at = '2017-01-02T12:00:00';
EXEC test_gold_load_fact_order_lines.load_facts;
SELECT dates.affected_date INTO #actual FROM ops.batch_dates AS dates;
CREATE TABLE #expected (affected_date date NULL);
INSERT INTO #expected (affected_date) VALUES ('20170101'), ('20170102');
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_gold_load_fact_order_lines.[test a line that was cancelled is left out, and goes when it is cancelled later]
AS
EXEC test_gold_load_fact_order_lines.write_line @batch_id = 11, @order_line_key = 1;
EXEC test_gold_load_fact_order_lines.write_line @batch_id = 11, @order_line_key = 2;
UPDATE silver.order_lines SET is_cancelled = 1 WHERE order_line_key = 1;
EXEC test_gold_load_fact_order_lines.load_facts;
SELECT facts.order_line_key INTO #actual FROM gold.fact_order_lines AS facts;
CREATE TABLE #expected (order_line_key bigint NULL);
INSERT INTO #expected (order_line_key) VALUES (2);
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';

UPDATE silver.order_lines SET is_cancelled = 1, batch_id = 12 WHERE order_line_key = 2;
INSERT INTO ops.batches (batch_id, table_name, run_id, rows_written) VALUES (12, N'silver.order_lines', 1, 1);
DELETE FROM ops.batch_dates;
EXEC test_gold_load_fact_order_lines.load_facts;
EXEC tSQLt.AssertEmptyTable @TableName = N'gold.fact_order_lines';
DECLARE @days int = (SELECT COUNT(*) FROM ops.batch_dates AS dates WHERE dates.affected_date = '20170101');
EXEC tSQLt.AssertEquals @Expected = 1, @Actual = @days;
GO
CREATE PROCEDURE test_gold_load_fact_order_lines.[test a line that was removed from silver is removed, and its day has changed]
AS
DECLARE @counts nvarchar(100);
EXEC test_gold_load_fact_order_lines.write_line @batch_id = 11, @order_line_key = 1;
EXEC test_gold_load_fact_order_lines.write_line @batch_id = 11, @order_line_key = 2, @ordered_at = '2017-01-02T12:00:00';
EXEC test_gold_load_fact_order_lines.load_facts;
DELETE FROM ops.batch_dates;
DELETE FROM silver.order_lines WHERE order_line_key = 2;
INSERT INTO ops.batches (batch_id, table_name, run_id, rows_written) VALUES (12, N'silver.order_lines', 1, 1);
INSERT INTO ops.removed_rows (batch_id, table_name, removed_id)
VALUES (12, N'silver.order_lines', N'2'), (12, N'silver.something_else', N'1');
EXEC test_gold_load_fact_order_lines.load_facts @counts = @counts OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = N'1 0 0', @Actual = @counts;

SELECT facts.order_line_key INTO #actual FROM gold.fact_order_lines AS facts;
CREATE TABLE #expected (order_line_key bigint NULL);
INSERT INTO #expected (order_line_key) VALUES (1);
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';

SELECT dates.affected_date INTO #days FROM ops.batch_dates AS dates;
CREATE TABLE #expected_days (affected_date date NULL);
INSERT INTO #expected_days (affected_date) VALUES ('20170102');
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected_days', @Actual = N'#days';
GO
