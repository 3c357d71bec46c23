-- ops.match_candidates, silver.customer_features → silver.customer_matches
-- Grain: one customer that is joined to others, with the one that stands for all of them. Whoever is accepted to be the
-- same as one of a group belongs to the group. A group that would hold two customers whose match was rejected, or more
-- than largest_cluster, is not made without a person's word: its pairs go to review. Re-run: makes the same groups.
-- EXEC silver.load_customer_matches @run_id = 1, @rows_written = @written OUTPUT;
CREATE OR ALTER PROCEDURE silver.load_customer_matches
    @run_id bigint,
    @rows_read bigint = NULL OUTPUT,
    @rows_written bigint = NULL OUTPUT,
    @rows_rejected bigint = NULL OUTPUT
AS
SET NOCOUNT, XACT_ABORT ON;
DECLARE @owns_transaction bit = IIF(@@TRANCOUNT = 0, 1, 0);
DECLARE @now datetime2(3) = SYSUTCDATETIME();
DECLARE @batch_id bigint;
DECLARE @largest_cluster int;
DECLARE @is_settled bit = 0;
DECLARE @is_grown bit;

SELECT
    @rows_read = 0,
    @rows_written = 0,
    @rows_rejected = 0;

CREATE TABLE #batches (batch_id bigint NOT NULL, file_id bigint NULL, row_count bigint NOT NULL);
CREATE TABLE #members (
    member_id int IDENTITY(1, 1) NOT NULL,
    source_system nvarchar(20) COLLATE DATABASE_DEFAULT NOT NULL,
    customer_id nvarchar(50) COLLATE DATABASE_DEFAULT NOT NULL,
    group_id int NULL
);
CREATE TABLE #pairs (candidate_id bigint NOT NULL, left_id int NOT NULL, right_id int NOT NULL, is_auto bit NOT NULL);
CREATE TABLE #doubtful (group_id int NOT NULL);
CREATE TABLE #released (candidate_id bigint NOT NULL, score decimal(5, 4) NOT NULL);
CREATE TABLE #matches (
    source_system nvarchar(20) COLLATE DATABASE_DEFAULT NOT NULL,
    customer_id nvarchar(50) COLLATE DATABASE_DEFAULT NOT NULL,
    master_source_system nvarchar(20) COLLATE DATABASE_DEFAULT NOT NULL,
    master_customer_id nvarchar(50) COLLATE DATABASE_DEFAULT NOT NULL,
    cluster_size int NOT NULL
);

