-- silver.customers → silver.customer_features, silver.customer_blocks
-- Grain: one customer of whom a name and something else is known (journey tells neither); as it is compared, and the
-- blocks that it shares with those it is compared to. Re-run: takes in only customers that came or changed since; one
-- that is compared as before is not written.
-- EXEC silver.load_customer_features @run_id = 1, @rows_written = @written OUTPUT;
CREATE OR ALTER PROCEDURE silver.load_customer_features
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
CREATE TABLE #features (
    source_system nvarchar(20) COLLATE DATABASE_DEFAULT NOT NULL,
    customer_id nvarchar(50) COLLATE DATABASE_DEFAULT NOT NULL,
    given_name nvarchar(100) COLLATE DATABASE_DEFAULT NULL,
    family_name nvarchar(100) COLLATE DATABASE_DEFAULT NULL,
    email_text nvarchar(320) COLLATE DATABASE_DEFAULT NULL,
    phone_text nvarchar(16) COLLATE DATABASE_DEFAULT NULL,
    street_text nvarchar(200) COLLATE DATABASE_DEFAULT NULL,
    city_text nvarchar(100) COLLATE DATABASE_DEFAULT NULL,
    postal_text nvarchar(20) COLLATE DATABASE_DEFAULT NULL,
    generation nvarchar(10) COLLATE DATABASE_DEFAULT NULL,
    feature_hash binary(32) NOT NULL
);

