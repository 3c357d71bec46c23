-- Notes, for UndoTestDoubles, that the object of this name now stands in for another, which had the name before.
CREATE OR ALTER PROCEDURE tSQLt.Private_NoteDouble
    @ObjectId int,
    @Name nvarchar(517),
    @LogTable nvarchar(517) = NULL
AS
SET NOCOUNT ON;

INSERT INTO tSQLt.Private_TestDoubles (ObjectId, OriginalName, DoubleId, LogTableId)
VALUES (@ObjectId, PARSENAME(@Name, 1), OBJECT_ID(@Name), OBJECT_ID(@LogTable));
GO
