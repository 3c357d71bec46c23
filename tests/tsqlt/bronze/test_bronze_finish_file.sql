-- bronze.finish_file: the misfits of a file and its outcome are recorded.
EXEC tSQLt.NewTestClass @ClassName = N'test_bronze_finish_file';
GO
CREATE PROCEDURE test_bronze_finish_file.SetUp
AS
EXEC tSQLt.FakeTable @TableName = N'ops.files';
EXEC tSQLt.FakeTable @TableName = N'ops.batches', @Defaults = 1;
EXEC tSQLt.FakeTable @TableName = N'ops.quarantine', @Identity = 1, @Defaults = 1;
INSERT INTO ops.files (file_id, path, status) VALUES (4, N'a.csv', N'registered'), (5, N'b.csv', N'registered');
GO
CREATE PROCEDURE test_bronze_finish_file.[test the outcome of the file is recorded]
AS
CREATE TABLE #records (line_number bigint, raw_text nvarchar(max), rule_name nvarchar(100), reason nvarchar(2048));
EXEC bronze.finish_file
    @run_id = 3,
    @file_id = 4,
    @table_name = N'bronze.journey_products',
    @form = N'csv',
    @rows_written = 8,
    @rows_rejected = 2,
    @blank_lines = 1,
    @loaded_at = '20250304 05:06:07.089';

SELECT
    files.file_id,
    files.status,
    files.form,
    files.rows_read,
    files.rows_written,
    files.rows_rejected,
    files.blank_lines,
    files.run_id,
    IIF(files.loaded_at IS NULL, 0, 1) AS is_loaded
INTO #actual
FROM ops.files AS files;

SELECT TOP (0) * INTO #expected FROM #actual;
INSERT INTO #expected
VALUES
    (4, N'loaded', N'csv', 10, 8, 2, 1, 3, 1),
    (5, N'registered', NULL, NULL, NULL, NULL, NULL, NULL, 0);
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_bronze_finish_file.[test records with a rule go to quarantine and the others do not]
AS
CREATE TABLE #records (line_number bigint, raw_text nvarchar(max), rule_name nvarchar(100), reason nvarchar(2048));
INSERT INTO #records (line_number, raw_text, rule_name, reason)
VALUES (2, N'a,b,c', NULL, NULL), (3, N'a,b', N'wrong_field_count', N'too few');
EXEC bronze.finish_file
    @run_id = 3,
    @file_id = 4,
    @table_name = N'bronze.journey_products',
    @form = N'lines',
    @rows_written = 1,
    @rows_rejected = 1,
    @blank_lines = 0,
    @loaded_at = '20250304 05:06:07.089';

SELECT
    quarantine.run_id,
    quarantine.file_id,
    quarantine.file_path,
    quarantine.table_name,
    quarantine.line_number,
    quarantine.rule_name,
    quarantine.reason,
    quarantine.raw_text
INTO #actual
FROM ops.quarantine AS quarantine;

SELECT TOP (0) * INTO #expected FROM #actual;
INSERT INTO #expected VALUES (3, 4, N'a.csv', N'bronze.journey_products', 3, N'wrong_field_count', N'too few', N'a,b');
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_bronze_finish_file.[test a file with rows is a batch]
AS
CREATE TABLE #records (line_number bigint, raw_text nvarchar(max), rule_name nvarchar(100), reason nvarchar(2048));
EXEC bronze.finish_file
    @run_id = 3,
    @file_id = 4,
    @table_name = N'bronze.journey_products',
    @form = N'csv',
    @rows_written = 8,
    @rows_rejected = 0,
    @blank_lines = 0,
    @loaded_at = '20250304 05:06:07.089';

SELECT batches.table_name, batches.file_id, batches.run_id, batches.rows_written INTO #actual FROM ops.batches AS batches;
SELECT TOP (0) * INTO #expected FROM #actual;
INSERT INTO #expected VALUES (N'bronze.journey_products', 4, 3, 8);
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_bronze_finish_file.[test a file without rows is loaded and no batch]
AS
CREATE TABLE #records (line_number bigint, raw_text nvarchar(max), rule_name nvarchar(100), reason nvarchar(2048));
EXEC bronze.finish_file
    @run_id = 3,
    @file_id = 4,
    @table_name = N'bronze.journey_products',
    @form = N'csv',
    @rows_written = 0,
    @rows_rejected = 0,
    @blank_lines = 0,
    @loaded_at = '20250304 05:06:07.089';
EXEC tSQLt.AssertEmptyTable @TableName = N'ops.batches';
DECLARE @status nvarchar(20) = (SELECT files.status FROM ops.files AS files WHERE files.file_id = 4);
EXEC tSQLt.AssertEqualsString @Expected = N'loaded', @Actual = @status;
GO
CREATE PROCEDURE test_bronze_finish_file.[test a file whose records are all accounted for is loaded]
AS
CREATE TABLE #records (line_number bigint, raw_text nvarchar(max), rule_name nvarchar(100), reason nvarchar(2048));
UPDATE ops.files SET record_count = 11 WHERE file_id = 4;
EXEC bronze.finish_file
    @run_id = 3,
    @file_id = 4,
    @table_name = N'bronze.journey_products',
    @form = N'csv',
    @rows_written = 8,
    @rows_rejected = 2,
    @blank_lines = 1,
    @loaded_at = '20250304 05:06:07.089';
DECLARE @status nvarchar(20) = (SELECT files.status FROM ops.files AS files WHERE files.file_id = 4);
EXEC tSQLt.AssertEqualsString @Expected = N'loaded', @Actual = @status;
GO
CREATE PROCEDURE test_bronze_finish_file.[test a record that is not accounted for fails the load]
AS
CREATE TABLE #records (line_number bigint, raw_text nvarchar(max), rule_name nvarchar(100), reason nvarchar(2048));
UPDATE ops.files SET record_count = 12 WHERE file_id = 4;
EXEC tSQLt.ExpectException
    @ExpectedErrorNumber = 51011,
    @ExpectedMessagePattern = N'bronze.finish_file: a.csv has 12 records, and 11 are accounted for;%';
EXEC bronze.finish_file
    @run_id = 3,
    @file_id = 4,
    @table_name = N'bronze.journey_products',
    @form = N'csv',
    @rows_written = 8,
    @rows_rejected = 2,
    @blank_lines = 1,
    @loaded_at = '20250304 05:06:07.089';
GO
CREATE PROCEDURE test_bronze_finish_file.[test a higher revision supersedes the file of its day that was loaded]
AS
CREATE TABLE #records (line_number bigint, raw_text nvarchar(max), rule_name nvarchar(100), reason nvarchar(2048));
UPDATE ops.files
SET
    source_system = N'shop',
    entity = N'orders',
    sha256 = path,
    business_date = '20250307',
    revision = file_id,
    status = IIF(file_id = 4, N'loaded', N'registered');
EXEC bronze.finish_file
    @run_id = 3,
    @file_id = 5,
    @table_name = N'bronze.shop_orders',
    @form = N'csv',
    @rows_written = 8,
    @rows_rejected = 0,
    @blank_lines = 0,
    @loaded_at = '20250304 05:06:07.089';
SELECT files.file_id, files.superseded_by_file_id INTO #actual FROM ops.files AS files;
SELECT TOP (0) * INTO #expected FROM #actual;
INSERT INTO #expected VALUES (4, 5), (5, NULL);
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
