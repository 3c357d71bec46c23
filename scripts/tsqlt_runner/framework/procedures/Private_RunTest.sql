-- Runs one test and records its result: annotations, SetUp, the test, rollback or clean-up.
CREATE OR ALTER PROCEDURE tSQLt.Private_RunTest
    @ClassName nvarchar(128),
    @TestCase nvarchar(128)
AS
SET NOCOUNT ON;
DECLARE @Test nvarchar(517) = QUOTENAME(@ClassName) + N'.' + QUOTENAME(@TestCase);
DECLARE @SetUp nvarchar(517) = QUOTENAME(@ClassName) + N'.[SetUp]';
DECLARE @ClassCleanUp nvarchar(517) = QUOTENAME(@ClassName) + N'.[CleanUp]';
DECLARE @TranName nvarchar(32) = REPLACE(CAST(NEWID() AS nvarchar(36)), N'-', N'');
DECLARE @StartedAt datetime2 = SYSDATETIME();
DECLARE @ObjectId int = OBJECT_ID(@Test);
DECLARE @Result nvarchar(20);
DECLARE @Msg nvarchar(max) = N'';
DECLARE @SkipReason nvarchar(max);
DECLARE @NoTransaction bit;
DECLARE @CleanUp nvarchar(max);
DECLARE @Problem nvarchar(max);
DECLARE @TestId int;
DECLARE @IsVerbose bit = IIF(EXISTS (
    SELECT 1 FROM tSQLt.Private_Settings AS settings WHERE settings.Name = N'Verbose' AND settings.Value = N'1'
), 1, 0);

IF @IsVerbose = 1
    RAISERROR (N'tSQLt.Run ''[%s].[%s]''; --Starting', 0, 1, @ClassName, @TestCase) WITH NOWAIT;

SET @SetUp = IIF(OBJECT_ID(@SetUp, N'P') IS NULL, NULL, @SetUp);
SET @ClassCleanUp = IIF(OBJECT_ID(@ClassCleanUp, N'P') IS NULL, NULL, @ClassCleanUp);

DELETE FROM tSQLt.TestMessage;
INSERT INTO tSQLt.TestResult (Class, TestCase, TranName, Result, Msg, TestStartTime)
VALUES (@ClassName, @TestCase, @TranName, N'Error', N'The test was begun and never ended.', @StartedAt);
SET @TestId = SCOPE_IDENTITY();
EXEC tSQLt.Private_SetExpectation @Kind = NULL;

BEGIN TRY
    EXEC tSQLt.Private_ReadAnnotations
        @ObjectId,
        @SkipReason OUTPUT,
        @NoTransaction OUTPUT,
        @CleanUp OUTPUT;
END TRY
BEGIN CATCH
    SELECT
        @Result = N'Error',
        @Msg = N'There is a problem with the annotations: ' + ERROR_MESSAGE();
END CATCH;

IF @SkipReason IS NOT NULL
    SELECT
        @Result = N'Skipped',
        @Msg = @SkipReason;

IF @Result IS NULL
BEGIN
    IF @NoTransaction = 0
        EXEC sys.sp_set_session_context @key = N'tSQLt.TranName', @value = @TranName;

    EXEC tSQLt.Private_ExecuteTest @SetUp, @Test, @NoTransaction, @TranName, @Result OUTPUT, @Msg OUTPUT;
    EXEC sys.sp_set_session_context @key = N'tSQLt.TranName', @value = NULL;
END;

IF @NoTransaction = 1 AND @SkipReason IS NULL
BEGIN
    EXEC tSQLt.Private_CleanUp @CleanUp, @Problem OUTPUT;
    EXEC tSQLt.Private_CleanUp @ClassCleanUp, @Problem OUTPUT;
    EXEC tSQLt.Private_CleanUp N'tSQLt.UndoTestDoubles', @Problem OUTPUT;

    IF @Problem IS NOT NULL
        SELECT
            @Result = N'Error',
            @Msg = CONCAT(@Msg, IIF(@Msg = N'', N'', N' '), @Problem);
END;

EXEC tSQLt.Private_SetExpectation @Kind = NULL;
UPDATE tSQLt.TestResult
SET
    Result = @Result,
    Msg = @Msg,
    TestEndTime = SYSDATETIME()
WHERE Id = @TestId
    AND TranName = @TranName;

-- Where Run was called inside a transaction that the test doomed, the row went with it.
IF @@ROWCOUNT = 0
    INSERT INTO tSQLt.TestResult (Class, TestCase, TranName, Result, Msg, TestStartTime, TestEndTime)
    VALUES (@ClassName, @TestCase, @TranName, @Result, @Msg, @StartedAt, SYSDATETIME());

IF @IsVerbose = 1
    RAISERROR (N'tSQLt.Run ''[%s].[%s]''; --Finished', 0, 1, @ClassName, @TestCase) WITH NOWAIT;
GO
