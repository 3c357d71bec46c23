-- ops.finish_batch: what a load took in, and what it wrote.
EXEC tSQLt.NewTestClass @ClassName = N'test_ops_finish_batch';
GO
CREATE PROCEDURE test_ops_finish_batch.SetUp
AS
EXEC tSQLt.FakeTable @TableName = N'ops.batches';
EXEC tSQLt.FakeTable @TableName = N'ops.batch_consumers';
GO
CREATE PROCEDURE test_ops_finish_batch.[test a load that wrote rows is a batch and has taken in its own]
AS
CREATE TABLE #batches (batch_id bigint NOT NULL, file_id bigint NULL, row_count bigint NOT NULL);
INSERT INTO #batches (batch_id, row_count) VALUES (11, 5), (12, 6);
EXEC ops.finish_batch @run_id = 3, @batch_id = 20, @table_name = N'silver.products', @rows_written = 4;

SELECT batches.batch_id, batches.table_name, batches.file_id, batches.run_id, batches.rows_written
INTO #actual_batches
FROM ops.batches AS batches;

SELECT TOP (0) * INTO #expected_batches FROM #actual_batches;
INSERT INTO #expected_batches (batch_id, table_name, file_id, run_id, rows_written)
VALUES (20, N'silver.products', NULL, 3, 4);
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected_batches', @Actual = N'#actual_batches';

SELECT consumers.consumer, consumers.batch_id, consumers.run_id
INTO #actual_consumers
FROM ops.batch_consumers AS consumers;

SELECT TOP (0) * INTO #expected_consumers FROM #actual_consumers;
INSERT INTO #expected_consumers (consumer, batch_id, run_id)
VALUES (N'silver.products', 11, 3), (N'silver.products', 12, 3);
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected_consumers', @Actual = N'#actual_consumers';
GO
CREATE PROCEDURE test_ops_finish_batch.[test a load that wrote nothing is no batch but has taken in its own]
AS
CREATE TABLE #batches (batch_id bigint NOT NULL, file_id bigint NULL, row_count bigint NOT NULL);
INSERT INTO #batches (batch_id, row_count) VALUES (11, 5);
EXEC ops.finish_batch @run_id = 3, @batch_id = 20, @table_name = N'silver.products', @rows_written = 0;

EXEC tSQLt.AssertEmptyTable @TableName = N'ops.batches';
DECLARE @consumed int = (SELECT COUNT(*) FROM ops.batch_consumers AS consumers);
EXEC tSQLt.AssertEquals @Expected = 1, @Actual = @consumed;
GO
CREATE PROCEDURE test_ops_finish_batch.[test without batches nothing was taken in]
AS
CREATE TABLE #batches (batch_id bigint NOT NULL, file_id bigint NULL, row_count bigint NOT NULL);
EXEC ops.finish_batch @run_id = 3, @batch_id = 20, @table_name = N'silver.products', @rows_written = 0;
EXEC tSQLt.AssertEmptyTable @TableName = N'ops.batch_consumers';
GO
CREATE PROCEDURE test_ops_finish_batch.[test a batch cannot be taken in twice by one table]
AS
CREATE TABLE #batches (batch_id bigint NOT NULL, file_id bigint NULL, row_count bigint NOT NULL);
EXEC tSQLt.ApplyConstraint @TableName = N'ops.batch_consumers', @ConstraintName = N'PK_ops_batch_consumers';
INSERT INTO ops.batch_consumers (consumer, batch_id, run_id) VALUES (N'silver.products', 11, 1);
INSERT INTO #batches (batch_id, row_count) VALUES (11, 5);
EXEC tSQLt.ExpectException @ExpectedErrorNumber = 2627;
EXEC ops.finish_batch @run_id = 3, @batch_id = 20, @table_name = N'silver.products', @rows_written = 4;
GO
