-- A field's text → a number as SQL Server reads it into float: digits with a decimal point, perhaps an exponent of up
-- to three digits, as instruments and programs write it; NULL for anything else.
-- SELECT TRY_CONVERT(float(53), bronze.float_text(N'6.02E23'));
CREATE OR ALTER FUNCTION bronze.float_text (@text nvarchar(4000))
RETURNS nvarchar(60)
AS
BEGIN
    DECLARE @exponent_at int = CHARINDEX(N'E', UPPER(@text));
    DECLARE @mantissa nvarchar(4000) = IIF(@exponent_at = 0, @text, LEFT(@text, @exponent_at - 1));
    DECLARE @exponent nvarchar(4000) = IIF(@exponent_at = 0, N'0', SUBSTRING(@text, @exponent_at + 1, 4000));
    DECLARE @digits nvarchar(4000) = IIF(
        @mantissa COLLATE Latin1_General_BIN2 LIKE N'[+-]%', STUFF(@mantissa, 1, 1, N''), @mantissa
    );
    DECLARE @power nvarchar(4000) = IIF(
        @exponent COLLATE Latin1_General_BIN2 LIKE N'[+-]%', STUFF(@exponent, 1, 1, N''), @exponent
    );

    RETURN IIF(
        LEN(@text) <= 60
        AND @digits COLLATE Latin1_General_BIN2 LIKE N'[0-9.]%'
        AND @digits COLLATE Latin1_General_BIN2 LIKE N'%[0-9]%'
        AND @digits COLLATE Latin1_General_BIN2 NOT LIKE N'%[^0-9.]%'
        AND @digits NOT LIKE N'%.%.%'
        AND @digits COLLATE Latin1_General_BIN2 NOT LIKE N'0[0-9]%'
        AND @power COLLATE Latin1_General_BIN2 LIKE N'[0-9]%'
        AND @power COLLATE Latin1_General_BIN2 NOT LIKE N'%[^0-9]%'
        AND LEN(@power) <= 3,
        @text,
        NULL
    );
END;
GO
