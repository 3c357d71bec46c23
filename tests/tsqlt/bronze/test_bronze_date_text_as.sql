-- bronze.date_text_as: dates by the order of their parts, or NULL.
EXEC tSQLt.NewTestClass @ClassName = N'test_bronze_date_text_as';
GO
CREATE PROCEDURE test_bronze_date_text_as.[test day, month and year in any order]
AS
CREATE TABLE #expected (
    field nvarchar(100) NULL,
    parts nchar(3) NULL,
    value nvarchar(60) COLLATE Latin1_General_BIN2 NULL
);
INSERT INTO #expected (field, parts, value)
VALUES
    (N'06-05-21', N'dmy', N'2021-05-06'),
    (N'6/5/2021', N'mdy', N'2021-06-05'),
    (N'2021-05-06', N'ymd', N'2021-05-06'),
    (N'2021.5.6', N'ymd', N'2021-05-06'),
    (N'6.5.2021', N'dmy', N'2021-05-06'),
    (N'06 05 2021', N'dmy', N'2021-05-06'),
    (N'21-05-06', N'2md', N'2021-05-06'),
    (N'2021-05-06', N'2md', N'2021-05-06'),
    (N'21-05-06', N'ymd', NULL);
SELECT
    expected.field,
    expected.parts,
    bronze.date_text_as(expected.field, expected.parts) COLLATE Latin1_General_BIN2 AS value
INTO #actual
FROM #expected AS expected;
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_bronze_date_text_as.[test eight digits]
AS
CREATE TABLE #expected (
    field nvarchar(100) NULL,
    parts nchar(3) NULL,
    value nvarchar(60) COLLATE Latin1_General_BIN2 NULL
);
INSERT INTO #expected (field, parts, value)
VALUES
    (N'20210506', N'ymd', N'2021-05-06'),
    (N'06052021', N'dmy', N'2021-05-06'),
    (N'05062021', N'mdy', N'2021-05-06'),
    (N'2021050', N'ymd', NULL);
SELECT
    expected.field,
    expected.parts,
    bronze.date_text_as(expected.field, expected.parts) COLLATE Latin1_General_BIN2 AS value
INTO #actual
FROM #expected AS expected;
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_bronze_date_text_as.[test names of months]
AS
CREATE TABLE #expected (
    field nvarchar(100) NULL,
    parts nchar(3) NULL,
    value nvarchar(60) COLLATE Latin1_General_BIN2 NULL
);
INSERT INTO #expected (field, parts, value)
VALUES
    (N'6 May 2021', N'dmy', N'2021-05-06'),
    (N'6-Sept-21', N'dmy', N'2021-09-06'),
    (N'May 6, 2021', N'mdy', N'2021-05-06'),
    (N'DECEMBER 3, 2020', N'mdy', N'2020-12-03'),
    (N'1-Jan-1999', N'dmy', N'1999-01-01'),
    (N'2021-Feb-03', N'ymd', N'2021-02-03'),
    (N'6-Ma-21', N'dmy', NULL),
    (N'6-ay-21', N'dmy', NULL),
    (N'6-Mai-21', N'dmy', NULL),
    (N'6-juneish-21', N'dmy', NULL);
SELECT
    expected.field,
    expected.parts,
    bronze.date_text_as(expected.field, expected.parts) COLLATE Latin1_General_BIN2 AS value
INTO #actual
FROM #expected AS expected;
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_bronze_date_text_as.[test years of two digits lie in 1950 to 2049]
AS
CREATE TABLE #expected (
    field nvarchar(100) NULL,
    parts nchar(3) NULL,
    value nvarchar(60) COLLATE Latin1_General_BIN2 NULL
);
INSERT INTO #expected (field, parts, value)
VALUES
    (N'1/1/49', N'dmy', N'2049-01-01'),
    (N'1/1/50', N'dmy', N'1950-01-01'),
    (N'1/1/00', N'dmy', N'2000-01-01'),
    (N'1/1/99', N'dmy', N'1999-01-01'),
    (N'1/1/999', N'dmy', NULL);
SELECT
    expected.field,
    expected.parts,
    bronze.date_text_as(expected.field, expected.parts) COLLATE Latin1_General_BIN2 AS value
INTO #actual
FROM #expected AS expected;
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_bronze_date_text_as.[test what is no date]
AS
CREATE TABLE #expected (
    field nvarchar(100) NULL,
    parts nchar(3) NULL,
    value nvarchar(60) COLLATE Latin1_General_BIN2 NULL
);
INSERT INTO #expected (field, parts, value)
VALUES
    (N'2021-05-06', N'dmy', NULL),
    (N'6-5', N'dmy', NULL),
    (N'1-2-3-4', N'dmy', NULL),
    (N'-5-5-2021', N'dmy', NULL),
    (N'x', N'dmy', NULL),
    (N'', N'dmy', NULL),
    (N'a-b-c', N'dmy', NULL),
    (N'1[2]-5-2021', N'dmy', NULL),
    (N'123-5-2021', N'dmy', NULL),
    (NULL, N'dmy', NULL);
SELECT
    expected.field,
    expected.parts,
    bronze.date_text_as(expected.field, expected.parts) COLLATE Latin1_General_BIN2 AS value
INTO #actual
FROM #expected AS expected;
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
