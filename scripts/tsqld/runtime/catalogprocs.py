"""Catalog procedures written in T-SQL over the catalog views: sp_columns, sp_pkeys, sp_helpindex, sp_help …

Specification: Microsoft Learn's page of each procedure. Each is a text with its parameters; the interpreter
runs it as dynamic text.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from tsqld.runtime.odbcprocs import TEXTS


@dataclass(frozen=True, slots=True)
class CatalogProcedure:
    """Parameter names in order, without @ and lower case, all nvarchar(776); and the T-SQL text."""

    parameters: tuple[str, ...]
    text: str


_ODBC_TYPES: Final = """CASE t.name WHEN N'bit' THEN -7 WHEN N'tinyint' THEN -6 WHEN N'smallint' THEN 5
 WHEN N'int' THEN 4 WHEN N'bigint' THEN -5 WHEN N'decimal' THEN 3 WHEN N'numeric' THEN 2 WHEN N'money' THEN 3
 WHEN N'smallmoney' THEN 3 WHEN N'float' THEN 6 WHEN N'real' THEN 7 WHEN N'char' THEN 1
 WHEN N'varchar' THEN 12 WHEN N'nchar' THEN -8 WHEN N'nvarchar' THEN -9 WHEN N'sysname' THEN -9
 WHEN N'text' THEN -1
 WHEN N'ntext' THEN -10 WHEN N'binary' THEN -2 WHEN N'varbinary' THEN -3 WHEN N'image' THEN -4
 WHEN N'timestamp' THEN -2 WHEN N'uniqueidentifier' THEN -11 WHEN N'date' THEN -9 WHEN N'time' THEN -9
 WHEN N'datetime' THEN 11 WHEN N'smalldatetime' THEN 11 WHEN N'datetime2' THEN -9
 WHEN N'datetimeoffset' THEN -9 WHEN N'sql_variant' THEN -150 ELSE -9 END"""
_FIND: Final = """
IF @objname IS NOT NULL AND OBJECT_ID(@objname) IS NULL
BEGIN
    DECLARE @db sysname = DB_NAME();
    RAISERROR (N'The object ''%s'' does not exist in database ''%s'' or is invalid for this operation.',
        16, 1, @objname, @db);
    RETURN;
END
"""


def _member_of_role(verb: str) -> str:
    """sp_addrolemember and sp_droprolemember, which ALTER ROLE has taken the place of."""
    return f"""
DECLARE @text nvarchar(max) = N'ALTER ROLE ' + QUOTENAME(@rolename) + N' {verb} MEMBER '
    + QUOTENAME(@membername);
EXEC (@text);
"""


def _for_each(names: str) -> str:
    """The body of sp_MSforeachtable and sp_MSforeachdb, which scripts call though no page describes them."""
    return f"""
DECLARE @name nvarchar(517);
SET @replacechar = ISNULL(@replacechar, N'?');
IF @precommand IS NOT NULL EXEC (@precommand);
DECLARE each CURSOR LOCAL STATIC FOR {names};
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
"""


PROCEDURES: Final[dict[str, CatalogProcedure]] = {
    # Undocumented, but what SqlBulkCopy asks before each copy.
    "sp_tablecollations_100": CatalogProcedure(
        ("object",),
        """
SELECT c.column_id AS colid, c.name,
    CASE c.collation_name WHEN N'SQL_Latin1_General_CP1_CI_AS' THEN CONVERT(binary(5), 0x0904D00034) END
    AS tds_collation, c.collation_name AS collation
FROM sys.columns AS c WHERE c.object_id = OBJECT_ID(@object) ORDER BY c.column_id;
""",
    ),
    "sp_columns": CatalogProcedure(
        ("table_name", "table_owner", "table_qualifier", "column_name", "odbcver"),
        f"""
