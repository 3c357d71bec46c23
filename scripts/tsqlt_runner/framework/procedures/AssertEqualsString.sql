-- Fails unless both texts, of any length, are equal or both are NULL.
CREATE OR ALTER PROCEDURE tSQLt.AssertEqualsString
    @Expected nvarchar(max),
    @Actual nvarchar(max),
    @Message nvarchar(max) = N''
AS
SET NOCOUNT ON;
DECLARE @Problem nvarchar(max);
DECLARE @Line nchar(2) = NCHAR(13) + NCHAR(10);

IF @Expected = @Actual OR (@Expected IS NULL AND @Actual IS NULL)
    RETURN 0;

SET @Problem = CONCAT(
    @Line, N'Expected: ', ISNULL(N'<' + @Expected + N'>', N'NULL'),
    @Line, N'but was : ', ISNULL(N'<' + @Actual + N'>', N'NULL')
);
EXEC tSQLt.Private_FailWith @Message, @Problem;
GO
