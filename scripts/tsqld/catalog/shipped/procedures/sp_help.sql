CREATE PROCEDURE sys.sp_help @objname nvarchar(776) = NULL AS
BEGIN
IF @objname IS NOT NULL AND OBJECT_ID(@objname) IS NULL
BEGIN
    DECLARE @db sysname = DB_NAME();
    RAISERROR (N'The object ''%s'' does not exist in database ''%s'' or is invalid for this operation.',
        16, 1, @objname, @db);
    RETURN;
END

IF @objname IS NULL
BEGIN
    SELECT o.name AS Name, N'dbo' AS Owner, LOWER(REPLACE(o.type_desc, N'_', N' ')) AS Object_type
    FROM sys.objects AS o ORDER BY 2, 3, 1;
    RETURN;
END
SELECT o.name AS Name, N'dbo' AS Owner, LOWER(REPLACE(o.type_desc, N'_', N' ')) AS Type,
    o.create_date AS Created_datetime
FROM sys.objects AS o WHERE o.object_id = OBJECT_ID(@objname);
IF EXISTS (SELECT * FROM sys.columns WHERE object_id = OBJECT_ID(@objname))
    SELECT c.name AS Column_name, t.name AS Type, IIF(c.is_computed = 1, 'yes', 'no') AS Computed,
        CAST(c.max_length AS int) AS Length,
        IIF(c.precision > 0, CAST(c.precision AS varchar(5)), '') AS Prec,
        IIF(c.precision > 0, CAST(c.scale AS varchar(5)), '') AS Scale,
        IIF(c.is_nullable = 1, 'yes', 'no') AS Nullable, c.collation_name AS Collation
    FROM sys.columns AS c JOIN sys.types AS t ON t.user_type_id = c.user_type_id
    WHERE c.object_id = OBJECT_ID(@objname) ORDER BY c.column_id;
IF EXISTS (SELECT * FROM sys.parameters WHERE object_id = OBJECT_ID(@objname))
    SELECT p.name AS Parameter_name, t.name AS Type, CAST(p.max_length AS int) AS Length,
        p.parameter_id AS Param_order
    FROM sys.parameters AS p JOIN sys.types AS t ON t.user_type_id = p.user_type_id
    WHERE p.object_id = OBJECT_ID(@objname) ORDER BY p.parameter_id;
IF EXISTS (SELECT * FROM sys.identity_columns WHERE object_id = OBJECT_ID(@objname))
    SELECT name AS [Identity], seed_value AS Seed, increment_value AS Increment
    FROM sys.identity_columns WHERE object_id = OBJECT_ID(@objname);
END
