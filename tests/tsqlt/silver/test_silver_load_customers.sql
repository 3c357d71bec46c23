-- silver.load_customers: every household with demographics or with an order; the latest demographics win.
EXEC tSQLt.NewTestClass @ClassName = N'test_silver_load_customers';
GO
CREATE PROCEDURE test_silver_load_customers.SetUp
AS
EXEC tSQLt.FakeTable @TableName = N'ops.batches', @Defaults = 1;
EXEC tSQLt.FakeTable @TableName = N'ops.batch_consumers', @Defaults = 1;
EXEC tSQLt.FakeTable @TableName = N'ops.quarantine', @Identity = 1, @Defaults = 1;
EXEC tSQLt.FakeTable @TableName = N'ops.files';
EXEC tSQLt.FakeTable @TableName = N'bronze.journey_demographics';
EXEC tSQLt.FakeTable @TableName = N'silver.order_lines', @Identity = 1;
EXEC tSQLt.FakeTable @TableName = N'silver.customers';
INSERT INTO ops.files (file_id, path) VALUES (4, N'four.csv'), (5, N'five.csv');
GO
-- The demographics of one household in file @file_id, whose batch is 100 + @file_id.
CREATE PROCEDURE test_silver_load_customers.deliver
    @file_id bigint,
    @line_number bigint,
    @household_id nvarchar(200),
    @income nvarchar(200) = N'35-49K'
AS
INSERT INTO bronze.journey_demographics (file_id, line_number, household_id, age, income)
VALUES (@file_id, @line_number, @household_id, N'65+', @income);
DELETE FROM ops.batches WHERE file_id = @file_id;
INSERT INTO ops.batches (batch_id, table_name, file_id, run_id, rows_written)
SELECT 100 + @file_id, N'bronze.journey_demographics', @file_id, 1, COUNT(*)
FROM bronze.journey_demographics AS delivered
WHERE delivered.file_id = @file_id;
GO
-- An order line of @customer_id that batch @batch_id wrote.
CREATE PROCEDURE test_silver_load_customers.sell
    @batch_id bigint,
    @customer_id nvarchar(50)
AS
INSERT INTO silver.order_lines (source_system, customer_id, batch_id) VALUES (N'journey', @customer_id, @batch_id);
DELETE FROM ops.batches WHERE batch_id = @batch_id;
INSERT INTO ops.batches (batch_id, table_name, run_id, rows_written) VALUES (@batch_id, N'silver.order_lines', 1, 1);
GO
-- Loads, and puts "read written rejected" into @counts.
CREATE PROCEDURE test_silver_load_customers.load_customers
    @counts nvarchar(100) = NULL OUTPUT
AS
DECLARE @rows_read bigint;
DECLARE @rows_written bigint;
DECLARE @rows_rejected bigint;
EXEC silver.load_customers
    @run_id = 3,
    @rows_read = @rows_read OUTPUT,
    @rows_written = @rows_written OUTPUT,
    @rows_rejected = @rows_rejected OUTPUT;
SET @counts = CONCAT(@rows_read, N' ', @rows_written, N' ', @rows_rejected);
GO
CREATE PROCEDURE test_silver_load_customers.[test demographics make a customer]
AS
DECLARE @counts nvarchar(100);
EXEC test_silver_load_customers.deliver @file_id = 4, @line_number = 2, @household_id = N' 7';
EXEC test_silver_load_customers.load_customers @counts = @counts OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = N'1 1 0', @Actual = @counts;

SELECT
    customers.source_system,
    customers.customer_id,
    customers.age_band,
    customers.income_band,
    customers.child_count,
    customers.has_demographics,
    customers.file_id,
    customers.line_number
INTO #actual
FROM silver.customers AS customers;

SELECT TOP (0) * INTO #expected FROM #actual;
INSERT INTO #expected VALUES (N'journey', N'7', N'65+', N'35-49K', NULL, 1, 4, 2);
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_silver_load_customers.[test an order makes a customer without demographics once]
AS
EXEC test_silver_load_customers.sell @batch_id = 11, @customer_id = N'7';
EXEC test_silver_load_customers.sell @batch_id = 12, @customer_id = N'7';
EXEC test_silver_load_customers.load_customers;
SELECT customers.customer_id, customers.age_band, customers.has_demographics, customers.file_id
INTO #actual
FROM silver.customers AS customers;

SELECT TOP (0) * INTO #expected FROM #actual;
INSERT INTO #expected VALUES (N'7', NULL, 0, NULL);
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_silver_load_customers.[test demographics that come after an order complete the customer]
AS
EXEC test_silver_load_customers.sell @batch_id = 11, @customer_id = N'7';
EXEC test_silver_load_customers.load_customers;
EXEC test_silver_load_customers.deliver @file_id = 4, @line_number = 2, @household_id = N'7';
EXEC test_silver_load_customers.load_customers;
SELECT customers.customer_id, customers.income_band, customers.has_demographics
INTO #actual
FROM silver.customers AS customers;

SELECT TOP (0) * INTO #expected FROM #actual;
INSERT INTO #expected VALUES (N'7', N'35-49K', 1);
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_silver_load_customers.[test orders of another source are passed over once for all]
AS
DECLARE @counts nvarchar(100);
EXEC test_silver_load_customers.sell @batch_id = 11, @customer_id = N'7';
UPDATE silver.order_lines SET source_system = N'shop';
EXEC test_silver_load_customers.load_customers @counts = @counts OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = N'0 0 0', @Actual = @counts;
EXEC tSQLt.AssertEmptyTable @TableName = N'silver.customers';
SELECT consumers.consumer, consumers.batch_id
INTO #actual
FROM ops.batch_consumers AS consumers;

