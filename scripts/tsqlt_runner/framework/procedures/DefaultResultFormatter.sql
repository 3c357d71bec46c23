-- Prints messages, a table of all tests and a summary; the summary is an error when a test failed.
CREATE OR ALTER PROCEDURE tSQLt.DefaultResultFormatter
AS
SET NOCOUNT ON;
DECLARE @Messages nvarchar(max);
DECLARE @Table nvarchar(max);
DECLARE @Summary nvarchar(2000);
DECLARE @Severity int;
DECLARE @Rule nvarchar(80) = REPLICATE(N'-', 77);

SELECT @Messages = STRING_AGG(
    CAST(CONCAT(results.Name, N' failed: (', results.Result, N') ', results.Msg) AS nvarchar(max)), NCHAR(10)
) WITHIN GROUP (ORDER BY results.Id)
FROM tSQLt.TestResult AS results
WHERE results.Result IN (N'Failure', N'Error');

SELECT
    ROW_NUMBER() OVER (ORDER BY results.Id) AS [No],
    results.Name AS [Test Case Name],
    RIGHT(SPACE(7) + CAST(DATEDIFF(MILLISECOND, results.TestStartTime, results.TestEndTime) AS nvarchar(20)), 7)
        AS [Dur(ms)],
    results.Result
INTO #Summary
FROM tSQLt.TestResult AS results;

SELECT
    @Summary = CONCAT(
        N'Test Case Summary: ', COUNT(*), N' test case(s) executed, ',
        COUNT(IIF(results.Result = N'Success', 1, NULL)), N' succeeded, ',
        COUNT(IIF(results.Result = N'Skipped', 1, NULL)), N' skipped, ',
        COUNT(IIF(results.Result = N'Failure', 1, NULL)), N' failed, ',
        COUNT(IIF(results.Result = N'Error', 1, NULL)), N' errored.'
    ),
    @Severity = IIF(COUNT(IIF(results.Result IN (N'Failure', N'Error'), 1, NULL)) > 0, 16, 0)
FROM tSQLt.TestResult AS results;

EXEC tSQLt.TableToText @txt = @Table OUTPUT, @TableName = N'#Summary', @OrderBy = N'[No]';
SET @Messages = CONCAT(
    @Messages + NCHAR(10), N' ', NCHAR(10), N'+----------------------+', NCHAR(10), N'|Test Execution Summary|',
    NCHAR(10), N'+----------------------+', NCHAR(10), N' ', NCHAR(10), @Table, NCHAR(10), @Rule
);
EXEC tSQLt.Private_Print @Messages;

IF EXISTS (
    SELECT 1 FROM tSQLt.Private_Settings AS settings WHERE settings.Name = N'SummaryError' AND settings.Value = N'0'
)
    SET @Severity = 0;

RAISERROR (N'%s', @Severity, 10, @Summary) WITH NOWAIT;
PRINT @Rule;
GO
