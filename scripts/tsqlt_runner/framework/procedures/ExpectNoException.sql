-- From here on an error fails the test instead of being an error of the test.
CREATE OR ALTER PROCEDURE tSQLt.ExpectNoException
    @Message nvarchar(max) = NULL
AS
SET NOCOUNT ON;

IF SESSION_CONTEXT(N'tSQLt.Expect') = N'none'
BEGIN
    RAISERROR (N'Each test can only contain one call to tSQLt.ExpectNoException.', 16, 10);
    RETURN -1;
END;

IF SESSION_CONTEXT(N'tSQLt.Expect') = N'exception'
BEGIN
    RAISERROR (N'tSQLt.ExpectNoException cannot follow tSQLt.ExpectException inside a single test.', 16, 10);
    RETURN -1;
END;

EXEC tSQLt.Private_SetExpectation @Kind = N'none', @FailMessage = @Message;
GO
