-- ops.discard_quarantine: a record that was kept out is given up for good.
EXEC tSQLt.NewTestClass @ClassName = N'test_ops_discard_quarantine';
GO
CREATE PROCEDURE test_ops_discard_quarantine.SetUp
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
CREATE PROCEDURE test_ops_discard_quarantine.assert_quarantine
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
CREATE PROCEDURE test_ops_discard_quarantine.[test an open record is discarded with who, when and why]
AS
EXEC ops.discard_quarantine @quarantine_id = 2, @note = N'a test order';
EXEC test_ops_discard_quarantine.assert_quarantine @expected = N'1 open, 2 discarded a test order decided';
EXEC tSQLt.AssertEmptyTable @TableName = N'ops.batches';
GO
CREATE PROCEDURE test_ops_discard_quarantine.[test a record is discarded once]
AS
EXEC ops.discard_quarantine @quarantine_id = 1;
EXEC tSQLt.ExpectException
    @ExpectedErrorNumber = 51021,
    @ExpectedMessage = N'ops.discard_quarantine: 1 is not open; look at it in ops.quarantine.';
EXEC ops.discard_quarantine @quarantine_id = 1;
GO
CREATE PROCEDURE test_ops_discard_quarantine.[test an entry that does not exist is not open]
AS
EXEC tSQLt.ExpectException @ExpectedErrorNumber = 51021;
EXEC ops.discard_quarantine @quarantine_id = 99;
GO
