-- bronze.shop_payments_typed: a record's text becomes values, and the first rule that it breaks has its name.
EXEC tSQLt.NewTestClass @ClassName = N'test_bronze_shop_payments_typed';
GO
-- Grain: one record that differs from the good one in one or two fields, and the rule that it breaks.
CREATE TABLE test_bronze_shop_payments_typed.cases (
    line_number bigint NOT NULL,
    column_name nvarchar(30) NULL,
    field nvarchar(4000) NULL,
    other_column nvarchar(30) NULL,
    other_field nvarchar(4000) NULL,
    rule_name nvarchar(100) NULL
);
GO
-- Line 1 is a good record.
CREATE PROCEDURE test_bronze_shop_payments_typed.SetUp
AS
EXEC tSQLt.FakeTable @TableName = N'bronze.shop_payments';
INSERT INTO bronze.shop_payments (
    file_id, line_number, row_hash, payment_id, order_id, paid_at, method, amount, currency, updated_at
)
VALUES (
    1, 1, 0x01, N'Y-1', N'O-1', N'2025-03-07 10:00:00', N'card', N'19.5', N'USD', N'2025-03-07 11:00:00'
);
GO
-- Lands the cases and compares the rules that they break; who breaks one has a problem that says so.
CREATE PROCEDURE test_bronze_shop_payments_typed.assert_rules
AS
INSERT INTO bronze.shop_payments (
    file_id,
    line_number,
    row_hash,
    payment_id,
    order_id,
    paid_at,
    method,
    amount,
    currency,
    updated_at
)
SELECT
    good.file_id,
    cases.line_number,
    good.row_hash,
    CASE N'payment_id' WHEN cases.column_name THEN cases.field WHEN cases.other_column THEN cases.other_field ELSE good.payment_id END,
    CASE N'order_id' WHEN cases.column_name THEN cases.field WHEN cases.other_column THEN cases.other_field ELSE good.order_id END,
    CASE N'paid_at' WHEN cases.column_name THEN cases.field WHEN cases.other_column THEN cases.other_field ELSE good.paid_at END,
    CASE N'method' WHEN cases.column_name THEN cases.field WHEN cases.other_column THEN cases.other_field ELSE good.method END,
    CASE N'amount' WHEN cases.column_name THEN cases.field WHEN cases.other_column THEN cases.other_field ELSE good.amount END,
    CASE N'currency' WHEN cases.column_name THEN cases.field WHEN cases.other_column THEN cases.other_field ELSE good.currency END,
    CASE N'updated_at' WHEN cases.column_name THEN cases.field WHEN cases.other_column THEN cases.other_field ELSE good.updated_at END
FROM bronze.shop_payments AS good
CROSS JOIN test_bronze_shop_payments_typed.cases AS cases
WHERE good.line_number = 1;

SELECT
    cases.line_number,
    cases.column_name,
    cases.field,
    cases.rule_name,
    IIF(cases.rule_name IS NULL, 0, 1) AS has_problem
INTO #expected
FROM test_bronze_shop_payments_typed.cases AS cases;

SELECT
    typed.line_number,
    cases.column_name,
    cases.field,
    typed.rule_name,
    IIF(typed.problem IS NULL, 0, 1) AS has_problem
INTO #actual
FROM bronze.shop_payments_typed AS typed
INNER JOIN test_bronze_shop_payments_typed.cases AS cases ON cases.line_number = typed.line_number;
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_bronze_shop_payments_typed.[test a good record and its variants become the same values]
AS
INSERT INTO bronze.shop_payments (
    file_id, line_number, row_hash, payment_id, order_id, paid_at, method, amount, currency, updated_at
)
VALUES (
    1, 2, 0x02, N'y-1', N'o-1 ', N'2025-03-07T10:00:00', N'Credit Card', N'$19.50', N'us dollar', N'07 Mar 2025 11:00:00'
);
SELECT
    typed.line_number,
    typed.payment_id,
    typed.order_id,
    typed.paid_at,
    typed.method,
    typed.amount,
    typed.currency,
    typed.updated_at,
    typed.rule_name,
    typed.problem
INTO #actual
FROM bronze.shop_payments_typed AS typed;

SELECT TOP (0) * INTO #expected FROM #actual;
INSERT INTO #expected
VALUES
    (1, N'Y-1', N'O-1', N'2025-03-07 10:00:00', N'card', N'19.5', N'USD', N'2025-03-07 11:00:00', NULL, NULL),
    (2, N'Y-1', N'O-1', N'2025-03-07 10:00:00', N'card', N'19.5', N'USD', N'2025-03-07 11:00:00', NULL, NULL);
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_bronze_shop_payments_typed.[test the record as delivered is told, written anew where it was not kept]
AS
INSERT INTO bronze.shop_payments (file_id, line_number, row_hash, raw_text, payment_id)
VALUES (1, 2, 0x02, N'"as it ""came"", so"', N'as it "came", so');
SELECT typed.line_number, typed.raw_text INTO #actual FROM bronze.shop_payments_typed AS typed;

