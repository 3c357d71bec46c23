-- bronze.number_text: numbers as files of many countries write them, or NULL.
EXEC tSQLt.NewTestClass @ClassName = N'test_bronze_number_text';
GO
CREATE PROCEDURE test_bronze_number_text.[test a decimal point and marks of thousands]
AS
CREATE TABLE #expected (
    field nvarchar(100) NULL,
    value nvarchar(60) COLLATE Latin1_General_BIN2 NULL
);
INSERT INTO #expected (field, value)
VALUES
    (N'12', N'12'),
    (N'1234.5', N'1234.5'),
    (N'1,234.50', N'1234.50'),
    (N'1,234,567.89', N'1234567.89'),
    (N'1,23,456.7', N'123456.7'),
    (N'1 234', N'1234'),
    (N'1''234.5', N'1234.5'),
    (N'1’234', N'1234'),
    (N'1 234', N'1234'),
    (N'1 234', N'1234'),
    (N'.5', N'0.5'),
    (N'0', N'0'),
    (N'0.5', N'0.5');
SELECT
    expected.field,
    bronze.number_text(expected.field, N'', N'.', 15, 4) COLLATE Latin1_General_BIN2 AS value
INTO #actual
FROM #expected AS expected;
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_bronze_number_text.[test a decimal comma and marks of thousands]
AS
CREATE TABLE #expected (
    field nvarchar(100) NULL,
    value nvarchar(60) COLLATE Latin1_General_BIN2 NULL
);
INSERT INTO #expected (field, value)
VALUES
    (N'1.234,50', N'1234.50'),
    (N'12,5', N'12.5'),
    (N'1.234', N'1234'),
    (N'1,234', N'1.234'),
    (N'1 234,00', N'1234.00'),
    (N',5', N'0.5');
SELECT
    expected.field,
    bronze.number_text(expected.field, N'', N',', 15, 4) COLLATE Latin1_General_BIN2 AS value
INTO #actual
FROM #expected AS expected;
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_bronze_number_text.[test a minus in front, behind, as its own sign or as brackets]
AS
CREATE TABLE #expected (
    field nvarchar(100) NULL,
    value nvarchar(60) COLLATE Latin1_General_BIN2 NULL
);
INSERT INTO #expected (field, value)
VALUES
    (N'-12', N'-12'),
    (N'12-', N'-12'),
    (N'−12', N'-12'),
    (N'(12.30)', N'-12.30'),
    (N'+7', N'7'),
    (N'-$5', N'-5'),
    (N'$-5', N'-5'),
    (N'($5)', N'-5'),
    (N'- 5', N'-5'),
    (N'--5', NULL),
    (N'-(5)', NULL),
    (N'-5-', NULL);
SELECT
    expected.field,
    bronze.number_text(expected.field, N'$', N'.', 15, 4) COLLATE Latin1_General_BIN2 AS value
INTO #actual
FROM #expected AS expected;
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_bronze_number_text.[test a unit at either end, and no other one]
AS
CREATE TABLE #expected (
    field nvarchar(100) NULL,
    unit nvarchar(10) NULL,
    mark nchar(1) NULL,
    value nvarchar(60) COLLATE Latin1_General_BIN2 NULL
);
INSERT INTO #expected (field, unit, mark, value)
VALUES
    (N'$1,234.50', N'$', N'.', N'1234.50'),
    (N'1.234,50 €', N'€', N',', N'1234.50'),
    (N'kr 1 000,00', N'kr', N',', N'1000.00'),
    (N'12%', N'%', N'.', N'12'),
    (N'12 %', N'%', N'.', N'12'),
    (N'€5', N'$', N'.', NULL),
    (N'5', N'$', N'.', N'5'),
    (N'1$5', N'$', N'.', NULL),
    (N'$$5', N'$', N'.', NULL),
    (N'$', N'$', N'.', NULL);
SELECT
    expected.field,
    expected.unit,
    expected.mark,
    bronze.number_text(expected.field, expected.unit, expected.mark, 15, 4) COLLATE Latin1_General_BIN2 AS value
INTO #actual
FROM #expected AS expected;
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_bronze_number_text.[test what is no number]
AS
CREATE TABLE #expected (
    field nvarchar(100) NULL,
    value nvarchar(60) COLLATE Latin1_General_BIN2 NULL
);
INSERT INTO #expected (field, value)
VALUES
    (N'', NULL),
    (N'007', NULL),
    (N'00.5', NULL),
    (N'0,123', NULL),
    (N'-01,234', NULL),
    (N' ', NULL),
    (N'-', NULL),
    (N'x', NULL),
    (N'1x', NULL),
    (N'5.', NULL),
    (N'1.2.3', NULL),
    (N'1,2', NULL),
    (N'12,34', NULL),
    (N'1234,567', NULL),
    (N'1,,234', NULL),
    (N'1,2,345', NULL),
    (N',234', NULL),
    (N'1_000', NULL),
    (N'1e5', NULL),
    (N'²', NULL),
    (N'NaN', NULL),
    (NULL, NULL);
SELECT
    expected.field,
    bronze.number_text(expected.field, N'', N'.', 15, 4) COLLATE Latin1_General_BIN2 AS value
INTO #actual
FROM #expected AS expected;
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_bronze_number_text.[test only so many digits]
AS
CREATE TABLE #expected (
    field nvarchar(100) NULL,
    value nvarchar(60) COLLATE Latin1_General_BIN2 NULL
);
INSERT INTO #expected (field, value)
VALUES
    (N'123.45', N'123.45'),
    (N'1234', NULL),
    (N'1,234', NULL),
    (N'1.234', NULL),
    (N'0.10', N'0.10');
SELECT
    expected.field,
    bronze.number_text(expected.field, N'', N'.', 3, 2) COLLATE Latin1_General_BIN2 AS value
INTO #actual
FROM #expected AS expected;
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
