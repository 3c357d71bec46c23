CREATE PROCEDURE sys.sp_helptrigger @tabname nvarchar(776), @triggertype char(6) = NULL AS
BEGIN
    DECLARE @id int = OBJECT_ID(@tabname), @db sysname = DB_NAME();
    IF @id IS NULL
    BEGIN
        RAISERROR (15009, -1, -1, @tabname, @db);
        RETURN 1;
    END;
    SELECT t.name AS trigger_name, CAST(N'dbo' AS sysname) AS trigger_owner,
        MAX(IIF(e.type = 2, 1, 0)) AS isupdate, MAX(IIF(e.type = 3, 1, 0)) AS isdelete,
        MAX(IIF(e.type = 1, 1, 0)) AS isinsert, 1 - CAST(t.is_instead_of_trigger AS int) AS isafter,
        CAST(t.is_instead_of_trigger AS int) AS isinsteadof, OBJECT_SCHEMA_NAME(t.parent_id) AS trigger_schema
    FROM sys.triggers AS t
    JOIN sys.trigger_events AS e ON e.object_id = t.object_id
    WHERE t.parent_id = @id
    GROUP BY t.name, t.is_instead_of_trigger, t.parent_id
    HAVING @triggertype IS NULL OR MAX(IIF(e.type_desc = RTRIM(@triggertype), 1, 0)) = 1
    ORDER BY t.name;
END
