-- ops.apply_revisions: which files of a day count, and who is told when that changes.
EXEC tSQLt.NewTestClass @ClassName = N'test_ops_apply_revisions';
GO
CREATE PROCEDURE test_ops_apply_revisions.SetUp
AS
EXEC tSQLt.FakeTable @TableName = N'ops.files';
EXEC tSQLt.FakeTable @TableName = N'ops.batches', @Defaults = 1;
GO
-- A file of the shop's orders comes and is loaded, or is a duplicate.
CREATE PROCEDURE test_ops_apply_revisions.deliver
    @file_id bigint,
    @revision int = 1,
    @path nvarchar(1000) = NULL,
    @sha256 varchar(64) = NULL,
    @business_date date = '20250307',
    @entity nvarchar(100) = N'orders',
    @status nvarchar(20) = N'loaded'
AS
INSERT INTO ops.files (file_id, source_system, entity, path, sha256, status, business_date, revision)
VALUES (
    @file_id, N'shop', @entity, ISNULL(@path, CONCAT(@file_id, N'.csv')), ISNULL(@sha256, CONCAT('content ', @file_id)),
    @status, @business_date, @revision
);
EXEC ops.apply_revisions @run_id = 3, @file_id = @file_id;
GO
-- The superseded files as one text: "file by file, …".
CREATE PROCEDURE test_ops_apply_revisions.assert_superseded
    @expected nvarchar(1000)
AS
DECLARE @actual nvarchar(1000) = (
    SELECT STRING_AGG(CONCAT(files.file_id, N' by ', files.superseded_by_file_id), N', ') WITHIN GROUP (ORDER BY files.file_id)
    FROM ops.files AS files
    WHERE files.superseded_by_file_id IS NOT NULL
);
EXEC tSQLt.AssertEqualsString @Expected = @expected, @Actual = @actual;
GO
-- The files that silver has to look at again, in the order of its batches.
CREATE PROCEDURE test_ops_apply_revisions.assert_told
    @expected nvarchar(1000)
AS
DECLARE @actual nvarchar(1000) = (
    SELECT STRING_AGG(batches.file_id, N' ') WITHIN GROUP (ORDER BY batches.batch_id)
    FROM ops.batches AS batches
    WHERE batches.table_name = N'bronze.shop_orders'
        AND batches.rows_written = 0
        AND batches.run_id = 3
);
EXEC tSQLt.AssertEqualsString @Expected = @expected, @Actual = @actual;
GO
CREATE PROCEDURE test_ops_apply_revisions.[test a file alone counts and nobody is told]
AS
EXEC test_ops_apply_revisions.deliver @file_id = 1;
EXEC test_ops_apply_revisions.assert_superseded @expected = NULL;
EXEC tSQLt.AssertEmptyTable @TableName = N'ops.batches';
GO
CREATE PROCEDURE test_ops_apply_revisions.[test a higher revision of the day supersedes the lower ones]
AS
EXEC test_ops_apply_revisions.deliver @file_id = 1, @revision = 1;
EXEC test_ops_apply_revisions.deliver @file_id = 2, @revision = 2;
EXEC test_ops_apply_revisions.assert_superseded @expected = N'1 by 2';
EXEC test_ops_apply_revisions.assert_told @expected = N'1';
EXEC test_ops_apply_revisions.deliver @file_id = 3, @revision = 3;
EXEC test_ops_apply_revisions.assert_superseded @expected = N'1 by 3, 2 by 3';
EXEC test_ops_apply_revisions.assert_told @expected = N'1 2';
GO
CREATE PROCEDURE test_ops_apply_revisions.[test a lower revision that comes later never counts]
AS
EXEC test_ops_apply_revisions.deliver @file_id = 1, @revision = 3;
EXEC test_ops_apply_revisions.deliver @file_id = 2, @revision = 1;
EXEC test_ops_apply_revisions.deliver @file_id = 3, @revision = 2;
EXEC test_ops_apply_revisions.assert_superseded @expected = N'2 by 1, 3 by 1';
EXEC test_ops_apply_revisions.assert_told @expected = N'2 3';
GO
CREATE PROCEDURE test_ops_apply_revisions.[test other days and other entities stay alone]
AS
EXEC test_ops_apply_revisions.deliver @file_id = 1;
EXEC test_ops_apply_revisions.deliver @file_id = 2, @revision = 2, @business_date = '20250308';
EXEC test_ops_apply_revisions.deliver @file_id = 3, @revision = 2, @entity = N'payments';
EXEC test_ops_apply_revisions.assert_superseded @expected = NULL;
GO
CREATE PROCEDURE test_ops_apply_revisions.[test only a loaded file supersedes]
AS
EXEC test_ops_apply_revisions.deliver @file_id = 1;
EXEC test_ops_apply_revisions.deliver @file_id = 2, @revision = 2, @status = N'refused';
EXEC test_ops_apply_revisions.deliver @file_id = 3, @revision = 3, @status = N'registered';
EXEC test_ops_apply_revisions.assert_superseded @expected = NULL;
GO
CREATE PROCEDURE test_ops_apply_revisions.[test the latest content of a path replaces those before]
AS
EXEC test_ops_apply_revisions.deliver @file_id = 1, @path = N'a.csv', @business_date = NULL, @revision = 0;
EXEC test_ops_apply_revisions.deliver @file_id = 2, @path = N'b.csv', @business_date = NULL, @revision = 0;
EXEC test_ops_apply_revisions.deliver @file_id = 3, @path = N'a.csv', @business_date = NULL, @revision = 0;
EXEC test_ops_apply_revisions.assert_superseded @expected = N'1 by 3';
EXEC test_ops_apply_revisions.assert_told @expected = N'1';
GO
CREATE PROCEDURE test_ops_apply_revisions.[test a content counts as the lowest revision that it came as]
AS
EXEC test_ops_apply_revisions.deliver @file_id = 1, @revision = 2;
EXEC test_ops_apply_revisions.deliver @file_id = 2, @revision = 3, @sha256 = 'same';
EXEC test_ops_apply_revisions.assert_superseded @expected = N'1 by 2';
EXEC test_ops_apply_revisions.deliver @file_id = 3, @revision = 1, @sha256 = 'same', @status = N'duplicate';
EXEC test_ops_apply_revisions.assert_superseded @expected = N'2 by 1';
DECLARE @told int = (SELECT COUNT(*) FROM ops.batches AS batches WHERE batches.rows_written = 0);
EXEC tSQLt.AssertEquals @Expected = 3, @Actual = @told;
GO
CREATE PROCEDURE test_ops_apply_revisions.[test a second run changes nothing]
AS
EXEC test_ops_apply_revisions.deliver @file_id = 1, @revision = 1;
EXEC test_ops_apply_revisions.deliver @file_id = 2, @revision = 2;
EXEC ops.apply_revisions @run_id = 3, @file_id = 1;
EXEC ops.apply_revisions @run_id = 3, @file_id = 2;
EXEC test_ops_apply_revisions.assert_superseded @expected = N'1 by 2';
EXEC test_ops_apply_revisions.assert_told @expected = N'1';
GO
