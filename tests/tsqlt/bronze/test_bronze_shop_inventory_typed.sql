-- bronze.shop_inventory_typed: a record's text becomes values, and the first rule that it breaks has its name.
EXEC tSQLt.NewTestClass @ClassName = N'test_bronze_shop_inventory_typed';
GO
-- Grain: one record that differs from the good one in one or two fields, and the rule that it breaks.
CREATE TABLE test_bronze_shop_inventory_typed.cases (
    line_number bigint NOT NULL,
    column_name nvarchar(30) NULL,
    field nvarchar(4000) NULL,
    other_column nvarchar(30) NULL,
    other_field nvarchar(4000) NULL,
    rule_name nvarchar(100) NULL
);
GO
-- Line 1 is a good record.
CREATE PROCEDURE test_bronze_shop_inventory_typed.SetUp
AS
EXEC tSQLt.FakeTable @TableName = N'bronze.shop_inventory';
INSERT INTO bronze.shop_inventory (
    file_id, line_number, row_hash, product_id, warehouse, stock_date, on_hand, updated_at
)
VALUES (
    1, 1, 0x01, N'P-1', N'W-1', N'2025-03-07', N'5', N'2025-03-07 23:00:00'
);
GO
-- Lands the cases and compares the rules that they break; who breaks one has a problem that says so.
CREATE PROCEDURE test_bronze_shop_inventory_typed.assert_rules
AS
INSERT INTO bronze.shop_inventory (
    file_id,
    line_number,
    row_hash,
    product_id,
    warehouse,
    stock_date,
    on_hand,
    updated_at
)
SELECT
    good.file_id,
    cases.line_number,
    good.row_hash,
    CASE N'product_id' WHEN cases.column_name THEN cases.field WHEN cases.other_column THEN cases.other_field ELSE good.product_id END,
    CASE N'warehouse' WHEN cases.column_name THEN cases.field WHEN cases.other_column THEN cases.other_field ELSE good.warehouse END,
    CASE N'stock_date' WHEN cases.column_name THEN cases.field WHEN cases.other_column THEN cases.other_field ELSE good.stock_date END,
    CASE N'on_hand' WHEN cases.column_name THEN cases.field WHEN cases.other_column THEN cases.other_field ELSE good.on_hand END,
    CASE N'updated_at' WHEN cases.column_name THEN cases.field WHEN cases.other_column THEN cases.other_field ELSE good.updated_at END
FROM bronze.shop_inventory AS good
CROSS JOIN test_bronze_shop_inventory_typed.cases AS cases
WHERE good.line_number = 1;

SELECT
    cases.line_number,
    cases.column_name,
    cases.field,
    cases.rule_name,
    IIF(cases.rule_name IS NULL, 0, 1) AS has_problem
INTO #expected
FROM test_bronze_shop_inventory_typed.cases AS cases;

SELECT
    typed.line_number,
    cases.column_name,
    cases.field,
    typed.rule_name,
    IIF(typed.problem IS NULL, 0, 1) AS has_problem
INTO #actual
FROM bronze.shop_inventory_typed AS typed
INNER JOIN test_bronze_shop_inventory_typed.cases AS cases ON cases.line_number = typed.line_number;
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_bronze_shop_inventory_typed.[test a good record and its variants become the same values]
AS
INSERT INTO bronze.shop_inventory (
    file_id, line_number, row_hash, product_id, warehouse, stock_date, on_hand, updated_at
)
VALUES (
    1, 2, 0x02, N'p-1', N'w-1', N'07 Mar 2025', N'05', N'07.03.2025 23:00:00'
);
SELECT
    typed.line_number,
    typed.product_id,
    typed.warehouse,
    typed.stock_date,
    typed.on_hand,
    typed.updated_at,
    typed.rule_name,
    typed.problem
INTO #actual
FROM bronze.shop_inventory_typed AS typed;

SELECT TOP (0) * INTO #expected FROM #actual;
INSERT INTO #expected
VALUES
    (1, N'P-1', N'W-1', N'2025-03-07', N'5', N'2025-03-07 23:00:00', NULL, NULL),
    (2, N'P-1', N'W-1', N'2025-03-07', N'5', N'2025-03-07 23:00:00', NULL, NULL);
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_bronze_shop_inventory_typed.[test the record as delivered is told, written anew where it was not kept]
AS
INSERT INTO bronze.shop_inventory (file_id, line_number, row_hash, raw_text, product_id)
VALUES (1, 2, 0x02, N'"as it ""came"", so"', N'as it "came", so');
SELECT typed.line_number, typed.raw_text INTO #actual FROM bronze.shop_inventory_typed AS typed;

