-- ops.check_rules: each kind of rule passes, fails and stands at its threshold; what is checked, and what is told.
EXEC tSQLt.NewTestClass @ClassName = N'test_ops_check_rules';
GO
CREATE PROCEDURE test_ops_check_rules.SetUp
AS
EXEC tSQLt.FakeTable @TableName = N'ops.quality_rules';
EXEC tSQLt.FakeTable @TableName = N'ops.quality_results';
EXEC tSQLt.FakeTable @TableName = N'ops.batches';
EXEC tSQLt.FakeTable @TableName = N'ops.batch_consumers';
EXEC tSQLt.FakeTable @TableName = N'ops.files';
EXEC tSQLt.FakeTable @TableName = N'silver.payments';
EXEC tSQLt.FakeTable @TableName = N'silver.orders';
INSERT INTO ops.batches (batch_id, table_name)
VALUES (6, N'silver.payments'), (7, N'silver.payments');
INSERT INTO ops.batch_consumers (consumer, batch_id) VALUES (N'quality:silver.payments', 6);
GO
CREATE PROCEDURE test_ops_check_rules.given_a_rule
    @violation nvarchar(max) = NULL,
    @measure nvarchar(max) = NULL,
    @reads nvarchar(max) = N'silver.payments',
    @scope_column nvarchar(20) = N'batch_id',
    @row_filter nvarchar(max) = NULL,
    @operator nvarchar(30) = N'mustBe',
    @threshold_low decimal(19, 4) = 0,
    @threshold_high decimal(19, 4) = NULL,
    @unit nvarchar(20) = N'rows',
    @severity nvarchar(10) = N'fail',
    @rule_name nvarchar(200) = N'shop_payments.a_rule',
    @key_columns nvarchar(1000) = NULL
AS
INSERT INTO ops.quality_rules (
    rule_name,
    source_system,
    entity,
    severity,
    kind,
    table_name,
    reads,
    scope_column,
    row_filter,
    violation,
    measure,
    key_columns,
    operator,
    threshold_low,
    threshold_high,
    unit,
    description
)
VALUES (
    @rule_name,
    N'shop',
    N'payments',
    @severity,
    N'predicate',
    N'silver.payments',
    @reads,
    @scope_column,
    @row_filter,
    @violation,
    @measure,
    @key_columns,
    @operator,
    @threshold_low,
    @threshold_high,
    @unit,
    N'A rule'
);
GO
CREATE PROCEDURE test_ops_check_rules.assert_found
    @status nvarchar(12),
    @checked bigint,
    @failed bigint
AS
DECLARE @results nvarchar(max);
DECLARE @failure nvarchar(2048);
EXEC ops.check_rules @table_name = N'silver.payments', @results = @results OUTPUT, @failure = @failure OUTPUT;

SELECT
    found.status,
    found.checked,
    found.failed,
    IIF(@failure IS NULL, 0, 1) AS is_failure
INTO #actual
FROM OPENJSON(@results, N'$.rules') WITH (
    status nvarchar(12) '$.status',
    checked bigint '$.checked',
    failed bigint '$.failed'
) AS found;

SELECT TOP (0) * INTO #expected FROM #actual;
INSERT INTO #expected VALUES (@status, @checked, @failed, IIF(@status = N'failed', 1, 0));
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_ops_check_rules.[test not null passes where every row has a value]
AS
INSERT INTO silver.payments (payment_id, order_id, payment_method, original_amount, paid_at, batch_id)
VALUES
    (N'P1', N'O1', N'card', 10, N'2025-01-01', 7),
    (N'P2', N'O1', N'card', 10, N'2025-01-01', 7);
EXEC test_ops_check_rules.given_a_rule
    @violation = N'order_id IS NULL';
EXEC test_ops_check_rules.assert_found @status = N'passed', @checked = 2, @failed = 0;
GO
CREATE PROCEDURE test_ops_check_rules.[test not null fails by the row without a value]
AS
INSERT INTO silver.payments (payment_id, order_id, payment_method, original_amount, paid_at, batch_id)
VALUES
    (N'P1', N'O1', N'card', 10, N'2025-01-01', 7),
    (N'P2', NULL, N'card', 10, N'2025-01-01', 7);
EXEC test_ops_check_rules.given_a_rule
    @violation = N'order_id IS NULL';
EXEC test_ops_check_rules.assert_found @status = N'failed', @checked = 2, @failed = 1;
GO
CREATE PROCEDURE test_ops_check_rules.[test not null passes with as many missing as its threshold allows]
AS
INSERT INTO silver.payments (payment_id, order_id, payment_method, original_amount, paid_at, batch_id)
VALUES
    (N'P1', N'O1', N'card', 10, N'2025-01-01', 7),
    (N'P2', NULL, N'card', 10, N'2025-01-01', 7),
    (N'P3', N'O1', N'card', 10, N'2025-01-01', 7),
    (N'P4', N'O1', N'card', 10, N'2025-01-01', 7);
EXEC test_ops_check_rules.given_a_rule
    @violation = N'order_id IS NULL',
    @operator = N'mustBeLessOrEqualTo',
    @threshold_low = 25,
    @unit = N'percent';
