-- ops.runs, ops.run_steps → one row: the run that started last, with its totals.
-- SELECT run_id, status, rows_written FROM ops.latest_run;
CREATE OR ALTER VIEW ops.latest_run
AS
WITH ranked AS (
    SELECT
        runs.run_id,
        runs.driver,
        runs.external_id,
        runs.status,
        runs.started_at,
        runs.finished_at,
        ROW_NUMBER() OVER (ORDER BY runs.run_id DESC) AS recency
    FROM ops.runs AS runs
),

totals AS (
    SELECT
        steps.run_id,
        COUNT(*) AS step_count,
        SUM(IIF(steps.status = N'failed', 1, 0)) AS failed_step_count,
        SUM(IIF(steps.status = N'refused', 1, 0)) AS refused_file_count,
        SUM(ISNULL(steps.rows_read, 0)) AS rows_read,
        SUM(ISNULL(steps.rows_written, 0)) AS rows_written,
        SUM(ISNULL(steps.rows_rejected, 0)) AS rows_rejected
    FROM ops.run_steps AS steps
    GROUP BY steps.run_id
)

SELECT
    ranked.run_id,
    ranked.driver,
    ranked.external_id,
    ranked.status,
    ranked.started_at,
    ranked.finished_at,
    ISNULL(totals.step_count, 0) AS step_count,
    ISNULL(totals.failed_step_count, 0) AS failed_step_count,
    ISNULL(totals.refused_file_count, 0) AS refused_file_count,
    ISNULL(totals.rows_read, 0) AS rows_read,
    ISNULL(totals.rows_written, 0) AS rows_written,
    ISNULL(totals.rows_rejected, 0) AS rows_rejected
FROM ranked
LEFT OUTER JOIN totals ON totals.run_id = ranked.run_id
WHERE ranked.recency = 1;
GO
