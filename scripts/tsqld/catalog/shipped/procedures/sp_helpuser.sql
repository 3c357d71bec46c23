-- Microsoft Learn: sp_helpuser. A role's name gives its members.
CREATE PROCEDURE sys.sp_helpuser @name_in_db sysname = NULL AS
BEGIN
SET NOCOUNT ON;
IF @name_in_db IS NOT NULL AND NOT EXISTS (SELECT * FROM sys.database_principals WHERE name = @name_in_db)
BEGIN
    RAISERROR (15198, -1, -1, @name_in_db);
    RETURN 1;
END
IF EXISTS (SELECT * FROM sys.database_principals WHERE name = @name_in_db AND type = 'R')
BEGIN
    SELECT r.name AS Role_name, r.principal_id AS Role_id, m.name AS Users_in_role, m.principal_id AS Userid
    FROM sys.database_principals AS r
    JOIN sys.database_role_members AS x ON x.role_principal_id = r.principal_id
    JOIN sys.database_principals AS m ON m.principal_id = x.member_principal_id
    WHERE r.name = @name_in_db
    ORDER BY r.name, m.name;
    RETURN 0;
END
SELECT u.name AS UserName, ISNULL(r.name, N'public') AS RoleName, l.name AS LoginName,
    l.default_database_name AS DefDBName, u.default_schema_name AS DefSchemaName,
    CAST(u.principal_id AS char(10)) AS UserID, u.sid AS SID
FROM sys.database_principals AS u
LEFT JOIN sys.database_role_members AS x ON x.member_principal_id = u.principal_id
LEFT JOIN sys.database_principals AS r ON r.principal_id = x.role_principal_id
LEFT JOIN sys.server_principals AS l ON l.sid = u.sid
WHERE u.type <> 'R' AND u.name = ISNULL(@name_in_db, u.name)
ORDER BY u.name, RoleName;
END
