-- Reports nothing.
CREATE OR ALTER PROCEDURE tSQLt.NullTestResultFormatter
AS
RETURN 0;
GO