EXEC test_ops_check_rules.assert_found @status = N'passed', @checked = 4, @failed = 1;
GO
CREATE PROCEDURE test_ops_check_rules.[test not null fails with one more missing than its threshold allows]
AS
INSERT INTO silver.payments (payment_id, order_id, payment_method, original_amount, paid_at, batch_id)
VALUES
    (N'P1', N'O1', N'card', 10, N'2025-01-01', 7),
    (N'P2', NULL, N'card', 10, N'2025-01-01', 7),
    (N'P3', N'O1', N'card', 10, N'2025-01-01', 7);
EXEC test_ops_check_rules.given_a_rule
    @violation = N'order_id IS NULL',
    @operator = N'mustBeLessOrEqualTo',
    @threshold_low = 25,
    @unit = N'percent';
EXEC test_ops_check_rules.assert_found @status = N'failed', @checked = 3, @failed = 1;
GO
CREATE PROCEDURE test_ops_check_rules.[test unique passes where no two rows are alike and takes no NULL for another]
AS
INSERT INTO silver.payments (payment_id, order_id, payment_method, original_amount, paid_at, batch_id)
VALUES
    (N'P1', N'O1', N'card', 10, N'2025-01-01', 7),
    (N'P2', N'O2', N'card', 10, N'2025-01-01', 7),
    (N'P3', NULL, N'card', 10, N'2025-01-01', 7),
    (N'P4', NULL, N'card', 10, N'2025-01-01', 7);
EXEC test_ops_check_rules.given_a_rule
    @violation = N'(SELECT COUNT_BIG(*) FROM silver.payments AS others WHERE others.order_id = checked.order_id) > 1';
EXEC test_ops_check_rules.assert_found @status = N'passed', @checked = 4, @failed = 0;
GO
CREATE PROCEDURE test_ops_check_rules.[test unique fails by every row of those that are alike]
AS
INSERT INTO silver.payments (payment_id, order_id, payment_method, original_amount, paid_at, batch_id)
VALUES
    (N'P1', N'O1', N'card', 10, N'2025-01-01', 7),
    (N'P2', N'O1', N'card', 10, N'2025-01-01', 7),
    (N'P3', N'O2', N'card', 10, N'2025-01-01', 7);
EXEC test_ops_check_rules.given_a_rule
    @violation = N'(SELECT COUNT_BIG(*) FROM silver.payments AS others WHERE others.order_id = checked.order_id) > 1';
EXEC test_ops_check_rules.assert_found @status = N'failed', @checked = 3, @failed = 2;
GO
CREATE PROCEDURE test_ops_check_rules.[test unique passes with less than its threshold]
AS
INSERT INTO silver.payments (payment_id, order_id, payment_method, original_amount, paid_at, batch_id)
VALUES
    (N'P1', N'O1', N'card', 10, N'2025-01-01', 7),
    (N'P2', N'O1', N'card', 10, N'2025-01-01', 7),
    (N'P3', N'O2', N'card', 10, N'2025-01-01', 7);
EXEC test_ops_check_rules.given_a_rule
    @violation = N'(SELECT COUNT_BIG(*) FROM silver.payments AS others WHERE others.order_id = checked.order_id) > 1',
    @operator = N'mustBeLessThan',
    @threshold_low = 3;
EXEC test_ops_check_rules.assert_found @status = N'passed', @checked = 3, @failed = 2;
GO
CREATE PROCEDURE test_ops_check_rules.[test unique fails at its threshold where less is asked]
AS
INSERT INTO silver.payments (payment_id, order_id, payment_method, original_amount, paid_at, batch_id)
VALUES
    (N'P1', N'O1', N'card', 10, N'2025-01-01', 7),
    (N'P2', N'O1', N'card', 10, N'2025-01-01', 7),
    (N'P3', N'O2', N'card', 10, N'2025-01-01', 7);
EXEC test_ops_check_rules.given_a_rule
    @violation = N'(SELECT COUNT_BIG(*) FROM silver.payments AS others WHERE others.order_id = checked.order_id) > 1',
    @operator = N'mustBeLessThan',
    @threshold_low = 2;
EXEC test_ops_check_rules.assert_found @status = N'failed', @checked = 3, @failed = 2;
GO
CREATE PROCEDURE test_ops_check_rules.[test unique fails by a new row that repeats one of an older batch]
AS
INSERT INTO silver.payments (payment_id, order_id, batch_id) VALUES (N'P1', N'O1', 6);
INSERT INTO silver.payments (payment_id, order_id, payment_method, original_amount, paid_at, batch_id)
VALUES
    (N'P2', N'O1', N'card', 10, N'2025-01-01', 7);
EXEC test_ops_check_rules.given_a_rule
    @violation = N'(SELECT COUNT_BIG(*) FROM silver.payments AS others WHERE others.order_id = checked.order_id) > 1';
EXEC test_ops_check_rules.assert_found @status = N'failed', @checked = 1, @failed = 1;
GO
CREATE PROCEDURE test_ops_check_rules.[test accepted values pass with what is listed and with nothing]
AS
INSERT INTO silver.payments (payment_id, order_id, payment_method, original_amount, paid_at, batch_id)
VALUES
    (N'P1', N'O1', N'card', 10, N'2025-01-01', 7),
    (N'P2', N'O1', N'cash', 10, N'2025-01-01', 7),
    (N'P3', N'O1', NULL, 10, N'2025-01-01', 7);
EXEC test_ops_check_rules.given_a_rule
    @violation = N'payment_method NOT IN (N''card'', N''cash'')';
