-- bronze.shop_customers_typed → silver.shop_customers_records
-- Grain: one record; of a key's records in files that count the latest updated_at is best, then the later business
-- date, revision and line; misfits go to ops.quarantine. Re-run: takes in only files that came, or began or ceased to
-- count, since; the order of delivery does not matter.
-- EXEC silver.load_shop_customers_records @run_id = 1, @rows_written = @written OUTPUT;
CREATE OR ALTER PROCEDURE silver.load_shop_customers_records
    @run_id bigint,
    @rows_read bigint = NULL OUTPUT,
    @rows_written bigint = NULL OUTPUT,
    @rows_rejected bigint = NULL OUTPUT
AS
SET NOCOUNT, XACT_ABORT ON;
DECLARE @owns_transaction bit = IIF(@@TRANCOUNT = 0, 1, 0);
DECLARE @batch_id bigint;

SELECT
    @rows_read = 0,
    @rows_written = 0,
    @rows_rejected = 0;

CREATE TABLE #batches (batch_id bigint NOT NULL, file_id bigint NULL, row_count bigint NOT NULL);
CREATE TABLE #files (file_id bigint NOT NULL, is_new bit NOT NULL, counts bit NOT NULL);
CREATE TABLE #keys (
    customer_id nvarchar(50) COLLATE DATABASE_DEFAULT NOT NULL
);
CREATE TABLE #standings (
    file_id bigint NOT NULL,
    line_number bigint NOT NULL,
    standing nvarchar(20) COLLATE DATABASE_DEFAULT NOT NULL
);
CREATE TABLE #misfits (
    file_id bigint NOT NULL,
    line_number bigint NOT NULL,
    rule_name nvarchar(100) COLLATE DATABASE_DEFAULT NOT NULL,
    problem nvarchar(2048) COLLATE DATABASE_DEFAULT NOT NULL,
    raw_text nvarchar(max) COLLATE DATABASE_DEFAULT NOT NULL
);
CREATE TABLE #replayed (file_id bigint NOT NULL, line_number bigint NOT NULL);
CREATE TABLE #released (file_id bigint NOT NULL, line_number bigint NOT NULL);

