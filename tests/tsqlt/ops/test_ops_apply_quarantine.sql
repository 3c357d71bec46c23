-- ops.apply_quarantine: what a rule keeps out of a table is opened, what none keeps out any more is released.
EXEC tSQLt.NewTestClass @ClassName = N'test_ops_apply_quarantine';
GO
CREATE PROCEDURE test_ops_apply_quarantine.SetUp
AS
EXEC tSQLt.FakeTable @TableName = N'ops.files';
EXEC tSQLt.FakeTable @TableName = N'ops.quarantine', @Identity = 1, @Defaults = 1;
INSERT INTO ops.files (file_id, path) VALUES (1, N'a.csv');
GO
-- A load of silver.orders found @misfits, [{"line": 2, "rule": "no_rate"}], and good ones, [2, 3], in file 1.
CREATE PROCEDURE test_ops_apply_quarantine.apply_quarantine
    @misfits nvarchar(max) = N'[]',
    @released nvarchar(max) = N'[]'
AS
CREATE TABLE #misfits (
    file_id bigint NOT NULL,
    line_number bigint NOT NULL,
    rule_name nvarchar(100) NOT NULL,
    problem nvarchar(2048) NOT NULL,
    raw_text nvarchar(max) NOT NULL
);
CREATE TABLE #released (file_id bigint NOT NULL, line_number bigint NOT NULL);
INSERT INTO #misfits (file_id, line_number, rule_name, problem, raw_text)
SELECT 1, misfits.line_number, misfits.rule_name, N'bad', N'raw'
FROM OPENJSON(@misfits) WITH (line_number bigint '$.line', rule_name nvarchar(100) '$.rule') AS misfits;

INSERT INTO #released (file_id, line_number)
SELECT 1, CONVERT(bigint, released.[value])
FROM OPENJSON(@released) AS released;

EXEC ops.apply_quarantine @run_id = 3, @table_name = N'silver.orders';
GO
-- The quarantine as one text: "line rule status, …".
CREATE PROCEDURE test_ops_apply_quarantine.assert_quarantine
    @expected nvarchar(4000)
AS
DECLARE @actual nvarchar(4000) = (
    SELECT STRING_AGG(CONCAT(quarantine.line_number, N' ', quarantine.rule_name, N' ', quarantine.status), N', ')
        WITHIN GROUP (ORDER BY quarantine.line_number, quarantine.quarantine_id)
    FROM ops.quarantine AS quarantine
);
EXEC tSQLt.AssertEqualsString @Expected = @expected, @Actual = @actual;
GO
CREATE PROCEDURE test_ops_apply_quarantine.[test a misfit is opened with all that is known of it]
AS
EXEC test_ops_apply_quarantine.apply_quarantine @misfits = N'[{"line": 2, "rule": "no_rate"}]';
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
INSERT INTO #expected VALUES (3, 1, N'a.csv', N'silver.orders', 2, N'no_rate', N'bad', N'raw', N'open');
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_ops_apply_quarantine.[test a misfit that is still one stays open under its number]
AS
EXEC test_ops_apply_quarantine.apply_quarantine @misfits = N'[{"line": 2, "rule": "no_rate"}]';
EXEC test_ops_apply_quarantine.apply_quarantine @misfits = N'[{"line": 2, "rule": "no_rate"}]';
EXEC test_ops_apply_quarantine.apply_quarantine;
EXEC test_ops_apply_quarantine.assert_quarantine @expected = N'2 no_rate open';
GO
CREATE PROCEDURE test_ops_apply_quarantine.[test a misfit that is none any more is released, others stay]
AS
EXEC test_ops_apply_quarantine.apply_quarantine @misfits = N'[{"line": 2, "rule": "no_rate"}, {"line": 3, "rule": "no_rate"}]';
EXEC test_ops_apply_quarantine.apply_quarantine @released = N'[2, 4]';
EXEC test_ops_apply_quarantine.assert_quarantine @expected = N'2 no_rate released, 3 no_rate open';
DECLARE @decided int = (SELECT COUNT(*) FROM ops.quarantine AS quarantine WHERE quarantine.decided_at IS NOT NULL);
EXEC tSQLt.AssertEquals @Expected = 1, @Actual = @decided;
GO
CREATE PROCEDURE test_ops_apply_quarantine.[test a released record that is a misfit again has a new entry]
AS
EXEC test_ops_apply_quarantine.apply_quarantine @misfits = N'[{"line": 2, "rule": "no_rate"}]';
EXEC test_ops_apply_quarantine.apply_quarantine @released = N'[2]';
EXEC test_ops_apply_quarantine.apply_quarantine @misfits = N'[{"line": 2, "rule": "no_rate"}]';
EXEC test_ops_apply_quarantine.assert_quarantine @expected = N'2 no_rate released, 2 no_rate open';
GO
CREATE PROCEDURE test_ops_apply_quarantine.[test another rule ends the old entry and opens one]
AS
EXEC test_ops_apply_quarantine.apply_quarantine @misfits = N'[{"line": 2, "rule": "no_rate"}]';
EXEC test_ops_apply_quarantine.apply_quarantine @misfits = N'[{"line": 2, "rule": "order_total_mismatch"}]';
EXEC test_ops_apply_quarantine.assert_quarantine @expected = N'2 no_rate released, 2 order_total_mismatch open';
GO
CREATE PROCEDURE test_ops_apply_quarantine.[test what somebody asked to look at again is replayed, or open again]
AS
EXEC test_ops_apply_quarantine.apply_quarantine @misfits = N'[{"line": 2, "rule": "a"}, {"line": 3, "rule": "a"}, {"line": 4, "rule": "a"}]';
UPDATE ops.quarantine SET status = N'replaying';
EXEC test_ops_apply_quarantine.apply_quarantine
    @misfits = N'[{"line": 3, "rule": "a"}, {"line": 4, "rule": "b"}]',
    @released = N'[2]';
EXEC test_ops_apply_quarantine.assert_quarantine @expected = N'2 a replayed, 3 a open, 4 a replayed, 4 b open';
GO
CREATE PROCEDURE test_ops_apply_quarantine.[test what was discarded or corrected stays so while its rule applies]
AS
EXEC test_ops_apply_quarantine.apply_quarantine @misfits = N'[{"line": 2, "rule": "a"}, {"line": 3, "rule": "a"}]';
UPDATE ops.quarantine SET status = IIF(line_number = 2, N'discarded', N'corrected');
EXEC test_ops_apply_quarantine.apply_quarantine @misfits = N'[{"line": 2, "rule": "a"}, {"line": 3, "rule": "a"}]';
EXEC test_ops_apply_quarantine.assert_quarantine @expected = N'2 a discarded, 3 a corrected';

EXEC test_ops_apply_quarantine.apply_quarantine @released = N'[2, 3]';
EXEC test_ops_apply_quarantine.assert_quarantine @expected = N'2 a released, 3 a released';
GO
CREATE PROCEDURE test_ops_apply_quarantine.[test entries of other tables are left alone]
AS
INSERT INTO ops.quarantine (run_id, file_id, file_path, table_name, line_number, rule_name, reason, raw_text)
VALUES (1, 1, N'a.csv', N'silver.payments', 2, N'a', N'bad', N'raw');
EXEC test_ops_apply_quarantine.apply_quarantine @released = N'[2]';
EXEC test_ops_apply_quarantine.apply_quarantine @misfits = N'[{"line": 2, "rule": "a"}]';
EXEC test_ops_apply_quarantine.assert_quarantine @expected = N'2 a open, 2 a open';
GO
