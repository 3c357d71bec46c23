-- ops.retention_policies → a row per thing that is old enough to go: shown with @dry_run = 1, and done with 0. Months
-- of bronze go by TRUNCATE TABLE … WITH (PARTITIONS …) in one transaction; then all else, @chunk_size rows in each.
-- What went is recorded in ops.retention_removals with it; delivered files are for the command line.
-- Re-run: what has gone is not there to go again, and a call that was cut short goes on.
-- EXEC ops.apply_retention @dry_run = 1;
CREATE OR ALTER PROCEDURE ops.apply_retention
    @dry_run bit = 1,
    @as_of datetime2(3) = NULL,
    @run_id bigint = NULL,
    @is_shown bit = 1,
    @chunk_size int = 4000,
    @rows_removed bigint = NULL OUTPUT,
    @rows_kept bigint = NULL OUTPUT
AS
SET NOCOUNT, XACT_ABORT ON;
DECLARE @owns_transaction bit = IIF(@@TRANCOUNT = 0, 1, 0);
DECLARE @now datetime2(3) = SYSUTCDATETIME();
DECLARE @retention_id int = 0;

SET @as_of = ISNULL(@as_of, @now);

IF @as_of > @now
    THROW 51051, N'ops.apply_retention: @as_of lies ahead; give a moment that has been.', 1;

IF ISNULL(@chunk_size, 0) < 1
    THROW 51056, N'ops.apply_retention: @chunk_size is less than 1; give so many rows as may go at once.', 1;

CREATE TABLE #retention (
    retention_id int IDENTITY(1, 1) NOT NULL,
    policy_name nvarchar(300) COLLATE DATABASE_DEFAULT NOT NULL,
    layer nvarchar(20) COLLATE DATABASE_DEFAULT NOT NULL,
    method nvarchar(20) COLLATE DATABASE_DEFAULT NOT NULL,
    table_name nvarchar(300) COLLATE DATABASE_DEFAULT NOT NULL,
    source_system nvarchar(20) COLLATE DATABASE_DEFAULT NULL,
    entity nvarchar(100) COLLATE DATABASE_DEFAULT NULL,
    partition_number int NULL,
    row_count bigint NOT NULL,
    from_at datetime2(3) NULL,
    to_at datetime2(3) NOT NULL,
    cutoff_at datetime2(3) NOT NULL,
    kept_because nvarchar(200) COLLATE DATABASE_DEFAULT NULL
);

BEGIN TRY
    IF @owns_transaction = 1 BEGIN TRANSACTION;

    EXEC ops.lock_target @target = N'ops.retention_policies';
    EXEC ops.apply_retention_policies;
    EXEC ops.plan_retention @as_of = @as_of, @removed_at = @now;

    WHILE @dry_run = 0
    BEGIN
        SELECT @retention_id = MIN(retention.retention_id)
        FROM #retention AS retention
        WHERE retention.retention_id > @retention_id
            AND retention.kept_because IS NULL
            AND retention.method = N'partition';

        IF @retention_id IS NULL BREAK;

        EXEC ops.remove_retained @retention_id = @retention_id, @removed_at = @now, @run_id = @run_id;
    END;

    IF @dry_run = 0
        EXEC ops.maintain_partitions @as_of = @as_of;

    IF @owns_transaction = 1 COMMIT TRANSACTION;

    SET @retention_id = 0;

    WHILE @dry_run = 0
    BEGIN
        SELECT @retention_id = MIN(retention.retention_id)
        FROM #retention AS retention
        WHERE retention.retention_id > @retention_id
            AND retention.kept_because IS NULL
            AND retention.method NOT IN (N'partition', N'file');

        IF @retention_id IS NULL BREAK;

        EXEC ops.remove_retained
            @retention_id = @retention_id,
            @removed_at = @now,
            @run_id = @run_id,
            @chunk_size = @chunk_size;
    END;

    SELECT
        @rows_removed = ISNULL(SUM(IIF(retention.kept_because IS NULL, retention.row_count, 0)), 0),
        @rows_kept = ISNULL(SUM(IIF(retention.kept_because IS NULL, 0, retention.row_count)), 0)
    FROM #retention AS retention
    WHERE retention.method <> N'file';
END TRY
BEGIN CATCH
    IF @owns_transaction = 1 AND XACT_STATE() <> 0 ROLLBACK TRANSACTION;
    THROW;
END CATCH;

IF @is_shown = 1
    SELECT
        retention.policy_name,
        retention.layer,
        retention.table_name,
        retention.partition_number,
        retention.row_count,
        retention.from_at,
        retention.to_at,
        retention.cutoff_at,
        CASE
            WHEN retention.kept_because IS NOT NULL THEN N'kept'
            WHEN retention.method = N'file' THEN N'for the command line'
            WHEN @dry_run = 1 THEN N'would go'
            ELSE N'gone'
        END AS outcome,
        retention.kept_because
    FROM #retention AS retention
    ORDER BY
        retention.policy_name,
        retention.from_at;
GO
