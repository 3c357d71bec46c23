-- How tests run: exceptions, annotations, rollback, doomed transactions, classes. What failing tests report is tested in
-- tests/tsqlt_runner.
EXEC tSQLt.NewTestClass @ClassName = N'test_framework_running';
GO
CREATE TABLE test_framework_running.notes (note nvarchar(100) NULL);
GO
CREATE PROCEDURE test_framework_running.[test ExpectException passes when the error comes]
AS
EXEC tSQLt.ExpectException
    @ExpectedMessage = N'gone wrong',
    @ExpectedSeverity = 16,
    @ExpectedState = 3,
    @ExpectedErrorNumber = 51999;
THROW 51999, N'gone wrong', 3;
GO
CREATE PROCEDURE test_framework_running.[test ExpectException takes a pattern]
AS
EXEC tSQLt.ExpectException @ExpectedMessagePattern = N'%wrong';
RAISERROR (N'gone wrong', 16, 1);
GO
CREATE PROCEDURE test_framework_running.[test ExpectException may follow ExpectNoException]
AS
EXEC tSQLt.ExpectNoException;
EXEC tSQLt.ExpectException @ExpectedErrorNumber = 8134;
DECLARE @zero int = 0;
SET @zero = 1 / @zero;
GO
CREATE PROCEDURE test_framework_running.[test an error that dooms the transaction is an expected one too]
AS
SET XACT_ABORT ON;
EXEC tSQLt.ExpectException @ExpectedErrorNumber = 8134;
DECLARE @zero int = 0;
SET @zero = 1 / @zero;
GO
CREATE PROCEDURE test_framework_running.[test ExpectNoException passes without an error]
AS
EXEC tSQLt.ExpectNoException;
GO
CREATE PROCEDURE test_framework_running.[test assertions pass in a doomed transaction]
AS
SET XACT_ABORT ON;
DECLARE @zero int = 0;
DECLARE @state int;
CREATE TABLE #rows (id int NULL);

BEGIN TRY
    SET @zero = 1 / @zero;
END TRY
BEGIN CATCH
    SET @state = XACT_STATE();
    EXEC tSQLt.AssertEquals -1, @state;
    EXEC tSQLt.AssertEqualsTable N'#rows', N'#rows';
END CATCH;
GO
--[@tSQLt:SkipTest](N'shown by being skipped')
CREATE PROCEDURE test_framework_running.[test a skipped test does not run]
AS
EXEC tSQLt.Fail N'A skipped test ran.';
GO
--[@tSQLt:MinSqlMajorVersion](99)
CREATE PROCEDURE test_framework_running.[test a test for newer servers is skipped]
AS
EXEC tSQLt.Fail N'A test for newer servers ran.';
GO
--[@tSQLt:MaxSqlMajorVersion](9)
CREATE PROCEDURE test_framework_running.[test a test for older servers is skipped]
AS
EXEC tSQLt.Fail N'A test for older servers ran.';
GO
CREATE PROCEDURE test_framework_running.clean_notes
AS
DELETE FROM test_framework_running.notes;
GO
--[@tSQLt:NoTransaction](N'test_framework_running.clean_notes')
CREATE PROCEDURE test_framework_running.[test NoTransaction runs outside a transaction]
AS
DECLARE @depth int = @@TRANCOUNT;
INSERT INTO test_framework_running.notes (note) VALUES (N'to be cleaned up');
EXEC tSQLt.AssertEquals 0, @depth;
GO
CREATE PROCEDURE test_framework_running.[test the clean up of a NoTransaction test has run]
AS
EXEC tSQLt.AssertEmptyTable N'test_framework_running.notes';
GO
CREATE PROCEDURE test_framework_running.[test a test runs in a transaction]
AS
DECLARE @is_inside bit = IIF(@@TRANCOUNT > 0, 1, 0);
EXEC tSQLt.AssertEquals 1, @is_inside;
GO
CREATE PROCEDURE test_framework_running.[test 1 writes a row]
AS
INSERT INTO test_framework_running.notes (note) VALUES (N'to be rolled back');
GO
CREATE PROCEDURE test_framework_running.[test 2 does not find the row]
AS
EXEC tSQLt.AssertEmptyTable N'test_framework_running.notes';
GO
CREATE PROCEDURE test_framework_running.[test NewTestClass makes a class anew]
AS
EXEC tSQLt.NewTestClass N'test framework made';
EXEC (N'CREATE PROCEDURE [test framework made].[test one] AS RETURN;');
DECLARE @count int = (SELECT COUNT(*) FROM tSQLt.TestClasses AS classes WHERE classes.Name = N'test framework made');
EXEC tSQLt.AssertEquals 1, @count;
SET @count = (SELECT COUNT(*) FROM tSQLt.Tests AS tests WHERE tests.TestClassName = N'test framework made');
EXEC tSQLt.AssertEquals 1, @count;

EXEC tSQLt.NewTestClass N'test framework made';
SET @count = (SELECT COUNT(*) FROM tSQLt.Tests AS tests WHERE tests.TestClassName = N'test framework made');
EXEC tSQLt.AssertEquals 0, @count;
EXEC tSQLt.DropClass N'test framework made';
SET @count = (SELECT COUNT(*) FROM tSQLt.TestClasses AS classes WHERE classes.Name = N'test framework made');
EXEC tSQLt.AssertEquals 0, @count;
GO
CREATE PROCEDURE test_framework_running.[test RenameClass takes everything along]
AS
EXEC tSQLt.NewTestClass N'test framework old';
EXEC (N'CREATE TABLE [test framework old].things (id int NULL);');
EXEC (N'CREATE PROCEDURE [test framework old].[test one] AS RETURN;');
EXEC tSQLt.RenameClass N'test framework old', N'test framework new';
EXEC tSQLt.AssertObjectExists N'[test framework new].[test one]';
EXEC tSQLt.AssertObjectExists N'[test framework new].things';
DECLARE @count int = (SELECT COUNT(*) FROM tSQLt.TestClasses AS classes WHERE classes.Name = N'test framework old');
EXEC tSQLt.AssertEquals 0, @count;
GO
CREATE PROCEDURE test_framework_running.[test Info tells the version]
AS
DECLARE @version nvarchar(50) = (SELECT info.Version FROM tSQLt.Info() AS info);
EXEC tSQLt.AssertLike N'1.%', @version;
GO
