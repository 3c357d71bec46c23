-- Runs the tests of one class, of all classes (@ClassName NULL), or one test, and reports them with a formatter.
CREATE OR ALTER PROCEDURE tSQLt.Private_RunTests
    @ClassName nvarchar(128),
    @TestCase nvarchar(128),
    @TestResultFormatter nvarchar(max)
AS
SET NOCOUNT ON;
DECLARE @Class nvarchar(128);
DECLARE @Test nvarchar(128);

DELETE FROM tSQLt.TestResult;

IF @TestCase IS NOT NULL
    EXEC tSQLt.Private_RunTest @ClassName, @TestCase;
ELSE
BEGIN
    DECLARE tests CURSOR LOCAL STATIC READ_ONLY FOR
        SELECT
            found.TestClassName,
            found.Name
        FROM tSQLt.Tests AS found
        WHERE @ClassName IS NULL
            OR found.TestClassName = @ClassName
        ORDER BY
            found.TestClassName,
            found.Name;
    OPEN tests;
    FETCH NEXT FROM tests INTO @Class, @Test;

    WHILE @@FETCH_STATUS = 0
    BEGIN
        EXEC tSQLt.Private_RunTest @Class, @Test;
        FETCH NEXT FROM tests INTO @Class, @Test;
    END;

    CLOSE tests;
    DEALLOCATE tests;
END;

SET @TestResultFormatter = ISNULL(@TestResultFormatter, tSQLt.GetTestResultFormatter());
EXEC @TestResultFormatter;
GO
