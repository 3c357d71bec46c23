-- A threshold in words, as the Open Data Contract Standard's operators mean it.
-- SELECT thresholds.told FROM ops.threshold_text(N'mustBeLessThan', 5, NULL, N'percent') AS thresholds;
CREATE OR ALTER FUNCTION ops.threshold_text (
    @operator nvarchar(30),
    @low decimal(19, 4),
    @high decimal(19, 4),
    @unit nvarchar(20)
)
RETURNS TABLE
AS
RETURN
SELECT CONCAT(
    CASE @operator
        WHEN N'mustBe' THEN N'must be '
        WHEN N'mustNotBe' THEN N'must not be '
        WHEN N'mustBeGreaterThan' THEN N'must be greater than '
        WHEN N'mustBeGreaterOrEqualTo' THEN N'must be at least '
        WHEN N'mustBeLessThan' THEN N'must be less than '
        WHEN N'mustBeLessOrEqualTo' THEN N'must be at most '
        WHEN N'mustBeBetween' THEN N'must be between '
        ELSE N'must not be between '
    END,
    FORMAT(@low, N'0.####', N'en-US'),
    IIF(@high IS NULL, N'', CONCAT(N' and ', FORMAT(@high, N'0.####', N'en-US'))),
    N' ',
    @unit
) AS told;
GO
