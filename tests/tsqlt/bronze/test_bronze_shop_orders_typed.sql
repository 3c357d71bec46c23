-- bronze.shop_orders_typed: a record's text becomes values, and the first rule that it breaks has its name.
EXEC tSQLt.NewTestClass @ClassName = N'test_bronze_shop_orders_typed';
GO
-- Grain: one record that differs from the good one in one or two fields, and the rule that it breaks.
CREATE TABLE test_bronze_shop_orders_typed.cases (
    line_number bigint NOT NULL,
    column_name nvarchar(30) NULL,
    field nvarchar(4000) NULL,
    other_column nvarchar(30) NULL,
    other_field nvarchar(4000) NULL,
    rule_name nvarchar(100) NULL
);
GO
-- Line 1 is a good record.
CREATE PROCEDURE test_bronze_shop_orders_typed.SetUp
AS
EXEC tSQLt.FakeTable @TableName = N'bronze.shop_orders';
INSERT INTO bronze.shop_orders (
    file_id, line_number, row_hash, order_id, customer_id, ordered_at, status, currency, channel, ship_country, shipped_at, delivered_at, line_count, order_total, updated_at
)
VALUES (
    1, 1, 0x01, N'O-1', N'C-1', N'2025-03-07 10:00:00', N'shipped', N'EUR', N'web', N'DE', N'2025-03-08 09:00:00', N'2025-03-10 12:00:00', N'2', N'19.5', N'2025-03-11 12:00:00'
);
GO
-- Lands the cases and compares the rules that they break; who breaks one has a problem that says so.
CREATE PROCEDURE test_bronze_shop_orders_typed.assert_rules
AS
INSERT INTO bronze.shop_orders (
    file_id,
    line_number,
    row_hash,
    order_id,
    customer_id,
    ordered_at,
    status,
    currency,
    channel,
    ship_country,
    shipped_at,
    delivered_at,
    line_count,
    order_total,
    updated_at
)
SELECT
    good.file_id,
    cases.line_number,
    good.row_hash,
    CASE N'order_id' WHEN cases.column_name THEN cases.field WHEN cases.other_column THEN cases.other_field ELSE good.order_id END,
    CASE N'customer_id' WHEN cases.column_name THEN cases.field WHEN cases.other_column THEN cases.other_field ELSE good.customer_id END,
    CASE N'ordered_at' WHEN cases.column_name THEN cases.field WHEN cases.other_column THEN cases.other_field ELSE good.ordered_at END,
    CASE N'status' WHEN cases.column_name THEN cases.field WHEN cases.other_column THEN cases.other_field ELSE good.status END,
    CASE N'currency' WHEN cases.column_name THEN cases.field WHEN cases.other_column THEN cases.other_field ELSE good.currency END,
    CASE N'channel' WHEN cases.column_name THEN cases.field WHEN cases.other_column THEN cases.other_field ELSE good.channel END,
    CASE N'ship_country' WHEN cases.column_name THEN cases.field WHEN cases.other_column THEN cases.other_field ELSE good.ship_country END,
    CASE N'shipped_at' WHEN cases.column_name THEN cases.field WHEN cases.other_column THEN cases.other_field ELSE good.shipped_at END,
    CASE N'delivered_at' WHEN cases.column_name THEN cases.field WHEN cases.other_column THEN cases.other_field ELSE good.delivered_at END,
    CASE N'line_count' WHEN cases.column_name THEN cases.field WHEN cases.other_column THEN cases.other_field ELSE good.line_count END,
    CASE N'order_total' WHEN cases.column_name THEN cases.field WHEN cases.other_column THEN cases.other_field ELSE good.order_total END,
    CASE N'updated_at' WHEN cases.column_name THEN cases.field WHEN cases.other_column THEN cases.other_field ELSE good.updated_at END
FROM bronze.shop_orders AS good
CROSS JOIN test_bronze_shop_orders_typed.cases AS cases
WHERE good.line_number = 1;

SELECT
    cases.line_number,
    cases.column_name,
    cases.field,
    cases.rule_name,
    IIF(cases.rule_name IS NULL, 0, 1) AS has_problem
INTO #expected
FROM test_bronze_shop_orders_typed.cases AS cases;

SELECT
    typed.line_number,
    cases.column_name,
    cases.field,
    typed.rule_name,
    IIF(typed.problem IS NULL, 0, 1) AS has_problem
