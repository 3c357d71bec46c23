-- ops.apply_retention, plan_retention, remove_retained and enforce_retention: what is old enough goes, nothing else.
EXEC tSQLt.NewTestClass @ClassName = N'test_ops_apply_retention';
GO
CREATE TABLE test_ops_apply_retention.loads (file_id bigint NOT NULL, loaded_at datetime2(3) NOT NULL);
GO
-- bronze.shop_fx_rates has three months of one file each, 30, 20 and 10 months old; silver has taken all of them in.
CREATE PROCEDURE test_ops_apply_retention.SetUp
AS
DECLARE @month datetime2(3) = DATEADD(MONTH, DATEDIFF(MONTH, '20000101', SYSUTCDATETIME()), '20000101');
EXEC tSQLt.SpyProcedure @ProcedureName = N'ops.apply_retention_policies';
EXEC tSQLt.FakeTable @TableName = N'ops.files', @Defaults = 1;
EXEC tSQLt.FakeTable @TableName = N'ops.batches', @Defaults = 1;
EXEC tSQLt.FakeTable @TableName = N'ops.batch_consumers', @Defaults = 1;
EXEC tSQLt.FakeTable @TableName = N'ops.quarantine', @Identity = 1, @Defaults = 1;
EXEC tSQLt.FakeTable @TableName = N'ops.retention_policies', @Defaults = 1;
EXEC tSQLt.FakeTable @TableName = N'ops.retention_removals', @Identity = 1, @Defaults = 1;
EXEC tSQLt.FakeTable @TableName = N'ops.removed_records';
TRUNCATE TABLE bronze.shop_fx_rates;

INSERT INTO test_ops_apply_retention.loads (file_id, loaded_at)
VALUES
    (1, DATEADD(DAY, 3, DATEADD(MONTH, -30, @month))),
    (2, DATEADD(DAY, 3, DATEADD(MONTH, -20, @month))),
    (3, DATEADD(DAY, 3, DATEADD(MONTH, -10, @month)));

INSERT INTO ops.files (file_id, source_system, entity, path, sha256, status, rows_written, loaded_at)
SELECT loads.file_id, N'shop', N'fx_rates', CONCAT(loads.file_id, N'.csv'), 'aa', N'loaded', 2, loads.loaded_at
FROM test_ops_apply_retention.loads AS loads;
INSERT INTO bronze.shop_fx_rates (file_id, line_number, row_hash, loaded_at)
SELECT loads.file_id, lines.line_number, 0x00, loads.loaded_at
FROM test_ops_apply_retention.loads AS loads
CROSS JOIN (VALUES (2), (3)) AS lines (line_number);
INSERT INTO ops.batches (batch_id, table_name, file_id, run_id, rows_written)
SELECT loads.file_id AS batch_id, N'bronze.shop_fx_rates', loads.file_id, 1, 2
FROM test_ops_apply_retention.loads AS loads;
INSERT INTO ops.batch_consumers (consumer, batch_id, run_id)
SELECT N'silver.shop_fx_rates_records', loads.file_id, 1
FROM test_ops_apply_retention.loads AS loads;

INSERT INTO ops.retention_policies (
    policy_name, layer, method, table_name, age_column, source_system, entity, keep_count, keep_unit, consumers
)
VALUES (
    N'bronze.shop_fx_rates', N'bronze', N'partition', N'bronze.shop_fx_rates', N'loaded_at', N'shop', N'fx_rates', 24,
    N'month', N'["silver.shop_fx_rates_records"]'
);
GO
CREATE PROCEDURE test_ops_apply_retention.assert_files_in_bronze
    @expected nvarchar(100)
AS
DECLARE @actual nvarchar(100) = (
    SELECT STRING_AGG(files.file_id, N',') WITHIN GROUP (ORDER BY files.file_id)
    FROM (SELECT DISTINCT rates.file_id FROM bronze.shop_fx_rates AS rates) AS files
);
EXEC tSQLt.AssertEqualsString @Expected = @expected, @Actual = @actual;
GO
-- What is planned, as "policy rows because, …".
CREATE PROCEDURE test_ops_apply_retention.assert_plan
    @expected nvarchar(1000)
