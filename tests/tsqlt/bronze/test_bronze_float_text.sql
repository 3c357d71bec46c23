-- bronze.float_text: numbers with an exponent, or NULL.
EXEC tSQLt.NewTestClass @ClassName = N'test_bronze_float_text';
GO
CREATE PROCEDURE test_bronze_float_text.[test numbers with and without an exponent become float]
AS
CREATE TABLE #expected (field nvarchar(100) NULL, value decimal(19, 6) NULL);
INSERT INTO #expected (field, value)
VALUES
    (N'1.5E+03', 1500),
    (N'2.5e-01', 0.25),
    (N'-3', -3),
    (N'+4.5', 4.5),
    (N'.5e1', 5),
    (N'1E0', 1),
    (N'0', 0);
SELECT
    expected.field,
    CONVERT(decimal(19, 6), TRY_CONVERT(float(53), bronze.float_text(expected.field))) AS value
INTO #actual
FROM #expected AS expected;
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_bronze_float_text.[test anything else is none]
AS
CREATE TABLE #expected (field nvarchar(100) NULL, value nvarchar(60) NULL);
INSERT INTO #expected (field, value)
VALUES
    (N'', NULL),
    (N'E5', NULL),
    (N'1.5E', NULL),
    (N'1.5E1.5', NULL),
    (N'1.2.3', NULL),
    (N'007', NULL),
    (N'1,5', NULL),
    (N'1e1000', NULL),
    (N'inf', NULL),
    (N'nan', NULL),
    (N'1 2', NULL),
    (NULL, NULL);
SELECT
    expected.field,
    bronze.float_text(expected.field) AS value
INTO #actual
FROM #expected AS expected;
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
