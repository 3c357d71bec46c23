-- A field's text → yyyy-mm-dd hh:mm:ss.fff in UTC; NULL for anything else. The date is read as bronze.date_text_as
-- reads it; the time may have seconds, a fraction, AM or PM, and Z, UTC or an offset behind it. A date alone is
-- midnight, a time without an offset is taken as it is. Whether the day exists is for TRY_CONVERT.
-- SELECT TRY_CONVERT(datetime2(3), bronze.moment_text_as(N'05/06/2021 3:04 PM', N'mdy'), 121);
CREATE OR ALTER FUNCTION bronze.moment_text_as (@text nvarchar(4000), @order nchar(3))
RETURNS nvarchar(23)
AS
BEGIN
    RETURN (
        SELECT IIF(
            found.hour_at = 0,
            CONCAT(dated.date_text, N' 00:00:00.000'),
            CONVERT(
                nvarchar(23),
                DATEADD(
                    MINUTE,
                    IIF(
                        zoned.length = 0,
                        0,
                        IIF(SUBSTRING(clock.time_text, LEN(clock.time_text) - zoned.length + 1, 1) = N'-', 1, -1)
                        * (
                            60 * TRY_CONVERT(int, LEFT(RIGHT(clock.time_text, ABS(zoned.length - 1)), 2))
                            + TRY_CONVERT(int, RIGHT(clock.time_text, 2))
                        )
                    ),
                    TRY_CONVERT(
                        datetime2(3), CONCAT(dated.date_text, N' ', TRY_CONVERT(time(7), halved.local_text)), 121
                    )
                ),
                121
            )
        )
        FROM (VALUES (CHARINDEX(N':', @text))) AS colon (place)
        CROSS APPLY (VALUES (
            CASE
                WHEN colon.place < 4 THEN 0
                WHEN SUBSTRING(@text, colon.place - 2, 1) COLLATE Latin1_General_BIN2 LIKE N'[0-9]'
                    THEN colon.place - 2
                ELSE colon.place - 1
            END
        )) AS found (hour_at)
        CROSS APPLY (VALUES (
            IIF(found.hour_at = 0, N'', UPPER(SUBSTRING(@text, found.hour_at, 40))),
            IIF(found.hour_at = 0, N'T', SUBSTRING(@text, found.hour_at - 1, 1))
        )) AS clock (time_text, mark)
        CROSS APPLY (VALUES (
            CASE
                WHEN clock.time_text COLLATE Latin1_General_BIN2 LIKE N'%[+-][0-9][0-9]:[0-9][0-9]' THEN 6
                WHEN clock.time_text COLLATE Latin1_General_BIN2 LIKE N'%[+-][0-9][0-9][0-9][0-9]' THEN 5
                ELSE 0
            END,
            CASE WHEN clock.time_text LIKE N'%Z' THEN 1 WHEN clock.time_text LIKE N'% UTC' THEN 3 ELSE 0 END
        )) AS zoned (length, utc_length)
        CROSS APPLY (VALUES (
            RTRIM(LEFT(clock.time_text, LEN(clock.time_text) - zoned.length - zoned.utc_length))
        )) AS halved (local_text)
        CROSS APPLY (VALUES (
            bronze.date_text_as(IIF(found.hour_at = 0, @text, RTRIM(LEFT(@text, found.hour_at - 2))), @order)
        )) AS dated (date_text)
        WHERE dated.date_text IS NOT NULL
            AND clock.mark COLLATE Latin1_General_BIN2 LIKE N'[ Tt]'
            AND (
                (colon.place = 0 AND found.hour_at = 0)
                OR TRY_CONVERT(time(7), halved.local_text) IS NOT NULL
            )
            AND halved.local_text COLLATE Latin1_General_BIN2 NOT LIKE N'%[^0-9:. APM]%'
    );
END;
GO
