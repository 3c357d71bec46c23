CREATE FUNCTION sys.dm_io_virtual_file_stats (@database_id int, @file_id int) RETURNS TABLE AS RETURN
    SELECT f.* FROM sys.tsqld_file_stats AS f
    WHERE f.database_id = ISNULL(@database_id, f.database_id) AND f.file_id = ISNULL(@file_id, f.file_id)
