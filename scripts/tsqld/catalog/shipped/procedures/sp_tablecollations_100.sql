CREATE PROCEDURE sys.sp_tablecollations_100 @object nvarchar(776) AS
BEGIN
SELECT c.column_id AS colid, c.name,
    CASE c.collation_name WHEN N'SQL_Latin1_General_CP1_CI_AS' THEN CONVERT(binary(5), 0x0904D00034) END
    AS tds_collation, c.collation_name AS collation
FROM sys.columns AS c WHERE c.object_id = OBJECT_ID(@object) ORDER BY c.column_id;
END
