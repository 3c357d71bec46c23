-- ops.accept_quality: a person takes a failed result as it is.
EXEC tSQLt.NewTestClass @ClassName = N'test_ops_accept_quality';
GO
CREATE PROCEDURE test_ops_accept_quality.SetUp
AS
EXEC tSQLt.FakeTable @TableName = N'ops.quality_results';
INSERT INTO ops.quality_results (result_id, status) VALUES (1, N'failed'), (2, N'warned'), (3, N'failed');
UPDATE ops.quality_results SET accepted_at = '20250101' WHERE result_id = 3;
GO
CREATE PROCEDURE test_ops_accept_quality.[test a failed result learns who, when and why]
AS
EXEC ops.accept_quality @result_id = 1, @note = N'a festival';

SELECT
    results.result_id,
    results.note,
    IIF(results.accepted_by = SUSER_SNAME(), 1, 0) AS is_by_me
INTO #actual
FROM ops.quality_results AS results
WHERE results.accepted_at > '20250102';

SELECT TOP (0) * INTO #expected FROM #actual;
INSERT INTO #expected VALUES (1, N'a festival', 1);
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_ops_accept_quality.[test a result that has not failed cannot be accepted]
AS
EXEC tSQLt.ExpectException @ExpectedErrorNumber = 51043;
EXEC ops.accept_quality @result_id = 2, @note = N'why not';
GO
CREATE PROCEDURE test_ops_accept_quality.[test a result is accepted once]
AS
EXEC tSQLt.ExpectException @ExpectedErrorNumber = 51043;
EXEC ops.accept_quality @result_id = 3, @note = N'again';
GO
