-- #lines (line_number, line) → #records, both the caller's: CSV records (RFC 4180) and their fields as JSON, [["a",
-- "b"]], in the order of @columns. A record goes on while its quotes are odd; its trailing CR is dropped; those of
-- blanks and delimiters alone are counted and left out; one that has not a field for each of @columns_delivered, or one
-- longer than @longest_field, or holds U+FFFD learns why in rule_name and reason. Re-run: the caller empties #records.
-- EXEC bronze.split_lines @columns = N'["a", "b"]', @longest_field = 200, @rows_rejected = @rejected OUTPUT, …;
CREATE OR ALTER PROCEDURE bronze.split_lines
    @columns nvarchar(max),
    @longest_field int,
    @columns_delivered nvarchar(max) = NULL,
    @delimiter nchar(1) = N',',
    @rows_rejected bigint = NULL OUTPUT,
    @blank_lines bigint = NULL OUTPUT
AS
SET NOCOUNT, XACT_ABORT ON;
-- Stands for the delimiter while text is escaped: JSON has no plain tab, and U+FDD0 is in no text.
DECLARE @mark nchar(1) = NCHAR(64976);
DECLARE @field_count int = (SELECT COUNT(*) FROM OPENJSON(ISNULL(@columns_delivered, @columns)));

CREATE TABLE #numbered (
    line_number bigint NOT NULL,
    line nvarchar(max) COLLATE DATABASE_DEFAULT NOT NULL,
    quote_count bigint NOT NULL,
    record_number bigint NOT NULL,
    is_whole bit NOT NULL
);
CREATE TABLE #quoted (
    line_number bigint NOT NULL,
    fields nvarchar(max) COLLATE DATABASE_DEFAULT NOT NULL,
    field_count bigint NOT NULL,
    has_stray_quote bit NOT NULL
);

WITH counted AS (
    SELECT
        lines.line_number,
        ISNULL(lines.line, N'') AS line,
        ISNULL((DATALENGTH(lines.line) - DATALENGTH(REPLACE(lines.line, N'"', N''))) / 2, 0) AS quote_count
    FROM #lines AS lines
),

running AS (
    SELECT
        counted.line_number,
        counted.line,
        counted.quote_count,
        ISNULL(
            SUM(counted.quote_count) OVER (
                ORDER BY counted.line_number ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
            ),
            0
        ) AS quotes_before
    FROM counted
)

INSERT INTO #numbered (line_number, line, quote_count, record_number, is_whole)
SELECT
    running.line_number,
    running.line,
    running.quote_count,
    SUM(IIF(running.quotes_before % 2 = 0, 1, 0)) OVER (ORDER BY running.line_number ROWS UNBOUNDED PRECEDING),
    IIF(running.quotes_before % 2 = 0 AND running.quote_count % 2 = 0, 1, 0)
FROM running;

WITH assembled AS (
    SELECT
        numbered.line_number,
        numbered.line AS record_text,
        numbered.quote_count
    FROM #numbered AS numbered
    WHERE numbered.is_whole = 1
    UNION ALL
    SELECT
        MIN(numbered.line_number) AS line_number,
        STRING_AGG(numbered.line, NCHAR(10)) WITHIN GROUP (ORDER BY numbered.line_number) AS record_text,
        SUM(numbered.quote_count) AS quote_count
    FROM #numbered AS numbered
    WHERE numbered.is_whole = 0
    GROUP BY numbered.record_number
),

trimmed AS (
    SELECT
        assembled.line_number,
        IIF(
            RIGHT(assembled.record_text, 1) = NCHAR(13),
            LEFT(assembled.record_text, LEN(assembled.record_text) - 1),
            assembled.record_text
        ) AS record_text,
        assembled.quote_count
    FROM assembled
)

INSERT INTO #records (line_number, raw_text, quote_count, fields, field_count, has_stray_quote)
SELECT
    trimmed.line_number,
    trimmed.record_text,
    trimmed.quote_count,
    IIF(
        trimmed.quote_count = 0,
        CONCAT(
            N'[["',
            REPLACE(
                STRING_ESCAPE(REPLACE(trimmed.record_text, @delimiter, @mark), 'json') COLLATE Latin1_General_BIN2,
                @mark,
                N'","'
            ),
            N'"]]'
        ),
        NULL
    ),
    IIF(
        trimmed.quote_count = 0,
        (DATALENGTH(trimmed.record_text) - DATALENGTH(REPLACE(trimmed.record_text, @delimiter, N''))) / 2 + 1,
        NULL
    ),
    0
FROM trimmed;

DELETE FROM #records
WHERE TRIM(CONCAT(@delimiter, NCHAR(32), NCHAR(9)) FROM raw_text) = N'';

SET @blank_lines = @@ROWCOUNT;

