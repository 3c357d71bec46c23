-- ops.scaled_figure and ops.unscaled_figure: the scale on which a day's figures are compared, and back.
EXEC tSQLt.NewTestClass @ClassName = N'test_ops_scaled_figure';
GO
CREATE PROCEDURE test_ops_scaled_figure.[test every unit comes back as it was]
AS
SELECT
    cases.unit,
    cases.figure,
    ROUND(told.figure, 6) AS told
INTO #actual
FROM (
    VALUES
    (N'rows', 0, 0),
    (N'rows', 120, 120),
    (N'distinct', 3, 40),
    (N'share', 0, 40),
    (N'share', 0.25, 40),
    (N'share', 1, 40),
    (N'amount', -12.5, 40),
    (N'typical', 99, 40),
    (N'hours', 1.5, 40)
) AS cases (unit, figure, row_count)
CROSS APPLY ops.scaled_figure(cases.unit, cases.figure, cases.row_count) AS scaled
CROSS APPLY ops.unscaled_figure(cases.unit, scaled.figure, cases.row_count) AS told;

DECLARE @others int = (
    SELECT COUNT(*) FROM #actual AS actual WHERE actual.told <> actual.figure OR actual.told IS NULL
);
EXEC tSQLt.AssertEquals @Expected = 0, @Actual = @others;
GO
CREATE PROCEDURE test_ops_scaled_figure.[test an amount keeps its sign]
AS
DECLARE @positive float = (SELECT scaled.figure FROM ops.scaled_figure(N'amount', 40, 10) AS scaled);
DECLARE @negative float = (SELECT scaled.figure FROM ops.scaled_figure(N'amount', -40, 10) AS scaled);
DECLARE @mirrored float = -@negative;
EXEC tSQLt.AssertEquals @Expected = @positive, @Actual = @mirrored;
GO
CREATE PROCEDURE test_ops_scaled_figure.[test a share that rounding has made more than one is one]
AS
DECLARE @expected float = (SELECT scaled.figure FROM ops.scaled_figure(N'share', 1, 10) AS scaled);
DECLARE @actual float = (SELECT scaled.figure FROM ops.scaled_figure(N'share', 1.0000001, 10) AS scaled);
EXEC tSQLt.AssertEquals @Expected = @expected, @Actual = @actual;
GO
