-- bronze.load_shop_order_items: the landed records of one file, with their lineage; what cannot be split goes to quarantine.
EXEC tSQLt.NewTestClass @ClassName = N'test_bronze_load_shop_order_items';
GO
CREATE PROCEDURE test_bronze_load_shop_order_items.SetUp
AS
EXEC tSQLt.FakeTable @TableName = N'ops.files';
EXEC tSQLt.FakeTable @TableName = N'ops.batches', @Defaults = 1;
EXEC tSQLt.FakeTable @TableName = N'ops.quarantine', @Identity = 1, @Defaults = 1;
EXEC tSQLt.FakeTable @TableName = N'bronze.shop_order_items';
EXEC tSQLt.FakeTable @TableName = N'bronze.shop_order_items_landing', @Identity = 1;
EXEC tSQLt.FakeTable @TableName = N'bronze.shop_order_items_lines_landing', @Identity = 1;
INSERT INTO ops.files (file_id, path, status) VALUES (4, N'order_items.csv', N'registered');
GO
-- Loads file 4 and puts "read written rejected" into @counts.
CREATE PROCEDURE test_bronze_load_shop_order_items.load_file
    @counts nvarchar(100) = NULL OUTPUT
AS
DECLARE @rows_read bigint;
DECLARE @rows_written bigint;
DECLARE @rows_rejected bigint;
EXEC bronze.load_shop_order_items
    @run_id = 3,
    @file_id = 4,
    @rows_read = @rows_read OUTPUT,
    @rows_written = @rows_written OUTPUT,
    @rows_rejected = @rows_rejected OUTPUT;
SET @counts = CONCAT(@rows_read, N' ', @rows_written, N' ', @rows_rejected);
GO
CREATE PROCEDURE test_bronze_load_shop_order_items.[test clean records are stored as delivered with file and line, once]
AS
DECLARE @counts nvarchar(100);
INSERT INTO bronze.shop_order_items_landing (order_id, line_no, product_id, quantity, unit_price, discount, updated_at)
VALUES
    (N'O-1', N'1', N'P-1', N'2', N'10.25', N'1.5', N'2025-03-07 10:00:00'),
    (N'o-1', N' 1', N'p-1', N'002', N'£10,25', N'$1.50', N'07.03.2025T10:00:00Z');
EXEC test_bronze_load_shop_order_items.load_file @counts = @counts OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = N'2 2 0', @Actual = @counts;
EXEC test_bronze_load_shop_order_items.load_file @counts = @counts OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = N'0 0 0', @Actual = @counts;

SELECT
    loaded.file_id,
    loaded.line_number,
    loaded.order_id,
    loaded.line_no,
    loaded.product_id,
    loaded.quantity,
    loaded.unit_price,
    loaded.discount,
    loaded.updated_at,
    loaded.raw_text,
    DATALENGTH(loaded.row_hash) AS hash_bytes,
    IIF(loaded.loaded_at IS NULL, 0, 1) AS is_stamped
INTO #actual
FROM bronze.shop_order_items AS loaded;

SELECT TOP (0) * INTO #expected FROM #actual;
INSERT INTO #expected
VALUES
    (4, 2, N'O-1', N'1', N'P-1', N'2', N'10.25', N'1.5', N'2025-03-07 10:00:00', NULL, 32, 1),
    (4, 3, N'o-1', N' 1', N'p-1', N'002', N'£10,25', N'$1.50', N'07.03.2025T10:00:00Z', NULL, 32, 1);
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_bronze_load_shop_order_items.[test lines are split by the header and the delimiter of their file]
AS
DECLARE @counts nvarchar(100);
UPDATE ops.files
SET
    delimiter = NCHAR(9),
    columns_delivered = N'["extra", "updated_at", "discount", "unit_price", "quantity", "product_id", "line_no", "order_id"]';
INSERT INTO bronze.shop_order_items_lines_landing (line)
VALUES
    (N'header'),
    (REPLACE(N'x|2025-03-07 10:00:00|1.5|10.25|2|P-1|1|O-1', N'|', NCHAR(9))),
    (NULL),
    (N'too few'),
    (REPLACE(N'x|2025-03-07 10:00:00|1.5|10.25|2|P-1|1|O-1', N'|', NCHAR(9)));
EXEC test_bronze_load_shop_order_items.load_file @counts = @counts OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = N'3 2 1', @Actual = @counts;

SELECT
    loaded.line_number,
    loaded.order_id,
    loaded.line_no,
    loaded.product_id,
    loaded.quantity,
    loaded.unit_price,
    loaded.discount,
    loaded.updated_at,
    loaded.raw_text
INTO #actual
FROM bronze.shop_order_items AS loaded;