-- Cut at the quotes, a record's even pieces stand outside quotes and its odd ones inside; an empty piece between two
-- odd ones is a doubled quote; an even piece that does not meet a quote with a delimiter is a quote out of place.
WITH pieces AS (
    SELECT
        records.line_number,
        records.quote_count AS last_ordinal,
        CONVERT(bigint, pieces.[key]) AS ordinal,
        pieces.[value] AS piece,
        DATALENGTH(pieces.[value]) / 2 AS piece_length
    FROM #records AS records
    CROSS APPLY OPENJSON(
        CONCAT(N'["', REPLACE(STRING_ESCAPE(records.raw_text, 'json'), N'\"', N'","'), N'"]')
    ) AS pieces
    WHERE records.quote_count > 0
        AND records.quote_count % 2 = 0
),

judged AS (
    SELECT
        pieces.line_number,
        pieces.ordinal,
        CASE
            WHEN pieces.ordinal % 2 = 1 THEN STRING_ESCAPE(pieces.piece, 'json')
            WHEN pieces.piece_length = 0 AND pieces.ordinal > 0 AND pieces.ordinal < pieces.last_ordinal THEN N'\"'
            ELSE REPLACE(
                STRING_ESCAPE(REPLACE(pieces.piece, @delimiter, @mark), 'json') COLLATE Latin1_General_BIN2,
                @mark,
                N'","'
            )
        END AS json_text,
        IIF(
            pieces.ordinal % 2 = 0,
            (DATALENGTH(pieces.piece) - DATALENGTH(REPLACE(pieces.piece, @delimiter, N''))) / 2,
            0
        ) AS delimiter_count,
        CASE
            WHEN pieces.ordinal % 2 = 1 OR pieces.piece_length = 0 THEN 0
            WHEN pieces.ordinal > 0 AND LEFT(pieces.piece, 1) <> @delimiter THEN 1
            WHEN pieces.ordinal < pieces.last_ordinal AND RIGHT(pieces.piece, 1) <> @delimiter THEN 1
            ELSE 0
        END AS is_stray
    FROM pieces
)

INSERT INTO #quoted (line_number, fields, field_count, has_stray_quote)
SELECT
    judged.line_number,
    CONCAT(N'[["', STRING_AGG(judged.json_text, N'') WITHIN GROUP (ORDER BY judged.ordinal), N'"]]'),
    SUM(judged.delimiter_count) + 1,
    MAX(judged.is_stray)
FROM judged
GROUP BY judged.line_number;

UPDATE records
SET
    fields = quoted.fields,
    field_count = quoted.field_count,
    has_stray_quote = quoted.has_stray_quote
FROM #records AS records
INNER JOIN #quoted AS quoted ON quoted.line_number = records.line_number;

UPDATE #records
SET
    rule_name = CASE
        WHEN quote_count % 2 = 1 THEN N'open_quote'
        WHEN has_stray_quote = 1 THEN N'stray_quote'
        ELSE N'wrong_field_count'
    END,
    reason = CASE
        WHEN quote_count % 2 = 1 THEN N'a quoted field is never closed'
        WHEN has_stray_quote = 1 THEN N'a quote inside a field that is not quoted, or text after a closing quote'
        ELSE CONCAT(N'the record has ', field_count, N' fields instead of ', @field_count)
    END
WHERE quote_count % 2 = 1
    OR has_stray_quote = 1
    OR field_count <> @field_count;

UPDATE records
SET
    rule_name = N'field_too_long',
    reason = CONCAT(N'a field is longer than ', @longest_field, N' characters')
FROM #records AS records
WHERE records.rule_name IS NULL
    AND DATALENGTH(records.raw_text) / 2 > @longest_field
    AND EXISTS (
        SELECT 1
        FROM OPENJSON(records.fields, N'$[0]') AS fields
        WHERE DATALENGTH(fields.[value]) / 2 > @longest_field
    );

UPDATE #records
SET
    rule_name = N'bad_encoding',
    reason = N'the record holds bytes that are no text in the encoding of its file'
WHERE rule_name IS NULL
    AND CHARINDEX(NCHAR(65533), raw_text COLLATE Latin1_General_BIN2) > 0;

-- Columns that were delivered in another order are found by name; those that @columns does not name stay out.
WITH places AS (
    SELECT
        CONVERT(int, wanted.[key]) AS place,
        CONVERT(int, delivered.[key]) AS place_delivered
    FROM OPENJSON(@columns) AS wanted
    INNER JOIN OPENJSON(@columns_delivered) AS delivered ON delivered.[value] = wanted.[value]
),

arranged AS (
    SELECT
        records.line_number,
        CONCAT(
            N'[["',
            STRING_AGG(STRING_ESCAPE(fields.[value], 'json'), N'","') WITHIN GROUP (ORDER BY places.place),
            N'"]]'
        ) AS fields
    FROM #records AS records
    CROSS APPLY OPENJSON(records.fields, N'$[0]') AS fields
    INNER JOIN places ON places.place_delivered = CONVERT(int, fields.[key])
    WHERE records.rule_name IS NULL
        AND EXISTS (SELECT 1 FROM places AS moved WHERE moved.place <> moved.place_delivered)
    GROUP BY records.line_number
)

UPDATE records
SET fields = arranged.fields
FROM #records AS records
INNER JOIN arranged ON arranged.line_number = records.line_number;

SET @rows_rejected = (SELECT COUNT_BIG(*) FROM #records AS records WHERE records.rule_name IS NOT NULL);
GO
