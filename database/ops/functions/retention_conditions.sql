-- Which rows beside their age a policy lets go, as the condition of a query over the table kept: of silver's records
-- those that nothing is made of, last looked at before the cut-off; of quarantined records the text of those whose
-- record bronze no longer has; of delivered files those that are (or are not yet) archived. Everything of a log.
-- SELECT condition FROM ops.retention_conditions(N'rows', N'ops.alerts') AS conditions;
CREATE OR ALTER FUNCTION ops.retention_conditions (@method nvarchar(20), @policy_name nvarchar(300))
RETURNS TABLE
AS
RETURN
SELECT
    CASE
        WHEN @method = N'standing'
            THEN N'kept.standing NOT IN (N''best'', N''misfit'', N''new'') AND NOT EXISTS (SELECT 1 FROM ops.batches '
                + N'AS batches WHERE batches.batch_id = kept.records_batch_id AND batches.written_at >= @cutoff_at)'
        WHEN @method = N'text'
            THEN N'kept.raw_text <> N'''' AND kept.status <> N''replaying'' AND files.source_system = @source_system '
                + N'AND files.entity = @entity AND (kept.table_name LIKE N''bronze.%'' '
                + N'OR files.bronze_removed_at < @removed_at)'
        WHEN @method = N'file' AND @policy_name LIKE N'landing.%'
            THEN N'kept.source_system = @source_system AND kept.entity = @entity AND kept.archived_at IS NULL '
                + N'AND kept.status IN (N''loaded'', N''duplicate'') AND NOT EXISTS (SELECT 1 FROM ops.files AS later '
                + N'WHERE later.source_system = kept.source_system AND later.entity = kept.entity '
                + N'AND later.path = kept.path AND later.file_id > kept.file_id)'
        WHEN @method = N'file'
            THEN N'kept.source_system = @source_system AND kept.entity = @entity '
                + N'AND kept.archive_removed_at IS NULL'
        ELSE N'1 = 1'
    END AS condition;
GO
