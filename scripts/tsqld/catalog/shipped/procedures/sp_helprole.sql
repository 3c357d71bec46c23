CREATE PROCEDURE sys.sp_helprole @rolename sysname = NULL AS
    SELECT p.name AS RoleName, CAST(p.principal_id AS smallint) AS RoleId, CAST(0 AS int) AS IsAppRole
    FROM sys.database_principals AS p
    WHERE p.type = 'R' AND p.name = ISNULL(@rolename, p.name)
    ORDER BY p.principal_id;
