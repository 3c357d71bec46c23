-- ops.apply_retention_policies, retention_cutoffs, retention_conditions, quoted_name, archivable_files and record_archive.
EXEC tSQLt.NewTestClass @ClassName = N'test_ops_retention_policies';
GO
CREATE PROCEDURE test_ops_retention_policies.SetUp
AS
EXEC tSQLt.FakeTable @TableName = N'ops.retention_policies', @Defaults = 1;
EXEC tSQLt.FakeTable @TableName = N'ops.files', @Defaults = 1;
INSERT INTO ops.retention_policies (policy_name, layer, method, table_name, age_column, keep_count, keep_unit)
VALUES (N'ops.alerts', N'ops', N'rows', N'ops.alerts', N'raised_at', 24, N'month');
GO
CREATE PROCEDURE test_ops_retention_policies.[test policies of every view are taken up, others go, and those of logs stay]
AS
INSERT INTO ops.retention_policies (
    policy_name, layer, method, table_name, age_column, source_system, entity, keep_count, keep_unit
)
VALUES (N'bronze.gone_b', N'bronze', N'partition', N'bronze.gone_b', N'loaded_at', N'gone', N'b', 1, N'day');
EXEC ops.apply_retention_policies;

SELECT
    policies.policy_name,
    policies.keep_count,
    policies.keep_unit,
    policies.consumers
INTO #actual
FROM ops.retention_policies AS policies
WHERE ISNULL(policies.entity, N'orders') IN (N'orders', N'b');

SELECT
    policies.policy_name,
    policies.keep_count,
    policies.keep_unit,
    policies.consumers
INTO #expected
FROM ops.retention_policies_of_shop_orders AS policies;
INSERT INTO #expected (policy_name, keep_count, keep_unit) VALUES (N'ops.alerts', 24, N'month');
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_ops_retention_policies.[test while no view has changed nothing is written]
AS
EXEC ops.apply_retention_policies;
UPDATE ops.retention_policies SET keep_count = 99;
EXEC ops.apply_retention_policies;

DECLARE @rewritten int = (SELECT COUNT(*) FROM ops.retention_policies AS policies WHERE policies.keep_count <> 99);
EXEC tSQLt.AssertEquals @Expected = 0, @Actual = @rewritten;
GO
CREATE PROCEDURE test_ops_retention_policies.[test a time longer than the calendar lets nothing go]
AS
DELETE FROM ops.retention_policies;
INSERT INTO ops.retention_policies (policy_name, layer, method, table_name, age_column, keep_count, keep_unit)
VALUES
    (N'd', N'ops', N'rows', N'ops.a', N'a', 2147483647, N'day'),
    (N'm', N'ops', N'rows', N'ops.a', N'a', 2147483647, N'month'),
    (N'y', N'ops', N'rows', N'ops.a', N'a', 2025, N'year');
DECLARE @actual nvarchar(400) = (
    SELECT STRING_AGG(CONCAT(cutoffs.policy_name, N' ', CONVERT(nvarchar(10), cutoffs.cutoff_at, 23)), N', ')
        WITHIN GROUP (ORDER BY cutoffs.policy_name)
    FROM ops.retention_cutoffs('20260331') AS cutoffs
);
EXEC tSQLt.AssertEqualsString @Expected = N'd 0001-01-01, m 0001-01-01, y 0001-01-01', @Actual = @actual;
GO
CREATE PROCEDURE test_ops_retention_policies.[test at the end of a month a shorter month keeps its last day]
AS
DELETE FROM ops.retention_policies;
INSERT INTO ops.retention_policies (policy_name, layer, method, table_name, age_column, keep_count, keep_unit)
VALUES (N'm', N'ops', N'rows', N'ops.a', N'a', 1, N'month'), (N'y', N'ops', N'rows', N'ops.a', N'a', 1, N'year');
DECLARE @actual nvarchar(400) = (
    SELECT STRING_AGG(CONCAT(cutoffs.policy_name, N' ', CONVERT(nvarchar(23), cutoffs.cutoff_at, 126)), N', ')
        WITHIN GROUP (ORDER BY cutoffs.policy_name)
    FROM (
        SELECT march.policy_name, march.cutoff_at FROM ops.retention_cutoffs('2024-03-31T23:59:59.999') AS march
        WHERE march.policy_name = N'm'
        UNION ALL
        SELECT leap.policy_name, leap.cutoff_at FROM ops.retention_cutoffs('2024-02-29T00:00:00') AS leap
        WHERE leap.policy_name = N'y'
    ) AS cutoffs
);
EXEC tSQLt.AssertEqualsString @Expected = N'm 2024-02-29T23:59:59.999, y 2023-02-28T00:00:00', @Actual = @actual;
GO
CREATE PROCEDURE test_ops_retention_policies.[test a cut-off is counted back in days, months or years]
AS
INSERT INTO ops.retention_policies (policy_name, layer, method, table_name, age_column, keep_count, keep_unit)
VALUES (N'd', N'ops', N'rows', N'ops.a', N'a', 30, N'day'), (N'y', N'ops', N'rows', N'ops.a', N'a', 2, N'year');
DECLARE @actual nvarchar(400) = (
    SELECT STRING_AGG(CONCAT(cutoffs.policy_name, N' ', CONVERT(nvarchar(10), cutoffs.cutoff_at, 23)), N', ')
        WITHIN GROUP (ORDER BY cutoffs.policy_name)
    FROM ops.retention_cutoffs('20260331') AS cutoffs
);
EXEC tSQLt.AssertEqualsString @Expected = N'd 2026-03-01, ops.alerts 2024-03-31, y 2024-03-31', @Actual = @actual;
GO
CREATE PROCEDURE test_ops_retention_policies.[test each method has its own condition]
AS
DECLARE @actual nvarchar(400) = (
    SELECT STRING_AGG(
        CONCAT(methods.name, N' ', IIF(conditions.condition LIKE methods.pattern, N'yes', N'no')), N', '
    ) WITHIN GROUP (ORDER BY methods.name)
    FROM (
        VALUES
            (N'rows', N'ops.alerts', N'1 = 1'),
            (N'standing', N'records.a', N'%standing NOT IN%'),
            (N'text', N'quarantine.a', N'%bronze_removed_at < @removed_at%'),
            (N'file', N'landing.a', N'%archived_at IS NULL%')
    ) AS methods (name, policy_name, pattern)
    CROSS APPLY ops.retention_conditions(methods.name, methods.policy_name) AS conditions
);
EXEC tSQLt.AssertEqualsString @Expected = N'file yes, rows yes, standing yes, text yes', @Actual = @actual;
GO
CREATE PROCEDURE test_ops_retention_policies.[test a name is quoted part by part]
AS
DECLARE @actual nvarchar(400) = (SELECT names.quoted FROM ops.quoted_name(N'bronze.shop_orders') AS names);
EXEC tSQLt.AssertEqualsString @Expected = N'[bronze].[shop_orders]', @Actual = @actual;
GO
CREATE PROCEDURE test_ops_retention_policies.[test loaded files are archived by age, once, and deleted by theirs]
AS
INSERT INTO ops.retention_policies (
    policy_name, layer, method, table_name, age_column, source_system, entity, keep_count, keep_unit
)
VALUES
    (N'landing.shop_orders', N'landing', N'file', N'ops.files', N'registered_at', N'shop', N'orders', 30, N'day'),
    (N'archive.shop_orders', N'archive', N'file', N'ops.files', N'archived_at', N'shop', N'orders', 1, N'year');
