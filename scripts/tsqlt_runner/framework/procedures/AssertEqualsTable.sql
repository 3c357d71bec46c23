-- Fails unless both tables hold the same rows, each as often, in whatever order. The columns are those of @Expected.
CREATE OR ALTER PROCEDURE tSQLt.AssertEqualsTable
    @Expected nvarchar(max),
    @Actual nvarchar(max),
    @Message nvarchar(max) = NULL,
    @FailMsg nvarchar(max) = N'Unexpected/missing resultset rows!'
AS
SET NOCOUNT ON;
DECLARE @Columns nvarchar(max);
DECLARE @Unsupported int;
DECLARE @Comparison nvarchar(max);
DECLARE @Query nvarchar(max);
DECLARE @Differences int;
DECLARE @Table nvarchar(max);
DECLARE @Problem nvarchar(max);

EXEC tSQLt.AssertObjectExists @Expected;
EXEC tSQLt.AssertObjectExists @Actual;

SELECT
    @Columns = STRING_AGG(CAST(columns.Quoted AS nvarchar(max)), N', ') WITHIN GROUP (ORDER BY columns.Id),
    @Unsupported = COUNT(
        CASE
            WHEN columns.TypeName IN (N'text', N'ntext', N'image', N'xml', N'geography', N'geometry', N'timestamp')
                THEN 1
        END
    )
FROM tSQLt.Private_Columns(@Expected) AS columns;

IF @Unsupported > 0
BEGIN
    RAISERROR (N'The table contains a datatype that is not supported for tSQLt.AssertEqualsTable.', 16, 10);
    RETURN -1;
END;

SET @Comparison = tSQLt.Private_ComparisonQuery(@Columns, @Expected, @Actual);
SET @Query = CONCAT(N'SELECT @Differences = COUNT(*) FROM (', @Comparison, N') AS compared WHERE [_m_] <> ''='';');
EXEC sys.sp_executesql @Query, N'@Differences int OUTPUT', @Differences = @Differences OUTPUT;

IF @Differences = 0
    RETURN 0;

SET @Comparison = CONCAT(N'(', @Comparison, N')');
SET @Columns = CONCAT(N'[_m_], ', @Columns);
EXEC tSQLt.Private_RenderTable
    @Source = @Comparison,
    @Table = @Expected,
    @OrderBy = @Columns,
    @WithMark = 1,
    @Text = @Table OUTPUT;

SET @Problem = CONCAT(@FailMsg, NCHAR(13), NCHAR(10), @Table);
SET @Message = ISNULL(@Message, N'');
EXEC tSQLt.Private_FailWith @Message, @Problem;
GO