SELECT TOP (0) * INTO #expected FROM #actual;
INSERT INTO #expected
VALUES
    (1, N'Y-1,O-1,2025-03-07 10:00:00,card,19.5,USD,2025-03-07 11:00:00'),
    (2, N'"as it ""came"", so"');
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_bronze_shop_payments_typed.[test each rule has its name]
AS
INSERT INTO test_bronze_shop_payments_typed.cases (line_number, column_name, field, other_column, other_field, rule_name)
VALUES
    (2, N'payment_id', N'', NULL, NULL, N'not_null:payment_id'),
    (3, N'order_id', N' ', NULL, NULL, N'not_null:order_id'),
    (4, N'paid_at', N'NULL', NULL, NULL, N'not_null:paid_at'),
    (5, N'method', N'n/a', NULL, NULL, N'not_null:method'),
    (6, N'amount', N'\N', NULL, NULL, N'not_null:amount'),
    (7, N'currency', N'', NULL, NULL, N'not_null:currency'),
    (8, N'updated_at', N' ', NULL, NULL, N'not_null:updated_at'),
    (9, N'paid_at', N'yesterday', NULL, NULL, N'not_a_date:paid_at'),
    (10, N'method', N'cash', NULL, NULL, N'unknown_value:method'),
    (11, N'amount', N'abc', NULL, NULL, N'not_a_number:amount'),
    (12, N'currency', N'UDS', NULL, NULL, N'unknown_currency:currency'),
    (13, N'updated_at', N'2025-13-01', NULL, NULL, N'not_a_date:updated_at'),
    (14, N'payment_id', REPLICATE(N'x', 51), NULL, NULL, N'out_of_range:payment_id'),
    (15, N'order_id', REPLICATE(N'x', 51), NULL, NULL, N'out_of_range:order_id'),
    (16, N'paid_at', N'1999-12-31', NULL, NULL, N'out_of_range:paid_at'),
    (17, N'amount', N'0', NULL, NULL, N'out_of_range:amount'),
    (18, N'updated_at', N'2100-01-01', NULL, NULL, N'out_of_range:updated_at'),
    (19, N'paid_at', N'2025-03-07 11:00:01', NULL, NULL, N'dates_out_of_order');
EXEC test_bronze_shop_payments_typed.assert_rules;
GO
CREATE PROCEDURE test_bronze_shop_payments_typed.[test of two rules the first in order is told]
AS
INSERT INTO test_bronze_shop_payments_typed.cases (line_number, column_name, field, other_column, other_field, rule_name)
VALUES
    (2, N'payment_id', N'', N'order_id', N' ', N'not_null:payment_id'),
    (3, N'order_id', N' ', N'paid_at', N'NULL', N'not_null:order_id'),
    (4, N'paid_at', N'NULL', N'method', N'n/a', N'not_null:paid_at'),
    (5, N'method', N'n/a', N'amount', N'\N', N'not_null:method'),
    (6, N'amount', N'\N', N'currency', N'', N'not_null:amount'),
    (7, N'currency', N'', N'updated_at', N' ', N'not_null:currency'),
    (8, N'updated_at', N' ', N'paid_at', N'yesterday', N'not_null:updated_at'),
    (9, N'paid_at', N'yesterday', N'method', N'cash', N'not_a_date:paid_at'),
    (10, N'method', N'cash', N'amount', N'abc', N'unknown_value:method'),
    (11, N'amount', N'abc', N'currency', N'UDS', N'not_a_number:amount'),
    (12, N'currency', N'UDS', N'updated_at', N'2025-13-01', N'unknown_currency:currency'),
    (13, N'updated_at', N'2025-13-01', N'payment_id', REPLICATE(N'x', 51), N'not_a_date:updated_at'),
    (14, N'payment_id', REPLICATE(N'x', 51), N'order_id', REPLICATE(N'x', 51), N'out_of_range:payment_id'),
    (15, N'order_id', REPLICATE(N'x', 51), N'paid_at', N'1999-12-31', N'out_of_range:order_id'),
    (16, N'paid_at', N'1999-12-31', N'amount', N'0', N'out_of_range:paid_at'),
    (17, N'amount', N'0', N'updated_at', N'2100-01-01', N'out_of_range:amount'),
    (18, N'updated_at', N'2100-01-01', N'paid_at', N'2025-03-07 11:00:01', N'out_of_range:updated_at');
EXEC test_bronze_shop_payments_typed.assert_rules;
GO
CREATE PROCEDURE test_bronze_shop_payments_typed.[test the edges of what is allowed]
AS
INSERT INTO test_bronze_shop_payments_typed.cases (line_number, column_name, field, other_column, other_field, rule_name)
VALUES
    (2, N'amount', N'0.01', NULL, NULL, NULL),
    (3, N'amount', N'0.0099', NULL, NULL, N'out_of_range:amount'),
    (4, N'amount', N'1000000', NULL, NULL, NULL),
    (5, N'amount', N'1000000.0001', NULL, NULL, N'out_of_range:amount'),
    (6, N'paid_at', N'2025-03-07 11:00:00', NULL, NULL, NULL),
    (7, N'paid_at', N'2000-01-01', NULL, NULL, NULL),
    (8, N'method', N'bank transfer', NULL, NULL, NULL),
    (9, N'method', N'gift_card', NULL, NULL, NULL);
EXEC test_bronze_shop_payments_typed.assert_rules;
GO
CREATE PROCEDURE test_bronze_shop_payments_typed.[test a problem names the column and its text]
AS
UPDATE bronze.shop_payments SET paid_at = N'yesterday';
DECLARE @problem nvarchar(2048) = (SELECT typed.problem FROM bronze.shop_payments_typed AS typed);
EXEC tSQLt.AssertLike @ExpectedPattern = N'paid_at is not %: yesterday', @Actual = @problem;
GO
