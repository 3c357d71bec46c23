-- @results of ops.check_rules → ops.quality_results, ops.alerts, ops.batch_consumers. After the load's commit, or after
-- its rollback: then the batches stay unchecked. Re-run: a batch that was checked meanwhile is recorded once.
-- EXEC ops.finish_check @run_id = 1, @table_name = N'silver.orders', @results = @results;
CREATE OR ALTER PROCEDURE ops.finish_check
    @run_id bigint,
    @table_name nvarchar(300),
    @results nvarchar(max)
AS
SET NOCOUNT, XACT_ABORT ON;
DECLARE @owns_transaction bit = IIF(@@TRANCOUNT = 0, 1, 0);
DECLARE @consumer nvarchar(300) = CONCAT(N'quality:', @table_name);

CREATE TABLE #found (
    rule_name nvarchar(200) COLLATE DATABASE_DEFAULT NOT NULL,
    status nvarchar(12) COLLATE DATABASE_DEFAULT NOT NULL,
    checked bigint NOT NULL,
    failed bigint NOT NULL,
    observed decimal(38, 4) NULL,
    failing_keys nvarchar(max) COLLATE DATABASE_DEFAULT NULL,
    sample_keys nvarchar(max) COLLATE DATABASE_DEFAULT NULL
);

INSERT INTO #found (rule_name, status, checked, failed, observed, failing_keys, sample_keys)
SELECT
    found.rule_name,
    found.status,
    found.checked,
    found.failed,
    found.observed,
    found.failing_keys,
    samples.sample_keys
FROM OPENJSON(@results, N'$.rules') WITH (
    rule_name nvarchar(200) '$.rule_name',
    status nvarchar(12) '$.status',
    checked bigint '$.checked',
    failed bigint '$.failed',
    observed decimal(38, 4) '$.observed',
    failing_keys nvarchar(max) '$.failing_keys' AS JSON
) AS found
OUTER APPLY (
    SELECT CONCAT(
        N'[', STRING_AGG(keys.value, N',') WITHIN GROUP (ORDER BY CONVERT(int, keys.[key])), N']'
    ) AS sample_keys
    FROM OPENJSON(found.failing_keys) AS keys
    WHERE CONVERT(int, keys.[key]) < 3
    HAVING COUNT(*) > 0
) AS samples;

BEGIN TRY
    IF @owns_transaction = 1 BEGIN TRANSACTION;

    EXEC ops.lock_target @target = @consumer;

    INSERT INTO ops.quality_results (
        run_id,
        rule_name,
        source_system,
        entity,
        table_name,
        kind,
        severity,
        status,
        checked,
        failed,
        ratio,
        observed,
        threshold,
        sample_keys,
        failing_keys
    )
    SELECT
        @run_id,
        found.rule_name,
        rules.source_system,
        rules.entity,
        @table_name,
        rules.kind,
        rules.severity,
        found.status,
        found.checked,
        found.failed,
        IIF(rules.measure IS NULL AND found.checked > 0, found.failed * 1.0 / found.checked, NULL),
        found.observed,
        thresholds.told,
        found.sample_keys,
        found.failing_keys
    FROM #found AS found
    INNER JOIN ops.quality_rules AS rules ON rules.rule_name = found.rule_name
    CROSS APPLY ops.threshold_text(
        rules.operator, rules.threshold_low, rules.threshold_high, rules.unit
    ) AS thresholds
    ORDER BY found.rule_name;

    INSERT INTO ops.alerts (run_id, severity, subject, message)
    SELECT
        @run_id,
        IIF(found.status = N'failed', N'error', N'warning'),
        found.rule_name,
        LEFT(CONCAT(
            rules.description, N': ', found.status, N'; ',
            IIF(
                rules.measure IS NULL,
                CONCAT(found.failed, N' of ', found.checked, N' rows'),
                CONCAT(CONVERT(decimal(38, 2), found.observed), N' ', rules.unit)
            ),
            N' of ', @table_name, N', which ', thresholds.told, N'; for example ' + found.sample_keys
        ), 2000)
    FROM #found AS found
    INNER JOIN ops.quality_rules AS rules ON rules.rule_name = found.rule_name
    CROSS APPLY ops.threshold_text(
        rules.operator, rules.threshold_low, rules.threshold_high, rules.unit
    ) AS thresholds
    WHERE found.status IN (N'warned', N'failed', N'accepted')
    ORDER BY found.rule_name;

    INSERT INTO ops.batch_consumers (consumer, batch_id, run_id)
    SELECT
        @consumer,
        taken.batch_id,
        @run_id
    FROM OPENJSON(@results, N'$.batches') WITH (batch_id bigint '$.batch_id') AS taken
    WHERE NOT EXISTS (SELECT 1 FROM #found AS found WHERE found.status = N'failed')
        AND NOT EXISTS (
            SELECT 1
            FROM ops.batch_consumers AS consumers
            WHERE consumers.consumer = @consumer
                AND consumers.batch_id = taken.batch_id
        );

    IF @owns_transaction = 1 COMMIT TRANSACTION;
END TRY
BEGIN CATCH
    IF @owns_transaction = 1 AND XACT_STATE() <> 0 ROLLBACK TRANSACTION;
    THROW;
END CATCH;
GO
