-- Makes a test class, a schema, anew: what an earlier one of that name held is dropped.
CREATE OR ALTER PROCEDURE tSQLt.NewTestClass
    @ClassName nvarchar(max)
AS
SET NOCOUNT ON;
DECLARE @Name nvarchar(128) = IIF(@ClassName LIKE N'[[]%]', PARSENAME(@ClassName, 1), @ClassName);
DECLARE @Create nvarchar(max);

IF SCHEMA_ID(@Name) IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM tSQLt.TestClasses AS classes WHERE classes.Name = @Name)
BEGIN
    RAISERROR (N'Error creating test class: the schema %s exists and is no test class.', 16, 10, @Name);
    RETURN -1;
END;

EXEC tSQLt.DropClass @ClassName = @Name;

SET @Create = N'CREATE SCHEMA ' + QUOTENAME(@Name);
EXEC (@Create);
EXEC sys.sp_addextendedproperty
    @name = N'tSQLt.TestClass',
    @value = 1,
    @level0type = N'SCHEMA',
    @level0name = @Name;

DELETE FROM tSQLt.Private_NewTestClasses WHERE ClassName = @Name;
INSERT INTO tSQLt.Private_NewTestClasses (ClassName) VALUES (@Name);
RETURN 0;
GO
