-- Gives a test class another name: everything in it moves to the schema of that name.
CREATE OR ALTER PROCEDURE tSQLt.RenameClass
    @SchemaName nvarchar(max),
    @NewSchemaName nvarchar(max)
AS
SET NOCOUNT ON;
DECLARE @Old nvarchar(128) = IIF(@SchemaName LIKE N'[[]%', PARSENAME(@SchemaName, 1), @SchemaName);
DECLARE @New nvarchar(128) = IIF(@NewSchemaName LIKE N'[[]%', PARSENAME(@NewSchemaName, 1), @NewSchemaName);
DECLARE @Move nvarchar(max);

EXEC tSQLt.NewTestClass @New;

SELECT @Move = STRING_AGG(
    CAST(
        N'ALTER SCHEMA ' + QUOTENAME(@New) + N' TRANSFER ' + moved.kind + QUOTENAME(@Old) + N'.' + QUOTENAME(moved.name)
            + N';' AS nvarchar(max)
    ), N' '
)
FROM (
    SELECT
        objects.name,
        N'OBJECT::' AS kind
    FROM sys.objects AS objects
    WHERE objects.schema_id = SCHEMA_ID(@Old)
        AND objects.type NOT IN ('PK', 'F', 'UQ', 'C', 'D', 'TR', 'TT')
    UNION ALL
    SELECT
        types.name,
        N'TYPE::'
    FROM sys.types AS types
    WHERE types.schema_id = SCHEMA_ID(@Old)
) AS moved;

EXEC (@Move);
EXEC tSQLt.DropClass @Old;
GO