AS
DECLARE @now datetime2(3) = SYSUTCDATETIME();
CREATE TABLE #retention (
    retention_id int IDENTITY(1, 1) NOT NULL,
    policy_name nvarchar(300) NOT NULL,
    layer nvarchar(20) NOT NULL,
    method nvarchar(20) NOT NULL,
    table_name nvarchar(300) NOT NULL,
    source_system nvarchar(20) NULL,
    entity nvarchar(100) NULL,
    partition_number int NULL,
    row_count bigint NOT NULL,
    from_at datetime2(3) NULL,
    to_at datetime2(3) NOT NULL,
    cutoff_at datetime2(3) NOT NULL,
    kept_because nvarchar(200) NULL
);
EXEC ops.plan_retention @as_of = @now, @removed_at = @now;
DECLARE @actual nvarchar(1000) = (
    SELECT STRING_AGG(
        CONCAT(retention.policy_name, N' ', retention.row_count, N' ', ISNULL(retention.kept_because, N'goes')), N', '
    ) WITHIN GROUP (ORDER BY retention.policy_name, retention.from_at)
    FROM #retention AS retention
);
EXEC tSQLt.AssertEqualsString @Expected = @expected, @Actual = @actual;
GO
CREATE PROCEDURE test_ops_apply_retention.[test a dry run shows what would go and leaves it]
AS
DECLARE @removed bigint;
EXEC test_ops_apply_retention.assert_plan @expected = N'bronze.shop_fx_rates 2 goes';
EXEC ops.apply_retention @dry_run = 1, @is_shown = 0, @rows_removed = @removed OUTPUT;

EXEC tSQLt.AssertEquals @Expected = 2, @Actual = @removed;
EXEC test_ops_apply_retention.assert_files_in_bronze @expected = N'1,2,3';
EXEC tSQLt.AssertEmptyTable @TableName = N'ops.retention_removals';
GO
CREATE PROCEDURE test_ops_apply_retention.[test the month older than the policy goes and the younger ones stay]
AS
EXEC ops.apply_retention @dry_run = 0, @is_shown = 0;

EXEC test_ops_apply_retention.assert_files_in_bronze @expected = N'2,3';
DECLARE @marked nvarchar(100) = (
    SELECT STRING_AGG(files.file_id, N',') FROM ops.files AS files WHERE files.bronze_removed_at IS NOT NULL
);
EXEC tSQLt.AssertEqualsString @Expected = N'1', @Actual = @marked;
DECLARE @removal nvarchar(400) = (
    SELECT STRING_AGG(CONCAT(removals.policy_name, N' ', removals.rows_removed), N',')
    FROM ops.retention_removals AS removals
);
EXEC tSQLt.AssertEqualsString @Expected = N'bronze.shop_fx_rates 2', @Actual = @removal;
GO
CREATE PROCEDURE test_ops_apply_retention.[test a second time nothing is left to go]
AS
DECLARE @removed bigint;
EXEC ops.apply_retention @dry_run = 0, @is_shown = 0;
EXEC ops.apply_retention @dry_run = 0, @is_shown = 0, @rows_removed = @removed OUTPUT;

EXEC tSQLt.AssertEquals @Expected = 0, @Actual = @removed;
GO
CREATE PROCEDURE test_ops_apply_retention.[test a month that silver has not taken in stays]
AS
DELETE FROM ops.batch_consumers WHERE batch_id = 1;
EXEC test_ops_apply_retention.assert_plan @expected = N'bronze.shop_fx_rates 2 silver has not taken all of it in';
EXEC ops.apply_retention @dry_run = 0, @is_shown = 0;

EXEC test_ops_apply_retention.assert_files_in_bronze @expected = N'1,2,3';
GO
CREATE PROCEDURE test_ops_apply_retention.[test a month that is partly younger than the policy stays]
AS
UPDATE ops.retention_policies
SET keep_unit = N'day', keep_count = DATEDIFF(DAY, loads.loaded_at, SYSUTCDATETIME()) - 1
FROM test_ops_apply_retention.loads AS loads
WHERE loads.file_id = 1;
EXEC test_ops_apply_retention.assert_plan @expected = N'bronze.shop_fx_rates 2 part of it is younger than the policy';
EXEC ops.apply_retention @dry_run = 0, @is_shown = 0;

EXEC test_ops_apply_retention.assert_files_in_bronze @expected = N'1,2,3';
GO
CREATE PROCEDURE test_ops_apply_retention.[test a month with a row of no known file stays]
AS
DECLARE @loaded_at datetime2(3) = (SELECT loads.loaded_at FROM test_ops_apply_retention.loads AS loads WHERE loads.file_id = 1);
INSERT INTO bronze.shop_fx_rates (file_id, line_number, row_hash, loaded_at) VALUES (99, 2, 0x00, @loaded_at);
EXEC test_ops_apply_retention.assert_plan
    @expected = N'bronze.shop_fx_rates 3 not every row of it is of a file known to ops.files';
