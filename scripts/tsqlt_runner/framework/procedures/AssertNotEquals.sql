-- Fails when both values are equal or both are NULL.
CREATE OR ALTER PROCEDURE tSQLt.AssertNotEquals
    @Expected sql_variant,
    @Actual sql_variant,
    @Message nvarchar(max) = N''
AS
SET NOCOUNT ON;
DECLARE @Problem nvarchar(max);

IF @Expected <> @Actual OR IIF(@Expected IS NULL, 1, 0) <> IIF(@Actual IS NULL, 1, 0)
    RETURN 0;

SET @Problem = CONCAT(
    N'Expected actual value to not ',
    ISNULL(N'equal <' + tSQLt.Private_VariantText(@Expected) + N'>', N'be NULL'), N'.'
);
EXEC tSQLt.Private_FailWith @Message, @Problem;
GO