EXEC test_ops_check_rules.assert_found @status = N'passed', @checked = 3, @failed = 0;
GO
CREATE PROCEDURE test_ops_check_rules.[test accepted values fail by what is not listed]
AS
INSERT INTO silver.payments (payment_id, order_id, payment_method, original_amount, paid_at, batch_id)
VALUES
    (N'P1', N'O1', N'card', 10, N'2025-01-01', 7),
    (N'P2', N'O1', N'shell', 10, N'2025-01-01', 7);
EXEC test_ops_check_rules.given_a_rule
    @violation = N'payment_method NOT IN (N''card'', N''cash'')';
EXEC test_ops_check_rules.assert_found @status = N'failed', @checked = 2, @failed = 1;
GO
CREATE PROCEDURE test_ops_check_rules.[test accepted values pass with exactly as many others as must be]
AS
INSERT INTO silver.payments (payment_id, order_id, payment_method, original_amount, paid_at, batch_id)
VALUES
    (N'P1', N'O1', N'card', 10, N'2025-01-01', 7),
    (N'P2', N'O1', N'shell', 10, N'2025-01-01', 7);
EXEC test_ops_check_rules.given_a_rule
    @violation = N'payment_method NOT IN (N''card'', N''cash'')',
    @operator = N'mustBe',
    @threshold_low = 1;
EXEC test_ops_check_rules.assert_found @status = N'passed', @checked = 2, @failed = 1;
GO
CREATE PROCEDURE test_ops_check_rules.[test range passes on both of its limits]
AS
INSERT INTO silver.payments (payment_id, order_id, payment_method, original_amount, paid_at, batch_id)
VALUES
    (N'P1', N'O1', N'card', 0, N'2025-01-01', 7),
    (N'P2', N'O1', N'card', 100, N'2025-01-01', 7);
EXEC test_ops_check_rules.given_a_rule
    @violation = N'original_amount NOT BETWEEN 0 AND 100';
EXEC test_ops_check_rules.assert_found @status = N'passed', @checked = 2, @failed = 0;
GO
CREATE PROCEDURE test_ops_check_rules.[test range fails just beyond either limit]
AS
INSERT INTO silver.payments (payment_id, order_id, payment_method, original_amount, paid_at, batch_id)
VALUES
    (N'P1', N'O1', N'card', -0.0001, N'2025-01-01', 7),
    (N'P2', N'O1', N'card', 100.0001, N'2025-01-01', 7),
    (N'P3', N'O1', N'card', 50, N'2025-01-01', 7);
EXEC test_ops_check_rules.given_a_rule
    @violation = N'original_amount NOT BETWEEN 0 AND 100';
EXEC test_ops_check_rules.assert_found @status = N'failed', @checked = 3, @failed = 2;
GO
CREATE PROCEDURE test_ops_check_rules.[test range passes between as many as its threshold allows]
AS
INSERT INTO silver.payments (payment_id, order_id, payment_method, original_amount, paid_at, batch_id)
VALUES
    (N'P1', N'O1', N'card', -1, N'2025-01-01', 7),
    (N'P2', N'O1', N'card', 10, N'2025-01-01', 7);
EXEC test_ops_check_rules.given_a_rule
    @violation = N'original_amount NOT BETWEEN 0 AND 100',
    @operator = N'mustBeBetween',
    @threshold_low = 1,
    @threshold_high = 2;
EXEC test_ops_check_rules.assert_found @status = N'passed', @checked = 2, @failed = 1;
GO
CREATE PROCEDURE test_ops_check_rules.[test range fails with less than its threshold is between]
AS
INSERT INTO silver.payments (payment_id, order_id, payment_method, original_amount, paid_at, batch_id)
VALUES
    (N'P1', N'O1', N'card', 10, N'2025-01-01', 7),
    (N'P2', N'O1', N'card', 10, N'2025-01-01', 7);
EXEC test_ops_check_rules.given_a_rule
    @violation = N'original_amount NOT BETWEEN 0 AND 100',
    @operator = N'mustBeBetween',
    @threshold_low = 1,
    @threshold_high = 2;
EXEC test_ops_check_rules.assert_found @status = N'failed', @checked = 2, @failed = 0;
GO
CREATE PROCEDURE test_ops_check_rules.[test pattern passes with what is written so]
AS
INSERT INTO silver.payments (payment_id, order_id, payment_method, original_amount, paid_at, batch_id)
VALUES
    (N'P1', N'O1', N'card', 10, N'2025-01-01', 7),
    (N'P2', N'O1', N'card', 10, N'2025-01-01', 7);
EXEC test_ops_check_rules.given_a_rule
    @violation = N'payment_id COLLATE Latin1_General_BIN2 NOT LIKE N''P[0-9]''';
EXEC test_ops_check_rules.assert_found @status = N'passed', @checked = 2, @failed = 0;
GO
CREATE PROCEDURE test_ops_check_rules.[test pattern fails by another letter case and by one digit more]
AS
INSERT INTO silver.payments (payment_id, order_id, payment_method, original_amount, paid_at, batch_id)
VALUES
    (N'P1', N'O1', N'card', 10, N'2025-01-01', 7),
    (N'p2', N'O1', N'card', 1, N'2025-01-01', 7),
    (N'P33', N'O1', N'card', 10, N'2025-01-01', 7);
EXEC test_ops_check_rules.given_a_rule
    @violation = N'payment_id COLLATE Latin1_General_BIN2 NOT LIKE N''P[0-9]''';
