-- A field's text → a decimal number as SQL Server reads it, of at most @whole_digits before and @decimals behind the
-- point; NULL for anything else, 007 too. @unit may stand at either end ('' is none), @decimal_mark is ',' or '.';
-- whole numbers may be grouped by the other one, by blanks or apostrophes; a minus may stand in front or behind, or be
-- brackets.
-- SELECT TRY_CONVERT(decimal(19, 4), bronze.number_text(N'-1.234,50 €', N'€', N',', 15, 4));
CREATE OR ALTER FUNCTION bronze.number_text (
    @text nvarchar(4000),
    @unit nvarchar(10),
    @decimal_mark nchar(1),
    @whole_digits int,
    @decimals int
)
RETURNS nvarchar(60)
AS
BEGIN
    DECLARE @signed nvarchar(4000) = REPLACE(REPLACE(REPLACE(
        IIF(@text LIKE N'(%)', CONCAT(N'-', SUBSTRING(@text, 2, LEN(@text) - 2)), @text)
        COLLATE Latin1_General_BIN2, NCHAR(8722), N'-'
    ), NCHAR(160), N' '), NCHAR(8239), N' ');
    DECLARE @unit_at int = IIF(@unit = N'', 0, CHARINDEX(@unit, @signed COLLATE Latin1_General_BIN2));
    DECLARE @bare nvarchar(4000) = TRIM(IIF(
        @unit_at = 1
        OR (@unit_at > 1 AND @unit_at + LEN(@unit) - 1 = LEN(@signed))
        OR (@unit_at = 2 AND @signed COLLATE Latin1_General_BIN2 LIKE N'[+-]%'),
        STUFF(@signed, @unit_at, LEN(@unit), N''),
        @signed
    ));
    DECLARE @amount nvarchar(4000) = TRIM(CASE
        WHEN @bare COLLATE Latin1_General_BIN2 LIKE N'[+-]%' THEN STUFF(@bare, 1, 1, N'')
        WHEN @bare COLLATE Latin1_General_BIN2 LIKE N'%-' THEN LEFT(@bare, LEN(@bare) - 1)
        ELSE @bare
    END);
    DECLARE @point int = CHARINDEX(@decimal_mark, CONCAT(@amount, @decimal_mark) COLLATE Latin1_General_BIN2);
    -- Every mark that may group is _ from here on; a text that has one already is no number.
    DECLARE @grouped nvarchar(4000) = REPLACE(REPLACE(REPLACE(REPLACE(
        LEFT(@amount, @point - 1) COLLATE Latin1_General_BIN2, IIF(@decimal_mark = N',', N'.', N','), N'_'
    ), N' ', N'_'), NCHAR(39), N'_'), NCHAR(8217), N'_');
    DECLARE @digits nvarchar(4000) = REPLACE(@grouped COLLATE Latin1_General_BIN2, N'_', N'')
        + SUBSTRING(@amount, @point + 1, 4000);

    RETURN IIF(
        @grouped COLLATE Latin1_General_BIN2 NOT LIKE N'0[_0-9]%'
        AND @digits COLLATE Latin1_General_BIN2 LIKE N'[0-9]%'
        AND @digits COLLATE Latin1_General_BIN2 NOT LIKE N'%[^0-9]%'
        AND @amount COLLATE Latin1_General_BIN2 NOT LIKE N'%[_]%'
        AND @point <> LEN(@amount)
        AND LEN(@amount) - @point <= @decimals
        AND LEN(@digits) - IIF(@point < LEN(@amount), LEN(@amount) - @point, 0) <= @whole_digits
        AND (
            @grouped COLLATE Latin1_General_BIN2 NOT LIKE N'%[_]%'
            OR (
                @grouped COLLATE Latin1_General_BIN2 LIKE N'[0-9]%[_][0-9][0-9][0-9]'
                AND @grouped COLLATE Latin1_General_BIN2 NOT LIKE N'%[_][_]%'
                AND @grouped COLLATE Latin1_General_BIN2 NOT LIKE N'%[_][0-9][_]%'
                AND @grouped COLLATE Latin1_General_BIN2 NOT LIKE N'%[0-9][0-9][0-9][0-9]%'
            )
        ),
        CONCAT(
            IIF(LEFT(@bare, 1) = N'-' OR RIGHT(@bare, 1) = N'-', N'-', N''),
            IIF(@point = 1, N'0', N''),
            LEFT(@digits, LEN(@digits) - IIF(@point < LEN(@amount), LEN(@amount) - @point, 0)),
            IIF(@point < LEN(@amount), CONCAT(N'.', SUBSTRING(@amount, @point + 1, 4000)), N'')
        ),
        NULL
    );
END;
GO
