-- ops.register_file: what to do with a landing file, told by its path and content.
EXEC tSQLt.NewTestClass @ClassName = N'test_ops_register_file';
GO
CREATE PROCEDURE test_ops_register_file.SetUp
AS
EXEC tSQLt.FakeTable @TableName = N'ops.files', @Identity = 1, @Defaults = 1;
EXEC tSQLt.FakeTable @TableName = N'ops.alerts', @Identity = 1, @Defaults = 1;
GO
-- Registers a file of journey's products and notes what came of it in #answers, the caller's.
CREATE PROCEDURE test_ops_register_file.register
    @path nvarchar(1000),
    @sha256 varchar(64),
    @refusal nvarchar(2048) = NULL,
    @entity nvarchar(100) = N'products'
AS
DECLARE @file_id bigint;
DECLARE @action nvarchar(20);
EXEC ops.register_file
    @run_id = 7,
    @source_system = N'journey',
    @entity = @entity,
    @path = @path,
    @sha256 = @sha256,
    @size_bytes = 42,
    @header = N'product_id,brand',
    @refusal = @refusal,
    @file_id = @file_id OUTPUT,
    @action = @action OUTPUT;
INSERT INTO #answers (file_id, action) VALUES (@file_id, @action);
GO
CREATE PROCEDURE test_ops_register_file.[test a new file is registered and to be loaded]
AS
CREATE TABLE #answers (file_id bigint NULL, action nvarchar(20) NULL);
EXEC test_ops_register_file.register @path = N'a.csv', @sha256 = 'aa';

SELECT
    answers.action,
    files.source_system,
    files.entity,
    files.path,
    files.sha256,
    files.size_bytes,
    files.header,
    files.status,
    files.reason,
    files.run_id
INTO #actual
FROM #answers AS answers
INNER JOIN ops.files AS files ON files.file_id = answers.file_id;

SELECT TOP (0) * INTO #expected FROM #actual;
INSERT INTO #expected (action, source_system, entity, path, sha256, size_bytes, header, status, reason, run_id)
VALUES (N'load', N'journey', N'products', N'a.csv', 'aa', 42, N'product_id,brand', N'registered', NULL, 7);
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_ops_register_file.[test a file registered but never loaded is to be loaded under its first number]
AS
CREATE TABLE #answers (file_id bigint NULL, action nvarchar(20) NULL);
EXEC test_ops_register_file.register @path = N'a.csv', @sha256 = 'aa';
EXEC test_ops_register_file.register @path = N'a.csv', @sha256 = 'aa';

CREATE TABLE #expected (file_id bigint NULL, action nvarchar(20) NULL);
INSERT INTO #expected (file_id, action) VALUES (1, N'load'), (1, N'load');
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#answers';
GO
CREATE PROCEDURE test_ops_register_file.[test a loaded file that has not changed is skipped]
AS
CREATE TABLE #answers (file_id bigint NULL, action nvarchar(20) NULL);
EXEC test_ops_register_file.register @path = N'a.csv', @sha256 = 'aa';
UPDATE ops.files SET status = N'loaded';
EXEC test_ops_register_file.register @path = N'a.csv', @sha256 = 'aa';

CREATE TABLE #expected (file_id bigint NULL, action nvarchar(20) NULL);
INSERT INTO #expected (file_id, action) VALUES (1, N'load'), (1, N'skip');
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#answers';
GO
CREATE PROCEDURE test_ops_register_file.[test the same content at another path is a duplicate that names the first path]
AS
CREATE TABLE #answers (file_id bigint NULL, action nvarchar(20) NULL);
EXEC test_ops_register_file.register @path = N'a.csv', @sha256 = 'aa';
UPDATE ops.files SET status = N'loaded';
EXEC test_ops_register_file.register @path = N'b.csv', @sha256 = 'aa';