SELECT TOP (0) * INTO #expected FROM #actual;
INSERT INTO #expected
VALUES
    (2, N'O-1', N'1', N'P-1', N'2', N'10.25', N'1.5', N'2025-03-07 10:00:00', REPLACE(N'x|2025-03-07 10:00:00|1.5|10.25|2|P-1|1|O-1', N'|', NCHAR(9))),
    (5, N'O-1', N'1', N'P-1', N'2', N'10.25', N'1.5', N'2025-03-07 10:00:00', REPLACE(N'x|2025-03-07 10:00:00|1.5|10.25|2|P-1|1|O-1', N'|', NCHAR(9)));
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
INSERT INTO #expected_outcome VALUES (N'bronze.shop_order_items', 4, N'wrong_field_count', N'too few', N'lines', 1);
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected_outcome', @Actual = N'#actual_outcome';
GO
CREATE PROCEDURE test_bronze_load_shop_order_items.[test any other value makes another hash, and an empty field is NULL]
AS
INSERT INTO bronze.shop_order_items_landing (order_id, line_no, product_id, quantity, unit_price, discount, updated_at)
VALUES
    (N'O-1', N'1', N'P-1', N'2', N'10.25', N'1.5', N'2025-03-07 10:00:00'),
    (N'O-1', N'1', N'P-1', N'2', N'10.25', N'1.5', N'2025-03-07 10:00:00'),
    (N'O-1', N'1', N'P-1', N'2', N'10.25', N'1.5', N''),
    (N'other', N'1', N'P-1', N'2', N'10.25', N'1.5', N'2025-03-07 10:00:00'),
    (N'O-1', N'other', N'P-1', N'2', N'10.25', N'1.5', N'2025-03-07 10:00:00'),
    (N'O-1', N'1', N'other', N'2', N'10.25', N'1.5', N'2025-03-07 10:00:00'),
    (N'O-1', N'1', N'P-1', N'other', N'10.25', N'1.5', N'2025-03-07 10:00:00'),
    (N'O-1', N'1', N'P-1', N'2', N'other', N'1.5', N'2025-03-07 10:00:00'),
    (N'O-1', N'1', N'P-1', N'2', N'10.25', N'other', N'2025-03-07 10:00:00'),
    (N'O-1', N'1', N'P-1', N'2', N'10.25', N'1.5', N'other');
EXEC test_bronze_load_shop_order_items.load_file;
DECLARE @counts nvarchar(100) = (
    SELECT CONCAT(COUNT(*), N' ', COUNT(DISTINCT loaded.row_hash), N' ', COUNT(loaded.updated_at)) FROM bronze.shop_order_items AS loaded
);
EXEC tSQLt.AssertEqualsString @Expected = N'10 9 9', @Actual = @counts;
GO
CREATE PROCEDURE test_bronze_load_shop_order_items.[test a Windows line end is dropped, and line ends in a field move later records down]
AS
INSERT INTO bronze.shop_order_items_landing (order_id, line_no, product_id, quantity, unit_price, discount, updated_at)
VALUES
    (N'O-1', N'1', N'P-1', N'2', N'10.25', N'1.5', CONCAT(N'2025-03-07 10:00:00', NCHAR(13))),
    (N'O-1', CONCAT(N'a', NCHAR(10), N'b', NCHAR(10), N'c'), N'P-1', N'2', N'10.25', N'1.5', N'2025-03-07 10:00:00'),
    (N'O-1', N'1', N'P-1', N'2', N'10.25', N'1.5', N'2025-03-07 10:00:00');
EXEC test_bronze_load_shop_order_items.load_file;
SELECT loaded.line_number, loaded.updated_at INTO #actual FROM bronze.shop_order_items AS loaded;
SELECT TOP (0) * INTO #expected FROM #actual;
INSERT INTO #expected VALUES (2, N'2025-03-07 10:00:00'), (3, N'2025-03-07 10:00:00'), (6, N'2025-03-07 10:00:00');
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
--[@tSQLt:NoTransaction](DEFAULT)
CREATE PROCEDURE test_bronze_load_shop_order_items.[test a failure at the end leaves nothing, and what succeeds outside a transaction is committed]
AS
DECLARE @number int = 0;
INSERT INTO bronze.shop_order_items_landing (order_id, line_no, product_id, quantity, unit_price, discount, updated_at)
VALUES (N'O-1', N'1', N'P-1', N'2', N'10.25', N'1.5', N'2025-03-07 10:00:00');
UPDATE ops.files SET record_count = 2;
BEGIN TRY
    EXEC bronze.load_shop_order_items @run_id = 3, @file_id = 4;
END TRY
BEGIN CATCH
    SET @number = ERROR_NUMBER();
END CATCH;

EXEC tSQLt.AssertEquals @Expected = 51011, @Actual = @number;
EXEC tSQLt.AssertEquals @Expected = 0, @Actual = @@TRANCOUNT;
EXEC tSQLt.AssertEmptyTable @TableName = N'bronze.shop_order_items';

UPDATE ops.files SET record_count = 1;
EXEC bronze.load_shop_order_items @run_id = 3, @file_id = 4;
DECLARE @rows int = (SELECT COUNT(*) FROM bronze.shop_order_items AS loaded);
EXEC tSQLt.AssertEquals @Expected = 1, @Actual = @rows;
EXEC tSQLt.AssertEquals @Expected = 0, @Actual = @@TRANCOUNT;
GO
