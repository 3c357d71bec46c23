-- A field as delivered → its text: blanks, tabs and no-break spaces around it are dropped, CRLF is LF; NULL when
-- nothing is left, or only a word for nothing (NULL, N/A, \N).
-- SELECT bronze.field_text(N' n/a ');
CREATE OR ALTER FUNCTION bronze.field_text (@field nvarchar(4000))
RETURNS nvarchar(4000)
AS
BEGIN
    DECLARE @text nvarchar(4000) = TRIM(
        CONCAT(NCHAR(32), NCHAR(9), NCHAR(160)) FROM REPLACE(@field, CONCAT(NCHAR(13), NCHAR(10)), NCHAR(10))
    );

    RETURN CASE
        WHEN @text IN (N'', N'NULL', N'N/A') OR @text COLLATE Latin1_General_BIN2 = N'\N' THEN NULL
        ELSE @text
    END;
END;
GO
