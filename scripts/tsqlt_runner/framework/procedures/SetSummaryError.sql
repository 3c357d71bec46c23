-- With 0, a run whose tests failed ends without an error.
CREATE OR ALTER PROCEDURE tSQLt.SetSummaryError
    @SummaryError int
AS
SET NOCOUNT ON;

DELETE FROM tSQLt.Private_Settings WHERE Name = N'SummaryError';
INSERT INTO tSQLt.Private_Settings (Name, Value) VALUES (N'SummaryError', CAST(@SummaryError AS nvarchar(max)));
GO
