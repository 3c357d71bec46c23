-- Microsoft Learn: sp_help. Every result set it documents, in its order; the sections of a table come from
-- sp_helpindex and sp_helpconstraint.
CREATE PROCEDURE sys.sp_help @objname nvarchar(776) = NULL AS
BEGIN
SET NOCOUNT ON;
DECLARE @db sysname = DB_NAME(), @id int = OBJECT_ID(@objname), @type char(2);
IF @objname IS NULL
BEGIN
    SELECT o.name AS Name, CAST(N'dbo' AS nvarchar(128)) AS Owner, CAST(k.words AS nvarchar(31)) AS Object_type
    FROM sys.objects AS o
    JOIN (VALUES ('C', N'check cns'), ('D', N'default (maybe cns)'), ('F', N'foreign key cns'),
        ('FN', N'scalar function'), ('IF', N'inline function'), ('TF', N'table function'),
        ('P', N'stored procedure'), ('PK', N'primary key cns'), ('SN', N'synonym'), ('SO', N'sequence object'),
        ('TR', N'trigger'), ('U', N'user table'), ('UQ', N'unique key cns'), ('V', N'view')) AS k (type, words)
        ON k.type = o.type
    ORDER BY Owner, Object_type DESC, Name;
    PRINT N'';
    SELECT t.name AS User_type, CAST(IIF(t.is_table_type = 1, N'table type', TYPE_NAME(t.system_type_id)) AS sysname)
            AS Storage_type, t.max_length AS Length,
        CAST(CASE WHEN t.is_table_type = 1 THEN 0 WHEN t.precision > 0 THEN t.precision
            WHEN t.max_length = -1 THEN -1 WHEN TYPE_NAME(t.system_type_id) IN ('nchar', 'nvarchar')
            THEN t.max_length / 2 ELSE t.max_length END AS int) AS Prec,
        CAST(IIF(t.precision > 0 AND TYPE_NAME(t.system_type_id) NOT IN ('float', 'real'), t.scale, NULL) AS int)
            AS Scale,
        CAST(IIF(t.is_nullable = 1, 'yes', 'no') AS varchar(35)) AS Nullable,
        CAST(N'none' AS sysname) AS Default_name, CAST(N'none' AS sysname) AS Rule_name, t.collation_name AS Collation
    FROM sys.types AS t WHERE t.is_user_defined = 1 ORDER BY t.name;
    RETURN;
END
IF PARSENAME(@objname, 3) <> @db
BEGIN
    RAISERROR (15250, -1, -1);
    RETURN 1;
END
IF @id IS NULL
BEGIN
    IF TYPE_ID(@objname) IS NULL
    BEGIN
        RAISERROR (15009, -1, -1, @objname, @db);
        RETURN 1;
    END
    SELECT t.name AS Type_name, CAST(IIF(t.is_table_type = 1, N'table type', TYPE_NAME(t.system_type_id)) AS sysname)
            AS Storage_type, t.max_length AS Length,
        CAST(CASE WHEN t.is_table_type = 1 THEN 0 WHEN t.precision > 0 THEN t.precision
            WHEN t.max_length = -1 THEN -1 WHEN TYPE_NAME(t.system_type_id) IN ('nchar', 'nvarchar')
            THEN t.max_length / 2 ELSE t.max_length END AS int) AS Prec,
        CAST(IIF(t.precision > 0 AND TYPE_NAME(t.system_type_id) NOT IN ('float', 'real'), t.scale, NULL) AS int)
            AS Scale,
        CAST(IIF(t.is_nullable = 1, 'yes', 'no') AS varchar(35)) AS Nullable,
        CAST(N'none' AS sysname) AS Default_name, CAST(N'none' AS sysname) AS Rule_name, t.collation_name AS Collation
    FROM sys.types AS t WHERE t.user_type_id = TYPE_ID(@objname);
    RETURN 0;
END
SELECT @type = type FROM sys.objects WHERE object_id = @id;
SELECT o.name AS Name, CAST(N'dbo' AS nvarchar(128)) AS Owner,
    CAST(CASE o.type WHEN 'C' THEN N'check cns' WHEN 'D' THEN N'default (maybe cns)' WHEN 'F' THEN N'foreign key cns'
        WHEN 'FN' THEN N'scalar function' WHEN 'IF' THEN N'inline function' WHEN 'TF' THEN N'table function'
        WHEN 'P' THEN N'stored procedure' WHEN 'PK' THEN N'primary key cns' WHEN 'SN' THEN N'synonym'
        WHEN 'SO' THEN N'sequence object' WHEN 'TR' THEN N'trigger' WHEN 'U' THEN N'user table'
        WHEN 'UQ' THEN N'unique key cns' WHEN 'V' THEN N'view' END AS nvarchar(31)) AS Type,
    o.create_date AS Created_datetime
