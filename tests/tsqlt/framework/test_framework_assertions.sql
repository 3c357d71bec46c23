-- The framework's assertions: each passing and failing. A failing one is run by a helper that catches its failure and
-- takes its message back, which works on tSQLt itself too.
EXEC tSQLt.NewTestClass @ClassName = N'test_framework_assertions';
GO
-- Runs a command that must fail an assertion; @message is what the assertion had to say.
CREATE PROCEDURE test_framework_assertions.fails
    @command nvarchar(max),
    @message nvarchar(max) OUTPUT
AS
SET @message = NULL;

BEGIN TRY
    EXEC (@command);
END TRY
BEGIN CATCH
    IF ERROR_MESSAGE() NOT LIKE N'%tSQLt.Failure%'
        THROW;

    SELECT @message = messages.Msg FROM tSQLt.TestMessage AS messages;
    DELETE FROM tSQLt.TestMessage;
END CATCH;

IF @message IS NULL
    EXEC tSQLt.Fail N'This should have failed: ', @command;
GO
CREATE PROCEDURE test_framework_assertions.[test AssertEquals passes for equal values and for two NULLs]
AS
DECLARE @day date = '20240229';
EXEC tSQLt.AssertEquals 1, 1;
EXEC tSQLt.AssertEquals N'a', N'a';
EXEC tSQLt.AssertEquals NULL, NULL;
EXEC tSQLt.AssertEquals @day, @day;
GO
CREATE PROCEDURE test_framework_assertions.[test AssertEquals names both values]
AS
DECLARE @message nvarchar(max);
EXEC test_framework_assertions.fails N'EXEC tSQLt.AssertEquals 1, 2;', @message OUTPUT;
EXEC tSQLt.AssertEqualsString N'Expected: <1> but was: <2>', @message;

EXEC test_framework_assertions.fails N'EXEC tSQLt.AssertEquals NULL, N''x'', N''Why:'';', @message OUTPUT;
EXEC tSQLt.AssertEqualsString N'Why: Expected: <NULL> but was: <x>', @message;
GO
CREATE PROCEDURE test_framework_assertions.[test AssertNotEquals passes for different values and for one NULL]
AS
EXEC tSQLt.AssertNotEquals 1, 2;
EXEC tSQLt.AssertNotEquals NULL, 2;
EXEC tSQLt.AssertNotEquals 1, NULL;
GO
CREATE PROCEDURE test_framework_assertions.[test AssertNotEquals fails for equal values and for two NULLs]
AS
DECLARE @message nvarchar(max);
EXEC test_framework_assertions.fails N'EXEC tSQLt.AssertNotEquals 1, 1;', @message OUTPUT;
EXEC tSQLt.AssertEqualsString N'Expected actual value to not equal <1>.', @message;

EXEC test_framework_assertions.fails N'EXEC tSQLt.AssertNotEquals NULL, NULL;', @message OUTPUT;
EXEC tSQLt.AssertEqualsString N'Expected actual value to not be NULL.', @message;
GO
CREATE PROCEDURE test_framework_assertions.[test AssertEqualsString compares texts of any length]
AS
DECLARE @long nvarchar(max) = REPLICATE(CAST(N'x' AS nvarchar(max)), 9000);
DECLARE @message nvarchar(max);
EXEC tSQLt.AssertEqualsString @long, @long;
EXEC tSQLt.AssertEqualsString NULL, NULL;

EXEC test_framework_assertions.fails N'EXEC tSQLt.AssertEqualsString N''one'', NULL;', @message OUTPUT;
EXEC tSQLt.AssertLike N'%Expected: <one>%but was : NULL', @message;
GO
CREATE PROCEDURE test_framework_assertions.[test AssertLike matches the pattern of LIKE]
AS
DECLARE @message nvarchar(max);
EXEC tSQLt.AssertLike N'h_ll%', N'hello';
EXEC tSQLt.AssertLike NULL, NULL;

