-- ops.detect_anomalies: which days are measured, what is told of them, and that it is told once.
EXEC tSQLt.NewTestClass @ClassName = N'test_ops_detect_anomalies';
GO
CREATE PROCEDURE test_ops_detect_anomalies.SetUp
AS
EXEC tSQLt.FakeTable @TableName = N'ops.quality_rules';
EXEC tSQLt.FakeTable @TableName = N'ops.quality_metrics', @Defaults = 1;
EXEC tSQLt.FakeTable @TableName = N'ops.alerts', @Identity = 1;
EXEC tSQLt.FakeTable @TableName = N'ops.files';
EXEC tSQLt.FakeTable @TableName = N'ops.batches';
EXEC tSQLt.FakeTable @TableName = N'ops.batch_consumers';
EXEC tSQLt.FakeTable @TableName = N'bronze.shop_fx_rates';
INSERT INTO ops.quality_rules (rule_name, source_system, entity, kind, unit, table_name, reads, measure)
VALUES
    (
        N'shop_fx_rates.volume', N'shop', N'fx_rates', N'anomaly', N'rows', N'bronze.shop_fx_rates',
        N'bronze.shop_fx_rates', N'COUNT_BIG(*)'
    ),
    (
        N'shop_fx_rates.mix_currency', N'shop', N'fx_rates', N'anomaly', N'mix', N'bronze.shop_fx_rates',
        N'bronze.shop_fx_rates', N'checked.currency'
    );

-- Four weeks of twenty rates a day, half of them in euro, before Friday 2025-04-25.
WITH numbers AS (
    SELECT TOP (28) ROW_NUMBER() OVER (ORDER BY objects.object_id) AS number
    FROM sys.all_objects AS objects
)

INSERT INTO ops.quality_metrics (rule_name, observed_on, category, observed, row_count, measured_at)
SELECT
    figures.rule_name,
    DATEADD(DAY, -numbers.number, '20250425'),
    figures.category,
    figures.observed,
    20,
    '20250425 06:00'
FROM numbers
CROSS JOIN (
    VALUES
    (N'shop_fx_rates.volume', N'', 20),
    (N'shop_fx_rates.mix_currency', N'EUR', 0.5),
    (N'shop_fx_rates.mix_currency', N'JPY', 0.5)
) AS figures (rule_name, category, observed);
GO
CREATE PROCEDURE test_ops_detect_anomalies.given_a_file
    @file_id bigint,
    @business_date date,
    @rates int,
    @loaded_at datetime2(3) = '20250426 06:00',
    @entity nvarchar(100) = N'fx_rates',
    @status nvarchar(20) = N'loaded'
AS
INSERT INTO ops.files (file_id, source_system, entity, business_date, status, registered_at, loaded_at)
VALUES (@file_id, N'shop', @entity, @business_date, @status, @loaded_at, @loaded_at);

INSERT INTO bronze.shop_fx_rates (file_id, line_number, currency)
SELECT TOP (@rates)
    @file_id,
    ROW_NUMBER() OVER (ORDER BY objects.object_id),
    IIF(ROW_NUMBER() OVER (ORDER BY objects.object_id) % 2 = 0, N'EUR', N'JPY')
FROM sys.all_objects AS objects;
GO
CREATE PROCEDURE test_ops_detect_anomalies.assert_alerts
    @message nvarchar(2048) = NULL
AS
EXEC ops.detect_anomalies @run_id = 1;

SELECT alerts.message INTO #actual FROM ops.alerts AS alerts;
SELECT TOP (0) * INTO #expected FROM #actual;
IF @message IS NOT NULL
    INSERT INTO #expected VALUES (@message);
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_ops_detect_anomalies.[test a day like the others is measured and not told]
AS
EXEC test_ops_detect_anomalies.given_a_file @file_id = 1, @business_date = '20250425', @rates = 20;
EXEC test_ops_detect_anomalies.assert_alerts;

DECLARE @figures nvarchar(200) = (
    SELECT STRING_AGG(CONCAT(metrics.category, N' ', metrics.observed), N', ')
        WITHIN GROUP (ORDER BY metrics.category)
    FROM ops.quality_metrics AS metrics
    WHERE metrics.observed_on = '20250425'
);
EXEC tSQLt.AssertEqualsString @Expected = N' 20, EUR 0.5, JPY 0.5', @Actual = @figures;
GO
CREATE PROCEDURE test_ops_detect_anomalies.[test a day of a few rows is told with its figures]
AS
EXEC test_ops_detect_anomalies.given_a_file @file_id = 1, @business_date = '20250425', @rates = 2;
EXEC test_ops_detect_anomalies.assert_alerts
    @message = N'shop/fx_rates of 2025-04-25 is unlike such days: volume 2 instead of 20 (5.9 times the spread)';
GO
CREATE PROCEDURE test_ops_detect_anomalies.[test what was told is not told again]
AS
EXEC test_ops_detect_anomalies.given_a_file @file_id = 1, @business_date = '20250425', @rates = 1;
EXEC ops.detect_anomalies @run_id = 1;
UPDATE ops.files SET loaded_at = '99990101';
EXEC ops.detect_anomalies @run_id = 2;

DECLARE @count int = (SELECT COUNT(*) FROM ops.alerts AS alerts);
EXEC tSQLt.AssertEquals @Expected = 1, @Actual = @count;
GO
CREATE PROCEDURE test_ops_detect_anomalies.[test a day without a file is one of no rows once a later day has come]
AS
EXEC test_ops_detect_anomalies.given_a_file
    @file_id = 1, @business_date = '20250301', @rates = 0, @loaded_at = '20250302';
EXEC test_ops_detect_anomalies.given_a_file @file_id = 2, @business_date = '20250425', @rates = 0, @entity = N'orders';
EXEC test_ops_detect_anomalies.given_a_file @file_id = 3, @business_date = '20250426', @rates = 0, @entity = N'orders';
EXEC ops.detect_anomalies @run_id = 1;

DECLARE @subjects nvarchar(200) = (
    SELECT STRING_AGG(alerts.subject, N', ') FROM ops.alerts AS alerts
);
EXEC tSQLt.AssertEqualsString @Expected = N'shop/fx_rates 2025-04-25', @Actual = @subjects;
GO
CREATE PROCEDURE test_ops_detect_anomalies.[test a copy of a known file changes no day]
AS
EXEC test_ops_detect_anomalies.given_a_file
    @file_id = 1, @business_date = '20250424', @rates = 0, @status = N'duplicate';
EXEC test_ops_detect_anomalies.assert_alerts;

DECLARE @volume float = (
    SELECT metrics.observed
    FROM ops.quality_metrics AS metrics
    WHERE metrics.rule_name = N'shop_fx_rates.volume'
        AND metrics.observed_on = '20250424'
);
EXEC tSQLt.AssertEquals @Expected = 20E0, @Actual = @volume;
GO
