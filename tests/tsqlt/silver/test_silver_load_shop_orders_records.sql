-- silver.load_shop_orders_records: which record of an order is best, and what becomes of the others. The other
-- load_shop_…_records are made of the same template.
EXEC tSQLt.NewTestClass @ClassName = N'test_silver_load_shop_orders_records';
GO
CREATE PROCEDURE test_silver_load_shop_orders_records.SetUp
AS
EXEC tSQLt.FakeTable @TableName = N'bronze.shop_orders';
EXEC tSQLt.FakeTable @TableName = N'silver.shop_orders_records';
EXEC tSQLt.FakeTable @TableName = N'ops.files', @Defaults = 1;
EXEC tSQLt.FakeTable @TableName = N'ops.batches', @Defaults = 1;
EXEC tSQLt.FakeTable @TableName = N'ops.batch_consumers', @Defaults = 1;
EXEC tSQLt.FakeTable @TableName = N'ops.quarantine', @Identity = 1, @Defaults = 1;
GO
-- A record of file @file_id reaches bronze: a batch of the file with one row more.
CREATE PROCEDURE test_silver_load_shop_orders_records.land
    @file_id bigint = 1,
    @line_number bigint = 2,
    @order_id nvarchar(4000) = N'O-1',
    @status nvarchar(4000) = N'paid',
    @ship_country nvarchar(4000) = N'',
    @order_total nvarchar(4000) = N'10',
    @updated_at nvarchar(4000) = N'2025-03-07 12:00:00',
    @business_date date = '20250307',
    @revision int = 1,
    @superseded_by bigint = NULL
AS
INSERT INTO bronze.shop_orders (
    file_id, line_number, order_id, customer_id, ordered_at, status, currency, channel, ship_country, line_count,
    order_total, updated_at, row_hash
)
VALUES (
    @file_id, @line_number, @order_id, N'C-1', N'2025-03-07 10:00:00', @status, N'USD', N'web', @ship_country, N'1',
    @order_total, @updated_at, 0x01
);
IF NOT EXISTS (SELECT 1 FROM ops.files AS files WHERE files.file_id = @file_id)
BEGIN
    INSERT INTO ops.files (
        file_id, source_system, entity, path, status, business_date, revision, superseded_by_file_id
    )
    VALUES (
        @file_id, N'shop', N'orders', CONCAT(N'f', @file_id, N'.csv'), N'loaded', @business_date, @revision,
        @superseded_by
    );
    INSERT INTO ops.batches (table_name, file_id, run_id, rows_written) VALUES (N'bronze.shop_orders', @file_id, 1, 0);
END;

UPDATE ops.batches
SET rows_written = rows_written + 1
WHERE table_name = N'bronze.shop_orders'
    AND file_id = @file_id;
GO
-- The file ceases to count, or counts again when @by is NULL: a batch without rows.
CREATE PROCEDURE test_silver_load_shop_orders_records.supersede
    @file_id bigint,
    @by bigint
AS
UPDATE ops.files SET superseded_by_file_id = @by WHERE file_id = @file_id;
INSERT INTO ops.batches (table_name, file_id, run_id, rows_written) VALUES (N'bronze.shop_orders', @file_id, 1, 0);
GO
-- Loads, and puts "read written rejected" into @counts.
CREATE PROCEDURE test_silver_load_shop_orders_records.load_records
    @counts nvarchar(100) = NULL OUTPUT
AS
DECLARE @rows_read bigint;
DECLARE @rows_written bigint;
DECLARE @rows_rejected bigint;
EXEC silver.load_shop_orders_records
    @run_id = 3,
    @rows_read = @rows_read OUTPUT,
    @rows_written = @rows_written OUTPUT,
    @rows_rejected = @rows_rejected OUTPUT;
