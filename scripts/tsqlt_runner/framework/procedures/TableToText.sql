-- The rows of a table, temporary ones too, as a text table. @PrintOnlyColumnNameAliasList names the columns to show,
-- [quoted] and separated by commas; NULL shows all.
CREATE OR ALTER PROCEDURE tSQLt.TableToText
    @txt nvarchar(max) OUTPUT,
    @TableName nvarchar(max),
    @OrderBy nvarchar(max) = NULL,
    @PrintOnlyColumnNameAliasList nvarchar(max) = NULL
AS
SET NOCOUNT ON;
SET @OrderBy = COALESCE(NULLIF(@OrderBy, N''), N'(SELECT NULL)');

EXEC tSQLt.Private_RenderTable
    @Source = @TableName,
    @Table = @TableName,
    @OrderBy = @OrderBy,
    @OnlyColumns = @PrintOnlyColumnNameAliasList,
    @Text = @txt OUTPUT;
GO