GO
CREATE PROCEDURE test_ops_apply_retention.[test a month with a record that is to be looked at again stays]
AS
INSERT INTO ops.quarantine (run_id, file_id, file_path, table_name, line_number, rule_name, reason, raw_text, status)
VALUES (1, 1, N'1.csv', N'silver.shop_fx_rates_records', 2, N'a', N'b', N'c', N'replaying');
EXEC test_ops_apply_retention.assert_plan
    @expected = N'bronze.shop_fx_rates 2 a quarantined record of it is to be looked at again';
GO
CREATE PROCEDURE test_ops_apply_retention.[test a moment that lies ahead is refused]
AS
EXEC tSQLt.ExpectException @ExpectedErrorNumber = 51051, @ExpectedMessagePattern = N'ops.apply_retention: @as_of lies ahead;%';
EXEC ops.apply_retention @dry_run = 0, @as_of = '21000101', @is_shown = 0;
GO
CREATE PROCEDURE test_ops_apply_retention.[test texts go once bronze has let their record go and entries stay]
AS
UPDATE ops.files SET bronze_removed_at = '20260101' WHERE file_id = 1;
INSERT INTO ops.quarantine (
    run_id, file_id, file_path, table_name, line_number, rule_name, reason, raw_text, quarantined_at
)
VALUES
    (1, 1, N'1.csv', N'silver.shop_fx_rates_records', 2, N'a', N'why', N'old and gone', '20200101'),
    (1, 2, N'2.csv', N'silver.shop_fx_rates_records', 2, N'a', N'why', N'old and there', '20200101'),
    (1, 2, N'2.csv', N'bronze.shop_fx_rates', 3, N'a', N'why', N'old and never there', '20200101'),
    (1, 1, N'1.csv', N'silver.shop_fx_rates_records', 3, N'a', N'why', N'young', SYSUTCDATETIME());
INSERT INTO ops.retention_policies (
    policy_name, layer, method, table_name, age_column, source_system, entity, keep_count, keep_unit
)
VALUES (
    N'quarantine.shop_fx_rates', N'quarantine', N'text', N'ops.quarantine', N'quarantined_at', N'shop', N'fx_rates', 24,
    N'month'
);
EXEC ops.apply_retention @dry_run = 0, @is_shown = 0;

DECLARE @texts nvarchar(400) = (
    SELECT STRING_AGG(CONCAT(quarantine.reason, N':', quarantine.raw_text), N',')
        WITHIN GROUP (ORDER BY quarantine.quarantine_id)
    FROM ops.quarantine AS quarantine
);
EXEC tSQLt.AssertEqualsString
    @Expected = N'removed by retention:,why:old and there,removed by retention:,why:young',
    @Actual = @texts;
GO
CREATE PROCEDURE test_ops_apply_retention.[test records that nothing is made of go and are counted]
AS
EXEC tSQLt.FakeTable @TableName = N'silver.shop_fx_rates_records';
INSERT INTO silver.shop_fx_rates_records (file_id, line_number, standing, records_batch_id)
VALUES
    (1, 1, N'superseded', 1),
    (1, 2, N'superseded', 1),
    (1, 3, N'duplicate_exact', 1),
    (1, 4, N'best', 1),
    (1, 5, N'misfit', 1),
    (1, 6, N'superseded', 3),
    (3, 2, N'superseded', 1);
UPDATE ops.batches SET written_at = IIF(batch_id = 3, SYSUTCDATETIME(), '20200101');
INSERT INTO ops.removed_records (file_id, table_name, standing, record_count)
VALUES (1, N'silver.shop_fx_rates_records', N'superseded', 10);
INSERT INTO ops.retention_policies (
    policy_name, layer, method, table_name, age_column, source_system, entity, keep_count, keep_unit
)
VALUES (
    N'records.shop_fx_rates', N'records', N'standing', N'silver.shop_fx_rates_records', N'loaded_at', N'shop',
    N'fx_rates', 24, N'month'
);
EXEC ops.apply_retention @dry_run = 0, @is_shown = 0;

