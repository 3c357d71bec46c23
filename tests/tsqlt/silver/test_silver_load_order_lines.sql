-- silver.load_order_lines: one product in one order of one customer; the latest delivery wins.
EXEC tSQLt.NewTestClass @ClassName = N'test_silver_load_order_lines';
GO
CREATE PROCEDURE test_silver_load_order_lines.SetUp
AS
EXEC tSQLt.FakeTable @TableName = N'ops.batches', @Defaults = 1;
EXEC tSQLt.FakeTable @TableName = N'ops.batch_consumers', @Defaults = 1;
EXEC tSQLt.FakeTable @TableName = N'ops.quarantine', @Identity = 1, @Defaults = 1;
EXEC tSQLt.FakeTable @TableName = N'ops.files';
EXEC tSQLt.FakeTable @TableName = N'bronze.journey_transactions';
EXEC tSQLt.FakeTable @TableName = N'silver.order_lines', @Identity = 1;
INSERT INTO ops.files (file_id, path) VALUES (4, N'four.csv'), (5, N'five.csv');
GO
-- One record of file @file_id, whose batch is 100 + @file_id.
CREATE PROCEDURE test_silver_load_order_lines.deliver
    @file_id bigint,
    @line_number bigint,
    @basket_id nvarchar(200) = N'1',
    @product_id nvarchar(200) = N'100',
    @sales_value nvarchar(200) = N'2.50',
    @retail_disc nvarchar(200) = N'0',
    @household_id nvarchar(200) = N'7'
AS
INSERT INTO bronze.journey_transactions (
    file_id,
    line_number,
    household_id,
    store_id,
    basket_id,
    product_id,
    quantity,
    sales_value,
    retail_disc,
    coupon_disc,
    coupon_match_disc,
    week,
    transaction_timestamp,
    row_hash
)
VALUES (
    @file_id,
    @line_number,
    @household_id,
    N'30',
    @basket_id,
    @product_id,
    N'2',
    @sales_value,
    @retail_disc,
    N'0.1',
    NULL,
    N'1',
    N'2017-01-01 11:53:26',
    HASHBYTES('SHA2_256', CONCAT_WS(N'|', @household_id, @basket_id, @product_id, @sales_value, @retail_disc))
);
DELETE FROM ops.batches WHERE file_id = @file_id;
INSERT INTO ops.batches (batch_id, table_name, file_id, run_id, rows_written)
SELECT 100 + @file_id, N'bronze.journey_transactions', @file_id, 1, COUNT(*)
FROM bronze.journey_transactions AS delivered
WHERE delivered.file_id = @file_id;
GO
-- Loads, and puts "read written rejected" into @counts.
CREATE PROCEDURE test_silver_load_order_lines.load_lines
    @counts nvarchar(100) = NULL OUTPUT
AS
DECLARE @rows_read bigint;
DECLARE @rows_written bigint;
DECLARE @rows_rejected bigint;
EXEC silver.load_order_lines
    @run_id = 3,
    @rows_read = @rows_read OUTPUT,
    @rows_written = @rows_written OUTPUT,
    @rows_rejected = @rows_rejected OUTPUT;
SET @counts = CONCAT(@rows_read, N' ', @rows_written, N' ', @rows_rejected);
GO
CREATE PROCEDURE test_silver_load_order_lines.[test a line is stored with its types, file and line]
AS
DECLARE @counts nvarchar(100);
EXEC test_silver_load_order_lines.deliver @file_id = 4, @line_number = 2;
EXEC test_silver_load_order_lines.load_lines @counts = @counts OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = N'1 1 0', @Actual = @counts;

SELECT
    lines.source_system,
    lines.order_id,
    lines.customer_id,
    lines.product_id,
    lines.store_id,
    lines.ordered_at,
    lines.quantity,
    lines.sales_amount,
    lines.retail_discount_amount,
    lines.coupon_discount_amount,
    lines.coupon_match_discount_amount,
    lines.file_id,
    lines.line_number
INTO #actual
FROM silver.order_lines AS lines;

SELECT TOP (0) * INTO #expected FROM #actual;
INSERT INTO #expected
VALUES (N'journey', N'1', N'7', N'100', N'30', '2017-01-01T11:53:26', 2, 2.5, 0, 0.1, 0, 4, 2);
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_silver_load_order_lines.[test without new batches there is nothing to do]
AS
DECLARE @counts nvarchar(100);
EXEC test_silver_load_order_lines.load_lines @counts = @counts OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = N'0 0 0', @Actual = @counts;
GO
CREATE PROCEDURE test_silver_load_order_lines.[test a second run takes nothing in again]
AS
DECLARE @counts nvarchar(100);
EXEC test_silver_load_order_lines.deliver @file_id = 4, @line_number = 2;
EXEC test_silver_load_order_lines.load_lines;
EXEC test_silver_load_order_lines.load_lines @counts = @counts OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = N'0 0 0', @Actual = @counts;
GO
CREATE PROCEDURE test_silver_load_order_lines.[test order, customer and product together are the key]
AS
EXEC test_silver_load_order_lines.deliver @file_id = 4, @line_number = 2;
EXEC test_silver_load_order_lines.deliver @file_id = 4, @line_number = 3, @product_id = N'101';
EXEC test_silver_load_order_lines.deliver @file_id = 4, @line_number = 4, @household_id = N'8';
EXEC test_silver_load_order_lines.deliver @file_id = 4, @line_number = 5, @basket_id = N'2';
EXEC test_silver_load_order_lines.deliver @file_id = 4, @line_number = 6, @sales_value = N'9.99';
EXEC test_silver_load_order_lines.load_lines;
SELECT lines.line_number, lines.sales_amount INTO #actual FROM silver.order_lines AS lines;
SELECT TOP (0) * INTO #expected FROM #actual;
INSERT INTO #expected VALUES (3, 2.5), (4, 2.5), (5, 2.5), (6, 9.99);
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_silver_load_order_lines.[test a changed line is overwritten under the key it has]
AS
DECLARE @counts nvarchar(100);
EXEC test_silver_load_order_lines.deliver @file_id = 4, @line_number = 2;
EXEC test_silver_load_order_lines.load_lines;
EXEC test_silver_load_order_lines.deliver @file_id = 5, @line_number = 3, @sales_value = N'3.00';
EXEC test_silver_load_order_lines.load_lines @counts = @counts OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = N'1 1 0', @Actual = @counts;

