-- A text → as it is compared: lower case, without accents and punctuation, words one space apart, ü like ue and u.
-- SELECT folded FROM silver.folded_text(N' Müller-Lüdenscheidt ') AS texts;
CREATE OR ALTER FUNCTION silver.folded_text (@text nvarchar(400))
RETURNS TABLE
AS
RETURN
WITH lowered AS (
    SELECT REPLACE(REPLACE(REPLACE(
        LOWER(@text) COLLATE Latin1_General_BIN2, N'ß', N'ss'
    ), N'æ', N'ae'), N'œ', N'oe') AS value
),

plain AS (
    SELECT TRANSLATE(
        lowered.value,
        N'àáâãäåāăąçćčďèéêëēėęěğìíîïīłñńňòóôõöøőřśşšťùúûüūůűýÿźžż.,;:''"-_/\()&#+*!?`´’',
        N'aaaaaaaaacccdeeeeeeeegiiiiilnnnooooooorssstuuuuuuuyyzzz                     '
    ) AS value
    FROM lowered
),

spaced AS (
    SELECT TRIM(REPLACE(REPLACE(REPLACE(plain.value, N' ', N'<>'), N'><', N''), N'<>', N' ')) AS value
    FROM plain
)

SELECT NULLIF(REPLACE(REPLACE(REPLACE(spaced.value, N'ae', N'a'), N'oe', N'o'), N'ue', N'u'), N'') AS folded
FROM spaced;
GO
