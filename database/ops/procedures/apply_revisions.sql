-- ops.files → ops.files: which files replace which as a whole. Of a path the content delivered last counts; of a day
-- of business the files of the highest revision. A content has the lowest revision it was delivered as. Files that
-- begin or cease to count become batches without rows, so that silver looks at their records again.
-- Re-run: changes nothing; the order of delivery does not matter.
-- EXEC ops.apply_revisions @run_id = 1, @file_id = 5;
CREATE OR ALTER PROCEDURE ops.apply_revisions
    @run_id bigint,
    @file_id bigint
AS
SET NOCOUNT, XACT_ABORT ON;
CREATE TABLE #standing (
    file_id bigint NOT NULL,
    is_newest_of_path bit NOT NULL,
    revision int NOT NULL,
    replaced_by bigint NULL,
    superseded_by bigint NULL
);

WITH subject AS (
    SELECT
        files.source_system,
        files.entity,
        files.path,
        files.business_date
    FROM ops.files AS files
    WHERE files.file_id = @file_id
),

loaded AS (
    SELECT
        files.file_id,
        files.superseded_by_file_id,
        MAX(files.file_id) OVER (PARTITION BY files.path) AS newest_file_id,
        ISNULL(
            (
                SELECT MIN(copies.revision)
                FROM ops.files AS copies
                WHERE copies.source_system = files.source_system
                    AND copies.entity = files.entity
                    AND copies.business_date = files.business_date
                    AND copies.sha256 = files.sha256
                    AND copies.status IN (N'loaded', N'duplicate')
            ),
            files.revision
        ) AS revision
    FROM ops.files AS files
    INNER JOIN subject
        ON subject.source_system = files.source_system
            AND subject.entity = files.entity
            AND (subject.path = files.path OR subject.business_date = files.business_date)
    WHERE files.status = N'loaded'
)

INSERT INTO #standing (file_id, is_newest_of_path, revision, replaced_by, superseded_by)
SELECT
    loaded.file_id,
    IIF(loaded.newest_file_id = loaded.file_id, 1, 0),
    loaded.revision,
    IIF(loaded.newest_file_id = loaded.file_id, NULL, loaded.newest_file_id),
    loaded.superseded_by_file_id
FROM loaded;

UPDATE standing
SET replaced_by = (
    SELECT TOP (1) better.file_id
    FROM #standing AS better
    WHERE better.is_newest_of_path = 1
        AND better.revision > standing.revision
    ORDER BY
        better.revision DESC,
        better.file_id DESC
)
FROM #standing AS standing
WHERE standing.is_newest_of_path = 1;

UPDATE files
SET superseded_by_file_id = standing.replaced_by
FROM ops.files AS files
INNER JOIN #standing AS standing ON standing.file_id = files.file_id
WHERE ISNULL(standing.replaced_by, 0) <> ISNULL(standing.superseded_by, 0);

INSERT INTO ops.batches (table_name, file_id, run_id, rows_written)
SELECT
    CONCAT(N'bronze.', files.source_system, N'_', files.entity),
    files.file_id,
    @run_id,
    0
FROM ops.files AS files
INNER JOIN #standing AS standing ON standing.file_id = files.file_id
WHERE IIF(standing.replaced_by IS NULL, 0, 1) <> IIF(standing.superseded_by IS NULL, 0, 1);
GO
