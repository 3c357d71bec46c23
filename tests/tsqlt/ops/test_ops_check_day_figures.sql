-- ops.check_day_figures: how far a day is from what is usual, by level, weekday and growth.
EXEC tSQLt.NewTestClass @ClassName = N'test_ops_check_day_figures';
GO
CREATE PROCEDURE test_ops_check_day_figures.SetUp
AS
EXEC tSQLt.FakeTable @TableName = N'ops.quality_metrics';
GO
-- @days before Friday 2025-04-25, each @usual, one more or less by turns, a factor on Sundays, and @growth a day.
CREATE PROCEDURE test_ops_check_day_figures.given_days
    @usual float,
    @days int = 42,
    @jitter float = 1,
    @on_sundays float = 1,
    @growth float = 0,
    @row_count bigint = 100
AS
WITH numbers AS (
    SELECT TOP (@days) ROW_NUMBER() OVER (ORDER BY objects.object_id) AS number
    FROM sys.all_objects AS objects
)

INSERT INTO ops.quality_metrics (rule_name, observed_on, category, observed, row_count)
SELECT
    N'shop_orders.a_figure',
    DATEADD(DAY, -numbers.number, '20250425'),
    N'',
    (@usual + @jitter * (numbers.number % 3 - 1) - @growth * numbers.number)
    * IIF(DATEDIFF(DAY, '19000107', DATEADD(DAY, -numbers.number, '20250425')) % 7 = 0, @on_sundays, 1),
    @row_count
FROM numbers;
GO
CREATE PROCEDURE test_ops_check_day_figures.assert_found
    @observed float,
    @is_anomaly bit,
    @unit nvarchar(20) = N'rows',
    @observed_on date = '20250425',
    @row_count bigint = 100
AS
CREATE TABLE #targets (rule_name nvarchar(200) NOT NULL, unit nvarchar(20) NOT NULL, observed_on date NOT NULL);
CREATE TABLE #usual_shares (
    rule_name nvarchar(200) NOT NULL,
    target_on date NOT NULL,
    category nvarchar(200) NOT NULL,
    usual float NOT NULL
);
CREATE TABLE #scores (
    rule_name nvarchar(200) NOT NULL,
    observed_on date NOT NULL,
    unit nvarchar(20) NOT NULL,
    observed float NOT NULL,
    usual float NOT NULL,
    score float NOT NULL,
    is_anomaly bit NOT NULL
);
DELETE FROM ops.quality_metrics
WHERE observed_on = @observed_on;

INSERT INTO ops.quality_metrics (rule_name, observed_on, category, observed, row_count)
VALUES (N'shop_orders.a_figure', @observed_on, N'', @observed, @row_count);
INSERT INTO #targets (rule_name, unit, observed_on) VALUES (N'shop_orders.a_figure', @unit, @observed_on);
EXEC ops.check_day_figures;

