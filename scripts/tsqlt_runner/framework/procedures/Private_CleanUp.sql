-- Runs one clean-up procedure, when there is one, and undoes nothing else. An error is told in @Problem, not raised.
CREATE OR ALTER PROCEDURE tSQLt.Private_CleanUp
    @Procedure nvarchar(max),
    @Problem nvarchar(max) OUTPUT
AS
SET NOCOUNT ON;

IF @Procedure IS NULL
    RETURN 0;

BEGIN TRY
    EXEC @Procedure;
END TRY
BEGIN CATCH
    SET @Problem = CONCAT(
        @Problem, IIF(@Problem IS NULL, N'', N' '), N'Error during clean up: (', ERROR_MESSAGE(), N' | Procedure: ',
        ISNULL(ERROR_PROCEDURE(), N'NULL'), N' (', ERROR_LINE(), N') | Severity, State: ', ERROR_SEVERITY(), N', ',
        ERROR_STATE(), N')'
    );
END CATCH;
GO
