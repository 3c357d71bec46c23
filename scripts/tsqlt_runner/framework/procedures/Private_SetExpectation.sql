-- Notes in the session, where no rollback reaches it, which error the rest of the test is to raise. @Kind is
-- 'exception', 'none', or NULL for no expectation.
CREATE OR ALTER PROCEDURE tSQLt.Private_SetExpectation
    @Kind nvarchar(10),
    @FailMessage nvarchar(4000) = NULL,
    @Message nvarchar(4000) = NULL,
    @Pattern nvarchar(4000) = NULL,
    @Number int = NULL,
    @Severity int = NULL,
    @State int = NULL
AS
-- Most tests expect nothing: there is nothing to clear then.
IF @Kind IS NULL AND SESSION_CONTEXT(N'tSQLt.Expect') IS NULL
    RETURN 0;

EXEC sys.sp_set_session_context @key = N'tSQLt.Expect', @value = @Kind;
EXEC sys.sp_set_session_context @key = N'tSQLt.ExpectFailMessage', @value = @FailMessage;
EXEC sys.sp_set_session_context @key = N'tSQLt.ExpectMessage', @value = @Message;
EXEC sys.sp_set_session_context @key = N'tSQLt.ExpectPattern', @value = @Pattern;
EXEC sys.sp_set_session_context @key = N'tSQLt.ExpectNumber', @value = @Number;
EXEC sys.sp_set_session_context @key = N'tSQLt.ExpectSeverity', @value = @Severity;
EXEC sys.sp_set_session_context @key = N'tSQLt.ExpectState', @value = @State;
GO
