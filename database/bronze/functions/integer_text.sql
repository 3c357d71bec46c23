-- A field's text → a whole number of at most nine digits as SQL Server reads it; NULL for anything else.
-- SELECT TRY_CONVERT(int, bronze.integer_text(N'-12'));
CREATE OR ALTER FUNCTION bronze.integer_text (@text nvarchar(4000))
RETURNS nvarchar(10)
AS
BEGIN
    DECLARE @digits nvarchar(4000) = IIF(LEFT(@text, 1) = N'-', STUFF(@text, 1, 1, N''), @text);

    RETURN IIF(
        LEN(@digits) BETWEEN 1 AND 9 AND @digits COLLATE Latin1_General_BIN2 NOT LIKE N'%[^0-9]%',
        @text,
        NULL
    );
END;
GO