EXEC test_ops_check_rules.assert_found @status = N'failed', @checked = 3, @failed = 2;
GO
CREATE PROCEDURE test_ops_check_rules.[test pattern passes with what must not be between its limits]
AS
INSERT INTO silver.payments (payment_id, order_id, payment_method, original_amount, paid_at, batch_id)
VALUES
    (N'P1', N'O1', N'card', 10, N'2025-01-01', 7),
    (N'P22', N'O1', N'card', 10, N'2025-01-01', 7),
    (N'P33', N'O1', N'card', 10, N'2025-01-01', 7);
EXEC test_ops_check_rules.given_a_rule
    @violation = N'payment_id COLLATE Latin1_General_BIN2 NOT LIKE N''P[0-9]''',
    @operator = N'mustNotBeBetween',
    @threshold_low = 0,
    @threshold_high = 1;
EXEC test_ops_check_rules.assert_found @status = N'passed', @checked = 3, @failed = 2;
GO
CREATE PROCEDURE test_ops_check_rules.[test referential passes where every value has its row and takes no NULL for one]
AS
DECLARE @text nvarchar(max) = N''
    + N'checked.order_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM silver.orders AS parents WHERE '
    + N'parents.order_id = checked.order_id)';
INSERT INTO silver.orders (order_id) VALUES (N'O1');
INSERT INTO silver.payments (payment_id, order_id, payment_method, original_amount, paid_at, batch_id)
VALUES
    (N'P1', N'O1', N'card', 10, N'2025-01-01', 7),
    (N'P2', NULL, N'card', 10, N'2025-01-01', 7);
EXEC test_ops_check_rules.given_a_rule
    @violation = @text;
EXEC test_ops_check_rules.assert_found @status = N'passed', @checked = 2, @failed = 0;
GO
CREATE PROCEDURE test_ops_check_rules.[test referential fails by the value without a row]
AS
DECLARE @text nvarchar(max) = N''
    + N'checked.order_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM silver.orders AS parents WHERE '
    + N'parents.order_id = checked.order_id)';
INSERT INTO silver.orders (order_id) VALUES (N'O1');
INSERT INTO silver.payments (payment_id, order_id, payment_method, original_amount, paid_at, batch_id)
VALUES
    (N'P1', N'O1', N'card', 10, N'2025-01-01', 7),
    (N'P2', N'O9', N'card', 10, N'2025-01-01', 7);
EXEC test_ops_check_rules.given_a_rule
    @violation = @text;
EXEC test_ops_check_rules.assert_found @status = N'failed', @checked = 2, @failed = 1;
GO
CREATE PROCEDURE test_ops_check_rules.[test referential passes with half of the rows where half is allowed]
AS
DECLARE @text nvarchar(max) = N''
    + N'checked.order_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM silver.orders AS parents WHERE '
    + N'parents.order_id = checked.order_id)';
INSERT INTO silver.orders (order_id) VALUES (N'O1');
INSERT INTO silver.payments (payment_id, order_id, payment_method, original_amount, paid_at, batch_id)
VALUES
    (N'P1', N'O1', N'card', 10, N'2025-01-01', 7),
    (N'P2', N'O9', N'card', 10, N'2025-01-01', 7);
EXEC test_ops_check_rules.given_a_rule
    @violation = @text,
    @operator = N'mustBeLessOrEqualTo',
    @threshold_low = 50,
    @unit = N'percent';
EXEC test_ops_check_rules.assert_found @status = N'passed', @checked = 2, @failed = 1;
GO
CREATE PROCEDURE test_ops_check_rules.[test freshness passes with a young newest row]
AS
INSERT INTO silver.payments (payment_id, order_id, payment_method, original_amount, paid_at, batch_id)
VALUES
    (N'P1', N'O1', N'card', 10, N'2025-01-01', 7),
    (N'P2', N'O1', N'card', 10, N'2025-01-02', 7);
EXEC test_ops_check_rules.given_a_rule
    @measure = N'DATEDIFF_BIG(MINUTE, MAX(checked.paid_at), CONVERT(datetime2(3), ''20250103'')) / 60.0',
    @operator = N'mustBeLessOrEqualTo',
    @threshold_low = 30,
    @unit = N'hours';
EXEC test_ops_check_rules.assert_found @status = N'passed', @checked = 2, @failed = 0;
GO
CREATE PROCEDURE test_ops_check_rules.[test freshness fails with an old newest row]
AS
INSERT INTO silver.payments (payment_id, order_id, payment_method, original_amount, paid_at, batch_id)
VALUES
    (N'P1', N'O1', N'card', 10, N'2025-01-01', 7);
EXEC test_ops_check_rules.given_a_rule
    @measure = N'DATEDIFF_BIG(MINUTE, MAX(checked.paid_at), CONVERT(datetime2(3), ''20250103'')) / 60.0',
    @operator = N'mustBeLessOrEqualTo',
    @threshold_low = 30,
    @unit = N'hours';
EXEC test_ops_check_rules.assert_found @status = N'failed', @checked = 1, @failed = 0;
GO
CREATE PROCEDURE test_ops_check_rules.[test freshness passes at the very hour]
AS
INSERT INTO silver.payments (payment_id, order_id, payment_method, original_amount, paid_at, batch_id)
VALUES
    (N'P1', N'O1', N'card', 10, N'2025-01-02', 7);