BEGIN TRY
    IF @owns_transaction = 1 BEGIN TRANSACTION;

    EXEC ops.lock_target @target = N'silver.customer_matches';

    INSERT INTO #batches (batch_id, file_id, row_count)
    -- Of customers that came or went only that they did so counts: what is read are pairs.
    SELECT
        batches.batch_id,
        batches.file_id,
        IIF(batches.table_name = N'ops.match_candidates', batches.rows_written, 0)
    FROM ops.batches AS batches
    WHERE batches.table_name IN (N'ops.match_candidates', N'silver.customer_features')
        AND NOT EXISTS (
            SELECT 1
            FROM ops.batch_consumers AS consumers
            WHERE consumers.consumer = N'silver.customer_matches'
                AND consumers.batch_id = batches.batch_id
        );

    IF EXISTS (SELECT 1 FROM #batches AS batches)
    BEGIN
        SET @batch_id = NEXT VALUE FOR ops.batch_ids;

        SELECT @rows_read = SUM(batches.row_count) FROM #batches AS batches;
        SELECT @largest_cluster = settings.value
        FROM ops.match_settings AS settings
        WHERE settings.setting_name = N'largest_cluster';

        WITH ends AS (
            SELECT
                candidates.left_source_system AS source_system,
                candidates.left_customer_id AS customer_id
            FROM ops.match_candidates AS candidates
            WHERE candidates.status IN (N'accepted', N'auto_accepted')
            UNION
            SELECT
                candidates.right_source_system,
                candidates.right_customer_id
            FROM ops.match_candidates AS candidates
            WHERE candidates.status IN (N'accepted', N'auto_accepted')
        )

        INSERT INTO #members (source_system, customer_id)
        SELECT
            ends.source_system,
            ends.customer_id
        FROM ends
        INNER JOIN silver.customers AS customers
            ON customers.source_system = ends.source_system
                AND customers.customer_id = ends.customer_id;

        INSERT INTO #pairs (candidate_id, left_id, right_id, is_auto)
        SELECT
            candidates.candidate_id,
            lefts.member_id AS left_id,
            rights.member_id AS right_id,
            IIF(candidates.status = N'auto_accepted', 1, 0)
        FROM ops.match_candidates AS candidates
        INNER JOIN #members AS lefts
            ON lefts.source_system = candidates.left_source_system
                AND lefts.customer_id = candidates.left_customer_id
        INNER JOIN #members AS rights
            ON rights.source_system = candidates.right_source_system
                AND rights.customer_id = candidates.right_customer_id
        WHERE candidates.status IN (N'accepted', N'auto_accepted');

        WHILE @is_settled = 0
        BEGIN
            -- Everybody begins alone; the smaller number of two that are a pair is taken over until nothing changes.
            UPDATE #members SET group_id = member_id;
            SET @is_grown = 1;

            WHILE @is_grown = 1
            BEGIN
                UPDATE members
                SET group_id = smallest.group_id
                FROM #members AS members
                INNER JOIN (
                    SELECT
                        ends.member_id,
                        MIN(ends.group_id) AS group_id
                    FROM (
                        SELECT
                            pairs.left_id AS member_id,
                            others.group_id
                        FROM #pairs AS pairs
                        INNER JOIN #members AS others ON others.member_id = pairs.right_id
                        UNION ALL
                        SELECT
                            pairs.right_id,
                            others.group_id
                        FROM #pairs AS pairs
                        INNER JOIN #members AS others ON others.member_id = pairs.left_id
                    ) AS ends
                    GROUP BY ends.member_id
                ) AS smallest ON smallest.member_id = members.member_id
                WHERE smallest.group_id < members.group_id;

                SET @is_grown = IIF(@@ROWCOUNT > 0, 1, 0);
            END;

            DELETE FROM #doubtful;

            INSERT INTO #doubtful (group_id)
            SELECT members.group_id
            FROM #members AS members
            GROUP BY members.group_id
            HAVING COUNT(*) > @largest_cluster
            UNION
            SELECT lefts.group_id
            FROM ops.match_candidates AS candidates
            INNER JOIN #members AS lefts
                ON lefts.source_system = candidates.left_source_system
                    AND lefts.customer_id = candidates.left_customer_id
            INNER JOIN #members AS rights
                ON rights.source_system = candidates.right_source_system
                    AND rights.customer_id = candidates.right_customer_id
                    AND rights.group_id = lefts.group_id
            WHERE candidates.status = N'rejected'
                OR (
                    candidates.status = N'pending'
                    AND EXISTS (
                        SELECT 1
                        FROM ops.match_decisions AS decisions
                        WHERE decisions.candidate_id = candidates.candidate_id
                            AND decisions.status = N'rejected'
                    )
                );

            UPDATE candidates
            SET
                status = N'pending',
                note = N'would join customers whose match was rejected, or too many of them'
            OUTPUT INSERTED.candidate_id, INSERTED.score INTO #released (candidate_id, score)
            FROM ops.match_candidates AS candidates
            INNER JOIN #pairs AS pairs ON pairs.candidate_id = candidates.candidate_id
            INNER JOIN #members AS lefts ON lefts.member_id = pairs.left_id
            INNER JOIN #doubtful AS doubtful ON doubtful.group_id = lefts.group_id
            WHERE pairs.is_auto = 1;

            SET @is_settled = IIF(@@ROWCOUNT = 0, 1, 0);

            DELETE pairs
            FROM #pairs AS pairs
            INNER JOIN #released AS released ON released.candidate_id = pairs.candidate_id;
        END;

        INSERT INTO ops.match_decisions (candidate_id, status, score, decided_by, decided_at, note)
        SELECT
            released.candidate_id,
            N'pending',
            released.score,
            N'silver.load_customer_matches',
            @now,
            N'would join customers whose match was rejected, or too many of them'
        FROM #released AS released;

        WITH ranked AS (
            SELECT
                members.source_system,
                members.customer_id,
                members.group_id,
                COUNT(*) OVER (PARTITION BY members.group_id) AS cluster_size,
                ROW_NUMBER() OVER (
                    PARTITION BY members.group_id
                    ORDER BY
                        ISNULL(customers.registered_at, '99991231'),
                        members.source_system,
                        members.customer_id
                ) AS place
            FROM #members AS members
            INNER JOIN silver.customers AS customers
                ON customers.source_system = members.source_system
                    AND customers.customer_id = members.customer_id
        )

        INSERT INTO #matches (
            source_system,
            customer_id,
            master_source_system,
            master_customer_id,
            cluster_size
        )
        SELECT
            ranked.source_system,
            ranked.customer_id,
            masters.source_system AS master_source_system,
            masters.customer_id AS master_customer_id,
            ranked.cluster_size
        FROM ranked
        INNER JOIN ranked AS masters
            ON masters.group_id = ranked.group_id
                AND masters.place = 1
        WHERE ranked.cluster_size > 1;

        DELETE known
        FROM silver.customer_matches AS known
        WHERE NOT EXISTS (
            SELECT 1
            FROM #matches AS matches
            WHERE matches.source_system = known.source_system
                AND matches.customer_id = known.customer_id
        );

        SET @rows_written = @@ROWCOUNT;

        UPDATE known
        SET
            master_source_system = matches.master_source_system,
            master_customer_id = matches.master_customer_id,
            cluster_size = matches.cluster_size,
            batch_id = @batch_id,
            updated_at = @now
        FROM silver.customer_matches AS known
        INNER JOIN #matches AS matches
            ON matches.source_system = known.source_system
                AND matches.customer_id = known.customer_id
        WHERE matches.master_source_system <> known.master_source_system
            OR matches.master_customer_id <> known.master_customer_id
            OR matches.cluster_size <> known.cluster_size;

        SET @rows_written = @rows_written + @@ROWCOUNT;

        INSERT INTO silver.customer_matches (
            source_system,
            customer_id,
            master_source_system,
            master_customer_id,
            cluster_size,
            batch_id,
            updated_at
        )
        SELECT
            matches.source_system,
            matches.customer_id,
            matches.master_source_system,
            matches.master_customer_id,
            matches.cluster_size,
            @batch_id,
            @now
        FROM #matches AS matches
        WHERE NOT EXISTS (
            SELECT 1
            FROM silver.customer_matches AS known
            WHERE known.source_system = matches.source_system
                AND known.customer_id = matches.customer_id
        );

        SET @rows_written = @rows_written + @@ROWCOUNT;

        EXEC ops.finish_batch
            @run_id = @run_id,
            @batch_id = @batch_id,
            @table_name = N'silver.customer_matches',
            @rows_written = @rows_written;
    END;

    IF @owns_transaction = 1 COMMIT TRANSACTION;
END TRY
BEGIN CATCH
    IF @owns_transaction = 1 AND XACT_STATE() <> 0 ROLLBACK TRANSACTION;
    THROW;
END CATCH;
GO
