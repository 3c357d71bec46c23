-- Annotation --[@tSQLt:MaxSqlMajorVersion](…) of a test. Skips the test on servers newer than this.
CREATE OR ALTER FUNCTION tSQLt.[@tSQLt:MaxSqlMajorVersion] (@MaxVersion int)
RETURNS TABLE
AS
RETURN
    SELECT
        N'MaxSqlMajorVersion' AS Annotation,
        CAST(@MaxVersion AS nvarchar(max)) AS Value;
GO
