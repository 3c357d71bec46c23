CREATE PROCEDURE sys.sp_statistics_90 @table_name sysname, @table_owner sysname = NULL, @table_qualifier sysname = NULL,
    @index_name sysname = N'%', @is_unique char(1) = 'N', @accuracy char(1) = 'Q' AS
    SELECT DB_NAME() AS TABLE_QUALIFIER, s.name AS TABLE_OWNER, o.name AS TABLE_NAME, x.NON_UNIQUE,
        x.INDEX_QUALIFIER, x.INDEX_NAME, x.[TYPE], x.SEQ_IN_INDEX, x.COLUMN_NAME, x.[COLLATION], x.[CARDINALITY],
        x.PAGES, CAST(NULL AS varchar(128)) AS FILTER_CONDITION
    FROM sys.objects AS o
    JOIN sys.schemas AS s ON s.schema_id = o.schema_id
    JOIN (
        SELECT i.object_id, CAST(1 - i.is_unique AS smallint) AS NON_UNIQUE, CAST(t.name AS sysname) AS INDEX_QUALIFIER,
            CAST(i.name AS sysname) AS INDEX_NAME, CAST(IIF(i.type IN (1, 5), 1, 3) AS smallint) AS [TYPE],
            CAST(ic.index_column_id AS smallint) AS SEQ_IN_INDEX, CAST(c.name AS sysname) AS COLUMN_NAME,
            CAST(IIF(ic.is_descending_key = 1, 'D', 'A') AS varchar(1)) AS [COLLATION],
            CAST(p.row_count AS int) AS [CARDINALITY], CAST(p.used_page_count AS int) AS PAGES
        FROM sys.indexes AS i
        JOIN sys.objects AS t ON t.object_id = i.object_id
        JOIN sys.index_columns AS ic ON ic.object_id = i.object_id AND ic.index_id = i.index_id
        JOIN sys.columns AS c ON c.object_id = ic.object_id AND c.column_id = ic.column_id
        LEFT JOIN (
            SELECT object_id, index_id, SUM(row_count) AS row_count, SUM(used_page_count) AS used_page_count
            FROM sys.dm_db_partition_stats GROUP BY object_id, index_id) AS p
            ON p.object_id = i.object_id AND p.index_id = i.index_id
        WHERE i.index_id > 0 AND ic.is_included_column = 0 AND ic.key_ordinal > 0 AND (i.name LIKE @index_name OR i.name = @index_name)
            AND (@is_unique <> 'Y' OR i.is_unique = 1)
        UNION ALL
        SELECT t.object_id, CAST(NULL AS smallint), CAST(NULL AS sysname), CAST(NULL AS sysname), CAST(0 AS smallint),
            CAST(NULL AS smallint), CAST(NULL AS sysname), CAST(NULL AS varchar(1)), CAST(SUM(p.row_count) AS int),
            CAST(SUM(p.used_page_count) AS int)
        FROM sys.tables AS t
        JOIN sys.dm_db_partition_stats AS p ON p.object_id = t.object_id AND p.index_id < 2
        GROUP BY t.object_id) AS x ON x.object_id = o.object_id
    WHERE o.type IN ('U', 'V') AND o.name = @table_name AND s.name = ISNULL(@table_owner, s.name)
        AND DB_NAME() = ISNULL(@table_qualifier, DB_NAME())
    ORDER BY NON_UNIQUE, [TYPE], INDEX_NAME, SEQ_IN_INDEX;
