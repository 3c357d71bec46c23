-- Runs as Run does and reports as XML.
CREATE OR ALTER PROCEDURE tSQLt.RunWithXmlResults
    @TestName nvarchar(max) = NULL
AS
EXEC tSQLt.Run @TestName, N'tSQLt.XmlResultFormatter';
GO
