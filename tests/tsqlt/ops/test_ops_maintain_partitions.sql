-- ops.maintain_partitions and ops.bronze_partitions: the window of months slides, and no row moves.
EXEC tSQLt.NewTestClass @ClassName = N'test_ops_maintain_partitions';
GO
CREATE PROCEDURE test_ops_maintain_partitions.SetUp
AS
EXEC tSQLt.FakeTable @TableName = N'ops.retention_policies', @Defaults = 1;
INSERT INTO ops.retention_policies (policy_name, layer, method, table_name, age_column, keep_count, keep_unit)
VALUES (N'bronze.shop_orders', N'bronze', N'partition', N'bronze.shop_orders', N'loaded_at', 24, N'month');
GO
CREATE PROCEDURE test_ops_maintain_partitions.[test months are split off ahead]
AS
DECLARE @last datetime2(3) = (SELECT MAX(partitions.from_at) FROM ops.bronze_partitions AS partitions);
DECLARE @added int;
DECLARE @as_of datetime2(3) = DATEADD(MONTH, 2, @last);
EXEC ops.maintain_partitions @as_of = @as_of, @boundaries_added = @added OUTPUT;

EXEC tSQLt.AssertEquals @Expected = 5, @Actual = @added;
DECLARE @newest datetime2(3) = (SELECT MAX(partitions.from_at) FROM ops.bronze_partitions AS partitions);
DECLARE @expected datetime2(3) = DATEADD(MONTH, 5, @last);
EXEC tSQLt.AssertEquals @Expected = @expected, @Actual = @newest;
GO
CREATE PROCEDURE test_ops_maintain_partitions.[test a second time there is nothing left to do]
AS
DECLARE @added int;
DECLARE @merged int;
DECLARE @now datetime2(3) = SYSUTCDATETIME();
EXEC ops.maintain_partitions @as_of = @now;
EXEC ops.maintain_partitions @as_of = @now, @boundaries_added = @added OUTPUT, @boundaries_merged = @merged OUTPUT;

EXEC tSQLt.AssertEquals @Expected = 0, @Actual = @added;
EXEC tSQLt.AssertEquals @Expected = 0, @Actual = @merged;
GO
CREATE PROCEDURE test_ops_maintain_partitions.[test empty months behind the longest policy are merged away]
AS
EXEC ops.maintain_partitions @as_of = '20280715';

DECLARE @oldest datetime2(3) = (SELECT MIN(partitions.from_at) FROM ops.bronze_partitions AS partitions);
DECLARE @expected datetime2(3) = '20260701';
EXEC tSQLt.AssertEquals @Expected = @expected, @Actual = @oldest;
GO
CREATE PROCEDURE test_ops_maintain_partitions.[test a month that holds rows is kept and so is all behind it]
AS
INSERT INTO bronze.shop_orders (file_id, line_number, row_hash, loaded_at) VALUES (1, 2, 0x00, '20260520');
EXEC ops.maintain_partitions @as_of = '20280715';

DECLARE @oldest datetime2(3) = (SELECT MIN(partitions.from_at) FROM ops.bronze_partitions AS partitions);
DECLARE @expected datetime2(3) = '20260501';
EXEC tSQLt.AssertEquals @Expected = @expected, @Actual = @oldest;
DECLARE @found nvarchar(100) = (
    SELECT CONCAT(CONVERT(nvarchar(10), partitions.from_at, 23), N' ', partitions.row_count)
    FROM ops.bronze_partitions AS partitions
    WHERE partitions.table_name = N'bronze.shop_orders'
        AND partitions.row_count > 0
);
EXEC tSQLt.AssertEqualsString @Expected = N'2026-05-01 1', @Actual = @found;
GO
CREATE PROCEDURE test_ops_maintain_partitions.[test without a policy nothing is merged]
AS
DECLARE @merged int;
DELETE FROM ops.retention_policies;
EXEC ops.maintain_partitions @as_of = '20280715', @boundaries_merged = @merged OUTPUT;
EXEC tSQLt.AssertEquals @Expected = 0, @Actual = @merged;
GO
CREATE PROCEDURE test_ops_maintain_partitions.[test a last month that holds rows is not split]
AS
INSERT INTO bronze.shop_orders (file_id, line_number, row_hash, loaded_at) VALUES (1, 2, 0x00, '20991231');
EXEC tSQLt.ExpectException
    @ExpectedErrorNumber = 51050,
    @ExpectedMessagePattern = N'ops.maintain_partitions: the last month, from %, holds 1 rows, and only%';
EXEC ops.maintain_partitions @as_of = '20990101';
GO
