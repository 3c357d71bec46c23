-- Takes an exclusive application lock that ends with the caller's transaction; -1 (time-out) and -3 (deadlock)
-- become errors. Re-run: a lock already held by the transaction is granted again.
-- EXEC ops.lock_target @target = N'silver.products';
CREATE OR ALTER PROCEDURE ops.lock_target
    @target nvarchar(255),
    @timeout_milliseconds int = 600000
AS
SET NOCOUNT, XACT_ABORT ON;
DECLARE @result int;
DECLARE @message nvarchar(2048);

EXEC @result = sys.sp_getapplock
    @Resource = @target,
    @LockMode = N'Exclusive',
    @LockOwner = N'Transaction',
    @LockTimeout = @timeout_milliseconds;

IF @result < 0
BEGIN
    SET @message = CONCAT(
        N'ops.lock_target: ', @target, N' is held by another session (sp_getapplock returned ', @result,
        N'); let that load end, then run again.'
    );
    THROW 51002, @message, 1;
END;
GO
