-- A field's text → yyyy-mm-dd hh:mm:ss; NULL for anything else. Read as well: every form of bronze.date_text, T between
-- date and time, Z behind it; a date alone is midnight. Whether the moment exists is for TRY_CONVERT.
-- SELECT TRY_CONVERT(datetime2(3), bronze.timestamp_text(N'2025-03-07T18:00:00Z'), 120);
CREATE OR ALTER FUNCTION bronze.timestamp_text (@text nvarchar(4000))
RETURNS nvarchar(19)
AS
BEGIN
    DECLARE @moment nvarchar(4000) = IIF(
        @text COLLATE Latin1_General_BIN2 LIKE N'%[0-9]Z',
        LEFT(@text, LEN(@text) - 1),
        @text
    );
    DECLARE @has_time bit = IIF(
        @moment COLLATE Latin1_General_BIN2 LIKE N'%[ T][0-9][0-9]:[0-9][0-9]:[0-9][0-9]', 1, 0
    );
    DECLARE @date nvarchar(10) = bronze.date_text(IIF(@has_time = 1, LEFT(@moment, LEN(@moment) - 9), @moment));

    RETURN IIF(@date IS NULL, NULL, CONCAT(@date, N' ', IIF(@has_time = 1, RIGHT(@moment, 8), N'00:00:00')));
END;
GO
