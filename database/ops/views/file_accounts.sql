-- Where each record of each delivered file went. records: as counted when the file came; blank and refused: told by the
-- loads; the other columns are counted in bronze, in the silver table of the same grain, in silver's records and in
-- ops.quarantine. A file is accounted for when records = blank + refused + bronze + removed (by retention), and
-- bronze + removed = the rest. Where silver keeps no records (journey), what of rows removed is neither current nor
-- quarantined can no longer be told apart and is superseded.
-- SELECT path, records, bronze, current_rows FROM ops.file_accounts WHERE is_accounted_for = 0;
CREATE OR ALTER VIEW ops.file_accounts
AS
WITH bronze_rows AS (
    SELECT
        counts.file_id,
        counts.record_count AS row_count
    FROM ops.record_counts AS counts
    WHERE counts.place = N'bronze'
    UNION ALL
    SELECT
        rows_of.file_id,
        COUNT_BIG(*) AS row_count
    FROM bronze.journey_demographics AS rows_of
    GROUP BY rows_of.file_id
    UNION ALL
    SELECT
        rows_of.file_id,
        COUNT_BIG(*) AS row_count
    FROM bronze.journey_products AS rows_of
    GROUP BY rows_of.file_id
    UNION ALL
    SELECT
        rows_of.file_id,
        COUNT_BIG(*) AS row_count
    FROM bronze.journey_transactions AS rows_of
    GROUP BY rows_of.file_id
),

current_rows AS (
    SELECT
        counts.file_id,
        counts.record_count AS row_count
    FROM ops.record_counts AS counts
    WHERE counts.place = N'current'
    UNION ALL
    SELECT
        rows_of.file_id,
        COUNT_BIG(*) AS row_count
    FROM silver.customers AS rows_of
    WHERE rows_of.source_system = N'journey'
        AND rows_of.file_id IS NOT NULL
    GROUP BY rows_of.file_id
    UNION ALL
    SELECT
        rows_of.file_id,
        COUNT_BIG(*) AS row_count
    FROM silver.products AS rows_of
    WHERE rows_of.source_system = N'journey'
        AND rows_of.file_id IS NOT NULL
    GROUP BY rows_of.file_id
    UNION ALL
    SELECT
        rows_of.file_id,
        COUNT_BIG(*) AS row_count
    FROM silver.order_lines AS rows_of
    WHERE rows_of.source_system = N'journey'
        AND rows_of.file_id IS NOT NULL
    GROUP BY rows_of.file_id
),

journey_records AS (
    SELECT
        typed.file_id,
        typed.line_number,
        typed.row_hash,
        typed.problem,
        rows_of.file_id AS kept_file_id,
        rows_of.line_number AS kept_line_number,
        rows_of.row_hash AS kept_row_hash
    FROM bronze.journey_demographics_typed AS typed
    LEFT OUTER JOIN silver.customers AS rows_of
        ON rows_of.source_system = N'journey'
            AND CONVERT(nvarchar(50), typed.household_id) = rows_of.customer_id
    UNION ALL
    SELECT
        typed.file_id,
        typed.line_number,
        typed.row_hash,
        typed.problem,
        rows_of.file_id AS kept_file_id,
        rows_of.line_number AS kept_line_number,
        rows_of.row_hash AS kept_row_hash
    FROM bronze.journey_products_typed AS typed
    LEFT OUTER JOIN silver.products AS rows_of
        ON rows_of.source_system = N'journey'
            AND CONVERT(nvarchar(50), typed.product_id) = rows_of.product_id
    UNION ALL
    SELECT
        typed.file_id,
        typed.line_number,
        typed.row_hash,
        typed.problem,
        rows_of.file_id AS kept_file_id,
        rows_of.line_number AS kept_line_number,
        rows_of.row_hash AS kept_row_hash
    FROM bronze.journey_transactions_typed AS typed
    LEFT OUTER JOIN silver.order_lines AS rows_of
        ON rows_of.source_system = N'journey'
            AND CONVERT(nvarchar(50), typed.basket_id) = rows_of.order_id
            AND CONVERT(nvarchar(50), typed.household_id) = rows_of.customer_id
            AND CONVERT(nvarchar(50), typed.product_id) = rows_of.product_id
),

journey_standings AS (
    SELECT
        records.file_id,
        CASE
            WHEN records.problem IS NOT NULL THEN N'misfit'
            WHEN records.kept_file_id = records.file_id AND records.kept_line_number = records.line_number THEN N'best'
            WHEN records.kept_row_hash = records.row_hash THEN N'duplicate_exact'
            WHEN records.kept_file_id IS NOT NULL THEN N'superseded'
            ELSE N'lost'
        END AS standing
    FROM journey_records AS records
),

standings AS (
    SELECT
        removed.file_id,
        removed.standing,
        removed.record_count
    FROM ops.removed_records AS removed
    UNION ALL
    SELECT
        counts.file_id,
        counts.place AS standing,
        counts.record_count
    FROM ops.record_counts AS counts
    WHERE counts.place NOT IN (N'bronze', N'current')
    UNION ALL
    SELECT
        journey_standings.file_id,
        journey_standings.standing,
        COUNT_BIG(*) AS record_count
    FROM journey_standings
    GROUP BY
        journey_standings.file_id,
        journey_standings.standing
),

