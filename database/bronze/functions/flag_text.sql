-- A field's text → 1 or 0 for yes or no in the words that exports use; NULL for anything else.
-- SELECT TRY_CONVERT(bit, bronze.flag_text(N'Yes'));
CREATE OR ALTER FUNCTION bronze.flag_text (@text nvarchar(4000))
RETURNS nvarchar(1)
AS
BEGIN
    RETURN CASE
        WHEN @text IN (N'true', N'1', N'yes', N'y', N't') THEN N'1'
        WHEN @text IN (N'false', N'0', N'no', N'n', N'f') THEN N'0'
    END;
END;
GO
