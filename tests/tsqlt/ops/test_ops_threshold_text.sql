-- ops.threshold_text: the standard's operators in words.
EXEC tSQLt.NewTestClass @ClassName = N'test_ops_threshold_text';
GO
CREATE PROCEDURE test_ops_threshold_text.[test every operator is told with its numbers and unit]
AS
SELECT
    cases.operator,
    thresholds.told
INTO #actual
FROM (
    VALUES
    (N'mustBe', 0, NULL, N'rows'),
    (N'mustNotBe', 1.5, NULL, N'rows'),
    (N'mustBeGreaterThan', 2, NULL, N'rows'),
    (N'mustBeGreaterOrEqualTo', 2, NULL, N'rows'),
    (N'mustBeLessThan', 12.25, NULL, N'percent'),
    (N'mustBeLessOrEqualTo', 48, NULL, N'hours'),
    (N'mustBeBetween', 1, 1000, N'rows'),
    (N'mustNotBeBetween', 0, 3, N'rows')
) AS cases (operator, threshold_low, threshold_high, unit)
CROSS APPLY ops.threshold_text(cases.operator, cases.threshold_low, cases.threshold_high, cases.unit) AS thresholds;

SELECT TOP (0) * INTO #expected FROM #actual;
INSERT INTO #expected
VALUES
    (N'mustBe', N'must be 0 rows'),
    (N'mustNotBe', N'must not be 1.5 rows'),
    (N'mustBeGreaterThan', N'must be greater than 2 rows'),
    (N'mustBeGreaterOrEqualTo', N'must be at least 2 rows'),
    (N'mustBeLessThan', N'must be less than 12.25 percent'),
    (N'mustBeLessOrEqualTo', N'must be at most 48 hours'),
    (N'mustBeBetween', N'must be between 1 and 1000 rows'),
    (N'mustNotBeBetween', N'must not be between 0 and 3 rows');
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
