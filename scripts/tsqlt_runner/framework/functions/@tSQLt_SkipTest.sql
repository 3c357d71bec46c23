-- Annotation --[@tSQLt:SkipTest](…) of a test. Skips the test and records why.
CREATE OR ALTER FUNCTION tSQLt.[@tSQLt:SkipTest] (@SkipReason nvarchar(max))
RETURNS TABLE
AS
RETURN
    SELECT
        N'SkipTest' AS Annotation,
        @SkipReason AS Value;
GO
