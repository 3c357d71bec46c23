-- ops.latest_run and ops.latest_run_steps: the run that started last, its totals and its steps.
EXEC tSQLt.NewTestClass @ClassName = N'test_ops_latest_run';
GO
CREATE PROCEDURE test_ops_latest_run.SetUp
AS
EXEC tSQLt.FakeTable @TableName = N'ops.runs';
EXEC tSQLt.FakeTable @TableName = N'ops.run_steps', @Identity = 1;
GO
CREATE PROCEDURE test_ops_latest_run.[test without runs there is none]
AS
EXEC tSQLt.AssertEmptyTable @TableName = N'ops.latest_run';
EXEC tSQLt.AssertEmptyTable @TableName = N'ops.latest_run_steps';
GO
CREATE PROCEDURE test_ops_latest_run.[test the last run has the totals of its own steps]
AS
INSERT INTO ops.runs (run_id, driver, status) VALUES (1, N'old', N'succeeded'), (2, N'new', N'failed');
INSERT INTO ops.run_steps (run_id, step, status, rows_read, rows_written, rows_rejected)
VALUES
    (1, N'a', N'done', 100, 100, 0),
    (2, N'a', N'done', 10, 8, 2),
    (2, N'b', N'failed', NULL, NULL, NULL),
    (2, N'c', N'refused', 0, 0, 0);

SELECT
    latest.run_id,
    latest.status,
    latest.step_count,
    latest.failed_step_count,
    latest.refused_file_count,
    latest.rows_read,
    latest.rows_written,
    latest.rows_rejected
INTO #actual
FROM ops.latest_run AS latest;

SELECT TOP (0) * INTO #expected FROM #actual;
INSERT INTO #expected VALUES (2, N'failed', 3, 1, 1, 10, 8, 2);
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_ops_latest_run.[test a run without steps counts nothing]
AS
INSERT INTO ops.runs (run_id, driver, status) VALUES (1, N'new', N'running');
SELECT latest.step_count, latest.rows_written INTO #actual FROM ops.latest_run AS latest;
SELECT TOP (0) * INTO #expected FROM #actual;
INSERT INTO #expected VALUES (0, 0);
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_ops_latest_run.[test the steps are those of the last run]
AS
INSERT INTO ops.runs (run_id, driver, status) VALUES (1, N'old', N'succeeded'), (2, N'new', N'failed');
INSERT INTO ops.run_steps (run_id, step, status) VALUES (1, N'a', N'done'), (2, N'b', N'done'), (2, N'c', N'failed');
SELECT steps.step, steps.status INTO #actual FROM ops.latest_run_steps AS steps;
CREATE TABLE #expected (step nvarchar(1200) NULL, status nvarchar(20) NULL);
INSERT INTO #expected (step, status) VALUES (N'b', N'done'), (N'c', N'failed');
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
