-- silver.load_products: the latest delivery of a product wins; misfits go to quarantine.
EXEC tSQLt.NewTestClass @ClassName = N'test_silver_load_products';
GO
CREATE PROCEDURE test_silver_load_products.SetUp
AS
EXEC tSQLt.FakeTable @TableName = N'ops.batches', @Defaults = 1;
EXEC tSQLt.FakeTable @TableName = N'ops.batch_consumers', @Defaults = 1;
EXEC tSQLt.FakeTable @TableName = N'ops.quarantine', @Identity = 1, @Defaults = 1;
EXEC tSQLt.FakeTable @TableName = N'ops.files';
EXEC tSQLt.FakeTable @TableName = N'bronze.journey_products';
EXEC tSQLt.FakeTable @TableName = N'silver.products';
INSERT INTO ops.files (file_id, path) VALUES (4, N'four.csv'), (5, N'five.csv');
GO
-- One record of file @file_id, whose batch is 100 + @file_id.
CREATE PROCEDURE test_silver_load_products.deliver
    @file_id bigint,
    @line_number bigint,
    @product_id nvarchar(200),
    @department nvarchar(200) = N'GROCERY',
    @manufacturer_id nvarchar(200) = N'9'
AS
INSERT INTO bronze.journey_products (file_id, line_number, product_id, manufacturer_id, department, brand, row_hash)
VALUES (
    @file_id,
    @line_number,
    @product_id,
    @manufacturer_id,
    @department,
    N'National',
    HASHBYTES('SHA2_256', CONCAT(@product_id, N'|', @department, N'|', @manufacturer_id))
);
DELETE FROM ops.batches WHERE file_id = @file_id;
INSERT INTO ops.batches (batch_id, table_name, file_id, run_id, rows_written)
SELECT 100 + @file_id, N'bronze.journey_products', @file_id, 1, COUNT(*)
FROM bronze.journey_products AS delivered
WHERE delivered.file_id = @file_id;
GO
-- Loads, and puts "read written rejected" into @counts.
CREATE PROCEDURE test_silver_load_products.load_products
    @counts nvarchar(100) = NULL OUTPUT
AS
DECLARE @rows_read bigint;
DECLARE @rows_written bigint;
DECLARE @rows_rejected bigint;
EXEC silver.load_products
    @run_id = 3,
    @rows_read = @rows_read OUTPUT,
    @rows_written = @rows_written OUTPUT,
    @rows_rejected = @rows_rejected OUTPUT;
SET @counts = CONCAT(@rows_read, N' ', @rows_written, N' ', @rows_rejected);
GO
CREATE PROCEDURE test_silver_load_products.[test a new product is stored with its file and line]
AS
DECLARE @counts nvarchar(100);
EXEC test_silver_load_products.deliver @file_id = 4, @line_number = 2, @product_id = N' 17 ';
EXEC test_silver_load_products.load_products @counts = @counts OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = N'1 1 0', @Actual = @counts;

SELECT
    products.source_system,
    products.product_id,
    products.manufacturer_id,
    products.department,
    products.brand,
    products.package_size,
    products.file_id,
    products.line_number
INTO #actual
FROM silver.products AS products;

SELECT TOP (0) * INTO #expected FROM #actual;
INSERT INTO #expected VALUES (N'journey', N'17', N'9', N'GROCERY', N'National', NULL, 4, 2);
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_silver_load_products.[test without new batches there is nothing to do]
AS
DECLARE @counts nvarchar(100);
EXEC test_silver_load_products.load_products @counts = @counts OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = N'0 0 0', @Actual = @counts;
EXEC tSQLt.AssertEmptyTable @TableName = N'ops.batch_consumers';
GO
CREATE PROCEDURE test_silver_load_products.[test a second run takes nothing in again]
AS
DECLARE @counts nvarchar(100);
EXEC test_silver_load_products.deliver @file_id = 4, @line_number = 2, @product_id = N'17';
EXEC test_silver_load_products.load_products;
EXEC test_silver_load_products.load_products @counts = @counts OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = N'0 0 0', @Actual = @counts;
GO
CREATE PROCEDURE test_silver_load_products.[test of several deliveries the last line of the latest file wins]
AS
EXEC test_silver_load_products.deliver @file_id = 4, @line_number = 9, @product_id = N'17', @department = N'OLD';
EXEC test_silver_load_products.deliver @file_id = 5, @line_number = 2, @product_id = N'17', @department = N'NEWER';
EXEC test_silver_load_products.deliver @file_id = 5, @line_number = 3, @product_id = N'17', @department = N'NEWEST';
EXEC test_silver_load_products.load_products;
SELECT products.department, products.line_number INTO #actual FROM silver.products AS products;
SELECT TOP (0) * INTO #expected FROM #actual;
INSERT INTO #expected VALUES (N'NEWEST', 3);
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_silver_load_products.[test a changed product is overwritten and keeps when it came]
AS
DECLARE @counts nvarchar(100);
EXEC test_silver_load_products.deliver @file_id = 4, @line_number = 2, @product_id = N'17', @department = N'OLD';
EXEC test_silver_load_products.load_products;
UPDATE silver.products SET created_at = '20200101';
EXEC test_silver_load_products.deliver @file_id = 5, @line_number = 2, @product_id = N'17', @department = N'NEW';
EXEC test_silver_load_products.load_products @counts = @counts OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = N'1 1 0', @Actual = @counts;

