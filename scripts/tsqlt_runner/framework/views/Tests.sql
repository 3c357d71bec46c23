-- The tests of all classes: procedures whose names begin with "test".
CREATE OR ALTER VIEW tSQLt.Tests
AS
SELECT
    classes.SchemaId,
    classes.Name AS TestClassName,
    procedures.object_id AS ObjectId,
    procedures.name AS Name
FROM tSQLt.TestClasses AS classes
INNER JOIN sys.procedures AS procedures ON procedures.schema_id = classes.SchemaId
WHERE procedures.name LIKE N'test%';
GO
