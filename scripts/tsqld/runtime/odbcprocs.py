"""Catalog procedures that drivers call for ODBC's and JDBC's metadata functions, over the catalog views.

Place: `catalogprocs` lists them with the others. Specification: Microsoft Learn's page of each procedure.
Those with a version behind their name answer ODBC's SQLColumns, SQLStatistics, SQLSpecialColumns and
SQLProcedureColumns, in ODBC 3's numbers of types.
"""

from __future__ import annotations

from typing import Final

_TYPES: Final = """
CASE WHEN t.name = N'bit' THEN -7 WHEN t.name = N'tinyint' THEN -6 WHEN t.name = N'smallint' THEN 5
    WHEN t.name = N'int' THEN 4 WHEN t.name = N'bigint' THEN -5 WHEN t.name IN (N'decimal', N'money',
        N'smallmoney') THEN 3
    WHEN t.name = N'numeric' THEN 2 WHEN t.name = N'float' THEN 6 WHEN t.name = N'real' THEN 7
    WHEN t.name = N'char' THEN 1 WHEN t.name = N'varchar' THEN 12 WHEN t.name = N'text' THEN -1
    WHEN t.name = N'nchar' THEN -8 WHEN t.name IN (N'nvarchar', N'sysname') THEN -9
        WHEN t.name = N'ntext' THEN -10
    WHEN t.name IN (N'binary', N'timestamp') THEN -2 WHEN t.name = N'varbinary' THEN -3
        WHEN t.name = N'image' THEN -4
    WHEN t.name = N'uniqueidentifier' THEN -11 WHEN t.name = N'date' THEN 91 WHEN t.name = N'time' THEN -154
    WHEN t.name IN (N'datetime', N'smalldatetime', N'datetime2') THEN 93
        WHEN t.name = N'datetimeoffset' THEN -155
    WHEN t.name = N'sql_variant' THEN -150 WHEN t.name = N'xml' THEN -152 ELSE -9 END"""
_SIZE: Final = """
CASE WHEN c.max_length = -1 OR t.name = N'xml' THEN 0
    WHEN t.name IN (N'nchar', N'nvarchar', N'sysname') THEN c.max_length / 2
    WHEN t.name IN (N'text', N'image') THEN 2147483647 WHEN t.name = N'ntext' THEN 1073741823
    WHEN t.name = N'uniqueidentifier' THEN 36 WHEN t.name = N'sql_variant' THEN 8000
        WHEN t.name = N'datetime' THEN 23
    WHEN c.precision > 0 THEN c.precision ELSE c.max_length END"""
_BYTES: Final = """
CASE WHEN c.max_length = -1 OR t.name = N'xml' THEN 0 WHEN t.name IN (N'decimal',
    N'numeric') THEN c.precision + 2
    WHEN t.name IN (N'text', N'image') THEN 2147483647 WHEN t.name = N'ntext' THEN 2147483646
    WHEN t.name = N'money' THEN 21 WHEN t.name = N'smallmoney' THEN 12 WHEN t.name = N'date' THEN 6
    WHEN t.name = N'time' THEN 12 WHEN t.name IN (N'datetime', N'smalldatetime', N'datetime2') THEN 16
    WHEN t.name = N'datetimeoffset' THEN 20 WHEN t.name = N'sql_variant' THEN 8000 ELSE c.max_length END"""
_SCALE: Final = """
CASE WHEN t.name IN (N'bit', N'float', N'real', N'date') THEN NULL WHEN c.precision > 0 THEN c.scale END"""
_RADIX: Final = """
CASE WHEN t.name IN (N'float', N'real') THEN 2 WHEN t.name = N'bit' THEN NULL
    WHEN c.precision > 0 AND t.name NOT LIKE N'%date%' AND t.name <> N'time' THEN 10 END"""
_OCTETS: Final = """
CASE WHEN c.max_length = -1 THEN 0 WHEN t.name IN (N'text', N'image') THEN 2147483647
    WHEN t.name = N'ntext' THEN 2147483646
    WHEN t.name IN (N'char', N'varchar', N'nchar', N'nvarchar', N'sysname', N'binary',
        N'varbinary') THEN c.max_length END"""
