-- Runs as Run does and leaves the results in tSQLt.TestResult, unreported.
CREATE OR ALTER PROCEDURE tSQLt.RunWithNullResults
    @TestName nvarchar(max) = NULL
AS
EXEC tSQLt.Run @TestName, N'tSQLt.NullTestResultFormatter';
GO
