-- bronze.flag_text: yes or no in the words that exports use, or NULL.
EXEC tSQLt.NewTestClass @ClassName = N'test_bronze_flag_text';
GO
CREATE PROCEDURE test_bronze_flag_text.[test words for yes are 1]
AS
CREATE TABLE #expected (field nvarchar(100) NULL, value nvarchar(1) COLLATE Latin1_General_BIN2 NULL);
INSERT INTO #expected (field, value)
VALUES
    (N'true', N'1'),
    (N'TRUE', N'1'),
    (N'1', N'1'),
    (N'yes', N'1'),
    (N'Yes', N'1'),
    (N'y', N'1'),
    (N'Y', N'1'),
    (N't', N'1'),
    (N'T', N'1');
SELECT expected.field, bronze.flag_text(expected.field) COLLATE Latin1_General_BIN2 AS value
INTO #actual
FROM #expected AS expected;
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_bronze_flag_text.[test words for no are 0]
AS
CREATE TABLE #expected (field nvarchar(100) NULL, value nvarchar(1) COLLATE Latin1_General_BIN2 NULL);
INSERT INTO #expected (field, value)
VALUES
    (N'false', N'0'),
    (N'False', N'0'),
    (N'0', N'0'),
    (N'no', N'0'),
    (N'NO', N'0'),
    (N'n', N'0'),
    (N'N', N'0'),
    (N'f', N'0'),
    (N'F', N'0');
SELECT expected.field, bronze.flag_text(expected.field) COLLATE Latin1_General_BIN2 AS value
INTO #actual
FROM #expected AS expected;
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_bronze_flag_text.[test anything else is neither]
AS
CREATE TABLE #expected (field nvarchar(100) NULL, value nvarchar(1) COLLATE Latin1_General_BIN2 NULL);
INSERT INTO #expected (field, value)
VALUES
    (N'2', NULL),
    (N'-1', NULL),
    (N'01', NULL),
    (N'ja', NULL),
    (N'on', NULL),
    (N'yess', NULL),
    (N'maybe', NULL),
    (N'', NULL),
    (NULL, NULL);
SELECT expected.field, bronze.flag_text(expected.field) COLLATE Latin1_General_BIN2 AS value
INTO #actual
FROM #expected AS expected;
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
