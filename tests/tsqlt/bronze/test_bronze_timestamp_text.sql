-- bronze.timestamp_text: a moment as yyyy-mm-dd hh:mm:ss, or NULL; whether it exists is for TRY_CONVERT.
EXEC tSQLt.NewTestClass @ClassName = N'test_bronze_timestamp_text';
GO
CREATE PROCEDURE test_bronze_timestamp_text.[test a timestamp stays as it is]
AS
CREATE TABLE #expected (field nvarchar(100) NULL, value nvarchar(19) COLLATE Latin1_General_BIN2 NULL);
INSERT INTO #expected (field, value)
VALUES
    (N'2025-03-07 18:05:09', N'2025-03-07 18:05:09'),
    (N'2025-03-07 25:00:00', N'2025-03-07 25:00:00');
SELECT expected.field, bronze.timestamp_text(expected.field) COLLATE Latin1_General_BIN2 AS value
INTO #actual
FROM #expected AS expected;
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_bronze_timestamp_text.[test T between and Z behind are read]
AS
CREATE TABLE #expected (field nvarchar(100) NULL, value nvarchar(19) COLLATE Latin1_General_BIN2 NULL);
INSERT INTO #expected (field, value)
VALUES
    (N'2025-03-07T18:05:09', N'2025-03-07 18:05:09'),
    (N'2025-03-07T18:05:09Z', N'2025-03-07 18:05:09'),
    (N'2025-03-07 18:05:09Z', N'2025-03-07 18:05:09');
SELECT expected.field, bronze.timestamp_text(expected.field) COLLATE Latin1_General_BIN2 AS value
INTO #actual
FROM #expected AS expected;
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_bronze_timestamp_text.[test every form of a date is read]
AS
CREATE TABLE #expected (field nvarchar(100) NULL, value nvarchar(19) COLLATE Latin1_General_BIN2 NULL);
INSERT INTO #expected (field, value)
VALUES
    (N'2025/03/07 18:05:09', N'2025-03-07 18:05:09'),
    (N'2025/03/07T18:05:09', N'2025-03-07 18:05:09'),
    (N'07.03.2025 18:05:09', N'2025-03-07 18:05:09'),
    (N'07.03.2025T18:05:09', N'2025-03-07 18:05:09'),
    (N'07 Mar 2025 18:05:09', N'2025-03-07 18:05:09'),
    (N'07 Mar 2025T18:05:09', N'2025-03-07 18:05:09');
SELECT expected.field, bronze.timestamp_text(expected.field) COLLATE Latin1_General_BIN2 AS value
INTO #actual
FROM #expected AS expected;
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_bronze_timestamp_text.[test a date alone is midnight]
AS
CREATE TABLE #expected (field nvarchar(100) NULL, value nvarchar(19) COLLATE Latin1_General_BIN2 NULL);
INSERT INTO #expected (field, value)
VALUES
    (N'2025-03-07', N'2025-03-07 00:00:00'),
    (N'2025/03/07', N'2025-03-07 00:00:00'),
    (N'07.03.2025', N'2025-03-07 00:00:00'),
    (N'07 mar 2025', N'2025-03-07 00:00:00');
SELECT expected.field, bronze.timestamp_text(expected.field) COLLATE Latin1_General_BIN2 AS value
INTO #actual
FROM #expected AS expected;
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_bronze_timestamp_text.[test anything else is none]
AS
CREATE TABLE #expected (field nvarchar(100) NULL, value nvarchar(19) COLLATE Latin1_General_BIN2 NULL);
INSERT INTO #expected (field, value)
VALUES
    (N'2025-03-07 18:05', NULL),
    (N'2025-03-07 8:05:09', NULL),
    (N'2025-03-07  18:05:09', NULL),
    (N'2025-03-07 18:05:09.123', NULL),
    (N'2025-03-07T18:05:09+01:00', NULL),
    (N'2025-03-07 18:05:09 Z', NULL),
    (N'2025-03-07 18:05:09ZZ', NULL),
    (N'03/04/2025 18:05:09', NULL),
    (N'18:05:09', NULL),
    (N'2025-03-0718:05:09', NULL),
    (N'2025-03-07 6:05:09 PM', NULL),
    (N'1741370709', NULL),
    (N'', NULL),
    (NULL, NULL);
SELECT expected.field, bronze.timestamp_text(expected.field) COLLATE Latin1_General_BIN2 AS value
INTO #actual
FROM #expected AS expected;
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
