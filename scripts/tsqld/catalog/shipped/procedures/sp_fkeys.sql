CREATE PROCEDURE sys.sp_fkeys @pktable_name sysname = NULL, @pktable_owner sysname = NULL,
    @pktable_qualifier sysname = NULL, @fktable_name sysname = NULL, @fktable_owner sysname = NULL,
    @fktable_qualifier sysname = NULL AS
BEGIN
    IF @pktable_name IS NULL AND @fktable_name IS NULL
    BEGIN
        RAISERROR (15252, -1, -1);
        RETURN;
    END;
    SELECT DB_NAME() AS PKTABLE_QUALIFIER, ps.name AS PKTABLE_OWNER, p.name AS PKTABLE_NAME,
        pc.name AS PKCOLUMN_NAME, DB_NAME() AS FKTABLE_QUALIFIER, fs.name AS FKTABLE_OWNER,
        f.name AS FKTABLE_NAME, fc.name AS FKCOLUMN_NAME, CAST(k.constraint_column_id AS smallint) AS KEY_SEQ,
        CAST(CASE c.update_referential_action WHEN 0 THEN 1 WHEN 1 THEN 0 ELSE c.update_referential_action END
            AS smallint) AS UPDATE_RULE,
        CAST(CASE c.delete_referential_action WHEN 0 THEN 1 WHEN 1 THEN 0 ELSE c.delete_referential_action END
            AS smallint) AS DELETE_RULE,
        CAST(c.name AS sysname) AS FK_NAME, CAST(i.name AS sysname) AS PK_NAME, CAST(7 AS smallint) AS DEFERRABILITY
    FROM sys.foreign_keys AS c
    JOIN sys.foreign_key_columns AS k ON k.constraint_object_id = c.object_id
    JOIN sys.objects AS p ON p.object_id = c.referenced_object_id
    JOIN sys.schemas AS ps ON ps.schema_id = p.schema_id
    JOIN sys.columns AS pc ON pc.object_id = k.referenced_object_id AND pc.column_id = k.referenced_column_id
    JOIN sys.objects AS f ON f.object_id = c.parent_object_id
    JOIN sys.schemas AS fs ON fs.schema_id = f.schema_id
    JOIN sys.columns AS fc ON fc.object_id = k.parent_object_id AND fc.column_id = k.parent_column_id
    LEFT JOIN sys.indexes AS i ON i.object_id = c.referenced_object_id AND i.index_id = c.key_index_id
    WHERE p.name = ISNULL(@pktable_name, p.name) AND ps.name = ISNULL(@pktable_owner, ps.name)
        AND f.name = ISNULL(@fktable_name, f.name) AND fs.name = ISNULL(@fktable_owner, fs.name)
        AND DB_NAME() = ISNULL(@pktable_qualifier, DB_NAME()) AND DB_NAME() = ISNULL(@fktable_qualifier, DB_NAME())
    ORDER BY IIF(@pktable_name IS NULL, ps.name, fs.name), IIF(@pktable_name IS NULL, p.name, f.name),
        KEY_SEQ;
END
