-- RemoveObject for an object that may be missing.
CREATE OR ALTER PROCEDURE tSQLt.RemoveObjectIfExists
    @ObjectName nvarchar(max),
    @NewName nvarchar(max) = NULL OUTPUT
AS
EXEC tSQLt.RemoveObject @ObjectName, @NewName OUTPUT, 1;
GO
