-- sys.* → #live_facts: the shape of the database, one fact a row, so that two shapes compare by EXCEPT.
-- Grain: one fact of one object; facts of a schema have no object name, those of the database no schema either.
SET NOCOUNT ON;
DROP TABLE IF EXISTS #live_facts, #named_objects;
CREATE TABLE #live_facts (
    schema_name nvarchar(128) COLLATE DATABASE_DEFAULT NOT NULL,
    object_name nvarchar(128) COLLATE DATABASE_DEFAULT NOT NULL,
    object_kind nvarchar(30) COLLATE DATABASE_DEFAULT NOT NULL,
    fact nvarchar(max) COLLATE Latin1_General_BIN2 NOT NULL
);
CREATE TABLE #named_objects (
    object_id int NULL,
    columns_of int NOT NULL,
    schema_name nvarchar(128) COLLATE DATABASE_DEFAULT NOT NULL,
    object_name nvarchar(128) COLLATE DATABASE_DEFAULT NOT NULL,
    object_kind nvarchar(30) COLLATE DATABASE_DEFAULT NOT NULL
);

INSERT INTO #named_objects (object_id, columns_of, schema_name, object_name, object_kind)
SELECT
    objects.object_id,
    objects.object_id AS columns_of,
    schemas.name AS schema_name,
    objects.name AS object_name,
    CASE
        WHEN objects.type = 'U' THEN N'table'
        WHEN objects.type = 'V' THEN N'view'
        WHEN objects.type = 'P' THEN N'procedure'
        WHEN objects.type = 'TR' THEN N'trigger'
        WHEN objects.type = 'SO' THEN N'sequence'
        WHEN objects.type = 'SN' THEN N'synonym'
        ELSE N'function'
    END AS object_kind
FROM sys.objects AS objects
INNER JOIN sys.schemas AS schemas ON schemas.schema_id = objects.schema_id
WHERE objects.is_ms_shipped = 0
    AND objects.type IN ('U', 'V', 'P', 'TR', 'SO', 'SN', 'FN', 'IF', 'TF')
UNION ALL
SELECT
    NULL AS object_id,
    table_types.type_table_object_id AS columns_of,
    schemas.name AS schema_name,
    table_types.name AS object_name,
    N'type' AS object_kind
FROM sys.table_types AS table_types
INNER JOIN sys.schemas AS schemas ON schemas.schema_id = table_types.schema_id;

WITH column_facts AS (
    SELECT
        columns.object_id,
        columns.column_id,
        columns.name AS column_name,
        CONCAT(
            N'column ', columns.name,
            CASE
                WHEN columns.is_computed = 1
                    THEN CONCAT(
                        N' AS ', computed_columns.[definition],
                        IIF(computed_columns.is_persisted = 1, N' PERSISTED', N'')
                    )
                ELSE CONCAT(
                    N' ', IIF(types.is_user_defined = 1, CONCAT(type_schemas.name, N'.'), N''), types.name,
                    CASE
                        WHEN types.is_user_defined = 1 THEN N''
                        WHEN types.name IN (N'nvarchar', N'varchar', N'varbinary') AND columns.max_length = -1
                            THEN N'(max)'
                        WHEN types.name IN (N'nvarchar', N'nchar') THEN CONCAT(N'(', columns.max_length / 2, N')')
                        WHEN types.name IN (N'varchar', N'char', N'varbinary', N'binary')
                            THEN CONCAT(N'(', columns.max_length, N')')
                        WHEN types.name IN (N'decimal', N'numeric')
                            THEN CONCAT(N'(', columns.[precision], N', ', columns.scale, N')')
                        WHEN types.name = N'float' THEN CONCAT(N'(', columns.[precision], N')')
                        WHEN types.name IN (N'datetime2', N'datetimeoffset', N'time')
                            THEN CONCAT(N'(', columns.scale, N')')
                        ELSE N''
                    END
                )
            END,
            IIF(
                columns.collation_name
                <> CONVERT(nvarchar(128), DATABASEPROPERTYEX(DB_NAME(), 'Collation')) COLLATE DATABASE_DEFAULT,
                CONCAT(N' COLLATE ', columns.collation_name), N''
            ),
            IIF(
                columns.is_identity = 1,
                CONCAT(
                    N' IDENTITY(', CONVERT(nvarchar(40), identity_columns.seed_value), N', ',
                    CONVERT(nvarchar(40), identity_columns.increment_value), N')'
                ),
                N''
            ),
            IIF(columns.is_rowguidcol = 1, N' ROWGUIDCOL', N''),
            IIF(columns.is_sparse = 1, N' SPARSE', N''),
            IIF(columns.is_nullable = 1, N' NULL', N' NOT NULL')
        ) AS fact
    FROM sys.columns AS columns
    INNER JOIN sys.types AS types ON types.user_type_id = columns.user_type_id
    INNER JOIN sys.schemas AS type_schemas ON type_schemas.schema_id = types.schema_id
    LEFT JOIN sys.computed_columns AS computed_columns
        ON computed_columns.object_id = columns.object_id AND computed_columns.column_id = columns.column_id
    LEFT JOIN sys.identity_columns AS identity_columns
        ON identity_columns.object_id = columns.object_id AND identity_columns.column_id = columns.column_id
)

