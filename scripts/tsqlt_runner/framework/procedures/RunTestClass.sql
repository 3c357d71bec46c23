-- Runs the tests of a class.
CREATE OR ALTER PROCEDURE tSQLt.RunTestClass
    @TestClassName nvarchar(max)
AS
EXEC tSQLt.Run @TestClassName;
GO
