-- Grain: one load that wrote rows; those rows carry its batch_id (bronze rows: its file_id).
CREATE TABLE ops.batches (
    batch_id bigint NOT NULL CONSTRAINT DF_ops_batches_batch_id DEFAULT (NEXT VALUE FOR ops.batch_ids),
    table_name nvarchar(300) NOT NULL,
    file_id bigint NULL,
    run_id bigint NOT NULL,
    rows_written bigint NOT NULL,
    written_at datetime2(3) NOT NULL CONSTRAINT DF_ops_batches_written_at DEFAULT (SYSUTCDATETIME()),
    CONSTRAINT PK_ops_batches PRIMARY KEY CLUSTERED (batch_id),
    CONSTRAINT FK_ops_batches_files FOREIGN KEY (file_id) REFERENCES ops.files (file_id),
    CONSTRAINT FK_ops_batches_runs FOREIGN KEY (run_id) REFERENCES ops.runs (run_id)
);
GO
CREATE NONCLUSTERED INDEX IX_ops_batches_table_name ON ops.batches (table_name, batch_id) INCLUDE (file_id);
GO
