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
DECLARE @IsPlain bit;
DECLARE @Create nvarchar(max);
DECLARE @Moved nvarchar(517);

IF @SchemaName IS NOT NULL
    SET @FullName = CONCAT(
        IIF(@SchemaName LIKE N'[[]%', @SchemaName, QUOTENAME(@SchemaName)), N'.',
        IIF(@TableName LIKE N'[[]%', @TableName, QUOTENAME(@TableName))
    );

SET @ObjectId = OBJECT_ID(@FullName);

-- The parameters were once the other way round.
IF @ObjectId IS NULL AND @SchemaName IS NOT NULL
BEGIN
    SET @FullName = CONCAT(QUOTENAME(PARSENAME(@TableName, 1)), N'.', QUOTENAME(PARSENAME(@SchemaName, 1)));
    SET @ObjectId = OBJECT_ID(@FullName);
END;

SET @ShapeId = OBJECT_ID(@FullName, N'U');

IF @ShapeId IS NULL
    SET @ShapeId = OBJECT_ID(@FullName, N'V');

IF @ShapeId IS NULL
    SELECT @ShapeId = OBJECT_ID(synonyms.base_object_name)
    FROM sys.synonyms AS synonyms
    WHERE synonyms.object_id = @ObjectId;

IF @ShapeId IS NULL
BEGIN
    SET @FullName = CONCAT(@SchemaName + N'.', @TableName);
    RAISERROR (N'FakeTable could not resolve the object name, ''%s''.', 16, 10, @FullName);
    RETURN -1;
END;

SET @IsPlain = IIF(ISNULL(@Identity, 0) = 0 AND ISNULL(@ComputedColumns, 0) = 0, 1, 0);

IF @IsPlain = 0
    SET @Columns = tSQLt.Private_FakeColumns(@ShapeId, @Identity, @ComputedColumns, @Defaults);

EXEC tSQLt.Private_MoveAway @ObjectId, @Name OUTPUT, @Moved OUTPUT;

-- Columns from the optional side of an outer join may be NULL, and lose IDENTITY and what computes them.
IF @ShapeId <> @ObjectId
    SET @Moved = tSQLt.Private_QuotedName(@ShapeId);

IF @IsPlain = 1
    SET @Create = N'SELECT TOP (0) original.* INTO ' + @Name + N' FROM (SELECT 1 AS one) AS nothing LEFT JOIN '
        + @Moved + N' AS original ON 1 = 0;';
ELSE
    SET @Create = CONCAT(N'CREATE TABLE ', @Name, N' (', @Columns, N');');

EXEC (@Create);

IF @IsPlain = 1 AND @Defaults = 1
BEGIN
    SELECT @Create = STRING_AGG(
        CAST(
            CONCAT(
                N'ALTER TABLE ', @Name, N' ADD DEFAULT ', defaults.[definition], N' FOR ',
                QUOTENAME(COL_NAME(defaults.parent_object_id, defaults.parent_column_id)), N';'
            ) AS nvarchar(max)
        ), N' '
    )
    FROM sys.default_constraints AS defaults
    WHERE defaults.parent_object_id = @ShapeId;

    EXEC (@Create);
END;

EXEC tSQLt.Private_NoteDouble @ObjectId, @Name;
GO