SET @counts = CONCAT(@rows_read, N' ', @rows_written, N' ', @rows_rejected);
GO
-- All records as one text: "file/line standing, …".
CREATE PROCEDURE test_silver_load_shop_orders_records.assert_standings
    @expected nvarchar(4000)
AS
DECLARE @actual nvarchar(4000) = (
    SELECT STRING_AGG(CONCAT(records.file_id, N'/', records.line_number, N' ', records.standing), N', ')
        WITHIN GROUP (ORDER BY records.file_id, records.line_number)
    FROM silver.shop_orders_records AS records
);
EXEC tSQLt.AssertEqualsString @Expected = @expected, @Actual = @actual;
GO
-- The quarantine as one text: "file/line rule status, …".
CREATE PROCEDURE test_silver_load_shop_orders_records.assert_quarantine
    @expected nvarchar(4000)
AS
DECLARE @actual nvarchar(4000) = (
    SELECT STRING_AGG(
        CONCAT(quarantine.file_id, N'/', quarantine.line_number, N' ', quarantine.rule_name, N' ', quarantine.status), N', '
    ) WITHIN GROUP (ORDER BY quarantine.file_id, quarantine.line_number, quarantine.quarantine_id)
    FROM ops.quarantine AS quarantine
);
EXEC tSQLt.AssertEqualsString @Expected = @expected, @Actual = @actual;
GO
CREATE PROCEDURE test_silver_load_shop_orders_records.[test a record has its values, the date and the revision of its file]
AS
DECLARE @counts nvarchar(100);
EXEC test_silver_load_shop_orders_records.land @order_id = N'o-1', @ship_country = N'usa', @revision = 2;
EXEC test_silver_load_shop_orders_records.load_records @counts = @counts OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = N'1 1 0', @Actual = @counts;

SELECT
    records.file_id,
    records.line_number,
    records.business_date,
    records.revision,
    records.order_id COLLATE Latin1_General_BIN2 AS order_id,
    records.customer_id,
    records.ordered_at,
    records.status,
    records.currency,
    records.channel,
    records.ship_country,
    records.shipped_at,
    records.line_count,
    records.order_total,
    records.updated_at,
    records.standing,
    records.rule_name
INTO #actual
FROM silver.shop_orders_records AS records;

SELECT TOP (0) * INTO #expected FROM #actual;
INSERT INTO #expected
VALUES (
    1, 2, '20250307', 2, N'O-1', N'C-1', '2025-03-07T10:00:00', N'paid', N'USD', N'web', N'US', NULL, 1, 10,
    '2025-03-07T12:00:00', N'best', NULL
);
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_silver_load_shop_orders_records.[test the latest version is best and earlier ones are superseded]
AS
EXEC test_silver_load_shop_orders_records.land @status = N'shipped', @updated_at = N'2025-03-07 15:00:00';
EXEC test_silver_load_shop_orders_records.land @line_number = 3, @updated_at = N'2025-03-07 14:00:00';
EXEC test_silver_load_shop_orders_records.land @file_id = 2, @business_date = '20250308', @updated_at = N'2025-03-07 11:00:00';
EXEC test_silver_load_shop_orders_records.load_records;
EXEC test_silver_load_shop_orders_records.assert_standings @expected = N'1/2 best, 1/3 superseded, 2/2 superseded';
GO
CREATE PROCEDURE test_silver_load_shop_orders_records.[test of one moment the later business date is best]
AS
EXEC test_silver_load_shop_orders_records.land @file_id = 1, @business_date = '20250308', @revision = 1;
EXEC test_silver_load_shop_orders_records.land @file_id = 2, @business_date = '20250307', @revision = 2, @order_total = N'11';
EXEC test_silver_load_shop_orders_records.load_records;
EXEC test_silver_load_shop_orders_records.assert_standings @expected = N'1/2 best, 2/2 duplicate_by_key';
GO
CREATE PROCEDURE test_silver_load_shop_orders_records.[test of one day the higher revision is best, of one file the later line]
AS
EXEC test_silver_load_shop_orders_records.land @file_id = 1, @revision = 2;
EXEC test_silver_load_shop_orders_records.land @file_id = 1, @line_number = 9, @order_total = N'11';
EXEC test_silver_load_shop_orders_records.land @file_id = 2, @revision = 1, @line_number = 99, @order_total = N'12';
EXEC test_silver_load_shop_orders_records.load_records;
EXEC test_silver_load_shop_orders_records.assert_standings
    @expected = N'1/2 duplicate_by_key, 1/9 best, 2/99 duplicate_by_key';
