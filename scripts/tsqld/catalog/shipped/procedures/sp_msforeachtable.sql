CREATE PROCEDURE sys.sp_MSforeachtable @command1 nvarchar(2000), @replacechar nchar(1) = NULL, @command2 nvarchar(2000) = NULL, @command3 nvarchar(2000) = NULL, @whereand nvarchar(2000) = NULL, @precommand nvarchar(2000) = NULL, @postcommand nvarchar(2000) = NULL AS
BEGIN
IF @whereand IS NOT NULL THROW 50100, N'tsqld does not support @whereand of sp_MSforeachtable.', 1;
DECLARE @name nvarchar(517);
SET @replacechar = ISNULL(@replacechar, N'?');
IF @precommand IS NOT NULL EXEC (@precommand);
DECLARE each CURSOR LOCAL STATIC FOR SELECT QUOTENAME(s.name) + N'.' + QUOTENAME(o.name) FROM sys.tables AS o JOIN sys.schemas AS s ON s.schema_id = o.schema_id;
OPEN each;
FETCH NEXT FROM each INTO @name;
WHILE @@FETCH_STATUS = 0
BEGIN
    SET @command1 = ISNULL(@command1, N'');
    DECLARE @first nvarchar(max) = REPLACE(@command1, @replacechar, @name),
        @second nvarchar(max) = REPLACE(ISNULL(@command2, N''), @replacechar, @name),
        @third nvarchar(max) = REPLACE(ISNULL(@command3, N''), @replacechar, @name);
    EXEC (@first);
    EXEC (@second);
    EXEC (@third);
    FETCH NEXT FROM each INTO @name;
END
CLOSE each;
DEALLOCATE each;
IF @postcommand IS NOT NULL EXEC (@postcommand);
END
