-- bronze.load_shop_products: the landed records of one file, with their lineage; what cannot be split goes to quarantine.
EXEC tSQLt.NewTestClass @ClassName = N'test_bronze_load_shop_products';
GO
CREATE PROCEDURE test_bronze_load_shop_products.SetUp
AS
EXEC tSQLt.FakeTable @TableName = N'ops.files';
EXEC tSQLt.FakeTable @TableName = N'ops.batches', @Defaults = 1;
EXEC tSQLt.FakeTable @TableName = N'ops.quarantine', @Identity = 1, @Defaults = 1;
EXEC tSQLt.FakeTable @TableName = N'bronze.shop_products';
EXEC tSQLt.FakeTable @TableName = N'bronze.shop_products_landing', @Identity = 1;
EXEC tSQLt.FakeTable @TableName = N'bronze.shop_products_lines_landing', @Identity = 1;
INSERT INTO ops.files (file_id, path, status) VALUES (4, N'products.csv', N'registered');
GO
-- Loads file 4 and puts "read written rejected" into @counts.
CREATE PROCEDURE test_bronze_load_shop_products.load_file
    @counts nvarchar(100) = NULL OUTPUT
AS
DECLARE @rows_read bigint;
DECLARE @rows_written bigint;
DECLARE @rows_rejected bigint;
EXEC bronze.load_shop_products
    @run_id = 3,
    @file_id = 4,
    @rows_read = @rows_read OUTPUT,
    @rows_written = @rows_written OUTPUT,
    @rows_rejected = @rows_rejected OUTPUT;
SET @counts = CONCAT(@rows_read, N' ', @rows_written, N' ', @rows_rejected);
GO
CREATE PROCEDURE test_bronze_load_shop_products.[test clean records are stored as delivered with file and line, once]
AS
DECLARE @counts nvarchar(100);
INSERT INTO bronze.shop_products_landing (product_id, name, category, brand, unit_price, is_active, introduced_on, updated_at)
VALUES
    (N'P-1', N'A "big" pipe', N'tools', N'Acme', N'19.5', N'true', N'2025-01-01', N'2025-03-07 10:00:00'),
    (N'p-1', N' A "big" pipe', N'TOOLS', N'Acme', N'$19,50', N'Yes', N'01 Jan 2025', N'2025/03/07 10:00:00');
EXEC test_bronze_load_shop_products.load_file @counts = @counts OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = N'2 2 0', @Actual = @counts;
EXEC test_bronze_load_shop_products.load_file @counts = @counts OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = N'0 0 0', @Actual = @counts;

SELECT
    loaded.file_id,
    loaded.line_number,
    loaded.product_id,
    loaded.name,
    loaded.category,
    loaded.brand,
    loaded.unit_price,
    loaded.is_active,
    loaded.introduced_on,
    loaded.updated_at,
    loaded.raw_text,
    DATALENGTH(loaded.row_hash) AS hash_bytes,
    IIF(loaded.loaded_at IS NULL, 0, 1) AS is_stamped
INTO #actual
FROM bronze.shop_products AS loaded;

SELECT TOP (0) * INTO #expected FROM #actual;
INSERT INTO #expected
VALUES
    (4, 2, N'P-1', N'A "big" pipe', N'tools', N'Acme', N'19.5', N'true', N'2025-01-01', N'2025-03-07 10:00:00', NULL, 32, 1),
    (4, 3, N'p-1', N' A "big" pipe', N'TOOLS', N'Acme', N'$19,50', N'Yes', N'01 Jan 2025', N'2025/03/07 10:00:00', NULL, 32, 1);
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_bronze_load_shop_products.[test lines are split by the header and the delimiter of their file]
AS
DECLARE @counts nvarchar(100);
UPDATE ops.files
SET
    delimiter = NCHAR(9),
    columns_delivered = N'["extra", "updated_at", "introduced_on", "is_active", "unit_price", "brand", "category", "name", "product_id"]';
INSERT INTO bronze.shop_products_lines_landing (line)
VALUES
    (N'header'),
    (REPLACE(N'x|2025-03-07 10:00:00|2025-01-01|true|19.5|Acme|tools|"A ""big"" pipe"|P-1', N'|', NCHAR(9))),
    (NULL),
    (N'too few'),
    (REPLACE(N'x|2025-03-07 10:00:00|2025-01-01|true|19.5|Acme|tools|"A ""big"" pipe"|P-1', N'|', NCHAR(9)));
EXEC test_bronze_load_shop_products.load_file @counts = @counts OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = N'3 2 1', @Actual = @counts;

SELECT
    loaded.line_number,
    loaded.product_id,
    loaded.name,
    loaded.category,
    loaded.brand,
    loaded.unit_price,
    loaded.is_active,
    loaded.introduced_on,
    loaded.updated_at,
    loaded.raw_text
INTO #actual
FROM bronze.shop_products AS loaded;

SELECT TOP (0) * INTO #expected FROM #actual;
INSERT INTO #expected
VALUES
    (2, N'P-1', N'A "big" pipe', N'tools', N'Acme', N'19.5', N'true', N'2025-01-01', N'2025-03-07 10:00:00', REPLACE(N'x|2025-03-07 10:00:00|2025-01-01|true|19.5|Acme|tools|"A ""big"" pipe"|P-1', N'|', NCHAR(9))),
    (5, N'P-1', N'A "big" pipe', N'tools', N'Acme', N'19.5', N'true', N'2025-01-01', N'2025-03-07 10:00:00', REPLACE(N'x|2025-03-07 10:00:00|2025-01-01|true|19.5|Acme|tools|"A ""big"" pipe"|P-1', N'|', NCHAR(9)));
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';

