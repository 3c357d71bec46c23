-- gold.load_dim_customers: versions of customers (SCD2), inferred ones first.
EXEC tSQLt.NewTestClass @ClassName = N'test_gold_load_dim_customers';
GO
CREATE PROCEDURE test_gold_load_dim_customers.SetUp
AS
EXEC tSQLt.FakeTable @TableName = N'ops.batches', @Defaults = 1;
EXEC tSQLt.FakeTable @TableName = N'ops.batch_consumers', @Defaults = 1;
EXEC tSQLt.FakeTable @TableName = N'silver.customers';
EXEC tSQLt.FakeTable @TableName = N'gold.dim_customers', @Identity = 1;
GO
-- What silver knows of customer 7 as of batch @batch_id; without @income, its orders alone.
CREATE PROCEDURE test_gold_load_dim_customers.conform
    @batch_id bigint,
    @income nvarchar(200) = NULL,
    @customer_id nvarchar(50) = N'7'
AS
DELETE FROM silver.customers WHERE customer_id = @customer_id;
INSERT INTO silver.customers (source_system, customer_id, income_band, has_demographics, row_hash, batch_id)
VALUES (
    N'journey',
    @customer_id,
    @income,
    IIF(@income IS NULL, 0, 1),
    HASHBYTES('SHA2_256', ISNULL(@income, N'')),
    @batch_id
);
INSERT INTO ops.batches (batch_id, table_name, run_id, rows_written) VALUES (@batch_id, N'silver.customers', 1, 1);
GO
-- The versions of all customers against @expected: income, current, inferred, from the beginning, to the end.
CREATE PROCEDURE test_gold_load_dim_customers.assert_versions
    @expected nvarchar(max)
AS
DECLARE @actual nvarchar(max) = (
    SELECT STRING_AGG(
        CONCAT(
            dim.income_band, N' ', dim.is_current, N' ', dim.is_inferred, N' ',
            IIF(dim.valid_from = '19000101', 1, 0), N' ', IIF(dim.valid_to = '99991231', 1, 0)
        ),
        N' | '
    ) WITHIN GROUP (ORDER BY dim.customer_key)
    FROM gold.dim_customers AS dim
);
EXEC tSQLt.AssertEqualsString @Expected = @expected, @Actual = @actual;
GO
-- Loads, and puts "read written rejected" into @counts.
CREATE PROCEDURE test_gold_load_dim_customers.load_customers
    @counts nvarchar(100) = NULL OUTPUT
AS
DECLARE @rows_read bigint;
DECLARE @rows_written bigint;
DECLARE @rows_rejected bigint;
EXEC gold.load_dim_customers
    @run_id = 3,
    @rows_read = @rows_read OUTPUT,
    @rows_written = @rows_written OUTPUT,
    @rows_rejected = @rows_rejected OUTPUT;
SET @counts = CONCAT(@rows_read, N' ', @rows_written, N' ', @rows_rejected);
GO
CREATE PROCEDURE test_gold_load_dim_customers.[test without new batches there is nothing to do]
AS
DECLARE @counts nvarchar(100);
EXEC test_gold_load_dim_customers.load_customers @counts = @counts OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = N'0 0 0', @Actual = @counts;
GO
CREATE PROCEDURE test_gold_load_dim_customers.[test a second run takes nothing in again]
AS
DECLARE @counts nvarchar(100);
EXEC test_gold_load_dim_customers.conform @batch_id = 11, @income = N'a';
EXEC test_gold_load_dim_customers.load_customers;
EXEC test_gold_load_dim_customers.load_customers @counts = @counts OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = N'0 0 0', @Actual = @counts;
GO
CREATE PROCEDURE test_gold_load_dim_customers.[test a lock that cannot be had reaches the caller]
AS
EXEC tSQLt.SpyProcedure
    @ProcedureName = N'ops.lock_target',
    @CommandToExecute = N'THROW 51002, N''ops.lock_target: held'', 1;';
EXEC tSQLt.ExpectException @ExpectedErrorNumber = 51002;
EXEC gold.load_dim_customers @run_id = 3;
GO
--[@tSQLt:NoTransaction](DEFAULT)
CREATE PROCEDURE test_gold_load_dim_customers.[test a failure at the end leaves everything as it was]
AS
DECLARE @number int = 0;
EXEC test_gold_load_dim_customers.conform @batch_id = 11, @income = N'a';
EXEC tSQLt.SpyProcedure
    @ProcedureName = N'ops.finish_batch',
    @CommandToExecute = N'THROW 51999, N''no luck today'', 1;';

BEGIN TRY
    EXEC gold.load_dim_customers @run_id = 3;
END TRY
BEGIN CATCH
    SET @number = ERROR_NUMBER();
END CATCH;

