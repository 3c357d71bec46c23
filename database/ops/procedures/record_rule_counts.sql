-- #rules, #counts of the caller: how many rows each rule looks at and how many of them break it, or its figure. Part of
-- ops.check_rules, which narrows source_name to the rows of #scope. One pass over what several rules read: each rule
-- has two columns of flags in it, and the sums are turned into a row per rule. Re-run: counts again.
-- EXEC ops.record_rule_counts;
CREATE OR ALTER PROCEDURE ops.record_rule_counts
AS
SET NOCOUNT, XACT_ABORT ON;
DECLARE @statement nvarchar(max);
DECLARE @reads nvarchar(max);

-- All rules that rows break, by what they read: one pass over it.
SET @reads = N'';
WHILE 1 = 1
BEGIN
    SELECT @reads = MIN(rules.source_name)
    FROM #rules AS rules
    WHERE rules.measure IS NULL
        AND rules.source_name > @reads;

    IF @reads IS NULL
        BREAK;

    SELECT @statement = CONCAT(
        N'INSERT INTO #counts (rule_number, kept_out, checked, failed) ',
        N'SELECT counts.rule_number, totals.kept_out, counts.checked, counts.failed ',
        N'FROM (SELECT flags.kept_out, COUNT_BIG(*) AS row_count',
        STRING_AGG(CONVERT(nvarchar(max), CONCAT(
            IIF(
                rules.narrowed IS NULL,
                N'',
                CONCAT(N', SUM(flags.checked_', rules.rule_number, N') AS checked_', rules.rule_number)
            ),
            N', SUM(flags.failed_' + IIF(rules.violation IS NULL, NULL, CONVERT(nvarchar(10), rules.rule_number))
            + CONCAT(N') AS failed_', rules.rule_number)
        )), N'') WITHIN GROUP (ORDER BY rules.rule_number),
        N' FROM (SELECT ', IIF(MAX(rules.kept_out) IS NULL, N'CONVERT(nvarchar(200), NULL)', N'checked.rule_name'),
        N' AS kept_out',
        STRING_AGG(CONVERT(nvarchar(max), CONCAT(
            N', CONVERT(bigint, CASE WHEN ' + rules.narrowed + CONCAT(
                N' THEN 1 ELSE 0 END) AS checked_', rules.rule_number
            ),
            N', CONVERT(bigint, CASE WHEN ' + IIF(
                rules.narrowed IS NULL, rules.violation, CONCAT(N'(', rules.narrowed, N') AND (', rules.violation, N')')
            ) + IIF(rules.violation IS NULL, NULL, CONCAT(N' THEN 1 ELSE 0 END) AS failed_', rules.rule_number))
        )), N'') WITHIN GROUP (ORDER BY rules.rule_number),
        N' FROM ', @reads, N') AS flags GROUP BY flags.kept_out) AS totals CROSS APPLY (VALUES ',
        STRING_AGG(CONVERT(nvarchar(max), IIF(
            rules.violation IS NULL,
            NULL,
            CONCAT(
                N'(', rules.rule_number, N', totals.',
                IIF(rules.narrowed IS NULL, N'row_count', CONCAT(N'checked_', rules.rule_number)),
                N', totals.failed_', rules.rule_number, N'), '
            )
        )), N'') WITHIN GROUP (ORDER BY rules.rule_number),
        N'(0, totals.row_count, CONVERT(bigint, 0))) AS counts (rule_number, checked, failed)',
        IIF(MAX(rules.kept_out) IS NULL, N' WHERE counts.rule_number > 0;', N';')
    )
    FROM #rules AS rules
    WHERE rules.measure IS NULL
        AND rules.source_name = @reads;

    EXEC sys.sp_executesql @stmt = @statement;
END;

SELECT @statement = STRING_AGG(CONVERT(nvarchar(max), CONCAT(
    N'INSERT INTO #counts (rule_number, checked, observed) SELECT ', rules.rule_number,
    IIF(
        rules.source_name LIKE N' AS checked WHERE%',
        CONCAT(N', 1, ', rules.measure, N';'),
        CONCAT(
            N', COUNT_BIG(*), ', rules.measure, N' FROM ', rules.source_name, N' AND (' + rules.narrowed + N')', N';'
        )
    )
)), N' ')
FROM #rules AS rules
WHERE rules.measure IS NOT NULL;

IF @statement IS NOT NULL
    EXEC sys.sp_executesql @stmt = @statement;
GO
