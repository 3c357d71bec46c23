-- Which framework this is. Version names the release of tSQLt whose behaviour it follows; ClrVersion is NULL, for it
-- needs none.
CREATE OR ALTER FUNCTION tSQLt.Info ()
RETURNS TABLE
AS
RETURN
    SELECT
        N'1.0.8083.3529' AS Version,
        CAST(NULL AS nvarchar(128)) AS ClrVersion,
        CAST(NULL AS varbinary(64)) AS ClrSigningKey,
        CAST(SERVERPROPERTY(N'ProductVersion') AS nvarchar(128)) AS SqlVersion,
        CAST(SERVERPROPERTY(N'ProductMajorVersion') AS int) AS SqlMajorVersion,
        CAST(SERVERPROPERTY(N'Edition') AS nvarchar(128)) AS SqlEdition;
GO
