-- bronze.shop_customers_landing (or _lines_landing) → bronze.shop_customers
-- Grain: one record of one file; a blank field is NULL; records that cannot be split go to ops.quarantine. Re-run:
-- a file that is no longer 'registered' is left alone. The caller holds the lock on the landing and has filled it.
-- EXEC bronze.load_shop_customers @run_id = 1, @file_id = 1, @rows_read = @read OUTPUT, …;
CREATE OR ALTER PROCEDURE bronze.load_shop_customers
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
    N'["customer_id", "email", "first_name", "last_name", "phone", "street", "city", ',
    N'"postal_code", "country", "registered_at", "updated_at"]'
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
        IF EXISTS (SELECT 1 FROM bronze.shop_customers_lines_landing AS landing)
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
            FROM bronze.shop_customers_lines_landing AS landing
            WHERE landing.ordinal > 1;

            EXEC bronze.split_lines
                @columns = @columns,
                @columns_delivered = @columns_delivered,
                @delimiter = @delimiter,
                @longest_field = 4000,
                @rows_rejected = @rows_rejected OUTPUT,
                @blank_lines = @blank_lines OUTPUT;

            INSERT INTO bronze.shop_customers_landing (
                customer_id,
                email,
                first_name,
                last_name,
                phone,
                street,
                city,
                postal_code,
                country,
                registered_at,
                updated_at,
                line_number,
                raw_text
            )
            SELECT
                fields.customer_id,
                fields.email,
                fields.first_name,
                fields.last_name,
                fields.phone,
                fields.street,
                fields.city,
                fields.postal_code,
                fields.country,
                fields.registered_at,
                fields.updated_at,
                records.line_number,
                records.raw_text
            FROM #records AS records
            CROSS APPLY OPENJSON(records.fields) WITH (
                customer_id nvarchar(max) '$[0]',
                email nvarchar(max) '$[1]',
                first_name nvarchar(max) '$[2]',
                last_name nvarchar(max) '$[3]',
                phone nvarchar(max) '$[4]',
                street nvarchar(max) '$[5]',
                city nvarchar(max) '$[6]',
                postal_code nvarchar(max) '$[7]',
                country nvarchar(max) '$[8]',
                registered_at nvarchar(max) '$[9]',
                updated_at nvarchar(max) '$[10]'
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
                        CONVERT(nvarchar(max), landing.customer_id),
                        landing.email,
                        landing.first_name,
                        landing.last_name,
                        landing.phone,
                        landing.street,
                        landing.city,
                        landing.postal_code,
                        landing.country,
                        landing.registered_at,
                        landing.updated_at
                    ) COLLATE Latin1_General_BIN2 AS record_text
                FROM bronze.shop_customers_landing AS landing
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
                FROM bronze.shop_customers_landing AS landing
                INNER JOIN #shifts AS shifts
                    ON landing.ordinal BETWEEN shifts.first_ordinal AND shifts.last_ordinal;
        END;

        -- The CR of a Windows line end is left at the end of the last field.
        WITH delivered AS (
            SELECT
                landing.ordinal,
                NULLIF(landing.customer_id, N'') AS customer_id,
                NULLIF(landing.email, N'') AS email,
                NULLIF(landing.first_name, N'') AS first_name,
                NULLIF(landing.last_name, N'') AS last_name,
                NULLIF(landing.phone, N'') AS phone,
                NULLIF(landing.street, N'') AS street,
                NULLIF(landing.city, N'') AS city,
                NULLIF(landing.postal_code, N'') AS postal_code,
                NULLIF(landing.country, N'') AS country,
                NULLIF(landing.registered_at, N'') AS registered_at,
                NULLIF(TRIM(NCHAR(13) FROM landing.updated_at), N'') AS updated_at,
                landing.line_number,
                landing.raw_text
            FROM bronze.shop_customers_landing AS landing
        )

        INSERT INTO bronze.shop_customers (
            file_id,
            line_number,
            customer_id,
            email,
            first_name,
            last_name,
            phone,
            street,
            city,
            postal_code,
            country,
            registered_at,
            updated_at,
            raw_text,
            row_hash,
            loaded_at
        )
        SELECT
            @file_id,
            ISNULL(delivered.line_number, delivered.ordinal + 1),
            delivered.customer_id,
            delivered.email,
            delivered.first_name,
            delivered.last_name,
            delivered.phone,
            delivered.street,
            delivered.city,
            delivered.postal_code,
            delivered.country,
            delivered.registered_at,
            delivered.updated_at,
            delivered.raw_text,
            HASHBYTES('SHA2_256', CONVERT(varchar(max), CONCAT_WS(
                NCHAR(31),
                ISNULL(CONVERT(nvarchar(max), delivered.customer_id), NCHAR(30)),
                ISNULL(delivered.email, NCHAR(30)),
                ISNULL(delivered.first_name, NCHAR(30)),
                ISNULL(delivered.last_name, NCHAR(30)),
                ISNULL(delivered.phone, NCHAR(30)),
                ISNULL(delivered.street, NCHAR(30)),
                ISNULL(delivered.city, NCHAR(30)),
                ISNULL(delivered.postal_code, NCHAR(30)),
                ISNULL(delivered.country, NCHAR(30)),
                ISNULL(delivered.registered_at, NCHAR(30)),
                ISNULL(delivered.updated_at, NCHAR(30))
            ) COLLATE Latin1_General_100_BIN2_UTF8)),
            @loaded_at
        FROM delivered;

        SET @rows_written = @@ROWCOUNT;
        SET @rows_read = @rows_written + @rows_rejected;

        EXEC bronze.finish_file
            @run_id = @run_id,
            @file_id = @file_id,
            @table_name = N'bronze.shop_customers',
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
