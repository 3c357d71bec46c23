-- Puts an empty table of the same columns in the place of a table, view or synonym: no constraint, nothing NOT NULL.
CREATE OR ALTER PROCEDURE tSQLt.FakeTable
    @TableName nvarchar(max),
    @SchemaName nvarchar(max) = NULL,
    @Identity bit = NULL,
    @ComputedColumns bit = NULL,
    @Defaults bit = NULL
AS
SET NOCOUNT ON;
DECLARE @FullName nvarchar(max) = @TableName;
DECLARE @ObjectId int;
DECLARE @ShapeId int;
DECLARE @Name nvarchar(517);
DECLARE @Columns nvarchar(max);
DECLARE @Create nvarchar(max);
DECLARE @LogId int;
DECLARE @Moved nvarchar(517);

IF @SchemaName IS NOT NULL
    SET @FullName = CONCAT(
        IIF(@SchemaName LIKE N'[[]%', @SchemaName, QUOTENAME(@SchemaName)), N'.',
        IIF(@TableName LIKE N'[[]%', @TableName, QUOTENAME(@TableName))
    );

SET @ObjectId = OBJECT_ID(@FullName);

-- The parameters were once the other way round.
IF @ObjectId IS NULL AND @SchemaName IS NOT NULL
    SET @ObjectId = OBJECT_ID(CONCAT(QUOTENAME(PARSENAME(@TableName, 1)), N'.', QUOTENAME(PARSENAME(@SchemaName, 1))));

SELECT @ShapeId = IIF(objects.type = 'SN', OBJECT_ID(synonyms.base_object_name), objects.object_id)
FROM sys.objects AS objects
LEFT JOIN sys.synonyms AS synonyms ON synonyms.object_id = objects.object_id
WHERE objects.object_id = @ObjectId
    AND objects.type IN ('U', 'V', 'SN');

SET @Columns = tSQLt.Private_FakeColumns(@ShapeId, @Identity, @ComputedColumns, @Defaults);

IF @Columns IS NULL
BEGIN
    SET @FullName = CONCAT(@SchemaName + N'.', @TableName);
    RAISERROR (N'FakeTable could not resolve the object name, ''%s''.', 16, 10, @FullName);
    RETURN -1;
END;

SET @Name = tSQLt.Private_QuotedName(@ObjectId);
SET @Create = CONCAT(N'CREATE TABLE ', @Name, N' (', @Columns, N');');
EXEC tSQLt.Private_MoveAway @ObjectId, @LogId OUTPUT, @Moved OUTPUT;
EXEC (@Create);
UPDATE tSQLt.Private_TestDoubles SET DoubleId = OBJECT_ID(@Name) WHERE Id = @LogId;
GO
