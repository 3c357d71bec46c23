CREATE PROCEDURE sys.sp_depends @objname nvarchar(776) AS
BEGIN
    DECLARE @id int = OBJECT_ID(@objname), @db sysname = DB_NAME();
    IF @id IS NULL
    BEGIN
        RAISERROR (15009, -1, -1, @objname, @db);
        RETURN 1;
    END;
    IF EXISTS (SELECT * FROM sys.sql_expression_dependencies AS d WHERE d.referencing_id = @id)
        SELECT DISTINCT CONCAT(s.name, N'.', o.name) AS name, LOWER(REPLACE(o.type_desc, N'_', N' ')) AS type
        FROM sys.sql_expression_dependencies AS d
        JOIN sys.objects AS o ON o.object_id = d.referenced_id
        JOIN sys.schemas AS s ON s.schema_id = o.schema_id
        WHERE d.referencing_id = @id;
    IF EXISTS (SELECT * FROM sys.sql_expression_dependencies AS d WHERE d.referenced_id = @id)
        SELECT DISTINCT CONCAT(s.name, N'.', o.name) AS name, LOWER(REPLACE(o.type_desc, N'_', N' ')) AS type
        FROM sys.sql_expression_dependencies AS d
        JOIN sys.objects AS o ON o.object_id = d.referencing_id
        JOIN sys.schemas AS s ON s.schema_id = o.schema_id
        WHERE d.referenced_id = @id;
END
