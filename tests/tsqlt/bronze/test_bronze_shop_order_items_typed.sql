-- bronze.shop_order_items_typed: a record's text becomes values, and the first rule that it breaks has its name.
EXEC tSQLt.NewTestClass @ClassName = N'test_bronze_shop_order_items_typed';
GO
-- Grain: one record that differs from the good one in one or two fields, and the rule that it breaks.
CREATE TABLE test_bronze_shop_order_items_typed.cases (
    line_number bigint NOT NULL,
    column_name nvarchar(30) NULL,
    field nvarchar(4000) NULL,
    other_column nvarchar(30) NULL,
    other_field nvarchar(4000) NULL,
    rule_name nvarchar(100) NULL
);
GO
-- Line 1 is a good record.
CREATE PROCEDURE test_bronze_shop_order_items_typed.SetUp
AS
EXEC tSQLt.FakeTable @TableName = N'bronze.shop_order_items';
INSERT INTO bronze.shop_order_items (
    file_id, line_number, row_hash, order_id, line_no, product_id, quantity, unit_price, discount, updated_at
)
VALUES (
    1, 1, 0x01, N'O-1', N'1', N'P-1', N'2', N'10.25', N'1.5', N'2025-03-07 10:00:00'
);
GO
-- Lands the cases and compares the rules that they break; who breaks one has a problem that says so.
CREATE PROCEDURE test_bronze_shop_order_items_typed.assert_rules
AS
INSERT INTO bronze.shop_order_items (
    file_id,
    line_number,
    row_hash,
    order_id,
    line_no,
    product_id,
    quantity,
    unit_price,
    discount,
    updated_at
)
SELECT
    good.file_id,
    cases.line_number,
    good.row_hash,
    CASE N'order_id' WHEN cases.column_name THEN cases.field WHEN cases.other_column THEN cases.other_field ELSE good.order_id END,
    CASE N'line_no' WHEN cases.column_name THEN cases.field WHEN cases.other_column THEN cases.other_field ELSE good.line_no END,
    CASE N'product_id' WHEN cases.column_name THEN cases.field WHEN cases.other_column THEN cases.other_field ELSE good.product_id END,
    CASE N'quantity' WHEN cases.column_name THEN cases.field WHEN cases.other_column THEN cases.other_field ELSE good.quantity END,
    CASE N'unit_price' WHEN cases.column_name THEN cases.field WHEN cases.other_column THEN cases.other_field ELSE good.unit_price END,
    CASE N'discount' WHEN cases.column_name THEN cases.field WHEN cases.other_column THEN cases.other_field ELSE good.discount END,
    CASE N'updated_at' WHEN cases.column_name THEN cases.field WHEN cases.other_column THEN cases.other_field ELSE good.updated_at END
FROM bronze.shop_order_items AS good
CROSS JOIN test_bronze_shop_order_items_typed.cases AS cases
WHERE good.line_number = 1;

SELECT
    cases.line_number,
    cases.column_name,
    cases.field,
    cases.rule_name,
    IIF(cases.rule_name IS NULL, 0, 1) AS has_problem
INTO #expected
FROM test_bronze_shop_order_items_typed.cases AS cases;

SELECT
    typed.line_number,
    cases.column_name,
    cases.field,
    typed.rule_name,
    IIF(typed.problem IS NULL, 0, 1) AS has_problem
INTO #actual
FROM bronze.shop_order_items_typed AS typed
INNER JOIN test_bronze_shop_order_items_typed.cases AS cases ON cases.line_number = typed.line_number;
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_bronze_shop_order_items_typed.[test a good record and its variants become the same values]
AS
INSERT INTO bronze.shop_order_items (
    file_id, line_number, row_hash, order_id, line_no, product_id, quantity, unit_price, discount, updated_at
)
VALUES (
    1, 2, 0x02, N'o-1', N' 1', N'p-1', N'002', N'£10,25', N'$1.50', N'07.03.2025T10:00:00Z'
);
SELECT
    typed.line_number,
    typed.order_id,
    typed.line_no,
    typed.product_id,
    typed.quantity,
    typed.unit_price,
    typed.discount,
    typed.updated_at,
    typed.rule_name,
    typed.problem
