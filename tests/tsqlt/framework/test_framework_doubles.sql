-- The framework's doubles: faked tables and functions, spied procedures, applied constraints and triggers.
EXEC tSQLt.NewTestClass @ClassName = N'test_framework_doubles';
GO
CREATE TABLE test_framework_doubles.parents (
    id int IDENTITY(5, 5) NOT NULL CONSTRAINT PK_framework_parents PRIMARY KEY,
    name nvarchar(20) NOT NULL CONSTRAINT DF_framework_parents_name DEFAULT (N'nobody'),
    twice AS (id * 2)
);
CREATE TABLE test_framework_doubles.children (
    id int NOT NULL CONSTRAINT PK_framework_children PRIMARY KEY,
    parent_id int NOT NULL CONSTRAINT FK_framework_children REFERENCES test_framework_doubles.parents (id),
    age int NOT NULL CONSTRAINT CK_framework_children_age CHECK (age >= 0),
    tag char(2) NULL CONSTRAINT UQ_framework_children_tag UNIQUE
);
INSERT INTO test_framework_doubles.parents (name) VALUES (N'real');
GO
CREATE TRIGGER test_framework_doubles.TR_parents ON test_framework_doubles.parents AFTER INSERT
AS
INSERT INTO test_framework_doubles.children (id, parent_id, age) SELECT 99, 5, 1;
GO
CREATE VIEW test_framework_doubles.parent_names
AS
SELECT parents.name FROM test_framework_doubles.parents AS parents;
GO
CREATE FUNCTION test_framework_doubles.tax (@amount int) RETURNS int
AS
BEGIN
    RETURN @amount / 5;
END;
GO
CREATE FUNCTION test_framework_doubles.no_tax (@amount int) RETURNS int
AS
BEGIN
    RETURN 0;
END;
GO
CREATE FUNCTION test_framework_doubles.other_tax (@amount bigint) RETURNS int
AS
BEGIN
    RETURN 0;
END;
GO
CREATE FUNCTION test_framework_doubles.numbers (@from int) RETURNS TABLE
AS
RETURN
    SELECT @from AS n;
GO
CREATE FUNCTION test_framework_doubles.fake_numbers (@from int) RETURNS TABLE
AS
RETURN
    SELECT 42 AS n;
GO
CREATE PROCEDURE test_framework_doubles.double_it
    @value int,
    @doubled int = 0 OUTPUT
AS
SET @doubled = 2 * @value;
RETURN 3;
GO
CREATE PROCEDURE test_framework_doubles.caller
    @value int,
    @doubled int OUTPUT
AS
EXEC test_framework_doubles.double_it @value = @value, @doubled = @doubled OUTPUT;
GO
CREATE PROCEDURE test_framework_doubles.[test FakeTable gives an empty table that takes NULL everywhere]
AS
EXEC tSQLt.FakeTable N'test_framework_doubles.children';
EXEC tSQLt.AssertEmptyTable N'test_framework_doubles.children';
INSERT INTO test_framework_doubles.children (id) VALUES (1), (1), (NULL);
DECLARE @count int = (SELECT COUNT(*) FROM test_framework_doubles.children AS children WHERE children.age IS NULL);
EXEC tSQLt.AssertEquals 3, @count;
GO
CREATE PROCEDURE test_framework_doubles.[test FakeTable drops identity, defaults and computed columns]
AS
EXEC tSQLt.FakeTable N'test_framework_doubles.parents';
INSERT INTO test_framework_doubles.parents (id, twice) VALUES (1, 7);
SELECT parents.id, parents.name, parents.twice INTO #actual FROM test_framework_doubles.parents AS parents;
SELECT 1 AS id, CAST(NULL AS nvarchar(20)) AS name, 7 AS twice INTO #expected;
EXEC tSQLt.AssertEqualsTable N'#expected', N'#actual';
GO
CREATE PROCEDURE test_framework_doubles.[test FakeTable keeps identity, defaults and computed columns when asked to]
AS
EXEC tSQLt.FakeTable N'test_framework_doubles.parents', @Identity = 1, @ComputedColumns = 1, @Defaults = 1;
INSERT INTO test_framework_doubles.parents DEFAULT VALUES;
INSERT INTO test_framework_doubles.parents (name) VALUES (N'one');
SELECT parents.name, parents.twice INTO #actual FROM test_framework_doubles.parents AS parents;
SELECT TOP (0) actual.name, actual.twice INTO #expected FROM #actual AS actual;
INSERT INTO #expected (name, twice) VALUES (N'nobody', 10), (N'one', 20);
EXEC tSQLt.AssertEqualsTable N'#expected', N'#actual';
GO
CREATE PROCEDURE test_framework_doubles.[test FakeTable keeps defaults alone]
AS
EXEC tSQLt.FakeTable N'test_framework_doubles.parents', @Defaults = 1;
INSERT INTO test_framework_doubles.parents (id) VALUES (1);
DECLARE @name nvarchar(20) = (SELECT parents.name FROM test_framework_doubles.parents AS parents);
EXEC tSQLt.AssertEqualsString N'nobody', @name;
GO
CREATE PROCEDURE test_framework_doubles.[test a view reads the fake of its table]
AS
EXEC tSQLt.FakeTable N'test_framework_doubles.parents';
INSERT INTO test_framework_doubles.parents (name) VALUES (N'fake');
SELECT parent_names.name INTO #actual FROM test_framework_doubles.parent_names AS parent_names;
SELECT CAST(N'fake' AS nvarchar(20)) AS name INTO #expected;
EXEC tSQLt.AssertEqualsTable N'#expected', N'#actual';
GO
CREATE PROCEDURE test_framework_doubles.[test FakeTable fakes a view]
AS
EXEC tSQLt.FakeTable N'test_framework_doubles.parent_names';
INSERT INTO test_framework_doubles.parent_names (name) VALUES (N'fake');
DECLARE @count int = (SELECT COUNT(*) FROM test_framework_doubles.parent_names AS parent_names);
EXEC tSQLt.AssertEquals 1, @count;
GO
CREATE PROCEDURE test_framework_doubles.[test FakeTable names a table it cannot find]
AS
EXEC tSQLt.ExpectException @ExpectedMessagePattern = N'FakeTable could not resolve the object name, ''dbo.nowhere''%';
EXEC tSQLt.FakeTable N'dbo.nowhere';
GO
CREATE PROCEDURE test_framework_doubles.[test a rollback gives the table back its rows]
AS
DECLARE @count int = (SELECT COUNT(*) FROM test_framework_doubles.parents AS parents WHERE parents.name = N'real');
EXEC tSQLt.AssertEquals 1, @count;
GO
CREATE PROCEDURE test_framework_doubles.[test SpyProcedure notes each call and does nothing else]
AS
DECLARE @doubled int = 7;
EXEC tSQLt.SpyProcedure N'test_framework_doubles.double_it';
EXEC test_framework_doubles.caller @value = 4, @doubled = @doubled OUTPUT;
EXEC test_framework_doubles.double_it @value = 5;
EXEC tSQLt.AssertEquals 7, @doubled;

