-- bronze.shop_fx_rates_typed: a record's text becomes values, and the first rule that it breaks has its name.
EXEC tSQLt.NewTestClass @ClassName = N'test_bronze_shop_fx_rates_typed';
GO
-- Grain: one record that differs from the good one in one or two fields, and the rule that it breaks.
CREATE TABLE test_bronze_shop_fx_rates_typed.cases (
    line_number bigint NOT NULL,
    column_name nvarchar(30) NULL,
    field nvarchar(4000) NULL,
    other_column nvarchar(30) NULL,
    other_field nvarchar(4000) NULL,
    rule_name nvarchar(100) NULL
);
GO
-- Line 1 is a good record.
CREATE PROCEDURE test_bronze_shop_fx_rates_typed.SetUp
AS
EXEC tSQLt.FakeTable @TableName = N'bronze.shop_fx_rates';
INSERT INTO bronze.shop_fx_rates (
    file_id, line_number, row_hash, currency, rate_date, rate, updated_at
)
VALUES (
    1, 1, 0x01, N'EUR', N'2025-03-07', N'1.08765432', N'2025-03-07 23:00:00'
);
GO
-- Lands the cases and compares the rules that they break; who breaks one has a problem that says so.
CREATE PROCEDURE test_bronze_shop_fx_rates_typed.assert_rules
AS
INSERT INTO bronze.shop_fx_rates (
    file_id,
    line_number,
    row_hash,
    currency,
    rate_date,
    rate,
    updated_at
)
SELECT
    good.file_id,
    cases.line_number,
    good.row_hash,
    CASE N'currency' WHEN cases.column_name THEN cases.field WHEN cases.other_column THEN cases.other_field ELSE good.currency END,
    CASE N'rate_date' WHEN cases.column_name THEN cases.field WHEN cases.other_column THEN cases.other_field ELSE good.rate_date END,
    CASE N'rate' WHEN cases.column_name THEN cases.field WHEN cases.other_column THEN cases.other_field ELSE good.rate END,
    CASE N'updated_at' WHEN cases.column_name THEN cases.field WHEN cases.other_column THEN cases.other_field ELSE good.updated_at END
FROM bronze.shop_fx_rates AS good
CROSS JOIN test_bronze_shop_fx_rates_typed.cases AS cases
WHERE good.line_number = 1;

SELECT
    cases.line_number,
    cases.column_name,
    cases.field,
    cases.rule_name,
    IIF(cases.rule_name IS NULL, 0, 1) AS has_problem
INTO #expected
FROM test_bronze_shop_fx_rates_typed.cases AS cases;

SELECT
    typed.line_number,
    cases.column_name,
    cases.field,
    typed.rule_name,
    IIF(typed.problem IS NULL, 0, 1) AS has_problem
INTO #actual
FROM bronze.shop_fx_rates_typed AS typed
INNER JOIN test_bronze_shop_fx_rates_typed.cases AS cases ON cases.line_number = typed.line_number;
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_bronze_shop_fx_rates_typed.[test a good record and its variants become the same values]
AS
INSERT INTO bronze.shop_fx_rates (
    file_id, line_number, row_hash, currency, rate_date, rate, updated_at
)
VALUES (
    1, 2, 0x02, N'euro', N'2025/03/07', N' 1.08765432', N'2025-03-07T23:00:00Z'
);
SELECT
    typed.line_number,
    typed.currency,
    typed.rate_date,
    typed.rate,
    typed.updated_at,
    typed.rule_name,
    typed.problem
INTO #actual
FROM bronze.shop_fx_rates_typed AS typed;

SELECT TOP (0) * INTO #expected FROM #actual;
INSERT INTO #expected
VALUES
    (1, N'EUR', N'2025-03-07', N'1.08765432', N'2025-03-07 23:00:00', NULL, NULL),
    (2, N'EUR', N'2025-03-07', N'1.08765432', N'2025-03-07 23:00:00', NULL, NULL);
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_bronze_shop_fx_rates_typed.[test the record as delivered is told, written anew where it was not kept]
AS
INSERT INTO bronze.shop_fx_rates (file_id, line_number, row_hash, raw_text, currency)
VALUES (1, 2, 0x02, N'"as it ""came"", so"', N'as it "came", so');
SELECT typed.line_number, typed.raw_text INTO #actual FROM bronze.shop_fx_rates_typed AS typed;

