-- Microsoft Learn: sp_helplanguage.
CREATE PROCEDURE sys.sp_helplanguage @language sysname = NULL AS
BEGIN
SET NOCOUNT ON;
IF @language IS NOT NULL AND NOT EXISTS (SELECT * FROM sys.syslanguages WHERE @language IN (name, alias))
BEGIN
    RAISERROR (15033, -1, -1, @language);
    RETURN 1;
END
SELECT langid, dateformat, datefirst, upgrade, name, alias, months, shortmonths, days, lcid, msglangid
FROM sys.syslanguages
WHERE @language IS NULL OR @language IN (name, alias)
ORDER BY langid;
END
