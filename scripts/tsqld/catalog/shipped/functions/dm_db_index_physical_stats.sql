CREATE FUNCTION sys.dm_db_index_physical_stats (@database_id smallint, @object_id int, @index_id int,
        @partition_number int, @mode sysname) RETURNS TABLE AS RETURN
    SELECT CAST(DB_ID() AS smallint) AS database_id, p.object_id, p.index_id, p.partition_number,
        CASE WHEN p.index_id = 0 THEN N'HEAP' WHEN i.type IN (5, 6) THEN i.type_desc
            WHEN p.index_id = 1 THEN N'CLUSTERED INDEX' ELSE N'NONCLUSTERED INDEX' END AS index_type_desc,
        CAST(N'IN_ROW_DATA' AS nvarchar(60)) AS alloc_unit_type_desc, CAST(1 AS tinyint) AS index_depth,
        CAST(0 AS tinyint) AS index_level, CAST(0 AS float) AS avg_fragmentation_in_percent,
        CAST(1 AS bigint) AS fragment_count, CAST(p.used_page_count AS float) AS avg_fragment_size_in_pages,
        p.used_page_count AS page_count, CAST(NULL AS float) AS avg_page_space_used_in_percent,
        p.row_count AS record_count, CAST(0 AS bigint) AS ghost_record_count,
        CAST(0 AS bigint) AS version_ghost_record_count, CAST(NULL AS int) AS min_record_size_in_bytes,
        CAST(NULL AS int) AS max_record_size_in_bytes, CAST(NULL AS float) AS avg_record_size_in_bytes,
        CAST(NULL AS bigint) AS forwarded_record_count, CAST(NULL AS bigint) AS compressed_page_count,
        CAST(NULL AS bigint) AS hobt_id, CAST(0 AS tinyint) AS columnstore_delete_buffer_state,
        CAST(N'NOT VALID' AS nvarchar(60)) AS columnstore_delete_buffer_state_desc
    FROM sys.dm_db_partition_stats AS p
    JOIN sys.indexes AS i ON i.object_id = p.object_id AND i.index_id = p.index_id
    WHERE ISNULL(@database_id, DB_ID()) IN (0, DB_ID()) AND p.object_id = ISNULL(NULLIF(@object_id, 0), p.object_id)
        AND p.index_id = ISNULL(NULLIF(@index_id, -1), p.index_id)
        AND p.partition_number = ISNULL(NULLIF(@partition_number, 0), p.partition_number)
