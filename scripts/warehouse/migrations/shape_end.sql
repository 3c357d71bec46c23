-- #live_facts → ops.shape_facts: the shape as this run left it. An object that was changed by hand before, and that the
-- run did not touch, keeps what was expected of it. Re-run: changes nothing.
SET NOCOUNT ON;
DROP TABLE IF EXISTS #still_drifted;
CREATE TABLE #still_drifted (
    schema_name nvarchar(128) COLLATE DATABASE_DEFAULT NOT NULL,
    object_name nvarchar(128) COLLATE DATABASE_DEFAULT NOT NULL,
    object_kind nvarchar(30) COLLATE DATABASE_DEFAULT NOT NULL
);

WITH touched AS (
    SELECT
drift.schema_name,
drift.object_name,
drift.object_kind,
drift.fact
    FROM ops.shape_drift AS drift
    WHERE drift.fact <> N'absent'
    EXCEPT
    SELECT
live.schema_name,
live.object_name,
live.object_kind,
live.fact
    FROM #live_facts AS live
),

added AS (
    SELECT
live.schema_name,
live.object_name,
live.object_kind,
live.fact
    FROM #live_facts AS live
    EXCEPT
    SELECT
drift.schema_name,
drift.object_name,
drift.object_kind,
drift.fact
    FROM ops.shape_drift AS drift
)

INSERT INTO #still_drifted (schema_name, object_name, object_kind)
SELECT
drift.schema_name,
drift.object_name,
drift.object_kind
FROM ops.shape_drift AS drift
EXCEPT
(
    SELECT
touched.schema_name,
touched.object_name,
touched.object_kind
    FROM touched
    UNION ALL
    SELECT
added.schema_name,
added.object_name,
added.object_kind
    FROM added
);

BEGIN TRANSACTION;
DELETE expected
FROM ops.shape_facts AS expected
WHERE NOT EXISTS (
    SELECT 1
    FROM #still_drifted AS still
    WHERE still.schema_name = expected.schema_name
        AND still.object_name = expected.object_name
        AND still.object_kind = expected.object_kind
);
INSERT INTO ops.shape_facts (schema_name, object_name, object_kind, fact)
SELECT
live.schema_name,
live.object_name,
live.object_kind,
live.fact
FROM #live_facts AS live
WHERE NOT EXISTS (
    SELECT 1
    FROM #still_drifted AS still
    WHERE still.schema_name = live.schema_name
        AND still.object_name = live.object_name
        AND still.object_kind = live.object_kind
);
DELETE FROM ops.shape_drift;
UPDATE ops.migration_runs SET is_shape_recorded = 1 WHERE is_shape_recorded = 0;
COMMIT TRANSACTION;
