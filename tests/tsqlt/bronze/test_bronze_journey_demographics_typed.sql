-- bronze.journey_demographics_typed: text becomes types, and a row learns why it fails.
EXEC tSQLt.NewTestClass @ClassName = N'test_bronze_journey_demographics_typed';
GO
CREATE PROCEDURE test_bronze_journey_demographics_typed.SetUp
AS
EXEC tSQLt.FakeTable @TableName = N'bronze.journey_demographics';
GO
CREATE PROCEDURE test_bronze_journey_demographics_typed.[test without rows there are none]
AS
EXEC tSQLt.AssertEmptyTable @TableName = N'bronze.journey_demographics_typed';
GO
CREATE PROCEDURE test_bronze_journey_demographics_typed.[test a good row is trimmed and typed]
AS
INSERT INTO bronze.journey_demographics (file_id, line_number, household_id, age, income, kids_count)
VALUES (4, 2, N' 17 ', N' 65+', N'35-49K ', N'0');
SELECT typed.household_id, typed.age, typed.income, typed.kids_count, typed.marital_status, typed.problem
INTO #actual
FROM bronze.journey_demographics_typed AS typed;

SELECT TOP (0) * INTO #expected FROM #actual;
INSERT INTO #expected VALUES (17, N'65+', N'35-49K', N'0', NULL, NULL);
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_bronze_journey_demographics_typed.[test a household that is missing or no number is a problem]
AS
INSERT INTO bronze.journey_demographics (file_id, line_number, household_id)
VALUES (4, 2, NULL), (4, 3, N'x'), (4, 4, N'1.5');
SELECT typed.line_number, typed.problem INTO #actual FROM bronze.journey_demographics_typed AS typed;
SELECT TOP (0) * INTO #expected FROM #actual;
INSERT INTO #expected
VALUES
    (2, N'household_id is missing'),
    (3, N'household_id is not a whole number: x'),
    (4, N'household_id is not a whole number: 1.5');
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_bronze_journey_demographics_typed.[test the record is given back as it was written]
AS
INSERT INTO bronze.journey_demographics (file_id, line_number, household_id, age, household_comp, raw_text)
VALUES (4, 2, N'1', N'a,b', N'5" x', NULL), (4, 3, N'1', N'a', NULL, N'"1",a,,,,,,');
SELECT typed.line_number, typed.raw_text INTO #actual FROM bronze.journey_demographics_typed AS typed;
SELECT TOP (0) * INTO #expected FROM #actual;
INSERT INTO #expected VALUES (2, N'1,"a,b",,,,,"5"" x",'), (3, N'"1",a,,,,,,');
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
