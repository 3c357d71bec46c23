-- bronze.shop_products_typed: a record's text becomes values, and the first rule that it breaks has its name.
EXEC tSQLt.NewTestClass @ClassName = N'test_bronze_shop_products_typed';
GO
-- Grain: one record that differs from the good one in one or two fields, and the rule that it breaks.
CREATE TABLE test_bronze_shop_products_typed.cases (
    line_number bigint NOT NULL,
    column_name nvarchar(30) NULL,
    field nvarchar(4000) NULL,
    other_column nvarchar(30) NULL,
    other_field nvarchar(4000) NULL,
    rule_name nvarchar(100) NULL
);
GO
-- Line 1 is a good record.
CREATE PROCEDURE test_bronze_shop_products_typed.SetUp
AS
EXEC tSQLt.FakeTable @TableName = N'bronze.shop_products';
INSERT INTO bronze.shop_products (
    file_id, line_number, row_hash, product_id, name, category, brand, unit_price, is_active, introduced_on, updated_at
)
VALUES (
    1, 1, 0x01, N'P-1', N'A "big" pipe', N'tools', N'Acme', N'19.5', N'true', N'2025-01-01', N'2025-03-07 10:00:00'
);
GO
-- Lands the cases and compares the rules that they break; who breaks one has a problem that says so.
CREATE PROCEDURE test_bronze_shop_products_typed.assert_rules
AS
INSERT INTO bronze.shop_products (
    file_id,
    line_number,
    row_hash,
    product_id,
    name,
    category,
    brand,
    unit_price,
    is_active,
    introduced_on,
    updated_at
)
SELECT
    good.file_id,
    cases.line_number,
    good.row_hash,
    CASE N'product_id' WHEN cases.column_name THEN cases.field WHEN cases.other_column THEN cases.other_field ELSE good.product_id END,
    CASE N'name' WHEN cases.column_name THEN cases.field WHEN cases.other_column THEN cases.other_field ELSE good.name END,
    CASE N'category' WHEN cases.column_name THEN cases.field WHEN cases.other_column THEN cases.other_field ELSE good.category END,
    CASE N'brand' WHEN cases.column_name THEN cases.field WHEN cases.other_column THEN cases.other_field ELSE good.brand END,
    CASE N'unit_price' WHEN cases.column_name THEN cases.field WHEN cases.other_column THEN cases.other_field ELSE good.unit_price END,
    CASE N'is_active' WHEN cases.column_name THEN cases.field WHEN cases.other_column THEN cases.other_field ELSE good.is_active END,
    CASE N'introduced_on' WHEN cases.column_name THEN cases.field WHEN cases.other_column THEN cases.other_field ELSE good.introduced_on END,
    CASE N'updated_at' WHEN cases.column_name THEN cases.field WHEN cases.other_column THEN cases.other_field ELSE good.updated_at END
FROM bronze.shop_products AS good
CROSS JOIN test_bronze_shop_products_typed.cases AS cases
WHERE good.line_number = 1;

SELECT
    cases.line_number,
    cases.column_name,
    cases.field,
    cases.rule_name,
    IIF(cases.rule_name IS NULL, 0, 1) AS has_problem
INTO #expected
FROM test_bronze_shop_products_typed.cases AS cases;

SELECT
    typed.line_number,
    cases.column_name,
    cases.field,
    typed.rule_name,
    IIF(typed.problem IS NULL, 0, 1) AS has_problem
INTO #actual
FROM bronze.shop_products_typed AS typed
INNER JOIN test_bronze_shop_products_typed.cases AS cases ON cases.line_number = typed.line_number;
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_bronze_shop_products_typed.[test a good record and its variants become the same values]
AS
INSERT INTO bronze.shop_products (
    file_id, line_number, row_hash, product_id, name, category, brand, unit_price, is_active, introduced_on, updated_at
)
VALUES (
    1, 2, 0x02, N'p-1', N' A "big" pipe', N'TOOLS', N'Acme', N'$19,50', N'Yes', N'01 Jan 2025', N'2025/03/07 10:00:00'
);
SELECT
    typed.line_number,
    typed.product_id,
    typed.name,
    typed.category,
    typed.brand,
    typed.unit_price,
    typed.is_active,
    typed.introduced_on,
    typed.updated_at,
    typed.rule_name,
    typed.problem