DECLARE @kept nvarchar(400) = (
    SELECT STRING_AGG(CONCAT(records.file_id, N'.', records.line_number), N',')
        WITHIN GROUP (ORDER BY records.file_id, records.line_number)
    FROM silver.shop_fx_rates_records AS records
);
EXEC tSQLt.AssertEqualsString @Expected = N'1.4,1.5,1.6,3.2', @Actual = @kept;
DECLARE @counted nvarchar(400) = (
    SELECT STRING_AGG(CONCAT(removed.standing, N' ', removed.record_count), N',') WITHIN GROUP (ORDER BY removed.standing)
    FROM ops.removed_records AS removed
);
EXEC tSQLt.AssertEqualsString @Expected = N'duplicate_exact 1,superseded 12', @Actual = @counted;
GO
CREATE PROCEDURE test_ops_apply_retention.[test rows of a log go by age]
AS
EXEC tSQLt.FakeTable @TableName = N'ops.alerts';
INSERT INTO ops.alerts (alert_id, raised_at) VALUES (1, '20200101'), (2, SYSUTCDATETIME());
INSERT INTO ops.retention_policies (policy_name, layer, method, table_name, age_column, keep_count, keep_unit)
VALUES (N'ops.alerts', N'ops', N'rows', N'ops.alerts', N'raised_at', 24, N'month');
EXEC ops.apply_retention @dry_run = 0, @is_shown = 0;

SELECT alerts.alert_id INTO #actual FROM ops.alerts AS alerts;
SELECT TOP (0) * INTO #expected FROM #actual;
INSERT INTO #expected (alert_id) VALUES (2);
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_ops_apply_retention.[test as a step of a run it tells the rows that went]
AS
DECLARE @read bigint;
DECLARE @written bigint;
DECLARE @rejected bigint;
EXEC ops.enforce_retention
    @run_id = 7, @rows_read = @read OUTPUT, @rows_written = @written OUTPUT, @rows_rejected = @rejected OUTPUT;

EXEC tSQLt.AssertEquals @Expected = 2, @Actual = @written;
EXEC tSQLt.AssertEquals @Expected = 2, @Actual = @read;
EXEC tSQLt.AssertEquals @Expected = 0, @Actual = @rejected;
DECLARE @run_id bigint = (SELECT removals.run_id FROM ops.retention_removals AS removals);
EXEC tSQLt.AssertEquals @Expected = 7, @Actual = @run_id;
GO
CREATE PROCEDURE test_ops_apply_retention.[test rows go in chunks and are recorded as one removal]
AS
DECLARE @removed bigint;
EXEC tSQLt.FakeTable @TableName = N'ops.alerts';
INSERT INTO ops.alerts (alert_id, raised_at)
VALUES (1, '20200101'), (2, '20200101'), (3, '20200101'), (4, '20200101'), (5, '20200101'), (6, SYSUTCDATETIME());
DELETE FROM ops.retention_policies;
INSERT INTO ops.retention_policies (policy_name, layer, method, table_name, age_column, keep_count, keep_unit)
VALUES (N'ops.alerts', N'ops', N'rows', N'ops.alerts', N'raised_at', 24, N'month');
EXEC ops.apply_retention @dry_run = 0, @is_shown = 0, @chunk_size = 2, @rows_removed = @removed OUTPUT;

DECLARE @actual nvarchar(400) = (
    SELECT STRING_AGG(CONCAT(removals.policy_name, N' ', removals.rows_removed), N', ')
    FROM ops.retention_removals AS removals
);
EXEC tSQLt.AssertEqualsString @Expected = N'ops.alerts 5', @Actual = @actual;
EXEC tSQLt.AssertEquals @Expected = 5, @Actual = @removed;
DECLARE @left nvarchar(400) = (SELECT STRING_AGG(alerts.alert_id, N',') FROM ops.alerts AS alerts);
EXEC tSQLt.AssertEqualsString @Expected = N'6', @Actual = @left;
GO
CREATE PROCEDURE test_ops_apply_retention.[test records that go in chunks are counted once each]
AS
EXEC tSQLt.FakeTable @TableName = N'silver.shop_fx_rates_records';
INSERT INTO silver.shop_fx_rates_records (file_id, line_number, standing, records_batch_id)
VALUES
    (1, 1, N'superseded', 1), (1, 2, N'superseded', 1), (1, 3, N'superseded', 1), (1, 4, N'duplicate_exact', 1),
    (1, 5, N'best', 1);