INTO #actual
FROM bronze.shop_orders_typed AS typed
INNER JOIN test_bronze_shop_orders_typed.cases AS cases ON cases.line_number = typed.line_number;
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_bronze_shop_orders_typed.[test a good record and its variants become the same values]
AS
INSERT INTO bronze.shop_orders (
    file_id, line_number, row_hash, order_id, customer_id, ordered_at, status, currency, channel, ship_country, shipped_at, delivered_at, line_count, order_total, updated_at
)
VALUES (
    1, 2, 0x02, N'o-1', N' c-1', N'07 MAR 2025 10:00:00', N'SHIPPED', N'€', N'Web', N'Germany', N'2025-03-08T09:00:00Z', N'10.03.2025 12:00:00', N'02', N'19,50', N'2025/03/11T12:00:00'
);
SELECT
    typed.line_number,
    typed.order_id,
    typed.customer_id,
    typed.ordered_at,
    typed.status,
    typed.currency,
    typed.channel,
    typed.ship_country,
    typed.shipped_at,
    typed.delivered_at,
    typed.line_count,
    typed.order_total,
    typed.updated_at,
    typed.rule_name,
    typed.problem
INTO #actual
FROM bronze.shop_orders_typed AS typed;

SELECT TOP (0) * INTO #expected FROM #actual;
INSERT INTO #expected
VALUES
    (1, N'O-1', N'C-1', N'2025-03-07 10:00:00', N'shipped', N'EUR', N'web', N'DE', N'2025-03-08 09:00:00', N'2025-03-10 12:00:00', N'2', N'19.5', N'2025-03-11 12:00:00', NULL, NULL),
    (2, N'O-1', N'C-1', N'2025-03-07 10:00:00', N'shipped', N'EUR', N'web', N'DE', N'2025-03-08 09:00:00', N'2025-03-10 12:00:00', N'2', N'19.5', N'2025-03-11 12:00:00', NULL, NULL);
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_bronze_shop_orders_typed.[test the record as delivered is told, written anew where it was not kept]
AS
INSERT INTO bronze.shop_orders (file_id, line_number, row_hash, raw_text, order_id)
VALUES (1, 2, 0x02, N'"as it ""came"", so"', N'as it "came", so');
SELECT typed.line_number, typed.raw_text INTO #actual FROM bronze.shop_orders_typed AS typed;

SELECT TOP (0) * INTO #expected FROM #actual;
INSERT INTO #expected
VALUES
    (1, N'O-1,C-1,2025-03-07 10:00:00,shipped,EUR,web,DE,2025-03-08 09:00:00,2025-03-10 12:00:00,2,19.5,2025-03-11 12:00:00'),
    (2, N'"as it ""came"", so"');
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_bronze_shop_orders_typed.[test each rule has its name]
AS
INSERT INTO test_bronze_shop_orders_typed.cases (line_number, column_name, field, other_column, other_field, rule_name)
VALUES
    (2, N'order_id', N'', NULL, NULL, N'not_null:order_id'),
    (3, N'customer_id', N' ', NULL, NULL, N'not_null:customer_id'),
    (4, N'ordered_at', N'NULL', NULL, NULL, N'not_null:ordered_at'),
    (5, N'status', N'n/a', NULL, NULL, N'not_null:status'),
    (6, N'currency', N'\N', NULL, NULL, N'not_null:currency'),
    (7, N'channel', N'', NULL, NULL, N'not_null:channel'),
    (8, N'line_count', N' ', NULL, NULL, N'not_null:line_count'),
    (9, N'order_total', N'NULL', NULL, NULL, N'not_null:order_total'),
    (10, N'updated_at', N'n/a', NULL, NULL, N'not_null:updated_at'),
    (11, N'ordered_at', N'03/04/2025', NULL, NULL, N'not_a_date:ordered_at'),
    (12, N'status', N'shiped', NULL, NULL, N'unknown_value:status'),
    (13, N'currency', N'UDS', NULL, NULL, N'unknown_currency:currency'),
    (14, N'channel', N'phone', NULL, NULL, N'unknown_value:channel'),
    (15, N'ship_country', N'Untied States', NULL, NULL, N'unknown_country:ship_country'),
    (16, N'shipped_at', N'2025-02-30', NULL, NULL, N'not_a_date:shipped_at'),
    (17, N'delivered_at', N'45678', NULL, NULL, N'not_a_date:delivered_at'),
    (18, N'line_count', N'3.5', NULL, NULL, N'not_a_number:line_count'),
    (19, N'order_total', N'1e3', NULL, NULL, N'not_a_number:order_total'),
    (20, N'updated_at', N'2025-03-11 25:00:00', NULL, NULL, N'not_a_date:updated_at'),
    (21, N'order_id', REPLICATE(N'x', 51), NULL, NULL, N'out_of_range:order_id'),
    (22, N'customer_id', REPLICATE(N'x', 51), NULL, NULL, N'out_of_range:customer_id'),
    (23, N'ordered_at', N'1999-12-31', NULL, NULL, N'out_of_range:ordered_at'),
    (24, N'shipped_at', N'2100-01-01', NULL, NULL, N'out_of_range:shipped_at'),
    (25, N'delivered_at', N'1999-12-31 23:59:59', NULL, NULL, N'out_of_range:delivered_at'),
    (26, N'line_count', N'0', NULL, NULL, N'out_of_range:line_count'),
    (27, N'order_total', N'-1', NULL, NULL, N'out_of_range:order_total'),
    (28, N'updated_at', N'2100-01-01', NULL, NULL, N'out_of_range:updated_at'),
    (29, N'ordered_at', N'2025-03-08 09:00:01', NULL, NULL, N'dates_out_of_order');
