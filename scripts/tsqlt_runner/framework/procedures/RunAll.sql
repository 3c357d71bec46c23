-- Runs all tests of all classes.
CREATE OR ALTER PROCEDURE tSQLt.RunAll
    @TestResultFormatter nvarchar(max) = NULL
AS
EXEC tSQLt.Private_RunTests NULL, NULL, @TestResultFormatter;
GO
