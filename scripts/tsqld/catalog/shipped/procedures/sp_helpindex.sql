-- Microsoft Learn: sp_helpindex.
CREATE PROCEDURE sys.sp_helpindex @objname nvarchar(776) AS
BEGIN
SET NOCOUNT ON;
DECLARE @db sysname = DB_NAME(), @id int = OBJECT_ID(@objname);
IF PARSENAME(@objname, 3) <> @db
BEGIN
    RAISERROR (15250, -1, -1);
    RETURN 1;
END
IF @id IS NULL
BEGIN
    RAISERROR (15009, -1, -1, @objname, @db);
    RETURN 1;
END
IF NOT EXISTS (SELECT * FROM sys.indexes WHERE object_id = @id AND index_id > 0)
BEGIN
    RAISERROR (15472, -1, -1, @objname);
    RETURN 0;
END
SELECT i.name AS index_name,
    CAST(CONCAT(LOWER(i.type_desc), IIF(i.ignore_dup_key = 1, ', ignore duplicate keys', ''),
        IIF(i.is_unique = 1, ', unique', ''), IIF(i.is_primary_key = 1, ', primary key', ''),
        IIF(i.is_unique_constraint = 1, ', unique key', ''),
        IIF(ISNULL(t.no_recompute, 0) = 1, ', stats no recompute', ''), ' located on ', s.name) AS varchar(210))
        AS index_description,
    CAST((SELECT STRING_AGG(CONCAT(c.name, IIF(ic.is_descending_key = 1, N'(-)', N'')), N', ')
            WITHIN GROUP (ORDER BY ic.key_ordinal, ic.index_column_id)
        FROM sys.index_columns AS ic
        JOIN sys.columns AS c ON c.object_id = ic.object_id AND c.column_id = ic.column_id
        WHERE ic.object_id = i.object_id AND ic.index_id = i.index_id
            AND (ic.key_ordinal > 0 OR i.type IN (5, 6))) AS nvarchar(2078)) AS index_keys
FROM sys.indexes AS i
JOIN sys.data_spaces AS s ON s.data_space_id = i.data_space_id
LEFT JOIN sys.stats AS t ON t.object_id = i.object_id AND t.stats_id = i.index_id
WHERE i.object_id = @id AND i.index_id > 0
ORDER BY i.name;
END