BEGIN TRY
    IF @owns_transaction = 1 BEGIN TRANSACTION;

    EXEC ops.lock_target @target = N'silver.customer_features';

    INSERT INTO #batches (batch_id, file_id, row_count)
    SELECT
        batches.batch_id,
        batches.file_id,
        batches.rows_written
    FROM ops.batches AS batches
    WHERE batches.table_name = N'silver.customers'
        AND NOT EXISTS (
            SELECT 1
            FROM ops.batch_consumers AS consumers
            WHERE consumers.consumer = N'silver.customer_features'
                AND consumers.batch_id = batches.batch_id
        );

    IF EXISTS (SELECT 1 FROM #batches AS batches)
    BEGIN
        SET @batch_id = NEXT VALUE FOR ops.batch_ids;

        SELECT @rows_read = SUM(batches.row_count) FROM #batches AS batches;

        WITH folded AS (
            SELECT
                customers.source_system,
                customers.customer_id,
                LEFT(given.folded, CHARINDEX(N' ', CONCAT(given.folded, N' ')) - 1) AS given_name,
                LEFT(REPLACE(IIF(
                    endings.suffix IS NULL,
                    family.folded,
                    LEFT(family.folded, LEN(family.folded) - LEN(endings.suffix))
                ), N' ', N''), 100) AS family_name,
                generations.generation,
                emails.folded AS email_text,
                RIGHT(REPLACE(customers.phone, N'+', N''), 9) AS phone_text,
                LEFT(REPLACE(REPLACE(REPLACE(REPLACE(
                    CONCAT(streets.folded, N' '), N'strasse ', N'str '
                ), N' street ', N' st '), N' avenue ', N' ave '), N' road ', N' rd '), 200) AS street_text,
                LEFT(cities.folded, 100) AS city_text,
                LEFT(REPLACE(postcodes.folded, N' ', N''), 20) AS postal_text
            FROM silver.customers AS customers
            INNER JOIN #batches AS batches ON batches.batch_id = customers.batch_id
            OUTER APPLY silver.folded_text(customers.first_name) AS given
            OUTER APPLY silver.folded_text(customers.last_name) AS family
            CROSS APPLY (
                VALUES (CASE
                    WHEN family.folded LIKE N'_% jr' THEN N' jr'
                    WHEN family.folded LIKE N'_% junior' THEN N' junior'
                    WHEN family.folded LIKE N'_% sr' THEN N' sr'
                    WHEN family.folded LIKE N'_% senior' THEN N' senior'
                    WHEN family.folded LIKE N'_% ii' THEN N' ii'
                    WHEN family.folded LIKE N'_% iii' THEN N' iii'
                    WHEN family.folded LIKE N'_% iv' THEN N' iv'
                END)
            ) AS endings (suffix)
            CROSS APPLY (
                VALUES (CASE endings.suffix
                    WHEN N' junior' THEN N'jr'
                    WHEN N' senior' THEN N'sr'
                    ELSE LTRIM(endings.suffix)
                END)
            ) AS generations (generation)
            OUTER APPLY silver.folded_text(customers.street) AS streets
            OUTER APPLY silver.folded_text(customers.city) AS cities
            OUTER APPLY silver.folded_text(customers.postal_code) AS postcodes
            OUTER APPLY silver.folded_email(customers.email) AS emails
            WHERE family.folded IS NOT NULL
        ),

        spelled AS (
            SELECT
                folded.source_system,
                folded.customer_id,
                NULLIF(ISNULL(spellings.standard_value, folded.given_name), N'') AS given_name,
                folded.family_name,
                CONCAT(folded.family_name, N' ' + folded.generation) AS whole_name,
                folded.email_text,
                NULLIF(folded.phone_text, N'') AS phone_text,
                NULLIF(TRIM(folded.street_text), N'') AS street_text,
                folded.city_text,
                folded.postal_text,
                folded.generation
            FROM folded
            LEFT OUTER JOIN ops.spellings AS spellings
                ON spellings.domain = N'given_name'
                    AND spellings.spelling = folded.given_name
        )

        INSERT INTO #features (
            source_system,
            customer_id,
            given_name,
            family_name,
            email_text,
            phone_text,
            street_text,
            city_text,
            postal_text,
            generation,
            feature_hash
        )
        SELECT
            spelled.source_system,
            spelled.customer_id,
            spelled.given_name,
            spelled.family_name,
            spelled.email_text,
            spelled.phone_text,
            spelled.street_text,
            spelled.city_text,
            spelled.postal_text,
            spelled.generation,
            HASHBYTES('SHA2_256', CONVERT(varchar(max), CONCAT_WS(
                NCHAR(31),
                ISNULL(CONVERT(nvarchar(max), spelled.given_name), NCHAR(30)),
                ISNULL(spelled.whole_name, NCHAR(30)),
                ISNULL(spelled.email_text, NCHAR(30)),
                ISNULL(spelled.phone_text, NCHAR(30)),
                ISNULL(spelled.street_text, NCHAR(30)),
                ISNULL(spelled.city_text, NCHAR(30)),
                ISNULL(spelled.postal_text, NCHAR(30))
            ) COLLATE Latin1_General_100_BIN2_UTF8))
        FROM spelled;

        DELETE features
        FROM #features AS features
        INNER JOIN silver.customer_features AS known
            ON known.source_system = features.source_system
                AND known.customer_id = features.customer_id
                AND known.feature_hash = features.feature_hash;

        DELETE known
        FROM silver.customer_features AS known
        INNER JOIN #features AS features
            ON features.source_system = known.source_system
                AND features.customer_id = known.customer_id;

        DELETE known
        FROM silver.customer_blocks AS known
        INNER JOIN #features AS features
            ON features.source_system = known.source_system
                AND features.customer_id = known.customer_id;

        -- Nobody is compared with a customer that silver no longer has.
        DELETE known
        FROM silver.customer_features AS known
        WHERE NOT EXISTS (
            SELECT 1
            FROM silver.customers AS customers
            WHERE customers.source_system = known.source_system
                AND customers.customer_id = known.customer_id
        );

        SET @rows_written = @@ROWCOUNT;

        DELETE known
        FROM silver.customer_blocks AS known
        WHERE NOT EXISTS (
            SELECT 1
            FROM silver.customers AS customers
            WHERE customers.source_system = known.source_system
                AND customers.customer_id = known.customer_id
        );

        INSERT INTO silver.customer_features (
            source_system,
            customer_id,
            given_name,
            family_name,
            email_text,
            phone_text,
            street_text,
            city_text,
            postal_text,
            feature_hash,
            batch_id,
            generation
        )
        SELECT
            features.source_system,
            features.customer_id,
            features.given_name,
            features.family_name,
            features.email_text,
            features.phone_text,
            features.street_text,
            features.city_text,
            features.postal_text,
            features.feature_hash,
            @batch_id,
            features.generation
        FROM #features AS features;

        SET @rows_written = @rows_written + @@ROWCOUNT;

        -- A name stands in two blocks with its postal code, so that names written in the wrong order meet.
        INSERT INTO silver.customer_blocks (block_kind, block_value, source_system, customer_id)
        SELECT DISTINCT
            blocks.block_kind,
            blocks.block_value,
            features.source_system,
            features.customer_id
        FROM #features AS features
        CROSS APPLY (
            VALUES
                (N'email', features.email_text),
                (N'phone', features.phone_text),
                (N'name_postal', LEFT(features.family_name, 3) + N' ' + features.postal_text),
                (N'name_postal', LEFT(features.given_name, 3) + N' ' + features.postal_text),
                (N'street', features.street_text + N' ' + features.postal_text),
                (
                    N'full_name',
                    IIF(
                        features.given_name < features.family_name,
                        features.given_name + N' ' + features.family_name,
                        features.family_name + N' ' + features.given_name
                    )
                )
        ) AS blocks (block_kind, block_value)
        WHERE blocks.block_value IS NOT NULL;

        EXEC ops.finish_batch
            @run_id = @run_id,
            @batch_id = @batch_id,
            @table_name = N'silver.customer_features',
            @rows_written = @rows_written;
    END;

    IF @owns_transaction = 1 COMMIT TRANSACTION;
END TRY
BEGIN CATCH
    IF @owns_transaction = 1 AND XACT_STATE() <> 0 ROLLBACK TRANSACTION;
    THROW;
END CATCH;
GO
