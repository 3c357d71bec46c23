-- Grain: one attempt at one step of a run.
CREATE TABLE ops.run_steps (
    step_id bigint IDENTITY(1, 1) NOT NULL,
    run_id bigint NOT NULL,
    step nvarchar(1200) NOT NULL,
    procedure_name nvarchar(300) NOT NULL,
    file_id bigint NULL,
    status nvarchar(20) NOT NULL,
    started_at datetime2(3) NOT NULL,
    finished_at datetime2(3) NULL,
    milliseconds bigint NULL,
    rows_read bigint NULL,
    rows_written bigint NULL,
    rows_rejected bigint NULL,
    error_number int NULL,
    error_message nvarchar(4000) NULL,
    CONSTRAINT PK_ops_run_steps PRIMARY KEY CLUSTERED (step_id),
    CONSTRAINT FK_ops_run_steps_runs FOREIGN KEY (run_id) REFERENCES ops.runs (run_id),
    CONSTRAINT FK_ops_run_steps_files FOREIGN KEY (file_id) REFERENCES ops.files (file_id),
    CONSTRAINT CK_ops_run_steps_status CHECK (
        status IN (N'running', N'done', N'up to date', N'refused', N'failed', N'abandoned')
    )
);
GO
CREATE NONCLUSTERED INDEX IX_ops_run_steps_run_id ON ops.run_steps (run_id, step_id);
GO
