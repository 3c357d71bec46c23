-- ops.start_check: what ops.check_rules must know and may not read behind a load.
EXEC tSQLt.NewTestClass @ClassName = N'test_ops_start_check';
GO
CREATE PROCEDURE test_ops_start_check.SetUp
AS
EXEC tSQLt.FakeTable @TableName = N'ops.batches';
EXEC tSQLt.FakeTable @TableName = N'ops.batch_consumers';
EXEC tSQLt.FakeTable @TableName = N'ops.files';
EXEC tSQLt.FakeTable @TableName = N'ops.quality_rules';
EXEC tSQLt.FakeTable @TableName = N'ops.quality_results';
INSERT INTO ops.batches (batch_id, table_name, file_id)
VALUES
    (5, N'bronze.shop_orders', 1),
    (6, N'bronze.shop_orders', 2),
    (7, N'bronze.shop_orders', 3),
    (8, N'bronze.shop_payments', 4);
INSERT INTO ops.files (file_id, superseded_by_file_id) VALUES (1, NULL), (2, 3), (3, NULL), (4, NULL);
INSERT INTO ops.batch_consumers (consumer, batch_id) VALUES (N'quality:bronze.shop_orders', 5);
GO
CREATE PROCEDURE test_ops_start_check.[test new batches are listed, those of replaced files as such]
AS
DECLARE @known nvarchar(max);
DECLARE @expected nvarchar(max) = CONCAT(
    N'{"batches":[{"batch_id":6,"is_live":0},{"batch_id":7,"file_id":3,"is_live":1}],', N'"accepted":[]}'
);
EXEC ops.start_check @table_name = N'bronze.shop_orders', @known = @known OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = @expected, @Actual = @known;
GO
CREATE PROCEDURE test_ops_start_check.[test figures that were accepted are listed]
AS
DECLARE @known nvarchar(max);
INSERT INTO ops.quality_rules (rule_name, table_name) VALUES (N'a.rule', N'silver.orders');
INSERT INTO ops.quality_results (rule_name, checked, failed, observed, accepted_at)
VALUES (N'a.rule', 9, 3, 3, '20250101'), (N'a.rule', 9, 4, 4, NULL);
EXEC ops.start_check @table_name = N'silver.orders', @known = @known OUTPUT;
EXEC tSQLt.AssertEqualsString
    @Expected = N'{"batches":[],"accepted":[{"rule_name":"a.rule","checked":9,"failed":3,"observed":3.0000}]}',
    @Actual = @known;
GO
