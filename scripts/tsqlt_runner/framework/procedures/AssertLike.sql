-- Fails unless the text matches the pattern of LIKE, or both are NULL.
CREATE OR ALTER PROCEDURE tSQLt.AssertLike
    @ExpectedPattern nvarchar(max),
    @Actual nvarchar(max),
    @Message nvarchar(max) = N''
AS
SET NOCOUNT ON;
DECLARE @Problem nvarchar(max);
DECLARE @Line nchar(2) = NCHAR(13) + NCHAR(10);

IF LEN(@ExpectedPattern) > 4000
BEGIN
    RAISERROR (N'@ExpectedPattern may not exceed 4000 characters.', 16, 10);
    RETURN -1;
END;

IF @Actual LIKE @ExpectedPattern OR (@ExpectedPattern IS NULL AND @Actual IS NULL)
    RETURN 0;

SET @Problem = CONCAT(
    @Line, N'Expected: <', ISNULL(@ExpectedPattern, N'NULL'), N'>',
    @Line, N' but was: <', ISNULL(@Actual, N'NULL'), N'>'
);
EXEC tSQLt.Private_FailWith @Message, @Problem;
GO
