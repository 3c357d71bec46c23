-- ops.retention_policies → #retention, the caller's: per policy what is old enough to go, as of @as_of, and why some of
-- it stays: a month of bronze that is partly younger, not yet taken in by silver, asked for again, or of no known file.
-- Looks at the catalog and at ops only, never at the rows of bronze. Re-run: the caller empties #retention.
-- EXEC ops.plan_retention @as_of = '20261101', @removed_at = '20261101';
CREATE OR ALTER PROCEDURE ops.plan_retention
    @as_of datetime2(3),
    @removed_at datetime2(3)
AS
SET NOCOUNT, XACT_ABORT ON;
DECLARE @policy_name nvarchar(300);
DECLARE @source_system nvarchar(20);
DECLARE @entity nvarchar(100);
DECLARE @cutoff_at datetime2(3);
DECLARE @statement nvarchar(max);

CREATE TABLE #aged (row_count bigint NOT NULL, from_at datetime2(3) NULL, to_at datetime2(3) NULL);

INSERT INTO #retention (
    policy_name,
    layer,
    method,
    table_name,
    source_system,
    entity,
    partition_number,
    row_count,
    from_at,
    to_at,
    cutoff_at,
    kept_because
)
SELECT
    cutoffs.policy_name,
    cutoffs.layer,
    cutoffs.method,
    cutoffs.table_name,
    cutoffs.source_system,
    cutoffs.entity,
    partitions.partition_number,
    partitions.row_count,
    partitions.from_at,
    ISNULL(partitions.to_at, '99991231'),
    cutoffs.cutoff_at,
    CASE
        WHEN partitions.to_at IS NULL OR partitions.to_at > cutoffs.cutoff_at
            THEN N'part of it is younger than the policy'
        WHEN partitions.row_count <> ISNULL(
            (
                SELECT SUM(files.rows_written)
                FROM ops.files AS files
                WHERE files.source_system = cutoffs.source_system
                    AND files.entity = cutoffs.entity
                    AND files.status = N'loaded'
                    AND files.bronze_removed_at IS NULL
                    AND files.loaded_at >= ISNULL(partitions.from_at, '00010101')
                    AND files.loaded_at < partitions.to_at
            ), 0
        )
            THEN N'not every row of it is of a file known to ops.files'
        WHEN EXISTS (
            SELECT 1
            FROM ops.files AS files
            INNER JOIN ops.batches AS batches
                ON batches.file_id = files.file_id
                    AND batches.table_name = cutoffs.table_name
            CROSS APPLY OPENJSON(cutoffs.consumers) AS consumers
            WHERE files.source_system = cutoffs.source_system
                AND files.entity = cutoffs.entity
                AND batches.rows_written > 0
                AND files.loaded_at >= ISNULL(partitions.from_at, '00010101')
                AND files.loaded_at < partitions.to_at
                AND NOT EXISTS (
                    SELECT 1
                    FROM ops.batch_consumers AS taken
                    WHERE taken.batch_id = batches.batch_id
                        AND taken.consumer = consumers.value
                )
        )
            THEN N'silver has not taken all of it in'
        WHEN EXISTS (
            SELECT 1
            FROM ops.files AS files
            INNER JOIN ops.quarantine AS quarantine ON quarantine.file_id = files.file_id
            WHERE files.source_system = cutoffs.source_system
                AND files.entity = cutoffs.entity
                AND quarantine.status = N'replaying'
                AND files.loaded_at >= ISNULL(partitions.from_at, '00010101')
                AND files.loaded_at < partitions.to_at
        )
            THEN N'a quarantined record of it is to be looked at again'
    END
FROM ops.retention_cutoffs(@as_of) AS cutoffs
INNER JOIN ops.bronze_partitions AS partitions ON partitions.table_name = cutoffs.table_name
WHERE cutoffs.method = N'partition'
    AND partitions.row_count > 0
    AND ISNULL(partitions.from_at, '00010101') < cutoffs.cutoff_at;

-- All other policies count rows by age, each in its own table.
DECLARE policies CURSOR LOCAL FAST_FORWARD FOR
SELECT
    cutoffs.policy_name,
    cutoffs.source_system,
    cutoffs.entity,
    cutoffs.cutoff_at,
    CONCAT(
        N'SELECT COUNT_BIG(*), MIN(aged_at.value), MAX(aged_at.value) FROM ', names.quoted, N' AS kept',
        IIF(
            cutoffs.method IN (N'standing', N'text'),
            N' INNER JOIN ops.files AS files ON files.file_id = kept.file_id',
            N''
        ),
        N' CROSS APPLY (SELECT ', IIF(cutoffs.method = N'standing', N'files.', N'kept.'),
        QUOTENAME(cutoffs.age_column), N' AS value) AS aged_at WHERE aged_at.value < @cutoff_at AND ',
        conditions.condition, N';'
    )
FROM ops.retention_cutoffs(@as_of) AS cutoffs
CROSS APPLY ops.quoted_name(cutoffs.table_name) AS names
CROSS APPLY ops.retention_conditions(cutoffs.method, cutoffs.policy_name) AS conditions
WHERE cutoffs.method <> N'partition'
    AND OBJECT_ID(cutoffs.table_name, N'U') IS NOT NULL;

OPEN policies;
FETCH NEXT FROM policies INTO @policy_name, @source_system, @entity, @cutoff_at, @statement;

WHILE @@FETCH_STATUS = 0
BEGIN
    DELETE FROM #aged;

    INSERT INTO #aged (row_count, from_at, to_at)
    EXEC sys.sp_executesql
        @stmt = @statement,
        @params = N'@source_system nvarchar(20), @entity nvarchar(100), @cutoff_at datetime2(3),
            @removed_at datetime2(3)',
        @source_system = @source_system,
        @entity = @entity,
        @cutoff_at = @cutoff_at,
        @removed_at = @removed_at;

    INSERT INTO #retention (
        policy_name,
        layer,
        method,
        table_name,
        source_system,
        entity,
        row_count,
        from_at,
        to_at,
        cutoff_at
    )
    SELECT
        policies.policy_name,
        policies.layer,
        policies.method,
        policies.table_name,
        policies.source_system,
        policies.entity,
        aged.row_count,
        aged.from_at,
        aged.to_at,
        @cutoff_at
    FROM ops.retention_policies AS policies
    CROSS JOIN #aged AS aged
    WHERE policies.policy_name = @policy_name
        AND aged.row_count > 0;

    FETCH NEXT FROM policies INTO @policy_name, @source_system, @entity, @cutoff_at, @statement;
END;

CLOSE policies;
DEALLOCATE policies;
GO
