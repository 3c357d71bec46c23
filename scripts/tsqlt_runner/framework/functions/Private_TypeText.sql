-- A type, one row, as CREATE TABLE and parameter lists write it; a type that somebody created by its own name.
CREATE OR ALTER FUNCTION tSQLt.Private_TypeText (
    @UserTypeId int,
    @MaxLength smallint,
    @Precision tinyint,
    @Scale tinyint,
    @Collation nvarchar(128)
)
RETURNS TABLE
AS
RETURN
    SELECT
        types.name AS TypeName,
        types.is_table_type AS IsTable,
        CASE
            WHEN types.is_user_defined = 1 THEN QUOTENAME(SCHEMA_NAME(types.schema_id)) + N'.' + QUOTENAME(types.name)
            ELSE types.name + CASE
                WHEN types.name IN (N'varchar', N'char', N'varbinary', N'binary')
                    THEN N'(' + IIF(@MaxLength = -1, N'max', CAST(@MaxLength AS nvarchar(10))) + N')'
                WHEN types.name IN (N'nvarchar', N'nchar')
                    THEN N'(' + IIF(@MaxLength = -1, N'max', CAST(@MaxLength / 2 AS nvarchar(10))) + N')'
                WHEN types.name IN (N'decimal', N'numeric')
                    THEN N'(' + CAST(@Precision AS nvarchar(10)) + N', ' + CAST(@Scale AS nvarchar(10)) + N')'
                WHEN types.name IN (N'datetime2', N'datetimeoffset', N'time')
                    THEN N'(' + CAST(@Scale AS nvarchar(10)) + N')'
                ELSE N''
            END + ISNULL(N' COLLATE ' + @Collation, N'')
        END AS TypeText
    FROM sys.types AS types
    WHERE types.user_type_id = @UserTypeId;
GO
