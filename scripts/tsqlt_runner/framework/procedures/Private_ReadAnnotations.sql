-- What the annotations of a test ask for: @SkipReason is not NULL when it is not to run, @CleanUp names the procedure
-- of NoTransaction. The text of an annotation is a call of a function of this schema.
CREATE OR ALTER PROCEDURE tSQLt.Private_ReadAnnotations
    @ObjectId int,
    @SkipReason nvarchar(max) OUTPUT,
    @NoTransaction bit OUTPUT,
    @CleanUp nvarchar(max) OUTPUT
AS
SET NOCOUNT ON;
DECLARE @Query nvarchar(max);
DECLARE @Version int;
SELECT
    @SkipReason = NULL,
    @NoTransaction = 0,
    @CleanUp = NULL;

IF OBJECT_DEFINITION(@ObjectId) NOT LIKE N'%--[[]@tSQLt:%'
    RETURN 0;

SELECT @Query = STRING_AGG(
    CAST(N'SELECT Annotation, Value FROM tSQLt.' + lines.Annotation AS nvarchar(max)), N' UNION ALL '
)
FROM tSQLt.Private_AnnotationLines(@ObjectId) AS lines;

IF @Query IS NULL
    RETURN 0;

SET @Version = CAST(SERVERPROPERTY(N'ProductMajorVersion') AS int);
SET @Query = N'
    SELECT
        @NoTransaction = MAX(IIF(found.Annotation = N''NoTransaction'', 1, 0)),
        @CleanUp = MAX(IIF(found.Annotation = N''NoTransaction'', found.Value, NULL)),
        @SkipReason = MAX(CASE
            WHEN found.Annotation = N''SkipTest'' THEN ISNULL(found.Value, N''<no reason provided>'')
            WHEN found.Annotation = N''MinSqlMajorVersion'' AND @Version < CAST(found.Value AS int)
                THEN CONCAT(N''Minimum required version is '', found.Value, N'', but current version is '', @Version, N''.'')
            WHEN found.Annotation = N''MaxSqlMajorVersion'' AND @Version > CAST(found.Value AS int)
                THEN CONCAT(N''Maximum allowed version is '', found.Value, N'', but current version is '', @Version, N''.'')
        END)
    FROM (' + @Query + N') AS found (Annotation, Value);';
EXEC sys.sp_executesql
    @Query,
    N'@Version int, @SkipReason nvarchar(max) OUTPUT, @NoTransaction bit OUTPUT, @CleanUp nvarchar(max) OUTPUT',
    @Version = @Version,
    @SkipReason = @SkipReason OUTPUT,
    @NoTransaction = @NoTransaction OUTPUT,
    @CleanUp = @CleanUp OUTPUT;
GO