_TYPE_COLUMNS: Final = f"""
    CAST({_SIZE} AS int) AS [PRECISION], CAST({_BYTES} AS int) AS [LENGTH], CAST({_SCALE} AS smallint)
        AS SCALE,
    CAST({_RADIX} AS smallint) AS RADIX"""
_SQL_TYPES: Final = f"""
    CAST(CASE {_TYPES} WHEN 91 THEN 9 WHEN 93 THEN 9 ELSE {_TYPES} END AS smallint) AS SQL_DATA_TYPE,
    CAST(CASE {_TYPES} WHEN 91 THEN 1 WHEN 93 THEN 3 WHEN -154 THEN 0 WHEN -155 THEN 0 END AS smallint)
        AS SQL_DATETIME_SUB,
    CAST({_OCTETS} AS int) AS CHAR_OCTET_LENGTH"""

COLUMNS_100: Final = f"""
SET @fusepattern = IIF(@fusepattern IN (N'0', N'False'), N'0', N'1');
SELECT DB_NAME() AS TABLE_QUALIFIER, s.name AS TABLE_OWNER, o.name AS TABLE_NAME, c.name AS COLUMN_NAME,
    CAST({_TYPES} AS smallint) AS DATA_TYPE,
    CAST(CONCAT(t.name, IIF(c.is_identity = 1, N' identity', N'')) AS sysname) AS TYPE_NAME,{_TYPE_COLUMNS},
    CAST(c.is_nullable AS smallint) AS NULLABLE, CAST(NULL AS varchar(254)) AS REMARKS,
    d.definition AS COLUMN_DEF,{_SQL_TYPES}, c.column_id AS ORDINAL_POSITION,
    CAST(IIF(c.is_nullable = 1, 'YES', 'NO') AS varchar(254)) AS IS_NULLABLE,
    CAST(0 AS smallint) AS SS_IS_SPARSE, CAST(0 AS smallint) AS SS_IS_COLUMN_SET,
    CAST(c.is_computed AS smallint) AS SS_IS_COMPUTED, CAST(c.is_identity AS smallint) AS SS_IS_IDENTITY,
    CAST(NULL AS sysname) AS SS_UDT_CATALOG_NAME, CAST(NULL AS sysname) AS SS_UDT_SCHEMA_NAME,
    CAST(NULL AS nvarchar(4000)) AS SS_UDT_ASSEMBLY_TYPE_NAME,
    CAST(NULL AS sysname) AS SS_XML_SCHEMACOLLECTION_CATALOG_NAME,
    CAST(NULL AS sysname) AS SS_XML_SCHEMACOLLECTION_SCHEMA_NAME,
    CAST(NULL AS sysname) AS SS_XML_SCHEMACOLLECTION_NAME, CAST(t.system_type_id AS tinyint) AS SS_DATA_TYPE
FROM sys.columns AS c
JOIN sys.objects AS o ON o.object_id = c.object_id
JOIN sys.schemas AS s ON s.schema_id = o.schema_id
JOIN sys.types AS t ON t.user_type_id = c.user_type_id
LEFT JOIN sys.default_constraints AS d ON d.object_id = c.default_object_id
WHERE o.type IN ('U', 'V')
    AND (@table_name IS NULL OR o.name = @table_name OR (@fusepattern = N'1' AND o.name LIKE @table_name))
    AND (@table_owner IS NULL OR s.name = @table_owner OR (@fusepattern = N'1'
        AND s.name LIKE @table_owner))
    AND (@column_name IS NULL OR c.name = @column_name OR (@fusepattern = N'1'
        AND c.name LIKE @column_name))
ORDER BY 1, 2, 3, 17;
"""

