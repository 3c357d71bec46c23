-- bronze.phone_text: a telephone number, + and 8 to 15 digits, or NULL.
EXEC tSQLt.NewTestClass @ClassName = N'test_bronze_phone_text';
GO
CREATE PROCEDURE test_bronze_phone_text.[test a number stays as it is]
AS
CREATE TABLE #expected (field nvarchar(100) NULL, value nvarchar(16) COLLATE Latin1_General_BIN2 NULL);
INSERT INTO #expected (field, value)
VALUES
    (N'+12345678', N'+12345678'),
    (N'+4930123456789', N'+4930123456789'),
    (N'+123456789012345', N'+123456789012345');
SELECT expected.field, bronze.phone_text(expected.field) COLLATE Latin1_General_BIN2 AS value
INTO #actual
FROM #expected AS expected;
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_bronze_phone_text.[test what is written between digits is dropped]
AS
CREATE TABLE #expected (field nvarchar(100) NULL, value nvarchar(16) COLLATE Latin1_General_BIN2 NULL);
INSERT INTO #expected (field, value)
VALUES
    (N'+49 (0)30 / 123 45-67', N'+49301234567'),
    (N'+1 (555) 123.4567', N'+15551234567'),
    (N'(+44) 20 7946 0958', N'+442079460958');
SELECT expected.field, bronze.phone_text(expected.field) COLLATE Latin1_General_BIN2 AS value
INTO #actual
FROM #expected AS expected;
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_bronze_phone_text.[test two zeros in front are the plus]
AS
CREATE TABLE #expected (field nvarchar(100) NULL, value nvarchar(16) COLLATE Latin1_General_BIN2 NULL);
INSERT INTO #expected (field, value)
VALUES
    (N'0049 30 1234567', N'+49301234567'),
    (N'0049 (0)30 1234567', N'+49301234567'),
    (N'00-1-555-1234567', N'+15551234567');
SELECT expected.field, bronze.phone_text(expected.field) COLLATE Latin1_General_BIN2 AS value
INTO #actual
FROM #expected AS expected;
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_bronze_phone_text.[test anything else is no number]
AS
CREATE TABLE #expected (field nvarchar(100) NULL, value nvarchar(16) COLLATE Latin1_General_BIN2 NULL);
INSERT INTO #expected (field, value)
VALUES
    (N'030 1234567', NULL),
    (N'12345678', NULL),
    (N'+1234567', NULL),
    (N'+1234567890123456', NULL),
    (N'0012345', NULL),
    (N'+49x301234567', NULL),
    (N'++49301234567', NULL),
    (N'+49301234567 ext 5', NULL),
    (N'+49+301234567', NULL),
    (N'+４930123456', NULL),
    (N'none', NULL),
    (N'+', NULL),
    (N'', NULL),
    (NULL, NULL);
SELECT expected.field, bronze.phone_text(expected.field) COLLATE Latin1_General_BIN2 AS value
INTO #actual
FROM #expected AS expected;
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
