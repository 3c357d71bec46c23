-- ops.finish_run: a run succeeded when the last attempt at each of its steps did.
EXEC tSQLt.NewTestClass @ClassName = N'test_ops_finish_run';
GO
CREATE PROCEDURE test_ops_finish_run.SetUp
AS
EXEC tSQLt.FakeTable @TableName = N'ops.runs';
EXEC tSQLt.FakeTable @TableName = N'ops.run_steps', @Identity = 1;
INSERT INTO ops.runs (run_id, driver, status) VALUES (1, N'warehouse run', N'running'), (2, N'airflow', N'running');
GO
CREATE PROCEDURE test_ops_finish_run.[test a run without steps succeeded]
AS
DECLARE @status nvarchar(20);
EXEC ops.finish_run @run_id = 1, @status = @status OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = N'succeeded', @Actual = @status;
GO
CREATE PROCEDURE test_ops_finish_run.[test steps that ended well make a run that succeeded]
AS
DECLARE @status nvarchar(20);
INSERT INTO ops.run_steps (run_id, step, status)
VALUES (1, N'a', N'done'), (1, N'b', N'up to date'), (1, N'c', N'refused');
EXEC ops.finish_run @run_id = 1, @status = @status OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = N'succeeded', @Actual = @status;
GO
CREATE PROCEDURE test_ops_finish_run.[test the last attempt at a step counts]
AS
DECLARE @status nvarchar(20);
INSERT INTO ops.run_steps (run_id, step, status) VALUES (1, N'a', N'failed');
INSERT INTO ops.run_steps (run_id, step, status) VALUES (1, N'a', N'done');
EXEC ops.finish_run @run_id = 1, @status = @status OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = N'succeeded', @Actual = @status;
GO
CREATE PROCEDURE test_ops_finish_run.[test a failed, abandoned or unfinished step fails the run]
AS
DECLARE @status nvarchar(20);
DECLARE @verdicts nvarchar(100) = N'';
INSERT INTO ops.run_steps (run_id, step, status) VALUES (1, N'a', N'done'), (1, N'b', N'failed');
EXEC ops.finish_run @run_id = 1, @status = @status OUTPUT;
SET @verdicts = CONCAT(@verdicts, @status);

UPDATE ops.run_steps SET status = N'abandoned' WHERE step = N'b';
EXEC ops.finish_run @run_id = 1, @status = @status OUTPUT;
SET @verdicts = CONCAT(@verdicts, N' ', @status);

UPDATE ops.run_steps SET status = N'running' WHERE step = N'b';
EXEC ops.finish_run @run_id = 1, @status = @status OUTPUT;
SET @verdicts = CONCAT(@verdicts, N' ', @status);
EXEC tSQLt.AssertEqualsString @Expected = N'failed failed failed', @Actual = @verdicts;
GO
CREATE PROCEDURE test_ops_finish_run.[test only the named run is closed]
AS
INSERT INTO ops.run_steps (run_id, step, status) VALUES (2, N'a', N'failed');
EXEC ops.finish_run @run_id = 1;

SELECT
    runs.run_id,
    runs.status,
    IIF(runs.finished_at IS NULL, 0, 1) AS is_finished
INTO #actual
FROM ops.runs AS runs;

CREATE TABLE #expected (run_id bigint NULL, status nvarchar(20) NULL, is_finished int NULL);
INSERT INTO #expected (run_id, status, is_finished) VALUES (1, N'succeeded', 1), (2, N'running', 0);
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_ops_finish_run.[test closing a run twice gives the same answer]
AS
DECLARE @first nvarchar(20);
DECLARE @second nvarchar(20);
INSERT INTO ops.run_steps (run_id, step, status) VALUES (1, N'a', N'failed');
EXEC ops.finish_run @run_id = 1, @status = @first OUTPUT;
EXEC ops.finish_run @run_id = 1, @status = @second OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = @first, @Actual = @second;
GO
CREATE PROCEDURE test_ops_finish_run.[test an unknown run is an error that says what to do]
AS
EXEC tSQLt.ExpectException
    @ExpectedMessage = N'ops.finish_run: there is no such run; pass the @run_id that ops.start_run gave.',
    @ExpectedErrorNumber = 51001;
EXEC ops.finish_run @run_id = 99;
GO
--[@tSQLt:NoTransaction](DEFAULT)
CREATE PROCEDURE test_ops_finish_run.[test outside a transaction the verdict is committed]
AS
EXEC ops.finish_run @run_id = 1;

DECLARE @depth int = @@TRANCOUNT;
DECLARE @status nvarchar(20) = (SELECT runs.status FROM ops.runs AS runs WHERE runs.run_id = 1);
EXEC tSQLt.AssertEquals @Expected = 0, @Actual = @depth;
EXEC tSQLt.AssertEqualsString @Expected = N'succeeded', @Actual = @status;
GO
--[@tSQLt:NoTransaction](DEFAULT)
CREATE PROCEDURE test_ops_finish_run.[test an unknown run outside a transaction leaves none open]
AS
DECLARE @number int;

BEGIN TRY
    EXEC ops.finish_run @run_id = 99;
END TRY
BEGIN CATCH
    SET @number = ERROR_NUMBER();
END CATCH;

DECLARE @depth int = @@TRANCOUNT;
EXEC tSQLt.AssertEquals @Expected = 51001, @Actual = @number;
EXEC tSQLt.AssertEquals @Expected = 0, @Actual = @depth;
GO
