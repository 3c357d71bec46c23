-- ops.new_files: which of the files found are not taken in yet.
EXEC tSQLt.NewTestClass @ClassName = N'test_ops_new_files';
GO
CREATE PROCEDURE test_ops_new_files.SetUp
AS
EXEC tSQLt.FakeTable @TableName = N'ops.files';
GO
-- The paths that are new of orders a.csv, content aa, and b.csv, content bb, as one text.
CREATE PROCEDURE test_ops_new_files.assert_new
    @expected nvarchar(1000)
AS
DECLARE @files nvarchar(max) = N'[
    {"source": "shop", "entity": "orders", "path": "a.csv", "sha256": "aa"},
    {"source": "shop", "entity": "orders", "path": "b.csv", "sha256": "bb"}
]';
DECLARE @actual nvarchar(1000) = (
    SELECT STRING_AGG(new_files.path, N' ') WITHIN GROUP (ORDER BY new_files.path)
    FROM ops.new_files(@files) AS new_files
);
EXEC tSQLt.AssertEqualsString @Expected = @expected, @Actual = @actual;
GO
CREATE PROCEDURE test_ops_new_files.[test files that nobody knows are new]
AS
EXEC test_ops_new_files.assert_new @expected = N'a.csv b.csv';
GO
CREATE PROCEDURE test_ops_new_files.[test no files are no new files]
AS
DECLARE @files int = (SELECT COUNT(*) FROM ops.new_files(N'[]') AS new_files);
EXEC tSQLt.AssertEquals @Expected = 0, @Actual = @files;
GO
CREATE PROCEDURE test_ops_new_files.[test loaded files and duplicates are not new]
AS
INSERT INTO ops.files (file_id, source_system, entity, path, sha256, status)
VALUES (1, N'shop', N'orders', N'a.csv', 'aa', N'loaded'), (2, N'shop', N'orders', N'b.csv', 'bb', N'duplicate');
EXEC test_ops_new_files.assert_new @expected = NULL;
GO
CREATE PROCEDURE test_ops_new_files.[test files that were refused or never loaded are new]
AS
INSERT INTO ops.files (file_id, source_system, entity, path, sha256, status)
VALUES (1, N'shop', N'orders', N'a.csv', 'aa', N'refused'), (2, N'shop', N'orders', N'b.csv', 'bb', N'registered');
EXEC test_ops_new_files.assert_new @expected = N'a.csv b.csv';
GO
CREATE PROCEDURE test_ops_new_files.[test other content is new, and so is content that returns]
AS
INSERT INTO ops.files (file_id, source_system, entity, path, sha256, status)
VALUES
    (1, N'shop', N'orders', N'a.csv', 'aa', N'loaded'),
    (2, N'shop', N'orders', N'a.csv', 'cc', N'loaded'),
    (3, N'shop', N'orders', N'b.csv', 'cc', N'loaded');
EXEC test_ops_new_files.assert_new @expected = N'a.csv b.csv';
GO
CREATE PROCEDURE test_ops_new_files.[test another source, another entity and another letter case are other files]
AS
INSERT INTO ops.files (file_id, source_system, entity, path, sha256, status)
VALUES
    (1, N'journey', N'orders', N'a.csv', 'aa', N'loaded'),
    (2, N'shop', N'payments', N'a.csv', 'aa', N'loaded'),
    (3, N'shop', N'orders', N'A.csv', 'aa', N'loaded'),
    (4, N'shop', N'orders', N'b.csv', 'bb', N'loaded'),
    (5, N'shop', N'orders', N'B.csv', 'bb', N'loaded');
EXEC test_ops_new_files.assert_new @expected = N'a.csv';
GO
