-- bronze.date_text: a date as yyyy-mm-dd, or NULL; whether the day exists is for TRY_CONVERT.
EXEC tSQLt.NewTestClass @ClassName = N'test_bronze_date_text';
GO
CREATE PROCEDURE test_bronze_date_text.[test a date stays as it is]
AS
CREATE TABLE #expected (field nvarchar(100) NULL, value nvarchar(10) COLLATE Latin1_General_BIN2 NULL);
INSERT INTO #expected (field, value)
VALUES
    (N'2025-03-07', N'2025-03-07'),
    (N'1999-12-31', N'1999-12-31'),
    (N'2025-02-30', N'2025-02-30');
SELECT expected.field, bronze.date_text(expected.field) COLLATE Latin1_General_BIN2 AS value
INTO #actual
FROM #expected AS expected;
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_bronze_date_text.[test slashes and German order are read]
AS
CREATE TABLE #expected (field nvarchar(100) NULL, value nvarchar(10) COLLATE Latin1_General_BIN2 NULL);
INSERT INTO #expected (field, value)
VALUES
    (N'2025/03/07', N'2025-03-07'),
    (N'07.03.2025', N'2025-03-07'),
    (N'31.12.2099', N'2099-12-31');
SELECT expected.field, bronze.date_text(expected.field) COLLATE Latin1_General_BIN2 AS value
INTO #actual
FROM #expected AS expected;
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_bronze_date_text.[test English months of three letters are read]
AS
CREATE TABLE #expected (field nvarchar(100) NULL, value nvarchar(10) COLLATE Latin1_General_BIN2 NULL);
INSERT INTO #expected (field, value)
VALUES
    (N'07 Jan 2025', N'2025-01-07'),
    (N'07 Feb 2025', N'2025-02-07'),
    (N'07 Mar 2025', N'2025-03-07'),
    (N'07 Apr 2025', N'2025-04-07'),
    (N'07 May 2025', N'2025-05-07'),
    (N'07 Jun 2025', N'2025-06-07'),
    (N'07 Jul 2025', N'2025-07-07'),
    (N'07 Aug 2025', N'2025-08-07'),
    (N'07 Sep 2025', N'2025-09-07'),
    (N'07 Oct 2025', N'2025-10-07'),
    (N'07 Nov 2025', N'2025-11-07'),
    (N'07 Dec 2025', N'2025-12-07'),
    (N'07 mar 2025', N'2025-03-07'),
    (N'31 DEC 1999', N'1999-12-31');
SELECT expected.field, bronze.date_text(expected.field) COLLATE Latin1_General_BIN2 AS value
INTO #actual
FROM #expected AS expected;
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_bronze_date_text.[test anything else is no date]
AS
CREATE TABLE #expected (field nvarchar(100) NULL, value nvarchar(10) COLLATE Latin1_General_BIN2 NULL);
INSERT INTO #expected (field, value)
VALUES
    (N'03/04/2025', NULL),
    (N'2025-3-7', NULL),
    (N'7 Mar 2025', NULL),
    (N'07 Mai 2025', NULL),
    (N'07 March 2025', NULL),
    (N'07 anf 2025', NULL),
    (N'07-Mar-2025', NULL),
    (N'2025.03.07', NULL),
    (N'2025-03/07', NULL),
    (N'07/03.2025', NULL),
    (N'20250307', NULL),
    (N'45678', NULL),
    (N'yesterday', NULL),
    (N'2025-03-07 00:00:00', NULL),
    (N'25-03-07', NULL),
    (N'２025-03-07', NULL),
    (N'', NULL),
    (NULL, NULL);
SELECT expected.field, bronze.date_text(expected.field) COLLATE Latin1_General_BIN2 AS value
INTO #actual
FROM #expected AS expected;
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
