-- silver.load_shop_inventory_levels: levels of known products.
EXEC tSQLt.NewTestClass @ClassName = N'test_silver_load_shop_inventory_levels';
GO
CREATE PROCEDURE test_silver_load_shop_inventory_levels.SetUp
AS
EXEC tSQLt.FakeTable @TableName = N'ops.files', @Defaults = 1;
EXEC tSQLt.FakeTable @TableName = N'ops.batches', @Defaults = 1;
EXEC tSQLt.FakeTable @TableName = N'ops.batch_consumers', @Defaults = 1;
EXEC tSQLt.FakeTable @TableName = N'ops.quarantine', @Identity = 1, @Defaults = 1;
EXEC tSQLt.FakeTable @TableName = N'bronze.shop_inventory';
EXEC tSQLt.FakeTable @TableName = N'silver.shop_inventory_records';
EXEC tSQLt.FakeTable @TableName = N'silver.shop_products_records';
EXEC tSQLt.FakeTable @TableName = N'silver.products';
EXEC tSQLt.FakeTable @TableName = N'silver.inventory_levels';
INSERT INTO ops.files (file_id, path) VALUES (2, N'inventory.csv');
INSERT INTO silver.products (source_system, product_id) VALUES (N'shop', N'P-1'), (N'journey', N'P-2');
GO
-- A load of @table_name, by its number; negative ones are those of tests.
CREATE PROCEDURE test_silver_load_shop_inventory_levels.announce
    @batch_id bigint,
    @table_name nvarchar(300)
AS
IF NOT EXISTS (
    SELECT 1 FROM ops.batches AS batches WHERE batches.batch_id = @batch_id AND batches.table_name = @table_name
)
    INSERT INTO ops.batches (batch_id, table_name, run_id, rows_written) VALUES (@batch_id, @table_name, 1, 1);
GO
-- A record of a level, as line @line_number of file 2.
CREATE PROCEDURE test_silver_load_shop_inventory_levels.write_level
    @line_number bigint = 2,
    @product_id nvarchar(50) = N'P-1',
    @warehouse nvarchar(50) = N'W-1',
    @stock_date date = '20250307',
    @on_hand int = 5,
    @standing nvarchar(20) = N'best',
    @batch_id bigint = -2
AS
DELETE FROM silver.shop_inventory_records WHERE line_number = @line_number;
DELETE FROM bronze.shop_inventory WHERE line_number = @line_number;
INSERT INTO bronze.shop_inventory (file_id, line_number, raw_text) VALUES (2, @line_number, CONCAT(N'line ', @line_number));
INSERT INTO silver.shop_inventory_records (
    file_id, line_number, product_id, warehouse, stock_date, on_hand, updated_at, value_hash, standing, records_batch_id
)
VALUES (
    2, @line_number, @product_id, @warehouse, @stock_date, @on_hand, '2025-03-07T23:00:00',
    HASHBYTES('SHA2_256', CONCAT(N'', @on_hand)), @standing, @batch_id
);
EXEC test_silver_load_shop_inventory_levels.announce @batch_id = @batch_id, @table_name = N'silver.shop_inventory_records';
GO
-- The levels as one text: "product warehouse date quantity, …".
CREATE PROCEDURE test_silver_load_shop_inventory_levels.assert_levels
    @expected nvarchar(4000)
AS
DECLARE @actual nvarchar(4000) = (
    SELECT STRING_AGG(
        CONCAT(levels.product_id, N' ', levels.warehouse_id, N' ', CONVERT(nvarchar(10), levels.stock_date, 23), N' ', levels.quantity_on_hand),
        N', '
    ) WITHIN GROUP (ORDER BY levels.product_id, levels.warehouse_id, levels.stock_date)
    FROM silver.inventory_levels AS levels
    WHERE levels.source_system = N'shop'
);
EXEC tSQLt.AssertEqualsString @Expected = @expected, @Actual = @actual;
GO
-- Loads, and puts "read written rejected" into @counts.
CREATE PROCEDURE test_silver_load_shop_inventory_levels.run_load
    @counts nvarchar(100) = NULL OUTPUT
AS
DECLARE @rows_read bigint;
DECLARE @rows_written bigint;
DECLARE @rows_rejected bigint;
EXEC silver.load_shop_inventory_levels
    @run_id = 3,
    @rows_read = @rows_read OUTPUT,
    @rows_written = @rows_written OUTPUT,
    @rows_rejected = @rows_rejected OUTPUT;
SET @counts = CONCAT(@rows_read, N' ', @rows_written, N' ', @rows_rejected);
GO
-- The quarantine as one text: "line rule status, …".
CREATE PROCEDURE test_silver_load_shop_inventory_levels.assert_quarantine
    @expected nvarchar(4000)
