-- One row of #retention, the caller's → gone: a partition of bronze at once, a text, rows. What ops.file_accounts
-- counts is noted: that a file's records left bronze, and how silver's records of it stood. Part of
-- ops.apply_retention, in its transaction. Re-run: there is nothing left of that age.
-- EXEC ops.remove_retained @retention_id = 1, @removed_at = '20261101';
CREATE OR ALTER PROCEDURE ops.remove_retained
    @retention_id int,
    @removed_at datetime2(3)
AS
SET NOCOUNT, XACT_ABORT ON;
DECLARE @statement nvarchar(max);
DECLARE @method nvarchar(20);
DECLARE @table_name nvarchar(300);
DECLARE @source_system nvarchar(20);
DECLARE @entity nvarchar(100);
DECLARE @from_at datetime2(3);
DECLARE @to_at datetime2(3);
DECLARE @cutoff_at datetime2(3);

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
            N'DELETE kept OUTPUT deleted.file_id, deleted.standing INTO #removed (file_id, standing) FROM ',
            names.quoted,
            N' AS kept INNER JOIN ops.files AS files ON files.file_id = kept.file_id WHERE files.',
            QUOTENAME(policies.age_column), N' < @cutoff_at AND ', conditions.condition, N';'
        )
        WHEN N'text' THEN CONCAT(
            N'UPDATE kept SET raw_text = N'''', reason = N''removed by retention'' FROM ', names.quoted,
            N' AS kept INNER JOIN ops.files AS files ON files.file_id = kept.file_id WHERE kept.',
            QUOTENAME(policies.age_column), N' < @cutoff_at AND ', conditions.condition, N';'
        )
        ELSE CONCAT(
            N'DELETE kept FROM ', names.quoted, N' AS kept WHERE kept.', QUOTENAME(policies.age_column),
            N' < @cutoff_at AND ', conditions.condition, N';'
        )
    END
FROM #retention AS retention
INNER JOIN ops.retention_policies AS policies ON policies.policy_name = retention.policy_name
CROSS APPLY ops.quoted_name(retention.table_name) AS names
CROSS APPLY ops.retention_conditions(retention.method, retention.policy_name) AS conditions
WHERE retention.retention_id = @retention_id;

CREATE TABLE #removed (file_id bigint NOT NULL, standing nvarchar(20) COLLATE DATABASE_DEFAULT NOT NULL);

IF @method = N'partition'
    UPDATE ops.files
    SET bronze_removed_at = @removed_at
    WHERE source_system = @source_system
        AND entity = @entity
        AND status = N'loaded'
        AND bronze_removed_at IS NULL
        AND loaded_at >= ISNULL(@from_at, '00010101')
        AND loaded_at < @to_at;

EXEC sys.sp_executesql
    @stmt = @statement,
    @params = N'@cutoff_at datetime2(3), @source_system nvarchar(20), @entity nvarchar(100)',
    @cutoff_at = @cutoff_at,
    @source_system = @source_system,
    @entity = @entity;

IF @method = N'standing'
BEGIN
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
END;
GO