GO
CREATE PROCEDURE test_silver_load_shop_orders_records.[test records of the same values are exact duplicates however they are written]
AS
EXEC test_silver_load_shop_orders_records.land @order_id = N'o-1', @order_total = N'$10,00', @ship_country = N'N/A';
EXEC test_silver_load_shop_orders_records.land @line_number = 3, @status = N'PAID';
EXEC test_silver_load_shop_orders_records.load_records;
EXEC test_silver_load_shop_orders_records.assert_standings @expected = N'1/2 duplicate_exact, 1/3 best';
GO
CREATE PROCEDURE test_silver_load_shop_orders_records.[test an exact duplicate need not repeat the best record]
AS
EXEC test_silver_load_shop_orders_records.land @line_number = 2, @order_total = N'11';
EXEC test_silver_load_shop_orders_records.land @line_number = 3, @order_total = N'11';
EXEC test_silver_load_shop_orders_records.land @line_number = 4, @order_total = N'12';
EXEC test_silver_load_shop_orders_records.land @line_number = 5, @updated_at = N'2025-03-07 11:00:00';
EXEC test_silver_load_shop_orders_records.land @line_number = 6, @updated_at = N'2025-03-07 11:00:00';
EXEC test_silver_load_shop_orders_records.load_records;
EXEC test_silver_load_shop_orders_records.assert_standings
    @expected = N'1/2 duplicate_exact, 1/3 duplicate_by_key, 1/4 best, 1/5 duplicate_exact, 1/6 superseded';
GO
CREATE PROCEDURE test_silver_load_shop_orders_records.[test the order of delivery does not matter]
AS
EXEC test_silver_load_shop_orders_records.land @file_id = 1, @business_date = '20250309', @updated_at = N'2025-03-07 15:00:00';
EXEC test_silver_load_shop_orders_records.load_records;
EXEC test_silver_load_shop_orders_records.land @file_id = 2, @business_date = '20250308', @updated_at = N'2025-03-07 15:00:00';
EXEC test_silver_load_shop_orders_records.load_records;
EXEC test_silver_load_shop_orders_records.land @file_id = 3, @business_date = '20250310', @updated_at = N'2025-03-07 11:00:00';
EXEC test_silver_load_shop_orders_records.load_records;
EXEC test_silver_load_shop_orders_records.assert_standings @expected = N'1/2 best, 2/2 duplicate_exact, 3/2 superseded';
GO
CREATE PROCEDURE test_silver_load_shop_orders_records.[test a later load changes the records of its keys and no others]
AS
DECLARE @counts nvarchar(100);
EXEC test_silver_load_shop_orders_records.land;
EXEC test_silver_load_shop_orders_records.land @line_number = 3, @order_id = N'O-2';
EXEC test_silver_load_shop_orders_records.load_records;
UPDATE silver.shop_orders_records SET records_batch_id = 0, judged_rule_name = N'no_rate', judged_problem = N'x';
EXEC test_silver_load_shop_orders_records.land @file_id = 2, @updated_at = N'2025-03-08 12:00:00';
EXEC test_silver_load_shop_orders_records.load_records @counts = @counts OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = N'1 1 0', @Actual = @counts;

SELECT
    records.file_id,
    records.line_number,
    records.standing,
    records.judged_rule_name,
    records.judged_problem,
    IIF(records.records_batch_id = 0, 0, 1) AS is_written
