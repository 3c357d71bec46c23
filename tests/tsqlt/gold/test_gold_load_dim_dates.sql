-- gold.load_dim_dates: whole years of dates without gaps.
EXEC tSQLt.NewTestClass @ClassName = N'test_gold_load_dim_dates';
GO
CREATE PROCEDURE test_gold_load_dim_dates.SetUp
AS
EXEC tSQLt.FakeTable @TableName = N'ops.batches', @Defaults = 1;
EXEC tSQLt.FakeTable @TableName = N'ops.batch_consumers', @Defaults = 1;
EXEC tSQLt.FakeTable @TableName = N'silver.orders';
EXEC tSQLt.FakeTable @TableName = N'gold.dim_dates';
GO
-- Batch @batch_id has an order of that moment.
CREATE PROCEDURE test_gold_load_dim_dates.sell
    @batch_id bigint,
    @ordered_at datetime2(3)
AS
INSERT INTO silver.orders (source_system, order_id, ordered_at, batch_id)
VALUES (N'journey', N'1', @ordered_at, @batch_id);
DELETE FROM ops.batches WHERE batch_id = @batch_id;
INSERT INTO ops.batches (batch_id, table_name, run_id, rows_written) VALUES (@batch_id, N'silver.orders', 1, 1);
GO
-- Loads, and puts "read written rejected" into @counts.
CREATE PROCEDURE test_gold_load_dim_dates.load_dates
    @counts nvarchar(100) = NULL OUTPUT
AS
DECLARE @rows_read bigint;
DECLARE @rows_written bigint;
DECLARE @rows_rejected bigint;
EXEC gold.load_dim_dates
    @run_id = 3,
    @rows_read = @rows_read OUTPUT,
    @rows_written = @rows_written OUTPUT,
    @rows_rejected = @rows_rejected OUTPUT;
SET @counts = CONCAT(@rows_read, N' ', @rows_written, N' ', @rows_rejected);
GO
CREATE PROCEDURE test_gold_load_dim_dates.[test without new batches there is nothing to do]
AS
DECLARE @counts nvarchar(100);
EXEC test_gold_load_dim_dates.load_dates @counts = @counts OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = N'0 0 0', @Actual = @counts;
GO
CREATE PROCEDURE test_gold_load_dim_dates.[test a second run takes nothing in again]
AS
DECLARE @counts nvarchar(100);
EXEC test_gold_load_dim_dates.sell @batch_id = 11, @ordered_at = '2017-06-15T12:00:00';
EXEC test_gold_load_dim_dates.load_dates;
EXEC test_gold_load_dim_dates.load_dates @counts = @counts OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = N'0 0 0', @Actual = @counts;
GO
CREATE PROCEDURE test_gold_load_dim_dates.[test a lock that cannot be had reaches the caller]
AS
EXEC tSQLt.SpyProcedure
    @ProcedureName = N'ops.lock_target',
    @CommandToExecute = N'THROW 51002, N''ops.lock_target: held'', 1;';
EXEC tSQLt.ExpectException @ExpectedErrorNumber = 51002;
EXEC gold.load_dim_dates @run_id = 3;
GO
--[@tSQLt:NoTransaction](DEFAULT)
CREATE PROCEDURE test_gold_load_dim_dates.[test a failure at the end leaves everything as it was]
AS
DECLARE @number int = 0;
EXEC test_gold_load_dim_dates.sell @batch_id = 11, @ordered_at = '2017-06-15T12:00:00';
EXEC tSQLt.SpyProcedure
    @ProcedureName = N'ops.finish_batch',
    @CommandToExecute = N'THROW 51999, N''no luck today'', 1;';

BEGIN TRY
    EXEC gold.load_dim_dates @run_id = 3;
END TRY
BEGIN CATCH
    SET @number = ERROR_NUMBER();
END CATCH;

