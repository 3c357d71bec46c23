-- A field's text → yyyy-mm-dd; NULL for anything else. @order says what the text names first: 'dmy', 'mdy', 'ymd'
-- with four digits for the year, or '2md' with two. Parts stand apart by one of - / . , and blanks, or are eight
-- digits; a month may be an English name or its beginning; a year of two digits lies in 1950 to 2049. Whether the day
-- exists is for TRY_CONVERT.
-- SELECT TRY_CONVERT(date, bronze.date_text_as(N'6-May-21', N'dmy'), 23);
CREATE OR ALTER FUNCTION bronze.date_text_as (@text nvarchar(4000), @order nchar(3))
RETURNS nvarchar(10)
AS
BEGIN
    DECLARE @dotted nvarchar(4000) = IIF(
        LEN(@text) = 8 AND @text COLLATE Latin1_General_BIN2 NOT LIKE N'%[^0-9]%',
        STUFF(STUFF(@text, IIF(@order = N'ymd', 7, 5), 0, N'.'), IIF(@order = N'ymd', 5, 3), 0, N'.'),
        REPLACE(REPLACE(TRANSLATE(@text, N'/- ,', N'....'), N'..', N'.'), N'..', N'.')
    );
    DECLARE @day nvarchar(128) = PARSENAME(@dotted, CASE @order WHEN N'dmy' THEN 3 WHEN N'mdy' THEN 2 ELSE 1 END);
    DECLARE @month nvarchar(128) = PARSENAME(@dotted, IIF(@order = N'mdy', 3, 2));
    DECLARE @year nvarchar(128) = PARSENAME(@dotted, IIF(@order IN (N'ymd', N'2md'), 3, 1));
    -- Each name has eleven places here, its bar among them.
    DECLARE @named int = IIF(
        LEN(@month) >= 3 AND @month COLLATE Latin1_General_BIN2 NOT LIKE N'%[^A-Za-z]%',
        CHARINDEX(
            CONCAT(N'|', LOWER(@month)),
            N'|january   |february  |march     |april     |may       |june      '
            + N'|july      |august    |september |october   |november  |december  '
        ),
        0
    );

    RETURN IIF(
        @dotted COLLATE Latin1_General_BIN2 NOT LIKE N'%[^0-9A-Za-z.]%'
        AND @dotted NOT LIKE N'%.%.%.%'
        AND @day COLLATE Latin1_General_BIN2 NOT LIKE N'%[^0-9]%'
        AND LEN(@day) BETWEEN 1 AND 2
        AND @year COLLATE Latin1_General_BIN2 NOT LIKE N'%[^0-9]%'
        AND (LEN(@year) = 4 OR (LEN(@year) = 2 AND @order <> N'ymd'))
        AND (
            @named > 0
            OR (@month COLLATE Latin1_General_BIN2 NOT LIKE N'%[^0-9]%' AND LEN(@month) BETWEEN 1 AND 2)
        ),
        CONCAT(
            CASE WHEN LEN(@year) = 4 THEN N'' WHEN @year < N'50' THEN N'20' ELSE N'19' END,
            @year,
            N'-',
            RIGHT(CONCAT(N'0', IIF(@named > 0, CONVERT(nvarchar(2), @named / 11 + 1), @month)), 2),
            N'-',
            RIGHT(CONCAT(N'0', @day), 2)
        ),
        NULL
    );
END;
GO
