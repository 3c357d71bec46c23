-- ops.files, the records of the days that have changed → ops.quality_metrics, ops.alerts: measures each such day and
-- tells how far it is from what is usual. Usual is the median of the eight weeks before, of the same weekday where
-- weekdays differ; how far days usually are from that is the median of their distances: one odd day moves neither.
-- A day needs three weeks before it. Re-run: measures again only days with files that came since.
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
DECLARE @window_days int = 56;
DECLARE @fewest_days int = 21;
DECLARE @fewest_of_weekday int = 3;
DECLARE @fewest_rows int = 10;
DECLARE @least_score float = 4;
DECLARE @sigmas_per_deviation float = 1.4826;
DECLARE @statement nvarchar(max);

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
CREATE TABLE #points (
    rule_name nvarchar(200) COLLATE DATABASE_DEFAULT NOT NULL,
    target_on date NOT NULL,
    observed_on date NOT NULL,
    observed float NOT NULL,
    row_count bigint NOT NULL
);
CREATE TABLE #shares (
    rule_name nvarchar(200) COLLATE DATABASE_DEFAULT NOT NULL,
    target_on date NOT NULL,
    observed_on date NOT NULL,
    category nvarchar(200) COLLATE DATABASE_DEFAULT NOT NULL,
    share float NOT NULL,
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

        -- An entity's figures in one pass over its records.
        SELECT @statement = STRING_AGG(entities.statement, N' ')
        FROM (
            SELECT CONCAT(
                N'INSERT INTO #measured (rule_name, observed_on, category, observed, row_count) ',
                N'SELECT figures.rule_name, totals.observed_on, N'''', figures.observed, totals.row_count FROM (',
                N'SELECT days.observed_on, COUNT_BIG(*) AS row_count, ',
                STRING_AGG(CONVERT(nvarchar(max), CONCAT(
                    N'CONVERT(float, ', rules.measure, N') AS figure_', rules.rule_number
                )), N', '),
                N' FROM ', rules.reads, N' AS checked INNER JOIN #files AS days ON days.file_id = checked.file_id ',
                N'GROUP BY days.observed_on) AS totals CROSS APPLY (VALUES ',
                STRING_AGG(CONVERT(nvarchar(max), CONCAT(
                    N'(N''', REPLACE(rules.rule_name, N'''', N''''''), N''', totals.figure_', rules.rule_number, N')'
                )), N', '),
                N') AS figures (rule_name, observed) WHERE figures.observed IS NOT NULL;'
            ) AS statement
            FROM (
                SELECT
                    known.rule_name,
                    known.reads,
                    known.measure,
                    ROW_NUMBER() OVER (ORDER BY known.rule_name) AS rule_number
                FROM ops.quality_rules AS known
                WHERE known.kind = N'anomaly'
                    AND known.unit <> N'mix'
                    AND EXISTS (SELECT 1 FROM #targets AS targets WHERE targets.rule_name = known.rule_name)
            ) AS rules
            GROUP BY rules.reads
        ) AS entities;

        EXEC sys.sp_executesql @stmt = @statement;

        SELECT @statement = STRING_AGG(CONVERT(nvarchar(max), CONCAT(
            N'INSERT INTO #measured (rule_name, observed_on, category, observed, row_count) ',
            N'SELECT N''', REPLACE(rules.rule_name, N'''', N''''''), N''', days.observed_on, CONVERT(nvarchar(200), ',
            rules.measure, N'), COUNT_BIG(*) * 1.0 / SUM(COUNT_BIG(*)) OVER (PARTITION BY days.observed_on), ',
            N'SUM(COUNT_BIG(*)) OVER (PARTITION BY days.observed_on) FROM ', rules.reads,
            N' AS checked INNER JOIN #files AS days ON days.file_id = checked.file_id WHERE ', rules.measure,
            N' IS NOT NULL GROUP BY days.observed_on, CONVERT(nvarchar(200), ', rules.measure, N');'
        )), N' ')
        FROM ops.quality_rules AS rules
        WHERE rules.kind = N'anomaly'
            AND rules.unit = N'mix'
            AND EXISTS (SELECT 1 FROM #targets AS targets WHERE targets.rule_name = rules.rule_name);

        IF @statement IS NOT NULL
            EXEC sys.sp_executesql @stmt = @statement;

        -- A day without any record has a volume, and no other figure.
        INSERT INTO #measured (rule_name, observed_on, category, observed, row_count)
        SELECT
            targets.rule_name,
            targets.observed_on,
            N'',
            0,
            0
        FROM #targets AS targets
        WHERE targets.rule_name LIKE N'%.volume'
            AND NOT EXISTS (
                SELECT 1
                FROM #measured AS measured
                WHERE measured.rule_name = targets.rule_name
                    AND measured.observed_on = targets.observed_on
            );

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

        -- Amounts are compared by their ratio. A figure of few rows says nothing.
        INSERT INTO #points (rule_name, target_on, observed_on, observed, row_count)
        SELECT
            targets.rule_name,
            targets.observed_on AS target_on,
            metrics.observed_on,
            IIF(targets.unit = N'amount', LOG(1 + ABS(metrics.observed)), metrics.observed),
            metrics.row_count
        FROM #targets AS targets
        INNER JOIN ops.quality_metrics AS metrics
            ON metrics.rule_name = targets.rule_name
                AND metrics.observed_on <= targets.observed_on
                AND metrics.observed_on >= DATEADD(DAY, -@window_days, targets.observed_on)
        WHERE targets.unit <> N'mix'
            AND (targets.unit = N'rows' OR metrics.row_count >= @fewest_rows);

        -- A mix is compared by how much of it would have to be something else; a value that is not there has no share.
        WITH days AS (
            SELECT DISTINCT
                targets.rule_name,
                targets.observed_on AS target_on,
                measured.observed_on,
                measured.row_count
            FROM #targets AS targets
            INNER JOIN ops.quality_metrics AS measured
                ON measured.rule_name = targets.rule_name
                    AND measured.observed_on <= targets.observed_on
                    AND measured.observed_on >= DATEADD(DAY, -@window_days, targets.observed_on)
            WHERE targets.unit = N'mix'
                AND measured.row_count >= @fewest_rows
        ),

        categories AS (
            SELECT DISTINCT
                known.rule_name,
                known.category
            FROM ops.quality_metrics AS known
            INNER JOIN #targets AS mixes ON mixes.rule_name = known.rule_name
            WHERE mixes.unit = N'mix'
        )

        INSERT INTO #shares (rule_name, target_on, observed_on, category, share, row_count)
        SELECT
            days.rule_name,
            days.target_on,
            days.observed_on,
            categories.category,
            ISNULL(metrics.observed, 0),
            days.row_count
        FROM days
        INNER JOIN categories ON categories.rule_name = days.rule_name
        LEFT OUTER JOIN ops.quality_metrics AS metrics
            ON metrics.rule_name = days.rule_name
                AND metrics.observed_on = days.observed_on
                AND metrics.category = categories.category;

        INSERT INTO #usual_shares (rule_name, target_on, category, usual)
        SELECT DISTINCT
            shares.rule_name,
            shares.target_on,
            shares.category,
            PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY shares.share) OVER (
                PARTITION BY shares.rule_name, shares.target_on, shares.category
            )
        FROM #shares AS shares
        WHERE shares.observed_on < shares.target_on;

        INSERT INTO #points (rule_name, target_on, observed_on, observed, row_count)
        SELECT
            shares.rule_name,
            shares.target_on,
            shares.observed_on,
            SUM(ABS(shares.share - usual.usual)) / 2,
            MAX(shares.row_count)
        FROM #shares AS shares
        INNER JOIN #usual_shares AS usual
            ON usual.rule_name = shares.rule_name
                AND usual.target_on = shares.target_on
                AND usual.category = shares.category
        GROUP BY
            shares.rule_name,
            shares.target_on,
            shares.observed_on;

        -- A weekday has a usual value of its own where that is clearly another than that of all days.
        WITH before AS (
            SELECT
                points.rule_name,
                points.target_on,
                points.observed,
                DATEDIFF(DAY, '19000101', points.observed_on) % 7 AS weekday,
                COUNT(*) OVER (PARTITION BY points.rule_name, points.target_on) AS day_count,
                COUNT(*) OVER (
                    PARTITION BY points.rule_name, points.target_on, DATEDIFF(DAY, '19000101', points.observed_on) % 7
                ) AS weekday_count,
                PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY points.observed) OVER (
                    PARTITION BY points.rule_name, points.target_on
                ) AS median_of_all,
                PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY points.observed) OVER (
                    PARTITION BY points.rule_name, points.target_on, DATEDIFF(DAY, '19000101', points.observed_on) % 7
                ) AS median_of_weekday
            FROM #points AS points
            WHERE points.observed_on < points.target_on
        ),

        spread_of_all AS (
            SELECT
                before.rule_name,
                before.target_on,
                before.observed,
                before.weekday,
                before.weekday_count,
                before.median_of_all,
                before.median_of_weekday,
                PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY ABS(before.observed - before.median_of_all)) OVER (
                    PARTITION BY before.rule_name, before.target_on
                ) AS spread
            FROM before
            WHERE before.day_count >= @fewest_days
        ),

        usual_of_day AS (
            SELECT
                spread_of_all.rule_name,
                spread_of_all.target_on,
                spread_of_all.observed,
                spread_of_all.weekday,
                spread_of_all.median_of_all,
                IIF(
                    spread_of_all.weekday_count >= @fewest_of_weekday
                    AND ABS(spread_of_all.median_of_weekday - spread_of_all.median_of_all)
                    > 3 * @sigmas_per_deviation * spread_of_all.spread / SQRT(spread_of_all.weekday_count),
                    spread_of_all.median_of_weekday,
                    spread_of_all.median_of_all
                ) AS usual
            FROM spread_of_all
        ),

        deviations AS (
            SELECT
                usual_of_day.rule_name,
                usual_of_day.target_on,
                usual_of_day.weekday,
                usual_of_day.median_of_all,
                usual_of_day.usual,
                PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY ABS(usual_of_day.observed - usual_of_day.usual)) OVER (
                    PARTITION BY usual_of_day.rule_name, usual_of_day.target_on
                ) AS spread
            FROM usual_of_day
        ),

        usual AS (
            SELECT
                deviations.rule_name,
                deviations.target_on,
                MAX(deviations.spread) AS spread,
                ISNULL(
                    MAX(IIF(
                        deviations.weekday = DATEDIFF(DAY, '19000101', deviations.target_on) % 7,
                        deviations.usual,
                        NULL
                    )),
                    MAX(deviations.median_of_all)
                ) AS usual
            FROM deviations
            GROUP BY
                deviations.rule_name,
                deviations.target_on
        ),

        -- What chance alone does to a day: few rows vary more than many, and nothing is held to less than a little.
        judged AS (
            SELECT
                points.rule_name,
                points.target_on,
                targets.unit,
                points.observed,
                usual.usual,
                ABS(points.observed - usual.usual) AS distance,
                (
                    SELECT MAX(floors.spread)
                    FROM (VALUES
                        (@sigmas_per_deviation * usual.spread),
                        (CASE targets.unit
                            WHEN N'rows' THEN 1.5 * SQRT(usual.usual + 1)
                            WHEN N'share'
                                THEN SQRT((usual.usual * (1 - usual.usual) + 1.0 / points.row_count) / points.row_count)
                            WHEN N'mix' THEN 0.5 / SQRT(points.row_count)
                            ELSE 0
                        END),
                        (CASE targets.unit
                            WHEN N'rows' THEN 0.08 * usual.usual
                            WHEN N'share' THEN 0.02
                            WHEN N'amount' THEN 0.25
                            WHEN N'hours' THEN 1.5
                            ELSE 0.03
                        END)
                    ) AS floors (spread)
                ) AS spread,
                CASE targets.unit
                    WHEN N'rows' THEN IIF(0.35 * usual.usual > 5, 0.35 * usual.usual, 5)
                    WHEN N'share' THEN 0.12
                    WHEN N'amount' THEN LOG(2.5)
                    WHEN N'hours' THEN 12
                    ELSE 0.15
                END AS least_distance
            FROM #points AS points
            INNER JOIN #targets AS targets
                ON targets.rule_name = points.rule_name
                    AND targets.observed_on = points.target_on
            INNER JOIN usual
                ON usual.rule_name = points.rule_name
                    AND usual.target_on = points.target_on
            WHERE points.observed_on = points.target_on
        )

        INSERT INTO #scores (rule_name, observed_on, unit, observed, usual, score, is_anomaly)
        SELECT
            judged.rule_name,
            judged.target_on,
            judged.unit,
            IIF(judged.unit = N'amount', EXP(judged.observed) - 1, judged.observed),
            IIF(judged.unit = N'amount', EXP(judged.usual) - 1, judged.usual),
            judged.distance / judged.spread,
            IIF(
                judged.distance / judged.spread >= @least_score AND judged.distance >= judged.least_distance
                -- A mix that is closer to the usual one than others are is no anomaly.
                AND (judged.unit <> N'mix' OR judged.observed > judged.usual),
                1,
                0
            )
        FROM judged;

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