SELECT calls._id_, calls.value, calls.doubled INTO #actual FROM test_framework_doubles.double_it_SpyProcedureLog AS calls;
CREATE TABLE #expected (_id_ int NULL, value int NULL, doubled int NULL);
INSERT INTO #expected (_id_, value, doubled) VALUES (1, 4, 7), (2, 5, NULL);
EXEC tSQLt.AssertEqualsTable N'#expected', N'#actual';
GO
CREATE PROCEDURE test_framework_doubles.[test SpyProcedure runs a command that sees the parameters]
AS
DECLARE @doubled int;
EXEC tSQLt.SpyProcedure N'test_framework_doubles.double_it', N'SET @doubled = @value + 100;';
EXEC test_framework_doubles.caller @value = 4, @doubled = @doubled OUTPUT;
EXEC tSQLt.AssertEquals 104, @doubled;
GO
CREATE PROCEDURE test_framework_doubles.[test SpyProcedure calls the original when asked to]
AS
DECLARE @doubled int;
EXEC tSQLt.SpyProcedure N'test_framework_doubles.double_it', @CallOriginal = 1;
EXEC test_framework_doubles.caller @value = 4, @doubled = @doubled OUTPUT;
EXEC tSQLt.AssertEquals 8, @doubled;
GO
CREATE PROCEDURE test_framework_doubles.[test SpyProcedure names a procedure it cannot find]
AS
EXEC tSQLt.ExpectException @ExpectedMessagePattern = N'Cannot use SpyProcedure on dbo.nowhere because%does not exist%';
EXEC tSQLt.SpyProcedure N'dbo.nowhere';
GO
CREATE PROCEDURE test_framework_doubles.[test FakeFunction puts a scalar function in the place of another]
AS
EXEC tSQLt.FakeFunction N'test_framework_doubles.tax', N'test_framework_doubles.no_tax';
DECLARE @tax int = test_framework_doubles.tax(100);
EXEC tSQLt.AssertEquals 0, @tax;
GO
CREATE PROCEDURE test_framework_doubles.[test FakeFunction puts a table function in the place of another]
AS
EXEC tSQLt.FakeFunction N'test_framework_doubles.numbers', N'test_framework_doubles.fake_numbers';
DECLARE @n int = (SELECT numbers.n FROM test_framework_doubles.numbers(1) AS numbers);
EXEC tSQLt.AssertEquals 42, @n;
GO
CREATE PROCEDURE test_framework_doubles.[test FakeFunction refuses other parameters]
AS
EXEC tSQLt.ExpectException @ExpectedMessagePattern = N'Parameters of both functions must match!%';
EXEC tSQLt.FakeFunction N'test_framework_doubles.tax', N'test_framework_doubles.other_tax';
GO
CREATE PROCEDURE test_framework_doubles.[test FakeFunction refuses a table function for a scalar one]
AS
EXEC tSQLt.ExpectException
    @ExpectedMessage = N'Both parameters must contain the name of either scalar or table valued functions!';
