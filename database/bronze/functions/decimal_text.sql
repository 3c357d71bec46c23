-- A field's text → a decimal number as SQL Server reads it, of at most @whole_digits before and @decimals behind the
-- point; NULL for anything else. Read as well: one currency sign behind the minus, a decimal comma with one or two
-- digits behind it (12,5), one comma for thousands (1,234.50).
-- SELECT TRY_CONVERT(decimal(19, 4), bronze.decimal_text(N'-$1,234.50', 10, 4));
CREATE OR ALTER FUNCTION bronze.decimal_text (@text nvarchar(4000), @whole_digits int, @decimals int)
RETURNS nvarchar(30)
AS
BEGIN
    DECLARE @minus nvarchar(1) = IIF(LEFT(@text, 1) = N'-', N'-', N'');
    DECLARE @amount nvarchar(4000) = IIF(@minus = N'-', STUFF(@text, 1, 1, N''), @text);
    DECLARE @number nvarchar(4000) = IIF(LEFT(@amount, 1) IN (N'$', N'€', N'£'), STUFF(@amount, 1, 1, N''), @amount);
    DECLARE @plain nvarchar(4000) = CASE
        WHEN @number LIKE N'%,[0-9]' OR @number LIKE N'%,[0-9][0-9]' THEN REPLACE(@number, N',', N'.')
        WHEN @number LIKE N'[0-9],[0-9][0-9][0-9].[0-9][0-9]'
            OR @number LIKE N'[0-9][0-9],[0-9][0-9][0-9].[0-9][0-9]'
            OR @number LIKE N'[0-9][0-9][0-9],[0-9][0-9][0-9].[0-9][0-9]'
            THEN REPLACE(@number, N',', N'')
        ELSE @number
    END;
    DECLARE @point int = CHARINDEX(N'.', CONCAT(@plain, N'.'));

    RETURN IIF(
        @plain COLLATE Latin1_General_BIN2 NOT LIKE N'%[^0-9.]%'
        AND @plain NOT LIKE N'%.%.%'
        AND @plain NOT LIKE N'%.'
        AND @point BETWEEN 2 AND @whole_digits + 1
        AND LEN(@plain) - @point <= @decimals,
        CONCAT(@minus, @plain),
        NULL
    );
END;
GO
