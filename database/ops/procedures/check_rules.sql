-- ops.quality_rules, @table_name → @results: what its rules find in the batches that were not checked yet, as JSON,
-- which outlives a rollback; ops.finish_check writes it down. Writes nothing. @failure: what to raise when a rule of
-- severity fail is broken, and its figures were not accepted. Re-run: the same answer until ops.finish_check.
-- @known: what ops.start_check said before the load, and the load's own batch.
-- EXEC ops.check_rules @table_name = N'silver.orders', @results = @results OUTPUT, @failure = @failure OUTPUT;
CREATE OR ALTER PROCEDURE ops.check_rules
    @table_name nvarchar(300),
    @is_of_all_rows bit = 0,
    @known nvarchar(max) = NULL,
    @results nvarchar(max) = NULL OUTPUT,
    @failure nvarchar(2048) = NULL OUTPUT,
    @row_count bigint = NULL OUTPUT
AS
SET NOCOUNT, XACT_ABORT ON;

SELECT
    @results = NULL,
    @failure = NULL,
    @row_count = 0;

IF @known IS NULL
    EXEC ops.start_check @table_name = @table_name, @is_of_all_rows = @is_of_all_rows, @known = @known OUTPUT;

IF NOT EXISTS (SELECT 1 FROM OPENJSON(@known, N'$.batches') AS batches)
    RETURN;

CREATE TABLE #scope (batch_id bigint NOT NULL, file_id bigint NULL, is_live bit NOT NULL);
CREATE TABLE #rules (
    rule_number int NOT NULL,
    rule_name nvarchar(200) COLLATE DATABASE_DEFAULT NOT NULL,
    severity nvarchar(10) COLLATE DATABASE_DEFAULT NOT NULL,
    source_name nvarchar(max) COLLATE DATABASE_DEFAULT NOT NULL,
    narrowed nvarchar(max) COLLATE DATABASE_DEFAULT NULL,
    violation nvarchar(max) COLLATE DATABASE_DEFAULT NULL,
    kept_out nvarchar(200) COLLATE DATABASE_DEFAULT NULL,
    measure nvarchar(max) COLLATE DATABASE_DEFAULT NULL,
    key_columns nvarchar(1000) COLLATE DATABASE_DEFAULT NULL,
    checked bigint NULL,
    failed bigint NULL,
    observed decimal(38, 4) NULL,
    status nvarchar(12) COLLATE DATABASE_DEFAULT NULL,
    failing_keys nvarchar(max) COLLATE DATABASE_DEFAULT NULL
);
CREATE TABLE #counts (
    rule_number int NOT NULL,
    kept_out nvarchar(200) COLLATE DATABASE_DEFAULT NULL,
    checked bigint NULL,
    failed bigint NULL,
    observed decimal(38, 4) NULL
);

INSERT INTO #scope (batch_id, file_id, is_live)
SELECT
    batches.batch_id,
    batches.file_id,
    batches.is_live
FROM OPENJSON(@known, N'$.batches') WITH (
    batch_id bigint '$.batch_id',
    file_id bigint '$.file_id',
    is_live bit '$.is_live'
) AS batches;

-- What a typed view keeps out it names in rule_name; such rules are counted by that name alone.
INSERT INTO #rules (
    rule_number,
    rule_name,
    severity,
    source_name,
    narrowed,
    violation,
    kept_out,
    measure,
    key_columns
)
SELECT
    ROW_NUMBER() OVER (ORDER BY rules.rule_name),
    rules.rule_name,
    rules.severity,
    CONCAT(
        rules.reads,
        N' AS checked WHERE ',
        -- A table without the column is looked at as a whole.
        IIF(
            @is_of_all_rows = 1 OR COL_LENGTH(rules.reads, rules.scope_column) IS NULL,
            N'1 = 1',
            CONCAT(
                N'EXISTS (SELECT 1 FROM #scope AS scope WHERE scope.', QUOTENAME(rules.scope_column),
                N' = checked.', QUOTENAME(rules.scope_column), N')'
            )
        )
    ),
    NULLIF(rules.row_filter, N''),
    IIF(rules.violation LIKE N'checked.rule[_]name = N''%', NULL, rules.violation),
    IIF(
        rules.violation LIKE N'checked.rule[_]name = N''%',
        SUBSTRING(rules.rule_name, CHARINDEX(N'.', rules.rule_name) + 1, 200),
        NULL
    ),
    rules.measure,
    rules.key_columns
