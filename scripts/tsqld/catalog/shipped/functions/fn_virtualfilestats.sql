CREATE FUNCTION sys.fn_virtualfilestats (@database_id int, @file_id int) RETURNS TABLE AS RETURN
    SELECT f.database_id AS DbId, f.file_id AS FileId, f.sample_ms AS TimeStamp, f.num_of_reads AS NumberReads,
        f.num_of_bytes_read AS BytesRead, f.io_stall_read_ms AS IoStallReadMS,
        f.num_of_writes AS NumberWrites, f.num_of_bytes_written AS BytesWritten,
        f.io_stall_write_ms AS IoStallWriteMS, f.io_stall AS IoStallMS, f.size_on_disk_bytes AS BytesOnDisk,
        f.file_handle AS FileHandle
    FROM sys.tsqld_file_stats AS f
    WHERE f.database_id = ISNULL(@database_id, f.database_id) AND f.file_id = ISNULL(@file_id, f.file_id)