AS
DECLARE @actual nvarchar(4000) = (
    SELECT STRING_AGG(CONCAT(quarantine.line_number, N' ', quarantine.rule_name, N' ', quarantine.status), N', ')
        WITHIN GROUP (ORDER BY quarantine.line_number, quarantine.quarantine_id)
    FROM ops.quarantine AS quarantine
    WHERE quarantine.table_name = N'silver.inventory_levels'
);
EXEC tSQLt.AssertEqualsString @Expected = @expected, @Actual = @actual;
GO
CREATE PROCEDURE test_silver_load_shop_inventory_levels.[test each product, warehouse and day has its level]
AS
DECLARE @counts nvarchar(100);
EXEC test_silver_load_shop_inventory_levels.write_level @line_number = 2;
EXEC test_silver_load_shop_inventory_levels.write_level @line_number = 3, @warehouse = N'W-2', @on_hand = 0;
EXEC test_silver_load_shop_inventory_levels.write_level @line_number = 4, @stock_date = '20250306', @on_hand = 7;
EXEC test_silver_load_shop_inventory_levels.write_level @line_number = 5, @on_hand = 9, @standing = N'superseded';
EXEC test_silver_load_shop_inventory_levels.run_load @counts = @counts OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = N'3 3 0', @Actual = @counts;
EXEC test_silver_load_shop_inventory_levels.assert_levels @expected = N'P-1 W-1 2025-03-06 7, P-1 W-1 2025-03-07 5, P-1 W-2 2025-03-07 0';
GO
CREATE PROCEDURE test_silver_load_shop_inventory_levels.[test a level of a product that the shop does not know waits in quarantine until it does]
AS
DECLARE @counts nvarchar(100);
EXEC test_silver_load_shop_inventory_levels.write_level @product_id = N'P-2';
EXEC test_silver_load_shop_inventory_levels.run_load @counts = @counts OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = N'1 0 1', @Actual = @counts;
EXEC test_silver_load_shop_inventory_levels.assert_levels @expected = NULL;

SELECT quarantine.line_number, quarantine.rule_name, quarantine.reason, quarantine.raw_text, quarantine.status
INTO #actual
FROM ops.quarantine AS quarantine
WHERE quarantine.table_name = N'silver.inventory_levels';

SELECT TOP (0) * INTO #expected FROM #actual;
INSERT INTO #expected VALUES (2, N'unknown_key:product_id', N'product_id is not known: P-2', N'line 2', N'open');
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';

INSERT INTO silver.products (source_system, product_id) VALUES (N'shop', N'P-2');
INSERT INTO silver.shop_products_records (product_id, standing, judged_batch_id) VALUES (N'P-2', N'best', -8);
EXEC test_silver_load_shop_inventory_levels.announce @batch_id = -8, @table_name = N'silver.products';
EXEC test_silver_load_shop_inventory_levels.run_load @counts = @counts OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = N'1 1 0', @Actual = @counts;
EXEC test_silver_load_shop_inventory_levels.assert_levels @expected = N'P-2 W-1 2025-03-07 5';
EXEC test_silver_load_shop_inventory_levels.assert_quarantine @expected = N'2 unknown_key:product_id released';
GO
CREATE PROCEDURE test_silver_load_shop_inventory_levels.[test a changed level is changed, one that stays the same is not written, one without a record is removed]
AS
DECLARE @counts nvarchar(100);
EXEC test_silver_load_shop_inventory_levels.write_level @line_number = 2;
EXEC test_silver_load_shop_inventory_levels.write_level @line_number = 3, @warehouse = N'W-2';
EXEC test_silver_load_shop_inventory_levels.write_level @line_number = 4, @warehouse = N'W-3';
EXEC test_silver_load_shop_inventory_levels.run_load;
EXEC test_silver_load_shop_inventory_levels.write_level @line_number = 2, @on_hand = 6, @batch_id = -4;
EXEC test_silver_load_shop_inventory_levels.write_level @line_number = 3, @warehouse = N'W-2', @batch_id = -4;
EXEC test_silver_load_shop_inventory_levels.write_level @line_number = 4, @warehouse = N'W-3', @standing = N'superseded_by_file', @batch_id = -4;
EXEC test_silver_load_shop_inventory_levels.run_load @counts = @counts OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = N'3 2 0', @Actual = @counts;
EXEC test_silver_load_shop_inventory_levels.assert_levels @expected = N'P-1 W-1 2025-03-07 6, P-1 W-2 2025-03-07 5';
GO
CREATE PROCEDURE test_silver_load_shop_inventory_levels.[test a changed row is as it would be if it were new]
AS
EXEC test_silver_load_shop_inventory_levels.write_level;
EXEC test_silver_load_shop_inventory_levels.run_load;
UPDATE silver.shop_inventory_records
SET
    on_hand = 6,
    updated_at = '2025-03-10T12:00:00',
    line_number = 9,
    value_hash = 0x02,
    records_batch_id = -14;
