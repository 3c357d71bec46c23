-- #targets, #files of the caller → #measured: what the rules of kind anomaly measure of each day. Part of
-- ops.detect_anomalies, whose temporary tables it reads and fills. Re-run: measures again.
-- EXEC ops.record_day_figures;
CREATE OR ALTER PROCEDURE ops.record_day_figures
AS
SET NOCOUNT, XACT_ABORT ON;
DECLARE @statement nvarchar(max);

-- An entity's figures in one pass over its records.
SELECT @statement = STRING_AGG(entities.statement, N' ')
FROM (
    SELECT CONCAT(
        N'INSERT INTO #measured (rule_name, observed_on, category, observed, row_count) ',
        N'SELECT figures.rule_name, totals.observed_on, N'''', figures.observed, totals.row_count FROM (',
        N'SELECT days.observed_on, COUNT_BIG(*) AS row_count, ',
        STRING_AGG(CONVERT(nvarchar(max), CONCAT(
            N'CONVERT(float, ', rules.measure, N') AS figure_', rules.rule_number
        )), N', '),
        N' FROM ', rules.reads, N' AS checked INNER JOIN #files AS days ON days.file_id = checked.file_id ',
        N'GROUP BY days.observed_on) AS totals CROSS APPLY (VALUES ',
        STRING_AGG(CONVERT(nvarchar(max), CONCAT(
            N'(N''', REPLACE(rules.rule_name, N'''', N''''''), N''', totals.figure_', rules.rule_number, N')'
        )), N', '),
        N') AS figures (rule_name, observed) WHERE figures.observed IS NOT NULL;'
    ) AS statement
    FROM (
        SELECT
            known.rule_name,
            known.reads,
            known.measure,
            ROW_NUMBER() OVER (ORDER BY known.rule_name) AS rule_number
        FROM ops.quality_rules AS known
        WHERE known.kind = N'anomaly'
            AND known.unit <> N'mix'
            AND EXISTS (SELECT 1 FROM #targets AS targets WHERE targets.rule_name = known.rule_name)
    ) AS rules
    GROUP BY rules.reads
) AS entities;

EXEC sys.sp_executesql @stmt = @statement;

SELECT @statement = STRING_AGG(CONVERT(nvarchar(max), CONCAT(
    N'INSERT INTO #measured (rule_name, observed_on, category, observed, row_count) ',
    N'SELECT N''', REPLACE(rules.rule_name, N'''', N''''''), N''', days.observed_on, CONVERT(nvarchar(200), ',
    rules.measure, N'), COUNT_BIG(*) * 1.0 / SUM(COUNT_BIG(*)) OVER (PARTITION BY days.observed_on), ',
    N'SUM(COUNT_BIG(*)) OVER (PARTITION BY days.observed_on) FROM ', rules.reads,
    N' AS checked INNER JOIN #files AS days ON days.file_id = checked.file_id WHERE ', rules.measure,
    N' IS NOT NULL GROUP BY days.observed_on, CONVERT(nvarchar(200), ', rules.measure, N');'
)), N' ')
FROM ops.quality_rules AS rules
WHERE rules.kind = N'anomaly'
    AND rules.unit = N'mix'
    AND EXISTS (SELECT 1 FROM #targets AS targets WHERE targets.rule_name = rules.rule_name);

IF @statement IS NOT NULL
    EXEC sys.sp_executesql @stmt = @statement;

-- A day without any record has a volume, and no other figure.
INSERT INTO #measured (rule_name, observed_on, category, observed, row_count)
SELECT
    targets.rule_name,
    targets.observed_on,
    N'',
    0,
    0
FROM #targets AS targets
WHERE targets.rule_name LIKE N'%.volume'
    AND NOT EXISTS (
        SELECT 1
        FROM #measured AS measured
        WHERE measured.rule_name = targets.rule_name
            AND measured.observed_on = targets.observed_on
    );
GO
