-- #live_facts, ops.shape_facts → the facts that only one of them has; is_expected tells which.
SET NOCOUNT ON;
WITH missing AS (
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

added AS (
    SELECT
live.schema_name,
live.object_name,
live.object_kind,
live.fact
    FROM #live_facts AS live
    EXCEPT
    SELECT
expected.schema_name,
expected.object_name,
expected.object_kind,
expected.fact
    FROM ops.shape_facts AS expected
)

SELECT
missing.schema_name,
missing.object_name,
missing.object_kind,
missing.fact,
CONVERT(bit, 1) AS is_expected
FROM missing
UNION ALL
SELECT
added.schema_name,
added.object_name,
added.object_kind,
added.fact,
CONVERT(bit, 0) AS is_expected
FROM added;