INTO #actual
FROM silver.shop_orders_records AS records;

SELECT TOP (0) * INTO #expected FROM #actual;
INSERT INTO #expected
VALUES
    (1, 2, N'superseded', NULL, NULL, 1),
    (1, 3, N'best', N'no_rate', N'x', 0),
    (2, 2, N'best', NULL, NULL, 1);
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_silver_load_shop_orders_records.[test a misfit goes to quarantine and never is best]
AS
DECLARE @counts nvarchar(100);
EXEC test_silver_load_shop_orders_records.land;
EXEC test_silver_load_shop_orders_records.land @line_number = 3, @order_total = N'abc', @updated_at = N'2025-03-09';
EXEC test_silver_load_shop_orders_records.land @line_number = 4, @order_id = N'';
EXEC test_silver_load_shop_orders_records.load_records @counts = @counts OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = N'3 3 2', @Actual = @counts;
EXEC test_silver_load_shop_orders_records.assert_standings @expected = N'1/2 best, 1/3 misfit, 1/4 misfit';

SELECT
    quarantine.run_id,
    quarantine.file_id,
    quarantine.file_path,
    quarantine.table_name,
    quarantine.line_number,
    quarantine.rule_name,
    quarantine.reason,
    quarantine.raw_text,
    quarantine.status
INTO #actual
FROM ops.quarantine AS quarantine;

SELECT TOP (0) * INTO #expected FROM #actual;
INSERT INTO #expected
VALUES
    (
        3, 1, N'f1.csv', N'silver.shop_orders_records', 3, N'not_a_number:order_total', N'order_total is not a number: abc',
        N'O-1,C-1,2025-03-07 10:00:00,paid,USD,web,,,,1,abc,2025-03-09', N'open'
    ),
    (
        3, 1, N'f1.csv', N'silver.shop_orders_records', 4, N'not_null:order_id', N'order_id is missing',
        N',C-1,2025-03-07 10:00:00,paid,USD,web,,,,1,10,2025-03-07 12:00:00', N'open'
    );
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_silver_load_shop_orders_records.[test a file that is superseded counts no more and the next best steps in]
AS
DECLARE @counts nvarchar(100);
EXEC test_silver_load_shop_orders_records.land @file_id = 1;
EXEC test_silver_load_shop_orders_records.land @file_id = 2, @business_date = '20250308', @updated_at = N'2025-03-08 12:00:00';
EXEC test_silver_load_shop_orders_records.land @file_id = 2, @line_number = 3, @status = N'shiped';
EXEC test_silver_load_shop_orders_records.load_records;
EXEC test_silver_load_shop_orders_records.assert_standings @expected = N'1/2 superseded, 2/2 best, 2/3 misfit';

EXEC test_silver_load_shop_orders_records.supersede @file_id = 2, @by = 3;
EXEC test_silver_load_shop_orders_records.load_records @counts = @counts OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = N'0 2 0', @Actual = @counts;
EXEC test_silver_load_shop_orders_records.assert_standings
    @expected = N'1/2 best, 2/2 superseded_by_file, 2/3 superseded_by_file';
