-- Names the procedure that reports a run when Run names none.
CREATE OR ALTER PROCEDURE tSQLt.SetTestResultFormatter
    @Formatter nvarchar(4000)
AS
SET NOCOUNT ON;

DELETE FROM tSQLt.Private_Settings WHERE Name = N'Formatter';
INSERT INTO tSQLt.Private_Settings (Name, Value) VALUES (N'Formatter', @Formatter);
GO