SELECT TOP (0) * INTO #expected FROM #actual;
INSERT INTO #expected
VALUES
    (1, N'EUR,2025-03-07,1.08765432,2025-03-07 23:00:00'),
    (2, N'"as it ""came"", so"');
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_bronze_shop_fx_rates_typed.[test each rule has its name]
AS
INSERT INTO test_bronze_shop_fx_rates_typed.cases (line_number, column_name, field, other_column, other_field, rule_name)
VALUES
    (2, N'currency', N'', NULL, NULL, N'not_null:currency'),
    (3, N'rate_date', N' ', NULL, NULL, N'not_null:rate_date'),
    (4, N'rate', N'NULL', NULL, NULL, N'not_null:rate'),
    (5, N'updated_at', N'n/a', NULL, NULL, N'not_null:updated_at'),
    (6, N'currency', N'EURR', NULL, NULL, N'unknown_currency:currency'),
    (7, N'rate_date', N'2025-02-30', NULL, NULL, N'not_a_date:rate_date'),
    (8, N'rate', N'1.123456789', NULL, NULL, N'not_a_number:rate'),
    (9, N'updated_at', N'45678', NULL, NULL, N'not_a_date:updated_at'),
    (10, N'rate_date', N'1999-12-31', NULL, NULL, N'out_of_range:rate_date'),
    (11, N'rate', N'0', NULL, NULL, N'out_of_range:rate'),
    (12, N'updated_at', N'2100-01-01', NULL, NULL, N'out_of_range:updated_at'),
    (13, N'rate_date', N'2025-03-08', NULL, NULL, N'dates_out_of_order');
EXEC test_bronze_shop_fx_rates_typed.assert_rules;
GO
CREATE PROCEDURE test_bronze_shop_fx_rates_typed.[test of two rules the first in order is told]
AS
INSERT INTO test_bronze_shop_fx_rates_typed.cases (line_number, column_name, field, other_column, other_field, rule_name)
VALUES
    (2, N'currency', N'', N'rate_date', N' ', N'not_null:currency'),
    (3, N'rate_date', N' ', N'rate', N'NULL', N'not_null:rate_date'),
    (4, N'rate', N'NULL', N'updated_at', N'n/a', N'not_null:rate'),
    (5, N'updated_at', N'n/a', N'currency', N'EURR', N'not_null:updated_at'),
    (6, N'currency', N'EURR', N'rate_date', N'2025-02-30', N'unknown_currency:currency'),
    (7, N'rate_date', N'2025-02-30', N'rate', N'1.123456789', N'not_a_date:rate_date'),
    (8, N'rate', N'1.123456789', N'updated_at', N'45678', N'not_a_number:rate'),
    (9, N'updated_at', N'45678', N'rate_date', N'1999-12-31', N'not_a_date:updated_at'),
    (10, N'rate_date', N'1999-12-31', N'rate', N'0', N'out_of_range:rate_date'),
    (11, N'rate', N'0', N'updated_at', N'2100-01-01', N'out_of_range:rate'),
    (12, N'updated_at', N'2100-01-01', N'rate_date', N'2025-03-08', N'out_of_range:updated_at');
EXEC test_bronze_shop_fx_rates_typed.assert_rules;
GO
CREATE PROCEDURE test_bronze_shop_fx_rates_typed.[test the edges of what is allowed]
AS
INSERT INTO test_bronze_shop_fx_rates_typed.cases (line_number, column_name, field, other_column, other_field, rule_name)
VALUES
    (2, N'rate', N'0.000001', NULL, NULL, NULL),
    (3, N'rate', N'0.00000099', NULL, NULL, N'out_of_range:rate'),
    (4, N'rate', N'1000', NULL, NULL, NULL),
    (5, N'rate', N'1000.00000001', NULL, NULL, N'out_of_range:rate'),
    (6, N'rate', N'-1', NULL, NULL, N'out_of_range:rate'),
    (7, N'rate', N'1,5', NULL, NULL, NULL),
    (8, N'rate_date', N'2000-01-01', NULL, NULL, NULL),
    (9, N'updated_at', N'2025-03-07', NULL, NULL, NULL);
EXEC test_bronze_shop_fx_rates_typed.assert_rules;
GO
CREATE PROCEDURE test_bronze_shop_fx_rates_typed.[test a problem names the column and its text]
AS
UPDATE bronze.shop_fx_rates SET currency = N'EURR';
DECLARE @problem nvarchar(2048) = (SELECT typed.problem FROM bronze.shop_fx_rates_typed AS typed);
EXEC tSQLt.AssertLike @ExpectedPattern = N'currency is not %: EURR', @Actual = @problem;
GO
