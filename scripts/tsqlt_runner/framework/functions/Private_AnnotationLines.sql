-- The annotations of a procedure: the comment lines --[@tSQLt:Name](…) of its definition, without the dashes.
CREATE OR ALTER FUNCTION tSQLt.Private_AnnotationLines (@ObjectId int)
RETURNS TABLE
AS
RETURN
    SELECT SUBSTRING(lines.line, 3, 4000) AS Annotation
    FROM STRING_SPLIT(OBJECT_DEFINITION(@ObjectId), NCHAR(10)) AS split
    CROSS APPLY (SELECT TRIM(REPLACE(REPLACE(split.value, NCHAR(13), N''), NCHAR(9), N' ')) AS line) AS lines
    WHERE lines.line LIKE N'--[[]@tSQLt:%';
GO
