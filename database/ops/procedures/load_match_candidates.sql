-- silver.customer_features, silver.customer_blocks → ops.match_candidates
-- Grain: one pair of customers that share a block and score review_from or more. Re-run: compares only customers that
-- came or changed since with all others; a pair decided by a person is asked again only when one of the two has
-- changed, and one taken as the same by a person stays. Blocks that are too large are split by what else their members
-- have, and noted in ops.match_capped_blocks.
-- EXEC ops.load_match_candidates @run_id = 1, @rows_written = @written OUTPUT;
CREATE OR ALTER PROCEDURE ops.load_match_candidates
    @run_id bigint,
    @rows_read bigint = NULL OUTPUT,
    @rows_written bigint = NULL OUTPUT,
    @rows_rejected bigint = NULL OUTPUT
AS
SET NOCOUNT, XACT_ABORT ON;
DECLARE @owns_transaction bit = IIF(@@TRANCOUNT = 0, 1, 0);
DECLARE @now datetime2(3) = SYSUTCDATETIME();
DECLARE @batch_id bigint;
DECLARE @largest_block int;

SELECT
    @rows_read = 0,
    @rows_written = 0,
    @rows_rejected = 0;

CREATE TABLE #batches (batch_id bigint NOT NULL, file_id bigint NULL, row_count bigint NOT NULL);
CREATE TABLE #blocks (
    block_number int IDENTITY(1, 1) NOT NULL,
    block_kind nvarchar(20) COLLATE DATABASE_DEFAULT NOT NULL,
    block_value nvarchar(400) COLLATE DATABASE_DEFAULT NOT NULL,
    member_count int NOT NULL
);
CREATE TABLE #people (
    person_number int NOT NULL,
    source_system nvarchar(20) COLLATE DATABASE_DEFAULT NOT NULL,
    customer_id nvarchar(50) COLLATE DATABASE_DEFAULT NOT NULL,
    feature_hash binary(32) NOT NULL,
    is_changed bit NOT NULL
);
CREATE TABLE #members (
    block_number int NOT NULL,
    split_by nvarchar(20) COLLATE DATABASE_DEFAULT NOT NULL,
    split_value nvarchar(20) COLLATE DATABASE_DEFAULT NOT NULL,
    person_number int NOT NULL,
    is_changed bit NOT NULL,
    member_count int NOT NULL
);
CREATE TABLE #scored (
    pair_number int IDENTITY(1, 1) NOT NULL,
    left_source_system nvarchar(20) COLLATE DATABASE_DEFAULT NOT NULL,
    left_customer_id nvarchar(50) COLLATE DATABASE_DEFAULT NOT NULL,
    right_source_system nvarchar(20) COLLATE DATABASE_DEFAULT NOT NULL,
    right_customer_id nvarchar(50) COLLATE DATABASE_DEFAULT NOT NULL,
    left_hash binary(32) NOT NULL,
    right_hash binary(32) NOT NULL,
    name_score decimal(5, 4) NULL,
    email_score decimal(5, 4) NULL,
    phone_score decimal(5, 4) NULL,
    address_score decimal(5, 4) NULL,
    score decimal(5, 4) NULL,
    status nvarchar(20) COLLATE DATABASE_DEFAULT NULL
);
CREATE TABLE #changed (candidate_id bigint NOT NULL);

