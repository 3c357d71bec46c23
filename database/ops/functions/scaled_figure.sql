-- A figure of a day on the scale on which it is compared, one on which chance moves small and large figures alike: the
-- square root of counts and the arc sine of shares (Anscombe, 1948), the logarithm of amounts with their sign kept.
-- SELECT scaled.figure FROM ops.scaled_figure(N'rows', 120, 120) AS scaled;
CREATE OR ALTER FUNCTION ops.scaled_figure (
    @unit nvarchar(20),
    @figure float,
    @row_count bigint
)
RETURNS TABLE
AS
RETURN
SELECT CASE
    WHEN @unit IN (N'rows', N'distinct') THEN SQRT(@figure + 0.375)
    WHEN @unit = N'share'
        THEN ASIN(SQRT((IIF(@figure > 1, 1, IIF(@figure < 0, 0, @figure)) * @row_count + 0.375) / (@row_count + 0.75)))
    WHEN @unit IN (N'amount', N'typical') THEN SIGN(@figure) * LOG(1 + ABS(@figure))
    ELSE @figure
END AS figure;
GO