FROM sys.objects AS o WHERE o.object_id = @id;
IF @type IN ('U', 'V', 'TF', 'IF')
BEGIN
    PRINT N'';
    PRINT N'';
    SELECT c.name AS Column_name, TYPE_NAME(c.user_type_id) AS Type,
        CAST(IIF(c.is_computed = 1, 'yes', 'no') AS varchar(35)) AS Computed, CAST(c.max_length AS int) AS Length,
        CAST(IIF(c.precision > 0 AND k.name NOT IN ('datetime', 'smalldatetime', 'bit'),
            CAST(c.precision AS varchar(5)), '') AS char(5)) AS Prec,
        CAST(IIF(k.name IN ('float', 'real'), NULL, IIF(c.precision > 0
            AND k.name NOT IN ('datetime', 'smalldatetime', 'bit'), CAST(c.scale AS varchar(5)), '')) AS char(5))
            AS Scale,
        CAST(IIF(c.is_nullable = 1, 'yes', 'no') AS varchar(35)) AS Nullable,
        CAST(IIF(k.name IN ('char', 'varchar', 'binary', 'varbinary'), IIF(c.is_ansi_padded = 1, 'no', 'yes'), '(n/a)')
            AS varchar(35)) AS TrimTrailingBlanks,
        CAST(IIF(k.name IN ('char', 'varchar', 'binary', 'varbinary'), IIF(c.is_nullable = 1, 'yes', 'no'), '(n/a)')
            AS varchar(35)) AS FixedLenNullInSource,
        c.collation_name AS Collation
    FROM sys.columns AS c JOIN sys.types AS k ON k.user_type_id = c.system_type_id
    WHERE c.object_id = @id ORDER BY c.column_id;
    IF @type IN ('U', 'V', 'TF')
    BEGIN
        PRINT N'';
        SELECT CAST(ISNULL(MAX(i.name), N'No identity column defined.') AS nvarchar(128)) AS [Identity],
            CAST(MAX(CAST(i.seed_value AS bigint)) AS numeric(38, 0)) AS Seed,
            CAST(MAX(CAST(i.increment_value AS bigint)) AS numeric(38, 0)) AS Increment,
            MAX(CAST(i.is_not_for_replication AS int)) AS [Not For Replication]
        FROM sys.identity_columns AS i WHERE i.object_id = @id;
        PRINT N'';
        SELECT CAST(ISNULL(MAX(c.name), N'No rowguidcol column defined.') AS nvarchar(128)) AS [RowGuidCol]
        FROM sys.columns AS c WHERE c.object_id = @id AND c.is_rowguidcol = 1;
    END
END
IF @type IN ('P', 'FN', 'IF', 'TF') AND EXISTS (SELECT * FROM sys.parameters WHERE object_id = @id)
BEGIN
    PRINT N'';
    SELECT p.name AS Parameter_name, TYPE_NAME(p.user_type_id) AS Type, p.max_length AS Length,
        CAST(CASE WHEN p.max_length = -1 THEN 0 WHEN k.name IN ('nchar', 'nvarchar') THEN p.max_length / 2
            WHEN p.precision > 0 THEN p.precision ELSE p.max_length END AS int) AS Prec,
        CAST(IIF(p.precision > 0 AND k.name NOT IN ('float', 'real', 'bit', 'date'), p.scale, NULL) AS int) AS Scale,
        p.parameter_id AS Param_order,
        CAST(IIF(k.name IN ('char', 'varchar', 'nchar', 'nvarchar', 'text', 'ntext'),
            CAST(SERVERPROPERTY('collation') AS sysname), NULL) AS sysname) AS Collation
    FROM sys.parameters AS p JOIN sys.types AS k ON k.user_type_id = p.system_type_id
    WHERE p.object_id = @id ORDER BY p.parameter_id;
END
IF @type = 'U'
BEGIN
    PRINT N'';
    SELECT CAST(MAX(s.name) AS sysname) AS Data_located_on_filegroup
    FROM sys.indexes AS i JOIN sys.data_spaces AS s ON s.data_space_id = i.data_space_id
    WHERE i.object_id = @id AND i.index_id < 2;
    PRINT N'';
    EXEC sp_helpindex @objname;
    PRINT N'';
    EXEC sp_helpconstraint @objname, 'nomsg';
    IF EXISTS (SELECT * FROM sys.sql_expression_dependencies WHERE referenced_id = @id AND is_schema_bound_reference = 1
        AND OBJECTPROPERTY(referencing_id, 'IsView') = 1)
        SELECT DISTINCT OBJECT_NAME(referencing_id) AS [Table is referenced by views]
        FROM sys.sql_expression_dependencies
        WHERE referenced_id = @id AND is_schema_bound_reference = 1 AND OBJECTPROPERTY(referencing_id, 'IsView') = 1;
    ELSE
        RAISERROR (15647, -1, -1, @objname);
END
ELSE IF @type = 'V'
BEGIN
    PRINT N'';
    RAISERROR (15469, -1, -1, @objname);
    PRINT N'';
    RAISERROR (15470, -1, -1, @objname);
    EXEC sp_helpindex @objname;
END
END