EXEC tSQLt.AssertEquals @Expected = 51999, @Actual = @number;
EXEC tSQLt.AssertEquals @Expected = 0, @Actual = @@TRANCOUNT;
EXEC tSQLt.AssertEmptyTable @TableName = N'gold.dim_dates';
EXEC tSQLt.AssertEmptyTable @TableName = N'ops.batch_consumers';
GO
CREATE PROCEDURE test_gold_load_dim_dates.[test the calendar covers the whole year of an order]
AS
EXEC test_gold_load_dim_dates.sell @batch_id = 11, @ordered_at = '2016-02-29T23:59:59';
EXEC test_gold_load_dim_dates.load_dates;
SELECT
    COUNT(*) AS date_count,
    MIN(dates.calendar_date) AS first_date,
    MAX(dates.calendar_date) AS last_date
INTO #actual
FROM gold.dim_dates AS dates;

SELECT TOP (0) * INTO #expected FROM #actual;
INSERT INTO #expected VALUES (366, '20160101', '20161231');
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_gold_load_dim_dates.[test a date knows its parts]
AS
EXEC test_gold_load_dim_dates.sell @batch_id = 11, @ordered_at = '2017-01-01T12:00:00';
EXEC test_gold_load_dim_dates.load_dates;
SELECT
    dates.date_key,
    dates.calendar_date,
    dates.calendar_year,
    dates.calendar_quarter,
    dates.calendar_month,
    dates.month_name,
    dates.year_month,
    dates.day_of_month,
    dates.day_of_week,
    dates.day_name,
    dates.iso_week,
    dates.is_weekend
INTO #actual
FROM gold.dim_dates AS dates
WHERE dates.calendar_date IN ('20170101', '20170517');

SELECT TOP (0) * INTO #expected FROM #actual;
INSERT INTO #expected
VALUES
    (20170101, '20170101', 2017, 1, 1, N'January', N'2017-01', 1, 7, N'Sunday', 52, 1),
    (20170517, '20170517', 2017, 2, 5, N'May', N'2017-05', 17, 3, N'Wednesday', 20, 0);
EXEC tSQLt.AssertEqualsTable @Expected = N'#expected', @Actual = N'#actual';
GO
CREATE PROCEDURE test_gold_load_dim_dates.[test years between two orders are filled]
AS
EXEC test_gold_load_dim_dates.sell @batch_id = 11, @ordered_at = '2017-06-15T12:00:00';
EXEC test_gold_load_dim_dates.load_dates;
EXEC test_gold_load_dim_dates.sell @batch_id = 12, @ordered_at = '2019-06-15T12:00:00';
EXEC test_gold_load_dim_dates.load_dates;
DECLARE @dates int = (SELECT COUNT(*) FROM gold.dim_dates AS dates);
EXEC tSQLt.AssertEquals @Expected = 1095, @Actual = @dates;
GO
CREATE PROCEDURE test_gold_load_dim_dates.[test an order in a known year adds no date]
AS
DECLARE @counts nvarchar(100);
EXEC test_gold_load_dim_dates.sell @batch_id = 11, @ordered_at = '2017-06-15T12:00:00';
EXEC test_gold_load_dim_dates.load_dates;
EXEC test_gold_load_dim_dates.sell @batch_id = 12, @ordered_at = '2017-12-31T12:00:00';
EXEC test_gold_load_dim_dates.load_dates @counts = @counts OUTPUT;
EXEC tSQLt.AssertEqualsString @Expected = N'1 0 0', @Actual = @counts;
GO
CREATE PROCEDURE test_gold_load_dim_dates.[test an order centuries away is refused with its remedy]
AS
EXEC test_gold_load_dim_dates.sell @batch_id = 11, @ordered_at = '2017-06-15T12:00:00';
EXEC test_gold_load_dim_dates.sell @batch_id = 11, @ordered_at = '1600-06-15T12:00:00';
EXEC tSQLt.ExpectException
    @ExpectedMessage = N'gold.load_dim_dates: orders span over 270 years; correct ordered_at in silver.orders.',
    @ExpectedErrorNumber = 51030;
EXEC test_gold_load_dim_dates.load_dates;
GO
