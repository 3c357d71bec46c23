CREATE PROCEDURE sys.sp_table_privileges @table_name nvarchar(384), @table_owner nvarchar(384) = NULL,
    @table_qualifier sysname = NULL, @fUsePattern bit = 1 AS
    SELECT DB_NAME() AS TABLE_QUALIFIER, s.name AS TABLE_OWNER, o.name AS TABLE_NAME, CAST(N'dbo' AS sysname) AS GRANTOR,
        CAST(x.grantee AS sysname) AS GRANTEE, CAST(x.privilege AS varchar(32)) AS PRIVILEGE,
        CAST(x.grantable AS varchar(3)) AS IS_GRANTABLE
    FROM sys.objects AS o
    JOIN sys.schemas AS s ON s.schema_id = o.schema_id
    CROSS APPLY (
        SELECT N'dbo' AS grantee, v.privilege, 'YES' AS grantable
        FROM (VALUES ('DELETE'), ('INSERT'), ('REFERENCES'), ('SELECT'), ('UPDATE')) AS v (privilege)
        UNION ALL
        SELECT p.name, g.permission_name, IIF(g.state = 'W', 'YES', 'NO')
        FROM sys.database_permissions AS g
        JOIN sys.database_principals AS p ON p.principal_id = g.grantee_principal_id
        WHERE g.class = 1 AND g.major_id = o.object_id AND g.minor_id = 0 AND g.state <> 'D'
            AND g.permission_name IN ('DELETE', 'INSERT', 'REFERENCES', 'SELECT', 'UPDATE')) AS x
    WHERE o.type IN ('U', 'V') AND DB_NAME() = ISNULL(@table_qualifier, DB_NAME())
        AND ((@fUsePattern = 1 AND o.name LIKE @table_name) OR o.name = @table_name)
        AND (@table_owner IS NULL OR (@fUsePattern = 1 AND s.name LIKE @table_owner) OR s.name = @table_owner)
    ORDER BY 1, 2, 3, 6;
