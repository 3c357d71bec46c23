-- bronze.load_journey_transactions: the landed records of one file, with their lineage; what cannot be split goes to quarantine.
EXEC tSQLt.NewTestClass @ClassName = N'test_bronze_load_journey_transactions';
GO
CREATE PROCEDURE test_bronze_load_journey_transactions.SetUp
AS
EXEC tSQLt.FakeTable @TableName = N'ops.files';
EXEC tSQLt.FakeTable @TableName = N'ops.batches', @Defaults = 1;
EXEC tSQLt.FakeTable @TableName = N'ops.quarantine', @Identity = 1, @Defaults = 1;
EXEC tSQLt.FakeTable @TableName = N'bronze.journey_transactions';
EXEC tSQLt.FakeTable @TableName = N'bronze.journey_transactions_landing', @Identity = 1;
EXEC tSQLt.FakeTable @TableName = N'bronze.journey_transactions_lines_landing', @Identity = 1;
INSERT INTO ops.files (file_id, path, status) VALUES (4, N'transactions.csv', N'registered');
GO
-- Loads file 4 and puts "read written rejected" into @counts.
CREATE PROCEDURE test_bronze_load_journey_transactions.load_file
    @counts nvarchar(100) = NULL OUTPUT
AS
DECLARE @rows_read bigint;
DECLARE @rows_written bigint;
DECLARE @rows_rejected bigint;
EXEC bronze.load_journey_transactions
    @run_id = 3,
    @file_id = 4,
    @rows_read = @rows_read OUTPUT,
    @rows_written = @rows_written OUTPUT,
    @rows_rejected = @rows_rejected OUTPUT;
SET @counts = CONCAT(@rows_read, N' ', @rows_written, N' ', @rows_rejected);
GO
CREATE PROCEDURE test_bronze_load_journey_transactions.[test clean records are stored as delivered with file and line]
AS
DECLARE @counts nvarchar(100);
INSERT INTO bronze.journey_transactions_landing (
    household_id,
    store_id,
    basket_id,
    product_id,
    quantity,
    sales_value,
    retail_disc,
    coupon_disc,
    coupon_match_disc,
    week,
    transaction_timestamp
)
VALUES
    (N'900', N'330', N'31198570044', N'1095275', N'1', N'0.50', N'0.00', N'0.00', N'0.00', N'1', N'2017-01-01 11:53:26');
EXEC test_bronze_load_journey_transactions.load_file @counts = @counts OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = N'1 1 0', @Actual = @counts;

SELECT
    loaded.file_id,
    loaded.line_number,
    loaded.household_id,
    loaded.store_id,
    loaded.basket_id,
    loaded.product_id,
    loaded.quantity,
    loaded.sales_value,
    loaded.retail_disc,
    loaded.coupon_disc,
    loaded.coupon_match_disc,
    loaded.week,
    loaded.transaction_timestamp,
    loaded.raw_text,
    DATALENGTH(loaded.row_hash) AS hash_bytes,
    IIF(loaded.loaded_at IS NULL, 0, 1) AS is_stamped
INTO #actual
FROM bronze.journey_transactions AS loaded;

SELECT TOP (0) * INTO #expected FROM #actual;
INSERT INTO #expected
VALUES (4, 2, N'900', N'330', N'31198570044', N'1095275', N'1', N'0.50', N'0.00', N'0.00', N'0.00', N'1', N'2017-01-01 11:53:26', NULL, 32, 1);
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_bronze_load_journey_transactions.[test a file without records is loaded and no batch]
AS
DECLARE @counts nvarchar(100);
EXEC test_bronze_load_journey_transactions.load_file @counts = @counts OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = N'0 0 0', @Actual = @counts;
EXEC tSQLt.AssertEmptyTable @TableName = N'bronze.journey_transactions';
EXEC tSQLt.AssertEmptyTable @TableName = N'ops.batches';
DECLARE @status nvarchar(20) = (SELECT files.status FROM ops.files AS files);
EXEC tSQLt.AssertEqualsString @Expected = N'loaded', @Actual = @status;
GO
CREATE PROCEDURE test_bronze_load_journey_transactions.[test a file that was loaded already is left alone]
AS
DECLARE @counts nvarchar(100);
INSERT INTO bronze.journey_transactions_landing (
    household_id,
    store_id,
    basket_id,
    product_id,
    quantity,
    sales_value,
    retail_disc,
    coupon_disc,
    coupon_match_disc,
    week,
    transaction_timestamp
)
VALUES
    (N'900', N'330', N'31198570044', N'1095275', N'1', N'0.50', N'0.00', N'0.00', N'0.00', N'1', N'2017-01-01 11:53:26');
