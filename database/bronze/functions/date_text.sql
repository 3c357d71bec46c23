-- A field's text → yyyy-mm-dd; NULL for anything else. Read as well: yyyy/mm/dd, dd.mm.yyyy, dd Mon yyyy. Whether the
-- day exists is for TRY_CONVERT.
-- SELECT TRY_CONVERT(date, bronze.date_text(N'07 Mar 2025'), 23);
CREATE OR ALTER FUNCTION bronze.date_text (@text nvarchar(4000))
RETURNS nvarchar(10)
AS
BEGIN
    RETURN CASE
        WHEN @text COLLATE Latin1_General_BIN2 LIKE N'[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]' THEN @text
        WHEN @text COLLATE Latin1_General_BIN2 LIKE N'[0-9][0-9][0-9][0-9]/[0-9][0-9]/[0-9][0-9]'
            THEN REPLACE(@text, N'/', N'-')
        WHEN @text COLLATE Latin1_General_BIN2 LIKE N'[0-9][0-9].[0-9][0-9].[0-9][0-9][0-9][0-9]'
            THEN CONCAT(RIGHT(@text, 4), N'-', SUBSTRING(@text, 4, 2), N'-', LEFT(@text, 2))
        WHEN @text COLLATE Latin1_General_BIN2 LIKE N'[0-9][0-9] [A-Za-z][A-Za-z][A-Za-z] [0-9][0-9][0-9][0-9]'
            AND CHARINDEX(SUBSTRING(@text, 4, 3), N'jan feb mar apr may jun jul aug sep oct nov dec') > 0
            THEN CONCAT(
                RIGHT(@text, 4),
                N'-',
                RIGHT(
                    CHARINDEX(SUBSTRING(@text, 4, 3), N'jan feb mar apr may jun jul aug sep oct nov dec') / 4 + 101,
                    2
                ),
                N'-',
                LEFT(@text, 2)
            )
    END;
END;
GO
