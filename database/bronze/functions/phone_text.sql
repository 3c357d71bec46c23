-- A field's text → a telephone number, + and 8 to 15 digits; NULL for anything else. (0), spaces and - . ( ) / are
-- dropped; 00 in front is +.
-- SELECT bronze.phone_text(N'0049 (0)30 / 123 45-67');
CREATE OR ALTER FUNCTION bronze.phone_text (@text nvarchar(4000))
RETURNS nvarchar(16)
AS
BEGIN
    DECLARE @packed nvarchar(4000) = REPLACE(
        TRANSLATE(REPLACE(@text, N'(0)', N''), N'-.()/', N'     '), N' ', N''
    );
    DECLARE @number nvarchar(4000) = IIF(@packed LIKE N'00%', STUFF(@packed, 1, 2, N'+'), @packed);

    RETURN IIF(
        LEFT(@number, 1) = N'+'
        AND STUFF(@number, 1, 1, N'') COLLATE Latin1_General_BIN2 NOT LIKE N'%[^0-9]%'
        AND LEN(@number) BETWEEN 9 AND 16,
        @number,
        NULL
    );
END;
GO
