-- ops.files, the records of the days that have changed → ops.quality_metrics, ops.alerts: measures each such day and
-- tells how far it is from what is usual (ops.check_day_figures). A day needs two weeks before it.
-- Re-run: measures again only days with files that came since.
-- EXEC ops.detect_anomalies @run_id = 1, @rows_written = @written OUTPUT;
CREATE OR ALTER PROCEDURE ops.detect_anomalies
    @run_id bigint,
    @rows_read bigint = NULL OUTPUT,
    @rows_written bigint = NULL OUTPUT,
    @rows_rejected bigint = NULL OUTPUT
AS
SET NOCOUNT, XACT_ABORT ON;
DECLARE @owns_transaction bit = IIF(@@TRANCOUNT = 0, 1, 0);
DECLARE @now datetime2(3) = SYSUTCDATETIME();

SELECT
    @rows_read = 0,
    @rows_written = 0,
    @rows_rejected = 0;

CREATE TABLE #days (
    source_system nvarchar(20) COLLATE DATABASE_DEFAULT NOT NULL,
    entity nvarchar(100) COLLATE DATABASE_DEFAULT NOT NULL,
    observed_on date NOT NULL
);
CREATE TABLE #files (file_id bigint NOT NULL, observed_on date NOT NULL);
CREATE TABLE #targets (
    rule_name nvarchar(200) COLLATE DATABASE_DEFAULT NOT NULL,
    unit nvarchar(20) COLLATE DATABASE_DEFAULT NOT NULL,
    observed_on date NOT NULL
);
CREATE TABLE #alerted (rule_name nvarchar(200) COLLATE DATABASE_DEFAULT NOT NULL, observed_on date NOT NULL);
CREATE TABLE #measured (
    rule_name nvarchar(200) COLLATE DATABASE_DEFAULT NOT NULL,
    observed_on date NOT NULL,
    category nvarchar(200) COLLATE DATABASE_DEFAULT NOT NULL,
    observed float NOT NULL,
    row_count bigint NOT NULL
);
CREATE TABLE #usual_shares (
    rule_name nvarchar(200) COLLATE DATABASE_DEFAULT NOT NULL,
    target_on date NOT NULL,
    category nvarchar(200) COLLATE DATABASE_DEFAULT NOT NULL,
    usual float NOT NULL
);
CREATE TABLE #scores (
    rule_name nvarchar(200) COLLATE DATABASE_DEFAULT NOT NULL,
    observed_on date NOT NULL,
    unit nvarchar(20) COLLATE DATABASE_DEFAULT NOT NULL,
    observed float NOT NULL,
    usual float NOT NULL,
    score float NOT NULL,
    is_anomaly bit NOT NULL
);