EXEC test_framework_assertions.fails N'EXEC tSQLt.AssertLike N''%oo%'', N''hello'';', @message OUTPUT;
EXEC tSQLt.AssertLike N'%Expected: <[%]oo[%]>%but was: <hello>', @message;
EXEC test_framework_assertions.fails N'EXEC tSQLt.AssertLike NULL, N''hello'';', @message OUTPUT;
EXEC test_framework_assertions.fails N'EXEC tSQLt.AssertLike N''hello'', NULL;', @message OUTPUT;
GO
CREATE PROCEDURE test_framework_assertions.[test AssertStringIn finds a text in a table of texts]
AS
DECLARE @words tSQLt.AssertStringTable;
INSERT INTO @words (value) VALUES (N'one'), (N'two');
EXEC tSQLt.AssertStringIn @words, N'two';
GO
CREATE PROCEDURE test_framework_assertions.[test AssertStringIn shows the texts it looked in]
AS
DECLARE @message nvarchar(max);
EXEC test_framework_assertions.fails
    N'DECLARE @words tSQLt.AssertStringTable;
    INSERT INTO @words (value) VALUES (N''one'');
    EXEC tSQLt.AssertStringIn @words, N''three'';',
    @message OUTPUT;
EXEC tSQLt.AssertLike N'%<three>%is not in%|one%', @message;
GO
CREATE PROCEDURE test_framework_assertions.[test AssertObjectExists finds objects and temp tables]
AS
DECLARE @message nvarchar(max);
CREATE TABLE #here (id int NULL);
EXEC tSQLt.AssertObjectExists N'test_framework_assertions.fails';
EXEC tSQLt.AssertObjectExists N'#here';

EXEC test_framework_assertions.fails N'EXEC tSQLt.AssertObjectExists N''dbo.nowhere'';', @message OUTPUT;
EXEC tSQLt.AssertEqualsString N'''dbo.nowhere'' does not exist', @message;
GO
CREATE PROCEDURE test_framework_assertions.[test AssertObjectDoesNotExist fails for what exists]
AS
DECLARE @message nvarchar(max);
EXEC tSQLt.AssertObjectDoesNotExist N'dbo.nowhere';
EXEC tSQLt.AssertObjectDoesNotExist N'#nowhere';

EXEC test_framework_assertions.fails
    N'EXEC tSQLt.AssertObjectDoesNotExist N''test_framework_assertions.fails'';', @message OUTPUT;
EXEC tSQLt.AssertEqualsString N'''test_framework_assertions.fails'' does exist!', @message;
GO
CREATE PROCEDURE test_framework_assertions.[test AssertEqualsTable passes for the same rows in another order]
AS
CREATE TABLE #expected (id int NULL, name nvarchar(10) NULL);
CREATE TABLE #actual (id int NULL, name nvarchar(10) NULL);
INSERT INTO #expected (id, name) VALUES (1, N'a'), (2, NULL), (2, NULL);
INSERT INTO #actual (id, name) VALUES (2, NULL), (1, N'a'), (2, NULL);
EXEC tSQLt.AssertEqualsTable N'#expected', N'#actual';
GO
CREATE PROCEDURE test_framework_assertions.[test AssertEqualsTable marks missing, common and unexpected rows]
AS
DECLARE @message nvarchar(max);
DECLARE @line nchar(2) = NCHAR(13) + NCHAR(10);
CREATE TABLE #expected (col1 int NULL, col2 char(1) NULL, col3 char(1) NULL);
CREATE TABLE #actual (col1 int NULL, col2 char(1) NULL, col3 char(1) NULL);
INSERT INTO #expected (col1, col2, col3) VALUES (1, 'A', 'a'), (2, 'B', 'b'), (3, 'C', 'c');
INSERT INTO #actual (col1, col2, col3) VALUES (1, 'A', 'a'), (3, 'X', 'c');

EXEC test_framework_assertions.fails N'EXEC tSQLt.AssertEqualsTable N''#expected'', N''#actual'';', @message OUTPUT;
DECLARE @table nvarchar(max) = CONCAT(
    N'Unexpected/missing resultset rows!', @line,
    N'|_m_|col1|col2|col3|', @line,
    N'+---+----+----+----+', @line,
    N'|<  |2   |B   |b   |', @line,
    N'|<  |3   |C   |c   |', @line,
    N'|=  |1   |A   |a   |', @line,
    N'|>  |3   |X   |c   |'
);
EXEC tSQLt.AssertEqualsString @table, @message;
GO
CREATE PROCEDURE test_framework_assertions.[test AssertEqualsTable counts how often a row occurs]
AS
DECLARE @message nvarchar(max);
CREATE TABLE #expected (id int NULL);
CREATE TABLE #actual (id int NULL);
INSERT INTO #expected (id) VALUES (1), (1);
INSERT INTO #actual (id) VALUES (1);
EXEC test_framework_assertions.fails
    N'EXEC tSQLt.AssertEqualsTable N''#expected'', N''#actual'', N''Twice:'';', @message OUTPUT;
