-- Microsoft Learn: sp_helprotect. Permissions on objects ('o') and statements ('s'); none of what came later.
CREATE PROCEDURE sys.sp_helprotect @name nvarchar(776) = NULL, @username sysname = NULL, @grantorname sysname = NULL,
    @permissionarea varchar(10) = 'o s' AS
BEGIN
SET NOCOUNT ON;
DECLARE @found int;
SELECT p.class, s.name AS owner, o.name AS object, u.name AS grantee, g.name AS grantor, p.state, p.permission_name,
    p.minor_id, c.name AS column_name
INTO #permissions
FROM sys.database_permissions AS p
JOIN sys.database_principals AS u ON u.principal_id = p.grantee_principal_id
JOIN sys.database_principals AS g ON g.principal_id = p.grantor_principal_id
LEFT JOIN sys.objects AS o ON p.class = 1 AND o.object_id = p.major_id
LEFT JOIN sys.schemas AS s ON s.schema_id = o.schema_id
LEFT JOIN sys.columns AS c ON c.object_id = p.major_id AND c.column_id = p.minor_id AND p.minor_id > 0
WHERE ((p.class = 1 AND o.object_id IS NOT NULL AND @permissionarea LIKE '%o%'
        AND (@name IS NULL OR o.object_id = OBJECT_ID(@name)))
    OR (p.class = 0 AND @permissionarea LIKE '%s%' AND (@name IS NULL OR p.permission_name = UPPER(@name))))
    AND u.name = ISNULL(@username, u.name) AND g.name = ISNULL(@grantorname, g.name);
IF NOT EXISTS (SELECT * FROM #permissions)
BEGIN
    RAISERROR (15330, -1, -1);
    RETURN 1;
END
SELECT ISNULL(owner, N'.') AS Owner, ISNULL(object, N'.') AS Object, grantee AS Grantee, grantor AS Grantor,
    CAST(CASE state WHEN 'D' THEN N'Deny' WHEN 'W' THEN N'Grant_WGO' ELSE N'Grant' END AS nvarchar(10)) AS ProtectType,
    CAST(CASE permission_name WHEN N'SELECT' THEN N'Select' WHEN N'INSERT' THEN N'Insert' WHEN N'UPDATE' THEN N'Update'
        WHEN N'DELETE' THEN N'Delete' WHEN N'EXECUTE' THEN N'Execute' WHEN N'REFERENCES' THEN N'References'
        ELSE permission_name END AS nvarchar(60)) AS Action,
    CAST(CASE WHEN column_name IS NOT NULL THEN column_name
        WHEN class = 1 AND permission_name IN (N'SELECT', N'UPDATE', N'REFERENCES') THEN N'(All+New)'
        ELSE N'.' END AS sysname) AS [Column]
FROM #permissions
ORDER BY class, owner, object, grantee, grantor, state, Action, minor_id;
END