BEGIN TRY
    IF @owns_transaction = 1 BEGIN TRANSACTION;

    EXEC ops.lock_target @target = N'ops.quality_metrics';

    -- Days with a file that came since they were measured, once its records are where they are measured; and days
    -- for which only the others of the source have delivered, once a later day has come.
    WITH watched AS (
        SELECT
            rules.source_system,
            rules.entity,
            rules.rule_name,
            rules.table_name,
            rules.reads
        FROM ops.quality_rules AS rules
        WHERE rules.kind = N'anomaly'
            AND rules.rule_name = CONCAT(rules.source_system, N'_', rules.entity, N'.volume')
    ),

    delivered AS (
        SELECT
            watched.source_system,
            watched.entity,
            watched.rule_name,
            ISNULL(files.business_date, CONVERT(date, files.registered_at)) AS observed_on,
            -- A copy of what is known changes no day; a day that brought nothing but a copy has no record.
            IIF(files.status = N'loaded', ISNULL(files.loaded_at, files.registered_at), NULL) AS changed_at,
            IIF(
                watched.reads = watched.table_name OR NOT EXISTS (
                    SELECT 1
                    FROM ops.batches AS batches
                    WHERE batches.file_id = files.file_id
                        AND NOT EXISTS (
                            SELECT 1
                            FROM ops.batch_consumers AS consumers
                            WHERE consumers.consumer = watched.reads
                                AND consumers.batch_id = batches.batch_id
                        )
                ),
                0,
                1
            ) AS is_pending
        FROM watched
        INNER JOIN ops.files AS files
            ON files.source_system = watched.source_system
                AND files.entity = watched.entity
        WHERE files.status = N'loaded'
            OR (files.status = N'duplicate' AND files.business_date IS NOT NULL)
    ),

    changed AS (
        SELECT
            delivered.source_system,
            delivered.entity,
            delivered.observed_on
        FROM delivered
        LEFT OUTER JOIN ops.quality_metrics AS metrics
            ON metrics.rule_name = delivered.rule_name
                AND metrics.observed_on = delivered.observed_on
                AND metrics.category = N''
        GROUP BY
            delivered.source_system,
            delivered.entity,
            delivered.observed_on
        HAVING MAX(delivered.is_pending) = 0
            AND (MAX(metrics.measured_at) IS NULL OR MAX(delivered.changed_at) >= MAX(metrics.measured_at))
    ),

    business_days AS (
        SELECT DISTINCT
            files.source_system,
            files.business_date
        FROM ops.files AS files
        WHERE files.status = N'loaded'
            AND files.business_date IS NOT NULL
    ),

    bounds AS (
        SELECT
            watched.source_system,
            watched.entity,
            watched.rule_name,
            MIN(files.business_date) AS first_day,
            (
                SELECT MAX(newest.business_date)
                FROM business_days AS newest
                WHERE newest.source_system = watched.source_system
            ) AS newest_day
        FROM watched
        INNER JOIN ops.files AS files
            ON files.source_system = watched.source_system
                AND files.entity = watched.entity
                AND files.status = N'loaded'
        WHERE files.business_date IS NOT NULL
        GROUP BY
            watched.source_system,
            watched.entity,
            watched.rule_name
    ),

    missing AS (
        SELECT
            bounds.source_system,
            bounds.entity,
            business_days.business_date
        FROM bounds
        INNER JOIN business_days
            ON business_days.source_system = bounds.source_system
                AND business_days.business_date > bounds.first_day
                AND business_days.business_date < bounds.newest_day
        WHERE NOT EXISTS (
                SELECT 1
                FROM ops.files AS files
                WHERE files.source_system = bounds.source_system
                    AND files.entity = bounds.entity
                    AND files.business_date = business_days.business_date
                    AND files.status IN (N'loaded', N'duplicate')
            )
            AND NOT EXISTS (
                SELECT 1
                FROM ops.quality_metrics AS metrics
                WHERE metrics.rule_name = bounds.rule_name
                    AND metrics.observed_on = business_days.business_date
            )
    )

    INSERT INTO #days (source_system, entity, observed_on)
    SELECT
        changed.source_system,
        changed.entity,
        changed.observed_on
    FROM changed
    UNION
    SELECT
        missing.source_system,
        missing.entity,
        missing.business_date
    FROM missing;

    IF EXISTS (SELECT 1 FROM #days AS days)
    BEGIN
        INSERT INTO #files (file_id, observed_on)
        SELECT
            files.file_id,
            days.observed_on
        FROM #days AS days
        INNER JOIN ops.files AS files
            ON files.source_system = days.source_system
                AND files.entity = days.entity
                AND ISNULL(files.business_date, CONVERT(date, files.registered_at)) = days.observed_on
        WHERE files.status = N'loaded'
            AND files.superseded_by_file_id IS NULL;

        INSERT INTO #targets (rule_name, unit, observed_on)
        SELECT
            rules.rule_name,
            rules.unit,
            days.observed_on
        FROM #days AS days
        INNER JOIN ops.quality_rules AS rules
            ON rules.source_system = days.source_system
                AND rules.entity = days.entity
        WHERE rules.kind = N'anomaly';

        EXEC ops.record_day_figures;

        INSERT INTO #alerted (rule_name, observed_on)
        SELECT DISTINCT
            metrics.rule_name,
            metrics.observed_on
        FROM ops.quality_metrics AS metrics
        INNER JOIN #targets AS targets
            ON targets.rule_name = metrics.rule_name
                AND targets.observed_on = metrics.observed_on
        WHERE metrics.is_anomaly = 1;

        DELETE metrics
        FROM ops.quality_metrics AS metrics
        INNER JOIN #targets AS targets
            ON targets.rule_name = metrics.rule_name
                AND targets.observed_on = metrics.observed_on;

        INSERT INTO ops.quality_metrics (
            rule_name,
            observed_on,
            category,
            observed,
            row_count,
            run_id,
            measured_at
        )
        SELECT
            measured.rule_name,
            measured.observed_on,
            measured.category,
            measured.observed,
            measured.row_count,
            @run_id,
            @now
        FROM #measured AS measured;

        SET @rows_written = @@ROWCOUNT;

        SELECT @rows_read = COUNT(*) FROM #days AS days;

        EXEC ops.check_day_figures;

        UPDATE metrics
        SET
            expected = IIF(scores.unit = N'mix', usual.usual, scores.usual),
            score = scores.score,
            is_anomaly = scores.is_anomaly
        FROM ops.quality_metrics AS metrics
        INNER JOIN #scores AS scores
            ON scores.rule_name = metrics.rule_name
                AND scores.observed_on = metrics.observed_on
        LEFT OUTER JOIN #usual_shares AS usual
            ON usual.rule_name = metrics.rule_name
                AND usual.target_on = metrics.observed_on
                AND usual.category = metrics.category;

        -- What is odd of a day is told together, and once.
        INSERT INTO ops.alerts (run_id, severity, subject, message)
        SELECT
            @run_id,
            N'warning',
            CONCAT(rules.source_system, N'/', rules.entity, N' ', CONVERT(nchar(10), scores.observed_on, 23)),
            LEFT(CONCAT(
                rules.source_system, N'/', rules.entity, N' of ', CONVERT(nchar(10), scores.observed_on, 23),
                N' is unlike such days: ',
                STRING_AGG(CONVERT(nvarchar(max), CONCAT(
                    SUBSTRING(rules.rule_name, CHARINDEX(N'.', rules.rule_name) + 1, 200), N' ',
                    FORMAT(scores.observed, N'0.###', N'en-US'), N' instead of ',
                    FORMAT(scores.usual, N'0.###', N'en-US'), N' (', FORMAT(scores.score, N'0.0', N'en-US'),
                    N' times the spread)'
                )), N', ') WITHIN GROUP (ORDER BY scores.score DESC)
            ), 2000)
        FROM #scores AS scores
        INNER JOIN ops.quality_rules AS rules ON rules.rule_name = scores.rule_name
        WHERE scores.is_anomaly = 1
            AND NOT EXISTS (
                SELECT 1
                FROM #alerted AS alerted
                WHERE alerted.rule_name = scores.rule_name
                    AND alerted.observed_on = scores.observed_on
            )
        GROUP BY
            rules.source_system,
            rules.entity,
            scores.observed_on;
    END;

    IF @owns_transaction = 1 COMMIT TRANSACTION;
END TRY
BEGIN CATCH
    IF @owns_transaction = 1 AND XACT_STATE() <> 0 ROLLBACK TRANSACTION;
    THROW;
END CATCH;
GO
