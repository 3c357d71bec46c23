-- What ops.scaled_figure made of a figure, made a figure again that people can read.
-- SELECT told.figure FROM ops.unscaled_figure(N'rows', 10.97, 120) AS told;
CREATE OR ALTER FUNCTION ops.unscaled_figure (
    @unit nvarchar(20),
    @scaled float,
    @row_count bigint
)
RETURNS TABLE
AS
RETURN
SELECT CASE
    WHEN @unit IN (N'rows', N'distinct')
        THEN IIF(@scaled < SQRT(0.375), 0, SQUARE(@scaled) - 0.375)
    WHEN @unit = N'share' THEN IIF(shares.figure > 1, 1, IIF(shares.figure < 0, 0, shares.figure))
    WHEN @unit IN (N'amount', N'typical') THEN SIGN(@scaled) * (EXP(ABS(@scaled)) - 1)
    ELSE @scaled
END AS figure
FROM (
    VALUES (
        (SQUARE(SIN(IIF(@scaled > PI() / 2, PI() / 2, IIF(@scaled < 0, 0, @scaled)))) * (@row_count + 0.75) - 0.375)
        / NULLIF(@row_count, 0)
    )
) AS shares (figure);
GO
