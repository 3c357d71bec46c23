-- Gives a faked table a trigger of its original.
CREATE OR ALTER PROCEDURE tSQLt.ApplyTrigger
    @TableName nvarchar(max),
    @TriggerName nvarchar(max)
AS
SET NOCOUNT ON;
DECLARE @OriginalId int = tSQLt.Private_OriginalId(OBJECT_ID(@TableName));
DECLARE @Name nvarchar(128) = PARSENAME(@TriggerName, 1);
DECLARE @TriggerId int;
DECLARE @Create nvarchar(max);
DECLARE @OldName nvarchar(517);
DECLARE @Moved nvarchar(517);

IF @OriginalId IS NULL
BEGIN
    RAISERROR (N'%s does not exist or was not faked by tSQLt.FakeTable.', 16, 10, @TableName);
    RETURN -1;
END;

SELECT
    @TriggerId = triggers.object_id,
    @Create = OBJECT_DEFINITION(triggers.object_id)
FROM sys.triggers AS triggers
WHERE triggers.parent_id = @OriginalId
    AND triggers.name = @Name;

IF @TriggerId IS NULL
BEGIN
    RAISERROR (N'%s is not a trigger on %s', 16, 10, @TriggerName, @TableName);
    RETURN -1;
END;

EXEC tSQLt.Private_MoveAway @TriggerId, @OldName OUTPUT, @Moved OUTPUT;
EXEC (@Create);
EXEC tSQLt.Private_NoteDouble @TriggerId, @OldName;
GO
