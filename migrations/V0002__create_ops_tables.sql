-- Runs, their steps, files, quarantine, and which load has taken in what.

-- Numbers ops.batches. A sequence, not an identity: a load stamps its rows with the number before it writes the
-- batch.
CREATE SEQUENCE ops.batch_ids AS bigint START WITH 1 INCREMENT BY 1 CACHE 50;
GO

-- Grain: one run of the plan, or of one DAG of it, by one driver.
CREATE TABLE ops.runs (
    run_id bigint IDENTITY(1, 1) NOT NULL,
    driver nvarchar(100) NOT NULL,
    external_id nvarchar(400) NULL,
    status nvarchar(20) NOT NULL,
    started_at datetime2(3) NOT NULL CONSTRAINT DF_ops_runs_started_at DEFAULT (SYSUTCDATETIME()),
    finished_at datetime2(3) NULL,
    CONSTRAINT PK_ops_runs PRIMARY KEY CLUSTERED (run_id),
    CONSTRAINT CK_ops_runs_status CHECK (status IN (N'running', N'succeeded', N'failed', N'abandoned'))
);
GO
CREATE UNIQUE NONCLUSTERED INDEX UQ_ops_runs_external_id ON ops.runs (driver, external_id)
    WHERE external_id IS NOT NULL;
GO

-- Grain: one delivered content of one landing file; the row with the highest file_id of a path is its present
-- content.
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
    CONSTRAINT PK_ops_files PRIMARY KEY CLUSTERED (file_id),
    CONSTRAINT FK_ops_files_runs FOREIGN KEY (run_id) REFERENCES ops.runs (run_id),
    CONSTRAINT CK_ops_files_status CHECK (status IN (N'registered', N'loaded', N'duplicate', N'refused')),
    CONSTRAINT CK_ops_files_form CHECK (form IN (N'csv', N'lines'))
);
GO
CREATE NONCLUSTERED INDEX IX_ops_files_entity ON ops.files (source_system, entity, sha256) INCLUDE (path, status);
GO

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

-- Grain: one record of a delivered file that a rule kept out of table_name.
CREATE TABLE ops.quarantine (
    quarantine_id bigint IDENTITY(1, 1) NOT NULL,
    run_id bigint NOT NULL,
    file_id bigint NOT NULL,
    file_path nvarchar(1000) NOT NULL,
    table_name nvarchar(300) NOT NULL,
    line_number bigint NOT NULL,
    rule_name nvarchar(100) NOT NULL,
    reason nvarchar(2048) NOT NULL,
    raw_text nvarchar(max) NOT NULL,
    quarantined_at datetime2(3) NOT NULL CONSTRAINT DF_ops_quarantine_quarantined_at DEFAULT (SYSUTCDATETIME()),
    CONSTRAINT PK_ops_quarantine PRIMARY KEY CLUSTERED (quarantine_id),
    CONSTRAINT FK_ops_quarantine_runs FOREIGN KEY (run_id) REFERENCES ops.runs (run_id),
    CONSTRAINT FK_ops_quarantine_files FOREIGN KEY (file_id) REFERENCES ops.files (file_id)
);
GO
CREATE NONCLUSTERED INDEX IX_ops_quarantine_file_id ON ops.quarantine (file_id, line_number);
GO

-- Grain: one load that wrote rows; those rows carry its batch_id (bronze rows: its file_id).
CREATE TABLE ops.batches (
    batch_id bigint NOT NULL,
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

-- Grain: one batch that one consuming table has taken in; what is missing here is still to be done.
CREATE TABLE ops.batch_consumers (
    consumer nvarchar(300) NOT NULL,
    batch_id bigint NOT NULL,
    run_id bigint NOT NULL,
    consumed_at datetime2(3) NOT NULL CONSTRAINT DF_ops_batch_consumers_consumed_at DEFAULT (SYSUTCDATETIME()),
    CONSTRAINT PK_ops_batch_consumers PRIMARY KEY CLUSTERED (consumer, batch_id),
    CONSTRAINT FK_ops_batch_consumers_batches FOREIGN KEY (batch_id) REFERENCES ops.batches (batch_id),
    CONSTRAINT FK_ops_batch_consumers_runs FOREIGN KEY (run_id) REFERENCES ops.runs (run_id)
);
GO

-- Grain: one calendar date whose rows a batch added, changed or removed; aggregates by day recompute these alone.
CREATE TABLE ops.batch_dates (
    batch_id bigint NOT NULL,
    affected_date date NOT NULL,
    CONSTRAINT PK_ops_batch_dates PRIMARY KEY CLUSTERED (batch_id, affected_date),
    CONSTRAINT FK_ops_batch_dates_batches FOREIGN KEY (batch_id) REFERENCES ops.batches (batch_id)
);
GO
