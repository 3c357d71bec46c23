-- silver.customer_features, ops.match_settings → the scores and status of #scored, the caller's pairs of customers: how
-- alike are names (in either order), e-mail, telephone, address, and all of it by weight; what is not known on both
-- sides does not count. Two texts are as alike as the pairs of characters they share (Dice). Re-run: gives the same.
-- EXEC ops.check_likeness;
CREATE OR ALTER PROCEDURE ops.check_likeness
AS
SET NOCOUNT, XACT_ABORT ON;
DECLARE @weight_name decimal(9, 4);
DECLARE @weight_email decimal(9, 4);
DECLARE @weight_phone decimal(9, 4);
DECLARE @weight_address decimal(9, 4);
DECLARE @review_from decimal(9, 4);
DECLARE @accept_from decimal(9, 4);
DECLARE @least_name decimal(9, 4);
DECLARE @least_known decimal(9, 4);
DECLARE @known_name_from decimal(9, 4);

SELECT
    @weight_name = MAX(IIF(settings.setting_name = N'weight_name', settings.value, NULL)),
    @weight_email = MAX(IIF(settings.setting_name = N'weight_email', settings.value, NULL)),
    @weight_phone = MAX(IIF(settings.setting_name = N'weight_phone', settings.value, NULL)),
    @weight_address = MAX(IIF(settings.setting_name = N'weight_address', settings.value, NULL)),
    @review_from = MAX(IIF(settings.setting_name = N'review_from', settings.value, NULL)),
    @accept_from = MAX(IIF(settings.setting_name = N'accept_from', settings.value, NULL)),
    @least_name = MAX(IIF(settings.setting_name = N'least_name', settings.value, NULL)),
    @least_known = ISNULL(MAX(IIF(settings.setting_name = N'least_known', settings.value, NULL)), 0),
    @known_name_from = MAX(IIF(settings.setting_name = N'known_name_from', settings.value, NULL))
FROM ops.match_settings AS settings;

CREATE TABLE #texts (
    pair_number int NOT NULL,
    part nvarchar(20) COLLATE DATABASE_DEFAULT NOT NULL,
    left_text nvarchar(100) COLLATE DATABASE_DEFAULT NOT NULL,
    right_text nvarchar(100) COLLATE DATABASE_DEFAULT NOT NULL
);
CREATE TABLE #words (
    word_number int IDENTITY(1, 1) NOT NULL,
    text_value nvarchar(100) COLLATE DATABASE_DEFAULT NOT NULL
);
CREATE TABLE #parts (
    pair_number int NOT NULL,
    part nvarchar(20) COLLATE DATABASE_DEFAULT NOT NULL,
    left_word int NOT NULL,
    right_word int NOT NULL
);
CREATE TABLE #compared (
    compared_number int IDENTITY(1, 1) NOT NULL,
    left_word int NOT NULL,
    right_word int NOT NULL,
    gram_count int NOT NULL
);
CREATE TABLE #places (place int NOT NULL);
CREATE TABLE #grams (
    word_number int NOT NULL,
    gram nvarchar(2) COLLATE DATABASE_DEFAULT NOT NULL,
    gram_count int NOT NULL
);
CREATE TABLE #doubtful (
    pair_number int NOT NULL,
    left_name nvarchar(100) COLLATE DATABASE_DEFAULT NOT NULL,
    right_name nvarchar(100) COLLATE DATABASE_DEFAULT NOT NULL,
    is_other_generation bit NOT NULL
);
CREATE TABLE #known (given_name nvarchar(100) COLLATE DATABASE_DEFAULT NOT NULL);
CREATE TABLE #likeness (left_word int NOT NULL, right_word int NOT NULL, likeness decimal(5, 4) NOT NULL);

WITH digits AS (
    SELECT digit.value
    FROM (VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)) AS digit (value)
)

INSERT INTO #places (place)
SELECT tens.value * 10 + units.value + 1
FROM digits AS tens
CROSS JOIN digits AS units;

INSERT INTO #texts (pair_number, part, left_text, right_text)
SELECT
    scored.pair_number,
    parts.part,
    parts.left_text,
    parts.right_text
FROM #scored AS scored
INNER JOIN silver.customer_features AS lefts
    ON lefts.source_system = scored.left_source_system
        AND lefts.customer_id = scored.left_customer_id
INNER JOIN silver.customer_features AS rights
    ON rights.source_system = scored.right_source_system
        AND rights.customer_id = scored.right_customer_id