SELECT answers.action, files.status, files.reason
INTO #actual
FROM #answers AS answers
INNER JOIN ops.files AS files ON files.file_id = answers.file_id
WHERE answers.file_id = 2;

SELECT TOP (0) * INTO #expected FROM #actual;
INSERT INTO #expected (action, status, reason) VALUES (N'skip', N'duplicate', N'the same content as a.csv');
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_ops_register_file.[test the same content of another entity is no duplicate]
AS
CREATE TABLE #answers (file_id bigint NULL, action nvarchar(20) NULL);
EXEC test_ops_register_file.register @path = N'a.csv', @sha256 = 'aa';
UPDATE ops.files SET status = N'loaded';
EXEC test_ops_register_file.register @path = N'b.csv', @sha256 = 'aa', @entity = N'demographics';

DECLARE @action nvarchar(20) = (SELECT answers.action FROM #answers AS answers WHERE answers.file_id = 2);
EXEC tSQLt.AssertEqualsString @Expected = N'load', @Actual = @action;
GO
CREATE PROCEDURE test_ops_register_file.[test other content at a known path is a new file]
AS
CREATE TABLE #answers (file_id bigint NULL, action nvarchar(20) NULL);
EXEC test_ops_register_file.register @path = N'a.csv', @sha256 = 'aa';
UPDATE ops.files SET status = N'loaded';
EXEC test_ops_register_file.register @path = N'a.csv', @sha256 = 'bb';

CREATE TABLE #expected (file_id bigint NULL, action nvarchar(20) NULL);
INSERT INTO #expected (file_id, action) VALUES (1, N'load'), (2, N'load');
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#answers';
GO
CREATE PROCEDURE test_ops_register_file.[test a path that returns to its first content is loaded again]
AS
CREATE TABLE #answers (file_id bigint NULL, action nvarchar(20) NULL);
EXEC test_ops_register_file.register @path = N'a.csv', @sha256 = 'aa';
EXEC test_ops_register_file.register @path = N'a.csv', @sha256 = 'bb';
UPDATE ops.files SET status = N'loaded';
EXEC test_ops_register_file.register @path = N'a.csv', @sha256 = 'aa';

DECLARE @action nvarchar(20) = (SELECT answers.action FROM #answers AS answers WHERE answers.file_id = 3);
EXEC tSQLt.AssertEqualsString @Expected = N'load', @Actual = @action;
GO
CREATE PROCEDURE test_ops_register_file.[test a refused file keeps its reason]
AS
CREATE TABLE #answers (file_id bigint NULL, action nvarchar(20) NULL);
EXEC test_ops_register_file.register @path = N'a.csv', @sha256 = 'aa', @refusal = N'the header lacks brand';

SELECT answers.action, files.status, files.reason
INTO #actual
FROM #answers AS answers
INNER JOIN ops.files AS files ON files.file_id = answers.file_id;

SELECT TOP (0) * INTO #expected FROM #actual;
INSERT INTO #expected (action, status, reason) VALUES (N'refuse', N'refused', N'the header lacks brand');
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_ops_register_file.[test a refused file whose contract was mended is to be loaded]
AS
CREATE TABLE #answers (file_id bigint NULL, action nvarchar(20) NULL);
EXEC test_ops_register_file.register @path = N'a.csv', @sha256 = 'aa', @refusal = N'the header lacks brand';
EXEC test_ops_register_file.register @path = N'a.csv', @sha256 = 'aa';

SELECT files.file_id, files.status, files.reason INTO #actual FROM ops.files AS files;
SELECT TOP (0) * INTO #expected FROM #actual;
SET IDENTITY_INSERT #expected ON;
INSERT INTO #expected (file_id, status, reason) VALUES (1, N'registered', NULL);
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_ops_register_file.[test a loaded file is not refused afterwards]
AS
CREATE TABLE #answers (file_id bigint NULL, action nvarchar(20) NULL);
EXEC test_ops_register_file.register @path = N'a.csv', @sha256 = 'aa';
UPDATE ops.files SET status = N'loaded';
EXEC test_ops_register_file.register @path = N'a.csv', @sha256 = 'aa', @refusal = N'the header lacks brand';

DECLARE @status nvarchar(20) = (SELECT files.status FROM ops.files AS files);
EXEC tSQLt.AssertEqualsString @Expected = N'loaded', @Actual = @status;
GO
CREATE PROCEDURE test_ops_register_file.[test paths that differ in case alone are two files]
AS
CREATE TABLE #answers (file_id bigint NULL, action nvarchar(20) NULL);
EXEC test_ops_register_file.register @path = N'a.csv', @sha256 = 'aa';
EXEC test_ops_register_file.register @path = N'A.csv', @sha256 = 'bb';

DECLARE @files int = (SELECT COUNT(*) FROM ops.files AS files);
EXEC tSQLt.AssertEquals @Expected = 2, @Actual = @files;
GO
CREATE PROCEDURE test_ops_register_file.[test a failing insert reaches the caller]
AS
CREATE TABLE #answers (file_id bigint NULL, action nvarchar(20) NULL);
EXEC tSQLt.ApplyConstraint @TableName = N'ops.files', @ConstraintName = N'CK_ops_files_status';
ALTER TABLE ops.files ADD CONSTRAINT CK_no_file CHECK (path <> N'a.csv');
EXEC tSQLt.ExpectException @ExpectedErrorNumber = 547;
EXEC test_ops_register_file.register @path = N'a.csv', @sha256 = 'aa';
GO
--[@tSQLt:NoTransaction](DEFAULT)
CREATE PROCEDURE test_ops_register_file.[test outside a transaction a file is committed and a failure leaves nothing]
AS
DECLARE @number int;
CREATE TABLE #answers (file_id bigint NULL, action nvarchar(20) NULL);
ALTER TABLE ops.files ADD CONSTRAINT CK_no_file CHECK (path <> N'b.csv');
EXEC test_ops_register_file.register @path = N'a.csv', @sha256 = 'aa';

BEGIN TRY
    EXEC test_ops_register_file.register @path = N'b.csv', @sha256 = 'bb';
END TRY
BEGIN CATCH
    SET @number = ERROR_NUMBER();
END CATCH;

DECLARE @depth int = @@TRANCOUNT;
DECLARE @files int = (SELECT COUNT(*) FROM ops.files AS files);
EXEC tSQLt.AssertEquals @Expected = 547, @Actual = @number;
EXEC tSQLt.AssertEquals @Expected = 0, @Actual = @depth;
EXEC tSQLt.AssertEquals @Expected = 1, @Actual = @files;
GO
-- Registers a file of the shop's orders with all that is known of it.
CREATE PROCEDURE test_ops_register_file.register_orders
    @path nvarchar(1000) = N'a.csv',
    @sha256 varchar(64) = 'aa',
    @revision int = 1,
    @refusal nvarchar(2048) = NULL,
    @notice nvarchar(2048) = NULL
AS
DECLARE @file_id bigint;
DECLARE @action nvarchar(20);
DECLARE @refusal_rule nvarchar(100) = IIF(@refusal IS NULL, NULL, N'missing_column:status');
EXEC ops.register_file
    @run_id = 7,
    @source_system = N'shop',
    @entity = N'orders',
    @path = @path,
    @sha256 = @sha256,
    @size_bytes = 42,
    @header = N'b;a',
    @refusal = @refusal,
    @refusal_rule = @refusal_rule,
    @notice = @notice,
    @record_count = 12,
    @blank_count = 2,
    @columns_delivered = N'["b", "a"]',
    @delimiter = N';',
    @encoding = N'utf-16-le',
    @compression = N'gzip',
    @business_date = '20250307',
    @revision = @revision,
    @file_id = @file_id OUTPUT,
    @action = @action OUTPUT;
GO
-- The alerts in their order as one text: "file severity subject: message, …".
CREATE PROCEDURE test_ops_register_file.assert_alerts
    @expected nvarchar(4000)
AS
DECLARE @actual nvarchar(4000) = (
    SELECT STRING_AGG(CONCAT(alerts.file_id, N' ', alerts.severity, N' ', alerts.subject, N': ', alerts.message), N', ')
        WITHIN GROUP (ORDER BY alerts.alert_id)
    FROM ops.alerts AS alerts
    WHERE alerts.run_id = 7
);
EXEC tSQLt.AssertEqualsString @Expected = @expected, @Actual = @actual;
GO
CREATE PROCEDURE test_ops_register_file.[test what was found out about a file is kept]
AS
EXEC test_ops_register_file.register_orders @revision = 3;
SELECT
    files.record_count,
    files.blank_count,
    files.columns_delivered,
    files.delimiter,
    files.encoding,
    files.compression,
    files.business_date,
    files.revision,
    files.rule_name
INTO #actual
FROM ops.files AS files;

SELECT TOP (0) * INTO #expected FROM #actual;
INSERT INTO #expected VALUES (12, 2, N'["b", "a"]', N';', N'utf-16-le', N'gzip', '20250307', 3, NULL);
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
EXEC test_ops_register_file.assert_alerts @expected = NULL;
GO
CREATE PROCEDURE test_ops_register_file.[test a refused file has its rule and is an error once, until it is refused for something else]
AS
EXEC test_ops_register_file.register_orders @refusal = N'status is missing';
EXEC test_ops_register_file.register_orders @refusal = N'status is missing';
EXEC test_ops_register_file.register_orders @refusal = N'all is missing';
EXEC test_ops_register_file.assert_alerts @expected = N'1 error a.csv: status is missing, 1 error a.csv: all is missing';
DECLARE @rule_name nvarchar(100) = (SELECT files.rule_name FROM ops.files AS files);
EXEC tSQLt.AssertEqualsString @Expected = N'missing_column:status', @Actual = @rule_name;
GO
CREATE PROCEDURE test_ops_register_file.[test a notice is a warning once]
AS
EXEC test_ops_register_file.register_orders @notice = N'a column was added';
EXEC test_ops_register_file.register_orders @notice = N'a column was added';
EXEC test_ops_register_file.assert_alerts @expected = N'1 warning a.csv: a column was added';
GO
CREATE PROCEDURE test_ops_register_file.[test a duplicate is not worth a notice]
AS
EXEC test_ops_register_file.register_orders;
UPDATE ops.files SET status = N'loaded';
EXEC test_ops_register_file.register_orders @path = N'b.csv', @notice = N'a column was added';
EXEC test_ops_register_file.assert_alerts @expected = NULL;
GO
CREATE PROCEDURE test_ops_register_file.[test a duplicate of a lower revision makes the loaded file count as that]
AS
EXEC tSQLt.FakeTable @TableName = N'ops.batches', @Defaults = 1;
EXEC test_ops_register_file.register_orders @path = N'a_r2.csv', @revision = 2;
UPDATE ops.files SET status = N'loaded';
EXEC test_ops_register_file.register_orders @path = N'a_r3.csv', @sha256 = 'bb', @revision = 3;
UPDATE ops.files SET status = N'loaded';
UPDATE ops.files SET superseded_by_file_id = 2 WHERE file_id = 1;
EXEC test_ops_register_file.register_orders @path = N'a.csv', @sha256 = 'bb', @revision = 1;

SELECT files.file_id, files.status, files.superseded_by_file_id INTO #actual FROM ops.files AS files;
CREATE TABLE #expected (file_id bigint, status nvarchar(20), superseded_by_file_id bigint);
INSERT INTO #expected VALUES (1, N'loaded', NULL), (2, N'loaded', 1), (3, N'duplicate', NULL);
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
