-- bronze.shop_returns_typed: a record's text becomes values, and the first rule that it breaks has its name.
EXEC tSQLt.NewTestClass @ClassName = N'test_bronze_shop_returns_typed';
GO
-- Grain: one record that differs from the good one in one or two fields, and the rule that it breaks.
CREATE TABLE test_bronze_shop_returns_typed.cases (
    line_number bigint NOT NULL,
    column_name nvarchar(30) NULL,
    field nvarchar(4000) NULL,
    other_column nvarchar(30) NULL,
    other_field nvarchar(4000) NULL,
    rule_name nvarchar(100) NULL
);
GO
-- Line 1 is a good record.
CREATE PROCEDURE test_bronze_shop_returns_typed.SetUp
AS
EXEC tSQLt.FakeTable @TableName = N'bronze.shop_returns';
INSERT INTO bronze.shop_returns (
    file_id, line_number, row_hash, return_id, order_id, line_no, returned_at, quantity, refund_amount, comment, updated_at
)
VALUES (
    1, 1, 0x01, N'R-1', N'O-1', N'1', N'2025-03-07 10:00:00', N'1', N'9.75', N'too big', N'2025-03-07 11:00:00'
);
GO
-- Lands the cases and compares the rules that they break; who breaks one has a problem that says so.
CREATE PROCEDURE test_bronze_shop_returns_typed.assert_rules
AS
INSERT INTO bronze.shop_returns (
    file_id,
    line_number,
    row_hash,
    return_id,
    order_id,
    line_no,
    returned_at,
    quantity,
    refund_amount,
    comment,
    updated_at
)
SELECT
    good.file_id,
    cases.line_number,
    good.row_hash,
    CASE N'return_id' WHEN cases.column_name THEN cases.field WHEN cases.other_column THEN cases.other_field ELSE good.return_id END,
    CASE N'order_id' WHEN cases.column_name THEN cases.field WHEN cases.other_column THEN cases.other_field ELSE good.order_id END,
    CASE N'line_no' WHEN cases.column_name THEN cases.field WHEN cases.other_column THEN cases.other_field ELSE good.line_no END,
    CASE N'returned_at' WHEN cases.column_name THEN cases.field WHEN cases.other_column THEN cases.other_field ELSE good.returned_at END,
    CASE N'quantity' WHEN cases.column_name THEN cases.field WHEN cases.other_column THEN cases.other_field ELSE good.quantity END,
    CASE N'refund_amount' WHEN cases.column_name THEN cases.field WHEN cases.other_column THEN cases.other_field ELSE good.refund_amount END,
    CASE N'comment' WHEN cases.column_name THEN cases.field WHEN cases.other_column THEN cases.other_field ELSE good.comment END,
    CASE N'updated_at' WHEN cases.column_name THEN cases.field WHEN cases.other_column THEN cases.other_field ELSE good.updated_at END
FROM bronze.shop_returns AS good
CROSS JOIN test_bronze_shop_returns_typed.cases AS cases
WHERE good.line_number = 1;

SELECT
    cases.line_number,
    cases.column_name,
    cases.field,
    cases.rule_name,
    IIF(cases.rule_name IS NULL, 0, 1) AS has_problem
INTO #expected
FROM test_bronze_shop_returns_typed.cases AS cases;

SELECT
    typed.line_number,
    cases.column_name,
    cases.field,
    typed.rule_name,
    IIF(typed.problem IS NULL, 0, 1) AS has_problem
INTO #actual
FROM bronze.shop_returns_typed AS typed
INNER JOIN test_bronze_shop_returns_typed.cases AS cases ON cases.line_number = typed.line_number;
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_bronze_shop_returns_typed.[test a good record and its variants become the same values]
AS
INSERT INTO bronze.shop_returns (
    file_id, line_number, row_hash, return_id, order_id, line_no, returned_at, quantity, refund_amount, comment, updated_at
)
VALUES (
    1, 2, 0x02, N'r-1', N'o-1', N'01', N'07.03.2025 10:00:00', N'1 ', N'€9,75', N' too big ', N'2025-03-07 11:00:00Z'
);
SELECT
    typed.line_number,
    typed.return_id,
    typed.order_id,
    typed.line_no,
    typed.returned_at,
    typed.quantity,
    typed.refund_amount,
    typed.comment,
    typed.updated_at,
    typed.rule_name,
    typed.problem
