-- The annotations of a procedure: the comment lines --[@tSQLt:Name](…) of its definition, without the dashes.
CREATE OR ALTER FUNCTION tSQLt.Private_AnnotationLines (@ObjectId int)
RETURNS TABLE
AS
RETURN
    SELECT SUBSTRING(lines.text_line, 3, 4000) AS Annotation
    FROM STRING_SPLIT(OBJECT_DEFINITION(@ObjectId), NCHAR(10)) AS split
    CROSS APPLY (VALUES (TRIM(REPLACE(REPLACE(split.value, NCHAR(13), N''), NCHAR(9), N' ')))) AS lines (text_line)
    WHERE lines.text_line LIKE N'--[[]@tSQLt:%';
GO
