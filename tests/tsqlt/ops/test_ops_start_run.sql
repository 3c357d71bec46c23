-- ops.start_run: a number for a run, the same one for an orchestrator's retry.
EXEC tSQLt.NewTestClass @ClassName = N'test_ops_start_run';
GO
CREATE PROCEDURE test_ops_start_run.SetUp
AS
EXEC tSQLt.SpyProcedure @ProcedureName = N'ops.apply_quality_rules';
EXEC tSQLt.SpyProcedure @ProcedureName = N'ops.apply_retention_policies';
EXEC tSQLt.FakeTable @TableName = N'ops.runs', @Identity = 1, @Defaults = 1;
EXEC tSQLt.FakeTable @TableName = N'ops.run_steps', @Identity = 1;
GO
CREATE PROCEDURE test_ops_start_run.[test a run is opened with the next number]
AS
DECLARE @run_id bigint;
EXEC ops.start_run @driver = N'warehouse run', @run_id = @run_id OUTPUT;

SELECT runs.driver, runs.external_id, runs.status, runs.finished_at INTO #actual FROM ops.runs AS runs;
SELECT TOP (0) * INTO #expected FROM #actual;
INSERT INTO #expected (driver, external_id, status, finished_at) VALUES (N'warehouse run', NULL, N'running', NULL);
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
EXEC tSQLt.AssertEquals @Expected = 1, @Actual = @run_id;
GO
CREATE PROCEDURE test_ops_start_run.[test the same external id gets the same run reopened]
AS
DECLARE @first bigint;
DECLARE @second bigint;
EXEC ops.start_run @driver = N'airflow', @external_id = N'bronze/1', @run_id = @first OUTPUT;
UPDATE ops.runs SET status = N'failed', finished_at = '20260101';
EXEC ops.start_run @driver = N'airflow', @external_id = N'bronze/1', @run_id = @second OUTPUT;

EXEC tSQLt.AssertEquals @Expected = @first, @Actual = @second;
SELECT runs.status, runs.finished_at INTO #actual FROM ops.runs AS runs;
SELECT TOP (0) * INTO #expected FROM #actual;
INSERT INTO #expected (status, finished_at) VALUES (N'running', NULL);
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_ops_start_run.[test another external id gets another run and closes none]
AS
DECLARE @run_id bigint;
EXEC ops.start_run @driver = N'airflow', @external_id = N'bronze/1', @run_id = @run_id OUTPUT;
EXEC ops.start_run @driver = N'airflow', @external_id = N'bronze/2', @run_id = @run_id OUTPUT;

DECLARE @running int = (SELECT COUNT(*) FROM ops.runs AS runs WHERE runs.status = N'running');
EXEC tSQLt.AssertEquals @Expected = 2, @Actual = @running;
GO
CREATE PROCEDURE test_ops_start_run.[test a killed run of the same driver is closed with its open steps]
AS
DECLARE @killed bigint;
DECLARE @run_id bigint;
EXEC ops.start_run @driver = N'warehouse run', @run_id = @killed OUTPUT;
INSERT INTO ops.run_steps (run_id, step, status) VALUES (@killed, N'one', N'done'), (@killed, N'two', N'running');
EXEC ops.start_run @driver = N'warehouse run', @run_id = @run_id OUTPUT;

SELECT runs.status AS run_status, steps.step, steps.status AS step_status
INTO #actual
FROM ops.runs AS runs
INNER JOIN ops.run_steps AS steps ON steps.run_id = runs.run_id
WHERE runs.run_id = @killed
    AND runs.finished_at IS NOT NULL;

SELECT TOP (0) * INTO #expected FROM #actual;
INSERT INTO #expected (run_status, step, step_status)
VALUES (N'abandoned', N'one', N'done'), (N'abandoned', N'two', N'abandoned');
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_ops_start_run.[test runs of other drivers stay open]
AS
DECLARE @other bigint;
DECLARE @run_id bigint;
EXEC ops.start_run @driver = N'airflow', @external_id = N'bronze/1', @run_id = @other OUTPUT;
EXEC ops.start_run @driver = N'warehouse run', @run_id = @run_id OUTPUT;

DECLARE @status nvarchar(20) = (SELECT runs.status FROM ops.runs AS runs WHERE runs.run_id = @other);
EXEC tSQLt.AssertEqualsString @Expected = N'running', @Actual = @status;
GO
CREATE PROCEDURE test_ops_start_run.[test runs of one driver are opened one after the other]
AS
DECLARE @run_id bigint;
EXEC tSQLt.SpyProcedure @ProcedureName = N'ops.lock_target';
EXEC ops.start_run @driver = N'warehouse run', @run_id = @run_id OUTPUT;

DECLARE @target nvarchar(255) = (SELECT calls.target FROM ops.lock_target_SpyProcedureLog AS calls);
EXEC tSQLt.AssertEqualsString @Expected = N'ops.runs:warehouse run', @Actual = @target;
GO
CREATE PROCEDURE test_ops_start_run.[test a lock that cannot be had reaches the caller]
AS
DECLARE @run_id bigint;
EXEC tSQLt.SpyProcedure
    @ProcedureName = N'ops.lock_target',
    @CommandToExecute = N'THROW 51002, N''ops.lock_target: held'', 1;';
EXEC tSQLt.ExpectException @ExpectedErrorNumber = 51002;
EXEC ops.start_run @driver = N'warehouse run', @run_id = @run_id OUTPUT;
GO
--[@tSQLt:NoTransaction](DEFAULT)
CREATE PROCEDURE test_ops_start_run.[test outside a transaction a run is opened in one of its own]
AS
DECLARE @run_id bigint;
EXEC ops.start_run @driver = N'warehouse run', @run_id = @run_id OUTPUT;

DECLARE @depth int = @@TRANCOUNT;
DECLARE @runs int = (SELECT COUNT(*) FROM ops.runs AS runs);
EXEC tSQLt.AssertEquals @Expected = 0, @Actual = @depth;
EXEC tSQLt.AssertEquals @Expected = 1, @Actual = @runs;
GO
--[@tSQLt:NoTransaction](DEFAULT)
CREATE PROCEDURE test_ops_start_run.[test a failure outside a transaction leaves none open]
AS
DECLARE @run_id bigint;
DECLARE @number int;
EXEC tSQLt.SpyProcedure @ProcedureName = N'ops.lock_target', @CommandToExecute = N'THROW 51002, N''held'', 1;';

BEGIN TRY
    EXEC ops.start_run @driver = N'warehouse run', @run_id = @run_id OUTPUT;
END TRY
BEGIN CATCH
    SET @number = ERROR_NUMBER();
END CATCH;

DECLARE @depth int = @@TRANCOUNT;
EXEC tSQLt.AssertEquals @Expected = 51002, @Actual = @number;
EXEC tSQLt.AssertEquals @Expected = 0, @Actual = @depth;
EXEC tSQLt.AssertEmptyTable @TableName = N'ops.runs';
GO
