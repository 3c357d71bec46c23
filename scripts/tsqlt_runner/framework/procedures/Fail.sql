-- Fails the running test with a message. A doomed transaction is rolled back first, for nothing can be written in it.
CREATE OR ALTER PROCEDURE tSQLt.Fail
    @Message0 nvarchar(max) = N'',
    @Message1 nvarchar(max) = N'',
    @Message2 nvarchar(max) = N'',
    @Message3 nvarchar(max) = N'',
    @Message4 nvarchar(max) = N'',
    @Message5 nvarchar(max) = N'',
    @Message6 nvarchar(max) = N'',
    @Message7 nvarchar(max) = N'',
    @Message8 nvarchar(max) = N'',
    @Message9 nvarchar(max) = N''
AS
SET NOCOUNT ON;
DECLARE @Warning nvarchar(100) = N'';
DECLARE @Depth int = @@TRANCOUNT;
DECLARE @TranName nvarchar(32) = CAST(SESSION_CONTEXT(N'tSQLt.TranName') AS nvarchar(32));

IF XACT_STATE() = -1
BEGIN
    SET @Warning = NCHAR(13) + NCHAR(10) + N'Warning: Uncommitable transaction detected!';
    ROLLBACK TRANSACTION;

    WHILE @@TRANCOUNT < @Depth
        BEGIN TRANSACTION;

    IF @TranName IS NOT NULL
        SAVE TRANSACTION @TranName;
END;

INSERT INTO tSQLt.TestMessage (Msg)
VALUES (
    CONCAT(
        @Message0, @Message1, @Message2, @Message3, @Message4, @Message5, @Message6, @Message7, @Message8, @Message9,
        @Warning
    )
);
RAISERROR (N'tSQLt.Failure', 16, 10);
GO