SELECT
    quarantine.table_name,
    quarantine.line_number,
    quarantine.rule_name,
    quarantine.raw_text,
    files.form,
    files.blank_lines
INTO #actual_outcome
FROM ops.quarantine AS quarantine
INNER JOIN ops.files AS files ON files.file_id = quarantine.file_id;

SELECT TOP (0) * INTO #expected_outcome FROM #actual_outcome;
INSERT INTO #expected_outcome VALUES (N'bronze.shop_products', 4, N'wrong_field_count', N'too few', N'lines', 1);
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected_outcome', @Actual = N'#actual_outcome';
GO
CREATE PROCEDURE test_bronze_load_shop_products.[test any other value makes another hash, and an empty field is NULL]
AS
INSERT INTO bronze.shop_products_landing (product_id, name, category, brand, unit_price, is_active, introduced_on, updated_at)
VALUES
    (N'P-1', N'A "big" pipe', N'tools', N'Acme', N'19.5', N'true', N'2025-01-01', N'2025-03-07 10:00:00'),
    (N'P-1', N'A "big" pipe', N'tools', N'Acme', N'19.5', N'true', N'2025-01-01', N'2025-03-07 10:00:00'),
    (N'P-1', N'A "big" pipe', N'tools', N'Acme', N'19.5', N'true', N'2025-01-01', N''),
    (N'other', N'A "big" pipe', N'tools', N'Acme', N'19.5', N'true', N'2025-01-01', N'2025-03-07 10:00:00'),
    (N'P-1', N'other', N'tools', N'Acme', N'19.5', N'true', N'2025-01-01', N'2025-03-07 10:00:00'),
    (N'P-1', N'A "big" pipe', N'other', N'Acme', N'19.5', N'true', N'2025-01-01', N'2025-03-07 10:00:00'),
    (N'P-1', N'A "big" pipe', N'tools', N'other', N'19.5', N'true', N'2025-01-01', N'2025-03-07 10:00:00'),
    (N'P-1', N'A "big" pipe', N'tools', N'Acme', N'other', N'true', N'2025-01-01', N'2025-03-07 10:00:00'),
    (N'P-1', N'A "big" pipe', N'tools', N'Acme', N'19.5', N'other', N'2025-01-01', N'2025-03-07 10:00:00'),
    (N'P-1', N'A "big" pipe', N'tools', N'Acme', N'19.5', N'true', N'other', N'2025-03-07 10:00:00'),
    (N'P-1', N'A "big" pipe', N'tools', N'Acme', N'19.5', N'true', N'2025-01-01', N'other');
EXEC test_bronze_load_shop_products.load_file;
DECLARE @counts nvarchar(100) = (
    SELECT CONCAT(COUNT(*), N' ', COUNT(DISTINCT loaded.row_hash), N' ', COUNT(loaded.updated_at)) FROM bronze.shop_products AS loaded
);
EXEC tSQLt.AssertEqualsString @Expected = N'11 10 10', @Actual = @counts;
GO
CREATE PROCEDURE test_bronze_load_shop_products.[test a Windows line end is dropped, and line ends in a field move later records down]
AS
INSERT INTO bronze.shop_products_landing (product_id, name, category, brand, unit_price, is_active, introduced_on, updated_at)
VALUES
    (N'P-1', N'A "big" pipe', N'tools', N'Acme', N'19.5', N'true', N'2025-01-01', CONCAT(N'2025-03-07 10:00:00', NCHAR(13))),
    (N'P-1', CONCAT(N'a', NCHAR(10), N'b', NCHAR(10), N'c'), N'tools', N'Acme', N'19.5', N'true', N'2025-01-01', N'2025-03-07 10:00:00'),
    (N'P-1', N'A "big" pipe', N'tools', N'Acme', N'19.5', N'true', N'2025-01-01', N'2025-03-07 10:00:00');
EXEC test_bronze_load_shop_products.load_file;
SELECT loaded.line_number, loaded.updated_at INTO #actual FROM bronze.shop_products AS loaded;
SELECT TOP (0) * INTO #expected FROM #actual;
INSERT INTO #expected VALUES (2, N'2025-03-07 10:00:00'), (3, N'2025-03-07 10:00:00'), (6, N'2025-03-07 10:00:00');
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
--[@tSQLt:NoTransaction](DEFAULT)
CREATE PROCEDURE test_bronze_load_shop_products.[test a failure at the end leaves nothing, and what succeeds outside a transaction is committed]
AS
DECLARE @number int = 0;
INSERT INTO bronze.shop_products_landing (product_id, name, category, brand, unit_price, is_active, introduced_on, updated_at)
VALUES (N'P-1', N'A "big" pipe', N'tools', N'Acme', N'19.5', N'true', N'2025-01-01', N'2025-03-07 10:00:00');
UPDATE ops.files SET record_count = 2;
BEGIN TRY
    EXEC bronze.load_shop_products @run_id = 3, @file_id = 4;
END TRY
BEGIN CATCH
    SET @number = ERROR_NUMBER();
END CATCH;

EXEC tSQLt.AssertEquals @Expected = 51011, @Actual = @number;
EXEC tSQLt.AssertEquals @Expected = 0, @Actual = @@TRANCOUNT;
EXEC tSQLt.AssertEmptyTable @TableName = N'bronze.shop_products';

UPDATE ops.files SET record_count = 1;
EXEC bronze.load_shop_products @run_id = 3, @file_id = 4;
DECLARE @rows int = (SELECT COUNT(*) FROM bronze.shop_products AS loaded);
EXEC tSQLt.AssertEquals @Expected = 1, @Actual = @rows;
EXEC tSQLt.AssertEquals @Expected = 0, @Actual = @@TRANCOUNT;
GO
