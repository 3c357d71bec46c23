CREATE FUNCTION sys.dm_os_volume_stats (@database_id int, @file_id int) RETURNS TABLE AS RETURN
    SELECT f.database_id, f.file_id, v.* FROM sys.tsqld_file_stats AS f CROSS JOIN sys.tsqld_volume AS v
    WHERE f.database_id = @database_id AND f.file_id = @file_id
