-- Runs a test, [class].[test name], or all tests of a class; without a name, what Run ran last.
CREATE OR ALTER PROCEDURE tSQLt.Run
    @TestName nvarchar(max) = NULL,
    @TestResultFormatter nvarchar(max) = NULL
AS
SET NOCOUNT ON;
DECLARE @ClassName nvarchar(128);
DECLARE @TestCase nvarchar(128);
DECLARE @ObjectId int;
DECLARE @SchemaId int;

IF @TestName IS NULL
    SELECT @TestName = settings.Value FROM tSQLt.Private_Settings AS settings WHERE settings.Name = N'LastRun';
ELSE
BEGIN
    UPDATE tSQLt.Private_Settings SET Value = @TestName WHERE Name = N'LastRun';

    IF @@ROWCOUNT = 0
        INSERT INTO tSQLt.Private_Settings (Name, Value) VALUES (N'LastRun', @TestName);
END;

IF @TestName IS NULL
    RETURN 0;

-- By metadata functions: the view tSQLt.Tests reads every procedure there is, and each run asks for one.
SET @SchemaId = SCHEMA_ID(@TestName);

IF @SchemaId IS NULL AND PARSENAME(@TestName, 2) IS NULL
    SET @SchemaId = SCHEMA_ID(PARSENAME(@TestName, 1));

IF @SchemaId IS NOT NULL AND tSQLt.Private_IsTestClass(@SchemaId) = 1
    SET @ClassName = SCHEMA_NAME(@SchemaId);
ELSE
BEGIN
    SET @ObjectId = OBJECT_ID(@TestName, N'P');
    SET @SchemaId = SCHEMA_ID(OBJECT_SCHEMA_NAME(@ObjectId));

    IF OBJECT_NAME(@ObjectId) LIKE N'test%' AND tSQLt.Private_IsTestClass(@SchemaId) = 1
    BEGIN
        SET @ClassName = OBJECT_SCHEMA_NAME(@ObjectId);
        SET @TestCase = OBJECT_NAME(@ObjectId);
    END;
END;

IF @ClassName IS NULL
BEGIN
    RAISERROR (N'The test case or class ''%s'' does not exist.', 16, 10, @TestName);
    RETURN -1;
END;

EXEC tSQLt.Private_RunTests @ClassName, @TestCase, @TestResultFormatter;
GO