EXEC test_silver_load_shop_inventory_levels.announce @batch_id = -14, @table_name = N'silver.shop_inventory_records';
EXEC test_silver_load_shop_inventory_levels.run_load;
SELECT
    loaded.product_id,
    loaded.warehouse_id,
    loaded.stock_date,
    loaded.quantity_on_hand,
    loaded.source_updated_at,
    loaded.row_hash,
    loaded.file_id,
    loaded.line_number
INTO #updated
FROM silver.inventory_levels AS loaded
WHERE loaded.source_system = N'shop';

DELETE FROM silver.inventory_levels WHERE source_system = N'shop';
UPDATE silver.shop_inventory_records SET records_batch_id = -15;
EXEC test_silver_load_shop_inventory_levels.announce @batch_id = -15, @table_name = N'silver.shop_inventory_records';
EXEC test_silver_load_shop_inventory_levels.run_load;
SELECT
    loaded.product_id,
    loaded.warehouse_id,
    loaded.stock_date,
    loaded.quantity_on_hand,
    loaded.source_updated_at,
    loaded.row_hash,
    loaded.file_id,
    loaded.line_number
INTO #inserted
FROM silver.inventory_levels AS loaded
WHERE loaded.source_system = N'shop';

EXEC tSQLt.AssertEqualsTable @Expected = N'#inserted', @Actual = N'#updated';
DECLARE @rows int = (SELECT COUNT(*) FROM #inserted AS loaded WHERE loaded.line_number = 9);
EXEC tSQLt.AssertEquals @Expected = 1, @Actual = @rows;
GO
CREATE PROCEDURE test_silver_load_shop_inventory_levels.[test without new batches there is nothing to do]
AS
DECLARE @counts nvarchar(100);
EXEC test_silver_load_shop_inventory_levels.run_load @counts = @counts OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = N'0 0 0', @Actual = @counts;
GO
CREATE PROCEDURE test_silver_load_shop_inventory_levels.[test a second run takes nothing in again]
AS
DECLARE @counts nvarchar(100);
EXEC test_silver_load_shop_inventory_levels.write_level;
EXEC test_silver_load_shop_inventory_levels.run_load;
EXEC test_silver_load_shop_inventory_levels.run_load @counts = @counts OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = N'0 0 0', @Actual = @counts;
DECLARE @written int = (SELECT COUNT(*) FROM ops.batches AS batches WHERE batches.table_name = N'silver.inventory_levels' AND batches.batch_id > 0);
EXEC tSQLt.AssertEquals @Expected = 1, @Actual = @written;
GO
CREATE PROCEDURE test_silver_load_shop_inventory_levels.[test a lock that cannot be had reaches the caller]
AS
EXEC tSQLt.SpyProcedure
    @ProcedureName = N'ops.lock_target',
    @CommandToExecute = N'THROW 51002, N''ops.lock_target: held'', 1;';
EXEC tSQLt.ExpectException @ExpectedErrorNumber = 51002;
EXEC silver.load_shop_inventory_levels @run_id = 3;
GO
--[@tSQLt:NoTransaction](DEFAULT)
CREATE PROCEDURE test_silver_load_shop_inventory_levels.[test a failure at the end leaves everything as it was]
AS
DECLARE @number int = 0;
EXEC test_silver_load_shop_inventory_levels.write_level;
EXEC tSQLt.SpyProcedure
    @ProcedureName = N'ops.finish_batch',
    @CommandToExecute = N'THROW 51999, N''no luck today'', 1;';

BEGIN TRY
    EXEC silver.load_shop_inventory_levels @run_id = 3;
END TRY
BEGIN CATCH
    SET @number = ERROR_NUMBER();
END CATCH;

EXEC tSQLt.AssertEquals @Expected = 51999, @Actual = @number;
EXEC tSQLt.AssertEquals @Expected = 0, @Actual = @@TRANCOUNT;
EXEC test_silver_load_shop_inventory_levels.assert_levels @expected = NULL;
EXEC tSQLt.AssertEmptyTable @TableName = N'ops.batch_consumers';
GO
--[@tSQLt:NoTransaction](DEFAULT)
CREATE PROCEDURE test_silver_load_shop_inventory_levels.[test what succeeds outside a transaction is committed]
AS
EXEC test_silver_load_shop_inventory_levels.write_level;
EXEC silver.load_shop_inventory_levels @run_id = 3;
DECLARE @taken_in int = (SELECT COUNT(*) FROM ops.batch_consumers AS consumers WHERE consumers.consumer = N'silver.inventory_levels');
EXEC tSQLt.AssertEquals @Expected = 0, @Actual = @@TRANCOUNT;
EXEC tSQLt.AssertNotEquals @Expected = 0, @Actual = @taken_in;
GO