BEGIN TRY
    IF @owns_transaction = 1 BEGIN TRANSACTION;

    EXEC ops.lock_target @target = N'ops.match_candidates';

    INSERT INTO #batches (batch_id, file_id, row_count)
    SELECT
        batches.batch_id,
        batches.file_id,
        batches.rows_written
    FROM ops.batches AS batches
    WHERE batches.table_name = N'silver.customer_features'
        AND NOT EXISTS (
            SELECT 1
            FROM ops.batch_consumers AS consumers
            WHERE consumers.consumer = N'ops.match_candidates'
                AND consumers.batch_id = batches.batch_id
        );

    IF EXISTS (SELECT 1 FROM #batches AS batches)
    BEGIN
        SET @batch_id = NEXT VALUE FOR ops.batch_ids;

        SELECT @rows_read = SUM(batches.row_count) FROM #batches AS batches;
        SELECT @largest_block = settings.value
        FROM ops.match_settings AS settings
        WHERE settings.setting_name = N'largest_block';

        INSERT INTO #blocks (block_kind, block_value, member_count)
        SELECT
            members.block_kind,
            members.block_value,
            COUNT(*)
        FROM silver.customer_blocks AS members
        WHERE EXISTS (
            SELECT 1
            FROM silver.customer_blocks AS touched
            INNER JOIN silver.customer_features AS features
                ON features.source_system = touched.source_system
                    AND features.customer_id = touched.customer_id
            INNER JOIN #batches AS batches ON batches.batch_id = features.batch_id
            WHERE touched.block_kind = members.block_kind
                AND touched.block_value = members.block_value
        )
        GROUP BY
            members.block_kind,
            members.block_value
        HAVING COUNT(*) > 1;

        DELETE capped
        FROM ops.match_capped_blocks AS capped
        INNER JOIN #blocks AS blocks
            ON blocks.block_kind = capped.block_kind
                AND blocks.block_value = capped.block_value;

        INSERT INTO ops.match_capped_blocks (block_kind, block_value, member_count, run_id)
        SELECT
            blocks.block_kind,
            blocks.block_value,
            blocks.member_count,
            @run_id
        FROM #blocks AS blocks
        WHERE blocks.member_count > @largest_block;

        -- In the order in which a pair has them: the smaller key on the left.
        INSERT INTO #people (person_number, source_system, customer_id, feature_hash, is_changed)
        SELECT
            ROW_NUMBER() OVER (ORDER BY features.source_system, features.customer_id),
            features.source_system,
            features.customer_id,
            features.feature_hash,
            IIF(EXISTS (SELECT 1 FROM #batches AS batches WHERE batches.batch_id = features.batch_id), 1, 0)
        FROM silver.customer_features AS features
        WHERE EXISTS (
            SELECT 1
            FROM #blocks AS blocks
            INNER JOIN silver.customer_blocks AS members
                ON members.block_kind = blocks.block_kind
                    AND members.block_value = blocks.block_value
            WHERE members.source_system = features.source_system
                AND members.customer_id = features.customer_id
        );

        -- Of a block that is too large only those are compared who share something else as well.
        INSERT INTO #members (block_number, split_by, split_value, person_number, is_changed, member_count)
        SELECT
            blocks.block_number,
            splits.split_by,
            splits.split_value,
            people.person_number,
            people.is_changed,
            COUNT(*) OVER (PARTITION BY blocks.block_number, splits.split_by, splits.split_value)
        FROM #blocks AS blocks
        INNER JOIN silver.customer_blocks AS members
            ON members.block_kind = blocks.block_kind
                AND members.block_value = blocks.block_value
        INNER JOIN #people AS people
            ON people.source_system = members.source_system
                AND people.customer_id = members.customer_id
        INNER JOIN silver.customer_features AS features
            ON features.source_system = members.source_system
                AND features.customer_id = members.customer_id
        CROSS APPLY (
            VALUES
                (0, N'', N''),
                (1, N'family', LEFT(features.family_name, 3)),
                (1, N'given', LEFT(features.given_name, 3)),
                (1, N'postal', features.postal_text),
                (1, N'mailbox', LEFT(features.email_text, 3))
        ) AS splits (is_split, split_by, split_value)
        WHERE splits.is_split = IIF(blocks.member_count > @largest_block, 1, 0)
            AND splits.split_value IS NOT NULL;

        DELETE FROM #members WHERE member_count NOT BETWEEN 2 AND @largest_block;

        -- Each pair once, however many blocks it shares, of which one has changed.
        WITH pairs AS (
            SELECT DISTINCT
                lefts.person_number AS left_number,
                rights.person_number AS right_number
            FROM #members AS lefts
            INNER JOIN #members AS rights
                ON rights.block_number = lefts.block_number
                    AND rights.split_by = lefts.split_by
                    AND rights.split_value = lefts.split_value
                    AND rights.person_number > lefts.person_number
            WHERE lefts.is_changed = 1
                OR rights.is_changed = 1
        )

        INSERT INTO #scored (
            left_source_system,
            left_customer_id,
            right_source_system,
            right_customer_id,
            left_hash,
            right_hash
        )
        SELECT
            lefts.source_system AS left_source_system,
            lefts.customer_id AS left_customer_id,
            rights.source_system AS right_source_system,
            rights.customer_id AS right_customer_id,
            lefts.feature_hash AS left_hash,
            rights.feature_hash AS right_hash
        FROM pairs
        INNER JOIN #people AS lefts ON lefts.person_number = pairs.left_number
        INNER JOIN #people AS rights ON rights.person_number = pairs.right_number;

        -- A pair that no longer shares a block scores nothing; it is looked at as well.
        WITH touched AS (
            SELECT known.candidate_id
            FROM #batches AS batches
            INNER JOIN silver.customer_features AS features ON features.batch_id = batches.batch_id
            INNER JOIN ops.match_candidates AS known
                ON known.left_source_system = features.source_system
                    AND known.left_customer_id = features.customer_id
            UNION
            SELECT known.candidate_id
            FROM #batches AS batches
            INNER JOIN silver.customer_features AS features ON features.batch_id = batches.batch_id
            INNER JOIN ops.match_candidates AS known
                ON known.right_source_system = features.source_system
                    AND known.right_customer_id = features.customer_id
        )

        INSERT INTO #scored (
            left_source_system,
            left_customer_id,
            right_source_system,
            right_customer_id,
            left_hash,
            right_hash
        )
        SELECT
            known.left_source_system,
            known.left_customer_id,
            known.right_source_system,
            known.right_customer_id,
            lefts.feature_hash AS left_hash,
            rights.feature_hash AS right_hash
        FROM touched
        INNER JOIN ops.match_candidates AS known ON known.candidate_id = touched.candidate_id
        INNER JOIN silver.customer_features AS lefts
            ON lefts.source_system = known.left_source_system
                AND lefts.customer_id = known.left_customer_id
        INNER JOIN silver.customer_features AS rights
            ON rights.source_system = known.right_source_system
                AND rights.customer_id = known.right_customer_id
        WHERE (known.left_hash <> lefts.feature_hash OR known.right_hash <> rights.feature_hash)
            AND NOT EXISTS (
                SELECT 1
                FROM #scored AS scored
                WHERE scored.left_source_system = known.left_source_system
                    AND scored.left_customer_id = known.left_customer_id
                    AND scored.right_source_system = known.right_source_system
                    AND scored.right_customer_id = known.right_customer_id
            );

        EXEC ops.check_likeness;

        UPDATE known
        SET
            score = ISNULL(scored.score, 0),
            name_score = ISNULL(scored.name_score, 0),
            email_score = scored.email_score,
            phone_score = scored.phone_score,
            address_score = scored.address_score,
            left_hash = scored.left_hash,
            right_hash = scored.right_hash,
            status = CASE
                WHEN known.status = N'accepted' THEN N'accepted'
                WHEN scored.status IS NULL THEN N'withdrawn'
                WHEN known.status = N'rejected' THEN N'pending'
                ELSE scored.status
            END,
            run_id = @run_id,
            decided_by = IIF(known.status = N'accepted', known.decided_by, NULL),
            decided_at = IIF(known.status = N'accepted', known.decided_at, NULL),
            note = IIF(known.status = N'accepted', known.note, CONCAT(N'changed since it was ', known.status))
        OUTPUT INSERTED.candidate_id INTO #changed (candidate_id)
        FROM ops.match_candidates AS known
        INNER JOIN #scored AS scored
            ON scored.left_source_system = known.left_source_system
                AND scored.left_customer_id = known.left_customer_id
                AND scored.right_source_system = known.right_source_system
                AND scored.right_customer_id = known.right_customer_id
        WHERE known.left_hash <> scored.left_hash
            OR known.right_hash <> scored.right_hash;

        INSERT INTO ops.match_candidates (
            left_source_system,
            left_customer_id,
            right_source_system,
            right_customer_id,
            score,
            name_score,
            email_score,
            phone_score,
            address_score,
            left_hash,
            right_hash,
            status,
            run_id
        )
        OUTPUT INSERTED.candidate_id INTO #changed (candidate_id)
        SELECT
            scored.left_source_system,
            scored.left_customer_id,
            scored.right_source_system,
            scored.right_customer_id,
            scored.score,
            scored.name_score,
            scored.email_score,
            scored.phone_score,
            scored.address_score,
            scored.left_hash,
            scored.right_hash,
            scored.status,
            @run_id
        FROM #scored AS scored
        WHERE scored.status IS NOT NULL
            AND NOT EXISTS (
                SELECT 1
                FROM ops.match_candidates AS known
                WHERE known.left_source_system = scored.left_source_system
                    AND known.left_customer_id = scored.left_customer_id
                    AND known.right_source_system = scored.right_source_system
                    AND known.right_customer_id = scored.right_customer_id
            );

        INSERT INTO ops.match_decisions (candidate_id, status, score, decided_by, decided_at, note)
        SELECT
            candidates.candidate_id,
            candidates.status,
            candidates.score,
            N'ops.load_match_candidates',
            @now,
            candidates.note
        FROM ops.match_candidates AS candidates
        INNER JOIN #changed AS changed ON changed.candidate_id = candidates.candidate_id;

        SET @rows_written = @@ROWCOUNT;

        EXEC ops.finish_batch
            @run_id = @run_id,
            @batch_id = @batch_id,
            @table_name = N'ops.match_candidates',
            @rows_written = @rows_written;
    END;

    IF @owns_transaction = 1 COMMIT TRANSACTION;
END TRY
BEGIN CATCH
    IF @owns_transaction = 1 AND XACT_STATE() <> 0 ROLLBACK TRANSACTION;
    THROW;
END CATCH;
GO
