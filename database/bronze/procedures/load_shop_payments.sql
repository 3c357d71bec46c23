-- bronze.shop_payments_landing (or _lines_landing) → bronze.shop_payments
-- Grain: one record of one file; a blank field is NULL; records that cannot be split go to ops.quarantine. Re-run:
-- a file that is no longer 'registered' is left alone. The caller holds the lock on the landing and has filled it.
-- EXEC bronze.load_shop_payments @run_id = 1, @file_id = 1, @rows_read = @read OUTPUT, …;
CREATE OR ALTER PROCEDURE bronze.load_shop_payments
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
DECLARE @columns nvarchar(max) = N'["payment_id", "order_id", "paid_at", "method", "amount", "currency", "updated_at"]';

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
        IF EXISTS (SELECT 1 FROM bronze.shop_payments_lines_landing AS landing)
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
            FROM bronze.shop_payments_lines_landing AS landing
            WHERE landing.ordinal > 1;

            EXEC bronze.split_lines
                @columns = @columns,
                @columns_delivered = @columns_delivered,
                @delimiter = @delimiter,
                @longest_field = 4000,
                @rows_rejected = @rows_rejected OUTPUT,
                @blank_lines = @blank_lines OUTPUT;

            INSERT INTO bronze.shop_payments_landing (
                payment_id,
                order_id,
                paid_at,
                method,
                amount,
                currency,
                updated_at,
                line_number,
                raw_text
            )
            SELECT
                fields.payment_id,
                fields.order_id,
                fields.paid_at,
                fields.method,
                fields.amount,
                fields.currency,
                fields.updated_at,
                records.line_number,
                records.raw_text
            FROM #records AS records
            CROSS APPLY OPENJSON(records.fields) WITH (
                payment_id nvarchar(max) '$[0]',
                order_id nvarchar(max) '$[1]',
                paid_at nvarchar(max) '$[2]',
                method nvarchar(max) '$[3]',
                amount nvarchar(max) '$[4]',
                currency nvarchar(max) '$[5]',
                updated_at nvarchar(max) '$[6]'
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
                        CONVERT(nvarchar(max), landing.payment_id),
                        landing.order_id,
                        landing.paid_at,
                        landing.method,
                        landing.amount,
                        landing.currency,
                        landing.updated_at
                    ) COLLATE Latin1_General_BIN2 AS record_text
                FROM bronze.shop_payments_landing AS landing
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
                FROM bronze.shop_payments_landing AS landing
                INNER JOIN #shifts AS shifts
                    ON landing.ordinal BETWEEN shifts.first_ordinal AND shifts.last_ordinal;
        END;

        -- The CR of a Windows line end is left at the end of the last field.
        WITH delivered AS (
            SELECT
                landing.ordinal,
                NULLIF(landing.payment_id, N'') AS payment_id,
                NULLIF(landing.order_id, N'') AS order_id,
                NULLIF(landing.paid_at, N'') AS paid_at,
                NULLIF(landing.method, N'') AS method,
                NULLIF(landing.amount, N'') AS amount,
                NULLIF(landing.currency, N'') AS currency,
                NULLIF(TRIM(NCHAR(13) FROM landing.updated_at), N'') AS updated_at,
                landing.line_number,
                landing.raw_text
            FROM bronze.shop_payments_landing AS landing
        )

        INSERT INTO bronze.shop_payments (
            file_id,
            line_number,
            payment_id,
            order_id,
            paid_at,
            method,
            amount,
            currency,
            updated_at,
            raw_text,
            row_hash,
            loaded_at
        )
        SELECT
            @file_id,
            ISNULL(delivered.line_number, delivered.ordinal + 1),
            delivered.payment_id,
            delivered.order_id,
            delivered.paid_at,
            delivered.method,
            delivered.amount,
            delivered.currency,
            delivered.updated_at,
            delivered.raw_text,
            HASHBYTES('SHA2_256', CONVERT(varchar(max), CONCAT_WS(
                NCHAR(31),
                ISNULL(CONVERT(nvarchar(max), delivered.payment_id), NCHAR(30)),
                ISNULL(delivered.order_id, NCHAR(30)),
                ISNULL(delivered.paid_at, NCHAR(30)),
                ISNULL(delivered.method, NCHAR(30)),
                ISNULL(delivered.amount, NCHAR(30)),
                ISNULL(delivered.currency, NCHAR(30)),
                ISNULL(delivered.updated_at, NCHAR(30))
            ) COLLATE Latin1_General_100_BIN2_UTF8)),
            @loaded_at
        FROM delivered;

        SET @rows_written = @@ROWCOUNT;
        SET @rows_read = @rows_written + @rows_rejected;

        EXEC bronze.finish_file
            @run_id = @run_id,
            @file_id = @file_id,
            @table_name = N'bronze.shop_payments',
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
