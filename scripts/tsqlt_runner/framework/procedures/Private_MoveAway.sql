-- Renames an object out of the way of a double and notes that; @LogId is the note, @Moved the new two-part name.
CREATE OR ALTER PROCEDURE tSQLt.Private_MoveAway
    @ObjectId int,
    @LogId int OUTPUT,
    @Moved nvarchar(517) OUTPUT
AS
SET NOCOUNT ON;
DECLARE @Old nvarchar(517) = tSQLt.Private_QuotedName(@ObjectId);
DECLARE @Name nvarchar(128) = OBJECT_NAME(@ObjectId);
DECLARE @New nvarchar(128) = N'tSQLt_tempobject_' + REPLACE(CAST(NEWID() AS nvarchar(36)), N'-', N'');

EXEC sys.sp_rename @objname = @Old, @newname = @New, @objtype = N'OBJECT';
INSERT INTO tSQLt.Private_TestDoubles (ObjectId, OriginalName) VALUES (@ObjectId, @Name);
SELECT
    @LogId = SCOPE_IDENTITY(),
    @Moved = tSQLt.Private_QuotedName(@ObjectId);
GO
