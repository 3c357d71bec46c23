-- ops.finish_check: writes down what ops.check_rules found.
EXEC tSQLt.NewTestClass @ClassName = N'test_ops_finish_check';
GO
CREATE PROCEDURE test_ops_finish_check.SetUp
AS
EXEC tSQLt.FakeTable @TableName = N'ops.quality_rules';
EXEC tSQLt.FakeTable @TableName = N'ops.quality_results', @Identity = 1;
EXEC tSQLt.FakeTable @TableName = N'ops.alerts';
EXEC tSQLt.FakeTable @TableName = N'ops.batch_consumers';
INSERT INTO ops.quality_rules (
    rule_name, source_system, entity, severity, kind, operator, threshold_low, unit, description
)
VALUES
    (N'shop_payments.a', N'shop', N'payments', N'fail', N'predicate', N'mustBe', 0, N'rows', N'Rule a'),
    (N'shop_payments.b', N'shop', N'payments', N'warn', N'predicate', N'mustBe', 0, N'rows', N'Rule b');
GO
CREATE PROCEDURE test_ops_finish_check.[test results have their ratio and three sample keys, and their batches are checked]
AS
EXEC ops.finish_check
    @run_id = 1,
    @table_name = N'silver.payments',
    @results = N'{"batches": [{"batch_id": 7}], "rules": [
        {"rule_name": "shop_payments.a", "status": "passed", "checked": 8, "failed": 0, "observed": 0},
        {"rule_name": "shop_payments.b", "status": "warned", "checked": 8, "failed": 4, "observed": 4,
         "failing_keys": [{"k": 1}, {"k": 2}, {"k": 3}, {"k": 4}]}]}';

SELECT
    results.rule_name,
    results.status,
    results.ratio,
    results.threshold,
    results.sample_keys,
    results.failing_keys
INTO #actual
FROM ops.quality_results AS results;

SELECT TOP (0) * INTO #expected FROM #actual;
INSERT INTO #expected
VALUES
    (N'shop_payments.a', N'passed', 0, N'must be 0 rows', NULL, NULL),
    (
        N'shop_payments.b', N'warned', 0.5, N'must be 0 rows', N'[{"k": 1},{"k": 2},{"k": 3}]',
        N'[{"k": 1}, {"k": 2}, {"k": 3}, {"k": 4}]'
    );
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';

DECLARE @alerts nvarchar(max) = (SELECT CONCAT(alerts.severity, N' ', alerts.subject) FROM ops.alerts AS alerts);
EXEC tSQLt.AssertEqualsString @Expected = N'warning shop_payments.b', @Actual = @alerts;

DECLARE @consumed nvarchar(400) = (
    SELECT CONCAT(consumers.consumer, N' ', consumers.batch_id)
    FROM ops.batch_consumers AS consumers
);
EXEC tSQLt.AssertEqualsString @Expected = N'quality:silver.payments 7', @Actual = @consumed;
GO
CREATE PROCEDURE test_ops_finish_check.[test batches of a failed check are still to be checked, and it is an error]
AS
EXEC ops.finish_check
    @run_id = 1,
    @table_name = N'silver.payments',
    @results = N'{"batches": [{"batch_id": 7}], "rules": [
        {"rule_name": "shop_payments.a", "status": "failed", "checked": 8, "failed": 1, "observed": 1}]}';
EXEC tSQLt.AssertEmptyTable @TableName = N'ops.batch_consumers';

DECLARE @severity nvarchar(10) = (SELECT alerts.severity FROM ops.alerts AS alerts);
EXEC tSQLt.AssertEqualsString @Expected = N'error', @Actual = @severity;
GO
CREATE PROCEDURE test_ops_finish_check.[test a batch that another session has checked meanwhile is recorded once]
AS
DECLARE @results nvarchar(max) = N'{"batches": [{"batch_id": 7}, {"batch_id": 8}]}';
INSERT INTO ops.batch_consumers (consumer, batch_id) VALUES (N'quality:silver.payments', 7);
EXEC ops.finish_check @run_id = 1, @table_name = N'silver.payments', @results = @results;

DECLARE @count int = (SELECT COUNT(*) FROM ops.batch_consumers AS consumers);
EXEC tSQLt.AssertEquals @Expected = 2, @Actual = @count;
GO
