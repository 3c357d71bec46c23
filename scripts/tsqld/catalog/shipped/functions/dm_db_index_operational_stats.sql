CREATE FUNCTION sys.dm_db_index_operational_stats (@database_id smallint, @object_id int,
        @index_id int, @partition_number int) RETURNS TABLE AS RETURN
    SELECT CAST(DB_ID() AS smallint) AS database_id, p.object_id, p.index_id, p.partition_number, p.hobt_id
    FROM sys.partitions AS p WHERE 1 = 0
