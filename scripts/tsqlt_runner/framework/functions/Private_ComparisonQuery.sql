-- The text of a query over two tables of the same columns: _m_ is '<' for rows only in the first, '>' for rows only in
-- the second, '=' for rows in both. Equal rows are numbered, so that duplicates pair one with one.
CREATE OR ALTER FUNCTION tSQLt.Private_ComparisonQuery (
    @Columns nvarchar(max),
    @Expected nvarchar(max),
    @Actual nvarchar(max)
)
RETURNS nvarchar(max)
AS
BEGIN
    RETURN CONCAT(
        N'SELECT CASE MIN([_side_]) + MAX([_side_]) WHEN 2 THEN ''<'' WHEN 4 THEN ''>'' ELSE ''='' END AS [_m_], ',
        @Columns,
        N' FROM (SELECT [_side_], ROW_NUMBER() OVER (PARTITION BY [_side_], ', @Columns,
        N' ORDER BY (SELECT NULL)) AS [_copy_], ', @Columns,
        N' FROM (SELECT 1 AS [_side_], ', @Columns, N' FROM ', @Expected,
        N' UNION ALL SELECT 2, ', @Columns, N' FROM ', @Actual,
        N') AS [_both_]) AS [_numbered_] GROUP BY [_copy_], ', @Columns
    );
END;
GO
