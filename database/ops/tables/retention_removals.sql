-- Grain: one time that retention took something away: a partition, or the rows that one policy let go.
CREATE TABLE ops.retention_removals (
    removal_id bigint IDENTITY(1, 1) NOT NULL,
    run_id bigint NULL,
    policy_name nvarchar(300) NOT NULL,
    table_name nvarchar(300) NOT NULL,
    from_at datetime2(3) NULL,
    to_at datetime2(3) NOT NULL,
    rows_removed bigint NOT NULL,
    removed_by nvarchar(128) NOT NULL CONSTRAINT DF_ops_retention_removals_removed_by DEFAULT (SUSER_SNAME()),
    removed_at datetime2(3) NOT NULL CONSTRAINT DF_ops_retention_removals_removed_at DEFAULT (SYSUTCDATETIME()),
    CONSTRAINT PK_ops_retention_removals PRIMARY KEY CLUSTERED (removal_id),
    CONSTRAINT FK_ops_retention_removals_runs FOREIGN KEY (run_id) REFERENCES ops.runs (run_id)
);
GO