TABLES: Final = """
SET @fusepattern = IIF(@fusepattern IN (N'0', N'False'), N'0', N'1');
IF @table_qualifier = N'%' AND @table_owner = N'' AND @table_name = N''
    SELECT name AS TABLE_QUALIFIER, CAST(NULL AS sysname) AS TABLE_OWNER, CAST(NULL AS sysname)
        AS TABLE_NAME,
        CAST(NULL AS varchar(32)) AS TABLE_TYPE, CAST(NULL AS varchar(254)) AS REMARKS
    FROM sys.databases ORDER BY 1;
ELSE IF @table_owner = N'%' AND @table_qualifier = N'' AND @table_name = N''
    SELECT CAST(NULL AS sysname) AS TABLE_QUALIFIER, name AS TABLE_OWNER, CAST(NULL AS sysname)
        AS TABLE_NAME,
        CAST(NULL AS varchar(32)) AS TABLE_TYPE, CAST(NULL AS varchar(254)) AS REMARKS
    FROM sys.schemas ORDER BY 2;
ELSE IF @table_type = N'%' AND @table_owner = N'' AND @table_qualifier = N'' AND @table_name = N''
    SELECT CAST(NULL AS sysname) AS TABLE_QUALIFIER, CAST(NULL AS sysname) AS TABLE_OWNER,
        CAST(NULL AS sysname) AS TABLE_NAME, CAST(kind AS varchar(32)) AS TABLE_TYPE, CAST(NULL
        AS varchar(254)) AS REMARKS
    FROM (VALUES ('SYSTEM TABLE'), ('TABLE'), ('VIEW')) AS kinds (kind) ORDER BY 4;
ELSE
BEGIN
    DECLARE @every nvarchar(max) = (
        SELECT STRING_AGG(CAST(CONCAT(N'SELECT N', QUOTENAME(name, N''''), N', s.name, o.name, o.type FROM ',
            QUOTENAME(name), N'.sys.objects AS o JOIN ', QUOTENAME(name),
            N'.sys.schemas AS s ON s.schema_id = o.schema_id') AS nvarchar(max)), N' UNION ALL ')
        FROM sys.databases
        WHERE name = ISNULL(NULLIF(@table_qualifier, N''), DB_NAME()) OR name LIKE @table_qualifier);
    DECLARE @listed nvarchar(max) = N'
    SELECT CAST(q AS sysname) AS TABLE_QUALIFIER, s AS TABLE_OWNER, o AS TABLE_NAME,
        CAST(IIF(kind = ''U'', ''TABLE'', ''VIEW'') AS varchar(32)) AS TABLE_TYPE,
        CAST(NULL AS varchar(254)) AS REMARKS
    FROM (' + @every + N') AS every (q, s, o, kind)
    WHERE kind IN (''U'', ''V'')
        AND (@table_name IS NULL OR o = @table_name OR (@pattern = N''1'' AND o LIKE @table_name))
        AND (@table_owner IS NULL OR s = @table_owner OR (@pattern = N''1'' AND s LIKE @table_owner))
        AND (@table_type IS NULL OR @table_type IN (N'''', N''%'')
            OR CHARINDEX(QUOTENAME(IIF(kind = ''U'', N''TABLE'', N''VIEW''), N''''''''), @table_type) > 0)
    ORDER BY 4, 1, 2, 3;';
    EXEC sys.sp_executesql @listed, N'@table_name nvarchar(776), @table_owner nvarchar(776),
        @table_type nvarchar(776), @pattern nvarchar(776)',
        @table_name, @table_owner, @table_type, @fusepattern;
END
"""

