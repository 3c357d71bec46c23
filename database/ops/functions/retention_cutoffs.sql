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
    CASE
        -- Longer than the calendar: nothing is that old.
        WHEN policies.keep_count >= CASE policies.keep_unit
            WHEN N'day' THEN DATEDIFF(DAY, '00010101', @as_of)
            WHEN N'month' THEN DATEDIFF(MONTH, '00010101', @as_of)
            ELSE DATEDIFF(YEAR, '00010101', @as_of)
        END THEN CONVERT(datetime2(3), '00010101')
        WHEN policies.keep_unit = N'day' THEN DATEADD(DAY, -policies.keep_count, @as_of)
        WHEN policies.keep_unit = N'month' THEN DATEADD(MONTH, -policies.keep_count, @as_of)
        ELSE DATEADD(YEAR, -policies.keep_count, @as_of)
    END AS cutoff_at
FROM ops.retention_policies AS policies;
GO