INSERT INTO #live_facts (schema_name, object_name, object_kind, fact)
SELECT
named_objects.schema_name,
named_objects.object_name,
named_objects.object_kind,
column_facts.fact
FROM #named_objects AS named_objects
INNER JOIN column_facts ON column_facts.object_id = named_objects.columns_of
WHERE named_objects.object_kind IN (N'table', N'type')
UNION ALL
SELECT
    named_objects.schema_name,
    named_objects.object_name,
    named_objects.object_kind,
    CONCAT(
        N'order of columns: ',
        STRING_AGG(CONVERT(nvarchar(max), column_facts.column_name), N', ')
            WITHIN GROUP (ORDER BY column_facts.column_id)
    ) AS fact
FROM #named_objects AS named_objects
INNER JOIN column_facts ON column_facts.object_id = named_objects.columns_of
WHERE named_objects.object_kind IN (N'table', N'type')
GROUP BY named_objects.schema_name, named_objects.object_name, named_objects.object_kind;

WITH key_columns AS (
    SELECT
        index_columns.object_id,
        index_columns.index_id,
        STRING_AGG(
            IIF(
                index_columns.is_included_column = 0 AND index_columns.key_ordinal > 0,
                CONVERT(nvarchar(max), columns.name + IIF(index_columns.is_descending_key = 1, N' DESC', N'')), NULL
            ),
            N', '
        ) WITHIN GROUP (ORDER BY index_columns.key_ordinal, index_columns.index_column_id) AS keys,
        STRING_AGG(
            IIF(index_columns.is_included_column = 1, CONVERT(nvarchar(max), columns.name), NULL), N', '
        ) WITHIN GROUP (ORDER BY index_columns.key_ordinal, index_columns.index_column_id) AS included,
        MAX(IIF(index_columns.partition_ordinal = 1, columns.name, NULL)) AS partitioned_by
    FROM sys.index_columns AS index_columns
    INNER JOIN sys.columns AS columns
        ON columns.object_id = index_columns.object_id AND columns.column_id = index_columns.column_id
    GROUP BY index_columns.object_id, index_columns.index_id
),

index_facts AS (
    SELECT
        indexes.object_id,
        CONCAT(
            CASE
                WHEN indexes.is_primary_key = 1 THEN N'primary key '
                WHEN indexes.is_unique_constraint = 1 THEN N'unique constraint '
                WHEN indexes.type = 0 THEN N'heap'
                WHEN indexes.is_unique = 1 THEN N'unique index '
                ELSE N'index '
            END,
            IIF(key_constraints.is_system_named = 1, N'(named by the system)', indexes.name),
            IIF(indexes.type = 0, N'', CONCAT(N' ', LOWER(indexes.type_desc COLLATE DATABASE_DEFAULT))),
            IIF(indexes.type = 5, NULL, N' (' + key_columns.keys + N')'),
            IIF(indexes.type = 5, NULL, N' including (' + key_columns.included + N')'),
            N' where ' + indexes.filter_definition,
            IIF(
                data_spaces.type = 'PS',
                CONCAT(N' on ', data_spaces.name, N'(' + key_columns.partitioned_by + N')'), N''
            ),
            IIF(indexes.is_disabled = 1, N' disabled', N'')
        ) AS fact
    FROM sys.indexes AS indexes
    LEFT JOIN key_columns
        ON key_columns.object_id = indexes.object_id AND key_columns.index_id = indexes.index_id
    LEFT JOIN sys.data_spaces AS data_spaces ON data_spaces.data_space_id = indexes.data_space_id
    LEFT JOIN sys.key_constraints AS key_constraints
        ON key_constraints.parent_object_id = indexes.object_id
            AND key_constraints.unique_index_id = indexes.index_id
    WHERE indexes.is_hypothetical = 0
)

INSERT INTO #live_facts (schema_name, object_name, object_kind, fact)
SELECT
named_objects.schema_name,
named_objects.object_name,
named_objects.object_kind,
index_facts.fact
FROM #named_objects AS named_objects
INNER JOIN index_facts ON index_facts.object_id = named_objects.object_id;