EXEC test_bronze_load_journey_transactions.load_file;
EXEC test_bronze_load_journey_transactions.load_file @counts = @counts OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = N'0 0 0', @Actual = @counts;
DECLARE @rows int = (SELECT COUNT(*) FROM bronze.journey_transactions AS loaded);
EXEC tSQLt.AssertEquals @Expected = 1, @Actual = @rows;
GO
CREATE PROCEDURE test_bronze_load_journey_transactions.[test the same record twice is two rows with one hash]
AS
INSERT INTO bronze.journey_transactions_landing (
    household_id,
    store_id,
    basket_id,
    product_id,
    quantity,
    sales_value,
    retail_disc,
    coupon_disc,
    coupon_match_disc,
    week,
    transaction_timestamp
)
VALUES
    (N'900', N'330', N'31198570044', N'1095275', N'1', N'0.50', N'0.00', N'0.00', N'0.00', N'1', N'2017-01-01 11:53:26'),
    (N'900', N'330', N'31198570044', N'1095275', N'1', N'0.50', N'0.00', N'0.00', N'0.00', N'1', N'2017-01-01 11:53:26'),
    (N'2', N'330', N'31198570044', N'1095275', N'1', N'0.50', N'0.00', N'0.00', N'0.00', N'1', N'2017-01-01 11:53:26');
EXEC test_bronze_load_journey_transactions.load_file;
DECLARE @counts nvarchar(100) = (
    SELECT CONCAT(COUNT(*), N' ', COUNT(DISTINCT loaded.row_hash)) FROM bronze.journey_transactions AS loaded
);
EXEC tSQLt.AssertEqualsString @Expected = N'3 2', @Actual = @counts;
GO
CREATE PROCEDURE test_bronze_load_journey_transactions.[test empty fields are NULL and hash apart from neighbours]
AS
INSERT INTO bronze.journey_transactions_landing (
    household_id,
    store_id,
    basket_id,
    product_id,
    quantity,
    sales_value,
    retail_disc,
    coupon_disc,
    coupon_match_disc,
    week,
    transaction_timestamp
)
VALUES
    (N'900', N'330', N'31198570044', N'', N'x', N'0.50', N'0.00', N'0.00', N'0.00', N'1', N'2017-01-01 11:53:26'),
    (N'900', N'330', N'31198570044', N'x', N'', N'0.50', N'0.00', N'0.00', N'0.00', N'1', N'2017-01-01 11:53:26');
EXEC test_bronze_load_journey_transactions.load_file;
SELECT
    loaded.line_number,
    loaded.product_id,
    loaded.quantity,
    COUNT(*) OVER (PARTITION BY loaded.row_hash) AS same_hash
INTO #actual
FROM bronze.journey_transactions AS loaded;

