CREATE PROCEDURE sys.sp_droprolemember @rolename nvarchar(776), @membername nvarchar(776) AS
BEGIN
DECLARE @text nvarchar(max) = N'ALTER ROLE ' + QUOTENAME(@rolename) + N' DROP MEMBER '
    + QUOTENAME(@membername);
EXEC (@text);
END
