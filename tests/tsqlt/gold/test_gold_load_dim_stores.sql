-- gold.load_dim_stores: every store that has sold something.
EXEC tSQLt.NewTestClass @ClassName = N'test_gold_load_dim_stores';
GO
CREATE PROCEDURE test_gold_load_dim_stores.SetUp
AS
EXEC tSQLt.FakeTable @TableName = N'ops.batches', @Defaults = 1;
EXEC tSQLt.FakeTable @TableName = N'ops.batch_consumers', @Defaults = 1;
EXEC tSQLt.FakeTable @TableName = N'silver.orders';
EXEC tSQLt.FakeTable @TableName = N'gold.dim_stores', @Identity = 1;
GO
-- Batch @batch_id has an order of @store_id.
CREATE PROCEDURE test_gold_load_dim_stores.sell
    @batch_id bigint,
    @store_id nvarchar(50)
AS
INSERT INTO silver.orders (source_system, order_id, store_id, batch_id) VALUES (N'journey', N'1', @store_id, @batch_id);
DELETE FROM ops.batches WHERE batch_id = @batch_id;
INSERT INTO ops.batches (batch_id, table_name, run_id, rows_written) VALUES (@batch_id, N'silver.orders', 1, 1);
GO
-- Loads, and puts "read written rejected" into @counts.
CREATE PROCEDURE test_gold_load_dim_stores.load_stores
    @counts nvarchar(100) = NULL OUTPUT
AS
DECLARE @rows_read bigint;
DECLARE @rows_written bigint;
DECLARE @rows_rejected bigint;
EXEC gold.load_dim_stores
    @run_id = 3,
    @rows_read = @rows_read OUTPUT,
    @rows_written = @rows_written OUTPUT,
    @rows_rejected = @rows_rejected OUTPUT;
SET @counts = CONCAT(@rows_read, N' ', @rows_written, N' ', @rows_rejected);
GO
CREATE PROCEDURE test_gold_load_dim_stores.[test without new batches there is nothing to do]
AS
DECLARE @counts nvarchar(100);
EXEC test_gold_load_dim_stores.load_stores @counts = @counts OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = N'0 0 0', @Actual = @counts;
GO
CREATE PROCEDURE test_gold_load_dim_stores.[test a second run takes nothing in again]
AS
DECLARE @counts nvarchar(100);
EXEC test_gold_load_dim_stores.sell @batch_id = 11, @store_id = N'30';
EXEC test_gold_load_dim_stores.load_stores;
EXEC test_gold_load_dim_stores.load_stores @counts = @counts OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = N'0 0 0', @Actual = @counts;
GO
CREATE PROCEDURE test_gold_load_dim_stores.[test a lock that cannot be had reaches the caller]
AS
EXEC tSQLt.SpyProcedure
    @ProcedureName = N'ops.lock_target',
    @CommandToExecute = N'THROW 51002, N''ops.lock_target: held'', 1;';
EXEC tSQLt.ExpectException @ExpectedErrorNumber = 51002;
EXEC gold.load_dim_stores @run_id = 3;
GO
--[@tSQLt:NoTransaction](DEFAULT)
CREATE PROCEDURE test_gold_load_dim_stores.[test a failure at the end leaves everything as it was]
AS
DECLARE @number int = 0;
EXEC test_gold_load_dim_stores.sell @batch_id = 11, @store_id = N'30';
EXEC tSQLt.SpyProcedure
    @ProcedureName = N'ops.finish_batch',
    @CommandToExecute = N'THROW 51999, N''no luck today'', 1;';

BEGIN TRY
    EXEC gold.load_dim_stores @run_id = 3;
END TRY
BEGIN CATCH
    SET @number = ERROR_NUMBER();
END CATCH;

EXEC tSQLt.AssertEquals @Expected = 51999, @Actual = @number;
EXEC tSQLt.AssertEquals @Expected = 0, @Actual = @@TRANCOUNT;
EXEC tSQLt.AssertEmptyTable @TableName = N'gold.dim_stores';
EXEC tSQLt.AssertEmptyTable @TableName = N'ops.batch_consumers';
GO
CREATE PROCEDURE test_gold_load_dim_stores.[test a store that sold something is stored once]
AS
EXEC test_gold_load_dim_stores.sell @batch_id = 11, @store_id = N'30';
EXEC test_gold_load_dim_stores.sell @batch_id = 11, @store_id = N'30';
EXEC test_gold_load_dim_stores.load_stores;
SELECT stores.source_system, stores.store_id, stores.store_name INTO #actual FROM gold.dim_stores AS stores;
SELECT TOP (0) * INTO #expected FROM #actual;
INSERT INTO #expected VALUES (N'journey', N'30', N'Store 30');
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_gold_load_dim_stores.[test a known store is left alone and a new one is added]
AS
DECLARE @counts nvarchar(100);
EXEC test_gold_load_dim_stores.sell @batch_id = 11, @store_id = N'30';
EXEC test_gold_load_dim_stores.load_stores;
EXEC test_gold_load_dim_stores.sell @batch_id = 12, @store_id = N'30';
EXEC test_gold_load_dim_stores.sell @batch_id = 12, @store_id = N'31';
EXEC test_gold_load_dim_stores.load_stores @counts = @counts OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = N'1 1 0', @Actual = @counts;
DECLARE @stores nvarchar(max) = (
    SELECT STRING_AGG(stores.store_id, N',') WITHIN GROUP (ORDER BY stores.store_key) FROM gold.dim_stores AS stores
);
EXEC tSQLt.AssertEqualsString @Expected = N'30,31', @Actual = @stores;
GO
