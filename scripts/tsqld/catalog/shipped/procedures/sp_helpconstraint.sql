-- Microsoft Learn: sp_helpconstraint. A foreign key takes two rows, the second with what it references.
CREATE PROCEDURE sys.sp_helpconstraint @objname nvarchar(776), @nomsg varchar(5) = 'msg' AS
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
IF ISNULL(@nomsg, N'msg') <> N'nomsg'
BEGIN
    SELECT @objname AS [Object Name];
    PRINT N'';
END
DECLARE @found table (kind nvarchar(146), name sysname, second bit, on_delete nvarchar(11), on_update nvarchar(11),
    enabled varchar(8), replicated varchar(19), keys nvarchar(2126));
INSERT INTO @found
SELECT IIF(k.type = 'PK', N'PRIMARY KEY', N'UNIQUE') + IIF(i.type = 1, N' (clustered)', N' (non-clustered)'),
    k.name, 0, N'(n/a)', N'(n/a)', '(n/a)', '(n/a)',
    (SELECT STRING_AGG(CONCAT(c.name, IIF(ic.is_descending_key = 1, N'(-)', N'')), N', ')
            WITHIN GROUP (ORDER BY ic.key_ordinal)
        FROM sys.index_columns AS ic
        JOIN sys.columns AS c ON c.object_id = ic.object_id AND c.column_id = ic.column_id
        WHERE ic.object_id = i.object_id AND ic.index_id = i.index_id AND ic.key_ordinal > 0)
FROM sys.key_constraints AS k
JOIN sys.indexes AS i ON i.object_id = k.parent_object_id AND i.index_id = k.unique_index_id
WHERE k.parent_object_id = @id;
INSERT INTO @found
SELECT IIF(k.parent_column_id = 0, N'CHECK Table Level ', N'CHECK on column ' + COL_NAME(@id, k.parent_column_id)),
    k.name, 0, N'(n/a)', N'(n/a)', IIF(k.is_disabled = 1, 'Disabled', 'Enabled'),
    IIF(k.is_not_for_replication = 1, 'Not_For_Replication', 'Is_For_Replication'), k.definition
FROM sys.check_constraints AS k WHERE k.parent_object_id = @id;
INSERT INTO @found
SELECT N'DEFAULT on column ' + COL_NAME(@id, k.parent_column_id), k.name, 0, N'(n/a)', N'(n/a)', '(n/a)', '(n/a)',
    k.definition
FROM sys.default_constraints AS k WHERE k.parent_object_id = @id;
INSERT INTO @found
SELECT N'FOREIGN KEY', k.name, 0,
    CASE k.delete_referential_action WHEN 0 THEN N'No Action' WHEN 1 THEN N'Cascade' WHEN 2 THEN N'Set Null'
        ELSE N'Set Default' END,
    CASE k.update_referential_action WHEN 0 THEN N'No Action' WHEN 1 THEN N'Cascade' WHEN 2 THEN N'Set Null'
        ELSE N'Set Default' END,
    IIF(k.is_disabled = 1, 'Disabled', 'Enabled'),
    IIF(k.is_not_for_replication = 1, 'Not_For_Replication', 'Is_For_Replication'),
    (SELECT STRING_AGG(COL_NAME(c.parent_object_id, c.parent_column_id), N', ')
            WITHIN GROUP (ORDER BY c.constraint_column_id)
        FROM sys.foreign_key_columns AS c WHERE c.constraint_object_id = k.object_id)
FROM sys.foreign_keys AS k WHERE k.parent_object_id = @id;
INSERT INTO @found
SELECT N' ', k.name, 1, N' ', N' ', ' ', ' ',
    CONCAT(N'REFERENCES ', @db, N'.', OBJECT_SCHEMA_NAME(k.referenced_object_id), N'.',
        OBJECT_NAME(k.referenced_object_id), N' (',
        (SELECT STRING_AGG(COL_NAME(c.referenced_object_id, c.referenced_column_id), N', ')
                WITHIN GROUP (ORDER BY c.constraint_column_id)
            FROM sys.foreign_key_columns AS c WHERE c.constraint_object_id = k.object_id), N')')
FROM sys.foreign_keys AS k WHERE k.parent_object_id = @id;
IF EXISTS (SELECT * FROM @found)
    SELECT kind AS constraint_type, CAST(IIF(second = 1, N' ', name) AS nvarchar(257)) AS constraint_name,
        on_delete AS delete_action, on_update AS update_action, enabled AS status_enabled,
        replicated AS status_for_replication, keys AS constraint_keys
    FROM @found ORDER BY name, second;
ELSE
    RAISERROR (15469, -1, -1, @objname);
PRINT N'';
IF EXISTS (SELECT * FROM sys.foreign_keys WHERE referenced_object_id = @id)
    SELECT CAST(CONCAT(@db, N'.', OBJECT_SCHEMA_NAME(parent_object_id), N'.', OBJECT_NAME(parent_object_id), N': ',
        name) AS nvarchar(516)) AS [Table is referenced by foreign key]
    FROM sys.foreign_keys WHERE referenced_object_id = @id ORDER BY 1;
ELSE
    RAISERROR (15470, -1, -1, @objname);
END
