-- #targets of the caller, ops.quality_metrics → #scores, #usual_shares of the caller: how far each day's figures are
-- from what the weeks before it let expect. Part of ops.detect_anomalies; docs/quality.md has the method. Figures are
-- compared on scales on which chance moves small and large ones alike (ops.scaled_figure).
-- Re-run: the same answer.
-- EXEC ops.check_day_figures;
CREATE OR ALTER PROCEDURE ops.check_day_figures
AS
SET NOCOUNT, XACT_ABORT ON;
DECLARE @window_days int = 56;
DECLARE @fewest_days int = 14;
DECLARE @fewest_of_weekday int = 3;
DECLARE @fewest_rows int = 10;
DECLARE @fewest_rows_typical int = 3;
DECLARE @least_score float = 4;
DECLARE @days_of_doubt float = 6;
DECLARE @sigmas_per_median float = 1.4826;
DECLARE @sigmas_per_85th float = 0.6947;
DECLARE @sigmas_of_median float = 1.2533;

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
INSERT INTO #points (rule_name, target_on, observed_on, observed, row_count)
SELECT
    targets.rule_name,
    targets.observed_on AS target_on,
    metrics.observed_on,
    scaled.figure,
    metrics.row_count
FROM #targets AS targets
INNER JOIN ops.quality_metrics AS metrics
    ON metrics.rule_name = targets.rule_name
        AND metrics.observed_on <= targets.observed_on
        AND metrics.observed_on >= DATEADD(DAY, -@window_days, targets.observed_on)
CROSS APPLY ops.scaled_figure(targets.unit, metrics.observed, metrics.row_count) AS scaled
WHERE targets.unit <> N'mix'
    AND metrics.row_count >= CASE targets.unit
        WHEN N'rows' THEN 0
        WHEN N'typical' THEN @fewest_rows_typical
        ELSE @fewest_rows
    END;

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

-- What is usual, in three steps: a level or, where the newer half of the days clearly lies elsewhere than the older, a
-- line; then a weekday's distance from it, where that is clear; then how far the days lie from both. All of these are
-- medians, but for the spread, which minds the 85th percentile too: some figures have long tails.
WITH history AS (
    SELECT
        points.rule_name,
        points.target_on,
        points.observed,
        points.row_count,
        DATEDIFF(DAY, points.target_on, points.observed_on) AS day_number,
        DATEDIFF(DAY, '19000101', points.observed_on) % 7 AS weekday,
        NTILE(2) OVER (PARTITION BY points.rule_name, points.target_on ORDER BY points.observed_on) AS half,
        COUNT(*) OVER (PARTITION BY points.rule_name, points.target_on) AS day_count
    FROM #points AS points
    WHERE points.observed_on < points.target_on
),

halves AS (
    SELECT
        history.rule_name,
        history.target_on,
        history.observed,
        history.day_number,
        history.weekday,
        history.half,
        history.day_count,
        PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY history.row_count) OVER (
            PARTITION BY history.rule_name, history.target_on
        ) AS usual_row_count,
        PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY history.observed) OVER (
            PARTITION BY history.rule_name, history.target_on
        ) AS level_of_all,
        PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY history.observed) OVER (
            PARTITION BY history.rule_name, history.target_on, history.half
        ) AS level_of_half,
        PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY history.day_number) OVER (
            PARTITION BY history.rule_name, history.target_on, history.half
        ) AS middle_of_half
    FROM history
    WHERE history.day_count >= @fewest_days
),

rises AS (
    SELECT
        halves.rule_name,
        halves.target_on,
        halves.observed,
        halves.day_number,
        halves.weekday,
        halves.day_count,
        halves.usual_row_count,
        halves.level_of_all,
        MAX(IIF(halves.half = 2, halves.level_of_half, NULL)) OVER (
            PARTITION BY halves.rule_name, halves.target_on
        ) - MAX(IIF(halves.half = 1, halves.level_of_half, NULL)) OVER (
            PARTITION BY halves.rule_name, halves.target_on
        ) AS rise,
        MAX(IIF(halves.half = 2, halves.middle_of_half, NULL)) OVER (
            PARTITION BY halves.rule_name, halves.target_on
        ) - MAX(IIF(halves.half = 1, halves.middle_of_half, NULL)) OVER (
            PARTITION BY halves.rule_name, halves.target_on
        ) AS days_between
    FROM halves
),