EXEC tSQLt.AssertEquals @Expected = 51999, @Actual = @number;
EXEC tSQLt.AssertEquals @Expected = 0, @Actual = @@TRANCOUNT;
EXEC tSQLt.AssertEmptyTable @TableName = N'gold.dim_customers';
EXEC tSQLt.AssertEmptyTable @TableName = N'ops.batch_consumers';
GO
CREATE PROCEDURE test_gold_load_dim_customers.[test a new customer has one current version from the beginning]
AS
DECLARE @counts nvarchar(100);
EXEC test_gold_load_dim_customers.conform @batch_id = 11, @income = N'35-49K';
EXEC test_gold_load_dim_customers.load_customers @counts = @counts OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = N'1 1 0', @Actual = @counts;

SELECT
    dim.source_system,
    dim.customer_id,
    dim.age_band,
    dim.income_band,
    dim.child_count,
    dim.is_inferred,
    dim.valid_from,
    dim.valid_to,
    dim.is_current
INTO #actual
FROM gold.dim_customers AS dim;

SELECT TOP (0) * INTO #expected FROM #actual;
INSERT INTO #expected
VALUES (N'journey', N'7', N'Unknown', N'35-49K', N'Unknown', 0, '19000101', '99991231', 1);
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_gold_load_dim_customers.[test a customer known only from orders is inferred]
AS
EXEC test_gold_load_dim_customers.conform @batch_id = 11;
EXEC test_gold_load_dim_customers.load_customers;
EXEC test_gold_load_dim_customers.assert_versions @expected = N'Unknown 1 1 1 1';
GO
CREATE PROCEDURE test_gold_load_dim_customers.[test the first demographics overwrite an inferred customer]
AS
DECLARE @counts nvarchar(100);
EXEC test_gold_load_dim_customers.conform @batch_id = 11;
EXEC test_gold_load_dim_customers.load_customers;
EXEC test_gold_load_dim_customers.conform @batch_id = 12, @income = N'a';
EXEC test_gold_load_dim_customers.load_customers @counts = @counts OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = N'1 1 0', @Actual = @counts;
EXEC test_gold_load_dim_customers.assert_versions @expected = N'a 1 0 1 1';
GO
CREATE PROCEDURE test_gold_load_dim_customers.[test other demographics close the version and open the next]
AS
DECLARE @counts nvarchar(100);
EXEC test_gold_load_dim_customers.conform @batch_id = 11, @income = N'a';
EXEC test_gold_load_dim_customers.load_customers;
EXEC test_gold_load_dim_customers.conform @batch_id = 12, @income = N'b';
EXEC test_gold_load_dim_customers.load_customers @counts = @counts OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = N'1 2 0', @Actual = @counts;
EXEC test_gold_load_dim_customers.assert_versions @expected = N'a 0 0 1 0 | b 1 0 0 1';
GO
CREATE PROCEDURE test_gold_load_dim_customers.[test versions follow each other without a gap]
AS
EXEC test_gold_load_dim_customers.conform @batch_id = 11, @income = N'a';
EXEC test_gold_load_dim_customers.load_customers;
EXEC test_gold_load_dim_customers.conform @batch_id = 12, @income = N'b';
EXEC test_gold_load_dim_customers.load_customers;
DECLARE @gaps int = (
    SELECT COUNT(*)
    FROM gold.dim_customers AS earlier
    INNER JOIN gold.dim_customers AS later ON later.customer_key = earlier.customer_key + 1
    WHERE earlier.valid_to <> later.valid_from
);
EXEC tSQLt.AssertEquals @Expected = 0, @Actual = @gaps;
GO
CREATE PROCEDURE test_gold_load_dim_customers.[test an unchanged customer is not written]
AS
DECLARE @counts nvarchar(100);
EXEC test_gold_load_dim_customers.conform @batch_id = 11, @income = N'a';
EXEC test_gold_load_dim_customers.load_customers;
EXEC test_gold_load_dim_customers.conform @batch_id = 12, @income = N'a';
EXEC test_gold_load_dim_customers.load_customers @counts = @counts OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = N'1 0 0', @Actual = @counts;
GO
CREATE PROCEDURE test_gold_load_dim_customers.[test only the customers of new batches are touched]
AS
EXEC test_gold_load_dim_customers.conform @batch_id = 11, @income = N'a';
EXEC test_gold_load_dim_customers.load_customers;
UPDATE silver.customers SET income_band = N'changed behind its back', row_hash = 0x00;
EXEC test_gold_load_dim_customers.conform @batch_id = 12, @income = N'b', @customer_id = N'8';
EXEC test_gold_load_dim_customers.load_customers;
EXEC test_gold_load_dim_customers.assert_versions @expected = N'a 1 0 1 1 | b 1 0 1 1';
GO