SELECT DB_NAME() AS TABLE_QUALIFIER, s.name AS TABLE_OWNER, o.name AS TABLE_NAME, c.name AS COLUMN_NAME,
    CAST({_ODBC_TYPES} AS smallint) AS DATA_TYPE,
    CAST(CONCAT(t.name, IIF(c.is_identity = 1, N' identity', N'')) AS sysname) AS TYPE_NAME,
    CAST(CASE WHEN c.max_length = -1 THEN 0 WHEN t.name IN (N'nchar', N'nvarchar', N'sysname')
        THEN c.max_length / 2 WHEN c.precision > 0 THEN c.precision ELSE c.max_length END AS int)
        AS [PRECISION],
    CAST(CASE WHEN c.max_length = -1 THEN 0 WHEN t.name IN (N'decimal', N'numeric') THEN c.precision + 2
        ELSE c.max_length END AS int) AS [LENGTH],
    CAST(CASE WHEN c.precision > 0 THEN c.scale END AS smallint) AS SCALE,
    CAST(CASE WHEN t.name IN (N'float', N'real') THEN 2 WHEN c.precision > 0 AND t.name NOT LIKE N'%date%'
        AND t.name <> N'time' THEN 10 END AS smallint) AS RADIX,
    CAST(c.is_nullable AS smallint) AS NULLABLE, CAST(NULL AS varchar(254)) AS REMARKS,
    d.definition AS COLUMN_DEF, CAST({_ODBC_TYPES} AS smallint) AS SQL_DATA_TYPE,
    CAST(NULL AS smallint) AS SQL_DATETIME_SUB,
    CAST(CASE WHEN t.name IN (N'char', N'varchar', N'nchar', N'nvarchar', N'binary', N'varbinary', N'sysname')
        THEN c.max_length END AS int) AS CHAR_OCTET_LENGTH,
    c.column_id AS ORDINAL_POSITION, CAST(IIF(c.is_nullable = 1, 'YES', 'NO') AS varchar(254)) AS IS_NULLABLE
FROM sys.columns AS c
JOIN sys.objects AS o ON o.object_id = c.object_id
JOIN sys.schemas AS s ON s.schema_id = o.schema_id
JOIN sys.types AS t ON t.user_type_id = c.user_type_id
LEFT JOIN sys.default_constraints AS d ON d.object_id = c.default_object_id
WHERE o.type IN ('U', 'V') AND o.name LIKE ISNULL(@table_name, N'%')
    AND s.name LIKE ISNULL(@table_owner, N'%') AND c.name LIKE ISNULL(@column_name, N'%')
ORDER BY 1, 2, 3, 17;
""",
    ),
    "sp_pkeys": CatalogProcedure(
        ("table_name", "table_owner", "table_qualifier"),
        """
SELECT DB_NAME() AS TABLE_QUALIFIER, s.name AS TABLE_OWNER, o.name AS TABLE_NAME, c.name AS COLUMN_NAME,
    CAST(ic.key_ordinal AS smallint) AS KEY_SEQ, i.name AS PK_NAME
FROM sys.indexes AS i
JOIN sys.objects AS o ON o.object_id = i.object_id
JOIN sys.schemas AS s ON s.schema_id = o.schema_id
JOIN sys.index_columns AS ic ON ic.object_id = i.object_id AND ic.index_id = i.index_id
JOIN sys.columns AS c ON c.object_id = ic.object_id AND c.column_id = ic.column_id
WHERE i.is_primary_key = 1 AND o.name = @table_name AND s.name LIKE ISNULL(@table_owner, N'%')
ORDER BY 1, 2, 3, 5;
""",
    ),
    "sp_helpindex": CatalogProcedure(
        ("objname",),
        _FIND
        + """
SELECT i.name AS index_name,
    CONCAT(LOWER(i.type_desc), IIF(i.is_unique = 1, N', unique', N''),
        IIF(i.is_primary_key = 1, N', primary key', N''),
        IIF(i.is_unique_constraint = 1, N', unique key', N''),
        N' located on PRIMARY') AS index_description,
    (SELECT STRING_AGG(CONCAT(c.name, IIF(ic.is_descending_key = 1, N'(-)', N'')), N', ')
            WITHIN GROUP (ORDER BY ic.key_ordinal)
        FROM sys.index_columns AS ic
        JOIN sys.columns AS c ON c.object_id = ic.object_id AND c.column_id = ic.column_id
        WHERE ic.object_id = i.object_id AND ic.index_id = i.index_id AND ic.is_included_column = 0)
        AS index_keys
