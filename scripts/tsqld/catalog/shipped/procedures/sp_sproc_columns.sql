CREATE PROCEDURE sys.sp_sproc_columns @procedure_name nvarchar(390) = N'%', @procedure_owner nvarchar(384) = NULL,
    @procedure_qualifier sysname = NULL, @column_name nvarchar(384) = NULL, @ODBCVer int = 2,
    @fUsePattern bit = 1 AS
BEGIN
    DECLARE @name nvarchar(390) = LEFT(@procedure_name, CHARINDEX(N';', @procedure_name + N';') - 1);
    SELECT DB_NAME() AS PROCEDURE_QUALIFIER, s.name AS PROCEDURE_OWNER,
        CAST(CONCAT(o.name, IIF(o.type = 'P', N';1', N';0')) AS nvarchar(134)) AS PROCEDURE_NAME,
        c.COLUMN_NAME, c.COLUMN_TYPE, c.DATA_TYPE, c.TYPE_NAME, c.[PRECISION], c.[LENGTH], c.SCALE, c.RADIX,
        c.NULLABLE, CAST(NULL AS varchar(254)) AS REMARKS, CAST(NULL AS nvarchar(4000)) AS COLUMN_DEF,
        c.SQL_DATA_TYPE, c.SQL_DATETIME_SUB, c.CHAR_OCTET_LENGTH, c.ORDINAL_POSITION, c.IS_NULLABLE,
        c.SS_DATA_TYPE
    FROM (
        SELECT c.object_id, CAST(CASE c.kind WHEN 'R' THEN N'@RETURN_VALUE' WHEN 'C' THEN c.name ELSE c.name END
                AS sysname) AS COLUMN_NAME,
            CAST(CASE WHEN c.kind = 'R' THEN 5 WHEN c.kind = 'C' THEN 3 WHEN c.is_output = 1 THEN 2 ELSE 1 END
                AS smallint) AS COLUMN_TYPE,
            IIF(@ODBCVer < 3, c.old_data_type_2, c.old_data_type) AS DATA_TYPE, c.old_name AS TYPE_NAME,
            c.old_precision AS [PRECISION], c.old_length AS [LENGTH], c.old_scale AS SCALE, c.old_radix AS RADIX,
            CAST(1 AS smallint) AS NULLABLE, c.old_sql_data_type AS SQL_DATA_TYPE,
            c.old_datetime_sub AS SQL_DATETIME_SUB, c.old_octets AS CHAR_OCTET_LENGTH, c.ordinal AS ORDINAL_POSITION,
            CAST('YES' AS varchar(254)) AS IS_NULLABLE, c.ss_data_type AS SS_DATA_TYPE, c.kind
        FROM sys.tsqld_odbc_columns AS c
        WHERE c.kind IN ('P', 'R') OR c.object_id IN (SELECT f.object_id FROM sys.objects AS f WHERE f.type IN ('IF', 'TF'))
        UNION ALL
        SELECT p.object_id, CAST(N'@RETURN_VALUE' AS sysname), CAST(5 AS smallint), CAST(4 AS smallint),
            CAST(N'int' AS sysname), 10, 4, CAST(0 AS smallint), CAST(10 AS smallint), CAST(0 AS smallint),
            CAST(4 AS smallint), CAST(NULL AS smallint), CAST(NULL AS int), 0, CAST('NO' AS varchar(254)),
            CAST(56 AS tinyint), 'R'
        FROM sys.procedures AS p) AS c
    JOIN sys.objects AS o ON o.object_id = c.object_id
    JOIN sys.schemas AS s ON s.schema_id = o.schema_id
    WHERE o.type IN ('P', 'FN', 'IF', 'TF') AND (@procedure_qualifier IS NULL OR @procedure_qualifier = DB_NAME())
        AND (@name IS NULL OR (@fUsePattern = 1 AND o.name LIKE @name) OR o.name = @name)
        AND (@procedure_owner IS NULL OR (@fUsePattern = 1 AND s.name LIKE @procedure_owner) OR s.name = @procedure_owner)
        AND (@column_name IS NULL OR (@fUsePattern = 1 AND c.COLUMN_NAME LIKE @column_name) OR c.COLUMN_NAME = @column_name)
    ORDER BY 1, 2, 3, IIF(c.kind = 'C', 1, 0), ORDINAL_POSITION;
END