FROM ops.quality_rules AS rules
WHERE rules.table_name = @table_name
    AND rules.kind <> N'anomaly'
    AND EXISTS (SELECT 1 FROM #scope AS scope WHERE scope.is_live = 1);

EXEC ops.record_rule_counts;

WITH totals AS (
    SELECT
        found.rule_number,
        SUM(found.checked) AS checked,
        SUM(found.failed) AS failed,
        MAX(found.observed) AS observed
    FROM #counts AS found
    GROUP BY found.rule_number
),

kept AS (
    SELECT
        found.kept_out,
        SUM(found.checked) AS failed
    FROM #counts AS found
    WHERE found.rule_number = 0
    GROUP BY found.kept_out
),

counted AS (
    SELECT
        rules.rule_number,
        rules.measure,
        deployed.unit,
        totals.observed,
        ISNULL(totals.checked, 0) AS checked,
        IIF(rules.kept_out IS NULL, ISNULL(totals.failed, 0), ISNULL(kept.failed, 0)) AS failed
    FROM #rules AS rules
    INNER JOIN ops.quality_rules AS deployed ON deployed.rule_name = rules.rule_name
    LEFT OUTER JOIN totals ON totals.rule_number = IIF(rules.kept_out IS NULL, rules.rule_number, 0)
    LEFT OUTER JOIN kept ON kept.kept_out = rules.kept_out
),

figures AS (
    SELECT
        counted.rule_number,
        counted.checked,
        counted.failed,
        -- As exact as can be: a third is more than 33.3333 percent. Each branch is converted by itself, since together
        -- they would have no more decimals than the least exact of them.
        CASE
            WHEN counted.measure IS NOT NULL THEN CONVERT(decimal(38, 12), counted.observed)
            WHEN counted.unit <> N'percent' THEN CONVERT(decimal(38, 12), counted.failed)
            WHEN counted.checked > 0 THEN CONVERT(decimal(38, 12), counted.failed * 100.0 / counted.checked)
            ELSE CONVERT(decimal(38, 12), 0)
        END AS observed
    FROM counted
),

judged AS (
    SELECT
        figures.rule_number,
        figures.checked,
        figures.failed,
        figures.observed,
        CASE
            WHEN thresholds.is_kept = 1 THEN N'passed'
            WHEN
                rules.severity = N'fail'
                AND EXISTS (
                    SELECT 1
                    FROM OPENJSON(@known, N'$.accepted') WITH (
                        rule_name nvarchar(200) '$.rule_name',
                        checked bigint '$.checked',
                        failed bigint '$.failed',
                        observed decimal(38, 4) '$.observed'
                    ) AS accepted
                    WHERE accepted.rule_name = rules.rule_name
                        AND accepted.checked = figures.checked
                        AND accepted.failed = figures.failed
                        AND accepted.observed = CONVERT(decimal(38, 4), figures.observed)
                )
                THEN N'accepted'
            WHEN rules.severity = N'fail' THEN N'failed'
            WHEN rules.severity = N'quarantine' THEN N'quarantined'
            ELSE N'warned'
        END AS status
    FROM figures
    INNER JOIN #rules AS rules ON rules.rule_number = figures.rule_number
    INNER JOIN ops.quality_rules AS deployed ON deployed.rule_name = rules.rule_name
    CROSS APPLY ops.threshold_kept(
        deployed.operator, deployed.threshold_low, deployed.threshold_high, figures.observed
    ) AS thresholds
)

UPDATE rules
SET
    checked = judged.checked,
    failed = judged.failed,
    observed = judged.observed,
    status = judged.status
FROM #rules AS rules
INNER JOIN judged ON judged.rule_number = rules.rule_number;

EXEC ops.record_failing_keys @table_name = @table_name;

SELECT @row_count = ISNULL(MAX(rules.checked), 0) FROM #rules AS rules;

SET @results = (
    SELECT
        JSON_QUERY((SELECT scope.batch_id FROM #scope AS scope ORDER BY scope.batch_id FOR JSON PATH)) AS batches,
        JSON_QUERY((
            SELECT
                rules.rule_name,
                rules.status,
                rules.checked,
                rules.failed,
                rules.observed,
                JSON_QUERY(rules.failing_keys) AS failing_keys
            FROM #rules AS rules
            ORDER BY rules.rule_number
            FOR JSON PATH
        )) AS rules
    FOR JSON PATH, WITHOUT_ARRAY_WRAPPER
);

IF NOT EXISTS (SELECT 1 FROM #rules AS rules WHERE rules.status = N'failed')
    RETURN;

WITH failed AS (
    SELECT
        rules.rule_number,
        rules.rule_name,
        rules.measure,
        rules.checked,
        rules.failed,
        rules.observed,
        rules.failing_keys,
        COUNT(*) OVER () AS failed_rules
    FROM #rules AS rules
    WHERE rules.status = N'failed'
)

SELECT TOP (1) @failure = LEFT(CONCAT(
    failed.rule_name, N': ', deployed.description, N'; of ', @table_name,
    IIF(
        failed.measure IS NULL,
        CONCAT(
            N' ', failed.failed, N' of ', failed.checked, N' rows do not keep to it',
            IIF(deployed.unit = N'percent', CONCAT(N' (', CONVERT(decimal(9, 2), failed.observed), N' percent)'), N'')
        ),
        CONCAT(N' it is ', CONVERT(decimal(38, 2), failed.observed), N' ', deployed.unit)
    ),
    N', which ', thresholds.told,
    N'; for example ' + examples.told,
    IIF(failed.failed_rules > 1, CONCAT(N'; ', failed.failed_rules - 1, N' more rules failed'), N'')
), 2000)
FROM failed
INNER JOIN ops.quality_rules AS deployed ON deployed.rule_name = failed.rule_name
CROSS APPLY ops.threshold_text(
    deployed.operator, deployed.threshold_low, deployed.threshold_high, deployed.unit
) AS thresholds
OUTER APPLY (
    SELECT STRING_AGG(keys.value, N' ') WITHIN GROUP (ORDER BY CONVERT(int, keys.[key])) AS told
    FROM OPENJSON(failed.failing_keys) AS keys
    WHERE CONVERT(int, keys.[key]) < 3
) AS examples
ORDER BY failed.rule_number;
GO
