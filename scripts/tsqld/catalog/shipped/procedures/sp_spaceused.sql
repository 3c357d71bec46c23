CREATE PROCEDURE sys.sp_spaceused @objname nvarchar(776) = NULL AS
BEGIN
IF @objname IS NOT NULL AND OBJECT_ID(@objname) IS NULL
BEGIN
    DECLARE @db sysname = DB_NAME();
    RAISERROR (N'The object ''%s'' does not exist in database ''%s'' or is invalid for this operation.',
        16, 1, @objname, @db);
    RETURN;
END

IF @objname IS NULL
    THROW 50100, N'tsqld does not support sp_spaceused of a database.', 1;
SELECT OBJECT_NAME(OBJECT_ID(@objname)) AS name, CAST(SUM(p.rows) AS char(20)) AS rows
FROM sys.partitions AS p WHERE p.object_id = OBJECT_ID(@objname) AND p.index_id < 2;
END
