CREATE PROCEDURE sys.sp_MSforeachdb @command1 nvarchar(2000), @replacechar nchar(1) = NULL, @command2 nvarchar(2000) = NULL, @command3 nvarchar(2000) = NULL, @precommand nvarchar(2000) = NULL, @postcommand nvarchar(2000) = NULL AS
BEGIN
DECLARE @name nvarchar(517);
SET @replacechar = ISNULL(@replacechar, N'?');
IF @precommand IS NOT NULL EXEC (@precommand);
DECLARE each CURSOR LOCAL STATIC FOR SELECT o.name FROM sys.databases AS o;
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
