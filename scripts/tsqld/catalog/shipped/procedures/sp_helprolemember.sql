CREATE PROCEDURE sys.sp_helprolemember @rolename sysname = NULL AS
    SELECT r.name AS DbRole, m.name AS MemberName, m.sid AS MemberSID
    FROM sys.database_role_members AS x
    JOIN sys.database_principals AS r ON r.principal_id = x.role_principal_id
    JOIN sys.database_principals AS m ON m.principal_id = x.member_principal_id
    WHERE r.name = ISNULL(@rolename, r.name)
    ORDER BY 1, 2;
