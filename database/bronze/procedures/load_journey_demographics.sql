-- bronze.journey_demographics_landing (or _lines_landing) → bronze.journey_demographics
-- Grain: one record of one file; a blank field is NULL; records that cannot be split go to ops.quarantine. Re-run:
-- a file that is no longer 'registered' is left alone. The caller holds the lock on the landing and has filled it.
-- EXEC bronze.load_journey_demographics @run_id = 1, @file_id = 1, @rows_read = @read OUTPUT, …;
CREATE OR ALTER PROCEDURE bronze.load_journey_demographics
    @run_id bigint,
    @file_id bigint,
    @rows_read bigint = NULL OUTPUT,
    @rows_written bigint = NULL OUTPUT,
    @rows_rejected bigint = NULL OUTPUT,
    @loaded_at datetime2(3) = NULL
AS
SET NOCOUNT, XACT_ABORT ON;
DECLARE @owns_transaction bit = IIF(@@TRANCOUNT = 0, 1, 0);
DECLARE @form nvarchar(10) = N'csv';
DECLARE @blank_lines bigint = 0;
DECLARE @delimiter nchar(1);
DECLARE @columns_delivered nvarchar(max);
DECLARE @columns nvarchar(max) = CONCAT(
    N'["household_id", "age", "income", "home_ownership", "marital_status", ',
    N'"household_size", "household_comp", "kids_count"]'
);

SELECT
    @rows_read = 0,
    @rows_written = 0,
    @rows_rejected = 0,
    @loaded_at = ISNULL(@loaded_at, SYSUTCDATETIME());

CREATE TABLE #lines (line_number bigint NOT NULL, line nvarchar(max) COLLATE DATABASE_DEFAULT NULL);
CREATE TABLE #records (
    line_number bigint NOT NULL,
    raw_text nvarchar(max) COLLATE DATABASE_DEFAULT NOT NULL,
    quote_count bigint NOT NULL,
    fields nvarchar(max) COLLATE DATABASE_DEFAULT NULL,
    field_count bigint NULL,
    has_stray_quote bit NOT NULL,
    rule_name nvarchar(100) COLLATE DATABASE_DEFAULT NULL,
    reason nvarchar(2048) COLLATE DATABASE_DEFAULT NULL
);
CREATE TABLE #shifts (first_ordinal bigint NOT NULL, last_ordinal bigint NOT NULL, newline_count bigint NOT NULL);

