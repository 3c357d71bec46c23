CREATE PROCEDURE sys.xp_getnetname @name nvarchar(256) = NULL OUTPUT, @qualified int = 0 AS
    SET @name = CAST(SERVERPROPERTY(N'MachineName') AS nvarchar(256));