SELECT scores.is_anomaly INTO #actual FROM #scores AS scores;
SELECT TOP (0) * INTO #expected FROM #actual;
IF @is_anomaly IS NOT NULL
    INSERT INTO #expected VALUES (@is_anomaly);
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_ops_check_day_figures.[test a day like the others is none]
AS
EXEC test_ops_check_day_figures.given_days @usual = 100;
EXEC test_ops_check_day_figures.assert_found @observed = 103, @is_anomaly = 0;
GO
CREATE PROCEDURE test_ops_check_day_figures.[test a third of the rows is an anomaly]
AS
EXEC test_ops_check_day_figures.given_days @usual = 100;
EXEC test_ops_check_day_figures.assert_found @observed = 33, @is_anomaly = 1;
GO
CREATE PROCEDURE test_ops_check_day_figures.[test twice the rows is an anomaly]
AS
EXEC test_ops_check_day_figures.given_days @usual = 100;
EXEC test_ops_check_day_figures.assert_found @observed = 200, @is_anomaly = 1;
GO
CREATE PROCEDURE test_ops_check_day_figures.[test less than three tenths from the usual is none however steady the days are]
AS
EXEC test_ops_check_day_figures.given_days @usual = 10000, @jitter = 0, @row_count = 10000;
EXEC test_ops_check_day_figures.assert_found @observed = 7001, @is_anomaly = 0, @row_count = 7001;
GO
CREATE PROCEDURE test_ops_check_day_figures.[test three tenths from the usual is an anomaly among steady days]
AS
EXEC test_ops_check_day_figures.given_days @usual = 10000, @jitter = 0, @row_count = 10000;
EXEC test_ops_check_day_figures.assert_found @observed = 6999, @is_anomaly = 1, @row_count = 6999;
GO
CREATE PROCEDURE test_ops_check_day_figures.[test what days vary by is no anomaly]
AS
EXEC test_ops_check_day_figures.given_days @usual = 100, @jitter = 40;
EXEC test_ops_check_day_figures.assert_found @observed = 190, @is_anomaly = 0;
GO
CREATE PROCEDURE test_ops_check_day_figures.[test a quiet Sunday is none where Sundays are quiet]
AS
EXEC test_ops_check_day_figures.given_days @usual = 100, @on_sundays = 0.4;
EXEC test_ops_check_day_figures.assert_found @observed = 40, @is_anomaly = 0, @observed_on = '20250420';
GO
CREATE PROCEDURE test_ops_check_day_figures.[test a Friday as quiet as a Sunday is an anomaly]
AS
EXEC test_ops_check_day_figures.given_days @usual = 100, @on_sundays = 0.4;
EXEC test_ops_check_day_figures.assert_found @observed = 40, @is_anomaly = 1;
GO
CREATE PROCEDURE test_ops_check_day_figures.[test a Sunday as busy as a Friday is an anomaly where Sundays are quiet]
AS
EXEC test_ops_check_day_figures.given_days @usual = 100, @on_sundays = 0.4;
EXEC test_ops_check_day_figures.assert_found @observed = 100, @is_anomaly = 1, @observed_on = '20250420';
GO
CREATE PROCEDURE test_ops_check_day_figures.[test a day that goes on growing is none]
AS
EXEC test_ops_check_day_figures.given_days @usual = 300, @growth = 5;
EXEC test_ops_check_day_figures.assert_found @observed = 300, @is_anomaly = 0;
GO
CREATE PROCEDURE test_ops_check_day_figures.[test a growing feed that falls back to its middle is an anomaly]
AS
EXEC test_ops_check_day_figures.given_days @usual = 300, @growth = 5;
EXEC test_ops_check_day_figures.assert_found @observed = 180, @is_anomaly = 1;
GO
CREATE PROCEDURE test_ops_check_day_figures.[test two weeks are enough to judge a day by]
AS
EXEC test_ops_check_day_figures.given_days @usual = 100, @days = 14;
EXEC test_ops_check_day_figures.assert_found @observed = 20, @is_anomaly = 1;
GO
CREATE PROCEDURE test_ops_check_day_figures.[test less than two weeks are too little]
AS
EXEC test_ops_check_day_figures.given_days @usual = 100, @days = 13;
EXEC test_ops_check_day_figures.assert_found @observed = 0, @is_anomaly = NULL;
GO
CREATE PROCEDURE test_ops_check_day_figures.[test what lies more than eight weeks back says nothing]
AS
EXEC test_ops_check_day_figures.given_days @usual = 100, @days = 70;
UPDATE ops.quality_metrics SET observed = 20 WHERE observed_on < '20250228';
EXEC test_ops_check_day_figures.assert_found @observed = 20, @is_anomaly = 1;
GO
CREATE PROCEDURE test_ops_check_day_figures.[test days that were odd themselves do not hide another]
AS
EXEC test_ops_check_day_figures.given_days @usual = 100;
UPDATE ops.quality_metrics
SET observed = 5
WHERE observed_on IN ('20250401', '20250410', '20250415');
EXEC test_ops_check_day_figures.assert_found @observed = 20, @is_anomaly = 1;
GO
CREATE PROCEDURE test_ops_check_day_figures.[test a share of few rows may be another by chance]
AS
EXEC test_ops_check_day_figures.given_days @usual = 0.02, @jitter = 0.01, @row_count = 12;
EXEC test_ops_check_day_figures.assert_found @observed = 0.17, @is_anomaly = 0, @unit = N'share', @row_count = 12;
GO
CREATE PROCEDURE test_ops_check_day_figures.[test the same share of many rows is an anomaly]
AS
EXEC test_ops_check_day_figures.given_days @usual = 0.02, @jitter = 0.01, @row_count = 400;
EXEC test_ops_check_day_figures.assert_found @observed = 0.17, @is_anomaly = 1, @unit = N'share', @row_count = 400;
GO
CREATE PROCEDURE test_ops_check_day_figures.[test a figure of less than ten rows is not compared]
AS
EXEC test_ops_check_day_figures.given_days @usual = 0.02, @row_count = 100;
EXEC test_ops_check_day_figures.assert_found @observed = 1, @is_anomaly = NULL, @unit = N'share', @row_count = 9;
GO
CREATE PROCEDURE test_ops_check_day_figures.[test sums of the other sign are an anomaly]
AS
EXEC test_ops_check_day_figures.given_days @usual = 5000, @jitter = 100;
EXEC test_ops_check_day_figures.assert_found @observed = -5000, @is_anomaly = 1, @unit = N'amount';
GO
CREATE PROCEDURE test_ops_check_day_figures.[test a typical amount twice as large is an anomaly, a sum is not]
AS
EXEC test_ops_check_day_figures.given_days @usual = 50, @jitter = 2;
EXEC test_ops_check_day_figures.assert_found @observed = 110, @is_anomaly = 1, @unit = N'typical';
EXEC test_ops_check_day_figures.assert_found @observed = 110, @is_anomaly = 0, @unit = N'amount';
GO
CREATE PROCEDURE test_ops_check_day_figures.[test three warehouses that become one are an anomaly among many rows]
AS
EXEC test_ops_check_day_figures.given_days @usual = 3, @jitter = 0, @row_count = 150;
EXEC test_ops_check_day_figures.assert_found @observed = 1, @is_anomaly = 1, @unit = N'distinct', @row_count = 150;
GO
CREATE PROCEDURE test_ops_check_day_figures.[test a newest record older by a day is an anomaly, by half a day it is none]
AS
EXEC test_ops_check_day_figures.given_days @usual = 2, @jitter = 0.5;
EXEC test_ops_check_day_figures.assert_found @observed = 26, @is_anomaly = 1, @unit = N'hours';
EXEC test_ops_check_day_figures.assert_found @observed = 13, @is_anomaly = 0, @unit = N'hours';
GO
CREATE PROCEDURE test_ops_check_day_figures.[test a category that takes half of a day is an anomaly of its mix]
AS
EXEC test_ops_check_day_figures.given_days @usual = 0.8, @jitter = 0.02;
UPDATE ops.quality_metrics SET category = N'web';
INSERT INTO ops.quality_metrics (rule_name, observed_on, category, observed, row_count)
SELECT metrics.rule_name, metrics.observed_on, N'store', 1 - metrics.observed, metrics.row_count
FROM ops.quality_metrics AS metrics;
INSERT INTO ops.quality_metrics (rule_name, observed_on, category, observed, row_count)
VALUES (N'shop_orders.a_figure', '20250425', N'', 0, 100);
UPDATE ops.quality_metrics SET category = N'app' WHERE category = N'';
EXEC test_ops_check_day_figures.assert_found @observed = 0.5, @is_anomaly = 1, @unit = N'mix';
GO