lines AS (
    SELECT
        rises.rule_name,
        rises.target_on,
        rises.observed,
        rises.day_number,
        rises.weekday,
        rises.day_count,
        rises.usual_row_count,
        rises.level_of_all,
        rises.rise,
        rises.rise / rises.days_between AS slope,
        @sigmas_per_median * PERCENTILE_CONT(0.5) WITHIN GROUP (
            ORDER BY ABS(rises.observed - rises.level_of_all)
        ) OVER (PARTITION BY rises.rule_name, rises.target_on) AS spread_of_all,
        PERCENTILE_CONT(0.5) WITHIN GROUP (
            ORDER BY rises.observed - rises.rise / rises.days_between * rises.day_number
        ) OVER (PARTITION BY rises.rule_name, rises.target_on) AS level_of_line
    FROM rises
),

fits AS (
    SELECT
        lines.rule_name,
        lines.target_on,
        lines.observed,
        lines.day_number,
        lines.weekday,
        lines.day_count,
        lines.usual_row_count,
        lines.level_of_all,
        lines.rise,
        lines.slope,
        lines.spread_of_all,
        lines.level_of_line,
        @sigmas_per_median * PERCENTILE_CONT(0.5) WITHIN GROUP (
            ORDER BY ABS(lines.observed - lines.level_of_line - lines.slope * lines.day_number)
        ) OVER (PARTITION BY lines.rule_name, lines.target_on) AS spread_of_line
    FROM lines
),

levels AS (
    SELECT
        fits.rule_name,
        fits.target_on,
        fits.weekday,
        fits.day_count,
        fits.usual_row_count,
        IIF(chosen.is_line = 1, fits.level_of_line, fits.level_of_all) AS level,
        IIF(chosen.is_line = 1, fits.spread_of_line, fits.spread_of_all) AS spread,
        fits.observed
        - IIF(chosen.is_line = 1, fits.level_of_line + fits.slope * fits.day_number, fits.level_of_all) AS residual
    FROM fits
    CROSS APPLY (
        VALUES (
            IIF(
                fits.spread_of_line < fits.spread_of_all
                AND ABS(fits.rise) > 3 * @sigmas_of_median * fits.spread_of_line * SQRT(4.0 / fits.day_count),
                1,
                0
            )
        )
    ) AS chosen (is_line)
),

weekdays AS (
    SELECT
        levels.rule_name,
        levels.target_on,
        levels.weekday,
        levels.day_count,
        levels.usual_row_count,
        levels.level,
        levels.spread,
        levels.residual,
        COUNT(*) OVER (PARTITION BY levels.rule_name, levels.target_on, levels.weekday) AS weekday_count,
        PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY levels.residual) OVER (
            PARTITION BY levels.rule_name, levels.target_on, levels.weekday
        ) AS distance
    FROM levels
),

effects AS (
    SELECT
        weekdays.rule_name,
        weekdays.target_on,
        weekdays.weekday,
        weekdays.day_count,
        weekdays.usual_row_count,
        weekdays.level,
        weekdays.residual,
        IIF(
            weekdays.weekday_count >= @fewest_of_weekday
            AND ABS(weekdays.distance) > 3 * weekdays.spread / SQRT(weekdays.weekday_count),
            weekdays.distance,
            0
        ) AS effect
    FROM weekdays
),

spreads AS (
    SELECT
        effects.rule_name,
        effects.target_on,
        effects.weekday,
        effects.day_count,
        effects.usual_row_count,
        effects.level,
        effects.effect,
        @sigmas_per_median * PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY ABS(effects.residual - effects.effect)) OVER (
            PARTITION BY effects.rule_name, effects.target_on
        ) AS spread_of_half,
        @sigmas_per_85th * PERCENTILE_CONT(0.85) WITHIN GROUP (ORDER BY ABS(effects.residual - effects.effect)) OVER (
            PARTITION BY effects.rule_name, effects.target_on
        ) AS spread_of_most
    FROM effects
),

