-- #live_facts → ops.shape_drift: what was changed by hand before this run, so that the run does not adopt it.
-- Re-run: nothing while an earlier run was cut off, since what it did is no drift.
SET NOCOUNT ON;
IF NOT EXISTS (SELECT 1 FROM ops.migration_runs AS runs WHERE runs.is_shape_recorded = 0)
BEGIN
    DELETE FROM ops.shape_drift;
    WITH differences AS (
        SELECT
expected.schema_name,
expected.object_name,
expected.object_kind,
expected.fact
        FROM ops.shape_facts AS expected
        EXCEPT
        SELECT
live.schema_name,
live.object_name,
live.object_kind,
live.fact
        FROM #live_facts AS live
    ),

additions AS (
        SELECT
live.schema_name,
live.object_name,
live.object_kind,
live.fact
        FROM #live_facts AS live
        WHERE EXISTS (SELECT 1 FROM ops.shape_facts AS any_fact)
        EXCEPT
        SELECT
expected.schema_name,
expected.object_name,
expected.object_kind,
expected.fact
        FROM ops.shape_facts AS expected
    ),

drifted AS (
        SELECT
differences.schema_name,
differences.object_name,
differences.object_kind
        FROM differences
        UNION
        SELECT
additions.schema_name,
additions.object_name,
additions.object_kind
        FROM additions
    )

INSERT INTO ops.shape_drift (schema_name, object_name, object_kind, fact)
    SELECT
drifted.schema_name,
drifted.object_name,
drifted.object_kind,
ISNULL(live.fact, N'absent')
    FROM drifted
    LEFT JOIN #live_facts AS live
        ON live.schema_name = drifted.schema_name
            AND live.object_name = drifted.object_name
            AND live.object_kind = drifted.object_kind;
END;
SELECT DISTINCT
drift.schema_name,
drift.object_name,
drift.object_kind
FROM ops.shape_drift AS drift
ORDER BY drift.schema_name, drift.object_name, drift.object_kind;
