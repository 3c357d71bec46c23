-- [schema].[object] of an object of this database.
CREATE OR ALTER FUNCTION tSQLt.Private_QuotedName (@ObjectId int)
RETURNS nvarchar(517)
AS
BEGIN
    RETURN QUOTENAME(OBJECT_SCHEMA_NAME(@ObjectId)) + N'.' + QUOTENAME(OBJECT_NAME(@ObjectId));
END;
GO
