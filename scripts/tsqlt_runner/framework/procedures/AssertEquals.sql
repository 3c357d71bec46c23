-- Fails unless both values are equal or both are NULL.
CREATE OR ALTER PROCEDURE tSQLt.AssertEquals
    @Expected sql_variant,
    @Actual sql_variant,
    @Message nvarchar(max) = N''
AS
SET NOCOUNT ON;
DECLARE @Problem nvarchar(max);

IF @Expected = @Actual OR (@Expected IS NULL AND @Actual IS NULL)
    RETURN 0;

SET @Problem = CONCAT(
    N'Expected: <', ISNULL(tSQLt.Private_VariantText(@Expected), N'NULL'),
    N'> but was: <', ISNULL(tSQLt.Private_VariantText(@Actual), N'NULL'), N'>'
);
EXEC tSQLt.Private_FailWith @Message, @Problem;
GO