EXEC tSQLt.FakeFunction N'test_framework_doubles.tax', N'test_framework_doubles.numbers';
GO
CREATE PROCEDURE test_framework_doubles.[test ApplyConstraint brings a CHECK back]
AS
EXEC tSQLt.FakeTable N'test_framework_doubles.children';
EXEC tSQLt.ApplyConstraint N'test_framework_doubles.children', N'CK_framework_children_age';
EXEC tSQLt.ExpectException @ExpectedMessagePattern = N'%CK_framework_children_age%', @ExpectedErrorNumber = 547;
INSERT INTO test_framework_doubles.children (age) VALUES (-1);
GO
CREATE PROCEDURE test_framework_doubles.[test ApplyConstraint brings a primary key back]
AS
EXEC tSQLt.FakeTable N'test_framework_doubles.children';
EXEC tSQLt.ApplyConstraint N'test_framework_doubles.children', N'PK_framework_children';
EXEC tSQLt.ExpectException @ExpectedMessagePattern = N'%PK_framework_children%', @ExpectedErrorNumber = 2627;
INSERT INTO test_framework_doubles.children (id) VALUES (1), (1);
GO
CREATE PROCEDURE test_framework_doubles.[test ApplyConstraint brings a UNIQUE back]
AS
EXEC tSQLt.FakeTable N'test_framework_doubles.children';
EXEC tSQLt.ApplyConstraint N'test_framework_doubles.children', N'UQ_framework_children_tag';
EXEC tSQLt.ExpectException @ExpectedErrorNumber = 2627;
INSERT INTO test_framework_doubles.children (tag) VALUES ('aa'), ('aa');
GO
CREATE PROCEDURE test_framework_doubles.[test ApplyConstraint brings a foreign key to a fake back]
AS
EXEC tSQLt.FakeTable N'test_framework_doubles.parents';
EXEC tSQLt.FakeTable N'test_framework_doubles.children';
EXEC tSQLt.ApplyConstraint N'test_framework_doubles.children', N'FK_framework_children';
INSERT INTO test_framework_doubles.parents (id) VALUES (1);
INSERT INTO test_framework_doubles.children (parent_id) VALUES (1);
EXEC tSQLt.ExpectException @ExpectedMessagePattern = N'%FK_framework_children%', @ExpectedErrorNumber = 547;
INSERT INTO test_framework_doubles.children (parent_id) VALUES (2);
GO
CREATE PROCEDURE test_framework_doubles.[test ApplyConstraint names what it cannot find]
AS
EXEC tSQLt.FakeTable N'test_framework_doubles.children';
EXEC tSQLt.ExpectException @ExpectedMessagePattern = N'ApplyConstraint could not resolve the object names%CK_nowhere%';
EXEC tSQLt.ApplyConstraint N'test_framework_doubles.children', N'CK_nowhere';
GO
CREATE PROCEDURE test_framework_doubles.[test ApplyTrigger brings a trigger back]
AS
EXEC tSQLt.FakeTable N'test_framework_doubles.parents';
EXEC tSQLt.FakeTable N'test_framework_doubles.children';
INSERT INTO test_framework_doubles.parents (id) VALUES (1);
EXEC tSQLt.AssertEmptyTable N'test_framework_doubles.children';

EXEC tSQLt.ApplyTrigger N'test_framework_doubles.parents', N'TR_parents';
INSERT INTO test_framework_doubles.parents (id) VALUES (2);
DECLARE @id int = (SELECT children.id FROM test_framework_doubles.children AS children);
EXEC tSQLt.AssertEquals 99, @id;
GO
CREATE PROCEDURE test_framework_doubles.[test RemoveObject frees the name of an object]
AS
EXEC tSQLt.RemoveObject N'test_framework_doubles.double_it';
EXEC tSQLt.AssertObjectDoesNotExist N'test_framework_doubles.double_it';
EXEC tSQLt.RemoveObject N'test_framework_doubles.nowhere', @IfExists = 1;
EXEC tSQLt.ExpectException @ExpectedMessagePattern = N'%test_framework_doubles.nowhere does not exist!%';
EXEC tSQLt.RemoveObject N'test_framework_doubles.nowhere';
GO
CREATE PROCEDURE test_framework_doubles.[test UndoTestDoubles gives everything back]
AS
DECLARE @doubled int;
EXEC tSQLt.FakeTable N'test_framework_doubles.parents';
EXEC tSQLt.FakeFunction N'test_framework_doubles.tax', N'test_framework_doubles.no_tax';
EXEC tSQLt.SpyProcedure N'test_framework_doubles.double_it';
EXEC tSQLt.UndoTestDoubles;

EXEC test_framework_doubles.double_it @value = 4, @doubled = @doubled OUTPUT;
EXEC tSQLt.AssertEquals 8, @doubled;
DECLARE @tax int = test_framework_doubles.tax(100);
EXEC tSQLt.AssertEquals 20, @tax;
DECLARE @name nvarchar(20) = (SELECT parents.name FROM test_framework_doubles.parents AS parents);
EXEC tSQLt.AssertEqualsString N'real', @name;
GO
