CREATE PROCEDURE sys.sp_helpconstraint @objname nvarchar(776), @nomsg varchar(5) = 'msg' AS
BEGIN
    DECLARE @id int = OBJECT_ID(@objname), @db sysname = DB_NAME();
    IF @id IS NULL
    BEGIN
        RAISERROR (15009, -1, -1, @objname, @db);
        RETURN 1;
    END;
    IF @nomsg <> 'nomsg'
        SELECT @objname AS [Object Name];
    SELECT x.constraint_type, x.constraint_name, x.delete_action, x.update_action, x.status_enabled,
        x.status_for_replication, x.constraint_keys
    FROM (
        SELECT CAST(CONCAT(IIF(k.type = 'PK', N'PRIMARY KEY', N'UNIQUE'),
                IIF(i.type = 1, N' (clustered)', N' (non-clustered)')) AS nvarchar(146)) AS constraint_type,
            k.name AS constraint_name, CAST(N'(n/a)' AS nvarchar(9)) AS delete_action,
            CAST(N'(n/a)' AS nvarchar(9)) AS update_action, CAST('(n/a)' AS varchar(8)) AS status_enabled,
            CAST('(n/a)' AS varchar(19)) AS status_for_replication,
            (SELECT STRING_AGG(CONCAT(c.name, IIF(ic.is_descending_key = 1, N'(-)', N'')), N', ')
                    WITHIN GROUP (ORDER BY ic.key_ordinal)
                FROM sys.index_columns AS ic
                JOIN sys.columns AS c ON c.object_id = ic.object_id AND c.column_id = ic.column_id
                WHERE ic.object_id = k.parent_object_id AND ic.index_id = k.unique_index_id AND ic.key_ordinal > 0)
                AS constraint_keys
        FROM sys.key_constraints AS k
        JOIN sys.indexes AS i ON i.object_id = k.parent_object_id AND i.index_id = k.unique_index_id
        WHERE k.parent_object_id = @id
        UNION ALL
        SELECT CONCAT(N'DEFAULT on column ', c.name), d.name, N'(n/a)', N'(n/a)', '(n/a)', '(n/a)', d.definition
        FROM sys.default_constraints AS d
        JOIN sys.columns AS c ON c.object_id = d.parent_object_id AND c.column_id = d.parent_column_id
        WHERE d.parent_object_id = @id
        UNION ALL
        SELECT IIF(k.parent_column_id > 0, CONCAT(N'CHECK on column ', c.name), N'CHECK Table Level '), k.name,
            N'(n/a)', N'(n/a)', IIF(k.is_disabled = 1, 'Disabled', 'Enabled'), 'Is_For_Replication', k.definition
        FROM sys.check_constraints AS k
        LEFT JOIN sys.columns AS c ON c.object_id = k.parent_object_id AND c.column_id = k.parent_column_id
        WHERE k.parent_object_id = @id
        UNION ALL
        SELECT N'FOREIGN KEY', f.name, CASE f.delete_referential_action WHEN 1 THEN N'Cascade' WHEN 2 THEN N'Set Null'
                WHEN 3 THEN N'Set Default' ELSE N'No Action' END,
            CASE f.update_referential_action WHEN 1 THEN N'Cascade' WHEN 2 THEN N'Set Null'
                WHEN 3 THEN N'Set Default' ELSE N'No Action' END,
            IIF(f.is_disabled = 1, 'Disabled', 'Enabled'), 'Is_For_Replication',
            (SELECT STRING_AGG(c.name, N', ') WITHIN GROUP (ORDER BY k.constraint_column_id)
                FROM sys.foreign_key_columns AS k
                JOIN sys.columns AS c ON c.object_id = k.parent_object_id AND c.column_id = k.parent_column_id
                WHERE k.constraint_object_id = f.object_id)
        FROM sys.foreign_keys AS f
        WHERE f.parent_object_id = @id) AS x
    ORDER BY x.constraint_type, x.constraint_name;
END
