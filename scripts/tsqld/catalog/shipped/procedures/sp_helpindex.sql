CREATE PROCEDURE sys.sp_helpindex @objname nvarchar(776) AS
BEGIN
IF @objname IS NOT NULL AND OBJECT_ID(@objname) IS NULL
BEGIN
    DECLARE @db sysname = DB_NAME();
    RAISERROR (N'The object ''%s'' does not exist in database ''%s'' or is invalid for this operation.',
        16, 1, @objname, @db);
    RETURN;
END

SELECT i.name AS index_name,
    CONCAT(LOWER(i.type_desc), IIF(i.is_unique = 1, N', unique', N''),
        IIF(i.is_primary_key = 1, N', primary key', N''),
        IIF(i.is_unique_constraint = 1, N', unique key', N''),
        N' located on PRIMARY') AS index_description,
    (SELECT STRING_AGG(CONCAT(c.name, IIF(ic.is_descending_key = 1, N'(-)', N'')), N', ')
            WITHIN GROUP (ORDER BY ic.key_ordinal)
        FROM sys.index_columns AS ic
        JOIN sys.columns AS c ON c.object_id = ic.object_id AND c.column_id = ic.column_id
        WHERE ic.object_id = i.object_id AND ic.index_id = i.index_id AND ic.is_included_column = 0)
        AS index_keys
FROM sys.indexes AS i
WHERE i.object_id = OBJECT_ID(@objname) AND i.index_id > 0
ORDER BY i.name;
END
