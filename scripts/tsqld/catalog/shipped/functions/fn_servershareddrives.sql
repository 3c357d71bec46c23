CREATE FUNCTION sys.fn_servershareddrives () RETURNS TABLE AS RETURN
    SELECT CAST(N'' AS nchar(1)) AS DriveName WHERE 1 = 0
