-- #records of the caller → ops.quarantine; the outcome of a file → ops.files, ops.batches. Part of each bronze
-- load; fails when the records counted before the load are not all accounted for. Re-run: the caller calls it once
-- per loaded file, in the transaction that wrote the rows.
-- EXEC bronze.finish_file @run_id = 1, @file_id = 1, @table_name = N'bronze.journey_products', @form = N'csv', …;
CREATE OR ALTER PROCEDURE bronze.finish_file
    @run_id bigint,
    @file_id bigint,
    @table_name nvarchar(300),
    @form nvarchar(10),
    @rows_written bigint,
    @rows_rejected bigint,
    @blank_lines bigint,
    @loaded_at datetime2(3)
AS
SET NOCOUNT, XACT_ABORT ON;
DECLARE @message nvarchar(2048) = (
    SELECT CONCAT(
        N'bronze.finish_file: ', files.path, N' has ', files.record_count, N' records, and ',
        @rows_written + @rows_rejected + @blank_lines, N' are accounted for; nothing of it was loaded, report this.'
    )
    FROM ops.files AS files
    WHERE files.file_id = @file_id
        AND files.record_count <> @rows_written + @rows_rejected + @blank_lines
);

IF @message IS NOT NULL
    THROW 51011, @message, 1;

INSERT INTO ops.quarantine (run_id, file_id, file_path, table_name, line_number, rule_name, reason, raw_text)
SELECT
    @run_id,
    files.file_id,
    files.path,
    @table_name,
    records.line_number,
    records.rule_name,
    records.reason,
    records.raw_text
FROM #records AS records
INNER JOIN ops.files AS files ON files.file_id = @file_id
WHERE records.rule_name IS NOT NULL;

UPDATE ops.files
SET
    status = N'loaded',
    form = @form,
    rows_read = @rows_written + @rows_rejected,
    rows_written = @rows_written,
    rows_rejected = @rows_rejected,
    blank_lines = @blank_lines,
    run_id = @run_id,
    loaded_at = @loaded_at
WHERE file_id = @file_id;

IF @rows_written > 0
    INSERT INTO ops.batches (batch_id, table_name, file_id, run_id, rows_written)
    VALUES (NEXT VALUE FOR ops.batch_ids, @table_name, @file_id, @run_id, @rows_written);

EXEC ops.apply_revisions @run_id = @run_id, @file_id = @file_id;
GO
