-- gold.load_dim_products: products as they are now (SCD1), inferred ones first.
EXEC tSQLt.NewTestClass @ClassName = N'test_gold_load_dim_products';
GO
CREATE PROCEDURE test_gold_load_dim_products.SetUp
AS
EXEC tSQLt.FakeTable @TableName = N'ops.batches', @Defaults = 1;
EXEC tSQLt.FakeTable @TableName = N'ops.batch_consumers', @Defaults = 1;
EXEC tSQLt.FakeTable @TableName = N'silver.products';
EXEC tSQLt.FakeTable @TableName = N'silver.order_lines', @Identity = 1;
EXEC tSQLt.FakeTable @TableName = N'gold.dim_products', @Identity = 1;
GO
-- What silver knows of a product as of batch @batch_id.
CREATE PROCEDURE test_gold_load_dim_products.conform
    @batch_id bigint,
    @department nvarchar(200),
    @product_id nvarchar(50) = N'7'
AS
DELETE FROM silver.products WHERE product_id = @product_id;
INSERT INTO silver.products (source_system, product_id, department, row_hash, batch_id)
VALUES (N'journey', @product_id, @department, HASHBYTES('SHA2_256', ISNULL(@department, N'')), @batch_id);
INSERT INTO ops.batches (batch_id, table_name, run_id, rows_written) VALUES (@batch_id, N'silver.products', 1, 1);
GO
-- Batch @batch_id sells product 7.
CREATE PROCEDURE test_gold_load_dim_products.sell
    @batch_id bigint
AS
INSERT INTO silver.order_lines (source_system, product_id, batch_id) VALUES (N'journey', N'7', @batch_id);
INSERT INTO ops.batches (batch_id, table_name, run_id, rows_written) VALUES (@batch_id, N'silver.order_lines', 1, 1);
GO
-- Loads, and puts "read written rejected" into @counts.
CREATE PROCEDURE test_gold_load_dim_products.load_products
    @counts nvarchar(100) = NULL OUTPUT
AS
DECLARE @rows_read bigint;
DECLARE @rows_written bigint;
DECLARE @rows_rejected bigint;
EXEC gold.load_dim_products
    @run_id = 3,
    @rows_read = @rows_read OUTPUT,
    @rows_written = @rows_written OUTPUT,
    @rows_rejected = @rows_rejected OUTPUT;
SET @counts = CONCAT(@rows_read, N' ', @rows_written, N' ', @rows_rejected);
GO
CREATE PROCEDURE test_gold_load_dim_products.[test without new batches there is nothing to do]
AS
DECLARE @counts nvarchar(100);
EXEC test_gold_load_dim_products.load_products @counts = @counts OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = N'0 0 0', @Actual = @counts;
GO
CREATE PROCEDURE test_gold_load_dim_products.[test a second run takes nothing in again]
AS
DECLARE @counts nvarchar(100);
EXEC test_gold_load_dim_products.conform @batch_id = 11, @department = N'a';
EXEC test_gold_load_dim_products.load_products;
EXEC test_gold_load_dim_products.load_products @counts = @counts OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = N'0 0 0', @Actual = @counts;
GO
CREATE PROCEDURE test_gold_load_dim_products.[test a lock that cannot be had reaches the caller]
AS
EXEC tSQLt.SpyProcedure
    @ProcedureName = N'ops.lock_target',
    @CommandToExecute = N'THROW 51002, N''ops.lock_target: held'', 1;';
EXEC tSQLt.ExpectException @ExpectedErrorNumber = 51002;
EXEC gold.load_dim_products @run_id = 3;
GO
--[@tSQLt:NoTransaction](DEFAULT)
CREATE PROCEDURE test_gold_load_dim_products.[test a failure at the end leaves everything as it was]
AS
DECLARE @number int = 0;
EXEC test_gold_load_dim_products.conform @batch_id = 11, @department = N'a';
EXEC tSQLt.SpyProcedure
    @ProcedureName = N'ops.finish_batch',
    @CommandToExecute = N'THROW 51999, N''no luck today'', 1;';

