-- bronze.journey_products_typed: text becomes types, and a row learns why it fails.
EXEC tSQLt.NewTestClass @ClassName = N'test_bronze_journey_products_typed';
GO
CREATE PROCEDURE test_bronze_journey_products_typed.SetUp
AS
EXEC tSQLt.FakeTable @TableName = N'bronze.journey_products';
GO
CREATE PROCEDURE test_bronze_journey_products_typed.[test without rows there are none]
AS
EXEC tSQLt.AssertEmptyTable @TableName = N'bronze.journey_products_typed';
GO
CREATE PROCEDURE test_bronze_journey_products_typed.[test a good row is trimmed and typed]
AS
INSERT INTO bronze.journey_products (file_id, line_number, product_id, manufacturer_id, department, brand)
VALUES (4, 2, N' 17', N'9 ', N' GROCERY ', N'National'), (4, 3, N'18', NULL, NULL, NULL);
SELECT typed.product_id, typed.manufacturer_id, typed.department, typed.brand, typed.problem
INTO #actual
FROM bronze.journey_products_typed AS typed;

SELECT TOP (0) * INTO #expected FROM #actual;
INSERT INTO #expected VALUES (17, 9, N'GROCERY', N'National', NULL), (18, NULL, NULL, NULL, NULL);
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_bronze_journey_products_typed.[test the first thing wrong is the problem]
AS
INSERT INTO bronze.journey_products (file_id, line_number, product_id, manufacturer_id)
VALUES (4, 2, NULL, N'x'), (4, 3, N'p', N'x'), (4, 4, N'1', N'x');
SELECT typed.line_number, typed.problem INTO #actual FROM bronze.journey_products_typed AS typed;
SELECT TOP (0) * INTO #expected FROM #actual;
INSERT INTO #expected
VALUES
    (2, N'product_id is missing'),
    (3, N'product_id is not a whole number: p'),
    (4, N'manufacturer_id is not a whole number: x');
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_bronze_journey_products_typed.[test the record is given back as it was written]
AS
INSERT INTO bronze.journey_products (file_id, line_number, product_id, department, package_size, raw_text)
VALUES (4, 2, N'1', N'a,b', N'5"', NULL), (4, 3, N'1', N'a', NULL, N'"1",,a,,,,');
SELECT typed.line_number, typed.raw_text INTO #actual FROM bronze.journey_products_typed AS typed;
SELECT TOP (0) * INTO #expected FROM #actual;
INSERT INTO #expected VALUES (2, N'1,,"a,b",,,,"5"""'), (3, N'"1",,a,,,,');
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
