-- silver.load_shop_products_records: made of the same template as silver.load_shop_orders_records, whose tests go into it.
EXEC tSQLt.NewTestClass @ClassName = N'test_silver_load_shop_products_records';
GO
CREATE PROCEDURE test_silver_load_shop_products_records.SetUp
AS
EXEC tSQLt.FakeTable @TableName = N'bronze.shop_products';
EXEC tSQLt.FakeTable @TableName = N'silver.shop_products_records';
EXEC tSQLt.FakeTable @TableName = N'ops.files', @Defaults = 1;
EXEC tSQLt.FakeTable @TableName = N'ops.batches', @Defaults = 1;
EXEC tSQLt.FakeTable @TableName = N'ops.batch_consumers', @Defaults = 1;
EXEC tSQLt.FakeTable @TableName = N'ops.quarantine', @Identity = 1, @Defaults = 1;
INSERT INTO ops.files (file_id, source_system, entity, path, status, business_date, revision)
VALUES (1, N'shop', N'products', N'f1.csv', N'loaded', '20250307', 1), (2, N'shop', N'products', N'f2.csv', N'loaded', '20250308', 1);
GO
-- Loads what is in bronze, and puts "read written rejected" into @counts.
CREATE PROCEDURE test_silver_load_shop_products_records.load_records
    @counts nvarchar(100) = NULL OUTPUT
AS
DECLARE @rows_read bigint;
DECLARE @rows_written bigint;
DECLARE @rows_rejected bigint;
INSERT INTO ops.batches (table_name, file_id, run_id, rows_written)
SELECT N'bronze.shop_products', landed.file_id, 1, COUNT(*)
FROM bronze.shop_products AS landed
WHERE NOT EXISTS (SELECT 1 FROM ops.batches AS batches WHERE batches.file_id = landed.file_id)
GROUP BY landed.file_id;

EXEC silver.load_shop_products_records
    @run_id = 3,
    @rows_read = @rows_read OUTPUT,
    @rows_written = @rows_written OUTPUT,
    @rows_rejected = @rows_rejected OUTPUT;
SET @counts = CONCAT(@rows_read, N' ', @rows_written, N' ', @rows_rejected);
GO
-- All records as one text: "file/line standing, …".
CREATE PROCEDURE test_silver_load_shop_products_records.assert_standings
    @expected nvarchar(4000)
AS
DECLARE @actual nvarchar(4000) = (
    SELECT STRING_AGG(CONCAT(records.file_id, N'/', records.line_number, N' ', records.standing), N', ')
        WITHIN GROUP (ORDER BY records.file_id, records.line_number)
    FROM silver.shop_products_records AS records
);
EXEC tSQLt.AssertEqualsString @Expected = @expected, @Actual = @actual;
GO
CREATE PROCEDURE test_silver_load_shop_products_records.[test of a key the latest is best, the same values are an exact duplicate and keys stand alone]
AS
DECLARE @counts nvarchar(100);
INSERT INTO bronze.shop_products (
    file_id, line_number, row_hash, product_id, name, category, brand, unit_price, is_active, introduced_on, updated_at
)
VALUES
    (1, 2, 0x01, N'P-1', N'A "big" pipe', N'tools', N'Acme', N'19.5', N'true', N'2025-01-01', N'2025-03-07 10:00:00'),
    (1, 3, 0x01, N'P-1', N'A "big" pipe', N'tools', N'Acme', N'19.5', N'true', N'2025-01-01', N'2025-03-07 09:59:59'),
    (2, 2, 0x01, N'p-1', N' A "big" pipe', N'TOOLS', N'Acme', N'$19,50', N'Yes', N'01 Jan 2025', N'2025/03/07 10:00:00'),
    (2, 3, 0x01, N'P-2', N'A "big" pipe', N'tools', N'Acme', N'19.5', N'true', N'2025-01-01', N'2025-03-07 10:00:00');
EXEC test_silver_load_shop_products_records.load_records @counts = @counts OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = N'4 4 0', @Actual = @counts;
EXEC test_silver_load_shop_products_records.assert_standings
    @expected = N'1/2 duplicate_exact, 1/3 superseded, 2/2 best, 2/3 best';
GO
CREATE PROCEDURE test_silver_load_shop_products_records.[test the values of the best record]
AS
INSERT INTO bronze.shop_products (
    file_id, line_number, row_hash, product_id, name, category, brand, unit_price, is_active, introduced_on, updated_at
)
VALUES
    (1, 2, 0x01, N'p-1', N' A "big" pipe', N'TOOLS', N'Acme', N'$19,50', N'Yes', N'01 Jan 2025', N'2025/03/07 10:00:00');
EXEC test_silver_load_shop_products_records.load_records;
SELECT
    records.business_date,
    records.revision,
    records.product_id,
    records.name,
    records.category,
    records.brand,
    records.unit_price,
    records.is_active,
    records.introduced_on,
    records.updated_at,
    records.standing
INTO #actual
FROM silver.shop_products_records AS records;

