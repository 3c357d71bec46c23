-- Microsoft Learn: sp_helpntgroup. There are no Windows groups.
CREATE PROCEDURE sys.sp_helpntgroup @ntname sysname = NULL AS
BEGIN
SET NOCOUNT ON;
IF @ntname IS NOT NULL
BEGIN
    RAISERROR (15420, -1, -1, @ntname);
    RETURN 1;
END
SELECT CAST(name AS sysname) AS NTGroupName, CAST(principal_id AS smallint) AS NTGroupId, sid AS SID, 1 AS HasDbAccess
FROM sys.database_principals
WHERE type = 'G';
END
