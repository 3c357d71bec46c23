-- Gives a faked table one constraint of its original: CHECK, FOREIGN KEY, UNIQUE or PRIMARY KEY.
CREATE OR ALTER PROCEDURE tSQLt.ApplyConstraint
    @TableName nvarchar(max),
    @ConstraintName nvarchar(max),
    @SchemaName nvarchar(max) = NULL,
    @NoCascade bit = 0
AS
SET NOCOUNT ON;
DECLARE @Table nvarchar(517);
DECLARE @FullName nvarchar(max) = IIF(
    @SchemaName IS NULL,
    @TableName,
    QUOTENAME(PARSENAME(@SchemaName, 1)) + N'.' + QUOTENAME(PARSENAME(@TableName, 1))
);
DECLARE @Name nvarchar(128) = IIF(@ConstraintName LIKE N'[[]%', PARSENAME(@ConstraintName, 1), @ConstraintName);
DECLARE @OriginalId int = tSQLt.Private_OriginalId(OBJECT_ID(@FullName));
DECLARE @ConstraintId int;
DECLARE @Old nvarchar(517);
DECLARE @New nvarchar(128) = N'tSQLt_tempobject_' + REPLACE(CAST(NEWID() AS nvarchar(36)), N'-', N'');
DECLARE @Before nvarchar(max);
DECLARE @Definition nvarchar(max);
DECLARE @Add nvarchar(max);

SELECT @ConstraintId = objects.object_id
FROM sys.objects AS objects
WHERE objects.parent_object_id = @OriginalId
    AND objects.name = @Name
    AND objects.type IN ('C', 'F', 'UQ', 'PK');

IF @ConstraintId IS NULL
BEGIN
    SET @FullName = CONCAT(@SchemaName + N'.', @TableName);
    RAISERROR (
        N'ApplyConstraint could not resolve the object names, ''%s'', ''%s''.', 16, 10, @FullName, @ConstraintName
    );
    RETURN -1;
END;

SET @Table = tSQLt.Private_PresentName(@OriginalId);
SELECT
    @Definition = texts.[Definition],
    @Before = texts.Preparation
FROM tSQLt.Private_ConstraintText(@ConstraintId, @Table, @NoCascade) AS texts;

SET @Old = QUOTENAME(OBJECT_SCHEMA_NAME(@OriginalId)) + N'.' + QUOTENAME(@Name);
SET @Add = CONCAT(N'ALTER TABLE ', @Table, N' ADD CONSTRAINT ', QUOTENAME(@Name), N' ', @Definition, N';');
EXEC sys.sp_rename @objname = @Old, @newname = @New, @objtype = N'OBJECT';
EXEC (@Before);
EXEC (@Add);
INSERT INTO tSQLt.Private_TestDoubles (ObjectId, OriginalName) VALUES (@ConstraintId, @Name);
GO
