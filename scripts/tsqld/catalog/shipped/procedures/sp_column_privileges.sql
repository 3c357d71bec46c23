-- Microsoft Learn: sp_column_privileges. A permission on the table counts for each of its columns.
CREATE PROCEDURE sys.sp_column_privileges @table_name nvarchar(384), @table_owner nvarchar(384) = NULL,
    @table_qualifier sysname = NULL, @column_name nvarchar(384) = NULL AS
BEGIN
SET NOCOUNT ON;
IF @table_qualifier IS NOT NULL AND @table_qualifier <> DB_NAME()
BEGIN
    RAISERROR (15250, -1, -1);
    RETURN 1;
END
SELECT DB_NAME() AS TABLE_QUALIFIER, s.name AS TABLE_OWNER, o.name AS TABLE_NAME, c.name AS COLUMN_NAME,
    CAST(x.grantor AS sysname) AS GRANTOR, CAST(x.grantee AS sysname) AS GRANTEE,
    CAST(x.privilege AS varchar(32)) AS PRIVILEGE, CAST(x.grantable AS varchar(3)) AS IS_GRANTABLE
FROM sys.objects AS o
JOIN sys.schemas AS s ON s.schema_id = o.schema_id
JOIN sys.columns AS c ON c.object_id = o.object_id
CROSS APPLY (
    SELECT N'dbo' AS grantor, N'dbo' AS grantee, v.privilege, 'YES' AS grantable
    FROM (VALUES ('INSERT'), ('REFERENCES'), ('SELECT'), ('UPDATE')) AS v (privilege)
    UNION ALL
    SELECT w.name, p.name, g.permission_name, IIF(g.state = 'W', 'YES', 'NO')
    FROM sys.database_permissions AS g
    JOIN sys.database_principals AS p ON p.principal_id = g.grantee_principal_id
    JOIN sys.database_principals AS w ON w.principal_id = g.grantor_principal_id
    WHERE g.class = 1 AND g.major_id = o.object_id AND g.minor_id IN (0, c.column_id) AND g.state <> 'D'
        AND g.permission_name IN ('INSERT', 'REFERENCES', 'SELECT', 'UPDATE')) AS x
WHERE o.type IN ('U', 'V') AND o.name = @table_name AND s.name LIKE ISNULL(@table_owner, N'%')
    AND c.name LIKE ISNULL(@column_name, N'%')
ORDER BY TABLE_OWNER, TABLE_NAME, COLUMN_NAME, PRIVILEGE, GRANTEE;
END
