-- Grain: one delivered content of one landing file; the row with the highest file_id of a path is its present
-- content. record_count: records in the file, blank_count of them blank, as counted before a load. business_date and
-- revision: what the file's name says; a file that superseded_by_file_id replaced as a whole counts no more.
-- bronze_removed_at: since when retention keeps its records no longer; archived_…: where the file itself went.
CREATE TABLE ops.files (
    file_id bigint IDENTITY(1, 1) NOT NULL,
    source_system nvarchar(20) NOT NULL,
    entity nvarchar(100) NOT NULL,
    path nvarchar(1000) COLLATE Latin1_General_BIN2 NOT NULL,
    sha256 varchar(64) NOT NULL,
    size_bytes bigint NOT NULL,
    header nvarchar(4000) NULL,
    status nvarchar(20) NOT NULL,
    form nvarchar(10) NULL,
    reason nvarchar(2048) NULL,
    rows_read bigint NULL,
    rows_written bigint NULL,
    rows_rejected bigint NULL,
    blank_lines bigint NULL,
    run_id bigint NOT NULL,
    registered_at datetime2(3) NOT NULL CONSTRAINT DF_ops_files_registered_at DEFAULT (SYSUTCDATETIME()),
    loaded_at datetime2(3) NULL,
    rule_name nvarchar(100) NULL,
    record_count bigint NULL,
    blank_count bigint NULL,
    columns_delivered nvarchar(max) NULL,
    delimiter nchar(1) NULL,
    encoding nvarchar(20) NULL,
    compression nvarchar(10) NULL,
    business_date date NULL,
    revision int NOT NULL CONSTRAINT DF_ops_files_revision DEFAULT (0),
    superseded_by_file_id bigint NULL,
    bronze_removed_at datetime2(3) NULL,
    archived_path nvarchar(1000) NULL,
    archived_sha256 varchar(64) NULL,
    archived_at datetime2(3) NULL,
    archive_removed_at datetime2(3) NULL,
    CONSTRAINT PK_ops_files PRIMARY KEY CLUSTERED (file_id),
    CONSTRAINT FK_ops_files_runs FOREIGN KEY (run_id) REFERENCES ops.runs (run_id),
    CONSTRAINT CK_ops_files_status CHECK (status IN (N'registered', N'loaded', N'duplicate', N'refused')),
    CONSTRAINT CK_ops_files_form CHECK (form IN (N'csv', N'lines'))
);
GO
CREATE NONCLUSTERED INDEX IX_ops_files_entity ON ops.files (source_system, entity, sha256) INCLUDE (path, status);
GO
CREATE NONCLUSTERED INDEX IX_ops_files_business_date ON ops.files (source_system, entity, business_date)
    INCLUDE (sha256, revision, status, superseded_by_file_id);
GO
