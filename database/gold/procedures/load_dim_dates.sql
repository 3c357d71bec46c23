-- silver.orders → gold.dim_dates
-- Grain: one calendar date, from the first day of the first year with an order to the last day of the last, without
-- gaps. Re-run: adds only dates that are missing.
-- EXEC gold.load_dim_dates @run_id = 1, @rows_written = @written OUTPUT;
CREATE OR ALTER PROCEDURE gold.load_dim_dates
    @run_id bigint,
    @rows_read bigint = NULL OUTPUT,
    @rows_written bigint = NULL OUTPUT,
    @rows_rejected bigint = NULL OUTPUT
AS
SET NOCOUNT, XACT_ABORT ON;
DECLARE @owns_transaction bit = IIF(@@TRANCOUNT = 0, 1, 0);
DECLARE @batch_id bigint;
DECLARE @first_date date;
DECLARE @last_date date;
DECLARE @known_first_date date;
DECLARE @known_last_date date;

SELECT
    @rows_read = 0,
    @rows_written = 0,
    @rows_rejected = 0;

CREATE TABLE #batches (batch_id bigint NOT NULL, file_id bigint NULL, row_count bigint NOT NULL);

BEGIN TRY
    IF @owns_transaction = 1 BEGIN TRANSACTION;

    EXEC ops.lock_target @target = N'gold.dim_dates';

    INSERT INTO #batches (batch_id, file_id, row_count)
    SELECT
        batches.batch_id,
        batches.file_id,
        batches.rows_written
    FROM ops.batches AS batches
    WHERE batches.table_name = N'silver.orders'
        AND NOT EXISTS (
            SELECT 1
            FROM ops.batch_consumers AS consumers
            WHERE consumers.consumer = N'gold.dim_dates'
                AND consumers.batch_id = batches.batch_id
        );

    IF EXISTS (SELECT 1 FROM #batches AS batches)
    BEGIN
        SET @batch_id = NEXT VALUE FOR ops.batch_ids;

        SELECT @rows_read = SUM(batches.row_count) FROM #batches AS batches;

        SELECT
            @first_date = MIN(CONVERT(date, orders.ordered_at)),
            @last_date = MAX(CONVERT(date, orders.ordered_at))
        FROM silver.orders AS orders
        INNER JOIN #batches AS batches ON batches.batch_id = orders.batch_id;

        SELECT
            @known_first_date = MIN(dates.calendar_date),
            @known_last_date = MAX(dates.calendar_date)
        FROM gold.dim_dates AS dates
        WHERE dates.date_key <> -1;

        SET @first_date = IIF(@known_first_date < @first_date, @known_first_date, @first_date);
        SET @last_date = IIF(@known_last_date > @last_date, @known_last_date, @last_date);
        SET @first_date = DATEFROMPARTS(YEAR(@first_date), 1, 1);
        SET @last_date = DATEFROMPARTS(YEAR(@last_date), 12, 31);

        IF DATEDIFF(DAY, @first_date, @last_date) > 99999
            THROW 51030, N'gold.load_dim_dates: orders span over 270 years; correct ordered_at in silver.orders.', 1;

        WITH digits AS (
            SELECT numbers.digit
            FROM (VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)) AS numbers (digit)
        ),

        days AS (
            SELECT
                ones.digit + 10 * tens.digit + 100 * hundreds.digit + 1000 * thousands.digit
                + 10000 * ten_thousands.digit AS day_offset
            FROM digits AS ones
            CROSS JOIN digits AS tens
            CROSS JOIN digits AS hundreds
            CROSS JOIN digits AS thousands
            CROSS JOIN digits AS ten_thousands
        ),

        calendar AS (
            SELECT
                DATEADD(DAY, days.day_offset, @first_date) AS calendar_date,
                DATEDIFF(DAY, '19000101', DATEADD(DAY, days.day_offset, @first_date)) % 7 + 1 AS day_of_week
            FROM days
            WHERE days.day_offset <= DATEDIFF(DAY, @first_date, @last_date)
        )

        INSERT INTO gold.dim_dates (
            date_key,
            calendar_date,
            calendar_year,
            calendar_quarter,
            calendar_month,
            month_name,
            year_month,
            day_of_month,
            day_of_week,
            day_name,
            iso_week,
            is_weekend
        )
        SELECT
            YEAR(calendar.calendar_date) * 10000 + MONTH(calendar.calendar_date) * 100 + DAY(calendar.calendar_date),
            calendar.calendar_date,
            YEAR(calendar.calendar_date),
            DATEPART(QUARTER, calendar.calendar_date),
            MONTH(calendar.calendar_date),
            CHOOSE(
                MONTH(calendar.calendar_date),
                N'January', N'February', N'March', N'April', N'May', N'June', N'July', N'August', N'September',
                N'October', N'November', N'December'
            ),
            CONVERT(nchar(7), calendar.calendar_date, 126),
            DAY(calendar.calendar_date),
            calendar.day_of_week,
            CHOOSE(
                calendar.day_of_week,
                N'Monday', N'Tuesday', N'Wednesday', N'Thursday', N'Friday', N'Saturday', N'Sunday'
            ),
            DATEPART(ISO_WEEK, calendar.calendar_date),
            IIF(calendar.day_of_week >= 6, 1, 0)
        FROM calendar
        WHERE NOT EXISTS (
            SELECT 1
            FROM gold.dim_dates AS dates
            WHERE dates.calendar_date = calendar.calendar_date
        );

        SET @rows_written = @@ROWCOUNT;

        EXEC ops.finish_batch
            @run_id = @run_id,
            @batch_id = @batch_id,
            @table_name = N'gold.dim_dates',
            @rows_written = @rows_written;
    END;

    IF @owns_transaction = 1 COMMIT TRANSACTION;
END TRY
BEGIN CATCH
    IF @owns_transaction = 1 AND XACT_STATE() <> 0 ROLLBACK TRANSACTION;
    THROW;
END CATCH;
GO