EXEC test_silver_load_shop_orders_records.assert_quarantine @expected = N'2/3 unknown_value:status released';
GO
CREATE PROCEDURE test_silver_load_shop_orders_records.[test a file that was superseded before it is taken in never counts]
AS
DECLARE @counts nvarchar(100);
EXEC test_silver_load_shop_orders_records.land @superseded_by = 2;
EXEC test_silver_load_shop_orders_records.land @line_number = 3, @status = N'shiped';
EXEC test_silver_load_shop_orders_records.load_records @counts = @counts OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = N'2 2 0', @Actual = @counts;
EXEC test_silver_load_shop_orders_records.assert_standings @expected = N'1/2 superseded_by_file, 1/3 superseded_by_file';
EXEC tSQLt.AssertEmptyTable @TableName = N'ops.quarantine';
GO
CREATE PROCEDURE test_silver_load_shop_orders_records.[test a file that counts again is as if it had always counted]
AS
EXEC test_silver_load_shop_orders_records.land;
EXEC test_silver_load_shop_orders_records.land @line_number = 3, @status = N'shiped';
EXEC test_silver_load_shop_orders_records.land @file_id = 2, @updated_at = N'2025-03-07 11:00:00';
EXEC test_silver_load_shop_orders_records.load_records;
EXEC test_silver_load_shop_orders_records.supersede @file_id = 1, @by = 3;
EXEC test_silver_load_shop_orders_records.load_records;
EXEC test_silver_load_shop_orders_records.supersede @file_id = 1, @by = NULL;
EXEC test_silver_load_shop_orders_records.load_records;
EXEC test_silver_load_shop_orders_records.assert_standings @expected = N'1/2 best, 1/3 misfit, 2/2 superseded';
EXEC test_silver_load_shop_orders_records.assert_quarantine
    @expected = N'1/3 unknown_value:status released, 1/3 unknown_value:status open';
GO
CREATE PROCEDURE test_silver_load_shop_orders_records.[test a file that ceased and began to count between two loads stays as it was]
AS
DECLARE @counts nvarchar(100);
EXEC test_silver_load_shop_orders_records.land;
EXEC test_silver_load_shop_orders_records.load_records;
EXEC test_silver_load_shop_orders_records.supersede @file_id = 1, @by = 3;
EXEC test_silver_load_shop_orders_records.supersede @file_id = 1, @by = NULL;
EXEC test_silver_load_shop_orders_records.load_records @counts = @counts OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = N'0 0 0', @Actual = @counts;
EXEC test_silver_load_shop_orders_records.assert_standings @expected = N'1/2 best';
GO
CREATE PROCEDURE test_silver_load_shop_orders_records.[test a replayed record whose rule was changed is taken in]
AS
DECLARE @counts nvarchar(100);
EXEC test_silver_load_shop_orders_records.land;
EXEC test_silver_load_shop_orders_records.land @line_number = 3, @status = N'shiped', @updated_at = N'2025-03-08';
EXEC test_silver_load_shop_orders_records.load_records;

INSERT INTO ops.spellings (domain, spelling, standard_value) VALUES (N'order_status', N'shiped', N'shipped');
EXEC ops.replay_quarantine @quarantine_id = 1;
EXEC test_silver_load_shop_orders_records.load_records @counts = @counts OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = N'0 1 0', @Actual = @counts;
EXEC test_silver_load_shop_orders_records.assert_standings @expected = N'1/2 superseded, 1/3 best';
EXEC test_silver_load_shop_orders_records.assert_quarantine @expected = N'1/3 unknown_value:status replayed';
GO
CREATE PROCEDURE test_silver_load_shop_orders_records.[test a replayed record that still breaks its rule is open again]
AS
EXEC test_silver_load_shop_orders_records.land @status = N'shiped';
EXEC test_silver_load_shop_orders_records.load_records;
EXEC ops.replay_quarantine @quarantine_id = 1;
EXEC test_silver_load_shop_orders_records.load_records;
EXEC test_silver_load_shop_orders_records.assert_standings @expected = N'1/2 misfit';
EXEC test_silver_load_shop_orders_records.assert_quarantine @expected = N'1/2 unknown_value:status open';
GO
CREATE PROCEDURE test_silver_load_shop_orders_records.[test a replayed record that now breaks another rule ends one entry and opens one]
AS
EXEC test_silver_load_shop_orders_records.land @status = N'shiped', @order_total = N'abc';
EXEC test_silver_load_shop_orders_records.load_records;
INSERT INTO ops.spellings (domain, spelling, standard_value) VALUES (N'order_status', N'shiped', N'shipped');
EXEC ops.replay_quarantine @quarantine_id = 1;
EXEC test_silver_load_shop_orders_records.load_records;
EXEC test_silver_load_shop_orders_records.assert_quarantine
    @expected = N'1/2 unknown_value:status replayed, 1/2 not_a_number:order_total open';
