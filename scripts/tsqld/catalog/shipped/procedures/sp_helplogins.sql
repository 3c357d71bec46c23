-- Microsoft Learn: sp_helplogins. Only databases that the caller may enter are looked into.
CREATE PROCEDURE sys.sp_helplogins @LoginNamePattern sysname = NULL AS
BEGIN
SET NOCOUNT ON;
IF IS_SRVROLEMEMBER('securityadmin') = 0 AND IS_SRVROLEMEMBER('sysadmin') = 0
BEGIN
    RAISERROR (15247, -1, -1);
    RETURN 1;
END
IF @LoginNamePattern IS NOT NULL
    AND NOT EXISTS (SELECT * FROM sys.server_principals WHERE name = @LoginNamePattern AND type <> 'R')
BEGIN
    RAISERROR (15007, -1, -1, @LoginNamePattern);
    RETURN 1;
END
CREATE TABLE #mapped (login_sid varbinary(85), db sysname, user_name sysname, kind char(8));
DECLARE @text nvarchar(max) = N'';
SELECT @text = @text + N'INSERT #mapped SELECT u.sid, ' + QUOTENAME(name, '''') + N', u.name, ''User''
    FROM ' + QUOTENAME(name) + N'.sys.database_principals AS u WHERE u.type <> ''R'' AND u.sid IS NOT NULL;
    INSERT #mapped SELECT u.sid, ' + QUOTENAME(name, '''') + N', r.name, ''MemberOf''
    FROM ' + QUOTENAME(name) + N'.sys.database_role_members AS x
    JOIN ' + QUOTENAME(name) + N'.sys.database_principals AS u ON u.principal_id = x.member_principal_id
    JOIN ' + QUOTENAME(name) + N'.sys.database_principals AS r ON r.principal_id = x.role_principal_id;'
FROM sys.databases
WHERE HAS_DBACCESS(name) = 1;
EXEC (@text);
SELECT l.name AS LoginName, l.sid AS SID, l.default_database_name AS DefDBName, l.default_language_name AS DefLangName,
    CAST(IIF(EXISTS (SELECT * FROM #mapped AS m WHERE m.login_sid = l.sid), 'yes', 'NO') AS char(5)) AS AUser,
    CAST('no' AS char(7)) AS ARemote
FROM sys.server_principals AS l
WHERE l.type <> 'R' AND l.name = ISNULL(@LoginNamePattern, l.name)
ORDER BY l.name;
SELECT l.name AS LoginName, m.db AS DBName, m.user_name AS UserName, m.kind AS UserOrAlias
FROM sys.server_principals AS l
JOIN #mapped AS m ON m.login_sid = l.sid
WHERE l.type <> 'R' AND l.name = ISNULL(@LoginNamePattern, l.name)
ORDER BY l.name, m.db, m.kind, m.user_name;
END
