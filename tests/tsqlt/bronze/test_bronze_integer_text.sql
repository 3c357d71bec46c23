-- bronze.integer_text: a whole number of at most nine digits, or NULL.
EXEC tSQLt.NewTestClass @ClassName = N'test_bronze_integer_text';
GO
CREATE PROCEDURE test_bronze_integer_text.[test whole numbers stay as they are]
AS
CREATE TABLE #expected (field nvarchar(100) NULL, value nvarchar(10) COLLATE Latin1_General_BIN2 NULL);
INSERT INTO #expected (field, value)
VALUES
    (N'0', N'0'),
    (N'12', N'12'),
    (N'-12', N'-12'),
    (N'007', N'007'),
    (N'123456789', N'123456789'),
    (N'-123456789', N'-123456789');
SELECT expected.field, bronze.integer_text(expected.field) COLLATE Latin1_General_BIN2 AS value
INTO #actual
FROM #expected AS expected;
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_bronze_integer_text.[test anything else is none]
AS
CREATE TABLE #expected (field nvarchar(100) NULL, value nvarchar(10) COLLATE Latin1_General_BIN2 NULL);
INSERT INTO #expected (field, value)
VALUES
    (N'1234567890', NULL),
    (N'-1234567890', NULL),
    (N'3.5', NULL),
    (N'1,000', NULL),
    (N'1 000', NULL),
    (N'+5', NULL),
    (N'--5', NULL),
    (N'5-', NULL),
    (N'-', NULL),
    (N'', NULL),
    (N'abc', NULL),
    (N'1e3', NULL),
    (N'0x10', NULL),
    (N'１２', NULL),
    (N'²', NULL),
    (NULL, NULL);
SELECT expected.field, bronze.integer_text(expected.field) COLLATE Latin1_General_BIN2 AS value
INTO #actual
FROM #expected AS expected;
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
