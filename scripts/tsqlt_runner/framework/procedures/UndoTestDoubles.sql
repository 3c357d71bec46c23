-- Gives every object that a double stands in for its name back, last one first. An object of that name that is no
-- double of the framework is dropped only with @Force = 1.
CREATE OR ALTER PROCEDURE tSQLt.UndoTestDoubles
    @Force bit = 0
AS
SET NOCOUNT ON;
DECLARE @Id int;
DECLARE @ObjectId int;
DECLARE @DoubleId int;
DECLARE @LogTableId int;
DECLARE @Name nvarchar(128);
DECLARE @Moved nvarchar(517);
DECLARE @Strangers nvarchar(max);
DECLARE @Command nvarchar(max);

SELECT @Strangers = STRING_AGG(CAST(names.full_name AS nvarchar(max)), N', ')
FROM (
    SELECT DISTINCT QUOTENAME(OBJECT_SCHEMA_NAME(doubles.ObjectId))
        + N'.' + QUOTENAME(doubles.OriginalName) AS full_name
    FROM tSQLt.Private_TestDoubles AS doubles
) AS names
WHERE OBJECT_ID(names.full_name) IS NOT NULL
    AND OBJECT_ID(names.full_name) NOT IN (
        SELECT known.DoubleId FROM tSQLt.Private_TestDoubles AS known WHERE known.DoubleId IS NOT NULL
    );

IF @Strangers IS NOT NULL AND @Force = 0
BEGIN
    RAISERROR (
        N'Cannot drop these objects as they are not marked as temporary. Use @Force = 1 to override. (%s)', 16, 10,
        @Strangers
    );
    RETURN -1;
END;

SELECT @Id = MAX(doubles.Id) FROM tSQLt.Private_TestDoubles AS doubles;

WHILE @Id IS NOT NULL
BEGIN
    SELECT
        @ObjectId = doubles.ObjectId,
        @LogTableId = doubles.LogTableId,
        @Name = doubles.OriginalName,
        @Moved = tSQLt.Private_QuotedName(doubles.ObjectId),
        @DoubleId = OBJECT_ID(
            QUOTENAME(OBJECT_SCHEMA_NAME(doubles.ObjectId)) + N'.' + QUOTENAME(doubles.OriginalName)
        )
    FROM tSQLt.Private_TestDoubles AS doubles
    WHERE doubles.Id = @Id;

    SELECT @Command = STRING_AGG(
        CAST(
            CONCAT(
                N'DROP ',
                CASE
                    WHEN objects.type = 'P' THEN N'PROCEDURE'
                    WHEN objects.type = 'U' THEN N'TABLE'
                    WHEN objects.type = 'V' THEN N'VIEW'
                    WHEN objects.type = 'SN' THEN N'SYNONYM'
                    WHEN objects.type = 'TR' THEN N'TRIGGER'
                    ELSE N'FUNCTION'
                END, N' ', tSQLt.Private_QuotedName(objects.object_id), N';'
            ) AS nvarchar(max)
        ), N' '
    )
    FROM sys.objects AS objects
    WHERE objects.object_id IN (@DoubleId, @LogTableId);

    EXEC (@Command);

    IF @Moved IS NOT NULL
        EXEC sys.sp_rename @objname = @Moved, @newname = @Name, @objtype = N'OBJECT';

    DELETE FROM tSQLt.Private_TestDoubles WHERE Id = @Id;
    SELECT @Id = MAX(doubles.Id) FROM tSQLt.Private_TestDoubles AS doubles;
END;
GO
