-- The name under which statements reach an object, or what stands in for it: that of the double where it was faked.
CREATE OR ALTER FUNCTION tSQLt.Private_PresentName (@ObjectId int)
RETURNS nvarchar(517)
AS
BEGIN
    RETURN ISNULL(
        (
            SELECT TOP (1) QUOTENAME(OBJECT_SCHEMA_NAME(doubles.ObjectId)) + N'.' + QUOTENAME(doubles.OriginalName)
            FROM tSQLt.Private_TestDoubles AS doubles
            WHERE doubles.ObjectId = @ObjectId
            ORDER BY doubles.Id
        ),
        tSQLt.Private_QuotedName(@ObjectId)
    );
END;
GO
