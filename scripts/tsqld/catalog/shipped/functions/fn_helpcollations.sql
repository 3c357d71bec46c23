CREATE FUNCTION sys.fn_helpcollations () RETURNS TABLE AS RETURN
    SELECT c.name, c.description FROM sys.tsqld_collations AS c
