-- Microsoft Learn: sp_helpsrvrolemember.
CREATE PROCEDURE sys.sp_helpsrvrolemember @srvrolename sysname = NULL AS
BEGIN
SET NOCOUNT ON;
IF @srvrolename IS NOT NULL
    AND NOT EXISTS (SELECT * FROM sys.server_principals WHERE type = 'R' AND name = @srvrolename AND name <> N'public')
BEGIN
    RAISERROR (15412, -1, -1, @srvrolename);
    RETURN 1;
END
SELECT r.name AS ServerRole, m.name AS MemberName, m.sid AS MemberSID
FROM sys.server_role_members AS x
JOIN sys.server_principals AS r ON r.principal_id = x.role_principal_id
JOIN sys.server_principals AS m ON m.principal_id = x.member_principal_id
WHERE r.name = ISNULL(@srvrolename, r.name)
ORDER BY r.principal_id, m.name;
END