INTO #actual
FROM bronze.shop_order_items_typed AS typed;

SELECT TOP (0) * INTO #expected FROM #actual;
INSERT INTO #expected
VALUES
    (1, N'O-1', N'1', N'P-1', N'2', N'10.25', N'1.5', N'2025-03-07 10:00:00', NULL, NULL),
    (2, N'O-1', N'1', N'P-1', N'2', N'10.25', N'1.5', N'2025-03-07 10:00:00', NULL, NULL);
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_bronze_shop_order_items_typed.[test the record as delivered is told, written anew where it was not kept]
AS
INSERT INTO bronze.shop_order_items (file_id, line_number, row_hash, raw_text, order_id)
VALUES (1, 2, 0x02, N'"as it ""came"", so"', N'as it "came", so');
SELECT typed.line_number, typed.raw_text INTO #actual FROM bronze.shop_order_items_typed AS typed;

SELECT TOP (0) * INTO #expected FROM #actual;
INSERT INTO #expected
VALUES
    (1, N'O-1,1,P-1,2,10.25,1.5,2025-03-07 10:00:00'),
    (2, N'"as it ""came"", so"');
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_bronze_shop_order_items_typed.[test each rule has its name]
AS
INSERT INTO test_bronze_shop_order_items_typed.cases (line_number, column_name, field, other_column, other_field, rule_name)
VALUES
    (2, N'order_id', N'', NULL, NULL, N'not_null:order_id'),
    (3, N'line_no', N' ', NULL, NULL, N'not_null:line_no'),
    (4, N'product_id', N'NULL', NULL, NULL, N'not_null:product_id'),
    (5, N'quantity', N'n/a', NULL, NULL, N'not_null:quantity'),
    (6, N'unit_price', N'\N', NULL, NULL, N'not_null:unit_price'),
    (7, N'updated_at', N'', NULL, NULL, N'not_null:updated_at'),
    (8, N'line_no', N'one', NULL, NULL, N'not_a_number:line_no'),
    (9, N'quantity', N'3.5', NULL, NULL, N'not_a_number:quantity'),
    (10, N'unit_price', N'abc', NULL, NULL, N'not_a_number:unit_price'),
    (11, N'discount', N'1e3', NULL, NULL, N'not_a_number:discount'),
    (12, N'updated_at', N'03/04/2025', NULL, NULL, N'not_a_date:updated_at'),
    (13, N'order_id', REPLICATE(N'x', 51), NULL, NULL, N'out_of_range:order_id'),
    (14, N'line_no', N'0', NULL, NULL, N'out_of_range:line_no'),
    (15, N'product_id', REPLICATE(N'x', 51), NULL, NULL, N'out_of_range:product_id'),
    (16, N'quantity', N'-1', NULL, NULL, N'out_of_range:quantity'),
    (17, N'unit_price', N'-1', NULL, NULL, N'out_of_range:unit_price'),
    (18, N'discount', N'-1', NULL, NULL, N'out_of_range:discount'),
    (19, N'updated_at', N'2100-01-01', NULL, NULL, N'out_of_range:updated_at'),
    (20, N'discount', N'20.5001', NULL, NULL, N'discount_exceeds_amount');