INTO #actual
FROM bronze.shop_products_typed AS typed;

SELECT TOP (0) * INTO #expected FROM #actual;
INSERT INTO #expected
VALUES
    (1, N'P-1', N'A "big" pipe', N'tools', N'Acme', N'19.5', 1, N'2025-01-01', N'2025-03-07 10:00:00', NULL, NULL),
    (2, N'P-1', N'A "big" pipe', N'tools', N'Acme', N'19.5', 1, N'2025-01-01', N'2025-03-07 10:00:00', NULL, NULL);
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_bronze_shop_products_typed.[test the record as delivered is told, written anew where it was not kept]
AS
INSERT INTO bronze.shop_products (file_id, line_number, row_hash, raw_text, product_id)
VALUES (1, 2, 0x02, N'"as it ""came"", so"', N'as it "came", so');
SELECT typed.line_number, typed.raw_text INTO #actual FROM bronze.shop_products_typed AS typed;

SELECT TOP (0) * INTO #expected FROM #actual;
INSERT INTO #expected
VALUES
    (1, N'P-1,"A ""big"" pipe",tools,Acme,19.5,true,2025-01-01,2025-03-07 10:00:00'),
    (2, N'"as it ""came"", so"');
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_bronze_shop_products_typed.[test each rule has its name]
AS
INSERT INTO test_bronze_shop_products_typed.cases (line_number, column_name, field, other_column, other_field, rule_name)
VALUES
    (2, N'product_id', N'', NULL, NULL, N'not_null:product_id'),
    (3, N'name', N' ', NULL, NULL, N'not_null:name'),
    (4, N'category', N'NULL', NULL, NULL, N'not_null:category'),
    (5, N'unit_price', N'n/a', NULL, NULL, N'not_null:unit_price'),
    (6, N'is_active', N'\N', NULL, NULL, N'not_null:is_active'),
    (7, N'introduced_on', N'', NULL, NULL, N'not_null:introduced_on'),
    (8, N'updated_at', N' ', NULL, NULL, N'not_null:updated_at'),
    (9, N'unit_price', N'12..5', NULL, NULL, N'not_a_number:unit_price'),
    (10, N'is_active', N'maybe', NULL, NULL, N'not_a_flag:is_active'),
    (11, N'introduced_on', N'45678', NULL, NULL, N'not_a_date:introduced_on'),
    (12, N'updated_at', N'yesterday', NULL, NULL, N'not_a_date:updated_at'),
    (13, N'product_id', REPLICATE(N'x', 51), NULL, NULL, N'out_of_range:product_id'),
    (14, N'category', REPLICATE(N'x', 201), NULL, NULL, N'out_of_range:category'),
    (15, N'unit_price', N'-0.01', NULL, NULL, N'out_of_range:unit_price'),
    (16, N'introduced_on', N'1999-12-31', NULL, NULL, N'out_of_range:introduced_on'),
    (17, N'updated_at', N'2100-01-01', NULL, NULL, N'out_of_range:updated_at'),
    (18, N'introduced_on', N'2025-03-08', NULL, NULL, N'dates_out_of_order');