SELECT TOP (0) * INTO #expected FROM #actual;
INSERT INTO #expected VALUES (2, NULL, N'x', 1), (3, N'x', NULL, 1);
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_bronze_load_journey_transactions.[test a Windows line end is no part of the last field]
AS
INSERT INTO bronze.journey_transactions_landing (household_id, transaction_timestamp) VALUES (N'1', CONCAT(N'2017-01-01 11:53:26', NCHAR(13))), (N'2', NCHAR(13));
EXEC test_bronze_load_journey_transactions.load_file;
SELECT loaded.line_number, loaded.transaction_timestamp INTO #actual FROM bronze.journey_transactions AS loaded;
SELECT TOP (0) * INTO #expected FROM #actual;
INSERT INTO #expected VALUES (2, N'2017-01-01 11:53:26'), (3, NULL);
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_bronze_load_journey_transactions.[test a newline inside a field moves later records down by a line]
AS
INSERT INTO bronze.journey_transactions_landing (household_id, product_id)
VALUES (N'1', CONCAT(N'a', NCHAR(10), N'b', NCHAR(10), N'c')), (N'2', N'x'), (N'3', CONCAT(NCHAR(10), N'y')), (N'4', N'z');
EXEC test_bronze_load_journey_transactions.load_file;
SELECT loaded.household_id, loaded.line_number INTO #actual FROM bronze.journey_transactions AS loaded;
SELECT TOP (0) * INTO #expected FROM #actual;
INSERT INTO #expected VALUES (N'1', 2), (N'2', 5), (N'3', 6), (N'4', 8);
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_bronze_load_journey_transactions.[test a file that is not clean CSV is split line by line and its misfits are quarantined]
AS
DECLARE @counts nvarchar(100);
INSERT INTO bronze.journey_transactions_lines_landing (line)
VALUES
    (N'household_id,store_id,basket_id,product_id,quantity,sales_value,retail_disc,coupon_disc,coupon_match_disc,week,transaction_timestamp'),
    (N'900,330,31198570044,1095275,1,0.50,0.00,0.00,0.00,1,2017-01-01 11:53:26'),
    (N'one field'),
    (NULL),
    (N'900,330,31198570044,"a'),
    (N'b",1,0.50,0.00,0.00,0.00,1,2017-01-01 11:53:26');
EXEC test_bronze_load_journey_transactions.load_file @counts = @counts OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = N'3 2 1', @Actual = @counts;

SELECT loaded.line_number, loaded.product_id, loaded.raw_text INTO #actual FROM bronze.journey_transactions AS loaded;
SELECT TOP (0) * INTO #expected FROM #actual;
INSERT INTO #expected
VALUES
    (2, N'1095275', N'900,330,31198570044,1095275,1,0.50,0.00,0.00,0.00,1,2017-01-01 11:53:26'),
    (5, CONCAT(N'a', NCHAR(10), N'b'), CONCAT(N'900,330,31198570044,"a', NCHAR(10), N'b",1,0.50,0.00,0.00,0.00,1,2017-01-01 11:53:26'));
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';

SELECT quarantine.line_number, quarantine.rule_name, quarantine.raw_text, files.form, files.blank_lines
INTO #actual_misfits
FROM ops.quarantine AS quarantine
INNER JOIN ops.files AS files ON files.file_id = quarantine.file_id;

SELECT TOP (0) * INTO #expected_misfits FROM #actual_misfits;
INSERT INTO #expected_misfits VALUES (3, N'wrong_field_count', N'one field', N'lines', 1);
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected_misfits', @Actual = N'#actual_misfits';
GO
CREATE PROCEDURE test_bronze_load_journey_transactions.[test both ways of reading a record store the same]
AS
INSERT INTO bronze.journey_transactions_landing (
    household_id,
    store_id,
    basket_id,
    product_id,
    quantity,
    sales_value,
    retail_disc,
    coupon_disc,
    coupon_match_disc,
    week,
    transaction_timestamp
)
VALUES
    (N'900', N'330', N'31198570044', N'1095275', N'1', N'0.50', N'0.00', N'0.00', N'0.00', N'1', N'2017-01-01 11:53:26');
