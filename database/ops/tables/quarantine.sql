-- Grain: one record of a delivered file that a rule kept out of table_name. status: 'open'; 'released', when the rule
-- no longer applies; 'replaying' until the next load has looked at it again, then 'replayed'; 'corrected', when it was
-- delivered again as corrected_path; 'discarded' by a person.
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
    status nvarchar(20) NOT NULL CONSTRAINT DF_ops_quarantine_status DEFAULT (N'open'),
    decided_by nvarchar(128) NULL,
    decided_at datetime2(3) NULL,
    note nvarchar(1000) NULL,
    corrected_path nvarchar(1000) NULL,
    CONSTRAINT PK_ops_quarantine PRIMARY KEY CLUSTERED (quarantine_id),
    CONSTRAINT FK_ops_quarantine_runs FOREIGN KEY (run_id) REFERENCES ops.runs (run_id),
    CONSTRAINT FK_ops_quarantine_files FOREIGN KEY (file_id) REFERENCES ops.files (file_id),
    CONSTRAINT CK_ops_quarantine_status CHECK (
        status IN (N'open', N'released', N'replaying', N'replayed', N'corrected', N'discarded')
    )
);
GO
CREATE NONCLUSTERED INDEX IX_ops_quarantine_file_id ON ops.quarantine (file_id, line_number);
GO
