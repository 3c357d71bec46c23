-- Fails when the table holds rows, and shows them.
CREATE OR ALTER PROCEDURE tSQLt.AssertEmptyTable
    @TableName nvarchar(max),
    @Message nvarchar(max) = N''
AS
SET NOCOUNT ON;
DECLARE @Query nvarchar(max);
DECLARE @HasRows bit;
DECLARE @Table nvarchar(max);
DECLARE @Problem nvarchar(max);
DECLARE @Name nvarchar(max);

EXEC tSQLt.AssertObjectExists @TableName;

SET @Query = CONCAT(N'SET @HasRows = IIF(EXISTS (SELECT 1 FROM ', @TableName, N'), 1, 0);');
EXEC sys.sp_executesql @Query, N'@HasRows bit OUTPUT', @HasRows = @HasRows OUTPUT;

IF @HasRows = 0
    RETURN 0;

EXEC tSQLt.TableToText @txt = @Table OUTPUT, @TableName = @TableName;
SET @Name = ISNULL(tSQLt.Private_QuotedName(OBJECT_ID(@TableName)), @TableName);
SET @Problem = CONCAT(@Name, N' was not empty:', NCHAR(13), NCHAR(10), @Table);
EXEC tSQLt.Private_FailWith @Message, @Problem;
GO
