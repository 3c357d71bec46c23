-- ops.lock_target: an exclusive lock that ends with the transaction.
EXEC tSQLt.NewTestClass @ClassName = N'test_ops_lock_target';
GO
CREATE PROCEDURE test_ops_lock_target.[test the target is locked exclusively by the transaction]
AS
EXEC ops.lock_target @target = N'test_ops_lock_target';
DECLARE @mode nvarchar(32) = APPLOCK_MODE(N'public', N'test_ops_lock_target', N'Transaction');
EXEC tSQLt.AssertEqualsString @Expected = N'Exclusive', @Actual = @mode;
GO
CREATE PROCEDURE test_ops_lock_target.[test a lock the transaction holds already is granted again]
AS
EXEC tSQLt.ExpectNoException;
EXEC ops.lock_target @target = N'test_ops_lock_target', @timeout_milliseconds = 0;
EXEC ops.lock_target @target = N'test_ops_lock_target', @timeout_milliseconds = 0;
GO
--[@tSQLt:NoTransaction](DEFAULT)
CREATE PROCEDURE test_ops_lock_target.[test the lock ends with the transaction]
AS
BEGIN TRANSACTION;
EXEC ops.lock_target @target = N'test_ops_lock_target';
COMMIT TRANSACTION;
DECLARE @mode nvarchar(32) = APPLOCK_MODE(N'public', N'test_ops_lock_target', N'Session');
EXEC tSQLt.AssertEqualsString @Expected = N'NoLock', @Actual = @mode;
GO