FROM sys.indexes AS i
WHERE i.object_id = OBJECT_ID(@objname) AND i.index_id > 0
ORDER BY i.name;
""",
    ),
    "sp_help": CatalogProcedure(
        ("objname",),
        _FIND
        + """
IF @objname IS NULL
BEGIN
    SELECT o.name AS Name, N'dbo' AS Owner, LOWER(REPLACE(o.type_desc, N'_', N' ')) AS Object_type
    FROM sys.objects AS o ORDER BY 2, 3, 1;
    RETURN;
END
SELECT o.name AS Name, N'dbo' AS Owner, LOWER(REPLACE(o.type_desc, N'_', N' ')) AS Type,
    o.create_date AS Created_datetime
FROM sys.objects AS o WHERE o.object_id = OBJECT_ID(@objname);
IF EXISTS (SELECT * FROM sys.columns WHERE object_id = OBJECT_ID(@objname))
    SELECT c.name AS Column_name, t.name AS Type, IIF(c.is_computed = 1, 'yes', 'no') AS Computed,
        CAST(c.max_length AS int) AS Length,
        IIF(c.precision > 0, CAST(c.precision AS varchar(5)), '') AS Prec,
        IIF(c.precision > 0, CAST(c.scale AS varchar(5)), '') AS Scale,
        IIF(c.is_nullable = 1, 'yes', 'no') AS Nullable, c.collation_name AS Collation
    FROM sys.columns AS c JOIN sys.types AS t ON t.user_type_id = c.user_type_id
    WHERE c.object_id = OBJECT_ID(@objname) ORDER BY c.column_id;
IF EXISTS (SELECT * FROM sys.parameters WHERE object_id = OBJECT_ID(@objname))
    SELECT p.name AS Parameter_name, t.name AS Type, CAST(p.max_length AS int) AS Length,
        p.parameter_id AS Param_order
    FROM sys.parameters AS p JOIN sys.types AS t ON t.user_type_id = p.user_type_id
    WHERE p.object_id = OBJECT_ID(@objname) ORDER BY p.parameter_id;
IF EXISTS (SELECT * FROM sys.identity_columns WHERE object_id = OBJECT_ID(@objname))
    SELECT name AS [Identity], seed_value AS Seed, increment_value AS Increment
    FROM sys.identity_columns WHERE object_id = OBJECT_ID(@objname);
""",
    ),
    "sp_spaceused": CatalogProcedure(
        ("objname",),
        _FIND
        + """
IF @objname IS NULL
    THROW 50100, N'tsqld does not support sp_spaceused of a database.', 1;
SELECT OBJECT_NAME(OBJECT_ID(@objname)) AS name, CAST(SUM(p.rows) AS char(20)) AS rows
FROM sys.partitions AS p WHERE p.object_id = OBJECT_ID(@objname) AND p.index_id < 2;
""",
    ),
    "sp_configure": CatalogProcedure(
        ("configname", "configvalue"),
        """
IF @configname IS NULL OR @configvalue IS NULL
    THROW 50100, N'tsqld does not support listing options by sp_configure.', 1;
RAISERROR (N'Configuration option ''%s'' changed from %s to %s. Run the RECONFIGURE statement to install.',
    0, 1, @configname, @configvalue, @configvalue);
""",
    ),
    "sp_msforeachtable": CatalogProcedure(
        ("command1", "replacechar", "command2", "command3", "whereand", "precommand", "postcommand"),
        "IF @whereand IS NOT NULL THROW 50100, N'tsqld does not support @whereand of sp_MSforeachtable.', 1;"
        + _for_each(
            "SELECT QUOTENAME(s.name) + N'.' + QUOTENAME(o.name) FROM sys.tables AS o "
            "JOIN sys.schemas AS s ON s.schema_id = o.schema_id"
        ),
    ),
    "sp_msforeachdb": CatalogProcedure(
        ("command1", "replacechar", "command2", "command3", "precommand", "postcommand"),
        _for_each("SELECT o.name FROM sys.databases AS o"),
    ),
    "sp_addrolemember": CatalogProcedure(("rolename", "membername"), _member_of_role("ADD")),
    "sp_droprolemember": CatalogProcedure(("rolename", "membername"), _member_of_role("DROP")),
    **{name: CatalogProcedure(*entry) for name, entry in TEXTS.items()},
}
