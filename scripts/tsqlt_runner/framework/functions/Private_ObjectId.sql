-- OBJECT_ID that also finds temporary tables, which tempdb knows by another name.
CREATE OR ALTER FUNCTION tSQLt.Private_ObjectId (@Name nvarchar(max))
RETURNS int
AS
BEGIN
    RETURN CASE
        WHEN @Name LIKE N'#%' THEN OBJECT_ID(N'tempdb..' + @Name)
        WHEN @Name LIKE N'[[]#%' THEN OBJECT_ID(N'tempdb..' + @Name)
        ELSE OBJECT_ID(@Name)
    END;
END;
GO
