-- From here on the test must raise an error; arguments that are not NULL say which.
CREATE OR ALTER PROCEDURE tSQLt.ExpectException
    @ExpectedMessage nvarchar(max) = NULL,
    @ExpectedSeverity int = NULL,
    @ExpectedState int = NULL,
    @Message nvarchar(max) = NULL,
    @ExpectedMessagePattern nvarchar(max) = NULL,
    @ExpectedErrorNumber int = NULL
AS
SET NOCOUNT ON;

IF SESSION_CONTEXT(N'tSQLt.Expect') = N'exception'
BEGIN
    RAISERROR (N'Each test can only contain one call to tSQLt.ExpectException.', 16, 10);
    RETURN -1;
END;

EXEC tSQLt.Private_SetExpectation
    @Kind = N'exception',
    @FailMessage = @Message,
    @Message = @ExpectedMessage,
    @Pattern = @ExpectedMessagePattern,
    @Number = @ExpectedErrorNumber,
    @Severity = @ExpectedSeverity,
    @State = @ExpectedState;
GO
