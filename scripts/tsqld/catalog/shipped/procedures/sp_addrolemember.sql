CREATE PROCEDURE sys.sp_addrolemember @rolename nvarchar(776), @membername nvarchar(776) AS
BEGIN
DECLARE @text nvarchar(max) = N'ALTER ROLE ' + QUOTENAME(@rolename) + N' ADD MEMBER '
    + QUOTENAME(@membername);
EXEC (@text);
END
