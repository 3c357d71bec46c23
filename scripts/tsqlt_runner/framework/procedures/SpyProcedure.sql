-- Puts a spy in the place of a procedure: it notes the arguments of each call in <procedure>_SpyProcedureLog, runs
-- @CommandToExecute, and calls the original when asked to.
CREATE OR ALTER PROCEDURE tSQLt.SpyProcedure
    @ProcedureName nvarchar(max),
    @CommandToExecute nvarchar(max) = NULL,
    @CallOriginal bit = 0
AS
SET NOCOUNT ON;
DECLARE @ObjectId int = OBJECT_ID(@ProcedureName, N'P');
DECLARE @Name nvarchar(517);
DECLARE @Log nvarchar(517) = QUOTENAME(OBJECT_SCHEMA_NAME(@ObjectId)) + N'.'
    + QUOTENAME(OBJECT_NAME(@ObjectId) + N'_SpyProcedureLog');
DECLARE @Moved nvarchar(517);
DECLARE @Declarations nvarchar(max);
DECLARE @LogColumns nvarchar(max);
DECLARE @Insert nvarchar(max);
DECLARE @Passing nvarchar(max);
DECLARE @Command nvarchar(max);

IF @ObjectId IS NULL
BEGIN
    RAISERROR (N'Cannot use SpyProcedure on %s because the procedure does not exist', 16, 10, @ProcedureName);
    RETURN -1;
END;

IF (SELECT COUNT(*) FROM sys.parameters AS parameters WHERE parameters.object_id = @ObjectId) > 1020
BEGIN
    RAISERROR (
        N'Cannot use SpyProcedure on procedure %s because it contains more than 1020 parameters', 16, 10, @ProcedureName
    );
    RETURN -1;
END;

SELECT
    @Declarations = STRING_AGG(CAST(parameters.Declaration AS nvarchar(max)), N', ')
        WITHIN GROUP (ORDER BY parameters.Id),
    @LogColumns = STRING_AGG(
        CAST(
            CONCAT(
                N', ', parameters.ColumnName, N' ', IIF(parameters.IsTable = 1, N'xml', parameters.TypeText), N' NULL'
            ) AS nvarchar(max)
        ), N''
    ) WITHIN GROUP (ORDER BY parameters.Id),
    @Insert = CONCAT(
        N'(', STRING_AGG(CAST(parameters.ColumnName AS nvarchar(max)), N', ') WITHIN GROUP (ORDER BY parameters.Id),
        N') SELECT ',
        STRING_AGG(CAST(parameters.LogExpression AS nvarchar(max)), N', ') WITHIN GROUP (ORDER BY parameters.Id)
    ),
    @Passing = STRING_AGG(CAST(parameters.Passing AS nvarchar(max)), N', ') WITHIN GROUP (ORDER BY parameters.Id)
FROM tSQLt.Private_Parameters(@ObjectId) AS parameters;

SET @Command = CONCAT(
    N'CREATE TABLE ', @Log, N' ([_id_] int IDENTITY (1, 1) NOT NULL PRIMARY KEY CLUSTERED', @LogColumns, N');'
);
EXEC (@Command);
EXEC tSQLt.Private_MoveAway @ObjectId, @Name OUTPUT, @Moved OUTPUT;

SET @Command = CONCAT(
    N'CREATE PROCEDURE ', @Name, N' ', @Declarations, N' AS BEGIN INSERT INTO ', @Log, N' ',
    IIF(@Declarations IS NULL, N'DEFAULT VALUES', @Insert), N'; ', @CommandToExecute, N'; ',
    IIF(@CallOriginal = 1, CONCAT(N'EXEC ', @Moved, N' ', @Passing, N';'), N''), N' RETURN; END;'
);
EXEC (@Command);
EXEC tSQLt.Private_NoteDouble @ObjectId, @Name, @Log;
GO
