-- A text → as it is compared: lower case, in Latin letters without accents, without punctuation, words one space apart,
-- ü like ue and u, Cyrillic and Greek as they are usually written in Latin letters.
-- SELECT folded FROM silver.folded_text(N' Müller-Lüdenscheidt ') AS texts;
CREATE OR ALTER FUNCTION silver.folded_text (@text nvarchar(400))
RETURNS TABLE
AS
RETURN
WITH lowered AS (
    SELECT LOWER(@text) COLLATE Latin1_General_BIN2 AS value
),

-- Letters that take two or more of ours.
spelled AS (
    SELECT REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(
        REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(
            lowered.value, N'ß', N'ss'
        ), N'æ', N'ae'), N'œ', N'oe'), N'þ', N'th'), N'θ', N'th'), N'ψ', N'ps'), N'щ', N'shch'
    ), N'ж', N'zh'), N'х', N'kh'), N'ц', N'ts'), N'ч', N'ch'), N'ш', N'sh'), N'ю', N'yu'), N'я', N'ya') AS value
    FROM lowered
),

-- The last nine are marks that stand behind their letter, where a text was not composed; they go.
plain AS (
    SELECT TRANSLATE(
        spelled.value,
        CONCAT(
            N'àáâãäåāăąạảấầẩẫậắằẳẵặçćčĉċďđðèéêëēėęěẹẻẽếềểễệğĝġģĥħìíîïīĩĭįıỉịĵķłĺļľñńňņ',
            N'òóôõöøōőŏọỏốồổỗộơớờởỡợŕřŗśšşșŝťţțŧùúûüūůűũŭųụủưứừửữựŵýÿŷỳỵỷỹźžż',
            N'абвгдеёзийклмнопрстуфыэґіїєαάβγδεέζηήιίϊκλμνξοόπρσςτυύϋφχωώ',
            N'.,;:''"-_/\()&#+*!?`´’', NCHAR(160),
            NCHAR(768), NCHAR(769), NCHAR(770), NCHAR(771), NCHAR(776), NCHAR(778), NCHAR(780), NCHAR(807), NCHAR(808)
        ),
        CONCAT(
            N'aaaaaaaaaaaaaaaaaaaaacccccdddeeeeeeeeeeeeeeeegggghhiiiiiiiiiiijkllllnnnn',
            N'oooooooooooooooooooooorrrsssssttttuuuuuuuuuuuuuuuuuuwyyyyyyyzzz',
            N'abvgdeeziyklmnoprstufyegiieaavgdeeziiiiiklmnxooprsstyyyfhoo',
            N'                     ', N' ',
            N'|||||||||'
        )
    ) AS value
    FROM spelled
),

spaced AS (
    SELECT TRIM(
        REPLACE(REPLACE(REPLACE(REPLACE(plain.value, N'|', N''), N' ', N'<>'), N'><', N''), N'<>', N' ')
    ) AS value
    FROM plain
)

-- The hard and the soft sign have no sound of their own. What comes out meets columns of the database again.
SELECT NULLIF(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(
    spaced.value, N'ъ', N''
), N'ь', N''), N'ae', N'a'), N'oe', N'o'), N'ue', N'u'), N'') COLLATE DATABASE_DEFAULT AS folded
FROM spaced;
GO