INTO #actual
FROM bronze.shop_returns_typed AS typed;

SELECT TOP (0) * INTO #expected FROM #actual;
INSERT INTO #expected
VALUES
    (1, N'R-1', N'O-1', N'1', N'2025-03-07 10:00:00', N'1', N'9.75', N'too big', N'2025-03-07 11:00:00', NULL, NULL),
    (2, N'R-1', N'O-1', N'1', N'2025-03-07 10:00:00', N'1', N'9.75', N'too big', N'2025-03-07 11:00:00', NULL, NULL);
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_bronze_shop_returns_typed.[test the record as delivered is told, written anew where it was not kept]
AS
INSERT INTO bronze.shop_returns (file_id, line_number, row_hash, raw_text, return_id)
VALUES (1, 2, 0x02, N'"as it ""came"", so"', N'as it "came", so');
SELECT typed.line_number, typed.raw_text INTO #actual FROM bronze.shop_returns_typed AS typed;

SELECT TOP (0) * INTO #expected FROM #actual;
INSERT INTO #expected
VALUES
    (1, N'R-1,O-1,1,2025-03-07 10:00:00,1,9.75,too big,2025-03-07 11:00:00'),
    (2, N'"as it ""came"", so"');
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_bronze_shop_returns_typed.[test each rule has its name]
AS
INSERT INTO test_bronze_shop_returns_typed.cases (line_number, column_name, field, other_column, other_field, rule_name)
VALUES
    (2, N'return_id', N'', NULL, NULL, N'not_null:return_id'),
    (3, N'order_id', N' ', NULL, NULL, N'not_null:order_id'),
    (4, N'line_no', N'NULL', NULL, NULL, N'not_null:line_no'),
    (5, N'returned_at', N'n/a', NULL, NULL, N'not_null:returned_at'),
    (6, N'quantity', N'\N', NULL, NULL, N'not_null:quantity'),
    (7, N'refund_amount', N'', NULL, NULL, N'not_null:refund_amount'),
    (8, N'updated_at', N' ', NULL, NULL, N'not_null:updated_at'),
    (9, N'line_no', N'1.0', NULL, NULL, N'not_a_number:line_no'),
    (10, N'returned_at', N'45678', NULL, NULL, N'not_a_date:returned_at'),
    (11, N'quantity', N'abc', NULL, NULL, N'not_a_number:quantity'),
    (12, N'refund_amount', N'12..5', NULL, NULL, N'not_a_number:refund_amount'),
    (13, N'updated_at', N'03/04/2025', NULL, NULL, N'not_a_date:updated_at'),
    (14, N'return_id', REPLICATE(N'x', 51), NULL, NULL, N'out_of_range:return_id'),
    (15, N'order_id', REPLICATE(N'x', 51), NULL, NULL, N'out_of_range:order_id'),
    (16, N'line_no', N'101', NULL, NULL, N'out_of_range:line_no'),
    (17, N'returned_at', N'1999-12-31', NULL, NULL, N'out_of_range:returned_at'),
    (18, N'quantity', N'0', NULL, NULL, N'out_of_range:quantity'),
    (19, N'refund_amount', N'-1', NULL, NULL, N'out_of_range:refund_amount'),
    (20, N'updated_at', N'2100-01-01', NULL, NULL, N'out_of_range:updated_at'),
    (21, N'returned_at', N'2025-03-07 11:00:01', NULL, NULL, N'dates_out_of_order');