usual AS (
    SELECT
        spreads.rule_name,
        spreads.target_on,
        MAX(spreads.day_count) AS day_count,
        MAX(spreads.usual_row_count) AS usual_row_count,
        MAX(IIF(
            spreads.spread_of_half > spreads.spread_of_most, spreads.spread_of_half, spreads.spread_of_most
        )) AS spread,
        MAX(spreads.level) + ISNULL(
            MAX(IIF(spreads.weekday = DATEDIFF(DAY, '19000101', spreads.target_on) % 7, spreads.effect, NULL)), 0
        ) AS figure
    FROM spreads
    GROUP BY
        spreads.rule_name,
        spreads.target_on
),

-- What chance alone does to a day: few rows vary more than many, and nothing is held to less than a little.
measured AS (
    SELECT
        points.rule_name,
        points.target_on,
        targets.unit,
        usual.day_count,
        told.figure AS observed,
        expected.figure AS usual,
        ABS(points.observed - usual.figure) AS distance,
        (
            SELECT MAX(floors.spread)
            FROM (VALUES
                (usual.spread * IIF(
                    targets.unit IN (N'amount', N'typical') AND usual.usual_row_count > points.row_count,
                    SQRT(usual.usual_row_count / points.row_count),
                    1
                )),
                (CASE targets.unit
                    WHEN N'rows' THEN 0.5
                    WHEN N'distinct' THEN 0.5 * SQRT(IIF(
                        expected.figure < points.row_count, expected.figure / points.row_count, 1
                    ))
                    WHEN N'share' THEN 0.5 / SQRT(points.row_count)
                    WHEN N'mix' THEN 0.5 / SQRT(points.row_count)
                    ELSE 0
                END),
                (CASE targets.unit
                    WHEN N'rows' THEN 0.03 * usual.figure
                    WHEN N'distinct' THEN IIF(0.03 * usual.figure > 0.1, 0.03 * usual.figure, 0.1)
                    WHEN N'amount' THEN 0.25
                    WHEN N'typical' THEN 0.1
                    WHEN N'hours' THEN 1.5
                    ELSE 0.03
                END)
            ) AS floors (spread)
        ) AS spread
    FROM #points AS points
    INNER JOIN #targets AS targets
        ON targets.rule_name = points.rule_name
            AND targets.observed_on = points.target_on
    INNER JOIN usual
        ON usual.rule_name = points.rule_name
            AND usual.target_on = points.target_on
    CROSS APPLY ops.unscaled_figure(targets.unit, points.observed, points.row_count) AS told
    CROSS APPLY ops.unscaled_figure(targets.unit, usual.figure, points.row_count) AS expected
    WHERE points.observed_on = points.target_on
),

-- What is far by chance's measure must be far by a person's as well.
judged AS (
    SELECT
        measured.rule_name,
        measured.target_on,
        measured.unit,
        measured.observed,
        measured.usual,
        measured.day_count,
        measured.distance / measured.spread AS score,
        CASE measured.unit
            WHEN N'rows' THEN IIF(
                ABS(measured.observed - measured.usual) >= IIF(0.3 * measured.usual > 5, 0.3 * measured.usual, 5), 1, 0
            )
            WHEN N'distinct' THEN IIF(
                ABS(measured.observed - measured.usual) >= IIF(0.3 * measured.usual > 1.5, 0.3 * measured.usual, 1.5),
                1,
                0
            )
            WHEN N'share' THEN IIF(ABS(measured.observed - measured.usual) >= 0.1, 1, 0)
            -- A mix that is closer to the usual one than others are is no anomaly.
            WHEN N'mix' THEN IIF(measured.observed - measured.usual >= 0.15, 1, 0)
            WHEN N'amount' THEN IIF(measured.distance >= LOG(2.5), 1, 0)
            WHEN N'typical' THEN IIF(measured.distance >= LOG(1.5), 1, 0)
            ELSE IIF(measured.distance >= 12, 1, 0)
        END AS is_far
    FROM measured
)

INSERT INTO #scores (rule_name, observed_on, unit, observed, usual, score, is_anomaly)
SELECT
    judged.rule_name,
    judged.target_on,
    judged.unit,
    judged.observed,
    judged.usual,
    judged.score,
    -- The fewer days say what is usual, the less it is trusted.
    IIF(judged.is_far = 1 AND judged.score >= @least_score * (1 + @days_of_doubt / judged.day_count), 1, 0)
FROM judged;
GO