GO
CREATE PROCEDURE test_silver_load_shop_orders_records.[test a second run takes nothing in again]
AS
DECLARE @counts nvarchar(100);
EXEC test_silver_load_shop_orders_records.land;
EXEC test_silver_load_shop_orders_records.land @line_number = 3, @status = N'shiped';
EXEC test_silver_load_shop_orders_records.load_records;
EXEC test_silver_load_shop_orders_records.load_records @counts = @counts OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = N'0 0 0', @Actual = @counts;
EXEC test_silver_load_shop_orders_records.assert_quarantine @expected = N'1/3 unknown_value:status open';
GO
CREATE PROCEDURE test_silver_load_shop_orders_records.[test what was taken in and written is recorded]
AS
EXEC test_silver_load_shop_orders_records.land;
EXEC test_silver_load_shop_orders_records.load_records;
SELECT consumers.consumer, taken.table_name AS taken_in, written.table_name, written.rows_written, records.line_number
INTO #actual
FROM ops.batch_consumers AS consumers
INNER JOIN ops.batches AS taken ON taken.batch_id = consumers.batch_id
CROSS JOIN silver.shop_orders_records AS records
INNER JOIN ops.batches AS written ON written.batch_id = records.records_batch_id;

SELECT TOP (0) * INTO #expected FROM #actual;
INSERT INTO #expected
VALUES (N'silver.shop_orders_records', N'bronze.shop_orders', N'silver.shop_orders_records', 1, 2);
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_silver_load_shop_orders_records.[test a lock that cannot be had reaches the caller]
AS
EXEC tSQLt.SpyProcedure
    @ProcedureName = N'ops.lock_target',
    @CommandToExecute = N'THROW 51002, N''ops.lock_target: held'', 1;';
EXEC tSQLt.ExpectException @ExpectedErrorNumber = 51002;
EXEC silver.load_shop_orders_records @run_id = 3;
GO
--[@tSQLt:NoTransaction](DEFAULT)
CREATE PROCEDURE test_silver_load_shop_orders_records.[test a failure at the end leaves everything as it was]
AS
DECLARE @number int = 0;
EXEC test_silver_load_shop_orders_records.land @status = N'shiped';
EXEC tSQLt.SpyProcedure
    @ProcedureName = N'ops.finish_batch',
    @CommandToExecute = N'THROW 51999, N''no luck today'', 1;';

BEGIN TRY
    EXEC silver.load_shop_orders_records @run_id = 3;
END TRY
BEGIN CATCH
    SET @number = ERROR_NUMBER();
END CATCH;

EXEC tSQLt.AssertEquals @Expected = 51999, @Actual = @number;
EXEC tSQLt.AssertEquals @Expected = 0, @Actual = @@TRANCOUNT;
EXEC tSQLt.AssertEmptyTable @TableName = N'silver.shop_orders_records';
EXEC tSQLt.AssertEmptyTable @TableName = N'ops.quarantine';
EXEC tSQLt.AssertEmptyTable @TableName = N'ops.batch_consumers';
GO
--[@tSQLt:NoTransaction](DEFAULT)
CREATE PROCEDURE test_silver_load_shop_orders_records.[test what succeeds outside a transaction is committed]
AS
EXEC test_silver_load_shop_orders_records.land;
EXEC silver.load_shop_orders_records @run_id = 3;
EXEC test_silver_load_shop_orders_records.assert_standings @expected = N'1/2 best';
EXEC tSQLt.AssertEquals @Expected = 0, @Actual = @@TRANCOUNT;
GO
