CREATE PROCEDURE sys.sp_columns_100 @table_name nvarchar(384), @table_owner nvarchar(384) = NULL, @table_qualifier sysname = NULL,
    @column_name nvarchar(384) = NULL, @NameScope int = 0, @ODBCVer int = 2, @fUsePattern bit = 1 AS
BEGIN
    IF @table_qualifier IS NOT NULL AND @table_qualifier <> DB_NAME()
    BEGIN
        IF @table_qualifier <> N''
            RAISERROR (15250, -1, -1);
        RETURN;
    END;
    SELECT DB_NAME() AS TABLE_QUALIFIER, s.name AS TABLE_OWNER, o.name AS TABLE_NAME, c.name AS COLUMN_NAME,
        IIF(@ODBCVer < 3, c.data_type_2, c.data_type) AS DATA_TYPE, c.type_name AS TYPE_NAME,
        c.precision AS [PRECISION], c.length AS [LENGTH], c.scale AS SCALE, c.radix AS RADIX,
        CAST(c.is_nullable AS smallint) AS NULLABLE, CAST(NULL AS varchar(254)) AS REMARKS,
        c.default_text AS COLUMN_DEF, c.sql_data_type AS SQL_DATA_TYPE, c.datetime_sub AS SQL_DATETIME_SUB,
        c.octets AS CHAR_OCTET_LENGTH, c.ordinal AS ORDINAL_POSITION,
        CAST(IIF(c.is_nullable = 1, 'YES', 'NO') AS varchar(254)) AS IS_NULLABLE,
        CAST(c.is_sparse AS smallint) AS SS_IS_SPARSE, CAST(0 AS smallint) AS SS_IS_COLUMN_SET,
        CAST(c.is_computed AS smallint) AS SS_IS_COMPUTED, CAST(c.is_identity AS smallint) AS SS_IS_IDENTITY,
        CAST(NULL AS sysname) AS SS_UDT_CATALOG_NAME, CAST(NULL AS sysname) AS SS_UDT_SCHEMA_NAME,
        CAST(NULL AS nvarchar(4000)) AS SS_UDT_ASSEMBLY_TYPE_NAME,
        CAST(NULL AS sysname) AS SS_XML_SCHEMACOLLECTION_CATALOG_NAME,
        CAST(NULL AS sysname) AS SS_XML_SCHEMACOLLECTION_SCHEMA_NAME,
        CAST(NULL AS sysname) AS SS_XML_SCHEMACOLLECTION_NAME,
        c.ss_data_type AS SS_DATA_TYPE
    FROM sys.tsqld_odbc_columns AS c
    JOIN sys.objects AS o ON o.object_id = c.object_id
    JOIN sys.schemas AS s ON s.schema_id = o.schema_id
    WHERE c.kind = 'C' AND o.type IN ('U', 'V', 'IF', 'TF')
        AND (@table_name IS NULL OR (@fUsePattern = 1 AND o.name LIKE @table_name) OR o.name = @table_name)
        AND (@table_owner IS NULL OR (@fUsePattern = 1 AND s.name LIKE @table_owner) OR s.name = @table_owner)
        AND (@column_name IS NULL OR (@fUsePattern = 1 AND c.name LIKE @column_name) OR c.name = @column_name)
    ORDER BY 1, 2, 3, ORDINAL_POSITION;
END
