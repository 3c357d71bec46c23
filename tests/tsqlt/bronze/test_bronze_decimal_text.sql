-- bronze.decimal_text: a decimal number as SQL Server reads it, or NULL.
EXEC tSQLt.NewTestClass @ClassName = N'test_bronze_decimal_text';
GO
CREATE PROCEDURE test_bronze_decimal_text.[test plain numbers stay as they are]
AS
CREATE TABLE #expected (field nvarchar(100) NULL, value nvarchar(30) COLLATE Latin1_General_BIN2 NULL);
INSERT INTO #expected (field, value)
VALUES
    (N'0', N'0'),
    (N'12', N'12'),
    (N'-12', N'-12'),
    (N'12.5', N'12.5'),
    (N'-0.0001', N'-0.0001'),
    (N'1234567890', N'1234567890'),
    (N'-1234567890.1234', N'-1234567890.1234'),
    (N'007.10', N'007.10');
SELECT expected.field, bronze.decimal_text(expected.field, 10, 4) COLLATE Latin1_General_BIN2 AS value
INTO #actual
FROM #expected AS expected;
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_bronze_decimal_text.[test one currency sign in front is dropped, behind the minus]
AS
CREATE TABLE #expected (field nvarchar(100) NULL, value nvarchar(30) COLLATE Latin1_General_BIN2 NULL);
INSERT INTO #expected (field, value)
VALUES
    (N'$12.50', N'12.50'),
    (N'€12', N'12'),
    (N'£0.99', N'0.99'),
    (N'-$12.50', N'-12.50');
SELECT expected.field, bronze.decimal_text(expected.field, 10, 4) COLLATE Latin1_General_BIN2 AS value
INTO #actual
FROM #expected AS expected;
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_bronze_decimal_text.[test a comma before one or two last digits is the point]
AS
CREATE TABLE #expected (field nvarchar(100) NULL, value nvarchar(30) COLLATE Latin1_General_BIN2 NULL);
INSERT INTO #expected (field, value)
VALUES
    (N'12,5', N'12.5'),
    (N'1234,50', N'1234.50'),
    (N'-0,99', N'-0.99'),
    (N'€12,5', N'12.5');
SELECT expected.field, bronze.decimal_text(expected.field, 10, 4) COLLATE Latin1_General_BIN2 AS value
INTO #actual
FROM #expected AS expected;
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_bronze_decimal_text.[test a comma for thousands before two decimals is dropped]
AS
CREATE TABLE #expected (field nvarchar(100) NULL, value nvarchar(30) COLLATE Latin1_General_BIN2 NULL);
INSERT INTO #expected (field, value)
VALUES
    (N'1,234.50', N'1234.50'),
    (N'12,345.00', N'12345.00'),
    (N'123,456.78', N'123456.78'),
    (N'-$1,234.50', N'-1234.50');
SELECT expected.field, bronze.decimal_text(expected.field, 10, 4) COLLATE Latin1_General_BIN2 AS value
INTO #actual
FROM #expected AS expected;
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_bronze_decimal_text.[test other uses of commas are no number]
AS
CREATE TABLE #expected (field nvarchar(100) NULL, value nvarchar(30) COLLATE Latin1_General_BIN2 NULL);
INSERT INTO #expected (field, value)
VALUES
    (N'1,234', NULL),
    (N'12,345', NULL),
    (N'1,234.5', NULL),
    (N'1,234.567', NULL),
    (N'1234,567.89', NULL),
    (N'1,234,567.89', NULL),
    (N'1.234,50', NULL),
    (N'1,2,34', NULL),
    (N'12,34.50', NULL),
    (N',5', NULL),
    (N'12,', NULL),
    (N'1,23.45', NULL);
SELECT expected.field, bronze.decimal_text(expected.field, 10, 4) COLLATE Latin1_General_BIN2 AS value
INTO #actual
FROM #expected AS expected;
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_bronze_decimal_text.[test anything else is no number]
AS
CREATE TABLE #expected (field nvarchar(100) NULL, value nvarchar(30) COLLATE Latin1_General_BIN2 NULL);
INSERT INTO #expected (field, value)
VALUES
    (N'abc', NULL),
    (N'12..5', NULL),
    (N'1.2.3', NULL),
    (N'1e3', NULL),
    (N'.5', NULL),
    (N'5.', NULL),
    (N'.', NULL),
    (N'-', NULL),
    (N'--5', NULL),
    (N'5-', NULL),
    (N'+5', NULL),
    (N'$-5', NULL),
    (N'$$5', NULL),
    (N'$', NULL),
    (N'12$', NULL),
    (N'¥5', NULL),
    (N'1 000', NULL),
    (N'12 .5', NULL),
    (N'0x10', NULL),
    (N'１２', NULL),
    (N'', NULL),
    (NULL, NULL);
SELECT expected.field, bronze.decimal_text(expected.field, 10, 4) COLLATE Latin1_General_BIN2 AS value
INTO #actual
FROM #expected AS expected;
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_bronze_decimal_text.[test more digits than allowed are no number]
AS
CREATE TABLE #expected (field nvarchar(100) NULL, value nvarchar(30) COLLATE Latin1_General_BIN2 NULL);
INSERT INTO #expected (field, value)
VALUES
    (N'12345678901', NULL),
    (N'0.12345', NULL),
    (N'-12345678901', NULL),
    (N'12345678901,5', NULL);
SELECT expected.field, bronze.decimal_text(expected.field, 10, 4) COLLATE Latin1_General_BIN2 AS value
INTO #actual
FROM #expected AS expected;
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_bronze_decimal_text.[test the caller says how many digits there may be]
AS
CREATE TABLE #expected (field nvarchar(100) NULL, value nvarchar(30) NULL);
INSERT INTO #expected (field, value)
VALUES
    (N'1.08765432', N'1.08765432'),
    (N'9999,5', N'9999.5'),
    (N'10000', NULL),
    (N'1.123456789', NULL);
SELECT expected.field, bronze.decimal_text(expected.field, 4, 8) AS value
INTO #actual
FROM #expected AS expected;
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
