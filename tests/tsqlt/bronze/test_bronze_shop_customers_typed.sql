-- bronze.shop_customers_typed: a record's text becomes values, and the first rule that it breaks has its name.
EXEC tSQLt.NewTestClass @ClassName = N'test_bronze_shop_customers_typed';
GO
-- Grain: one record that differs from the good one in one or two fields, and the rule that it breaks.
CREATE TABLE test_bronze_shop_customers_typed.cases (
    line_number bigint NOT NULL,
    column_name nvarchar(30) NULL,
    field nvarchar(4000) NULL,
    other_column nvarchar(30) NULL,
    other_field nvarchar(4000) NULL,
    rule_name nvarchar(100) NULL
);
GO
-- Line 1 is a good record.
CREATE PROCEDURE test_bronze_shop_customers_typed.SetUp
AS
EXEC tSQLt.FakeTable @TableName = N'bronze.shop_customers';
INSERT INTO bronze.shop_customers (
    file_id, line_number, row_hash, customer_id, email, first_name, last_name, phone, street, city, postal_code, country, registered_at, updated_at
)
VALUES (
    1, 1, 0x01, N'C-1', N'jo@example.com', N'Jo', N'Doe', N'+4930123456', N'1 Long Road', N'Berlin', N'10115', N'DE', N'2025-01-01 08:00:00', N'2025-03-07 10:00:00'
);
GO
-- Lands the cases and compares the rules that they break; who breaks one has a problem that says so.
CREATE PROCEDURE test_bronze_shop_customers_typed.assert_rules
AS
INSERT INTO bronze.shop_customers (
    file_id,
    line_number,
    row_hash,
    customer_id,
    email,
    first_name,
    last_name,
    phone,
    street,
    city,
    postal_code,
    country,
    registered_at,
    updated_at
)
SELECT
    good.file_id,
    cases.line_number,
    good.row_hash,
    CASE N'customer_id' WHEN cases.column_name THEN cases.field WHEN cases.other_column THEN cases.other_field ELSE good.customer_id END,
    CASE N'email' WHEN cases.column_name THEN cases.field WHEN cases.other_column THEN cases.other_field ELSE good.email END,
    CASE N'first_name' WHEN cases.column_name THEN cases.field WHEN cases.other_column THEN cases.other_field ELSE good.first_name END,
    CASE N'last_name' WHEN cases.column_name THEN cases.field WHEN cases.other_column THEN cases.other_field ELSE good.last_name END,
    CASE N'phone' WHEN cases.column_name THEN cases.field WHEN cases.other_column THEN cases.other_field ELSE good.phone END,
    CASE N'street' WHEN cases.column_name THEN cases.field WHEN cases.other_column THEN cases.other_field ELSE good.street END,
    CASE N'city' WHEN cases.column_name THEN cases.field WHEN cases.other_column THEN cases.other_field ELSE good.city END,
    CASE N'postal_code' WHEN cases.column_name THEN cases.field WHEN cases.other_column THEN cases.other_field ELSE good.postal_code END,
    CASE N'country' WHEN cases.column_name THEN cases.field WHEN cases.other_column THEN cases.other_field ELSE good.country END,
    CASE N'registered_at' WHEN cases.column_name THEN cases.field WHEN cases.other_column THEN cases.other_field ELSE good.registered_at END,
    CASE N'updated_at' WHEN cases.column_name THEN cases.field WHEN cases.other_column THEN cases.other_field ELSE good.updated_at END
FROM bronze.shop_customers AS good
CROSS JOIN test_bronze_shop_customers_typed.cases AS cases
WHERE good.line_number = 1;

SELECT
    cases.line_number,
    cases.column_name,
    cases.field,
    cases.rule_name,
    IIF(cases.rule_name IS NULL, 0, 1) AS has_problem
INTO #expected
FROM test_bronze_shop_customers_typed.cases AS cases;

SELECT
    typed.line_number,
    cases.column_name,
    cases.field,
    typed.rule_name,
    IIF(typed.problem IS NULL, 0, 1) AS has_problem