WITH reference_columns AS (
    SELECT
        foreign_key_columns.constraint_object_id,
        STRING_AGG(CONVERT(nvarchar(max), columns.name), N', ')
            WITHIN GROUP (ORDER BY foreign_key_columns.constraint_column_id) AS keys,
        STRING_AGG(CONVERT(nvarchar(max), referenced.name), N', ')
            WITHIN GROUP (ORDER BY foreign_key_columns.constraint_column_id) AS referenced_keys
    FROM sys.foreign_key_columns AS foreign_key_columns
    INNER JOIN sys.columns AS columns
        ON columns.object_id = foreign_key_columns.parent_object_id
            AND columns.column_id = foreign_key_columns.parent_column_id
    INNER JOIN sys.columns AS referenced
        ON referenced.object_id = foreign_key_columns.referenced_object_id
            AND referenced.column_id = foreign_key_columns.referenced_column_id
    GROUP BY foreign_key_columns.constraint_object_id
),

constraint_facts AS (
    SELECT
        foreign_keys.parent_object_id AS object_id,
        CONCAT(
            N'foreign key ', IIF(foreign_keys.is_system_named = 1, N'(named by the system)', foreign_keys.name),
            N' (', reference_columns.keys, N') references ', named_objects.schema_name, N'.',
            named_objects.object_name, N' (', reference_columns.referenced_keys, N')',
            IIF(
                foreign_keys.delete_referential_action = 0, N'',
                CONCAT(N' on delete ', LOWER(foreign_keys.delete_referential_action_desc COLLATE DATABASE_DEFAULT))
            ),
            IIF(
                foreign_keys.update_referential_action = 0, N'',
                CONCAT(N' on update ', LOWER(foreign_keys.update_referential_action_desc COLLATE DATABASE_DEFAULT))
            ),
            IIF(foreign_keys.is_disabled = 1, N' disabled', N''),
            IIF(foreign_keys.is_not_trusted = 1, N' not trusted', N'')
        ) AS fact
    FROM sys.foreign_keys AS foreign_keys
    INNER JOIN reference_columns ON reference_columns.constraint_object_id = foreign_keys.object_id
    INNER JOIN #named_objects AS named_objects ON named_objects.object_id = foreign_keys.referenced_object_id
    UNION ALL
    SELECT
        check_constraints.parent_object_id AS object_id,
        CONCAT(
            N'check ', IIF(check_constraints.is_system_named = 1, N'(named by the system)', check_constraints.name),
            N' ', check_constraints.[definition],
            IIF(check_constraints.is_disabled = 1, N' disabled', N''),
            IIF(check_constraints.is_not_trusted = 1, N' not trusted', N'')
        ) AS fact
    FROM sys.check_constraints AS check_constraints
    UNION ALL
    SELECT
        default_constraints.parent_object_id AS object_id,
        CONCAT(
            N'default ',
            IIF(default_constraints.is_system_named = 1, N'(named by the system)', default_constraints.name),
            N' for ', columns.name, N' ', default_constraints.[definition]
        ) AS fact
    FROM sys.default_constraints AS default_constraints
    INNER JOIN sys.columns AS columns
        ON columns.object_id = default_constraints.parent_object_id
            AND columns.column_id = default_constraints.parent_column_id
)

INSERT INTO #live_facts (schema_name, object_name, object_kind, fact)
SELECT
named_objects.schema_name,
named_objects.object_name,
named_objects.object_kind,
constraint_facts.fact
FROM #named_objects AS named_objects
INNER JOIN constraint_facts ON constraint_facts.object_id = named_objects.object_id;

WITH module_facts AS (
    SELECT
sql_modules.object_id,
CONCAT(N'text ', ISNULL(sql_modules.[definition], N'is encrypted')) AS fact
    FROM sys.sql_modules AS sql_modules
    UNION ALL
    SELECT
sql_modules.object_id,
N'created with ANSI_NULLS OFF' AS fact
    FROM sys.sql_modules AS sql_modules
    WHERE sql_modules.uses_ansi_nulls = 0
    UNION ALL
    SELECT
sql_modules.object_id,
N'created with QUOTED_IDENTIFIER OFF' AS fact
    FROM sys.sql_modules AS sql_modules
    WHERE sql_modules.uses_quoted_identifier = 0
    UNION ALL
    SELECT
triggers.object_id,
N'disabled' AS fact
    FROM sys.triggers AS triggers
    WHERE triggers.is_disabled = 1
    UNION ALL
    SELECT
synonyms.object_id,
CONCAT(N'stands for ', synonyms.base_object_name) AS fact
    FROM sys.synonyms AS synonyms
    UNION ALL
    SELECT
        sequences.object_id,
        CONCAT(
            TYPE_NAME(sequences.user_type_id), N' start ', CONVERT(nvarchar(40), sequences.start_value),
            N' increment ', CONVERT(nvarchar(40), sequences.increment),
            N' from ', CONVERT(nvarchar(40), sequences.minimum_value),
            N' to ', CONVERT(nvarchar(40), sequences.maximum_value),
            IIF(sequences.is_cycling = 1, N' cycling', N'')
        ) AS fact
    FROM sys.sequences AS sequences
)