SELECT products.department, products.file_id, products.created_at INTO #actual FROM silver.products AS products;
SELECT TOP (0) * INTO #expected FROM #actual;
INSERT INTO #expected VALUES (N'NEW', 5, '20200101');
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_silver_load_products.[test a product delivered again unchanged is not written]
AS
DECLARE @counts nvarchar(100);
EXEC test_silver_load_products.deliver @file_id = 4, @line_number = 2, @product_id = N'17';
EXEC test_silver_load_products.load_products;
EXEC test_silver_load_products.deliver @file_id = 5, @line_number = 2, @product_id = N'17';
EXEC test_silver_load_products.load_products @counts = @counts OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = N'1 0 0', @Actual = @counts;
GO
CREATE PROCEDURE test_silver_load_products.[test a file taken in late does not undo a newer one]
AS
EXEC test_silver_load_products.deliver @file_id = 5, @line_number = 2, @product_id = N'17', @department = N'NEW';
EXEC test_silver_load_products.load_products;
EXEC test_silver_load_products.deliver @file_id = 4, @line_number = 2, @product_id = N'17', @department = N'OLD';
EXEC test_silver_load_products.load_products;
DECLARE @department nvarchar(200) = (SELECT products.department FROM silver.products AS products);
EXEC tSQLt.AssertEqualsString @Expected = N'NEW', @Actual = @department;
GO
CREATE PROCEDURE test_silver_load_products.[test optional values may be missing]
AS
EXEC test_silver_load_products.deliver
    @file_id = 4,
    @line_number = 2,
    @product_id = N'17',
    @department = NULL,
    @manufacturer_id = NULL;
EXEC test_silver_load_products.load_products;
SELECT products.department, products.manufacturer_id INTO #actual FROM silver.products AS products;
SELECT TOP (0) * INTO #expected FROM #actual;
INSERT INTO #expected VALUES (NULL, NULL);
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_silver_load_products.[test misfits go to quarantine with their record and the others go on]
AS
DECLARE @counts nvarchar(100);
EXEC test_silver_load_products.deliver @file_id = 4, @line_number = 2, @product_id = N'x';
EXEC test_silver_load_products.deliver @file_id = 4, @line_number = 3, @product_id = N'x';
EXEC test_silver_load_products.deliver @file_id = 4, @line_number = 4, @product_id = N'17';
EXEC test_silver_load_products.load_products @counts = @counts OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = N'3 1 2', @Actual = @counts;

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
INSERT INTO #expected
VALUES
    (
        3, 4, N'four.csv', N'silver.products', 2, N'type', N'product_id is not a whole number: x',
        N'x,9,GROCERY,National,,,'
    ),
    (
        3, 4, N'four.csv', N'silver.products', 3, N'type', N'product_id is not a whole number: x',
        N'x,9,GROCERY,National,,,'
    );
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_silver_load_products.[test what was taken in and written is recorded]
AS
EXEC test_silver_load_products.deliver @file_id = 4, @line_number = 2, @product_id = N'17';
EXEC test_silver_load_products.load_products;
SELECT
    written.table_name,
    written.run_id,
    written.rows_written,
    consumers.consumer,
    consumers.batch_id,
    IIF(written.batch_id = products.batch_id, 1, 0) AS is_on_the_row
INTO #actual
FROM ops.batches AS written
CROSS JOIN ops.batch_consumers AS consumers
CROSS JOIN silver.products AS products
WHERE written.table_name = N'silver.products';

SELECT TOP (0) * INTO #expected FROM #actual;
INSERT INTO #expected VALUES (N'silver.products', 3, 1, N'silver.products', 104, 1);
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_silver_load_products.[test the target is locked first]
AS
EXEC tSQLt.SpyProcedure
    @ProcedureName = N'ops.lock_target',
    @CommandToExecute = N'THROW 51002, N''ops.lock_target: held'', 1;';
EXEC tSQLt.ExpectException @ExpectedErrorNumber = 51002;
EXEC silver.load_products @run_id = 3;
GO
--[@tSQLt:NoTransaction](DEFAULT)
CREATE PROCEDURE test_silver_load_products.[test a failure at the end leaves everything as it was]
AS
DECLARE @number int = 0;
EXEC test_silver_load_products.deliver @file_id = 4, @line_number = 2, @product_id = N'17';
EXEC tSQLt.SpyProcedure
    @ProcedureName = N'ops.finish_batch',
    @CommandToExecute = N'THROW 51999, N''no luck today'', 1;';

BEGIN TRY
    EXEC silver.load_products @run_id = 3;
END TRY
BEGIN CATCH
    SET @number = ERROR_NUMBER();
END CATCH;

EXEC tSQLt.AssertEquals @Expected = 51999, @Actual = @number;
EXEC tSQLt.AssertEquals @Expected = 0, @Actual = @@TRANCOUNT;
EXEC tSQLt.AssertEmptyTable @TableName = N'silver.products';
EXEC tSQLt.AssertEmptyTable @TableName = N'ops.batch_consumers';
GO
