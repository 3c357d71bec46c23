-- ops.threshold_kept: each operator below, at and above its threshold.
EXEC tSQLt.NewTestClass @ClassName = N'test_ops_threshold_kept';
GO
CREATE PROCEDURE test_ops_threshold_kept.[test every operator below, at and above what it names]
AS
SELECT
    cases.operator,
    CONCAT(below.is_kept, at_low.is_kept, between_both.is_kept, at_high.is_kept, above.is_kept) AS kept
INTO #actual
FROM (
    VALUES
    (N'mustBe'),
    (N'mustNotBe'),
    (N'mustBeGreaterThan'),
    (N'mustBeGreaterOrEqualTo'),
    (N'mustBeLessThan'),
    (N'mustBeLessOrEqualTo'),
    (N'mustBeBetween'),
    (N'mustNotBeBetween')
) AS cases (operator)
CROSS APPLY ops.threshold_kept(cases.operator, 2, 5, 1.999999) AS below
CROSS APPLY ops.threshold_kept(cases.operator, 2, 5, 2) AS at_low
CROSS APPLY ops.threshold_kept(cases.operator, 2, 5, 3) AS between_both
CROSS APPLY ops.threshold_kept(cases.operator, 2, 5, 5) AS at_high
CROSS APPLY ops.threshold_kept(cases.operator, 2, 5, 5.000001) AS above;

SELECT TOP (0) * INTO #expected FROM #actual;
INSERT INTO #expected
VALUES
    (N'mustBe', N'01000'),
    (N'mustNotBe', N'10111'),
    (N'mustBeGreaterThan', N'00111'),
    (N'mustBeGreaterOrEqualTo', N'01111'),
    (N'mustBeLessThan', N'10000'),
    (N'mustBeLessOrEqualTo', N'11000'),
    (N'mustBeBetween', N'01110'),
    (N'mustNotBeBetween', N'10001');
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_ops_threshold_kept.[test no figure keeps to every threshold]
AS
DECLARE @is_kept int = (SELECT thresholds.is_kept FROM ops.threshold_kept(N'mustBe', 0, NULL, NULL) AS thresholds);
EXEC tSQLt.AssertEquals @Expected = 1, @Actual = @is_kept;
GO
