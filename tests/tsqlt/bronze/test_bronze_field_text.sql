-- bronze.field_text: a field as delivered becomes its text, or NULL when it says nothing.
EXEC tSQLt.NewTestClass @ClassName = N'test_bronze_field_text';
GO
CREATE PROCEDURE test_bronze_field_text.[test text stays as it is, blanks within it too]
AS
CREATE TABLE #expected (field nvarchar(100) NULL, value nvarchar(100) COLLATE Latin1_General_BIN2 NULL);
INSERT INTO #expected (field, value)
VALUES
    (N'a  b', N'[a  b]'),
    (N'O''Neil', N'[O''Neil]'),
    (N'NULLs', N'[NULLs]'),
    (N'N/A.', N'[N/A.]'),
    (N'0', N'[0]');
SELECT expected.field, CONCAT(N'[', bronze.field_text(expected.field), N']') COLLATE Latin1_General_BIN2 AS value
INTO #actual
FROM #expected AS expected;
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_bronze_field_text.[test blanks, tabs and no-break spaces around it are dropped]
AS
CREATE TABLE #expected (field nvarchar(100) NULL, value nvarchar(100) COLLATE Latin1_General_BIN2 NULL);
INSERT INTO #expected (field, value)
VALUES
    (N'  a b ', N'[a b]'),
    (CONCAT(NCHAR(9), N' ', NCHAR(160), N'a', NCHAR(160), N' ', NCHAR(9)), N'[a]'),
    (CONCAT(N'a', NCHAR(160), N'b'), CONCAT(N'[a', NCHAR(160), N'b]'));
SELECT expected.field, CONCAT(N'[', bronze.field_text(expected.field), N']') COLLATE Latin1_General_BIN2 AS value
INTO #actual
FROM #expected AS expected;
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_bronze_field_text.[test nothing and words for nothing are missing]
AS
CREATE TABLE #expected (field nvarchar(100) NULL, value nvarchar(100) COLLATE Latin1_General_BIN2 NULL);
INSERT INTO #expected (field, value)
VALUES
    (N'NULL', N'[]'),
    (N'null', N'[]'),
    (N'Null', N'[]'),
    (N'N/A', N'[]'),
    (N'n/a', N'[]'),
    (N'\N', N'[]'),
    (N' NULL ', N'[]'),
    (N'', N'[]'),
    (N'   ', N'[]'),
    (CONCAT(NCHAR(160), N'n/a', NCHAR(9)), N'[]'),
    (NULL, N'[]');
SELECT expected.field, CONCAT(N'[', bronze.field_text(expected.field), N']') COLLATE Latin1_General_BIN2 AS value
INTO #actual
FROM #expected AS expected;
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_bronze_field_text.[test a backslash and a small n is no word for nothing]
AS
CREATE TABLE #expected (field nvarchar(100) NULL, value nvarchar(100) COLLATE Latin1_General_BIN2 NULL);
INSERT INTO #expected (field, value)
VALUES
    (N'\n', N'[\n]');
SELECT expected.field, CONCAT(N'[', bronze.field_text(expected.field), N']') COLLATE Latin1_General_BIN2 AS value
INTO #actual
FROM #expected AS expected;
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_bronze_field_text.[test a Windows line end within it is a line feed]
AS
CREATE TABLE #expected (field nvarchar(100) NULL, value nvarchar(100) COLLATE Latin1_General_BIN2 NULL);
INSERT INTO #expected (field, value)
VALUES
    (CONCAT(N'a', NCHAR(13), NCHAR(10), N'b'), CONCAT(N'[a', NCHAR(10), N'b]')),
    (CONCAT(N'a', NCHAR(10), N'b'), CONCAT(N'[a', NCHAR(10), N'b]')),
    (CONCAT(N'a', NCHAR(13), N'b'), CONCAT(N'[a', NCHAR(13), N'b]'));
SELECT expected.field, CONCAT(N'[', bronze.field_text(expected.field), N']') COLLATE Latin1_General_BIN2 AS value
INTO #actual
FROM #expected AS expected;
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_bronze_field_text.[test what is missing is NULL and not an empty text]
AS
CREATE TABLE #expected (field nvarchar(100) NULL);
INSERT INTO #expected (field) VALUES (N''), (N' '), (N'NULL'), (N'n/a'), (N'\N'), (NULL);
SELECT expected.field INTO #actual FROM #expected AS expected WHERE bronze.field_text(expected.field) IS NULL;
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
