-- Annotation --[@tSQLt:MinSqlMajorVersion](…) of a test. Skips the test on servers older than this.
CREATE OR ALTER FUNCTION tSQLt.[@tSQLt:MinSqlMajorVersion] (@MinVersion int)
RETURNS TABLE
AS
RETURN
    SELECT
        N'MinSqlMajorVersion' AS Annotation,
        CAST(@MinVersion AS nvarchar(max)) AS Value;
GO