UPDATE ops.batches SET written_at = '20200101';
INSERT INTO ops.retention_policies (
    policy_name, layer, method, table_name, age_column, source_system, entity, keep_count, keep_unit
)
VALUES (
    N'records.shop_fx_rates', N'records', N'standing', N'silver.shop_fx_rates_records', N'loaded_at', N'shop',
    N'fx_rates', 24, N'month'
);
EXEC ops.apply_retention @dry_run = 0, @is_shown = 0, @chunk_size = 2;

DECLARE @counted nvarchar(400) = (
    SELECT STRING_AGG(CONCAT(removed.standing, N' ', removed.record_count), N',') WITHIN GROUP (ORDER BY removed.standing)
    FROM ops.removed_records AS removed
);
EXEC tSQLt.AssertEqualsString @Expected = N'duplicate_exact 1,superseded 3', @Actual = @counted;
GO
CREATE PROCEDURE test_ops_apply_retention.[test a chunk of no rows is refused]
AS
EXEC tSQLt.ExpectException @ExpectedErrorNumber = 51056, @ExpectedMessagePattern = N'%@chunk_size is less than 1;%';
EXEC ops.apply_retention @dry_run = 0, @is_shown = 0, @chunk_size = 0;
GO
CREATE PROCEDURE test_ops_apply_retention.[test what a dry run counts is what then goes, texts of a month that goes with it too]
AS
DECLARE @would_go bigint;
DECLARE @gone bigint;
INSERT INTO ops.quarantine (
    run_id, file_id, file_path, table_name, line_number, rule_name, reason, raw_text, quarantined_at
)
VALUES (1, 1, N'1.csv', N'silver.shop_fx_rates_records', 2, N'a', N'why', N'goes the next time', '20200101');
INSERT INTO ops.retention_policies (
    policy_name, layer, method, table_name, age_column, source_system, entity, keep_count, keep_unit
)
VALUES (
    N'quarantine.shop_fx_rates', N'quarantine', N'text', N'ops.quarantine', N'quarantined_at', N'shop', N'fx_rates', 24,
    N'month'
);
EXEC ops.apply_retention @dry_run = 1, @is_shown = 0, @rows_removed = @would_go OUTPUT;
EXEC ops.apply_retention @dry_run = 0, @is_shown = 0, @rows_removed = @gone OUTPUT;

EXEC tSQLt.AssertEquals @Expected = @would_go, @Actual = @gone;
DECLARE @reason nvarchar(400) = (SELECT quarantine.reason FROM ops.quarantine AS quarantine);
EXEC tSQLt.AssertEqualsString @Expected = N'why', @Actual = @reason;
GO
-- A cut-off on the boundary of two months exactly: the month that ends there goes, the one that begins there stays, and
-- so does a row of that very moment. A millisecond earlier the first of them stays too.
CREATE PROCEDURE test_ops_apply_retention.[test a cut-off on the boundary takes the month that ends there and nothing more]
AS
DECLARE @removed bigint;
DECLARE @ends_at datetime2(3) = (
    SELECT DATEADD(MONTH, DATEDIFF(MONTH, '20000101', loads.loaded_at) + 1, '20000101')
    FROM test_ops_apply_retention.loads AS loads
    WHERE loads.file_id = 1
);
DECLARE @as_of datetime2(3) = DATEADD(MONTH, 24, @ends_at);
DECLARE @just_before datetime2(3) = DATEADD(MILLISECOND, -1, @as_of);
INSERT INTO ops.files (file_id, source_system, entity, path, sha256, status, rows_written, loaded_at)
VALUES (4, N'shop', N'fx_rates', N'4.csv', 'aa', N'loaded', 1, @ends_at);
INSERT INTO bronze.shop_fx_rates (file_id, line_number, row_hash, loaded_at) VALUES (4, 2, 0x00, @ends_at);

EXEC ops.apply_retention @dry_run = 0, @is_shown = 0, @as_of = @just_before, @rows_removed = @removed OUTPUT;
EXEC tSQLt.AssertEquals @Expected = 0, @Actual = @removed;
EXEC ops.apply_retention @dry_run = 0, @is_shown = 0, @as_of = @as_of, @rows_removed = @removed OUTPUT;
EXEC tSQLt.AssertEquals @Expected = 2, @Actual = @removed;
EXEC test_ops_apply_retention.assert_files_in_bronze @expected = N'2,3,4';
GO