INSERT INTO ops.files (
    file_id, source_system, entity, path, sha256, status, registered_at, archived_at, archived_path, archive_removed_at
)
VALUES
    (1, N'shop', N'orders', N'old', 'a', N'loaded', '20260101', NULL, NULL, NULL),
    (2, N'shop', N'orders', N'young', 'a', N'loaded', '20260325', NULL, NULL, NULL),
    (3, N'shop', N'orders', N'refused', 'a', N'refused', '20260101', NULL, NULL, NULL),
    (4, N'shop', N'orders', N'twice', 'a', N'loaded', '20260101', NULL, NULL, NULL),
    (5, N'shop', N'orders', N'twice', 'b', N'registered', '20260102', NULL, NULL, NULL),
    (6, N'shop', N'orders', N'archived', 'a', N'duplicate', '20260101', '20260301', N'x.gz', NULL),
    (7, N'shop', N'orders', N'expired', 'a', N'loaded', '20240101', '20240301', N'y.gz', NULL),
    (8, N'shop', N'orders', N'deleted', 'a', N'loaded', '20240101', '20240301', N'z.gz', '20250401'),
    (9, N'shop', N'products', N'other', 'a', N'loaded', '20240101', NULL, NULL, NULL);
DECLARE @actual nvarchar(400) = (
    SELECT STRING_AGG(CONCAT(files.path, N' ', files.action), N', ') WITHIN GROUP (ORDER BY files.path, files.action)
    FROM ops.archivable_files('20260401') AS files
);
EXEC tSQLt.AssertEqualsString
    @Expected = N'archived check, expired check, expired remove, old archive',
    @Actual = @actual;
GO
CREATE PROCEDURE test_ops_retention_policies.[test where a file went is recorded, and when it went from there]
AS
INSERT INTO ops.files (file_id, source_system, entity, path, sha256, status)
VALUES (1, N'shop', N'orders', N'a', 'a', N'loaded'), (2, N'shop', N'orders', N'b', 'b', N'loaded');
EXEC ops.record_archive @file_id = 1, @archived_path = N'a.gz', @archived_sha256 = 'ff';
DECLARE @archived_at datetime2(3) = (SELECT files.archived_at FROM ops.files AS files WHERE files.file_id = 1);
EXEC ops.record_archive @file_id = 1;

DECLARE @actual nvarchar(400) = (
    SELECT STRING_AGG(
        CONCAT(
            files.archived_path, N' ', files.archived_sha256, N' ',
            IIF(files.archived_at = @archived_at, N'then', N'-'), N' ',
            IIF(files.archive_removed_at IS NULL, N'there', N'deleted')
        ), N', '
    ) WITHIN GROUP (ORDER BY files.file_id)
    FROM ops.files AS files
);
EXEC tSQLt.AssertEqualsString @Expected = N'a.gz ff then deleted,   - there', @Actual = @actual;
GO
