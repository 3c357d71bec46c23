-- With 1, each test is announced before and after it runs.
CREATE OR ALTER PROCEDURE tSQLt.SetVerbose
    @Verbose bit = 1
AS
SET NOCOUNT ON;

DELETE FROM tSQLt.Private_Settings WHERE Name = N'Verbose';
INSERT INTO tSQLt.Private_Settings (Name, Value) VALUES (N'Verbose', CAST(@Verbose AS nvarchar(max)));
GO
