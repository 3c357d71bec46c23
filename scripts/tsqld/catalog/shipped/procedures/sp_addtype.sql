CREATE PROCEDURE sys.sp_addtype @typename sysname, @phystype sysname, @nulltype varchar(8) = NULL, @owner sysname = NULL AS
BEGIN
SET @nulltype = UPPER(REPLACE(ISNULL(@nulltype, 'NULL'), ' ', ''));
IF @nulltype NOT IN ('NULL', 'NOTNULL', 'NONULL')
    THROW 50100, N'tsqld does not support this @nulltype of sp_addtype.', 1;
DECLARE @text nvarchar(max) = N'CREATE TYPE ' + ISNULL(QUOTENAME(@owner) + N'.', N'') + QUOTENAME(@typename)
    + N' FROM ' + @phystype + IIF(@nulltype = 'NULL', N' NULL;', N' NOT NULL;');
EXEC (@text);
END
