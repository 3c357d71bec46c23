-- How an error differs from the one that ExpectException described; empty when it does not. NULL expects nothing.
CREATE OR ALTER FUNCTION tSQLt.Private_ExceptionMismatch (
    @ExpectedMessage nvarchar(max),
    @ExpectedPattern nvarchar(max),
    @ExpectedNumber int,
    @ExpectedSeverity int,
    @ExpectedState int,
    @Message nvarchar(max),
    @Number int,
    @Severity int,
    @State int
)
RETURNS nvarchar(max)
AS
BEGIN
    DECLARE @Line nchar(2) = NCHAR(13) + NCHAR(10);

    RETURN CONCAT(
        IIF(
            @ExpectedMessage <> @Message,
            CONCAT(
                @Line, N'Expected Message: <', @ExpectedMessage, N'>', @Line, N'Actual Message  : <', @Message, N'>'
            ),
            N''
        ),
        IIF(
            @Message NOT LIKE @ExpectedPattern,
            CONCAT(
                @Line, N'Expected Message to be like <', @ExpectedPattern, N'>',
                @Line, N'Actual Message             : <', @Message, N'>'
            ),
            N''
        ),
        IIF(
            @ExpectedNumber <> @Number,
            CONCAT(@Line, N'Expected Error Number: ', @ExpectedNumber, @Line, N'Actual Error Number  : ', @Number),
            N''
        ),
        IIF(
            @ExpectedSeverity <> @Severity,
            CONCAT(@Line, N'Expected Severity: ', @ExpectedSeverity, @Line, N'Actual Severity  : ', @Severity),
            N''
        ),
        IIF(
            @ExpectedState <> @State,
            CONCAT(@Line, N'Expected State: ', @ExpectedState, @Line, N'Actual State  : ', @State),
            N''
        )
    );
END;
GO
