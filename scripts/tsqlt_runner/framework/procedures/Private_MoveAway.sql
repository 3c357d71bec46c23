-- Renames an object out of the way of a double; @Name is the two-part name it had, @Moved the one it has now.
CREATE OR ALTER PROCEDURE tSQLt.Private_MoveAway
    @ObjectId int,
    @Name nvarchar(517) OUTPUT,
    @Moved nvarchar(517) OUTPUT
AS
SET NOCOUNT ON;
DECLARE @Schema nvarchar(258) = QUOTENAME(OBJECT_SCHEMA_NAME(@ObjectId));
DECLARE @Own nvarchar(258) = QUOTENAME(OBJECT_NAME(@ObjectId));
DECLARE @Unique nvarchar(36) = NEWID();
DECLARE @New nvarchar(128) = N'tSQLt_tempobject_' + REPLACE(@Unique, N'-', N'');

SET @Name = @Schema + N'.' + @Own;
SET @Moved = @Schema + N'.[' + @New + N']';

EXEC sys.sp_rename @objname = @Name, @newname = @New, @objtype = N'OBJECT';
GO
