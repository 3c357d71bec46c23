-- Grain: one warehouse migrate that changed something, or failed to. is_shape_recorded = 0: it was cut off before
-- ops.shape_facts was brought up to date. Made by warehouse migrate itself.
CREATE TABLE ops.migration_runs (
    run_id bigint IDENTITY(1, 1) NOT NULL,
    command nvarchar(20) NOT NULL,
    status nvarchar(20) NOT NULL,
    started_at datetime2(3) NOT NULL,
    finished_at datetime2(3) NULL,
    started_by nvarchar(128) NOT NULL,
    host_name nvarchar(128) NULL,
    tool_version nvarchar(40) NOT NULL,
    git_commit nvarchar(60) NULL,
    environment nvarchar(60) NULL,
    summary nvarchar(4000) NULL,
    failed_file nvarchar(400) NULL,
    failed_line int NULL,
    failed_statement nvarchar(max) NULL,
    error_number int NULL,
    error_message nvarchar(4000) NULL,
    is_shape_recorded bit NOT NULL,
    CONSTRAINT PK_ops_migration_runs PRIMARY KEY CLUSTERED (run_id),
    CONSTRAINT CK_ops_migration_runs_status CHECK (
        status IN (N'running', N'succeeded', N'failed', N'abandoned')
    )
);
GO
