CREATE FUNCTION sys.fn_listextendedproperty (@name sysname, @level0type varchar(128), @level0name sysname,
        @level1type varchar(128), @level1name sysname, @level2type varchar(128), @level2name sysname)
    RETURNS TABLE AS RETURN
    SELECT CAST(p.objtype AS sysname) AS objtype, CAST(p.objname AS sysname) AS objname, p.name, p.value
    FROM sys.tsqld_properties AS p
    WHERE p.class = CASE WHEN @level0type IS NULL THEN 0 WHEN @level1type IS NULL THEN 3
    WHEN @level1type = 'TYPE' THEN 6 WHEN @level2type = 'INDEX' THEN 7 WHEN @level2type = 'PARAMETER' THEN 2
    ELSE 1 END AND p.name = ISNULL(@name, p.name)
        AND (@level0type IS NULL OR ISNULL(@level0name, p.level0name) = p.level0name)
        AND (@level1type IS NULL
            OR (@level1type = p.level1type AND ISNULL(@level1name, p.level1name) = p.level1name))
        AND ((@level2type IS NULL AND p.level2type IS NULL)
            OR (@level2type = p.level2type AND ISNULL(@level2name, p.level2name) = p.level2name))