EXEC test_bronze_shop_orders_typed.assert_rules;
GO
CREATE PROCEDURE test_bronze_shop_orders_typed.[test of two rules the first in order is told]
AS
INSERT INTO test_bronze_shop_orders_typed.cases (line_number, column_name, field, other_column, other_field, rule_name)
VALUES
    (2, N'order_id', N'', N'customer_id', N' ', N'not_null:order_id'),
    (3, N'customer_id', N' ', N'ordered_at', N'NULL', N'not_null:customer_id'),
    (4, N'ordered_at', N'NULL', N'status', N'n/a', N'not_null:ordered_at'),
    (5, N'status', N'n/a', N'currency', N'\N', N'not_null:status'),
    (6, N'currency', N'\N', N'channel', N'', N'not_null:currency'),
    (7, N'channel', N'', N'line_count', N' ', N'not_null:channel'),
    (8, N'line_count', N' ', N'order_total', N'NULL', N'not_null:line_count'),
    (9, N'order_total', N'NULL', N'updated_at', N'n/a', N'not_null:order_total'),
    (10, N'updated_at', N'n/a', N'ordered_at', N'03/04/2025', N'not_null:updated_at'),
    (11, N'ordered_at', N'03/04/2025', N'status', N'shiped', N'not_a_date:ordered_at'),
    (12, N'status', N'shiped', N'currency', N'UDS', N'unknown_value:status'),
    (13, N'currency', N'UDS', N'channel', N'phone', N'unknown_currency:currency'),
    (14, N'channel', N'phone', N'ship_country', N'Untied States', N'unknown_value:channel'),
    (15, N'ship_country', N'Untied States', N'shipped_at', N'2025-02-30', N'unknown_country:ship_country'),
    (16, N'shipped_at', N'2025-02-30', N'delivered_at', N'45678', N'not_a_date:shipped_at'),
    (17, N'delivered_at', N'45678', N'line_count', N'3.5', N'not_a_date:delivered_at'),
    (18, N'line_count', N'3.5', N'order_total', N'1e3', N'not_a_number:line_count'),
    (19, N'order_total', N'1e3', N'updated_at', N'2025-03-11 25:00:00', N'not_a_number:order_total'),
    (20, N'updated_at', N'2025-03-11 25:00:00', N'order_id', REPLICATE(N'x', 51), N'not_a_date:updated_at'),
    (21, N'order_id', REPLICATE(N'x', 51), N'customer_id', REPLICATE(N'x', 51), N'out_of_range:order_id'),
    (22, N'customer_id', REPLICATE(N'x', 51), N'ordered_at', N'1999-12-31', N'out_of_range:customer_id'),
    (23, N'ordered_at', N'1999-12-31', N'shipped_at', N'2100-01-01', N'out_of_range:ordered_at'),
    (24, N'shipped_at', N'2100-01-01', N'delivered_at', N'1999-12-31 23:59:59', N'out_of_range:shipped_at'),
    (25, N'delivered_at', N'1999-12-31 23:59:59', N'line_count', N'0', N'out_of_range:delivered_at'),
    (26, N'line_count', N'0', N'order_total', N'-1', N'out_of_range:line_count'),
    (27, N'order_total', N'-1', N'updated_at', N'2100-01-01', N'out_of_range:order_total'),
    (28, N'updated_at', N'2100-01-01', N'ordered_at', N'2025-03-08 09:00:01', N'out_of_range:updated_at');
