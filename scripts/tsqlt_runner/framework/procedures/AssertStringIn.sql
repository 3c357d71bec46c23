-- Fails unless the text is among the expected ones; NULL is in no list.
CREATE OR ALTER PROCEDURE tSQLt.AssertStringIn
    @Expected tSQLt.AssertStringTable READONLY,
    @Actual nvarchar(max),
    @Message nvarchar(max) = N''
AS
SET NOCOUNT ON;
DECLARE @Problem nvarchar(max);
DECLARE @Line nchar(2) = NCHAR(13) + NCHAR(10);
DECLARE @List nvarchar(max);

IF EXISTS (SELECT 1 FROM @Expected AS expected WHERE expected.value = @Actual)
    RETURN 0;

SELECT expected.value
INTO #ExpectedStrings
FROM @Expected AS expected;

EXEC tSQLt.TableToText @txt = @List OUTPUT, @TableName = N'#ExpectedStrings', @OrderBy = N'value';
SET @Problem = CONCAT(
    @Line, ISNULL(N'<' + @Actual + N'>', N'NULL'), @Line, N'is not in', @Line, @List
);
EXEC tSQLt.Private_FailWith @Message, @Problem;
GO