SELECT TOP (0) * INTO #expected FROM #actual;
INSERT INTO #expected
VALUES
    (1, N'P-1,W-1,2025-03-07,5,2025-03-07 23:00:00'),
    (2, N'"as it ""came"", so"');
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_bronze_shop_inventory_typed.[test each rule has its name]
AS
INSERT INTO test_bronze_shop_inventory_typed.cases (line_number, column_name, field, other_column, other_field, rule_name)
VALUES
    (2, N'product_id', N'', NULL, NULL, N'not_null:product_id'),
    (3, N'warehouse', N' ', NULL, NULL, N'not_null:warehouse'),
    (4, N'stock_date', N'NULL', NULL, NULL, N'not_null:stock_date'),
    (5, N'on_hand', N'n/a', NULL, NULL, N'not_null:on_hand'),
    (6, N'updated_at', N'\N', NULL, NULL, N'not_null:updated_at'),
    (7, N'stock_date', N'03/04/2025', NULL, NULL, N'not_a_date:stock_date'),
    (8, N'on_hand', N'3.5', NULL, NULL, N'not_a_number:on_hand'),
    (9, N'updated_at', N'yesterday', NULL, NULL, N'not_a_date:updated_at'),
    (10, N'product_id', REPLICATE(N'x', 51), NULL, NULL, N'out_of_range:product_id'),
    (11, N'warehouse', REPLICATE(N'x', 51), NULL, NULL, N'out_of_range:warehouse'),
    (12, N'stock_date', N'1999-12-31', NULL, NULL, N'out_of_range:stock_date'),
    (13, N'on_hand', N'-1', NULL, NULL, N'out_of_range:on_hand'),
    (14, N'updated_at', N'2100-01-01', NULL, NULL, N'out_of_range:updated_at'),
    (15, N'stock_date', N'2025-03-08', NULL, NULL, N'dates_out_of_order');
EXEC test_bronze_shop_inventory_typed.assert_rules;
GO
CREATE PROCEDURE test_bronze_shop_inventory_typed.[test of two rules the first in order is told]
AS
INSERT INTO test_bronze_shop_inventory_typed.cases (line_number, column_name, field, other_column, other_field, rule_name)
VALUES
    (2, N'product_id', N'', N'warehouse', N' ', N'not_null:product_id'),
    (3, N'warehouse', N' ', N'stock_date', N'NULL', N'not_null:warehouse'),
    (4, N'stock_date', N'NULL', N'on_hand', N'n/a', N'not_null:stock_date'),
    (5, N'on_hand', N'n/a', N'updated_at', N'\N', N'not_null:on_hand'),
    (6, N'updated_at', N'\N', N'stock_date', N'03/04/2025', N'not_null:updated_at'),
    (7, N'stock_date', N'03/04/2025', N'on_hand', N'3.5', N'not_a_date:stock_date'),
    (8, N'on_hand', N'3.5', N'updated_at', N'yesterday', N'not_a_number:on_hand'),
    (9, N'updated_at', N'yesterday', N'product_id', REPLICATE(N'x', 51), N'not_a_date:updated_at'),
    (10, N'product_id', REPLICATE(N'x', 51), N'warehouse', REPLICATE(N'x', 51), N'out_of_range:product_id'),
    (11, N'warehouse', REPLICATE(N'x', 51), N'stock_date', N'1999-12-31', N'out_of_range:warehouse'),
    (12, N'stock_date', N'1999-12-31', N'on_hand', N'-1', N'out_of_range:stock_date'),
    (13, N'on_hand', N'-1', N'updated_at', N'2100-01-01', N'out_of_range:on_hand'),
    (14, N'updated_at', N'2100-01-01', N'stock_date', N'2025-03-08', N'out_of_range:updated_at');
EXEC test_bronze_shop_inventory_typed.assert_rules;
GO
CREATE PROCEDURE test_bronze_shop_inventory_typed.[test the edges of what is allowed]
AS
INSERT INTO test_bronze_shop_inventory_typed.cases (line_number, column_name, field, other_column, other_field, rule_name)
VALUES
    (2, N'on_hand', N'0', NULL, NULL, NULL),
    (3, N'on_hand', N'1000000', NULL, NULL, NULL),
    (4, N'on_hand', N'1000001', NULL, NULL, N'out_of_range:on_hand'),
    (5, N'stock_date', N'2000-01-01', NULL, NULL, NULL),
    (6, N'stock_date', N'2999-01-01', NULL, NULL, N'out_of_range:stock_date'),
    (7, N'updated_at', N'2025-03-07', NULL, NULL, NULL);
EXEC test_bronze_shop_inventory_typed.assert_rules;
GO
CREATE PROCEDURE test_bronze_shop_inventory_typed.[test a problem names the column and its text]
AS
UPDATE bronze.shop_inventory SET stock_date = N'03/04/2025';
DECLARE @problem nvarchar(2048) = (SELECT typed.problem FROM bronze.shop_inventory_typed AS typed);
EXEC tSQLt.AssertLike @ExpectedPattern = N'stock_date is not %: 03/04/2025', @Actual = @problem;
GO
