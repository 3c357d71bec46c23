-- One row: a constraint of an original as ALTER TABLE … ADD CONSTRAINT writes it for its fake, and the statements that
-- come before it: a primary key needs columns that are NOT NULL, a foreign key a key of what it refers to.
CREATE OR ALTER FUNCTION tSQLt.Private_ConstraintText (@ConstraintId int, @Table nvarchar(517), @NoCascade bit)
RETURNS TABLE
AS
RETURN
    WITH key_texts AS (
        SELECT
            CONCAT(
                IIF(keys.type = 'PK', N'PRIMARY KEY', N'UNIQUE'), N' (',
                STRING_AGG(CAST(QUOTENAME(columns.name) AS nvarchar(max)), N', ')
                    WITHIN GROUP (ORDER BY parts.key_ordinal),
                N')'
            ) AS [definition],
            IIF(
                keys.type = 'PK',
                STRING_AGG(
                    CAST(
                        CONCAT(
                            N'ALTER TABLE ', @Table, N' ALTER COLUMN ', QUOTENAME(columns.name), N' ', texts.TypeText,
                            N' NOT NULL;'
                        ) AS nvarchar(max)
                    ), N' '
                ),
                NULL
            ) AS preparation
        FROM sys.key_constraints AS keys
        INNER JOIN sys.index_columns AS parts
            ON parts.object_id = keys.parent_object_id
            AND parts.index_id = keys.unique_index_id
            AND parts.key_ordinal > 0
        INNER JOIN sys.columns AS columns
            ON columns.object_id = parts.object_id
            AND columns.column_id = parts.column_id
        CROSS APPLY tSQLt.Private_TypeText(
            columns.user_type_id, columns.max_length, columns.[precision], columns.scale, columns.collation_name
        ) AS texts
        WHERE keys.object_id = @ConstraintId
        GROUP BY keys.type
    ),

    foreign_texts AS (
        SELECT
            CONCAT(
                N'FOREIGN KEY (',
                STRING_AGG(CAST(QUOTENAME(owned.name) AS nvarchar(max)), N', ')
                    WITHIN GROUP (ORDER BY pairs.constraint_column_id),
                N') REFERENCES ', tSQLt.Private_PresentName(keys.referenced_object_id), N' (',
                STRING_AGG(CAST(QUOTENAME(referenced.name) AS nvarchar(max)), N', ')
                    WITHIN GROUP (ORDER BY pairs.constraint_column_id),
                N')',
                IIF(
                    @NoCascade = 1 OR keys.delete_referential_action = 0,
                    N'',
                    N' ON DELETE ' + REPLACE(keys.delete_referential_action_desc, N'_', N' ')
                ),
                IIF(
                    @NoCascade = 1 OR keys.update_referential_action = 0,
                    N'',
                    N' ON UPDATE ' + REPLACE(keys.update_referential_action_desc, N'_', N' ')
                )
            ) AS [definition],
            IIF(
                tSQLt.Private_PresentName(keys.referenced_object_id)
                    = tSQLt.Private_QuotedName(keys.referenced_object_id),
                NULL,
                CONCAT(
                    N'CREATE UNIQUE INDEX ',
                    QUOTENAME(N'tSQLt_key_' + REPLACE(CAST(NEWID() AS nvarchar(36)), N'-', N'')), N' ON ',
                    tSQLt.Private_PresentName(keys.referenced_object_id), N' (',
                    STRING_AGG(CAST(QUOTENAME(referenced.name) AS nvarchar(max)), N', ')
                        WITHIN GROUP (ORDER BY pairs.constraint_column_id),
                    N');'
                )
            ) AS preparation
        FROM sys.foreign_keys AS keys
        INNER JOIN sys.foreign_key_columns AS pairs ON pairs.constraint_object_id = keys.object_id
        INNER JOIN sys.columns AS owned
            ON owned.object_id = pairs.parent_object_id
            AND owned.column_id = pairs.parent_column_id
        INNER JOIN sys.columns AS referenced
            ON referenced.object_id = pairs.referenced_object_id
            AND referenced.column_id = pairs.referenced_column_id
        WHERE keys.object_id = @ConstraintId
        GROUP BY
            keys.referenced_object_id,
            keys.delete_referential_action,
            keys.delete_referential_action_desc,
            keys.update_referential_action,
            keys.update_referential_action_desc
    )

    SELECT
        key_texts.[definition] AS [Definition],
        key_texts.preparation AS Preparation
    FROM key_texts
    UNION ALL
    SELECT
        foreign_texts.[definition],
        foreign_texts.preparation
    FROM foreign_texts
    UNION ALL
    SELECT
        N'CHECK ' + checks.[definition],
        NULL
    FROM sys.check_constraints AS checks
    WHERE checks.object_id = @ConstraintId;
GO