EXEC test_ops_check_rules.given_a_rule
    @measure = N'DATEDIFF_BIG(MINUTE, MAX(checked.paid_at), CONVERT(datetime2(3), ''20250103'')) / 60.0',
    @operator = N'mustBeLessOrEqualTo',
    @threshold_low = 24,
    @unit = N'hours';
EXEC test_ops_check_rules.assert_found @status = N'passed', @checked = 1, @failed = 0;
GO
CREATE PROCEDURE test_ops_check_rules.[test freshness fails at the very hour where less is asked]
AS
INSERT INTO silver.payments (payment_id, order_id, payment_method, original_amount, paid_at, batch_id)
VALUES
    (N'P1', N'O1', N'card', 10, N'2025-01-02', 7);
EXEC test_ops_check_rules.given_a_rule
    @measure = N'DATEDIFF_BIG(MINUTE, MAX(checked.paid_at), CONVERT(datetime2(3), ''20250103'')) / 60.0',
    @operator = N'mustBeLessThan',
    @threshold_low = 24,
    @unit = N'hours';
EXEC test_ops_check_rules.assert_found @status = N'failed', @checked = 1, @failed = 0;
GO
CREATE PROCEDURE test_ops_check_rules.[test row count passes with more than its threshold]
AS
INSERT INTO silver.payments (payment_id, order_id, payment_method, original_amount, paid_at, batch_id)
VALUES
    (N'P1', N'O1', N'card', 10, N'2025-01-01', 7),
    (N'P2', N'O1', N'card', 10, N'2025-01-01', 7);
EXEC test_ops_check_rules.given_a_rule
    @measure = N'COUNT_BIG(*)',
    @operator = N'mustBeGreaterThan',
    @threshold_low = 1;
EXEC test_ops_check_rules.assert_found @status = N'passed', @checked = 2, @failed = 0;
GO
CREATE PROCEDURE test_ops_check_rules.[test row count fails at its threshold where more is asked]
AS
INSERT INTO silver.payments (payment_id, order_id, payment_method, original_amount, paid_at, batch_id)
VALUES
    (N'P1', N'O1', N'card', 10, N'2025-01-01', 7);
EXEC test_ops_check_rules.given_a_rule
    @measure = N'COUNT_BIG(*)',
    @operator = N'mustBeGreaterThan',
    @threshold_low = 1;
EXEC test_ops_check_rules.assert_found @status = N'failed', @checked = 1, @failed = 0;
GO
CREATE PROCEDURE test_ops_check_rules.[test row count passes at its threshold]
AS
INSERT INTO silver.payments (payment_id, order_id, payment_method, original_amount, paid_at, batch_id)
VALUES
    (N'P1', N'O1', N'card', 10, N'2025-01-01', 7);
EXEC test_ops_check_rules.given_a_rule
    @measure = N'COUNT_BIG(*)',
    @operator = N'mustBeGreaterOrEqualTo',
    @threshold_low = 1;
EXEC test_ops_check_rules.assert_found @status = N'passed', @checked = 1, @failed = 0;
GO
CREATE PROCEDURE test_ops_check_rules.[test row count fails with what must not be]
AS
INSERT INTO silver.payments (payment_id, order_id, payment_method, original_amount, paid_at, batch_id)
VALUES
    (N'P1', N'O1', N'card', 10, N'2025-01-01', 7);
EXEC test_ops_check_rules.given_a_rule
    @measure = N'COUNT_BIG(*)',
    @operator = N'mustNotBe',
    @threshold_low = 1;
EXEC test_ops_check_rules.assert_found @status = N'failed', @checked = 1, @failed = 0;
GO
CREATE PROCEDURE test_ops_check_rules.[test reconciliation passes where both sides add up to the same]
AS
DECLARE @text nvarchar(max) = N''
    + N'(SELECT ISNULL(ours.compared, theirs.compared) AS compared, ours.amount AS here, theirs.amount '
    + N'AS there FROM (SELECT order_id AS compared, SUM(original_amount) AS amount FROM '
    + N'silver.payments GROUP BY order_id) AS ours FULL OUTER JOIN (SELECT order_id AS compared, '
    + N'SUM(sales_amount) AS amount FROM silver.orders GROUP BY order_id) AS theirs ON theirs.compared '
    + N'= ours.compared)';
INSERT INTO silver.orders (order_id, sales_amount)
VALUES (N'O1', 10);
INSERT INTO silver.payments (payment_id, order_id, payment_method, original_amount, paid_at, batch_id)
VALUES
    (N'P1', N'O1', N'card', 4, N'2025-01-01', 7),
    (N'P2', N'O1', N'card', 6, N'2025-01-01', 7);
EXEC test_ops_check_rules.given_a_rule
    @violation = N'ABS(ISNULL(checked.here, 0) - ISNULL(checked.there, 0)) > 0.01',
    @reads = @text,
    @scope_column = NULL;
EXEC test_ops_check_rules.assert_found @status = N'passed', @checked = 1, @failed = 0;
GO
CREATE PROCEDURE test_ops_check_rules.[test reconciliation fails by each group that differs or is on one side only]
AS
DECLARE @text nvarchar(max) = N''
    + N'(SELECT ISNULL(ours.compared, theirs.compared) AS compared, ours.amount AS here, theirs.amount '
    + N'AS there FROM (SELECT order_id AS compared, SUM(original_amount) AS amount FROM '
    + N'silver.payments GROUP BY order_id) AS ours FULL OUTER JOIN (SELECT order_id AS compared, '
    + N'SUM(sales_amount) AS amount FROM silver.orders GROUP BY order_id) AS theirs ON theirs.compared '
    + N'= ours.compared)';
