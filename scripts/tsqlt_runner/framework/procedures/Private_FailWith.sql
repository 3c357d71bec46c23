-- Fails with the test's own message, when it gave one, before the assertion's.
CREATE OR ALTER PROCEDURE tSQLt.Private_FailWith
    @Message nvarchar(max),
    @Problem nvarchar(max)
AS
DECLARE @Separator nvarchar(1) = IIF(@Message = N'' OR RIGHT(@Message, 1) IN (N' ', NCHAR(10)), N'', N' ');

EXEC tSQLt.Fail @Message, @Separator, @Problem;
GO
