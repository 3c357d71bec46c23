-- What is known of a delivered file before it is loaded, which delivery of a day of business it is, and alerts.
ALTER TABLE ops.files ADD
    rule_name nvarchar(100) NULL,
    record_count bigint NULL,
    blank_count bigint NULL,
    columns_delivered nvarchar(max) NULL,
    delimiter nchar(1) NULL,
    encoding nvarchar(20) NULL,
    compression nvarchar(10) NULL,
    business_date date NULL,
    revision int NOT NULL CONSTRAINT DF_ops_files_revision DEFAULT (0),
    superseded_by_file_id bigint NULL;
GO
CREATE NONCLUSTERED INDEX IX_ops_files_business_date ON ops.files (source_system, entity, business_date)
    INCLUDE (sha256, revision, status, superseded_by_file_id);
GO

-- Grain: one thing that a person should know of, as found in one run.
CREATE TABLE ops.alerts (
    alert_id bigint IDENTITY(1, 1) NOT NULL,
    run_id bigint NOT NULL,
    severity nvarchar(10) NOT NULL,
    subject nvarchar(300) NOT NULL,
    message nvarchar(2048) NOT NULL,
    file_id bigint NULL,
    raised_at datetime2(3) NOT NULL CONSTRAINT DF_ops_alerts_raised_at DEFAULT (SYSUTCDATETIME()),
    CONSTRAINT PK_ops_alerts PRIMARY KEY CLUSTERED (alert_id),
    CONSTRAINT FK_ops_alerts_runs FOREIGN KEY (run_id) REFERENCES ops.runs (run_id),
    CONSTRAINT FK_ops_alerts_files FOREIGN KEY (file_id) REFERENCES ops.files (file_id),
    CONSTRAINT CK_ops_alerts_severity CHECK (severity IN (N'info', N'warning', N'error'))
);
GO
CREATE NONCLUSTERED INDEX IX_ops_alerts_run_id ON ops.alerts (run_id, alert_id);
GO

ALTER TABLE ops.batches ADD CONSTRAINT DF_ops_batches_batch_id DEFAULT (NEXT VALUE FOR ops.batch_ids) FOR batch_id;
GO
