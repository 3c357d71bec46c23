-- Renames an object away, so that a test can do without it or put its own in its place.
CREATE OR ALTER PROCEDURE tSQLt.RemoveObject
    @ObjectName nvarchar(max),
    @NewName nvarchar(max) = NULL OUTPUT,
    @IfExists int = 0
AS
SET NOCOUNT ON;
DECLARE @ObjectId int = OBJECT_ID(@ObjectName);
DECLARE @Name nvarchar(517);
DECLARE @Moved nvarchar(517);

IF @ObjectId IS NULL AND @IfExists = 1
    RETURN 0;

IF @ObjectId IS NULL
BEGIN
    RAISERROR (N'%s does not exist!', 16, 10, @ObjectName);
    RETURN -1;
END;

EXEC tSQLt.Private_MoveAway @ObjectId, @Name OUTPUT, @Moved OUTPUT;
EXEC tSQLt.Private_NoteDouble @ObjectId, @Name;
SET @NewName = OBJECT_NAME(@ObjectId);
GO
