-- ops.quarantine: sends a record that a rule kept out on its way again, once. Without @corrected_path the next load
-- looks at the record as it was delivered: its rule has been changed. With it the record has been delivered again,
-- corrected, as the file of that path. Re-run: an entry that is not open is an error.
-- EXEC ops.replay_quarantine @quarantine_id = 7, @note = N'the rule allows 0 now';
CREATE OR ALTER PROCEDURE ops.replay_quarantine
    @quarantine_id bigint,
    @corrected_path nvarchar(1000) = NULL,
    @note nvarchar(1000) = NULL
AS
SET NOCOUNT, XACT_ABORT ON;
DECLARE @owns_transaction bit = IIF(@@TRANCOUNT = 0, 1, 0);
DECLARE @file_id bigint;
DECLARE @run_id bigint;
DECLARE @table_name nvarchar(300);
DECLARE @message nvarchar(2048);

BEGIN TRY
    IF @owns_transaction = 1 BEGIN TRANSACTION;

    UPDATE ops.quarantine
    SET
        status = IIF(@corrected_path IS NULL, N'replaying', N'corrected'),
        decided_by = SUSER_SNAME(),
        decided_at = SYSUTCDATETIME(),
        note = @note,
        corrected_path = @corrected_path
    WHERE quarantine_id = @quarantine_id
        AND status = N'open'
        AND raw_text <> N''
        AND (
            @corrected_path IS NOT NULL
            OR (
                table_name LIKE N'silver.%'
                AND NOT EXISTS (
                    SELECT 1
                    FROM ops.files AS files
                    WHERE files.file_id = ops.quarantine.file_id
                        AND files.bronze_removed_at IS NOT NULL
                )
            )
        );

    IF @@ROWCOUNT = 0
    BEGIN
        SET @message = CONCAT(
            N'ops.replay_quarantine: ', @quarantine_id, N' is not open, or its record never reached silver or has ',
            N'left bronze and must be corrected, or retention removed it; look at it in ops.quarantine.'
        );
        THROW 51020, @message, 1;
    END;

    -- A batch without rows: silver looks at the file of the record again.
    IF @corrected_path IS NULL
    BEGIN
        SELECT
            @file_id = files.file_id,
            @run_id = files.run_id,
            @table_name = CONCAT(N'bronze.', files.source_system, N'_', files.entity)
        FROM ops.quarantine AS quarantine
        INNER JOIN ops.files AS files ON files.file_id = quarantine.file_id
        WHERE quarantine.quarantine_id = @quarantine_id;

        INSERT INTO ops.batches (table_name, file_id, run_id, rows_written)
        VALUES (@table_name, @file_id, @run_id, 0);
    END;

    IF @owns_transaction = 1 COMMIT TRANSACTION;
END TRY
BEGIN CATCH
    IF @owns_transaction = 1 AND XACT_STATE() <> 0 ROLLBACK TRANSACTION;
    THROW;
END CATCH;
GO