FKEYS: Final = """
IF @pktable_name IS NULL AND @fktable_name IS NULL
BEGIN
    RAISERROR (N'Primary key table name or foreign key table name must be given.', 16, 1);
    RETURN;
END
SELECT DB_NAME() AS PKTABLE_QUALIFIER, ps.name AS PKTABLE_OWNER, po.name AS PKTABLE_NAME, pc.name
    AS PKCOLUMN_NAME,
    DB_NAME() AS FKTABLE_QUALIFIER, fs.name AS FKTABLE_OWNER, fo.name AS FKTABLE_NAME, fc.name
        AS FKCOLUMN_NAME,
    CAST(k.constraint_column_id AS smallint) AS KEY_SEQ,
    CAST(CHOOSE(f.update_referential_action + 1, 1, 0, 2, 3) AS smallint) AS UPDATE_RULE,
    CAST(CHOOSE(f.delete_referential_action + 1, 1, 0, 2, 3) AS smallint) AS DELETE_RULE,
    f.name AS FK_NAME, i.name AS PK_NAME, CAST(7 AS smallint) AS DEFERRABILITY
FROM sys.foreign_keys AS f
JOIN sys.foreign_key_columns AS k ON k.constraint_object_id = f.object_id
JOIN sys.objects AS po ON po.object_id = f.referenced_object_id
JOIN sys.schemas AS ps ON ps.schema_id = po.schema_id
JOIN sys.columns AS pc ON pc.object_id = k.referenced_object_id AND pc.column_id = k.referenced_column_id
JOIN sys.objects AS fo ON fo.object_id = f.parent_object_id
JOIN sys.schemas AS fs ON fs.schema_id = fo.schema_id
JOIN sys.columns AS fc ON fc.object_id = k.parent_object_id AND fc.column_id = k.parent_column_id
LEFT JOIN sys.indexes AS i ON i.object_id = f.referenced_object_id AND i.index_id = f.key_index_id
WHERE (@pktable_name IS NULL OR po.name = @pktable_name) AND (@pktable_owner IS NULL
    OR ps.name = @pktable_owner)
    AND (@fktable_name IS NULL OR fo.name = @fktable_name) AND (@fktable_owner IS NULL
        OR fs.name = @fktable_owner)
ORDER BY IIF(@pktable_name IS NULL, ps.name, fs.name), IIF(@pktable_name IS NULL, po.name, fo.name),
    f.name, 9;
"""

STATISTICS: Final = """
SELECT DB_NAME() AS TABLE_QUALIFIER, s.name AS TABLE_OWNER, o.name AS TABLE_NAME, CAST(NULL
    AS smallint) AS NON_UNIQUE,
    CAST(NULL AS sysname) AS INDEX_QUALIFIER, CAST(NULL AS sysname) AS INDEX_NAME, CAST(0 AS smallint)
        AS [TYPE],
    CAST(NULL AS smallint) AS SEQ_IN_INDEX, CAST(NULL AS sysname) AS COLUMN_NAME, CAST(NULL AS char(1))
        AS [COLLATION],
    CAST((SELECT SUM(p.rows) FROM sys.partitions AS p WHERE p.object_id = o.object_id
        AND p.index_id < 2) AS int)
        AS [CARDINALITY], CAST(NULL AS int) AS PAGES, CAST(NULL AS varchar(128)) AS FILTER_CONDITION
FROM sys.objects AS o JOIN sys.schemas AS s ON s.schema_id = o.schema_id
WHERE o.type = 'U' AND o.name = @table_name AND s.name LIKE ISNULL(@table_owner, N'%')
UNION ALL
SELECT DB_NAME(), s.name, o.name, CAST(1 - CAST(i.is_unique AS int) AS smallint), o.name, i.name,
    CAST(IIF(i.type IN (1, 5), 1, 3) AS smallint), CAST(ic.key_ordinal AS smallint), c.name,
    CAST(IIF(ic.is_descending_key = 1, 'D', 'A') AS char(1)), NULL, NULL, CAST(i.filter_definition
        AS varchar(128))
FROM sys.indexes AS i
JOIN sys.objects AS o ON o.object_id = i.object_id
JOIN sys.schemas AS s ON s.schema_id = o.schema_id
JOIN sys.index_columns AS ic ON ic.object_id = i.object_id AND ic.index_id = i.index_id
    AND ic.key_ordinal > 0
JOIN sys.columns AS c ON c.object_id = ic.object_id AND c.column_id = ic.column_id
WHERE o.type = 'U' AND i.index_id > 0 AND o.name = @table_name AND s.name LIKE ISNULL(@table_owner, N'%')
    AND i.name LIKE ISNULL(@index_name, N'%') AND (ISNULL(@is_unique, N'N') <> N'Y' OR i.is_unique = 1)
ORDER BY 4, 7, 6, 8;
"""