EXEC test_bronze_shop_orders_typed.assert_rules;
GO
CREATE PROCEDURE test_bronze_shop_orders_typed.[test the edges of what is allowed]
AS
INSERT INTO test_bronze_shop_orders_typed.cases (line_number, column_name, field, other_column, other_field, rule_name)
VALUES
    (2, N'order_id', REPLICATE(N'x', 50), NULL, NULL, NULL),
    (3, N'customer_id', REPLICATE(N'x', 50), NULL, NULL, NULL),
    (4, N'line_count', N'1', NULL, NULL, NULL),
    (5, N'line_count', N'100', NULL, NULL, NULL),
    (6, N'line_count', N'101', NULL, NULL, N'out_of_range:line_count'),
    (7, N'order_total', N'0', NULL, NULL, NULL),
    (8, N'order_total', N'1000000', NULL, NULL, NULL),
    (9, N'order_total', N'1000000.0001', NULL, NULL, N'out_of_range:order_total'),
    (10, N'order_total', N'-0.0001', NULL, NULL, N'out_of_range:order_total'),
    (11, N'ordered_at', N'2000-01-01', NULL, NULL, NULL),
    (12, N'updated_at', N'2099-12-31 23:59:59', NULL, NULL, NULL),
    (13, N'status', N'canceled', NULL, NULL, NULL),
    (14, N'ship_country', N'ÖSTERREICH', NULL, NULL, NULL),
    (15, N'shipped_at', N'2025-03-10 12:00:01', NULL, NULL, N'dates_out_of_order'),
    (16, N'delivered_at', N'2025-03-11 12:00:01', NULL, NULL, N'dates_out_of_order'),
    (17, N'shipped_at', N'', N'ordered_at', N'2025-03-10 12:00:01', N'dates_out_of_order'),
    (18, N'delivered_at', N'', N'shipped_at', N'2025-03-11 12:00:01', N'dates_out_of_order'),
    (19, N'shipped_at', N'2025-03-07 10:00:00', N'delivered_at', N'2025-03-07 10:00:00', NULL),
    (20, N'delivered_at', N'2025-03-11 12:00:00', NULL, NULL, NULL);
EXEC test_bronze_shop_orders_typed.assert_rules;
GO
CREATE PROCEDURE test_bronze_shop_orders_typed.[test what may be missing breaks no rule]
AS
INSERT INTO test_bronze_shop_orders_typed.cases (line_number, column_name, field, other_column, other_field, rule_name)
VALUES
    (2, N'ship_country', N' ', NULL, NULL, NULL),
    (3, N'shipped_at', N'NULL', NULL, NULL, NULL),
    (4, N'delivered_at', N'n/a', NULL, NULL, NULL);
EXEC test_bronze_shop_orders_typed.assert_rules;
GO
CREATE PROCEDURE test_bronze_shop_orders_typed.[test an order that is not shipped is compared with its last change]
AS
UPDATE bronze.shop_orders SET shipped_at = NULL, delivered_at = NULL;
INSERT INTO test_bronze_shop_orders_typed.cases (line_number, column_name, field, other_column, other_field, rule_name)
VALUES
    (2, N'ordered_at', N'2025-03-11 12:00:00', NULL, NULL, NULL),
    (3, N'ordered_at', N'2025-03-11 12:00:01', NULL, NULL, N'dates_out_of_order');
EXEC test_bronze_shop_orders_typed.assert_rules;
GO
CREATE PROCEDURE test_bronze_shop_orders_typed.[test a problem names the column and its text]
AS
UPDATE bronze.shop_orders SET ordered_at = N'03/04/2025';
DECLARE @problem nvarchar(2048) = (SELECT typed.problem FROM bronze.shop_orders_typed AS typed);
EXEC tSQLt.AssertLike @ExpectedPattern = N'ordered_at is not %: 03/04/2025', @Actual = @problem;
GO
