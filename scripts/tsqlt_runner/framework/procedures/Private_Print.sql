-- Prints a text line by line, since PRINT ends after 4,000 characters.
CREATE OR ALTER PROCEDURE tSQLt.Private_Print
    @Text nvarchar(max)
AS
SET NOCOUNT ON;
DECLARE @Line nvarchar(max);
DECLARE @End int;
SET @Text = REPLACE(@Text, NCHAR(13), N'');

WHILE @Text <> N''
BEGIN
    SET @End = CHARINDEX(NCHAR(10), @Text + NCHAR(10));
    SET @Line = LEFT(@Text, @End - 1);
    PRINT @Line;
    SET @Text = SUBSTRING(@Text, @End + 1, LEN(@Text + N'.'));
END;
GO