EXEC tSQLt.AssertLike N'Twice: Unexpected/missing%|<  |1 |%|=  |1 |%', @message;
GO
CREATE PROCEDURE test_framework_assertions.[test AssertEqualsTable reads tables and views of any schema]
AS
CREATE TABLE test_framework_assertions.expected (id int NULL);
SELECT expected.id INTO test_framework_assertions.actual FROM test_framework_assertions.expected AS expected;
EXEC tSQLt.AssertEqualsTable N'test_framework_assertions.expected', N'[test_framework_assertions].[actual]';
GO
CREATE PROCEDURE test_framework_assertions.[test AssertEqualsTable refuses types that cannot be compared]
AS
CREATE TABLE #expected (id int NULL, document xml NULL);
CREATE TABLE #actual (id int NULL, document xml NULL);
EXEC tSQLt.ExpectException @ExpectedMessagePattern = N'%datatype that is not supported for tSQLt.AssertEqualsTable.%';
EXEC tSQLt.AssertEqualsTable N'#expected', N'#actual';
GO
CREATE PROCEDURE test_framework_assertions.[test AssertEqualsTableSchema compares names and types of columns]
AS
DECLARE @message nvarchar(max);
CREATE TABLE test_framework_assertions.one (id int NOT NULL, name nvarchar(10) NULL);
CREATE TABLE test_framework_assertions.same (id int NOT NULL, name nvarchar(10) NULL);
CREATE TABLE test_framework_assertions.other (id int NOT NULL, name nvarchar(20) NULL);
EXEC tSQLt.AssertEqualsTableSchema N'test_framework_assertions.one', N'test_framework_assertions.same';

EXEC test_framework_assertions.fails
    N'EXEC tSQLt.AssertEqualsTableSchema N''test_framework_assertions.one'', N''test_framework_assertions.other'';',
    @message OUTPUT;
EXEC tSQLt.AssertLike N'%Unexpected/missing column(s)%|<%name%|>%name%', @message;
GO
CREATE PROCEDURE test_framework_assertions.[test AssertEmptyTable shows the rows it finds]
AS
DECLARE @message nvarchar(max);
CREATE TABLE #rows (id int NULL);
EXEC tSQLt.AssertEmptyTable N'#rows';
INSERT INTO #rows (id) VALUES (7);
EXEC test_framework_assertions.fails N'EXEC tSQLt.AssertEmptyTable N''#rows'';', @message OUTPUT;
EXEC tSQLt.AssertLike N'%#rows%was not empty:%|id|%|7 |%', @message;
GO
CREATE PROCEDURE test_framework_assertions.[test Fail joins its parts]
AS
DECLARE @message nvarchar(max);
EXEC test_framework_assertions.fails N'EXEC tSQLt.Fail N''a'', N''b'', N'''', 1;', @message OUTPUT;
EXEC tSQLt.AssertEqualsString N'ab1', @message;
GO
CREATE PROCEDURE test_framework_assertions.[test TableToText orders rows and shows NULL]
AS
DECLARE @text nvarchar(max);
DECLARE @line nchar(2) = NCHAR(13) + NCHAR(10);
CREATE TABLE #rows (id int NULL, name nvarchar(10) NULL);
INSERT INTO #rows (id, name) VALUES (2, NULL), (10, N'ten');
EXEC tSQLt.TableToText @txt = @text OUTPUT, @TableName = N'#rows', @OrderBy = N'id DESC';
DECLARE @table nvarchar(max) = CONCAT(
    N'|id|name  |', @line, N'+--+------+', @line, N'|10|ten   |', @line, N'|2 |!NULL!|'
);
EXEC tSQLt.AssertEqualsString @table, @text;
GO
