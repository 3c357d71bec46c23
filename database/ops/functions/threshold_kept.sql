-- Whether a figure keeps to a threshold, by the operators of the Open Data Contract Standard. Nothing to measure breaks
-- nothing: the age of no row is unknown.
-- SELECT thresholds.is_kept FROM ops.threshold_kept(N'mustBeLessThan', 5, NULL, 4.99) AS thresholds;
CREATE OR ALTER FUNCTION ops.threshold_kept (
    @operator nvarchar(30),
    @low decimal(19, 4),
    @high decimal(19, 4),
    @figure decimal(38, 12)
)
RETURNS TABLE
AS
RETURN
SELECT CASE
    WHEN @figure IS NULL THEN 1
    WHEN @operator = N'mustBe' THEN IIF(@figure = @low, 1, 0)
    WHEN @operator = N'mustNotBe' THEN IIF(@figure <> @low, 1, 0)
    WHEN @operator = N'mustBeGreaterThan' THEN IIF(@figure > @low, 1, 0)
    WHEN @operator = N'mustBeGreaterOrEqualTo' THEN IIF(@figure >= @low, 1, 0)
    WHEN @operator = N'mustBeLessThan' THEN IIF(@figure < @low, 1, 0)
    WHEN @operator = N'mustBeLessOrEqualTo' THEN IIF(@figure <= @low, 1, 0)
    WHEN @operator = N'mustBeBetween' THEN IIF(@figure BETWEEN @low AND @high, 1, 0)
    WHEN @operator = N'mustNotBeBetween' THEN IIF(@figure NOT BETWEEN @low AND @high, 1, 0)
END AS is_kept;
GO
