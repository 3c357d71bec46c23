-- ops.file_accounts: where each record of a file went, and whether all are accounted for.
EXEC tSQLt.NewTestClass @ClassName = N'test_ops_file_accounts';
GO
-- File 5 has 10 records: 1 blank, 2 refused, 7 in bronze: 1 current, 1 superseded, 1 duplicate of each kind, 1 of a
-- file that was superseded, 1 misfit and 1 that other tables speak against.
CREATE PROCEDURE test_ops_file_accounts.SetUp
AS
EXEC tSQLt.FakeTable @TableName = N'ops.files', @Defaults = 1;
EXEC tSQLt.FakeTable @TableName = N'ops.quarantine', @Identity = 1, @Defaults = 1;
EXEC tSQLt.FakeTable @TableName = N'bronze.shop_orders';
EXEC tSQLt.FakeTable @TableName = N'silver.orders', @Defaults = 1;
EXEC tSQLt.FakeTable @TableName = N'silver.shop_orders_records';
EXEC tSQLt.FakeTable @TableName = N'ops.removed_records';
INSERT INTO ops.files (file_id, source_system, entity, path, sha256, status, record_count, blank_lines)
VALUES (5, N'shop', N'orders', N'a.csv', 'aa', N'loaded', 10, 1);
INSERT INTO bronze.shop_orders (file_id, line_number) VALUES (5, 1), (5, 2), (5, 3), (5, 4), (5, 5), (5, 6), (5, 7);
INSERT INTO silver.orders (source_system, order_id, file_id, line_number) VALUES (N'shop', N'O-1', 5, 1);
INSERT INTO silver.shop_orders_records (file_id, line_number, standing, judged_rule_name)
VALUES
    (5, 1, N'best', NULL),
    (5, 2, N'superseded', NULL),
    (5, 3, N'duplicate_exact', NULL),
    (5, 4, N'duplicate_by_key', NULL),
    (5, 5, N'superseded_by_file', NULL),
    (5, 6, N'misfit', NULL),
    (5, 7, N'best', N'no_rate');
INSERT INTO ops.quarantine (run_id, file_id, file_path, table_name, line_number, rule_name, reason, raw_text)
VALUES
    (1, 5, N'a.csv', N'bronze.shop_orders', 8, N'stray_quote', N'bad', N'raw'),
    (1, 5, N'a.csv', N'bronze.shop_orders', 9, N'bad_encoding', N'bad', N'raw'),
    (1, 5, N'a.csv', N'silver.shop_orders_records', 6, N'not_a_date:ordered_at', N'bad', N'raw'),
    (1, 5, N'a.csv', N'silver.orders', 7, N'no_rate', N'bad', N'raw');
GO
-- All accounts as one text: "path status accounted records = blank + refused + bronze = …, …".
CREATE PROCEDURE test_ops_file_accounts.assert_accounts
    @expected nvarchar(4000)
AS
DECLARE @actual nvarchar(4000) = (
    SELECT STRING_AGG(
        CONCAT(
            accounts.path COLLATE DATABASE_DEFAULT, N' ', accounts.status, N' ', accounts.is_accounted_for, N' ',
            accounts.records, N'=', accounts.blank, N'+', accounts.refused, N'+', accounts.bronze, N'=',
            accounts.current_rows, N'+', accounts.superseded, N'+',
            accounts.superseded_by_file, N'+', accounts.duplicates_exact, N'+', accounts.duplicates_by_key, N'+',
            accounts.quarantined
        ), N', '
    ) WITHIN GROUP (ORDER BY accounts.file_id)
    FROM ops.file_accounts AS accounts
);
EXEC tSQLt.AssertEqualsString @Expected = @expected, @Actual = @actual;
GO
CREATE PROCEDURE test_ops_file_accounts.[test every record of a loaded file is somewhere]
AS
EXEC test_ops_file_accounts.assert_accounts @expected = N'a.csv loaded 1 10=1+2+7=1+1+1+1+1+2';
GO
CREATE PROCEDURE test_ops_file_accounts.[test a record that did not reach bronze is missed]
AS
DELETE FROM bronze.shop_orders WHERE line_number = 2;
EXEC test_ops_file_accounts.assert_accounts @expected = N'a.csv loaded 0 10=1+2+6=1+1+1+1+1+2';
GO
CREATE PROCEDURE test_ops_file_accounts.[test a record that is best and no row is missed]
AS
DELETE FROM silver.orders;
EXEC test_ops_file_accounts.assert_accounts @expected = N'a.csv loaded 0 10=1+2+7=0+1+1+1+1+2';
GO
CREATE PROCEDURE test_ops_file_accounts.[test a misfit that is not in quarantine is missed]
AS
DELETE FROM ops.quarantine WHERE line_number = 6;
EXEC test_ops_file_accounts.assert_accounts @expected = N'a.csv loaded 0 10=1+2+7=1+1+1+1+1+1';
GO
CREATE PROCEDURE test_ops_file_accounts.[test a record whose standing is not decided is missed]
AS
UPDATE silver.shop_orders_records SET standing = N'new' WHERE line_number = 2;
EXEC test_ops_file_accounts.assert_accounts @expected = N'a.csv loaded 0 10=1+2+7=1+0+1+1+1+2';
GO
CREATE PROCEDURE test_ops_file_accounts.[test what was given up is still quarantined, what was released or replayed is not]
AS
UPDATE ops.quarantine SET status = N'discarded' WHERE line_number = 6;
UPDATE ops.quarantine SET status = N'replaying' WHERE line_number = 7;
EXEC test_ops_file_accounts.assert_accounts @expected = N'a.csv loaded 1 10=1+2+7=1+1+1+1+1+2';