EXEC test_bronze_load_journey_transactions.load_file;
INSERT INTO ops.files (file_id, path, status) VALUES (5, N'lines.csv', N'registered');
DELETE FROM bronze.journey_transactions_landing;
INSERT INTO bronze.journey_transactions_lines_landing (line) VALUES (N'household_id,store_id,basket_id,product_id,quantity,sales_value,retail_disc,coupon_disc,coupon_match_disc,week,transaction_timestamp'), (N'900,330,31198570044,1095275,1,0.50,0.00,0.00,0.00,1,2017-01-01 11:53:26');
EXEC bronze.load_journey_transactions @run_id = 3, @file_id = 5;
DECLARE @hashes int = (SELECT COUNT(DISTINCT loaded.row_hash) FROM bronze.journey_transactions AS loaded);
EXEC tSQLt.AssertEquals @Expected = 1, @Actual = @hashes;
GO
CREATE PROCEDURE test_bronze_load_journey_transactions.[test a failure in the middle reaches the caller]
AS
INSERT INTO bronze.journey_transactions_landing (
    household_id,
    store_id,
    basket_id,
    product_id,
    quantity,
    sales_value,
    retail_disc,
    coupon_disc,
    coupon_match_disc,
    week,
    transaction_timestamp
)
VALUES
    (N'900', N'330', N'31198570044', N'1095275', N'1', N'0.50', N'0.00', N'0.00', N'0.00', N'1', N'2017-01-01 11:53:26');
EXEC tSQLt.SpyProcedure
    @ProcedureName = N'bronze.finish_file',
    @CommandToExecute = N'THROW 51999, N''no luck today'', 1;';
EXEC tSQLt.ExpectException @ExpectedErrorNumber = 51999;
EXEC test_bronze_load_journey_transactions.load_file;
GO
--[@tSQLt:NoTransaction](DEFAULT)
CREATE PROCEDURE test_bronze_load_journey_transactions.[test a failure in the middle leaves no row behind]
AS
DECLARE @number int = 0;
INSERT INTO bronze.journey_transactions_landing (
    household_id,
    store_id,
    basket_id,
    product_id,
    quantity,
    sales_value,
    retail_disc,
    coupon_disc,
    coupon_match_disc,
    week,
    transaction_timestamp
)
VALUES
    (N'900', N'330', N'31198570044', N'1095275', N'1', N'0.50', N'0.00', N'0.00', N'0.00', N'1', N'2017-01-01 11:53:26');
EXEC tSQLt.SpyProcedure
    @ProcedureName = N'bronze.finish_file',
    @CommandToExecute = N'THROW 51999, N''no luck today'', 1;';

BEGIN TRY
    EXEC test_bronze_load_journey_transactions.load_file;
END TRY
BEGIN CATCH
    SET @number = ERROR_NUMBER();
END CATCH;

EXEC tSQLt.AssertEquals @Expected = 51999, @Actual = @number;
EXEC tSQLt.AssertEmptyTable @TableName = N'bronze.journey_transactions';
GO
CREATE PROCEDURE test_bronze_load_journey_transactions.[test what BULK INSERT writes lands behind the views]
AS
INSERT INTO bronze.journey_transactions_drop (household_id, product_id) VALUES (N'1', N'x'), (N'2', N'y');
INSERT INTO bronze.journey_transactions_lines_drop (line) VALUES (N'a line');
SELECT landing.ordinal, landing.household_id, landing.product_id, landing.line_number INTO #actual FROM bronze.journey_transactions_landing AS landing;
CREATE TABLE #expected (
    ordinal bigint NULL,
    household_id nvarchar(200) NULL,
    product_id nvarchar(200) NULL,
    line_number bigint NULL
);
INSERT INTO #expected VALUES (1, N'1', N'x', NULL), (2, N'2', N'y', NULL);
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
DECLARE @lines nvarchar(100) = (
    SELECT STRING_AGG(CONCAT(landing.ordinal, N' ', landing.line), N'|') FROM bronze.journey_transactions_lines_landing AS landing
);
EXEC tSQLt.AssertEqualsString @Expected = N'1 a line', @Actual = @lines;
GO
