-- One row of #retention, the caller's → gone: a partition of bronze at once, texts and rows @chunk_size at a time, each
-- chunk a transaction of its own unless the caller has one, so that neither locks nor the log grow with what goes.
-- What goes is recorded with it in ops.retention_removals, and what ops.file_accounts counts: that a file's records
-- left bronze, how silver's records of it stood. Re-run: goes on where it ended.
-- EXEC ops.remove_retained @retention_id = 1, @removed_at = '20261101';
CREATE OR ALTER PROCEDURE ops.remove_retained
    @retention_id int,
    @removed_at datetime2(3),
    @run_id bigint = NULL,
    @chunk_size int = 4000
AS
SET NOCOUNT, XACT_ABORT ON;
DECLARE @owns_transaction bit = IIF(@@TRANCOUNT = 0, 1, 0);
DECLARE @statement nvarchar(max);
DECLARE @method nvarchar(20);
DECLARE @table_name nvarchar(300);
DECLARE @source_system nvarchar(20);
DECLARE @entity nvarchar(100);
DECLARE @from_at datetime2(3);
DECLARE @to_at datetime2(3);
DECLARE @cutoff_at datetime2(3);
DECLARE @removal_id bigint;
DECLARE @rows_removed bigint = 0;
DECLARE @rows_gone bigint;
DECLARE @is_done bit = 0;

SELECT
    @method = retention.method,
    @table_name = retention.table_name,
    @source_system = retention.source_system,
    @entity = retention.entity,
    @from_at = retention.from_at,
    @to_at = retention.to_at,
    @cutoff_at = retention.cutoff_at,
    @statement = CASE retention.method
        WHEN N'partition' THEN CONCAT(
            N'TRUNCATE TABLE ', names.quoted, N' WITH (PARTITIONS (', retention.partition_number, N'));'
        )
        WHEN N'standing' THEN CONCAT(
            N'DELETE TOP (@chunk_size) kept ',
            N'OUTPUT deleted.file_id, deleted.standing INTO #removed (file_id, standing) FROM ', names.quoted,
            N' AS kept INNER JOIN ops.files AS files ON files.file_id = kept.file_id WHERE files.',
            QUOTENAME(policies.age_column), N' < @cutoff_at AND ', conditions.condition,
            N'; SET @rows_gone = @@ROWCOUNT;'
        )
        WHEN N'text' THEN CONCAT(
            N'UPDATE TOP (@chunk_size) kept SET raw_text = N'''', reason = N''removed by retention'' FROM ',
            names.quoted, N' AS kept INNER JOIN ops.files AS files ON files.file_id = kept.file_id WHERE kept.',
            QUOTENAME(policies.age_column), N' < @cutoff_at AND ', conditions.condition,
            N'; SET @rows_gone = @@ROWCOUNT;'
        )
        ELSE CONCAT(
            N'DELETE TOP (@chunk_size) kept FROM ', names.quoted, N' AS kept WHERE kept.',
            QUOTENAME(policies.age_column), N' < @cutoff_at AND ', conditions.condition,
            N'; SET @rows_gone = @@ROWCOUNT;'
        )
    END
FROM #retention AS retention
INNER JOIN ops.retention_policies AS policies ON policies.policy_name = retention.policy_name
CROSS APPLY ops.quoted_name(retention.table_name) AS names
CROSS APPLY ops.retention_conditions(retention.method, retention.policy_name) AS conditions
WHERE retention.retention_id = @retention_id;

CREATE TABLE #removed (file_id bigint NOT NULL, standing nvarchar(20) COLLATE DATABASE_DEFAULT NOT NULL);

BEGIN TRY
    WHILE @is_done = 0
    BEGIN
        IF @owns_transaction = 1 BEGIN TRANSACTION;

        EXEC ops.lock_target @target = N'ops.retention_policies';

        IF @method = N'partition'
        BEGIN
            UPDATE ops.files
            SET bronze_removed_at = @removed_at
            WHERE source_system = @source_system
                AND entity = @entity
                AND status = N'loaded'
                AND bronze_removed_at IS NULL
                AND loaded_at >= ISNULL(@from_at, '00010101')
                AND loaded_at < @to_at;

            EXEC sys.sp_executesql @stmt = @statement;

            SELECT
                @rows_gone = retention.row_count,
                @is_done = 1
            FROM #retention AS retention
            WHERE retention.retention_id = @retention_id;
        END
        ELSE
        BEGIN
            EXEC sys.sp_executesql
                @stmt = @statement,
                @params = N'@cutoff_at datetime2(3), @source_system nvarchar(20), @entity nvarchar(100),
                    @removed_at datetime2(3), @chunk_size int, @rows_gone bigint OUTPUT',
                @cutoff_at = @cutoff_at,
                @source_system = @source_system,
                @entity = @entity,
                @removed_at = @removed_at,
                @chunk_size = @chunk_size,
                @rows_gone = @rows_gone OUTPUT;

            SET @is_done = IIF(@rows_gone < @chunk_size, 1, 0);
        END;

        SET @rows_removed = @rows_removed + @rows_gone;

        UPDATE counted
        SET record_count = counted.record_count + removed.record_count
        FROM ops.removed_records AS counted
        INNER JOIN (
            SELECT
                gone.file_id,
                gone.standing,
                COUNT_BIG(*) AS record_count
            FROM #removed AS gone
            GROUP BY
                gone.file_id,
                gone.standing
        ) AS removed
            ON removed.file_id = counted.file_id
                AND removed.standing = counted.standing
        WHERE counted.table_name = @table_name;

        INSERT INTO ops.removed_records (file_id, table_name, standing, record_count)
        SELECT
            gone.file_id,
            @table_name,
            gone.standing,
            COUNT_BIG(*)
        FROM #removed AS gone
        WHERE NOT EXISTS (
            SELECT 1
            FROM ops.removed_records AS counted
            WHERE counted.file_id = gone.file_id
                AND counted.table_name = @table_name
                AND counted.standing = gone.standing
        )
        GROUP BY
            gone.file_id,
            gone.standing;

        DELETE FROM #removed;

        IF @removal_id IS NOT NULL
            UPDATE ops.retention_removals SET rows_removed = @rows_removed WHERE removal_id = @removal_id;
        ELSE IF @rows_gone > 0
        BEGIN
            INSERT INTO ops.retention_removals (
                run_id, policy_name, table_name, from_at, to_at, rows_removed, removed_at
            )
            SELECT
                @run_id,
                retention.policy_name,
                retention.table_name,
                retention.from_at,
                retention.to_at,
                @rows_removed,
                @removed_at
            FROM #retention AS retention
            WHERE retention.retention_id = @retention_id;

            SET @removal_id = SCOPE_IDENTITY();
        END;

        IF @owns_transaction = 1 COMMIT TRANSACTION;
    END;

    -- What the caller tells is what went: others may have written since it was planned.
    UPDATE #retention SET row_count = @rows_removed WHERE retention_id = @retention_id;
END TRY
BEGIN CATCH
    IF @owns_transaction = 1 AND XACT_STATE() <> 0 ROLLBACK TRANSACTION;
    THROW;
END CATCH;
GO