outcomes AS (
    SELECT
        standings.file_id,
        SUM(IIF(standings.standing = N'best', standings.record_count, 0)) AS best,
        SUM(IIF(standings.standing = N'misfit', standings.record_count, 0)) AS misfits,
        SUM(IIF(standings.standing = N'superseded', standings.record_count, 0)) AS superseded,
        SUM(IIF(standings.standing = N'superseded_by_file', standings.record_count, 0)) AS superseded_by_file,
        SUM(IIF(standings.standing = N'duplicate_exact', standings.record_count, 0)) AS duplicates_exact,
        SUM(IIF(standings.standing = N'duplicate_by_key', standings.record_count, 0)) AS duplicates_by_key,
        SUM(IIF(standings.standing IN (N'new', N'lost'), standings.record_count, 0)) AS undecided
    FROM standings
    GROUP BY standings.file_id
),

kept_out AS (
    SELECT
        quarantine.file_id,
        SUM(IIF(quarantine.table_name LIKE N'bronze.%', 1, 0)) AS refused,
        SUM(IIF(
            quarantine.table_name LIKE N'silver.%' AND quarantine.status NOT IN (N'released', N'replayed'), 1, 0
        )) AS quarantined
    FROM ops.quarantine AS quarantine
    GROUP BY quarantine.file_id
),

accounts AS (
    SELECT
        files.file_id,
        files.source_system,
        files.entity,
        files.path,
        files.sha256,
        files.status,
        IIF(files.superseded_by_file_id IS NULL, 0, 1) AS is_superseded,
        files.rule_name,
        CASE
            WHEN files.status = N'duplicate' THEN 0
            ELSE ISNULL(files.record_count, files.rows_read + files.blank_lines)
        END AS records,
        CASE
            WHEN files.status = N'loaded' THEN files.blank_lines
            WHEN files.status = N'refused' THEN ISNULL(files.blank_count, 0)
            ELSE 0
        END AS blank,
        CASE
            WHEN files.status = N'refused' THEN ISNULL(files.record_count, 0) - ISNULL(files.blank_count, 0)
            ELSE ISNULL(kept_out.refused, 0)
        END AS refused,
        ISNULL(bronze_rows.row_count, 0) AS bronze,
        IIF(files.bronze_removed_at IS NULL, 0, files.rows_written) AS removed,
        IIF(files.bronze_removed_at IS NOT NULL AND outcomes.file_id IS NULL, 1, 0) AS is_traceless,
        ISNULL(current_rows.row_count, 0) AS current_rows,
        ISNULL(outcomes.best, 0) AS best,
        ISNULL(outcomes.misfits, 0) AS misfits,
        ISNULL(outcomes.superseded, 0) AS superseded,
        ISNULL(outcomes.superseded_by_file, 0) AS superseded_by_file,
        ISNULL(outcomes.duplicates_exact, 0) AS duplicates_exact,
        ISNULL(outcomes.duplicates_by_key, 0) AS duplicates_by_key,
        ISNULL(outcomes.undecided, 0) AS undecided,
        ISNULL(kept_out.quarantined, 0) AS quarantined
    FROM ops.files AS files
    LEFT OUTER JOIN bronze_rows ON bronze_rows.file_id = files.file_id
    LEFT OUTER JOIN current_rows ON current_rows.file_id = files.file_id
    LEFT OUTER JOIN outcomes ON outcomes.file_id = files.file_id
    LEFT OUTER JOIN kept_out ON kept_out.file_id = files.file_id
    WHERE files.status <> N'registered'
)

SELECT
    accounts.file_id,
    accounts.source_system,
    accounts.entity,
    accounts.path,
    accounts.sha256,
    accounts.status,
    accounts.is_superseded,
    accounts.rule_name,
    accounts.records,
    accounts.blank,
    accounts.refused,
    accounts.bronze,
    accounts.current_rows,
    IIF(
        accounts.is_traceless = 1, accounts.removed - accounts.current_rows - accounts.quarantined, accounts.superseded
    ) AS superseded,
    accounts.superseded_by_file,
    accounts.duplicates_exact,
    accounts.duplicates_by_key,
    accounts.quarantined,
    IIF(
        accounts.records = accounts.blank + accounts.refused + accounts.bronze + accounts.removed
        AND (
            (
                accounts.is_traceless = 1
                AND accounts.bronze = 0
                AND accounts.removed >= accounts.current_rows + accounts.quarantined
            )
            OR (
                accounts.bronze + accounts.removed = accounts.current_rows + accounts.superseded
                + accounts.superseded_by_file + accounts.duplicates_exact + accounts.duplicates_by_key
                + accounts.quarantined
                AND accounts.undecided = 0
                AND accounts.best + accounts.misfits = accounts.current_rows + accounts.quarantined
            )
        ),
        1,
        0
    ) AS is_accounted_for,
    accounts.removed
FROM accounts;
GO
