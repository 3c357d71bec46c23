-- ops.retention_policies → the moment before which each of them lets go, as of @as_of.
-- SELECT policy_name, cutoff_at FROM ops.retention_cutoffs(SYSUTCDATETIME());
CREATE OR ALTER FUNCTION ops.retention_cutoffs (@as_of datetime2(3))
RETURNS TABLE
AS
RETURN
SELECT
    policies.policy_name,
    policies.layer,
    policies.method,
    policies.table_name,
    policies.age_column,
    policies.source_system,
    policies.entity,
    policies.consumers,
    CASE policies.keep_unit
        WHEN N'day' THEN DATEADD(DAY, -policies.keep_count, @as_of)
        WHEN N'month' THEN DATEADD(MONTH, -policies.keep_count, @as_of)
        ELSE DATEADD(YEAR, -policies.keep_count, @as_of)
    END AS cutoff_at
FROM ops.retention_policies AS policies;
GO
