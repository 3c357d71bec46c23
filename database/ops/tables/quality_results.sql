-- Grain: one rule as it was found in one check. observed: the figure that was held against the threshold, in the rule's
-- unit; ratio: failed / checked. failing_keys: the failing rows by key, as JSON, sample_keys the first three of them.
-- status 'accepted': the same figures were accepted before by accept_quality; the accepted result itself says who did.
CREATE TABLE ops.quality_results (
    result_id bigint IDENTITY(1, 1) NOT NULL,
    run_id bigint NOT NULL,
    rule_name nvarchar(200) NOT NULL,
    source_system nvarchar(20) NOT NULL,
    entity nvarchar(100) NOT NULL,
    table_name nvarchar(300) NOT NULL,
    kind nvarchar(20) NOT NULL,
    severity nvarchar(10) NOT NULL,
    status nvarchar(12) NOT NULL,
    checked bigint NOT NULL,
    failed bigint NOT NULL,
    ratio decimal(9, 6) NULL,
    observed decimal(38, 4) NULL,
    threshold nvarchar(200) NOT NULL,
    sample_keys nvarchar(max) NULL,
    failing_keys nvarchar(max) NULL,
    checked_at datetime2(3) NOT NULL CONSTRAINT DF_ops_quality_results_checked_at DEFAULT (SYSUTCDATETIME()),
    accepted_by nvarchar(128) NULL,
    accepted_at datetime2(3) NULL,
    note nvarchar(1000) NULL,
    CONSTRAINT PK_ops_quality_results PRIMARY KEY CLUSTERED (result_id),
    CONSTRAINT FK_ops_quality_results_runs FOREIGN KEY (run_id) REFERENCES ops.runs (run_id),
    CONSTRAINT CK_ops_quality_results_status CHECK (
        status IN (N'passed', N'warned', N'quarantined', N'failed', N'accepted')
    )
);
GO
CREATE NONCLUSTERED INDEX IX_ops_quality_results_rule_name ON ops.quality_results (rule_name, result_id)
    INCLUDE (status, accepted_at);
GO