INSERT INTO silver.orders (order_id, sales_amount)
VALUES (N'O1', 10), (N'O3', 1);
INSERT INTO silver.payments (payment_id, order_id, payment_method, original_amount, paid_at, batch_id)
VALUES
    (N'P1', N'O1', N'card', 4, N'2025-01-01', 7),
    (N'P2', N'O2', N'card', 6, N'2025-01-01', 7);
EXEC test_ops_check_rules.given_a_rule
    @violation = N'ABS(ISNULL(checked.here, 0) - ISNULL(checked.there, 0)) > 0.01',
    @reads = @text,
    @scope_column = NULL;
EXEC test_ops_check_rules.assert_found @status = N'failed', @checked = 3, @failed = 3;
GO
CREATE PROCEDURE test_ops_check_rules.[test reconciliation passes at its tolerance]
AS
DECLARE @text nvarchar(max) = N''
    + N'(SELECT ISNULL(ours.compared, theirs.compared) AS compared, ours.amount AS here, theirs.amount '
    + N'AS there FROM (SELECT order_id AS compared, SUM(original_amount) AS amount FROM '
    + N'silver.payments GROUP BY order_id) AS ours FULL OUTER JOIN (SELECT order_id AS compared, '
    + N'SUM(sales_amount) AS amount FROM silver.orders GROUP BY order_id) AS theirs ON theirs.compared '
    + N'= ours.compared)';
INSERT INTO silver.orders (order_id, sales_amount)
VALUES (N'O1', 10);
INSERT INTO silver.payments (payment_id, order_id, payment_method, original_amount, paid_at, batch_id)
VALUES
    (N'P1', N'O1', N'card', 9.99, N'2025-01-01', 7);
EXEC test_ops_check_rules.given_a_rule
    @violation = N'ABS(ISNULL(checked.here, 0) - ISNULL(checked.there, 0)) > 0.01',
    @reads = @text,
    @scope_column = NULL;
EXEC test_ops_check_rules.assert_found @status = N'passed', @checked = 1, @failed = 0;
GO
CREATE PROCEDURE test_ops_check_rules.[test reconciliation fails just beyond its tolerance]
AS
DECLARE @text nvarchar(max) = N''
    + N'(SELECT ISNULL(ours.compared, theirs.compared) AS compared, ours.amount AS here, theirs.amount '
    + N'AS there FROM (SELECT order_id AS compared, SUM(original_amount) AS amount FROM '
    + N'silver.payments GROUP BY order_id) AS ours FULL OUTER JOIN (SELECT order_id AS compared, '
    + N'SUM(sales_amount) AS amount FROM silver.orders GROUP BY order_id) AS theirs ON theirs.compared '
    + N'= ours.compared)';
INSERT INTO silver.orders (order_id, sales_amount)
VALUES (N'O1', 10);
INSERT INTO silver.payments (payment_id, order_id, payment_method, original_amount, paid_at, batch_id)
VALUES
    (N'P1', N'O1', N'card', 9.9899, N'2025-01-01', 7);
EXEC test_ops_check_rules.given_a_rule
    @violation = N'ABS(ISNULL(checked.here, 0) - ISNULL(checked.there, 0)) > 0.01',
    @reads = @text,
    @scope_column = NULL;
EXEC test_ops_check_rules.assert_found @status = N'failed', @checked = 1, @failed = 1;
GO
CREATE PROCEDURE test_ops_check_rules.[test a predicate passes where it is true of no row or unknown]
AS
INSERT INTO silver.payments (payment_id, order_id, payment_method, original_amount, paid_at, batch_id)
VALUES
    (N'P1', N'O1', N'card', 10, N'2025-01-01', 7),
    (N'P2', N'O1', N'cash', -1, N'2025-01-01', 7),
    (N'P3', N'O1', N'card', NULL, N'2025-01-01', 7);
EXEC test_ops_check_rules.given_a_rule
    @violation = N'original_amount < 0 AND payment_method = N''card''';
EXEC test_ops_check_rules.assert_found @status = N'passed', @checked = 3, @failed = 0;
GO
CREATE PROCEDURE test_ops_check_rules.[test a predicate fails by the rows of which it is true]
AS
INSERT INTO silver.payments (payment_id, order_id, payment_method, original_amount, paid_at, batch_id)
VALUES
    (N'P1', N'O1', N'card', -1, N'2025-01-01', 7),
    (N'P2', N'O1', N'card', 10, N'2025-01-01', 7);
EXEC test_ops_check_rules.given_a_rule
    @violation = N'original_amount < 0 AND payment_method = N''card''';
EXEC test_ops_check_rules.assert_found @status = N'failed', @checked = 2, @failed = 1;
GO
CREATE PROCEDURE test_ops_check_rules.[test a predicate is asked only of the rows that its filter leaves]
AS
INSERT INTO silver.payments (payment_id, order_id, payment_method, original_amount, paid_at, batch_id)
VALUES
    (N'P1', N'O1', N'card', -1, N'2025-01-01', 7),
    (N'P2', N'O2', N'card', -1, N'2025-01-01', 7);