SELECT TOP (0) * INTO #expected FROM #actual;
INSERT INTO #expected VALUES (N'silver.customers', 11);
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_silver_load_customers.[test without new batches there is nothing to do]
AS
DECLARE @counts nvarchar(100);
EXEC test_silver_load_customers.load_customers @counts = @counts OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = N'0 0 0', @Actual = @counts;
GO
CREATE PROCEDURE test_silver_load_customers.[test a second run takes nothing in again]
AS
DECLARE @counts nvarchar(100);
EXEC test_silver_load_customers.deliver @file_id = 4, @line_number = 2, @household_id = N'7';
EXEC test_silver_load_customers.load_customers;
EXEC test_silver_load_customers.load_customers @counts = @counts OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = N'0 0 0', @Actual = @counts;
GO
CREATE PROCEDURE test_silver_load_customers.[test of several deliveries the last line of the latest file wins]
AS
EXEC test_silver_load_customers.deliver @file_id = 4, @line_number = 9, @household_id = N'7', @income = N'a';
EXEC test_silver_load_customers.deliver @file_id = 5, @line_number = 2, @household_id = N'7', @income = N'b';
EXEC test_silver_load_customers.deliver @file_id = 5, @line_number = 3, @household_id = N'7', @income = N'c';
EXEC test_silver_load_customers.load_customers;
DECLARE @income nvarchar(200) = (SELECT customers.income_band FROM silver.customers AS customers);
EXEC tSQLt.AssertEqualsString @Expected = N'c', @Actual = @income;
GO
CREATE PROCEDURE test_silver_load_customers.[test a customer delivered again unchanged is not written]
AS
DECLARE @counts nvarchar(100);
EXEC test_silver_load_customers.deliver @file_id = 4, @line_number = 2, @household_id = N'7';
EXEC test_silver_load_customers.load_customers;
EXEC test_silver_load_customers.deliver @file_id = 5, @line_number = 3, @household_id = N'7';
EXEC test_silver_load_customers.load_customers @counts = @counts OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = N'1 0 0', @Actual = @counts;
GO
CREATE PROCEDURE test_silver_load_customers.[test a file taken in late does not undo a newer one]
AS
EXEC test_silver_load_customers.deliver @file_id = 5, @line_number = 2, @household_id = N'7', @income = N'new';
EXEC test_silver_load_customers.load_customers;
EXEC test_silver_load_customers.deliver @file_id = 4, @line_number = 2, @household_id = N'7', @income = N'old';
EXEC test_silver_load_customers.load_customers;
DECLARE @income nvarchar(200) = (SELECT customers.income_band FROM silver.customers AS customers);
EXEC tSQLt.AssertEqualsString @Expected = N'new', @Actual = @income;
GO
CREATE PROCEDURE test_silver_load_customers.[test misfits go to quarantine with their record and the others go on]
AS
DECLARE @counts nvarchar(100);
EXEC test_silver_load_customers.deliver @file_id = 4, @line_number = 2, @household_id = N'x';
EXEC test_silver_load_customers.deliver @file_id = 4, @line_number = 3, @household_id = NULL;
EXEC test_silver_load_customers.deliver @file_id = 4, @line_number = 4, @household_id = N'7';
EXEC test_silver_load_customers.load_customers @counts = @counts OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = N'3 1 2', @Actual = @counts;

SELECT quarantine.line_number, quarantine.reason, quarantine.raw_text INTO #actual FROM ops.quarantine AS quarantine;
SELECT TOP (0) * INTO #expected FROM #actual;
INSERT INTO #expected
VALUES
    (2, N'household_id is not a whole number: x', N'x,65+,35-49K,,,,,'),
    (3, N'household_id is missing', N',65+,35-49K,,,,,');
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_silver_load_customers.[test a lock that cannot be had reaches the caller]
AS
EXEC tSQLt.SpyProcedure
    @ProcedureName = N'ops.lock_target',
    @CommandToExecute = N'THROW 51002, N''ops.lock_target: held'', 1;';
EXEC tSQLt.ExpectException @ExpectedErrorNumber = 51002;
EXEC silver.load_customers @run_id = 3;
GO
--[@tSQLt:NoTransaction](DEFAULT)
CREATE PROCEDURE test_silver_load_customers.[test a failure at the end leaves everything as it was]
AS
DECLARE @number int = 0;
EXEC test_silver_load_customers.deliver @file_id = 4, @line_number = 2, @household_id = N'7';
EXEC tSQLt.SpyProcedure
    @ProcedureName = N'ops.finish_batch',
    @CommandToExecute = N'THROW 51999, N''no luck today'', 1;';

BEGIN TRY
    EXEC silver.load_customers @run_id = 3;
END TRY
BEGIN CATCH
    SET @number = ERROR_NUMBER();
END CATCH;

EXEC tSQLt.AssertEquals @Expected = 51999, @Actual = @number;
EXEC tSQLt.AssertEquals @Expected = 0, @Actual = @@TRANCOUNT;
EXEC tSQLt.AssertEmptyTable @TableName = N'silver.customers';
EXEC tSQLt.AssertEmptyTable @TableName = N'ops.batch_consumers';
GO