BEGIN TRY
    IF @owns_transaction = 1 BEGIN TRANSACTION;

    IF EXISTS (SELECT 1 FROM ops.files AS files WHERE files.file_id = @file_id AND files.status = N'registered')
    BEGIN
        IF EXISTS (SELECT 1 FROM bronze.journey_demographics_lines_landing AS landing)
        BEGIN
            SELECT
                @form = N'lines',
                @delimiter = ISNULL(files.delimiter, N','),
                @columns_delivered = files.columns_delivered
            FROM ops.files AS files
            WHERE files.file_id = @file_id;

            INSERT INTO #lines (line_number, line)
            SELECT
                landing.ordinal,
                landing.line
            FROM bronze.journey_demographics_lines_landing AS landing
            WHERE landing.ordinal > 1;

            EXEC bronze.split_lines
                @columns = @columns,
                @columns_delivered = @columns_delivered,
                @delimiter = @delimiter,
                @longest_field = 200,
                @rows_rejected = @rows_rejected OUTPUT,
                @blank_lines = @blank_lines OUTPUT;

            INSERT INTO bronze.journey_demographics_landing (
                household_id,
                age,
                income,
                home_ownership,
                marital_status,
                household_size,
                household_comp,
                kids_count,
                line_number,
                raw_text
            )
            SELECT
                fields.household_id,
                fields.age,
                fields.income,
                fields.home_ownership,
                fields.marital_status,
                fields.household_size,
                fields.household_comp,
                fields.kids_count,
                records.line_number,
                records.raw_text
            FROM #records AS records
            CROSS APPLY OPENJSON(records.fields) WITH (
                household_id nvarchar(max) '$[0]',
                age nvarchar(max) '$[1]',
                income nvarchar(max) '$[2]',
                home_ownership nvarchar(max) '$[3]',
                marital_status nvarchar(max) '$[4]',
                household_size nvarchar(max) '$[5]',
                household_comp nvarchar(max) '$[6]',
                kids_count nvarchar(max) '$[7]'
            ) AS fields
            WHERE records.rule_name IS NULL;
        END
        ELSE
        BEGIN
            -- A newline inside a field moves every later record down by one physical line.
            WITH multiline AS (
                SELECT
                    landing.ordinal,
                    CONCAT(
                        landing.household_id,
                        landing.age,
                        landing.income,
                        landing.home_ownership,
                        landing.marital_status,
                        landing.household_size,
                        landing.household_comp,
                        landing.kids_count
                    ) COLLATE Latin1_General_BIN2 AS record_text
                FROM bronze.journey_demographics_landing AS landing
            ),

            counted AS (
                SELECT
                    multiline.ordinal,
                    DATALENGTH(multiline.record_text)
                    - DATALENGTH(REPLACE(multiline.record_text, NCHAR(10), N'')) AS newline_bytes
                FROM multiline
                WHERE CHARINDEX(NCHAR(10), multiline.record_text) > 0
            )

            INSERT INTO #shifts (first_ordinal, last_ordinal, newline_count)
            SELECT
                counted.ordinal + 1,
                LEAD(counted.ordinal, 1, 9223372036854775807) OVER (ORDER BY counted.ordinal),
                SUM(counted.newline_bytes) OVER (ORDER BY counted.ordinal ROWS UNBOUNDED PRECEDING) / 2
            FROM counted;

            IF EXISTS (SELECT 1 FROM #shifts AS shifts)
                UPDATE landing
                SET line_number = landing.ordinal + 1 + shifts.newline_count
                FROM bronze.journey_demographics_landing AS landing
                INNER JOIN #shifts AS shifts
                    ON landing.ordinal BETWEEN shifts.first_ordinal AND shifts.last_ordinal;
        END;

        -- The CR of a Windows line end is left at the end of the last field.
        WITH delivered AS (
            SELECT
                landing.ordinal,
                NULLIF(landing.household_id, N'') AS household_id,
                NULLIF(landing.age, N'') AS age,
                NULLIF(landing.income, N'') AS income,
                NULLIF(landing.home_ownership, N'') AS home_ownership,
                NULLIF(landing.marital_status, N'') AS marital_status,
                NULLIF(landing.household_size, N'') AS household_size,
                NULLIF(landing.household_comp, N'') AS household_comp,
                NULLIF(TRIM(NCHAR(13) FROM landing.kids_count), N'') AS kids_count,
                landing.line_number,
                landing.raw_text
            FROM bronze.journey_demographics_landing AS landing
        )

        INSERT INTO bronze.journey_demographics (
            file_id,
            line_number,
            household_id,
            age,
            income,
            home_ownership,
            marital_status,
            household_size,
            household_comp,
            kids_count,
            raw_text,
            row_hash,
            loaded_at
        )
        SELECT
            @file_id,
            ISNULL(delivered.line_number, delivered.ordinal + 1),
            delivered.household_id,
            delivered.age,
            delivered.income,
            delivered.home_ownership,
            delivered.marital_status,
            delivered.household_size,
            delivered.household_comp,
            delivered.kids_count,
            delivered.raw_text,
            HASHBYTES('SHA2_256', CONVERT(varchar(8000), CONCAT_WS(
                NCHAR(31),
                ISNULL(delivered.household_id, NCHAR(30)),
                ISNULL(delivered.age, NCHAR(30)),
                ISNULL(delivered.income, NCHAR(30)),
                ISNULL(delivered.home_ownership, NCHAR(30)),
                ISNULL(delivered.marital_status, NCHAR(30)),
                ISNULL(delivered.household_size, NCHAR(30)),
                ISNULL(delivered.household_comp, NCHAR(30)),
                ISNULL(delivered.kids_count, NCHAR(30))
            ) COLLATE Latin1_General_100_BIN2_UTF8)),
            @loaded_at
        FROM delivered;

        SET @rows_written = @@ROWCOUNT;
        SET @rows_read = @rows_written + @rows_rejected;

        EXEC bronze.finish_file
            @run_id = @run_id,
            @file_id = @file_id,
            @table_name = N'bronze.journey_demographics',
            @form = @form,
            @rows_written = @rows_written,
            @rows_rejected = @rows_rejected,
            @blank_lines = @blank_lines,
            @loaded_at = @loaded_at;
    END;

    IF @owns_transaction = 1 COMMIT TRANSACTION;
END TRY
BEGIN CATCH
    IF @owns_transaction = 1 AND XACT_STATE() <> 0 ROLLBACK TRANSACTION;
    THROW;
END CATCH;
GO