EXEC test_ops_check_rules.given_a_rule
    @violation = N'original_amount < 0 AND payment_method = N''card''',
    @row_filter = N'order_id = N''O2''';
EXEC test_ops_check_rules.assert_found @status = N'failed', @checked = 1, @failed = 1;
GO
CREATE PROCEDURE test_ops_check_rules.[test a predicate of no row is of no percent]
AS
INSERT INTO silver.payments (payment_id, order_id, payment_method, original_amount, paid_at, batch_id)
VALUES
    (N'P1', N'O1', N'card', 10, N'2025-01-01', 7);
EXEC test_ops_check_rules.given_a_rule
    @violation = N'original_amount < 0 AND payment_method = N''card''',
    @row_filter = N'1 = 0',
    @operator = N'mustBeLessOrEqualTo',
    @threshold_low = 5,
    @unit = N'percent';
EXEC test_ops_check_rules.assert_found @status = N'passed', @checked = 0, @failed = 0;
GO
CREATE PROCEDURE test_ops_check_rules.[test a predicate fails by a ratio that only rounding would let pass]
AS
INSERT INTO silver.payments (payment_id, order_id, batch_id)
VALUES (N'P1', NULL, 7), (N'P2', N'O1', 7), (N'P3', N'O1', 7);
EXEC test_ops_check_rules.given_a_rule
    @violation = N'order_id IS NULL',
    @operator = N'mustBeLessOrEqualTo',
    @threshold_low = 33.3333,
    @unit = N'percent';
EXEC test_ops_check_rules.assert_found @status = N'failed', @checked = 3, @failed = 1;
GO
CREATE PROCEDURE test_ops_check_rules.[test a query passes with the figure that must be]
AS
INSERT INTO silver.payments (payment_id, order_id, payment_method, original_amount, paid_at, batch_id)
VALUES
    (N'P1', N'O1', N'card', 10, N'2025-01-01', 7);
EXEC test_ops_check_rules.given_a_rule
    @measure = N'(SELECT COUNT(*) FROM silver.payments)',
    @reads = N'',
    @scope_column = NULL,
    @operator = N'mustBe',
    @threshold_low = 1;
EXEC test_ops_check_rules.assert_found @status = N'passed', @checked = 1, @failed = 0;
GO
CREATE PROCEDURE test_ops_check_rules.[test a query fails with another figure]
AS
INSERT INTO silver.payments (payment_id, order_id, payment_method, original_amount, paid_at, batch_id)
VALUES
    (N'P1', N'O1', N'card', 10, N'2025-01-01', 7),
    (N'P2', N'O1', N'card', 10, N'2025-01-01', 7);
EXEC test_ops_check_rules.given_a_rule
    @measure = N'(SELECT COUNT(*) FROM silver.payments)',
    @reads = N'',
    @scope_column = NULL,
    @operator = N'mustBe',
    @threshold_low = 1;
EXEC test_ops_check_rules.assert_found @status = N'failed', @checked = 1, @failed = 0;
GO
CREATE PROCEDURE test_ops_check_rules.[test rows of batches that were checked before are not looked at]
AS
INSERT INTO silver.payments (payment_id, order_id, batch_id)
VALUES (N'P1', NULL, 6), (N'P2', N'O1', 7);
EXEC test_ops_check_rules.given_a_rule @violation = N'order_id IS NULL';
EXEC test_ops_check_rules.assert_found @status = N'passed', @checked = 1, @failed = 0;
GO
CREATE PROCEDURE test_ops_check_rules.[test everything is looked at again when all rows are asked for]
AS
DECLARE @results nvarchar(max);
INSERT INTO silver.payments (payment_id, order_id, batch_id)
VALUES (N'P1', NULL, 6), (N'P2', N'O1', 7);
EXEC test_ops_check_rules.given_a_rule @violation = N'order_id IS NULL';
EXEC ops.check_rules @table_name = N'silver.payments', @is_of_all_rows = 1, @results = @results OUTPUT;
DECLARE @failed nvarchar(20) = JSON_VALUE(@results, '$.rules[0].failed');
EXEC tSQLt.AssertEqualsString @Expected = N'1', @Actual = @failed;
GO
CREATE PROCEDURE test_ops_check_rules.[test without a new batch there is nothing to tell]
AS
DECLARE @results nvarchar(max) = N'before';
INSERT INTO ops.batch_consumers (consumer, batch_id) VALUES (N'quality:silver.payments', 7);
EXEC test_ops_check_rules.given_a_rule @violation = N'1 = 1';
EXEC ops.check_rules @table_name = N'silver.payments', @results = @results OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = NULL, @Actual = @results;
GO
CREATE PROCEDURE test_ops_check_rules.[test rows of a file that another has replaced are not looked at]
AS
DECLARE @results nvarchar(max);
DECLARE @failure nvarchar(2048);
UPDATE ops.batches SET file_id = 1 WHERE batch_id = 7;
INSERT INTO ops.files (file_id, superseded_by_file_id) VALUES (1, 2);
EXEC test_ops_check_rules.given_a_rule @measure = N'COUNT_BIG(*)', @operator = N'mustBeGreaterThan';
EXEC ops.check_rules @table_name = N'silver.payments', @results = @results OUTPUT, @failure = @failure OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = N'{"batches":[{"batch_id":7}]}', @Actual = @results;
EXEC tSQLt.AssertEqualsString @Expected = NULL, @Actual = @failure;
GO
CREATE PROCEDURE test_ops_check_rules.[test a failure tells rule, figures, threshold and three rows]
AS
DECLARE @failure nvarchar(2048);
INSERT INTO silver.payments (payment_id, order_id, batch_id)
VALUES (N'P1', NULL, 7), (N'P2', NULL, 7), (N'P3', NULL, 7), (N'P4', NULL, 7), (N'P5', N'O1', 7);
EXEC test_ops_check_rules.given_a_rule
    @violation = N'order_id IS NULL',
    @operator = N'mustBeLessThan',
    @threshold_low = 12.5,
    @unit = N'percent',
    @key_columns = N'["payment_id"]';