INSERT INTO #live_facts (schema_name, object_name, object_kind, fact)
SELECT
named_objects.schema_name,
named_objects.object_name,
named_objects.object_kind,
module_facts.fact
FROM #named_objects AS named_objects
INNER JOIN module_facts ON module_facts.object_id = named_objects.object_id;

WITH permission_facts AS (
    SELECT
        permissions.class,
        permissions.major_id,
        CONCAT(
            LOWER(REPLACE(permissions.state_desc COLLATE DATABASE_DEFAULT, N'_', N' ')), N' ',
            permissions.permission_name COLLATE DATABASE_DEFAULT,
            N' (' + columns.name + N')', N' to ', grantees.name
        ) AS fact
    FROM sys.database_permissions AS permissions
    INNER JOIN sys.database_principals AS grantees
        ON grantees.principal_id = permissions.grantee_principal_id
    LEFT JOIN sys.columns AS columns
        ON permissions.class = 1 AND columns.object_id = permissions.major_id
            AND columns.column_id = permissions.minor_id
    WHERE permissions.class IN (0, 1, 3) AND permissions.permission_name <> N'CONNECT'
)

INSERT INTO #live_facts (schema_name, object_name, object_kind, fact)
SELECT
named_objects.schema_name,
named_objects.object_name,
named_objects.object_kind,
permission_facts.fact
FROM #named_objects AS named_objects
INNER JOIN permission_facts
    ON permission_facts.class = 1 AND permission_facts.major_id = named_objects.object_id
UNION ALL
SELECT
schemas.name,
N'',
N'schema',
permission_facts.fact
FROM sys.schemas AS schemas
INNER JOIN permission_facts ON permission_facts.class = 3 AND permission_facts.major_id = schemas.schema_id
UNION ALL
SELECT
N'',
N'',
N'database',
permission_facts.fact
FROM permission_facts
WHERE permission_facts.class = 0;

INSERT INTO #live_facts (schema_name, object_name, object_kind, fact)
SELECT
schemas.name,
N'',
N'schema',
CONCAT(N'owned by ', owners.name) AS fact
FROM sys.schemas AS schemas
INNER JOIN sys.database_principals AS owners ON owners.principal_id = schemas.principal_id
WHERE schemas.schema_id > 4 AND schemas.schema_id < 16384
UNION ALL
SELECT
N'',
roles.name,
N'role',
N'exists' AS fact
FROM sys.database_principals AS roles
WHERE roles.type = 'R' AND roles.is_fixed_role = 0 AND roles.principal_id > 0
UNION ALL
SELECT
N'',
roles.name,
N'role',
CONCAT(N'member ', members.name) AS fact
FROM sys.database_role_members AS role_members
INNER JOIN sys.database_principals AS roles ON roles.principal_id = role_members.role_principal_id
INNER JOIN sys.database_principals AS members ON members.principal_id = role_members.member_principal_id
WHERE members.name <> N'dbo'
UNION ALL
SELECT
    schemas.name AS schema_name,
    types.name AS object_name,
    N'type' AS object_kind,
    CONCAT(
        N'alias of ', TYPE_NAME(types.system_type_id), N' length ', types.max_length, N' precision ', types.[precision],
        N' scale ', types.scale, IIF(types.is_nullable = 1, N' NULL', N' NOT NULL')
    ) AS fact
FROM sys.types AS types
INNER JOIN sys.schemas AS schemas ON schemas.schema_id = types.schema_id
WHERE types.is_user_defined = 1 AND types.is_table_type = 0
UNION ALL
SELECT
    N'',
    functions.name,
    N'partition function',
    -- Boundaries that a procedure of the database moves are its business: the window slides.
    CONCAT(
        N'range ', IIF(functions.boundary_value_on_right = 1, N'right', N'left'), N' for ',
        STRING_AGG(CONVERT(nvarchar(max), CONVERT(nvarchar(200), boundaries.value)), N', ') WITHIN GROUP (
            ORDER BY boundaries.boundary_id
        )
    ) AS fact
FROM sys.partition_functions AS functions
LEFT JOIN sys.sql_modules AS movers
    ON movers.[definition] LIKE N'%ALTER PARTITION FUNCTION ' + REPLACE(functions.name, N'_', N'[_]') + N'()%'
LEFT JOIN sys.partition_range_values AS boundaries
    ON boundaries.function_id = functions.function_id AND movers.object_id IS NULL
GROUP BY functions.name, functions.boundary_value_on_right
UNION ALL
SELECT
N'',
schemes.name,
N'partition scheme',
CONCAT(N'of ', functions.name) AS fact
FROM sys.partition_schemes AS schemes
INNER JOIN sys.partition_functions AS functions ON functions.function_id = schemes.function_id;
