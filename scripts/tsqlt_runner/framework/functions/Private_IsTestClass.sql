-- Whether NewTestClass made a schema. Asked of one number, where the view TestClasses reads all schemas.
CREATE OR ALTER FUNCTION tSQLt.Private_IsTestClass (@SchemaId int)
RETURNS bit
AS
BEGIN
    RETURN IIF(
        EXISTS (
            SELECT 1
            FROM sys.extended_properties AS properties
            WHERE properties.major_id = @SchemaId
                AND properties.class = 3
                AND properties.name = N'tSQLt.TestClass'
        ), 1, 0
    );
END;
GO
