-- Puts a function that calls another, or reads a table or query (@FakeDataSource), in the place of a function.
CREATE OR ALTER PROCEDURE tSQLt.FakeFunction
    @FunctionName nvarchar(max),
    @FakeFunctionName nvarchar(max) = NULL,
    @FakeDataSource nvarchar(max) = NULL
AS
SET NOCOUNT ON;
DECLARE @ObjectId int = OBJECT_ID(@FunctionName);
DECLARE @FakeId int = OBJECT_ID(@FakeFunctionName);
DECLARE @Name nvarchar(517) = tSQLt.Private_QuotedName(@ObjectId);
DECLARE @Fake nvarchar(517) = tSQLt.Private_QuotedName(@FakeId);
DECLARE @IsScalar bit;
DECLARE @IsFakeScalar bit;
DECLARE @Declarations nvarchar(max);
DECLARE @Arguments nvarchar(max);
DECLARE @ReturnType nvarchar(max);
DECLARE @Command nvarchar(max);
DECLARE @Moved nvarchar(517);

IF (@FakeFunctionName IS NULL AND @FakeDataSource IS NULL)
    OR (@FakeFunctionName IS NOT NULL AND @FakeDataSource IS NOT NULL)
BEGIN
    RAISERROR (N'Either @FakeFunctionName or @FakeDataSource must be provided', 16, 10);
    RETURN -1;
END;

IF @ObjectId IS NULL
BEGIN
    RAISERROR (N'%s does not exist!', 16, 10, @FunctionName);
    RETURN -1;
END;

IF @FakeFunctionName IS NOT NULL AND @FakeId IS NULL
BEGIN
    RAISERROR (N'%s does not exist!', 16, 10, @FakeFunctionName);
    RETURN -1;
END;

SELECT @IsScalar = IIF(objects.type = 'FN', 1, 0)
FROM sys.objects AS objects
WHERE objects.object_id = @ObjectId
    AND objects.type IN ('FN', 'IF', 'TF');

SELECT @IsFakeScalar = IIF(objects.type = 'FN', 1, 0)
FROM sys.objects AS objects
WHERE objects.object_id = @FakeId
    AND objects.type IN ('FN', 'IF', 'TF');

IF @FakeDataSource IS NOT NULL AND @IsScalar = 1
BEGIN
    RAISERROR (N'You can use @FakeDataSource only with Inline or Multi-Statement Table-Valued functions.', 16, 10);
    RETURN -1;
END;

IF @IsScalar IS NULL OR (@FakeDataSource IS NULL AND (@IsFakeScalar IS NULL OR @IsFakeScalar <> @IsScalar))
BEGIN
    RAISERROR (N'Both parameters must contain the name of either scalar or table valued functions!', 16, 10);
    RETURN -1;
END;

IF @FakeDataSource IS NULL AND EXISTS (
    SELECT 1
    FROM tSQLt.Private_Parameters(@ObjectId) AS real
    FULL JOIN tSQLt.Private_Parameters(@FakeId) AS fake ON fake.Id = real.Id
    WHERE ISNULL(real.Name, N'') <> ISNULL(fake.Name, N'')
        OR ISNULL(real.TypeText, N'') <> ISNULL(fake.TypeText, N'')
)
BEGIN
    RAISERROR (
        N'Parameters of both functions must match! (This includes the return type for scalar functions.)', 16, 10
    );
    RETURN -1;
END;

SELECT
    @Declarations = STRING_AGG(
        CAST(
            CONCAT(parameters.Name, N' ', parameters.TypeText, IIF(parameters.IsTable = 1, N' READONLY', N''))
            AS nvarchar(max)
        ), N', '
    ) WITHIN GROUP (ORDER BY parameters.Id),
    @Arguments = STRING_AGG(CAST(parameters.Name AS nvarchar(max)), N', ') WITHIN GROUP (ORDER BY parameters.Id)
FROM tSQLt.Private_Parameters(@ObjectId) AS parameters
WHERE parameters.Id > 0;

SELECT @ReturnType = parameters.TypeText FROM tSQLt.Private_Parameters(@ObjectId) AS parameters WHERE parameters.Id = 0;
SET @FakeDataSource = IIF(
    OBJECT_ID(@FakeDataSource) IS NOT NULL, N'SELECT * FROM ' + @FakeDataSource, @FakeDataSource
);
SET @Command = CONCAT(
    N'CREATE FUNCTION ', @Name, N' (', @Declarations, N') RETURNS ',
    CASE
        WHEN @IsScalar = 1 THEN CONCAT(@ReturnType, N' AS BEGIN RETURN ', @Fake, N'(', @Arguments, N'); END;')
        WHEN @FakeDataSource IS NOT NULL THEN CONCAT(N'TABLE AS RETURN ', @FakeDataSource)
        ELSE CONCAT(N'TABLE AS RETURN SELECT * FROM ', @Fake, N'(', @Arguments, N');')
    END
);
EXEC tSQLt.Private_MoveAway @ObjectId, @Name OUTPUT, @Moved OUTPUT;
EXEC (@Command);
EXEC tSQLt.Private_NoteDouble @ObjectId, @Name;
GO
