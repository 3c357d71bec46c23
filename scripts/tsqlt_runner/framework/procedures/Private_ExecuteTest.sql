-- Runs SetUp and the test, in a transaction that it takes back unless @NoTransaction is 1, and says how it went; never
-- raises. Transactions are begun and ended here and nowhere else: a procedure that returns with another @@TRANCOUNT
-- than it was called with raises 266.
CREATE OR ALTER PROCEDURE tSQLt.Private_ExecuteTest
    @SetUp nvarchar(max),
    @Test nvarchar(max),
    @NoTransaction bit,
    @TranName nvarchar(32),
    @Result nvarchar(20) OUTPUT,
    @Msg nvarchar(max) OUTPUT
AS
SET NOCOUNT ON;
DECLARE @Line nchar(2) = NCHAR(13) + NCHAR(10);
DECLARE @Depth int = @@TRANCOUNT;
DECLARE @Inside int;
DECLARE @Found int;
DECLARE @Expect nvarchar(10);
DECLARE @FailMessage nvarchar(4000);
DECLARE @Error nvarchar(max);
DECLARE @Mismatch nvarchar(max);

IF @NoTransaction = 0
BEGIN
    BEGIN TRANSACTION;

    IF @Depth > 0
        SAVE TRANSACTION @TranName;
END;

SET @Inside = @@TRANCOUNT;

BEGIN TRY
    IF @SetUp IS NOT NULL
        EXEC @SetUp;

    EXEC @Test;

    IF SESSION_CONTEXT(N'tSQLt.Expect') = N'exception'
    BEGIN
        SET @FailMessage = CAST(SESSION_CONTEXT(N'tSQLt.ExpectFailMessage') AS nvarchar(4000));
        EXEC tSQLt.Private_FailWith @FailMessage, N'Expected an error to be raised.';
    END;

    SELECT
        @Result = N'Success',
        @Msg = N'';
END TRY
BEGIN CATCH
    SET @Expect = CAST(SESSION_CONTEXT(N'tSQLt.Expect') AS nvarchar(10));
    SET @FailMessage = CAST(SESSION_CONTEXT(N'tSQLt.ExpectFailMessage') AS nvarchar(4000));
    SET @FailMessage = ISNULL(@FailMessage + N' ', N'');
    SET @Error = CONCAT(
        ERROR_MESSAGE(), N'[', ERROR_SEVERITY(), N',', ERROR_STATE(), N']{', ISNULL(ERROR_PROCEDURE(), N'NULL'), N',',
        ERROR_LINE(), N'}'
    );

    IF ERROR_MESSAGE() LIKE N'%tSQLt.Failure%'
        SELECT
            @Result = N'Failure',
            @Msg = (SELECT TOP (1) messages.Msg FROM tSQLt.TestMessage AS messages ORDER BY messages.Id DESC);
    ELSE IF @Expect = N'exception'
    BEGIN
        SET @Mismatch = tSQLt.Private_ExceptionMismatch(
            CAST(SESSION_CONTEXT(N'tSQLt.ExpectMessage') AS nvarchar(4000)),
            CAST(SESSION_CONTEXT(N'tSQLt.ExpectPattern') AS nvarchar(4000)),
            CAST(SESSION_CONTEXT(N'tSQLt.ExpectNumber') AS int),
            CAST(SESSION_CONTEXT(N'tSQLt.ExpectSeverity') AS int),
            CAST(SESSION_CONTEXT(N'tSQLt.ExpectState') AS int),
            ERROR_MESSAGE(),
            ERROR_NUMBER(),
            ERROR_SEVERITY(),
            ERROR_STATE()
        );
        SELECT
            @Result = IIF(@Mismatch = N'', N'Success', N'Failure'),
            @Msg = IIF(
                @Mismatch = N'',
                N'',
                CONCAT(
                    @FailMessage, N'Exception did not match expectation!', @Mismatch, @Line, N'Error: ', @Error
                )
            );
    END
    ELSE IF @Expect = N'none'
        SELECT
            @Result = N'Failure',
            @Msg = CONCAT(
                @FailMessage, N'Expected no error to be raised. Instead this error was encountered:', @Line, @Error
            );
    ELSE
        SELECT
            @Result = N'Error',
            @Msg = @Error;
END CATCH;

SET @Found = @@TRANCOUNT;

IF @Depth > 0 AND @Found > @Depth AND XACT_STATE() = 1
BEGIN
    BEGIN TRY
        ROLLBACK TRANSACTION @TranName;

        WHILE @@TRANCOUNT > @Depth
            COMMIT TRANSACTION;
    END TRY
    BEGIN CATCH
        -- The savepoint went with a transaction that the test rolled back: 6401.
        ROLLBACK TRANSACTION;
    END CATCH;
END
ELSE IF @Found > @Depth OR XACT_STATE() = -1
    ROLLBACK TRANSACTION;

WHILE @@TRANCOUNT < @Depth
    BEGIN TRANSACTION;

IF @Found <> @Inside
    SELECT
        @Result = N'Error',
        @Msg = CONCAT(
            @Msg, IIF(@Msg = N'', N'', N' '), N'(There was also a ROLLBACK ERROR --> the test began with @@TRANCOUNT ',
            @Inside, N' and ended with ', @Found, N'.)'
        );
GO
