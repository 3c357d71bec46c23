-- sys.partitions → the months of every table that lies on PS_bronze_months: from_at is part of a month, to_at is not;
-- the first has no from_at, the last no to_at. Costs the same however many rows there are.
-- SELECT table_name, from_at, row_count FROM ops.bronze_partitions WHERE row_count > 0;
CREATE OR ALTER VIEW ops.bronze_partitions
AS
SELECT
    CONCAT(OBJECT_SCHEMA_NAME(indexes.object_id), N'.', OBJECT_NAME(indexes.object_id)) AS table_name,
    partitions.partition_number,
    CONVERT(datetime2(3), opening.value) AS from_at,
    CONVERT(datetime2(3), closing.value) AS to_at,
    partitions.rows AS row_count
FROM sys.partition_schemes AS schemes
INNER JOIN sys.indexes AS indexes
    ON indexes.data_space_id = schemes.data_space_id
        AND indexes.type IN (0, 1, 5)
INNER JOIN sys.partitions AS partitions
    ON partitions.object_id = indexes.object_id
        AND partitions.index_id = indexes.index_id
LEFT OUTER JOIN sys.partition_range_values AS opening
    ON opening.function_id = schemes.function_id
        AND opening.boundary_id = partitions.partition_number - 1
LEFT OUTER JOIN sys.partition_range_values AS closing
    ON closing.function_id = schemes.function_id
        AND closing.boundary_id = partitions.partition_number
WHERE schemes.name = N'PS_bronze_months';
GO