EXEC test_bronze_shop_order_items_typed.assert_rules;
GO
CREATE PROCEDURE test_bronze_shop_order_items_typed.[test of two rules the first in order is told]
AS
INSERT INTO test_bronze_shop_order_items_typed.cases (line_number, column_name, field, other_column, other_field, rule_name)
VALUES
    (2, N'order_id', N'', N'line_no', N' ', N'not_null:order_id'),
    (3, N'line_no', N' ', N'product_id', N'NULL', N'not_null:line_no'),
    (4, N'product_id', N'NULL', N'quantity', N'n/a', N'not_null:product_id'),
    (5, N'quantity', N'n/a', N'unit_price', N'\N', N'not_null:quantity'),
    (6, N'unit_price', N'\N', N'updated_at', N'', N'not_null:unit_price'),
    (7, N'updated_at', N'', N'line_no', N'one', N'not_null:updated_at'),
    (8, N'line_no', N'one', N'quantity', N'3.5', N'not_a_number:line_no'),
    (9, N'quantity', N'3.5', N'unit_price', N'abc', N'not_a_number:quantity'),
    (10, N'unit_price', N'abc', N'discount', N'1e3', N'not_a_number:unit_price'),
    (11, N'discount', N'1e3', N'updated_at', N'03/04/2025', N'not_a_number:discount'),
    (12, N'updated_at', N'03/04/2025', N'order_id', REPLICATE(N'x', 51), N'not_a_date:updated_at'),
    (13, N'order_id', REPLICATE(N'x', 51), N'line_no', N'0', N'out_of_range:order_id'),
    (14, N'line_no', N'0', N'product_id', REPLICATE(N'x', 51), N'out_of_range:line_no'),
    (15, N'product_id', REPLICATE(N'x', 51), N'quantity', N'-1', N'out_of_range:product_id'),
    (16, N'quantity', N'-1', N'unit_price', N'-1', N'out_of_range:quantity'),
    (17, N'unit_price', N'-1', N'discount', N'-1', N'out_of_range:unit_price'),
    (18, N'discount', N'-1', N'updated_at', N'2100-01-01', N'out_of_range:discount'),
    (19, N'updated_at', N'2100-01-01', N'discount', N'20.5001', N'out_of_range:updated_at');
EXEC test_bronze_shop_order_items_typed.assert_rules;
GO
CREATE PROCEDURE test_bronze_shop_order_items_typed.[test the edges of what is allowed]
AS
INSERT INTO test_bronze_shop_order_items_typed.cases (line_number, column_name, field, other_column, other_field, rule_name)
VALUES
    (2, N'line_no', N'100', NULL, NULL, NULL),
    (3, N'line_no', N'101', NULL, NULL, N'out_of_range:line_no'),
    (4, N'quantity', N'1', NULL, NULL, NULL),
    (5, N'quantity', N'1000', NULL, NULL, NULL),
    (6, N'quantity', N'0', NULL, NULL, N'out_of_range:quantity'),
    (7, N'quantity', N'1001', NULL, NULL, N'out_of_range:quantity'),
    (8, N'unit_price', N'100000', NULL, NULL, NULL),
    (9, N'unit_price', N'100000.01', NULL, NULL, N'out_of_range:unit_price'),
    (10, N'unit_price', N'0', NULL, NULL, N'discount_exceeds_amount'),
    (11, N'discount', N'20.5', NULL, NULL, NULL),
    (12, N'discount', N'0', NULL, NULL, NULL),
    (13, N'discount', N'100000.01', NULL, NULL, N'out_of_range:discount'),
    (14, N'updated_at', N'2000-01-01', NULL, NULL, NULL),
    (15, N'updated_at', N'1999-12-31 23:59:59', NULL, NULL, N'out_of_range:updated_at');
EXEC test_bronze_shop_order_items_typed.assert_rules;
GO
CREATE PROCEDURE test_bronze_shop_order_items_typed.[test what may be missing breaks no rule]
AS
INSERT INTO test_bronze_shop_order_items_typed.cases (line_number, column_name, field, other_column, other_field, rule_name)
VALUES
    (2, N'discount', N' ', NULL, NULL, NULL);
EXEC test_bronze_shop_order_items_typed.assert_rules;
GO
CREATE PROCEDURE test_bronze_shop_order_items_typed.[test a problem names the column and its text]
AS
UPDATE bronze.shop_order_items SET line_no = N'one';
DECLARE @problem nvarchar(2048) = (SELECT typed.problem FROM bronze.shop_order_items_typed AS typed);
EXEC tSQLt.AssertLike @ExpectedPattern = N'line_no is not %: one', @Actual = @problem;
GO