EXEC test_bronze_shop_returns_typed.assert_rules;
GO
CREATE PROCEDURE test_bronze_shop_returns_typed.[test of two rules the first in order is told]
AS
INSERT INTO test_bronze_shop_returns_typed.cases (line_number, column_name, field, other_column, other_field, rule_name)
VALUES
    (2, N'return_id', N'', N'order_id', N' ', N'not_null:return_id'),
    (3, N'order_id', N' ', N'line_no', N'NULL', N'not_null:order_id'),
    (4, N'line_no', N'NULL', N'returned_at', N'n/a', N'not_null:line_no'),
    (5, N'returned_at', N'n/a', N'quantity', N'\N', N'not_null:returned_at'),
    (6, N'quantity', N'\N', N'refund_amount', N'', N'not_null:quantity'),
    (7, N'refund_amount', N'', N'updated_at', N' ', N'not_null:refund_amount'),
    (8, N'updated_at', N' ', N'line_no', N'1.0', N'not_null:updated_at'),
    (9, N'line_no', N'1.0', N'returned_at', N'45678', N'not_a_number:line_no'),
    (10, N'returned_at', N'45678', N'quantity', N'abc', N'not_a_date:returned_at'),
    (11, N'quantity', N'abc', N'refund_amount', N'12..5', N'not_a_number:quantity'),
    (12, N'refund_amount', N'12..5', N'updated_at', N'03/04/2025', N'not_a_number:refund_amount'),
    (13, N'updated_at', N'03/04/2025', N'return_id', REPLICATE(N'x', 51), N'not_a_date:updated_at'),
    (14, N'return_id', REPLICATE(N'x', 51), N'order_id', REPLICATE(N'x', 51), N'out_of_range:return_id'),
    (15, N'order_id', REPLICATE(N'x', 51), N'line_no', N'101', N'out_of_range:order_id'),
    (16, N'line_no', N'101', N'returned_at', N'1999-12-31', N'out_of_range:line_no'),
    (17, N'returned_at', N'1999-12-31', N'quantity', N'0', N'out_of_range:returned_at'),
    (18, N'quantity', N'0', N'refund_amount', N'-1', N'out_of_range:quantity'),
    (19, N'refund_amount', N'-1', N'updated_at', N'2100-01-01', N'out_of_range:refund_amount'),
    (20, N'updated_at', N'2100-01-01', N'returned_at', N'2025-03-07 11:00:01', N'out_of_range:updated_at');
EXEC test_bronze_shop_returns_typed.assert_rules;
GO
CREATE PROCEDURE test_bronze_shop_returns_typed.[test the edges of what is allowed]
AS
INSERT INTO test_bronze_shop_returns_typed.cases (line_number, column_name, field, other_column, other_field, rule_name)
VALUES
    (2, N'line_no', N'100', NULL, NULL, NULL),
    (3, N'quantity', N'1000', NULL, NULL, NULL),
    (4, N'quantity', N'1001', NULL, NULL, N'out_of_range:quantity'),
    (5, N'refund_amount', N'0', NULL, NULL, NULL),
    (6, N'refund_amount', N'1000000', NULL, NULL, NULL),
    (7, N'refund_amount', N'1000000.01', NULL, NULL, N'out_of_range:refund_amount'),
    (8, N'returned_at', N'2025-03-07 11:00:00', NULL, NULL, NULL),
    (9, N'comment', CONCAT(N'a', NCHAR(10), N'b'), NULL, NULL, NULL);
EXEC test_bronze_shop_returns_typed.assert_rules;
GO
CREATE PROCEDURE test_bronze_shop_returns_typed.[test what may be missing breaks no rule]
AS
INSERT INTO test_bronze_shop_returns_typed.cases (line_number, column_name, field, other_column, other_field, rule_name)
VALUES
    (2, N'comment', N' ', NULL, NULL, NULL);
EXEC test_bronze_shop_returns_typed.assert_rules;
GO
CREATE PROCEDURE test_bronze_shop_returns_typed.[test a problem names the column and its text]
AS
UPDATE bronze.shop_returns SET line_no = N'1.0';
DECLARE @problem nvarchar(2048) = (SELECT typed.problem FROM bronze.shop_returns_typed AS typed);
EXEC tSQLt.AssertLike @ExpectedPattern = N'line_no is not %: 1.0', @Actual = @problem;
GO