CROSS APPLY (
    VALUES
        (N'given', lefts.given_name, rights.given_name),
        (N'family', lefts.family_name, rights.family_name),
        (N'given_family', lefts.given_name, rights.family_name),
        (N'family_given', lefts.family_name, rights.given_name),
        (
            N'mailbox',
            LEFT(lefts.email_text, CHARINDEX(N'@', CONCAT(lefts.email_text, N'@')) - 1),
            LEFT(rights.email_text, CHARINDEX(N'@', CONCAT(rights.email_text, N'@')) - 1)
        ),
        (N'email', N'=', IIF(lefts.email_text = rights.email_text, N'=', N'/')),
        (N'phone', lefts.phone_text, rights.phone_text),
        (N'street', LEFT(lefts.street_text, 100), LEFT(rights.street_text, 100)),
        (N'postal', lefts.postal_text, rights.postal_text)
) AS parts (part, left_text, right_text)
WHERE parts.left_text IS NOT NULL
    AND parts.right_text IS NOT NULL;

-- Each text once, by number; each two that differ once. What follows costs as much as there are texts to compare.
INSERT INTO #words (text_value)
SELECT texts.left_text
FROM #texts AS texts
UNION
SELECT texts.right_text
FROM #texts AS texts;

INSERT INTO #parts (pair_number, part, left_word, right_word)
SELECT
    texts.pair_number,
    texts.part,
    lefts.word_number AS left_word,
    rights.word_number AS right_word
FROM #texts AS texts
INNER JOIN #words AS lefts ON lefts.text_value = texts.left_text
INNER JOIN #words AS rights ON rights.text_value = texts.right_text;

INSERT INTO #grams (word_number, gram, gram_count)
SELECT
    padded.word_number,
    padded.gram,
    COUNT(*)
FROM (
    SELECT
        words.word_number,
        SUBSTRING(CONCAT(N' ', words.text_value, N' '), places.place, 2) AS gram
    FROM #words AS words
    INNER JOIN #places AS places ON places.place <= LEN(words.text_value) + 1
) AS padded
GROUP BY
    padded.word_number,
    padded.gram;

INSERT INTO #compared (left_word, right_word, gram_count)
SELECT
    different.left_word,
    different.right_word,
    LEN(lefts.text_value) + LEN(rights.text_value) + 2
FROM (
    SELECT DISTINCT
        parts.left_word,
        parts.right_word
    FROM #parts AS parts
    WHERE parts.left_word <> parts.right_word
) AS different
INNER JOIN #words AS lefts ON lefts.word_number = different.left_word
INNER JOIN #words AS rights ON rights.word_number = different.right_word;

-- The grams of both sides in one heap: one that is there twice is shared. Grams are not joined to grams.
WITH shared AS (
    SELECT
        compared.compared_number,
        MIN(grams.gram_count) AS gram_count
    FROM #compared AS compared
    CROSS APPLY (VALUES (compared.left_word), (compared.right_word)) AS sides (word_number)
    INNER JOIN #grams AS grams ON grams.word_number = sides.word_number
    GROUP BY
        compared.compared_number,
        grams.gram
    HAVING COUNT(*) = 2
),

counted AS (
    SELECT
        shared.compared_number,
        SUM(shared.gram_count) AS gram_count
    FROM shared
    GROUP BY shared.compared_number
)

INSERT INTO #likeness (left_word, right_word, likeness)
SELECT
    compared.left_word,
    compared.right_word,
    CONVERT(decimal(5, 4), 2.0 * counted.gram_count / compared.gram_count)
FROM #compared AS compared
INNER JOIN counted ON counted.compared_number = compared.compared_number;

WITH rated AS (
    SELECT
        parts.pair_number,
        parts.part,
        IIF(parts.left_word = parts.right_word, 1, ISNULL(known.likeness, 0)) AS likeness
    FROM #parts AS parts
    LEFT OUTER JOIN #likeness AS known
        ON known.left_word = parts.left_word
            AND known.right_word = parts.right_word
),

alike AS (
    SELECT
        rated.pair_number,
        MAX(IIF(rated.part = N'given', rated.likeness, NULL)) AS given,
        MAX(IIF(rated.part = N'family', rated.likeness, NULL)) AS family,
        MAX(IIF(rated.part = N'given_family', rated.likeness, NULL)) AS given_family,
        MAX(IIF(rated.part = N'family_given', rated.likeness, NULL)) AS family_given,
        MAX(IIF(rated.part = N'mailbox', rated.likeness, NULL)) AS mailbox,
        MAX(IIF(rated.part = N'email', rated.likeness, NULL)) AS email,
        MAX(IIF(rated.part = N'phone', rated.likeness, NULL)) AS phone,
        MAX(IIF(rated.part = N'street', rated.likeness, NULL)) AS street,
        MAX(IIF(rated.part = N'postal', rated.likeness, NULL)) AS postal
    FROM rated
    GROUP BY rated.pair_number
),

