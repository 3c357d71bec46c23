CREATE PROCEDURE sys.sp_droptype @typename sysname AS
BEGIN
DECLARE @text nvarchar(max) = N'DROP TYPE ' + QUOTENAME(@typename) + N';';
EXEC (@text);
END
