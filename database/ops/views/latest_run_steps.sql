-- ops.run_steps → the steps of the run that started last.
-- SELECT step, status, rows_written, milliseconds FROM ops.latest_run_steps ORDER BY step_id;
CREATE OR ALTER VIEW ops.latest_run_steps
AS
SELECT
    steps.run_id,
    steps.step_id,
    steps.step,
    steps.procedure_name,
    steps.file_id,
    steps.status,
    steps.started_at,
    steps.finished_at,
    steps.milliseconds,
    steps.rows_read,
    steps.rows_written,
    steps.rows_rejected,
    steps.error_number,
    steps.error_message
FROM ops.run_steps AS steps
INNER JOIN ops.latest_run AS latest ON latest.run_id = steps.run_id;
GO