INTO #actual
FROM bronze.shop_customers_typed AS typed
INNER JOIN test_bronze_shop_customers_typed.cases AS cases ON cases.line_number = typed.line_number;
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_bronze_shop_customers_typed.[test a good record and its variants become the same values]
AS
INSERT INTO bronze.shop_customers (
    file_id, line_number, row_hash, customer_id, email, first_name, last_name, phone, street, city, postal_code, country, registered_at, updated_at
)
VALUES (
    1, 2, 0x02, N' c-1 ', N'<mailto:Jo@Example.com>', N'Jo', N'Doe ', N'0049 (0)30 / 123-456', N'1 Long Road', N'Berlin', N'10115', N'Deutschland', N'01.01.2025 08:00:00', N'2025-03-07T10:00:00Z'
);
SELECT
    typed.line_number,
    typed.customer_id,
    typed.email,
    typed.first_name,
    typed.last_name,
    typed.phone,
    typed.street,
    typed.city,
    typed.postal_code,
    typed.country,
    typed.registered_at,
    typed.updated_at,
    typed.rule_name,
    typed.problem
INTO #actual
FROM bronze.shop_customers_typed AS typed;

SELECT TOP (0) * INTO #expected FROM #actual;
INSERT INTO #expected
VALUES
    (1, N'C-1', N'jo@example.com', N'Jo', N'Doe', N'+4930123456', N'1 Long Road', N'Berlin', N'10115', N'DE', N'2025-01-01 08:00:00', N'2025-03-07 10:00:00', NULL, NULL),
    (2, N'C-1', N'jo@example.com', N'Jo', N'Doe', N'+4930123456', N'1 Long Road', N'Berlin', N'10115', N'DE', N'2025-01-01 08:00:00', N'2025-03-07 10:00:00', NULL, NULL);
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_bronze_shop_customers_typed.[test the record as delivered is told, written anew where it was not kept]
AS
INSERT INTO bronze.shop_customers (file_id, line_number, row_hash, raw_text, customer_id)
VALUES (1, 2, 0x02, N'"as it ""came"", so"', N'as it "came", so');
SELECT typed.line_number, typed.raw_text INTO #actual FROM bronze.shop_customers_typed AS typed;

SELECT TOP (0) * INTO #expected FROM #actual;
INSERT INTO #expected
VALUES
    (1, N'C-1,jo@example.com,Jo,Doe,+4930123456,1 Long Road,Berlin,10115,DE,2025-01-01 08:00:00,2025-03-07 10:00:00'),
    (2, N'"as it ""came"", so"');
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_bronze_shop_customers_typed.[test each rule has its name]
AS
INSERT INTO test_bronze_shop_customers_typed.cases (line_number, column_name, field, other_column, other_field, rule_name)
VALUES
    (2, N'customer_id', N'', NULL, NULL, N'not_null:customer_id'),
    (3, N'email', N' ', NULL, NULL, N'not_null:email'),
    (4, N'last_name', N'NULL', NULL, NULL, N'not_null:last_name'),
    (5, N'city', N'n/a', NULL, NULL, N'not_null:city'),
    (6, N'country', N'\N', NULL, NULL, N'not_null:country'),
    (7, N'registered_at', N'', NULL, NULL, N'not_null:registered_at'),
    (8, N'updated_at', N' ', NULL, NULL, N'not_null:updated_at'),
    (9, N'email', N'jo@example', NULL, NULL, N'not_an_email:email'),
    (10, N'phone', N'030 12', NULL, NULL, N'not_a_phone:phone'),
    (11, N'country', N'Untied States', NULL, NULL, N'unknown_country:country'),
    (12, N'registered_at', N'03/04/2025', NULL, NULL, N'not_a_date:registered_at'),
    (13, N'updated_at', N'2025-02-30', NULL, NULL, N'not_a_date:updated_at'),
    (14, N'customer_id', REPLICATE(N'x', 51), NULL, NULL, N'out_of_range:customer_id'),
    (15, N'registered_at', N'1999-12-31 23:59:59', NULL, NULL, N'out_of_range:registered_at'),
    (16, N'updated_at', N'2100-01-01', NULL, NULL, N'out_of_range:updated_at'),
    (17, N'registered_at', N'2025-03-07 10:00:01', NULL, NULL, N'dates_out_of_order');
