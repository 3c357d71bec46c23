-- Renames an object out of the way of a double; @Name is the two-part name it had, @Moved the one it has now.
CREATE OR ALTER PROCEDURE tSQLt.Private_MoveAway
    @ObjectId int,
    @Name nvarchar(517) OUTPUT,
    @Moved nvarchar(517) OUTPUT
AS
SET NOCOUNT ON;
DECLARE @Schema nvarchar(258);
DECLARE @New nvarchar(128);

SELECT
    @Schema = QUOTENAME(OBJECT_SCHEMA_NAME(@ObjectId)),
    @Name = QUOTENAME(OBJECT_NAME(@ObjectId)),
    @New = N'tSQLt_tempobject_' + REPLACE(CAST(NEWID() AS nvarchar(36)), N'-', N'');
SELECT
    @Name = @Schema + N'.' + @Name,
    @Moved = @Schema + N'.' + QUOTENAME(@New);

EXEC sys.sp_rename @objname = @Name, @newname = @New, @objtype = N'OBJECT';
GO
