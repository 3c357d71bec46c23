-- ops.check_quality: checks the tables of a layer and raises what failed.
EXEC tSQLt.NewTestClass @ClassName = N'test_ops_check_quality';
GO
CREATE PROCEDURE test_ops_check_quality.SetUp
AS
EXEC tSQLt.FakeTable @TableName = N'ops.quality_rules';
EXEC tSQLt.SpyProcedure @ProcedureName = N'ops.apply_quality_rules';
EXEC tSQLt.SpyProcedure @ProcedureName = N'ops.finish_check';
INSERT INTO ops.quality_rules (rule_name, table_name)
VALUES
    (N'a.one', N'silver.orders'),
    (N'a.two', N'silver.orders'),
    (N'b.one', N'silver.payments'),
    (N'c.one', N'gold.daily_sales');
GO
CREATE PROCEDURE test_ops_check_quality.[test every table of the layer is checked once]
AS
EXEC tSQLt.SpyProcedure @ProcedureName = N'ops.check_rules', @CommandToExecute = N'SET @results = N''{}'';';
EXEC ops.check_quality @run_id = 1, @layer = N'silver';

SELECT calls.table_name INTO #actual FROM ops.finish_check_SpyProcedureLog AS calls;
SELECT TOP (0) * INTO #expected FROM #actual;
INSERT INTO #expected VALUES (N'silver.orders'), (N'silver.payments');
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_ops_check_quality.[test one entity alone is checked, all of its rows when asked]
AS
EXEC tSQLt.SpyProcedure @ProcedureName = N'ops.check_rules';
EXEC ops.check_quality @run_id = 1, @layer = N'silver', @entity = N'payments', @is_of_all_rows = 1;

SELECT
    calls.table_name,
    calls.is_of_all_rows
INTO #actual
FROM ops.check_rules_SpyProcedureLog AS calls;
SELECT TOP (0) * INTO #expected FROM #actual;
INSERT INTO #expected VALUES (N'silver.payments', 1);
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
EXEC tSQLt.AssertEmptyTable @TableName = N'ops.finish_check_SpyProcedureLog';
GO
CREATE PROCEDURE test_ops_check_quality.[test a broken rule is raised]
AS
EXEC tSQLt.SpyProcedure @ProcedureName = N'ops.check_rules', @CommandToExecute = N'SET @failure = N''rule a'';';
EXEC tSQLt.ExpectException
    @ExpectedMessage = N'ops.check_quality: rule a',
    @ExpectedErrorNumber = 51042;
EXEC ops.check_quality @run_id = 1, @layer = N'gold';
GO
CREATE PROCEDURE test_ops_check_quality.[test another layer is an error that names those there are]
AS
EXEC tSQLt.ExpectException
    @ExpectedMessage = N'ops.check_quality: the value landing of @layer is not supported; use bronze, silver or gold.',
    @ExpectedErrorNumber = 51041;
EXEC ops.check_quality @run_id = 1, @layer = N'landing';
GO
