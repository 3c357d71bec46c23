CREATE PROCEDURE sys.sp_tables @table_name nvarchar(384) = NULL, @table_owner nvarchar(384) = NULL,
    @table_qualifier sysname = NULL, @table_type varchar(100) = NULL, @fUsePattern bit = 1 AS
BEGIN
    IF @table_qualifier = N'%' AND @table_owner = N'' AND @table_name = N''
        SELECT d.name AS TABLE_QUALIFIER, CAST(NULL AS sysname) AS TABLE_OWNER, CAST(NULL AS sysname) AS TABLE_NAME,
            CAST(NULL AS varchar(32)) AS TABLE_TYPE, CAST(NULL AS varchar(254)) AS REMARKS
        FROM sys.databases AS d ORDER BY 1;
    ELSE IF @table_qualifier = N'' AND @table_owner = N'%' AND @table_name = N''
        SELECT CAST(NULL AS sysname) AS TABLE_QUALIFIER, s.name AS TABLE_OWNER, CAST(NULL AS sysname) AS TABLE_NAME,
            CAST(NULL AS varchar(32)) AS TABLE_TYPE, CAST(NULL AS varchar(254)) AS REMARKS
        FROM sys.schemas AS s ORDER BY 2;
    ELSE IF @table_qualifier = N'' AND @table_owner = N'' AND @table_name = N'' AND @table_type = '%'
        SELECT CAST(NULL AS sysname) AS TABLE_QUALIFIER, CAST(NULL AS sysname) AS TABLE_OWNER,
            CAST(NULL AS sysname) AS TABLE_NAME, CAST(t.name AS varchar(32)) AS TABLE_TYPE,
            CAST(NULL AS varchar(254)) AS REMARKS
        FROM (VALUES ('SYSTEM TABLE'), ('TABLE'), ('VIEW')) AS t (name) ORDER BY 4;
    ELSE
        SELECT DB_NAME() AS TABLE_QUALIFIER, s.name AS TABLE_OWNER, o.name AS TABLE_NAME,
            CAST(IIF(o.type = 'U', 'TABLE', 'VIEW') AS varchar(32)) AS TABLE_TYPE,
            CAST(NULL AS varchar(254)) AS REMARKS
        FROM sys.all_objects AS o
        JOIN sys.schemas AS s ON s.schema_id = o.schema_id
        WHERE o.type IN ('U', 'V') AND DB_NAME() = ISNULL(NULLIF(@table_qualifier, N'%'), DB_NAME())
            AND (@table_type IS NULL OR CHARINDEX(IIF(o.type = 'U', '''TABLE''', '''VIEW'''), @table_type) > 0)
            AND (@table_name IS NULL OR (@fUsePattern = 1 AND o.name LIKE @table_name) OR o.name = @table_name)
            AND (@table_owner IS NULL OR (@fUsePattern = 1 AND s.name LIKE @table_owner) OR s.name = @table_owner)
        ORDER BY 4, 1, 2, 3;
END