BEGIN TRY
    EXEC gold.load_dim_products @run_id = 3;
END TRY
BEGIN CATCH
    SET @number = ERROR_NUMBER();
END CATCH;

EXEC tSQLt.AssertEquals @Expected = 51999, @Actual = @number;
EXEC tSQLt.AssertEquals @Expected = 0, @Actual = @@TRANCOUNT;
EXEC tSQLt.AssertEmptyTable @TableName = N'gold.dim_products';
EXEC tSQLt.AssertEmptyTable @TableName = N'ops.batch_consumers';
GO
CREATE PROCEDURE test_gold_load_dim_products.[test a product is stored and what is unknown is called so]
AS
DECLARE @counts nvarchar(100);
EXEC test_gold_load_dim_products.conform @batch_id = 11, @department = N'GROCERY';
EXEC test_gold_load_dim_products.load_products @counts = @counts OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = N'1 1 0', @Actual = @counts;

SELECT dim.source_system, dim.product_id, dim.department, dim.brand, dim.is_inferred
INTO #actual
FROM gold.dim_products AS dim;

SELECT TOP (0) * INTO #expected FROM #actual;
INSERT INTO #expected VALUES (N'journey', N'7', N'GROCERY', N'Unknown', 0);
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_gold_load_dim_products.[test a product sold but never delivered is inferred once]
AS
EXEC test_gold_load_dim_products.sell @batch_id = 11;
EXEC test_gold_load_dim_products.sell @batch_id = 12;
EXEC test_gold_load_dim_products.load_products;
SELECT dim.product_id, dim.department, dim.is_inferred INTO #actual FROM gold.dim_products AS dim;
SELECT TOP (0) * INTO #expected FROM #actual;
INSERT INTO #expected VALUES (N'7', N'Unknown', 1);
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_gold_load_dim_products.[test an inferred product that is delivered keeps its key]
AS
EXEC test_gold_load_dim_products.sell @batch_id = 11;
EXEC test_gold_load_dim_products.load_products;
EXEC test_gold_load_dim_products.conform @batch_id = 12, @department = N'GROCERY';
EXEC test_gold_load_dim_products.load_products;
SELECT CONVERT(int, dim.product_key) AS product_key, dim.department, dim.is_inferred
INTO #actual
FROM gold.dim_products AS dim;

CREATE TABLE #expected (product_key int NULL, department nvarchar(200) NULL, is_inferred bit NULL);
INSERT INTO #expected VALUES (1, N'GROCERY', 0);
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_gold_load_dim_products.[test a changed product is overwritten in place]
AS
DECLARE @counts nvarchar(100);
EXEC test_gold_load_dim_products.conform @batch_id = 11, @department = N'a';
EXEC test_gold_load_dim_products.load_products;
EXEC test_gold_load_dim_products.conform @batch_id = 12, @department = N'b';
EXEC test_gold_load_dim_products.load_products @counts = @counts OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = N'1 1 0', @Actual = @counts;
DECLARE @departments nvarchar(max) = (SELECT STRING_AGG(dim.department, N',') FROM gold.dim_products AS dim);
EXEC tSQLt.AssertEqualsString @Expected = N'b', @Actual = @departments;
GO
CREATE PROCEDURE test_gold_load_dim_products.[test an unchanged product is not written]
AS
DECLARE @counts nvarchar(100);
EXEC test_gold_load_dim_products.conform @batch_id = 11, @department = N'a';
EXEC test_gold_load_dim_products.load_products;
EXEC test_gold_load_dim_products.conform @batch_id = 12, @department = N'a';
EXEC test_gold_load_dim_products.load_products @counts = @counts OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = N'1 0 0', @Actual = @counts;
GO
