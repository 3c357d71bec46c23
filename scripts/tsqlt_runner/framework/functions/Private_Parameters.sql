-- The parameters of a module: how a double declares each and how it keeps its value.
CREATE OR ALTER FUNCTION tSQLt.Private_Parameters (@ObjectId int)
RETURNS TABLE
AS
RETURN
    WITH typed AS (
        SELECT
            parameters.parameter_id,
            parameters.name,
            IIF(texts.IsTable = 1, 1, 0) AS is_table,
            IIF(parameters.is_output = 1, 1, 0) AS is_output,
            texts.TypeText AS type_text
        FROM sys.parameters AS parameters
        CROSS APPLY tSQLt.Private_TypeText(
            parameters.user_type_id, parameters.max_length, parameters.[precision], parameters.scale, NULL
        ) AS texts
        WHERE parameters.object_id = @ObjectId
    )

    SELECT
        typed.parameter_id AS Id,
        typed.name AS Name,
        typed.type_text AS TypeText,
        typed.is_table AS IsTable,
        typed.is_output AS IsOutput,
        QUOTENAME(SUBSTRING(typed.name, 2, 128)) AS ColumnName,
        CONCAT(
            typed.name, N' ', typed.type_text,
            CASE
                WHEN typed.is_table = 1 THEN N' READONLY'
                WHEN typed.is_output = 1 THEN N' = NULL OUTPUT'
                ELSE N' = NULL'
            END
        ) AS Declaration,
        CASE
            WHEN typed.is_table = 1
                THEN N'(SELECT * FROM ' + typed.name + N' FOR XML PATH (''row''), TYPE, ROOT (''rows''))'
            ELSE typed.name
        END AS LogExpression,
        typed.name + N' = ' + typed.name + IIF(typed.is_output = 1, N' OUTPUT', N'') AS Passing
    FROM typed;
GO
