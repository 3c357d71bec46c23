-- Drops a test class with everything in it; does nothing where there is none.
CREATE OR ALTER PROCEDURE tSQLt.DropClass
    @ClassName nvarchar(max)
AS
SET NOCOUNT ON;
DECLARE @SchemaId int = SCHEMA_ID(IIF(@ClassName LIKE N'[[]%]', PARSENAME(@ClassName, 1), @ClassName));
DECLARE @Drop nvarchar(max);

IF @SchemaId IS NULL
    RETURN 0;

-- Foreign keys first, then what may refer to other objects, then those.
SELECT @Drop = STRING_AGG(CAST(drops.command AS nvarchar(max)), N' ') WITHIN GROUP (ORDER BY drops.place, drops.id)
FROM (
    SELECT
        0 AS place,
        keys.object_id AS id,
        N'ALTER TABLE ' + tSQLt.Private_QuotedName(keys.parent_object_id) + N' DROP CONSTRAINT '
            + QUOTENAME(keys.name) + N';' AS command
    FROM sys.foreign_keys AS keys
    WHERE SCHEMA_ID(OBJECT_SCHEMA_NAME(keys.referenced_object_id)) = @SchemaId
        OR keys.schema_id = @SchemaId
    UNION ALL
    SELECT
        kinds.place,
        -objects.object_id,
        N'DROP ' + kinds.kind + N' ' + QUOTENAME(SCHEMA_NAME(@SchemaId)) + N'.' + QUOTENAME(objects.name) + N';'
    FROM sys.objects AS objects
    INNER JOIN (
        VALUES
            ('P', 1, N'PROCEDURE'),
            ('V', 2, N'VIEW'),
            ('FN', 4, N'FUNCTION'),
            ('IF', 3, N'FUNCTION'),
            ('TF', 3, N'FUNCTION'),
            ('SN', 5, N'SYNONYM'),
            ('U', 6, N'TABLE'),
            ('SO', 7, N'SEQUENCE')
    ) AS kinds (type, place, kind) ON kinds.type = objects.type
    WHERE objects.schema_id = @SchemaId
    UNION ALL
    SELECT
        8,
        types.user_type_id,
        N'DROP TYPE ' + QUOTENAME(SCHEMA_NAME(@SchemaId)) + N'.' + QUOTENAME(types.name) + N';'
    FROM sys.types AS types
    WHERE types.schema_id = @SchemaId
        AND types.is_user_defined = 1
    UNION ALL
    SELECT
        9,
        0,
        N'DROP SCHEMA ' + QUOTENAME(SCHEMA_NAME(@SchemaId)) + N';'
) AS drops;

EXEC (@Drop);
RETURN 0;
GO
