-- silver.duplicates: records of every entity that lost against a better one of their key and moment.
EXEC tSQLt.NewTestClass @ClassName = N'test_silver_duplicates';
GO
CREATE PROCEDURE test_silver_duplicates.SetUp
AS
EXEC tSQLt.FakeTable @TableName = N'silver.shop_customers_records';
EXEC tSQLt.FakeTable @TableName = N'silver.shop_products_records';
EXEC tSQLt.FakeTable @TableName = N'silver.shop_orders_records';
EXEC tSQLt.FakeTable @TableName = N'silver.shop_order_items_records';
EXEC tSQLt.FakeTable @TableName = N'silver.shop_payments_records';
EXEC tSQLt.FakeTable @TableName = N'silver.shop_returns_records';
EXEC tSQLt.FakeTable @TableName = N'silver.shop_inventory_records';
EXEC tSQLt.FakeTable @TableName = N'silver.shop_fx_rates_records';
GO
CREATE PROCEDURE test_silver_duplicates.[test each entity's duplicates are told]
AS
INSERT INTO silver.shop_customers_records (file_id, line_number, standing) VALUES (1, 2, N'duplicate_exact');
INSERT INTO silver.shop_products_records (file_id, line_number, standing) VALUES (2, 2, N'duplicate_by_key');
INSERT INTO silver.shop_orders_records (file_id, line_number, standing) VALUES (3, 2, N'duplicate_exact');
INSERT INTO silver.shop_order_items_records (file_id, line_number, standing) VALUES (4, 2, N'duplicate_by_key');
INSERT INTO silver.shop_payments_records (file_id, line_number, standing) VALUES (5, 2, N'duplicate_exact');
INSERT INTO silver.shop_returns_records (file_id, line_number, standing) VALUES (6, 2, N'duplicate_by_key');
INSERT INTO silver.shop_inventory_records (file_id, line_number, standing) VALUES (7, 2, N'duplicate_exact');
INSERT INTO silver.shop_fx_rates_records (file_id, line_number, standing, updated_at)
VALUES (8, 2, N'duplicate_by_key', '2025-03-07T12:00:00');

SELECT
    duplicates.source_system,
    duplicates.entity,
    duplicates.file_id,
    duplicates.line_number,
    duplicates.kind,
    duplicates.source_updated_at
INTO #actual
FROM silver.duplicates AS duplicates;

CREATE TABLE #expected (
    source_system nvarchar(20), entity nvarchar(20), file_id bigint, line_number bigint, kind nvarchar(20),
    source_updated_at datetime2(3)
);
INSERT INTO #expected
VALUES
    (N'shop', N'customers', 1, 2, N'duplicate_exact', NULL),
    (N'shop', N'products', 2, 2, N'duplicate_by_key', NULL),
    (N'shop', N'orders', 3, 2, N'duplicate_exact', NULL),
    (N'shop', N'order_items', 4, 2, N'duplicate_by_key', NULL),
    (N'shop', N'payments', 5, 2, N'duplicate_exact', NULL),
    (N'shop', N'returns', 6, 2, N'duplicate_by_key', NULL),
    (N'shop', N'inventory', 7, 2, N'duplicate_exact', NULL),
    (N'shop', N'fx_rates', 8, 2, N'duplicate_by_key', '2025-03-07T12:00:00');
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_silver_duplicates.[test other standings are no duplicates]
AS
INSERT INTO silver.shop_orders_records (file_id, line_number, standing)
VALUES (1, 2, N'best'), (1, 3, N'superseded'), (1, 4, N'superseded_by_file'), (1, 5, N'misfit'), (1, 6, N'new');
EXEC tSQLt.AssertEmptyTable @TableName = N'silver.duplicates';
GO
