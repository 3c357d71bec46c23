-- The quoted columns of a table or view, in order, with commas between them.
CREATE OR ALTER FUNCTION tSQLt.Private_ColumnList (@Table nvarchar(max))
RETURNS nvarchar(max)
AS
BEGIN
    DECLARE @List nvarchar(max);

    SELECT @List = STRING_AGG(CAST(columns.Quoted AS nvarchar(max)), N', ') WITHIN GROUP (ORDER BY columns.Id)
    FROM tSQLt.Private_Columns(@Table) AS columns;

    RETURN @List;
END;
GO
