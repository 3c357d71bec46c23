-- ops.replay_quarantine: a record that was kept out goes on its way again, once.
EXEC tSQLt.NewTestClass @ClassName = N'test_ops_replay_quarantine';
GO
CREATE PROCEDURE test_ops_replay_quarantine.SetUp
AS
EXEC tSQLt.FakeTable @TableName = N'ops.files';
EXEC tSQLt.FakeTable @TableName = N'ops.batches', @Defaults = 1;
EXEC tSQLt.FakeTable @TableName = N'ops.quarantine', @Identity = 1, @Defaults = 1;
INSERT INTO ops.files (file_id, source_system, entity, path, run_id) VALUES (5, N'shop', N'orders', N'a.csv', 9);
INSERT INTO ops.quarantine (run_id, file_id, file_path, table_name, line_number, rule_name, reason, raw_text)
VALUES
    (9, 5, N'a.csv', N'silver.orders', 2, N'no_rate', N'bad', N'raw'),
    (9, 5, N'a.csv', N'bronze.shop_orders', 3, N'stray_quote', N'bad', N'raw');
GO
-- The quarantine as one text: "number status note path decided, …".
CREATE PROCEDURE test_ops_replay_quarantine.assert_quarantine
    @expected nvarchar(4000)
AS
DECLARE @actual nvarchar(4000) = (
    SELECT STRING_AGG(
        CONCAT_WS(
            N' ', quarantine.quarantine_id, quarantine.status, quarantine.note, quarantine.corrected_path,
            IIF(quarantine.decided_by = SUSER_SNAME() AND quarantine.decided_at IS NOT NULL, N'decided', NULL)
        ), N', '
    ) WITHIN GROUP (ORDER BY quarantine.quarantine_id)
    FROM ops.quarantine AS quarantine
);
EXEC tSQLt.AssertEqualsString @Expected = @expected, @Actual = @actual;
GO
CREATE PROCEDURE test_ops_replay_quarantine.[test an open record is looked at again by the next load of its file]
AS
EXEC ops.replay_quarantine @quarantine_id = 1, @note = N'rates came';
EXEC test_ops_replay_quarantine.assert_quarantine @expected = N'1 replaying rates came decided, 2 open';
SELECT batches.table_name, batches.file_id, batches.run_id, batches.rows_written INTO #actual FROM ops.batches AS batches;
SELECT TOP (0) * INTO #expected FROM #actual;
INSERT INTO #expected VALUES (N'bronze.shop_orders', 5, 9, 0);
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_ops_replay_quarantine.[test a record that was delivered again is corrected and no load is asked]
AS
EXEC ops.replay_quarantine @quarantine_id = 1, @corrected_path = N'b.csv';
EXEC ops.replay_quarantine @quarantine_id = 2, @corrected_path = N'b.csv', @note = N'quoted';
EXEC test_ops_replay_quarantine.assert_quarantine
    @expected = N'1 corrected b.csv decided, 2 corrected quoted b.csv decided';
EXEC tSQLt.AssertEmptyTable @TableName = N'ops.batches';
GO
CREATE PROCEDURE test_ops_replay_quarantine.[test a record is replayed once]
AS
EXEC ops.replay_quarantine @quarantine_id = 1;
EXEC tSQLt.ExpectException @ExpectedErrorNumber = 51020, @ExpectedMessagePattern = N'ops.replay_quarantine: 1 is not open%';
EXEC ops.replay_quarantine @quarantine_id = 1;
GO
CREATE PROCEDURE test_ops_replay_quarantine.[test an entry that does not exist is not open]
AS
EXEC tSQLt.ExpectException @ExpectedErrorNumber = 51020, @ExpectedMessagePattern = N'ops.replay_quarantine: 99 is not open%';
EXEC ops.replay_quarantine @quarantine_id = 99;
GO
CREATE PROCEDURE test_ops_replay_quarantine.[test a record that never reached bronze must be corrected]
AS
EXEC tSQLt.ExpectException @ExpectedErrorNumber = 51020, @ExpectedMessagePattern = N'% must be corrected%';
EXEC ops.replay_quarantine @quarantine_id = 2;
GO
--[@tSQLt:NoTransaction](DEFAULT)
CREATE PROCEDURE test_ops_replay_quarantine.[test a failure leaves the entry open, and what succeeds outside a transaction is committed]
AS
DECLARE @number int = 0;
ALTER TABLE ops.batches ADD CONSTRAINT CK_no_batch CHECK (rows_written > 0);
BEGIN TRY
    EXEC ops.replay_quarantine @quarantine_id = 1;
END TRY
BEGIN CATCH
    SET @number = ERROR_NUMBER();
END CATCH;

EXEC tSQLt.AssertEquals @Expected = 547, @Actual = @number;
EXEC tSQLt.AssertEquals @Expected = 0, @Actual = @@TRANCOUNT;
EXEC test_ops_replay_quarantine.assert_quarantine @expected = N'1 open, 2 open';

ALTER TABLE ops.batches DROP CONSTRAINT CK_no_batch;
EXEC ops.replay_quarantine @quarantine_id = 1;
EXEC tSQLt.AssertEquals @Expected = 0, @Actual = @@TRANCOUNT;
EXEC test_ops_replay_quarantine.assert_quarantine @expected = N'1 replaying decided, 2 open';
GO