BEGIN TRY
    IF @owns_transaction = 1 BEGIN TRANSACTION;

    EXEC ops.lock_target @target = N'silver.shop_customers_records';

    INSERT INTO #batches (batch_id, file_id, row_count)
    SELECT
        batches.batch_id,
        batches.file_id,
        batches.rows_written
    FROM ops.batches AS batches
    WHERE batches.table_name = N'bronze.shop_customers'
        AND NOT EXISTS (
            SELECT 1
            FROM ops.batch_consumers AS consumers
            WHERE consumers.consumer = N'silver.shop_customers_records'
                AND consumers.batch_id = batches.batch_id
        );

    IF EXISTS (SELECT 1 FROM #batches AS batches)
    BEGIN
        SET @batch_id = NEXT VALUE FOR ops.batch_ids;

        SELECT @rows_read = SUM(batches.row_count) FROM #batches AS batches;

        -- A batch with rows is a file that came; one without is a file that began or ceased to count.
        INSERT INTO #files (file_id, is_new, counts)
        SELECT
            batches.file_id,
            MAX(IIF(batches.row_count > 0, 1, 0)),
            MAX(IIF(files.superseded_by_file_id IS NULL, 1, 0))
        FROM #batches AS batches
        INNER JOIN ops.files AS files ON files.file_id = batches.file_id
        GROUP BY batches.file_id;

        -- Records that somebody asked to look at again are read anew.
        INSERT INTO #replayed (file_id, line_number)
        SELECT DISTINCT
            quarantine.file_id,
            quarantine.line_number
        FROM ops.quarantine AS quarantine
        INNER JOIN #files AS files ON files.file_id = quarantine.file_id
        WHERE quarantine.status = N'replaying';

        DELETE records
        FROM silver.shop_customers_records AS records
        INNER JOIN #replayed AS replayed
            ON replayed.file_id = records.file_id
                AND replayed.line_number = records.line_number;

        -- Taken for the best of their keys, which most are; the ranking below says which are not.
        INSERT INTO silver.shop_customers_records (
            file_id,
            line_number,
            business_date,
            revision,
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
            value_hash,
            standing,
            rule_name,
            problem,
            records_batch_id
        )
        SELECT
            typed.file_id,
            typed.line_number,
            files.business_date,
            files.revision,
            typed.customer_id,
            typed.email,
            typed.first_name,
            typed.last_name,
            typed.phone,
            typed.street,
            typed.city,
            typed.postal_code,
            typed.country,
            typed.registered_at,
            typed.updated_at,
            HASHBYTES('SHA2_256', CONVERT(varchar(max), CONCAT_WS(
                NCHAR(31),
                ISNULL(CONVERT(nvarchar(max), typed.customer_id), NCHAR(30)),
                ISNULL(typed.email, NCHAR(30)),
                ISNULL(typed.first_name, NCHAR(30)),
                ISNULL(typed.last_name, NCHAR(30)),
                ISNULL(typed.phone, NCHAR(30)),
                ISNULL(typed.street, NCHAR(30)),
                ISNULL(typed.city, NCHAR(30)),
                ISNULL(typed.postal_code, NCHAR(30)),
                ISNULL(typed.country, NCHAR(30)),
                ISNULL(CONVERT(nvarchar(50), typed.registered_at, 126), NCHAR(30)),
                ISNULL(CONVERT(nvarchar(50), typed.updated_at, 126), NCHAR(30))
            ) COLLATE Latin1_General_100_BIN2_UTF8)),
            CASE
                WHEN new_files.counts = 0 THEN N'superseded_by_file'
                WHEN typed.rule_name IS NOT NULL THEN N'misfit'
                ELSE N'best'
            END,
            typed.rule_name,
            typed.problem,
            @batch_id
        FROM bronze.shop_customers_typed AS typed
        INNER JOIN #files AS new_files ON new_files.file_id = typed.file_id
        INNER JOIN ops.files AS files ON files.file_id = typed.file_id
        WHERE new_files.is_new = 1
            OR EXISTS (
                SELECT 1
                FROM #replayed AS replayed
                WHERE replayed.file_id = typed.file_id
                    AND replayed.line_number = typed.line_number
            );

        SET @rows_written = @@ROWCOUNT;

        -- Records of files that ceased to count, and of files that count again.
        UPDATE records
        SET
            standing = CASE
                WHEN files.counts = 0 THEN N'superseded_by_file'
                WHEN records.rule_name IS NOT NULL THEN N'misfit'
                ELSE N'best'
            END,
            judged_rule_name = NULL,
            judged_problem = NULL,
            records_batch_id = @batch_id
        FROM silver.shop_customers_records AS records
        INNER JOIN #files AS files ON files.file_id = records.file_id
        WHERE files.is_new = 0
            AND files.counts = IIF(records.standing = N'superseded_by_file', 1, 0);

        SET @rows_written = @rows_written + @@ROWCOUNT;

        INSERT INTO #keys (customer_id)
        SELECT DISTINCT records.customer_id
        FROM silver.shop_customers_records AS records
        WHERE records.records_batch_id = @batch_id
            AND records.customer_id IS NOT NULL;

        WITH ranked AS (
            SELECT
                records.file_id,
                records.line_number,
                ROW_NUMBER() OVER (
                    PARTITION BY records.customer_id
                    ORDER BY
                        records.updated_at DESC,
                        records.business_date DESC,
                        records.revision DESC,
                        records.line_number DESC
                ) AS place,
                ROW_NUMBER() OVER (
                    PARTITION BY records.customer_id, records.value_hash
                    ORDER BY
                        records.business_date DESC,
                        records.revision DESC,
                        records.line_number DESC
                ) AS place_of_values,
                ROW_NUMBER() OVER (
                    PARTITION BY records.customer_id, records.updated_at
                    ORDER BY
                        records.business_date DESC,
                        records.revision DESC,
                        records.line_number DESC
                ) AS place_of_version
            FROM silver.shop_customers_records AS records
            INNER JOIN #keys AS keys
                ON keys.customer_id = records.customer_id
            WHERE records.standing NOT IN (N'misfit', N'superseded_by_file')
        )

        INSERT INTO #standings (file_id, line_number, standing)
        SELECT
            ranked.file_id,
            ranked.line_number,
            CASE
                WHEN ranked.place = 1 THEN N'best'
                WHEN ranked.place_of_values > 1 THEN N'duplicate_exact'
                WHEN ranked.place_of_version > 1 THEN N'duplicate_by_key'
                ELSE N'superseded'
            END
        FROM ranked;

        -- What other tables say of a record is asked again of one that has become the best or is it no more.
        UPDATE records
        SET
            standing = standings.standing,
            judged_rule_name = NULL,
            judged_problem = NULL,
            records_batch_id = @batch_id
        FROM silver.shop_customers_records AS records
        INNER JOIN #standings AS standings
            ON standings.file_id = records.file_id
                AND standings.line_number = records.line_number
        WHERE records.standing <> standings.standing;

        -- What a record was delivered as is known for as long as bronze keeps it.
        IF EXISTS (
            SELECT 1
            FROM silver.shop_customers_records AS records
            INNER JOIN #files AS files ON files.file_id = records.file_id
            WHERE files.counts = 1
                AND records.rule_name IS NOT NULL
        )
        BEGIN
            INSERT INTO #misfits (file_id, line_number, rule_name, problem, raw_text)
            SELECT
                records.file_id,
                records.line_number,
                records.rule_name,
                records.problem,
                ISNULL(typed.raw_text, N'')
            FROM silver.shop_customers_records AS records
            INNER JOIN #files AS files ON files.file_id = records.file_id
            LEFT OUTER JOIN bronze.shop_customers_typed AS typed
                ON typed.file_id = records.file_id
                    AND typed.line_number = records.line_number
            WHERE files.counts = 1
                AND records.rule_name IS NOT NULL;

            SET @rows_rejected = @@ROWCOUNT;
        END;

        INSERT INTO #released (file_id, line_number)
        SELECT
            records.file_id,
            records.line_number
        FROM silver.shop_customers_records AS records
        WHERE records.records_batch_id = @batch_id
            AND records.standing <> N'misfit';

        EXEC ops.apply_quarantine @run_id = @run_id, @table_name = N'silver.shop_customers_records';

        EXEC ops.finish_batch
            @run_id = @run_id,
            @batch_id = @batch_id,
            @table_name = N'silver.shop_customers_records',
            @rows_written = @rows_written;
    END;

    IF @owns_transaction = 1 COMMIT TRANSACTION;
END TRY
BEGIN CATCH
    IF @owns_transaction = 1 AND XACT_STATE() <> 0 ROLLBACK TRANSACTION;
    THROW;
END CATCH;
GO