EXEC test_bronze_shop_customers_typed.assert_rules;
GO
CREATE PROCEDURE test_bronze_shop_customers_typed.[test of two rules the first in order is told]
AS
INSERT INTO test_bronze_shop_customers_typed.cases (line_number, column_name, field, other_column, other_field, rule_name)
VALUES
    (2, N'customer_id', N'', N'email', N' ', N'not_null:customer_id'),
    (3, N'email', N' ', N'last_name', N'NULL', N'not_null:email'),
    (4, N'last_name', N'NULL', N'city', N'n/a', N'not_null:last_name'),
    (5, N'city', N'n/a', N'country', N'\N', N'not_null:city'),
    (6, N'country', N'\N', N'registered_at', N'', N'not_null:country'),
    (7, N'registered_at', N'', N'updated_at', N' ', N'not_null:registered_at'),
    (8, N'updated_at', N' ', N'email', N'jo@example', N'not_null:updated_at'),
    (9, N'email', N'jo@example', N'phone', N'030 12', N'not_an_email:email'),
    (10, N'phone', N'030 12', N'country', N'Untied States', N'not_a_phone:phone'),
    (11, N'country', N'Untied States', N'registered_at', N'03/04/2025', N'unknown_country:country'),
    (12, N'registered_at', N'03/04/2025', N'updated_at', N'2025-02-30', N'not_a_date:registered_at'),
    (13, N'updated_at', N'2025-02-30', N'customer_id', REPLICATE(N'x', 51), N'not_a_date:updated_at'),
    (14, N'customer_id', REPLICATE(N'x', 51), N'registered_at', N'1999-12-31 23:59:59', N'out_of_range:customer_id'),
    (15, N'registered_at', N'1999-12-31 23:59:59', N'updated_at', N'2100-01-01', N'out_of_range:registered_at'),
    (16, N'updated_at', N'2100-01-01', N'registered_at', N'2025-03-07 10:00:01', N'out_of_range:updated_at');
EXEC test_bronze_shop_customers_typed.assert_rules;
GO
CREATE PROCEDURE test_bronze_shop_customers_typed.[test the edges of what is allowed]
AS
INSERT INTO test_bronze_shop_customers_typed.cases (line_number, column_name, field, other_column, other_field, rule_name)
VALUES
    (2, N'customer_id', REPLICATE(N'x', 50), NULL, NULL, NULL),
    (3, N'registered_at', N'2000-01-01', NULL, NULL, NULL),
    (4, N'registered_at', N'2025-03-07 10:00:00', NULL, NULL, NULL),
    (5, N'updated_at', N'2099-12-31 23:59:59', NULL, NULL, NULL),
    (6, N'registered_at', N'2999-01-01', NULL, NULL, N'out_of_range:registered_at'),
    (7, N'updated_at', N'1900-01-01', NULL, NULL, N'out_of_range:updated_at'),
    (8, N'street', REPLICATE(N'x', 201), NULL, NULL, NULL);
EXEC test_bronze_shop_customers_typed.assert_rules;
GO
CREATE PROCEDURE test_bronze_shop_customers_typed.[test what may be missing breaks no rule]
AS
INSERT INTO test_bronze_shop_customers_typed.cases (line_number, column_name, field, other_column, other_field, rule_name)
VALUES
    (2, N'first_name', N' ', NULL, NULL, NULL),
    (3, N'phone', N'NULL', NULL, NULL, NULL),
    (4, N'street', N'n/a', NULL, NULL, NULL),
    (5, N'postal_code', N'\N', NULL, NULL, NULL);
EXEC test_bronze_shop_customers_typed.assert_rules;
GO
CREATE PROCEDURE test_bronze_shop_customers_typed.[test a problem names the column and its text]
AS
UPDATE bronze.shop_customers SET email = N'jo@example';
DECLARE @problem nvarchar(2048) = (SELECT typed.problem FROM bronze.shop_customers_typed AS typed);
EXEC tSQLt.AssertLike @ExpectedPattern = N'email is not %: jo@example', @Actual = @problem;
GO
