-- Runs a test, [class].[test name], or all tests of a class; without a name, what Run ran last.
CREATE OR ALTER PROCEDURE tSQLt.Run
    @TestName nvarchar(max) = NULL,
    @TestResultFormatter nvarchar(max) = NULL
AS
SET NOCOUNT ON;
DECLARE @ClassName nvarchar(128);
DECLARE @TestCase nvarchar(128);
DECLARE @ObjectId int;

IF @TestName IS NULL
    SELECT @TestName = settings.Value FROM tSQLt.Private_Settings AS settings WHERE settings.Name = N'LastRun';
ELSE
BEGIN
    DELETE FROM tSQLt.Private_Settings WHERE Name = N'LastRun';
    INSERT INTO tSQLt.Private_Settings (Name, Value) VALUES (N'LastRun', @TestName);
END;

IF @TestName IS NULL
    RETURN 0;

SELECT @ClassName = classes.Name
FROM tSQLt.TestClasses AS classes
WHERE classes.Name = @TestName
    OR QUOTENAME(classes.Name) = @TestName;

IF @ClassName IS NULL
BEGIN
    SET @ObjectId = OBJECT_ID(@TestName, N'P');
    SELECT
        @ClassName = tests.TestClassName,
        @TestCase = tests.Name
    FROM tSQLt.Tests AS tests
    WHERE tests.ObjectId = @ObjectId;
END;

IF @ClassName IS NULL
BEGIN
    RAISERROR (N'The test case or class ''%s'' does not exist.', 16, 10, @TestName);
    RETURN -1;
END;

EXEC tSQLt.Private_RunTests @ClassName, @TestCase, @TestResultFormatter;
GO
