-- A field's text → an e-mail address in lower case, without <> and mailto: around it; NULL for what is none: one @,
-- something before it, behind it a dot that is neither first nor last; no space, comma, semicolon or line break.
-- SELECT bronze.email_text(N'<mailto:Jo@Example.com>');
CREATE OR ALTER FUNCTION bronze.email_text (@text nvarchar(4000))
RETURNS nvarchar(4000)
AS
BEGIN
    DECLARE @bare nvarchar(4000) = IIF(@text LIKE N'<%>', SUBSTRING(@text, 2, LEN(@text) - 2), @text);
    DECLARE @email nvarchar(4000) = LOWER(IIF(@bare LIKE N'mailto:%', STUFF(@bare, 1, 7, N''), @bare));

    RETURN IIF(
        @email LIKE N'_%@_%._%'
        AND @email NOT LIKE N'%@%@%'
        AND @email COLLATE Latin1_General_BIN2 NOT LIKE CONCAT(N'%[ ,;', NCHAR(10), NCHAR(13), N']%'),
        @email,
        NULL
    );
END;
GO