EXEC ops.check_rules @table_name = N'silver.payments', @failure = @failure OUTPUT;

DECLARE @expected nvarchar(2048) = CONCAT(
    N'shop_payments.a_rule: A rule; of silver.payments 4 of 5 rows do not keep to it (80.00 percent), which must be ',
    N'less than 12.5 percent; for example {"payment_id":"P1"} {"payment_id":"P2"} {"payment_id":"P3"}'
);
EXEC tSQLt.AssertEqualsString @Expected = @expected, @Actual = @failure;
GO
CREATE PROCEDURE test_ops_check_rules.[test a rule that warns or keeps rows out is no failure]
AS
DECLARE @results nvarchar(max);
DECLARE @failure nvarchar(2048);
INSERT INTO silver.payments (payment_id, batch_id) VALUES (N'P1', 7);
EXEC test_ops_check_rules.given_a_rule @violation = N'1 = 1', @severity = N'warn', @rule_name = N'shop_payments.a';
EXEC test_ops_check_rules.given_a_rule
    @violation = N'1 = 1',
    @severity = N'quarantine',
    @rule_name = N'shop_payments.b';
EXEC ops.check_rules @table_name = N'silver.payments', @results = @results OUTPUT, @failure = @failure OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = NULL, @Actual = @failure;

DECLARE @statuses nvarchar(100) = CONCAT(
    JSON_VALUE(@results, '$.rules[0].status'), N' ', JSON_VALUE(@results, '$.rules[1].status')
);
EXEC tSQLt.AssertEqualsString @Expected = N'warned quarantined', @Actual = @statuses;
GO
CREATE PROCEDURE test_ops_check_rules.[test the same figures pass once they were accepted, others do not]
AS
INSERT INTO silver.payments (payment_id, batch_id) VALUES (N'P1', 7);
INSERT INTO ops.quality_results (rule_name, checked, failed, observed, accepted_at)
VALUES (N'shop_payments.a_rule', 1, 1, 1, '20250101');
EXEC test_ops_check_rules.given_a_rule @violation = N'order_id IS NULL';
EXEC test_ops_check_rules.assert_found @status = N'accepted', @checked = 1, @failed = 1;

INSERT INTO silver.payments (payment_id, batch_id) VALUES (N'P2', 7);
EXEC test_ops_check_rules.assert_found @status = N'failed', @checked = 2, @failed = 2;
GO
CREATE PROCEDURE test_ops_check_rules.[test the rules of a typed view are counted by the name it gives]
AS
DECLARE @results nvarchar(max);
EXEC tSQLt.FakeTable @TableName = N'bronze.shop_fx_rates';
INSERT INTO ops.batches (batch_id, table_name, file_id) VALUES (8, N'bronze.shop_fx_rates', 1);
INSERT INTO ops.files (file_id) VALUES (1);
INSERT INTO bronze.shop_fx_rates (file_id, line_number, currency, rate_date, rate, updated_at)
VALUES
    (1, 2, N'EUR', N'2025-01-01', N'1.1', N'2025-01-02 00:00:00'),
    (1, 3, NULL, N'2025-01-01', N'1.1', N'2025-01-02 00:00:00'),
    (1, 4, NULL, N'2025-01-01', N'1.1', N'2025-01-02 00:00:00');
INSERT INTO ops.quality_rules (
    rule_name, source_system, entity, severity, kind, table_name, reads, scope_column, violation, operator,
    threshold_low, unit, description
)
SELECT
    rules.rule_name, rules.source_system, rules.entity, rules.severity, rules.kind, rules.table_name, rules.reads,
    rules.scope_column, rules.violation, rules.operator, rules.threshold_low, rules.unit, rules.description
FROM ops.quality_rules_of_shop_fx_rates AS rules
WHERE rules.rule_name IN (N'shop_fx_rates.not_null:currency', N'shop_fx_rates.not_null:rate');
EXEC ops.check_rules @table_name = N'bronze.shop_fx_rates', @results = @results OUTPUT;

SELECT
    found.rule_name,
    found.status,
    found.checked,
    found.failed
INTO #actual
FROM OPENJSON(@results, N'$.rules') WITH (
    rule_name nvarchar(200) '$.rule_name',
    status nvarchar(12) '$.status',
    checked bigint '$.checked',
    failed bigint '$.failed'
) AS found;

SELECT TOP (0) * INTO #expected FROM #actual;
INSERT INTO #expected
VALUES (N'shop_fx_rates.not_null:currency', N'quarantined', 3, 2), (N'shop_fx_rates.not_null:rate', N'passed', 3, 0);
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
