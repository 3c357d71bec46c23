-- The columns of a table or view, temporary ones too, with the expression that shows a value of each as text.
CREATE OR ALTER FUNCTION tSQLt.Private_Columns (@Table nvarchar(max))
RETURNS TABLE
AS
RETURN
    WITH found AS (
        SELECT
            here.column_id,
            here.name,
            here.user_type_id,
            here.system_type_id,
            here.max_length,
            here.[precision],
            here.scale,
            here.collation_name,
            here.is_nullable
        FROM sys.columns AS here
        WHERE here.object_id = OBJECT_ID(@Table)
            AND LEFT(REPLACE(@Table, N'[', N''), 1) <> N'#'
        UNION ALL
        SELECT
            there.column_id,
            there.name,
            there.user_type_id,
            there.system_type_id,
            there.max_length,
            there.[precision],
            there.scale,
            there.collation_name,
            there.is_nullable
        FROM tempdb.sys.columns AS there
        WHERE there.object_id = OBJECT_ID(N'tempdb..' + @Table)
            AND LEFT(REPLACE(@Table, N'[', N''), 1) = N'#'
    ),

    typed AS (
        SELECT
            found.column_id,
            found.name,
            QUOTENAME(found.name) AS quoted,
            types.name AS type_name,
            found.user_type_id,
            found.max_length,
            found.[precision],
            found.scale,
            found.collation_name,
            found.is_nullable
        FROM found
        INNER JOIN sys.types AS types ON types.user_type_id = found.system_type_id
    )

    SELECT
        typed.column_id AS Id,
        typed.name AS Name,
        typed.quoted AS Quoted,
        typed.type_name AS TypeName,
        typed.user_type_id AS UserTypeId,
        typed.max_length AS TypeLength,
        typed.[precision] AS TypePrecision,
        typed.scale AS TypeScale,
        typed.collation_name AS TypeCollation,
        typed.is_nullable AS IsNullable,
        CASE
            WHEN typed.type_name IN (N'date', N'time', N'datetime', N'datetime2', N'smalldatetime', N'datetimeoffset')
                THEN N'CONVERT(nvarchar(max), ' + typed.quoted + N', 121)'
            WHEN typed.type_name IN (N'binary', N'varbinary', N'timestamp')
                THEN N'CONVERT(nvarchar(max), CAST(' + typed.quoted + N' AS varbinary(max)), 1)'
            WHEN typed.type_name IN (N'float', N'real')
                THEN N'CONVERT(nvarchar(max), ' + typed.quoted + N', 3)'
            WHEN typed.type_name IN (N'money', N'smallmoney')
                THEN N'CONVERT(nvarchar(max), ' + typed.quoted + N', 2)'
            WHEN typed.type_name = N'sql_variant'
                THEN N'tSQLt.Private_VariantText(' + typed.quoted + N')'
            ELSE N'CAST(' + typed.quoted + N' AS nvarchar(max))'
        END AS TextExpression
    FROM typed;
GO
