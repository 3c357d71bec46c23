-- An e-mail address → as it is compared: lower case, without what follows a + and, at Google's, without dots.
-- SELECT folded FROM silver.folded_email(N'Jo.Doe+news@googlemail.com') AS addresses;
CREATE OR ALTER FUNCTION silver.folded_email (@email nvarchar(320))
RETURNS TABLE
AS
RETURN
WITH parts AS (
    SELECT
        LOWER(TRIM(LEFT(@email, CHARINDEX(N'@', @email) - 1))) AS mailbox,
        REPLACE(
            LOWER(TRIM(SUBSTRING(@email, CHARINDEX(N'@', @email) + 1, 320))), N'googlemail.com', N'gmail.com'
        ) AS domain
    WHERE CHARINDEX(N'@', @email) > 1
),

untagged AS (
    SELECT
        LEFT(parts.mailbox, CHARINDEX(N'+', CONCAT(parts.mailbox, N'+')) - 1) AS mailbox,
        parts.domain
    FROM parts
)

SELECT CONCAT(
    IIF(untagged.domain = N'gmail.com', REPLACE(untagged.mailbox, N'.', N''), untagged.mailbox), N'@', untagged.domain
) AS folded
FROM untagged;
GO