EXEC test_bronze_shop_products_typed.assert_rules;
GO
CREATE PROCEDURE test_bronze_shop_products_typed.[test of two rules the first in order is told]
AS
INSERT INTO test_bronze_shop_products_typed.cases (line_number, column_name, field, other_column, other_field, rule_name)
VALUES
    (2, N'product_id', N'', N'name', N' ', N'not_null:product_id'),
    (3, N'name', N' ', N'category', N'NULL', N'not_null:name'),
    (4, N'category', N'NULL', N'unit_price', N'n/a', N'not_null:category'),
    (5, N'unit_price', N'n/a', N'is_active', N'\N', N'not_null:unit_price'),
    (6, N'is_active', N'\N', N'introduced_on', N'', N'not_null:is_active'),
    (7, N'introduced_on', N'', N'updated_at', N' ', N'not_null:introduced_on'),
    (8, N'updated_at', N' ', N'unit_price', N'12..5', N'not_null:updated_at'),
    (9, N'unit_price', N'12..5', N'is_active', N'maybe', N'not_a_number:unit_price'),
    (10, N'is_active', N'maybe', N'introduced_on', N'45678', N'not_a_flag:is_active'),
    (11, N'introduced_on', N'45678', N'updated_at', N'yesterday', N'not_a_date:introduced_on'),
    (12, N'updated_at', N'yesterday', N'product_id', REPLICATE(N'x', 51), N'not_a_date:updated_at'),
    (13, N'product_id', REPLICATE(N'x', 51), N'category', REPLICATE(N'x', 201), N'out_of_range:product_id'),
    (14, N'category', REPLICATE(N'x', 201), N'unit_price', N'-0.01', N'out_of_range:category'),
    (15, N'unit_price', N'-0.01', N'introduced_on', N'1999-12-31', N'out_of_range:unit_price'),
    (16, N'introduced_on', N'1999-12-31', N'updated_at', N'2100-01-01', N'out_of_range:introduced_on'),
    (17, N'updated_at', N'2100-01-01', N'introduced_on', N'2025-03-08', N'out_of_range:updated_at');
EXEC test_bronze_shop_products_typed.assert_rules;
GO
CREATE PROCEDURE test_bronze_shop_products_typed.[test the edges of what is allowed]
AS
INSERT INTO test_bronze_shop_products_typed.cases (line_number, column_name, field, other_column, other_field, rule_name)
VALUES
    (2, N'product_id', REPLICATE(N'x', 50), NULL, NULL, NULL),
    (3, N'category', REPLICATE(N'x', 200), NULL, NULL, NULL),
    (4, N'unit_price', N'0', NULL, NULL, NULL),
    (5, N'unit_price', N'100000', NULL, NULL, NULL),
    (6, N'unit_price', N'100000.0001', NULL, NULL, N'out_of_range:unit_price'),
    (7, N'unit_price', N'-0.0001', NULL, NULL, N'out_of_range:unit_price'),
    (8, N'introduced_on', N'2000-01-01', NULL, NULL, NULL),
    (9, N'introduced_on', N'2025-03-07', NULL, NULL, NULL),
    (10, N'introduced_on', N'2100-01-01', NULL, NULL, N'out_of_range:introduced_on'),
    (11, N'updated_at', N'2099-12-31 23:59:59', NULL, NULL, NULL),
    (12, N'introduced_on', N'2025-01-01 10:00:00', NULL, NULL, N'not_a_date:introduced_on');
EXEC test_bronze_shop_products_typed.assert_rules;
GO
CREATE PROCEDURE test_bronze_shop_products_typed.[test what may be missing breaks no rule]
AS
INSERT INTO test_bronze_shop_products_typed.cases (line_number, column_name, field, other_column, other_field, rule_name)
VALUES
    (2, N'brand', N' ', NULL, NULL, NULL);
EXEC test_bronze_shop_products_typed.assert_rules;
GO
CREATE PROCEDURE test_bronze_shop_products_typed.[test a problem names the column and its text]
AS
UPDATE bronze.shop_products SET unit_price = N'12..5';
DECLARE @problem nvarchar(2048) = (SELECT typed.problem FROM bronze.shop_products_typed AS typed);
EXEC tSQLt.AssertLike @ExpectedPattern = N'unit_price is not %: 12..5', @Actual = @problem;
GO
