-- Grain: records of one file that retention took out of a table of silver's records, by the standing they had.
CREATE TABLE ops.removed_records (
    file_id bigint NOT NULL,
    table_name nvarchar(300) NOT NULL,
    standing nvarchar(20) NOT NULL,
    record_count bigint NOT NULL,
    CONSTRAINT PK_ops_removed_records PRIMARY KEY CLUSTERED (file_id, table_name, standing),
    CONSTRAINT FK_ops_removed_records_files FOREIGN KEY (file_id) REFERENCES ops.files (file_id)
);
GO
