-- Rows as a text table in @Text: header, rule, a line per row, each column as wide as its widest value. @Source is
-- what follows FROM and has the columns of @Table, and _m_ before them when @WithMark is 1. Only reads, so that it
-- serves in a doomed transaction too. Values of more than 155 characters show their ends.
CREATE OR ALTER PROCEDURE tSQLt.Private_RenderTable
    @Source nvarchar(max),
    @Table nvarchar(max),
    @OrderBy nvarchar(max),
    @WithMark bit = 0,
    @OnlyColumns nvarchar(max) = NULL,
    @Text nvarchar(max) OUTPUT
AS
SET NOCOUNT ON;
DECLARE @Query nvarchar(max);
DECLARE @Line nchar(2) = NCHAR(13) + NCHAR(10);

WITH shown AS (
    SELECT
        0 AS id,
        N'_m_' AS name,
        N'CAST([_m_] AS nvarchar(max))' AS expression
    WHERE @WithMark = 1
    UNION ALL
    SELECT
        columns.Id,
        columns.Name,
        columns.TextExpression
    FROM tSQLt.Private_Columns(@Table) AS columns
    WHERE @OnlyColumns IS NULL
        OR N',' + REPLACE(@OnlyColumns, N', ', N',') + N',' LIKE N'%,' + REPLACE(columns.Quoted, N'[', N'[[]') + N',%'
),

named AS (
    SELECT
        shown.id,
        shown.expression,
        CAST(LEN(shown.name) AS nvarchar(10)) AS name_width,
        N'N''' + REPLACE(shown.name, N'''', N'''''') + N'''' AS title,
        N'[c' + CAST(shown.id AS nvarchar(10)) + N']' AS cell,
        N'[w' + CAST(shown.id AS nvarchar(10)) + N']' AS width
    FROM shown
)

SELECT @Query = CONCAT(
    N'WITH cells AS (SELECT ROW_NUMBER() OVER (ORDER BY ', @OrderBy, N') AS [row], ',
    STRING_AGG(CAST(CONCAT(N'ISNULL(', named.expression, N', N''!NULL!'') AS ', named.cell) AS nvarchar(max)), N', ')
        WITHIN GROUP (ORDER BY named.id),
    N' FROM ', @Source, N' AS [_source_]), short AS (SELECT [row], ',
    STRING_AGG(
        CAST(
            CONCAT(
                N'IIF(LEN(', named.cell, N') > 155, LEFT(', named.cell, N', 75) + N''<...>'' + RIGHT(', named.cell,
                N', 75), ', named.cell, N') AS ', named.cell
            ) AS nvarchar(max)
        ), N', '
    ) WITHIN GROUP (ORDER BY named.id),
    N' FROM cells), measured AS (SELECT [row], ',
    STRING_AGG(
        CAST(
            CONCAT(
                named.cell, N', IIF(MAX(LEN(', named.cell, N' + N''.'') - 1) OVER () > ', named.name_width,
                N', MAX(LEN(', named.cell, N' + N''.'') - 1) OVER (), ', named.name_width, N') AS ', named.width
            ) AS nvarchar(max)
        ), N', '
    ) WITHIN GROUP (ORDER BY named.id),
    N' FROM short) SELECT @Text = CONCAT(',
    STRING_AGG(
        CAST(
            CONCAT(
                N'N''|'', LEFT(', named.title, N' + REPLICATE(N'' '', ISNULL(MAX(', named.width, N'), 0)), ISNULL(MAX(',
                named.width, N'), ', named.name_width, N')), '
            ) AS nvarchar(max)
        ), N''
    ) WITHIN GROUP (ORDER BY named.id),
    N'N''|'', @Line, ',
    STRING_AGG(
        CAST(
            CONCAT(N'N''+'', REPLICATE(N''-'', ISNULL(MAX(', named.width, N'), ', named.name_width, N')), ')
            AS nvarchar(max)
        ), N''
    ) WITHIN GROUP (ORDER BY named.id),
    N'N''+'', @Line + STRING_AGG(CAST(CONCAT(',
    STRING_AGG(
        CAST(
            CONCAT(N'N''|'', LEFT(', named.cell, N' + REPLICATE(N'' '', ', named.width, N'), ', named.width, N'), ')
            AS nvarchar(max)
        ), N''
    ) WITHIN GROUP (ORDER BY named.id),
    N'N''|'') AS nvarchar(max)), @Line) WITHIN GROUP (ORDER BY [row])) FROM measured;'
)
FROM named;

EXEC sys.sp_executesql
    @Query,
    N'@Line nchar(2), @Text nvarchar(max) OUTPUT',
    @Line = @Line,
    @Text = @Text OUTPUT;
GO