SELECT TOP (0) * INTO #expected FROM #actual;
INSERT INTO #expected
VALUES ('20250307', 1, N'P-1', N'A "big" pipe', N'tools', N'Acme', N'19.5', 1, N'2025-01-01', N'2025-03-07 10:00:00', N'best');
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_silver_load_shop_products_records.[test any other value makes a duplicate by key of a record of the same moment]
AS
INSERT INTO bronze.shop_products (
    file_id, line_number, row_hash, product_id, name, category, brand, unit_price, is_active, introduced_on, updated_at
)
VALUES
    (1, 2, 0x01, N'P-1', N'Another pipe', N'tools', N'Acme', N'19.5', N'true', N'2025-01-01', N'2025-03-07 10:00:00'),
    (1, 3, 0x01, N'P-1', N'A "big" pipe', N'pipes', N'Acme', N'19.5', N'true', N'2025-01-01', N'2025-03-07 10:00:00'),
    (1, 4, 0x01, N'P-1', N'A "big" pipe', N'tools', N'', N'19.5', N'true', N'2025-01-01', N'2025-03-07 10:00:00'),
    (1, 5, 0x01, N'P-1', N'A "big" pipe', N'tools', N'Acme', N'19.5001', N'true', N'2025-01-01', N'2025-03-07 10:00:00'),
    (1, 6, 0x01, N'P-1', N'A "big" pipe', N'tools', N'Acme', N'19.5', N'no', N'2025-01-01', N'2025-03-07 10:00:00'),
    (1, 7, 0x01, N'P-1', N'A "big" pipe', N'tools', N'Acme', N'19.5', N'true', N'2025-01-02', N'2025-03-07 10:00:00'),
    (2, 2, 0x01, N'P-1', N'A "big" pipe', N'tools', N'Acme', N'19.5', N'true', N'2025-01-01', N'2025-03-07 10:00:00');
EXEC test_silver_load_shop_products_records.load_records;
EXEC test_silver_load_shop_products_records.assert_standings
    @expected = N'1/2 duplicate_by_key, 1/3 duplicate_by_key, 1/4 duplicate_by_key, 1/5 duplicate_by_key, 1/6 duplicate_by_key, 1/7 duplicate_by_key, 2/2 best';
GO
CREATE PROCEDURE test_silver_load_shop_products_records.[test a misfit is quarantined until its file is superseded, and a second run does nothing]
AS
DECLARE @counts nvarchar(100);
INSERT INTO bronze.shop_products (
    file_id, line_number, row_hash, product_id, name, category, brand, unit_price, is_active, introduced_on, updated_at
)
VALUES
    (1, 2, 0x01, N'P-1', N'A "big" pipe', N'tools', N'Acme', N'12..5', N'true', N'2025-01-01', N'2025-03-07 10:00:00');
EXEC test_silver_load_shop_products_records.load_records @counts = @counts OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = N'1 1 1', @Actual = @counts;
EXEC test_silver_load_shop_products_records.load_records @counts = @counts OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = N'0 0 0', @Actual = @counts;
EXEC test_silver_load_shop_products_records.assert_standings @expected = N'1/2 misfit';

UPDATE ops.files SET superseded_by_file_id = 2 WHERE file_id = 1;
INSERT INTO ops.batches (table_name, file_id, run_id, rows_written) VALUES (N'bronze.shop_products', 1, 1, 0);
EXEC test_silver_load_shop_products_records.load_records @counts = @counts OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = N'0 1 0', @Actual = @counts;
EXEC test_silver_load_shop_products_records.assert_standings @expected = N'1/2 superseded_by_file';

SELECT quarantine.table_name, quarantine.line_number, quarantine.rule_name, quarantine.status
INTO #actual
FROM ops.quarantine AS quarantine;

SELECT TOP (0) * INTO #expected FROM #actual;
INSERT INTO #expected VALUES (N'silver.shop_products_records', 2, N'not_a_number:unit_price', N'released');
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
--[@tSQLt:NoTransaction](DEFAULT)
CREATE PROCEDURE test_silver_load_shop_products_records.[test what succeeds outside a transaction is committed]
AS
INSERT INTO bronze.shop_products (
    file_id, line_number, row_hash, product_id, name, category, brand, unit_price, is_active, introduced_on, updated_at
)
VALUES
    (1, 2, 0x01, N'P-1', N'A "big" pipe', N'tools', N'Acme', N'19.5', N'true', N'2025-01-01', N'2025-03-07 10:00:00');
EXEC test_silver_load_shop_products_records.load_records;
EXEC test_silver_load_shop_products_records.assert_standings @expected = N'1/2 best';
EXEC tSQLt.AssertEquals @Expected = 0, @Actual = @@TRANCOUNT;
GO
--[@tSQLt:NoTransaction](DEFAULT)
CREATE PROCEDURE test_silver_load_shop_products_records.[test a failure at the end leaves everything as it was]
AS
DECLARE @number int = 0;
INSERT INTO bronze.shop_products (
    file_id, line_number, row_hash, product_id, name, category, brand, unit_price, is_active, introduced_on, updated_at
)
VALUES
    (1, 2, 0x01, N'P-1', N'A "big" pipe', N'tools', N'Acme', N'12..5', N'true', N'2025-01-01', N'2025-03-07 10:00:00');
EXEC tSQLt.SpyProcedure
    @ProcedureName = N'ops.finish_batch',
    @CommandToExecute = N'THROW 51999, N''no luck today'', 1;';

BEGIN TRY
    EXEC test_silver_load_shop_products_records.load_records;
END TRY
BEGIN CATCH
    SET @number = ERROR_NUMBER();
END CATCH;

EXEC tSQLt.AssertEquals @Expected = 51999, @Actual = @number;
EXEC tSQLt.AssertEquals @Expected = 0, @Actual = @@TRANCOUNT;
EXEC tSQLt.AssertEmptyTable @TableName = N'silver.shop_products_records';
EXEC tSQLt.AssertEmptyTable @TableName = N'ops.quarantine';
GO
