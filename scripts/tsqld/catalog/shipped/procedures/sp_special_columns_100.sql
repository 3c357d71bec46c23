CREATE PROCEDURE sys.sp_special_columns_100 @table_name sysname, @table_owner sysname = NULL, @qualifier sysname = NULL,
    @col_type char(1) = 'R', @scope char(1) = 'T', @nullable char(1) = 'U', @ODBCVer int = 2 AS
BEGIN
    DECLARE @object_id int = (
        SELECT TOP (1) o.object_id FROM sys.objects AS o JOIN sys.schemas AS s ON s.schema_id = o.schema_id
        WHERE o.type IN ('U', 'V') AND o.name = @table_name AND s.name = ISNULL(@table_owner, SCHEMA_NAME()));
    DECLARE @index_id int = (
        SELECT TOP (1) i.index_id FROM sys.indexes AS i
        WHERE i.object_id = @object_id AND i.is_unique = 1 AND i.has_filter = 0 AND (@nullable = 'U' OR NOT EXISTS (
            SELECT * FROM sys.index_columns AS k
            JOIN sys.columns AS c ON c.object_id = k.object_id AND c.column_id = k.column_id
            WHERE k.object_id = i.object_id AND k.index_id = i.index_id AND k.key_ordinal > 0 AND c.is_nullable = 1))
        ORDER BY i.is_primary_key DESC, i.index_id);
    SELECT CAST(IIF(@col_type = 'V', NULL, IIF(@scope = 'C', 0, 1)) AS smallint) AS SCOPE,
        c.name AS COLUMN_NAME, IIF(@ODBCVer < 3, c.data_type_2, c.data_type) AS DATA_TYPE,
        c.type_name AS TYPE_NAME, c.precision AS [PRECISION], c.length AS [LENGTH], c.scale AS SCALE,
        CAST(1 AS smallint) AS PSEUDO_COLUMN
    FROM sys.tsqld_odbc_columns AS c
    LEFT JOIN sys.index_columns AS ic ON ic.object_id = c.object_id AND ic.column_id = c.ordinal
        AND ic.index_id = @index_id AND ic.key_ordinal > 0
    WHERE c.object_id = @object_id AND c.kind = 'C'
        AND ((@col_type = 'V' AND c.type_name = N'timestamp') OR (@col_type <> 'V' AND ic.key_ordinal > 0))
    ORDER BY ic.key_ordinal;
END
