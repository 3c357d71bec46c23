-- Microsoft Learn: sp_helpsort.
CREATE PROCEDURE sys.sp_helpsort AS
    SELECT c.description AS [Server default collation]
    FROM sys.fn_helpcollations() AS c
    WHERE c.name = CAST(SERVERPROPERTY('Collation') AS sysname);
