-- A type as CREATE TABLE and parameter lists write it; an alias type by its own name.
CREATE OR ALTER FUNCTION tSQLt.Private_TypeText (
    @UserTypeId int,
    @MaxLength smallint,
    @Precision tinyint,
    @Scale tinyint,
    @Collation nvarchar(128)
)
RETURNS nvarchar(max)
AS
BEGIN
    DECLARE @Name nvarchar(128);
    DECLARE @Schema nvarchar(128);
    DECLARE @IsUserDefined bit;

    SELECT
        @Name = types.name,
        @Schema = SCHEMA_NAME(types.schema_id),
        @IsUserDefined = types.is_user_defined
    FROM sys.types AS types
    WHERE types.user_type_id = @UserTypeId;

    IF @IsUserDefined = 1
        RETURN QUOTENAME(@Schema) + N'.' + QUOTENAME(@Name);

    RETURN @Name + CASE
        WHEN @Name IN (N'varchar', N'char', N'varbinary', N'binary')
            THEN N'(' + IIF(@MaxLength = -1, N'max', CAST(@MaxLength AS nvarchar(10))) + N')'
        WHEN @Name IN (N'nvarchar', N'nchar')
            THEN N'(' + IIF(@MaxLength = -1, N'max', CAST(@MaxLength / 2 AS nvarchar(10))) + N')'
        WHEN @Name IN (N'decimal', N'numeric')
            THEN N'(' + CAST(@Precision AS nvarchar(10)) + N', ' + CAST(@Scale AS nvarchar(10)) + N')'
        WHEN @Name IN (N'datetime2', N'datetimeoffset', N'time')
            THEN N'(' + CAST(@Scale AS nvarchar(10)) + N')'
        ELSE N''
    END + ISNULL(N' COLLATE ' + @Collation, N'');
END;
GO