UPDATE ops.quarantine SET status = N'replayed' WHERE line_number = 6;
UPDATE ops.quarantine SET status = N'released' WHERE line_number = 7;
UPDATE silver.shop_orders_records SET standing = N'superseded' WHERE line_number = 6;
UPDATE silver.shop_orders_records SET judged_rule_name = NULL WHERE line_number = 7;
INSERT INTO silver.orders (source_system, order_id, file_id, line_number) VALUES (N'shop', N'O-7', 5, 7);
EXEC test_ops_file_accounts.assert_accounts @expected = N'a.csv loaded 1 10=1+2+7=2+2+1+1+1+0';
GO
CREATE PROCEDURE test_ops_file_accounts.[test a refused file, a duplicate and one that waits]
AS
DELETE FROM ops.files;
INSERT INTO ops.files (file_id, source_system, entity, path, sha256, status, record_count, blank_count)
VALUES
    (11, N'shop', N'orders', N'b.csv', 'bb', N'refused', 10, 3),
    (12, N'shop', N'orders', N'c.csv', 'cc', N'duplicate', 10, 3),
    (13, N'shop', N'orders', N'd.csv', 'dd', N'registered', 10, 3),
    (14, N'shop', N'orders', N'e.csv', 'ee', N'refused', 0, 0);
EXEC test_ops_file_accounts.assert_accounts
    @expected = N'b.csv refused 1 10=3+7+0=0+0+0+0+0+0, c.csv duplicate 1 0=0+0+0=0+0+0+0+0+0, e.csv refused 1 0=0+0+0=0+0+0+0+0+0';
GO
CREATE PROCEDURE test_ops_file_accounts.[test records that retention removed are counted as such]
AS
DELETE FROM bronze.shop_orders;
DELETE FROM silver.shop_orders_records WHERE line_number IN (2, 3);
INSERT INTO ops.removed_records (file_id, table_name, standing, record_count)
VALUES
    (5, N'silver.shop_orders_records', N'superseded', 1),
    (5, N'silver.shop_orders_records', N'duplicate_exact', 1);
EXEC test_ops_file_accounts.assert_accounts @expected = N'a.csv loaded 0 10=1+2+0=1+1+1+1+1+2';

UPDATE ops.files SET bronze_removed_at = '20260101', rows_written = 7;
EXEC test_ops_file_accounts.assert_accounts @expected = N'a.csv loaded 1 10=1+2+0=1+1+1+1+1+2';
DECLARE @removed bigint = (SELECT accounts.removed FROM ops.file_accounts AS accounts);
EXEC tSQLt.AssertEquals @Expected = 7, @Actual = @removed;
GO
CREATE PROCEDURE test_ops_file_accounts.[test of rows removed without records of silver the rest is superseded]
AS
UPDATE ops.files SET bronze_removed_at = '20260101', rows_written = 7;
DELETE FROM bronze.shop_orders;
DELETE FROM silver.shop_orders_records;
EXEC test_ops_file_accounts.assert_accounts @expected = N'a.csv loaded 1 10=1+2+0=1+4+0+0+0+2';
GO
