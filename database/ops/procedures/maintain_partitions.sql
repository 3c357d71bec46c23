-- PF_bronze_months: splits a month off ahead until there are @months_ahead of them, and merges months behind away that
-- no policy keeps any longer and that are empty in every table. Only empty partitions are split or merged, so no row
-- moves. Re-run: nothing is left to do.
-- EXEC ops.maintain_partitions;
CREATE OR ALTER PROCEDURE ops.maintain_partitions
    @as_of datetime2(3) = NULL,
    @months_ahead int = 3,
    @boundaries_added int = NULL OUTPUT,
    @boundaries_merged int = NULL OUTPUT
AS
SET NOCOUNT, XACT_ABORT ON;
DECLARE @owns_transaction bit = IIF(@@TRANCOUNT = 0, 1, 0);
DECLARE @oldest_kept datetime2(3);
DECLARE @boundary datetime2(3);
DECLARE @newest datetime2(3);
DECLARE @newest_rows bigint;
DECLARE @message nvarchar(2048);

SELECT
    @as_of = ISNULL(@as_of, SYSUTCDATETIME()),
    @boundaries_added = 0,
    @boundaries_merged = 0;

CREATE TABLE #months (partition_number int NOT NULL, from_at datetime2(3) NULL, row_count bigint NOT NULL);

BEGIN TRY
    IF @owns_transaction = 1 BEGIN TRANSACTION;

    -- A boundary opens the partition behind it; the first partition has none.
    INSERT INTO #months (partition_number, from_at, row_count)
    SELECT
        partitions.partition_number,
        partitions.from_at,
        SUM(partitions.row_count)
    FROM ops.bronze_partitions AS partitions
    GROUP BY
        partitions.partition_number,
        partitions.from_at;

    SELECT @newest = MAX(months.from_at) FROM #months AS months;
    SELECT @newest_rows = months.row_count FROM #months AS months WHERE months.from_at = @newest;

    WHILE @newest < DATEADD(MONTH, @months_ahead, @as_of)
    BEGIN
        IF @newest_rows > 0
        BEGIN
            SET @message = CONCAT(
                N'ops.maintain_partitions: the last month, from ', CONVERT(nvarchar(10), @newest, 23), N', holds ',
                @newest_rows, N' rows, and only an empty one can be split; move its rows out first (docs/retention.md).'
            );
            THROW 51050, @message, 1;
        END;

        SET @newest = DATEADD(MONTH, 1, @newest);
        ALTER PARTITION SCHEME PS_bronze_months NEXT USED [PRIMARY];
        ALTER PARTITION FUNCTION PF_bronze_months() SPLIT RANGE (@newest);
        SET @boundaries_added = @boundaries_added + 1;
    END;

    SELECT @oldest_kept = MIN(cutoffs.cutoff_at)
    FROM ops.retention_cutoffs(@as_of) AS cutoffs
    WHERE cutoffs.method = N'partition';

    -- The last boundary that may go: the month behind it is over by the cut-off too, and all up to there is empty.
    SELECT TOP (1) @boundary = months.from_at
    FROM #months AS months
    WHERE DATEADD(MONTH, 1, months.from_at) <= @oldest_kept
        AND NOT EXISTS (
            SELECT 1
            FROM #months AS earlier
            WHERE earlier.partition_number <= months.partition_number
                AND earlier.row_count > 0
        )
    ORDER BY months.from_at DESC;

    WHILE EXISTS (SELECT 1 FROM #months AS months WHERE months.from_at <= @boundary)
    BEGIN
        SELECT @newest = MIN(months.from_at) FROM #months AS months WHERE months.from_at <= @boundary;
        ALTER PARTITION FUNCTION PF_bronze_months() MERGE RANGE (@newest);
        DELETE FROM #months WHERE from_at = @newest;
        SET @boundaries_merged = @boundaries_merged + 1;
    END;

    IF @owns_transaction = 1 COMMIT TRANSACTION;
END TRY
BEGIN CATCH
    IF @owns_transaction = 1 AND XACT_STATE() <> 0 ROLLBACK TRANSACTION;
    THROW;
END CATCH;
GO
