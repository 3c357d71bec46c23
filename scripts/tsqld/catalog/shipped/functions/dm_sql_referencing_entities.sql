CREATE FUNCTION sys.dm_sql_referencing_entities (@name nvarchar(517), @class nvarchar(60))
    RETURNS TABLE AS RETURN
    SELECT DISTINCT s.name AS referencing_schema_name, o.name AS referencing_entity_name,
        d.referencing_id, d.referencing_class, d.referencing_class_desc, d.is_caller_dependent
    FROM sys.sql_expression_dependencies AS d
    JOIN sys.objects AS o ON o.object_id = d.referencing_id
    JOIN sys.schemas AS s ON s.schema_id = o.schema_id
    WHERE (@class = 'OBJECT' AND d.referenced_class = 1 AND d.referenced_id = OBJECT_ID(@name))
        OR (@class = 'TYPE' AND d.referenced_class = 6 AND d.referenced_id = TYPE_ID(@name))
