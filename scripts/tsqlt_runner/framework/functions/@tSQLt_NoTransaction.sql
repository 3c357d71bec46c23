-- Annotation --[@tSQLt:NoTransaction](…) of a test. Runs the test outside a transaction; the named procedure, then the
-- class's CleanUp, tidy up after it.
CREATE OR ALTER FUNCTION tSQLt.[@tSQLt:NoTransaction] (@CleanUpProcedureName nvarchar(max) = NULL)
RETURNS TABLE
AS
RETURN
    SELECT
        N'NoTransaction' AS Annotation,
        @CleanUpProcedureName AS Value;
GO