SPECIAL_COLUMNS: Final = f"""
SELECT CAST(IIF(ISNULL(@col_type, N'R') = N'R', 0, NULL) AS smallint) AS SCOPE, c.name AS COLUMN_NAME,
    CAST({_TYPES} AS smallint) AS DATA_TYPE,
    CAST(CONCAT(t.name, IIF(c.is_identity = 1, N' identity', N'')) AS sysname) AS TYPE_NAME,
    CAST({_SIZE} AS int) AS [PRECISION], CAST({_BYTES} AS int) AS [LENGTH], CAST({_SCALE} AS smallint)
        AS SCALE,
    CAST(1 AS smallint) AS PSEUDO_COLUMN
FROM sys.columns AS c
JOIN sys.objects AS o ON o.object_id = c.object_id
JOIN sys.schemas AS s ON s.schema_id = o.schema_id
JOIN sys.types AS t ON t.user_type_id = c.user_type_id
WHERE o.type = 'U' AND o.name = @table_name AND s.name LIKE ISNULL(@table_owner, N'%')
    AND ((ISNULL(@col_type, N'R') = N'V' AND t.name = N'timestamp') OR (ISNULL(@col_type, N'R') = N'R'
        AND EXISTS (
        SELECT * FROM sys.index_columns AS ic
        WHERE ic.object_id = c.object_id AND ic.column_id = c.column_id AND ic.key_ordinal > 0
        AND ic.index_id = (
            SELECT TOP (1) i.index_id FROM sys.indexes AS i WHERE i.object_id = c.object_id
            AND i.is_unique = 1
            ORDER BY i.is_primary_key DESC, i.index_id))))
ORDER BY c.column_id;
"""

STORED_PROCEDURES: Final = """
SET @fusepattern = IIF(@fusepattern IN (N'0', N'False'), N'0', N'1');
SELECT DB_NAME() AS PROCEDURE_QUALIFIER, s.name AS PROCEDURE_OWNER,
    CAST(CONCAT(o.name, IIF(o.type = 'P', N';1', N';0')) AS nvarchar(134)) AS PROCEDURE_NAME, -1
        AS NUM_INPUT_PARAMS,
    -1 AS NUM_OUTPUT_PARAMS, -1 AS NUM_RESULT_SETS, CAST(NULL AS varchar(254)) AS REMARKS,
    CAST(2 AS smallint) AS PROCEDURE_TYPE
FROM sys.objects AS o JOIN sys.schemas AS s ON s.schema_id = o.schema_id
WHERE o.type IN ('P', 'FN', 'IF', 'TF')
    AND (@sp_name IS NULL OR o.name = @sp_name OR (@fusepattern = N'1' AND o.name LIKE @sp_name))
    AND (@sp_owner IS NULL OR s.name = @sp_owner OR (@fusepattern = N'1' AND s.name LIKE @sp_owner))
ORDER BY 1, 2, 3;
"""

