-- bronze.moment_text_as: dates with a time, in UTC, or NULL.
EXEC tSQLt.NewTestClass @ClassName = N'test_bronze_moment_text_as';
GO
CREATE PROCEDURE test_bronze_moment_text_as.[test a time of day in 24 or 12 hours]
AS
CREATE TABLE #expected (
    field nvarchar(100) NULL,
    parts nchar(3) NULL,
    value nvarchar(60) COLLATE Latin1_General_BIN2 NULL
);
INSERT INTO #expected (field, parts, value)
VALUES
    (N'2021-05-06 13:04:05', N'ymd', N'2021-05-06 13:04:05.000'),
    (N'2021-05-06T13:04', N'ymd', N'2021-05-06 13:04:00.000'),
    (N'05/06/2021 3:04 PM', N'mdy', N'2021-05-06 15:04:00.000'),
    (N'6/5/21 12:00 AM', N'dmy', N'2021-05-06 00:00:00.000'),
    (N'6/5/21 12:30 pm', N'dmy', N'2021-05-06 12:30:00.000'),
    (N'May 6, 2021 9:15:00 AM', N'mdy', N'2021-05-06 09:15:00.000');
SELECT
    expected.field,
    expected.parts,
    bronze.moment_text_as(expected.field, expected.parts) COLLATE Latin1_General_BIN2 AS value
INTO #actual
FROM #expected AS expected;
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_bronze_moment_text_as.[test fractions are cut to milliseconds]
AS
CREATE TABLE #expected (
    field nvarchar(100) NULL,
    parts nchar(3) NULL,
    value nvarchar(60) COLLATE Latin1_General_BIN2 NULL
);
INSERT INTO #expected (field, parts, value)
VALUES
    (N'2021-05-06 13:04:05.123456', N'ymd', N'2021-05-06 13:04:05.123'),
    (N'2021-05-06 13:04:05.5', N'ymd', N'2021-05-06 13:04:05.500');
SELECT
    expected.field,
    expected.parts,
    bronze.moment_text_as(expected.field, expected.parts) COLLATE Latin1_General_BIN2 AS value
INTO #actual
FROM #expected AS expected;
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_bronze_moment_text_as.[test offsets lead to UTC]
AS
CREATE TABLE #expected (
    field nvarchar(100) NULL,
    parts nchar(3) NULL,
    value nvarchar(60) COLLATE Latin1_General_BIN2 NULL
);
INSERT INTO #expected (field, parts, value)
VALUES
    (N'2021-05-06T13:04:05Z', N'ymd', N'2021-05-06 13:04:05.000'),
    (N'2021-05-06 13:04:05 UTC', N'ymd', N'2021-05-06 13:04:05.000'),
    (N'2021-05-06T13:04:05+02:00', N'ymd', N'2021-05-06 11:04:05.000'),
    (N'2021-05-06 00:04:05 +0200', N'ymd', N'2021-05-05 22:04:05.000'),
    (N'2021-05-06T23:04:05-05:30', N'ymd', N'2021-05-07 04:34:05.000');
SELECT
    expected.field,
    expected.parts,
    bronze.moment_text_as(expected.field, expected.parts) COLLATE Latin1_General_BIN2 AS value
INTO #actual
FROM #expected AS expected;
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_bronze_moment_text_as.[test a date alone is midnight]
AS
CREATE TABLE #expected (
    field nvarchar(100) NULL,
    parts nchar(3) NULL,
    value nvarchar(60) COLLATE Latin1_General_BIN2 NULL
);
INSERT INTO #expected (field, parts, value)
VALUES
    (N'6/5/21', N'dmy', N'2021-05-06 00:00:00.000'),
    (N'20210506', N'ymd', N'2021-05-06 00:00:00.000');
SELECT
    expected.field,
    expected.parts,
    bronze.moment_text_as(expected.field, expected.parts) COLLATE Latin1_General_BIN2 AS value
INTO #actual
FROM #expected AS expected;
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_bronze_moment_text_as.[test what is no moment]
AS
CREATE TABLE #expected (
    field nvarchar(100) NULL,
    parts nchar(3) NULL,
    value nvarchar(60) COLLATE Latin1_General_BIN2 NULL
);
INSERT INTO #expected (field, parts, value)
VALUES
    (N'13:04', N'ymd', NULL),
    (N'2021-05-06 25:00', N'ymd', NULL),
    (N'2021-05-06 12:61', N'ymd', NULL),
    (N'6/5/21 13:00 AM', N'dmy', NULL),
    (N'2021-02-30 13:04', N'ymd', NULL),
    (N'x 13:04', N'ymd', NULL),
    (N'2021-05-06 13:04:05 CET', N'ymd', NULL),
    (N'', N'ymd', NULL),
    (NULL, N'ymd', NULL);
SELECT
    expected.field,
    expected.parts,
    bronze.moment_text_as(expected.field, expected.parts) COLLATE Latin1_General_BIN2 AS value
INTO #actual
FROM #expected AS expected;
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
