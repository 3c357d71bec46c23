-- Fails unless there is an object of that name; temporary tables are found too.
CREATE OR ALTER PROCEDURE tSQLt.AssertObjectExists
    @ObjectName nvarchar(max),
    @Message nvarchar(max) = N''
AS
SET NOCOUNT ON;
DECLARE @Problem nvarchar(max) = CONCAT(N'''', ISNULL(@ObjectName, N'NULL'), N''' does not exist');

IF tSQLt.Private_ObjectId(@ObjectName) IS NOT NULL
    RETURN 0;

EXEC tSQLt.Private_FailWith @Message, @Problem;
GO