SPROC_COLUMNS: Final = f"""
SET @fusepattern = IIF(@fusepattern IN (N'0', N'False'), N'0', N'1');
WITH every AS (
    SELECT p.object_id, p.parameter_id, p.name, p.user_type_id, p.max_length, p.precision, p.scale,
        p.is_output
    FROM sys.parameters AS p
    UNION ALL
    SELECT o.object_id, 0, N'@RETURN_VALUE', 56, 4, 10, 0, CAST(1 AS bit) FROM sys.objects
        AS o WHERE o.type = 'P'
)
SELECT DB_NAME() AS PROCEDURE_QUALIFIER, s.name AS PROCEDURE_OWNER,
    CAST(CONCAT(o.name, IIF(o.type = 'P', N';1', N';0')) AS nvarchar(134)) AS PROCEDURE_NAME,
    IIF(c.parameter_id = 0, N'@RETURN_VALUE', c.name) AS COLUMN_NAME,
    CAST(CASE WHEN c.parameter_id = 0 THEN 5 WHEN c.is_output = 1 THEN 2 ELSE 1 END AS smallint)
        AS COLUMN_TYPE,
    CAST({_TYPES} AS smallint) AS DATA_TYPE, t.name AS TYPE_NAME,{_TYPE_COLUMNS},
    CAST(IIF(c.parameter_id = 0, 0, 1) AS smallint) AS NULLABLE, CAST(NULL AS varchar(254)) AS REMARKS,
    CAST(NULL AS nvarchar(4000)) AS COLUMN_DEF,{_SQL_TYPES}, c.parameter_id AS ORDINAL_POSITION,
    CAST(IIF(c.parameter_id = 0, 'NO', 'YES') AS varchar(254)) AS IS_NULLABLE,
    CAST(NULL AS sysname) AS SS_TYPE_CATALOG_NAME, CAST(NULL AS sysname) AS SS_TYPE_SCHEMA_NAME,
    CAST(NULL AS sysname) AS SS_UDT_CATALOG_NAME, CAST(NULL AS sysname) AS SS_UDT_SCHEMA_NAME,
    CAST(NULL AS nvarchar(4000)) AS SS_UDT_ASSEMBLY_TYPE_NAME,
    CAST(NULL AS sysname) AS SS_XML_SCHEMACOLLECTION_CATALOG_NAME,
    CAST(NULL AS sysname) AS SS_XML_SCHEMACOLLECTION_SCHEMA_NAME,
    CAST(NULL AS sysname) AS SS_XML_SCHEMACOLLECTION_NAME, CAST(t.system_type_id AS tinyint) AS SS_DATA_TYPE
FROM every AS c
JOIN sys.objects AS o ON o.object_id = c.object_id
JOIN sys.schemas AS s ON s.schema_id = o.schema_id
JOIN sys.types AS t ON t.user_type_id = c.user_type_id
WHERE (@procedure_name IS NULL OR o.name = @procedure_name OR (@fusepattern = N'1'
    AND o.name LIKE @procedure_name))
    AND (@procedure_owner IS NULL OR s.name = @procedure_owner OR (@fusepattern = N'1'
        AND s.name LIKE @procedure_owner))
    AND (@column_name IS NULL OR c.name = @column_name OR (@fusepattern = N'1'
        AND c.name LIKE @column_name))
ORDER BY 1, 2, 3, 18;
"""

_COLUMNS: Final = ("table_name", "table_owner", "table_qualifier", "column_name")
_PROCEDURE: Final = (
    "procedure_name",
    "procedure_owner",
    "procedure_qualifier",
    "column_name",
    "odbcver",
    "fusepattern",
)
_TABLE: Final = ("table_name", "table_owner", "table_qualifier")
_SPECIAL: Final = ("table_name", "table_owner", "qualifier", "col_type", "scope", "nullable", "odbcver")
_INDEXES: Final = (*_TABLE, "index_name", "is_unique", "accuracy")
_KEYS: Final = tuple(
    f"{side}table_{part}" for side in ("pk", "fk") for part in ("name", "owner", "qualifier")
)

TEXTS: Final[dict[str, tuple[tuple[str, ...], str]]] = {
    "sp_tables": ((*_TABLE, "table_type", "fusepattern"), TABLES),
    "sp_tableswc": ((*_TABLE, "table_type", "fusepattern"), TABLES),
    "sp_columns_100": ((*_COLUMNS, "namescope", "odbcver", "fusepattern"), COLUMNS_100),
    "sp_columns_90": ((*_COLUMNS, "odbcver", "fusepattern"), COLUMNS_100),
    "sp_fkeys": (_KEYS, FKEYS),
    "sp_statistics": (_INDEXES, STATISTICS),
    "sp_statistics_100": (_INDEXES, STATISTICS),
    "sp_special_columns": (_SPECIAL, SPECIAL_COLUMNS),
    "sp_special_columns_90": (_SPECIAL, SPECIAL_COLUMNS),
    "sp_special_columns_100": (_SPECIAL, SPECIAL_COLUMNS),
    "sp_stored_procedures": (("sp_name", "sp_owner", "sp_qualifier", "fusepattern"), STORED_PROCEDURES),
    "sp_sproc_columns": (_PROCEDURE, SPROC_COLUMNS),
    "sp_sproc_columns_90": (_PROCEDURE, SPROC_COLUMNS),
    "sp_sproc_columns_100": ((*_PROCEDURE[:4], "odbcver", "fusepattern"), SPROC_COLUMNS),
}
"""Each procedure's parameters in their order and its text."""
