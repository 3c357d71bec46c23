-- The schemas that NewTestClass made.
CREATE OR ALTER VIEW tSQLt.TestClasses
AS
SELECT
    schemas.name AS Name,
    schemas.schema_id AS SchemaId
FROM sys.schemas AS schemas
INNER JOIN sys.extended_properties AS properties
    ON properties.class = 3
    AND properties.major_id = schemas.schema_id
    AND properties.name = N'tSQLt.TestClass';
GO
