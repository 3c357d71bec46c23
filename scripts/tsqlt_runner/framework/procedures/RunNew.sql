-- Runs the classes made since RunNew ran last, each with a report of its own.
CREATE OR ALTER PROCEDURE tSQLt.RunNew
    @TestResultFormatter nvarchar(max) = NULL
AS
SET NOCOUNT ON;
DECLARE @ClassName nvarchar(128) = (SELECT MIN(classes.ClassName) FROM tSQLt.Private_NewTestClasses AS classes);

WHILE @ClassName IS NOT NULL
BEGIN
    DELETE FROM tSQLt.Private_NewTestClasses WHERE ClassName = @ClassName;
    EXEC tSQLt.Private_RunTests @ClassName, NULL, @TestResultFormatter;
    SET @ClassName = (SELECT MIN(classes.ClassName) FROM tSQLt.Private_NewTestClasses AS classes);
END;
GO
