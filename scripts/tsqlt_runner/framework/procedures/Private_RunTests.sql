-- Runs the tests of one class, of all classes (@ClassName NULL), or one test, and reports them with a formatter.
CREATE OR ALTER PROCEDURE tSQLt.Private_RunTests
    @ClassName nvarchar(128),
    @TestCase nvarchar(128),
    @TestResultFormatter nvarchar(max)
AS
SET NOCOUNT ON;
DECLARE @Class nvarchar(128);
DECLARE @Test nvarchar(128);
DECLARE @IsVerbose bit = IIF(EXISTS (
    SELECT 1 FROM tSQLt.Private_Settings AS settings WHERE settings.Name = N'Verbose' AND settings.Value = N'1'
), 1, 0);

DELETE FROM tSQLt.TestResult;

DECLARE tests CURSOR LOCAL STATIC READ_ONLY FOR
    SELECT
        found.TestClassName,
        found.Name
    FROM tSQLt.Tests AS found
    WHERE (@ClassName IS NULL OR found.TestClassName = @ClassName)
        AND (@TestCase IS NULL OR found.Name = @TestCase)
    ORDER BY
        found.TestClassName,
        found.Name;
OPEN tests;
FETCH NEXT FROM tests INTO @Class, @Test;

WHILE @@FETCH_STATUS = 0
BEGIN
    IF @IsVerbose = 1
        RAISERROR (N'tSQLt.Run ''[%s].[%s]''; --Starting', 0, 1, @Class, @Test) WITH NOWAIT;

    EXEC tSQLt.Private_RunTest @Class, @Test;

    IF @IsVerbose = 1
        RAISERROR (N'tSQLt.Run ''[%s].[%s]''; --Finished', 0, 1, @Class, @Test) WITH NOWAIT;

    FETCH NEXT FROM tests INTO @Class, @Test;
END;

CLOSE tests;
DEALLOCATE tests;
SET @TestResultFormatter = ISNULL(@TestResultFormatter, tSQLt.GetTestResultFormatter());
EXEC @TestResultFormatter;
GO