named AS (
    SELECT
        alike.pair_number,
        CASE
            WHEN alike.given IS NULL THEN 0.8 * alike.family
            WHEN alike.given + alike.family >= alike.given_family + alike.family_given
                THEN (alike.given + alike.family) / 2
            ELSE (alike.given_family + alike.family_given) / 2
        END AS name_score,
        IIF(alike.mailbox IS NULL, NULL, IIF(alike.email = 1, 1, 0.8 * alike.mailbox)) AS email_score,
        IIF(alike.phone < 0.7, 0, alike.phone) AS phone_score,
        IIF(
            alike.street IS NULL OR alike.postal IS NULL,
            NULL,
            0.7 * alike.street + 0.3 * IIF(alike.postal = 1, 1, 0)
        ) AS address_score
    FROM alike
),

weighed AS (
    SELECT
        named.pair_number,
        named.name_score,
        named.email_score,
        named.phone_score,
        named.address_score,
        (
            @weight_name * named.name_score
            + @weight_email * ISNULL(named.email_score, 0)
            + @weight_phone * ISNULL(named.phone_score, 0)
            + @weight_address * ISNULL(named.address_score, 0)
        ) / IIF(known.weight < @least_known, @least_known, known.weight) AS weight,
        IIF(named.email_score = 1, 0.45 + 0.5 * named.name_score, 0) AS same_email
    FROM named
    CROSS APPLY (
        VALUES (
            @weight_name
            + IIF(named.email_score IS NULL, 0, @weight_email)
            + IIF(named.phone_score IS NULL, 0, @weight_phone)
            + IIF(named.address_score IS NULL, 0, @weight_address)
        )
    ) AS known (weight)
),

decided AS (
    SELECT
        weighed.pair_number,
        weighed.name_score,
        weighed.email_score,
        weighed.phone_score,
        weighed.address_score,
        IIF(weighed.same_email > weighed.weight, weighed.same_email, weighed.weight) AS score
    FROM weighed
)

UPDATE scored
SET
    name_score = decided.name_score,
    email_score = decided.email_score,
    phone_score = decided.phone_score,
    address_score = decided.address_score,
    score = decided.score,
    status = CASE
        WHEN decided.score >= @accept_from
            AND decided.name_score >= @least_name
            AND (decided.email_score = 1 OR decided.phone_score = 1 OR decided.address_score >= 0.9)
            THEN N'auto_accepted'
        WHEN decided.score >= @review_from THEN N'pending'
    END
FROM #scored AS scored
INNER JOIN decided ON decided.pair_number = scored.pair_number;

-- Two given names that both are known, in the order that fits better, are no typing errors for each other: Martin and
-- Martina. Neither are father and son. Only a person takes such two as one.
INSERT INTO #doubtful (pair_number, left_name, right_name, is_other_generation)
SELECT
    scored.pair_number,
    ISNULL(lefts.given_name, N''),
    ISNULL(rights.given_name, N''),
    IIF(ISNULL(lefts.generation, N'') = ISNULL(rights.generation, N''), 0, 1)
FROM #scored AS scored
INNER JOIN silver.customer_features AS lefts
    ON lefts.source_system = scored.left_source_system
        AND lefts.customer_id = scored.left_customer_id
INNER JOIN silver.customer_features AS rights
    ON rights.source_system = scored.right_source_system
        AND rights.customer_id = scored.right_customer_id
WHERE scored.status = N'auto_accepted'
    AND (
        ISNULL(lefts.generation, N'') <> ISNULL(rights.generation, N'')
        OR (lefts.given_name <> rights.given_name AND lefts.given_name <> rights.family_name)
    );

WITH asked AS (
    SELECT doubtful.left_name AS given_name
    FROM #doubtful AS doubtful
    UNION
    SELECT doubtful.right_name
    FROM #doubtful AS doubtful
)

INSERT INTO #known (given_name)
SELECT features.given_name
FROM silver.customer_features AS features
INNER JOIN asked ON asked.given_name = features.given_name
GROUP BY features.given_name
HAVING COUNT(*) >= @known_name_from;

UPDATE scored
SET status = N'pending'
FROM #scored AS scored
INNER JOIN #doubtful AS doubtful ON doubtful.pair_number = scored.pair_number
LEFT OUTER JOIN #known AS left_known ON left_known.given_name = doubtful.left_name
LEFT OUTER JOIN #known AS right_known ON right_known.given_name = doubtful.right_name
WHERE doubtful.is_other_generation = 1
    OR (
        doubtful.left_name <> doubtful.right_name
        AND left_known.given_name IS NOT NULL
        AND right_known.given_name IS NOT NULL
    );
GO
