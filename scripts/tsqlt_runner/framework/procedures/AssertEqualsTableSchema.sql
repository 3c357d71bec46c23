-- Fails unless both tables have the same columns: order, name, type, nullability.
CREATE OR ALTER PROCEDURE tSQLt.AssertEqualsTableSchema
    @Expected nvarchar(max),
    @Actual nvarchar(max),
    @Message nvarchar(max) = NULL
AS
SET NOCOUNT ON;

EXEC tSQLt.AssertObjectExists @Expected;
EXEC tSQLt.AssertObjectExists @Actual;

SELECT
    ROW_NUMBER() OVER (ORDER BY columns.Id) AS position,
    columns.Name AS name,
    texts.TypeText AS type,
    columns.IsNullable AS is_nullable
INTO #ExpectedColumns
FROM tSQLt.Private_Columns(@Expected) AS columns
CROSS APPLY tSQLt.Private_TypeText(
    columns.UserTypeId, columns.TypeLength, columns.TypePrecision, columns.TypeScale, columns.TypeCollation
) AS texts;

SELECT
    ROW_NUMBER() OVER (ORDER BY columns.Id) AS position,
    columns.Name AS name,
    texts.TypeText AS type,
    columns.IsNullable AS is_nullable
INTO #ActualColumns
FROM tSQLt.Private_Columns(@Actual) AS columns
CROSS APPLY tSQLt.Private_TypeText(
    columns.UserTypeId, columns.TypeLength, columns.TypePrecision, columns.TypeScale, columns.TypeCollation
) AS texts;

EXEC tSQLt.AssertEqualsTable
    @Expected = N'#ExpectedColumns',
    @Actual = N'#ActualColumns',
    @Message = @Message,
    @FailMsg = N'Unexpected/missing column(s)';
GO