SELECT
    CONVERT(bigint, lines.order_line_key) AS order_line_key,
    lines.sales_amount,
    lines.file_id,
    lines.line_number
INTO #actual
FROM silver.order_lines AS lines;

CREATE TABLE #expected (
    order_line_key bigint NULL,
    sales_amount decimal(19, 4) NULL,
    file_id bigint NULL,
    line_number bigint NULL
);
INSERT INTO #expected VALUES (1, 3, 5, 3);
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_silver_load_order_lines.[test a line delivered again unchanged is not written]
AS
DECLARE @counts nvarchar(100);
EXEC test_silver_load_order_lines.deliver @file_id = 4, @line_number = 2;
EXEC test_silver_load_order_lines.load_lines;
EXEC test_silver_load_order_lines.deliver @file_id = 5, @line_number = 2;
EXEC test_silver_load_order_lines.load_lines @counts = @counts OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = N'1 0 0', @Actual = @counts;
GO
CREATE PROCEDURE test_silver_load_order_lines.[test a file taken in late does not undo a newer one]
AS
EXEC test_silver_load_order_lines.deliver @file_id = 5, @line_number = 2, @sales_value = N'5.00';
EXEC test_silver_load_order_lines.load_lines;
EXEC test_silver_load_order_lines.deliver @file_id = 4, @line_number = 2, @sales_value = N'4.00';
EXEC test_silver_load_order_lines.load_lines;
DECLARE @amount decimal(19, 4) = (SELECT lines.sales_amount FROM silver.order_lines AS lines);
EXEC tSQLt.AssertEquals @Expected = 5, @Actual = @amount;
GO
CREATE PROCEDURE test_silver_load_order_lines.[test a discount left empty is none]
AS
EXEC test_silver_load_order_lines.deliver @file_id = 4, @line_number = 2, @retail_disc = NULL;
EXEC test_silver_load_order_lines.load_lines;
DECLARE @discount decimal(19, 4) = (SELECT lines.retail_discount_amount FROM silver.order_lines AS lines);
EXEC tSQLt.AssertEquals @Expected = 0, @Actual = @discount;
GO
CREATE PROCEDURE test_silver_load_order_lines.[test misfits go to quarantine with their record and the others go on]
AS
DECLARE @counts nvarchar(100);
EXEC test_silver_load_order_lines.deliver @file_id = 4, @line_number = 2, @sales_value = N'x';
EXEC test_silver_load_order_lines.deliver @file_id = 4, @line_number = 3, @basket_id = NULL;
EXEC test_silver_load_order_lines.deliver @file_id = 4, @line_number = 4;
EXEC test_silver_load_order_lines.load_lines @counts = @counts OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = N'3 1 2', @Actual = @counts;

SELECT
    quarantine.table_name,
    quarantine.file_path,
    quarantine.line_number,
    quarantine.reason,
    quarantine.raw_text
INTO #actual
FROM ops.quarantine AS quarantine;

SELECT TOP (0) * INTO #expected FROM #actual;
INSERT INTO #expected
VALUES
    (
        N'silver.order_lines', N'four.csv', 2, N'sales_value is not an amount of money: x',
        N'7,30,1,100,2,x,0,0.1,,1,2017-01-01 11:53:26'
    ),
    (
        N'silver.order_lines', N'four.csv', 3, N'basket_id is missing',
        N'7,30,,100,2,2.50,0,0.1,,1,2017-01-01 11:53:26'
    );
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_silver_load_order_lines.[test a lock that cannot be had reaches the caller]
AS
EXEC tSQLt.SpyProcedure
    @ProcedureName = N'ops.lock_target',
    @CommandToExecute = N'THROW 51002, N''ops.lock_target: held'', 1;';
EXEC tSQLt.ExpectException @ExpectedErrorNumber = 51002;
EXEC silver.load_order_lines @run_id = 3;
GO
--[@tSQLt:NoTransaction](DEFAULT)
CREATE PROCEDURE test_silver_load_order_lines.[test a failure at the end leaves everything as it was]
AS
DECLARE @number int = 0;
EXEC test_silver_load_order_lines.deliver @file_id = 4, @line_number = 2;
EXEC tSQLt.SpyProcedure
    @ProcedureName = N'ops.finish_batch',
    @CommandToExecute = N'THROW 51999, N''no luck today'', 1;';

BEGIN TRY
    EXEC silver.load_order_lines @run_id = 3;
END TRY
BEGIN CATCH
    SET @number = ERROR_NUMBER();
END CATCH;

EXEC tSQLt.AssertEquals @Expected = 51999, @Actual = @number;
EXEC tSQLt.AssertEquals @Expected = 0, @Actual = @@TRANCOUNT;
EXEC tSQLt.AssertEmptyTable @TableName = N'silver.order_lines';
EXEC tSQLt.AssertEmptyTable @TableName = N'ops.batch_consumers';
GO
