-- What contracts ask of the data, what was found, and what each day's data was like.

-- Grain: one rule of one data contract, as the views ops.quality_rules_of_… hold it; ops.apply_quality_rules keeps
-- them the same. reads: what is looked at under the name checked, only its rows in #scope where scope_column says so.
-- violation: the condition of a failing row; measure: the figure instead, for rules that no single row breaks.
CREATE TABLE ops.quality_rules (
    rule_name nvarchar(200) NOT NULL,
    source_system nvarchar(20) NOT NULL,
    entity nvarchar(100) NOT NULL,
    severity nvarchar(10) NOT NULL,
    kind nvarchar(20) NOT NULL,
    table_name nvarchar(300) NOT NULL,
    reads nvarchar(max) NOT NULL,
    scope_column nvarchar(20) NULL,
    row_filter nvarchar(max) NULL,
    violation nvarchar(max) NULL,
    measure nvarchar(max) NULL,
    key_columns nvarchar(1000) NULL,
    operator nvarchar(30) NOT NULL,
    threshold_low decimal(19, 4) NOT NULL,
    threshold_high decimal(19, 4) NULL,
    unit nvarchar(20) NOT NULL,
    description nvarchar(1000) NOT NULL,
    view_name nvarchar(300) NOT NULL,
    deployed_at datetime2(3) NOT NULL,
    CONSTRAINT PK_ops_quality_rules PRIMARY KEY CLUSTERED (rule_name),
    CONSTRAINT CK_ops_quality_rules_severity CHECK (severity IN (N'warn', N'quarantine', N'fail')),
    CONSTRAINT CK_ops_quality_rules_operator CHECK (
        operator IN (
            N'mustBe',
            N'mustNotBe',
            N'mustBeGreaterThan',
            N'mustBeGreaterOrEqualTo',
            N'mustBeLessThan',
            N'mustBeLessOrEqualTo',
            N'mustBeBetween',
            N'mustNotBeBetween'
        )
    )
);
GO
CREATE NONCLUSTERED INDEX IX_ops_quality_rules_table_name ON ops.quality_rules (table_name, severity);
GO

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

-- Grain: one figure of one day, by the rule that watches it; of a mix, a value's share. expected and score are NULL
-- while there are too few days before it to say what is usual.
CREATE TABLE ops.quality_metrics (
    rule_name nvarchar(200) NOT NULL,
    observed_on date NOT NULL,
    category nvarchar(200) NOT NULL,
    observed float NOT NULL,
    row_count bigint NOT NULL,
    expected float NULL,
    score float NULL,
    is_anomaly bit NOT NULL CONSTRAINT DF_ops_quality_metrics_is_anomaly DEFAULT (0),
    run_id bigint NOT NULL,
    measured_at datetime2(3) NOT NULL CONSTRAINT DF_ops_quality_metrics_measured_at DEFAULT (SYSUTCDATETIME()),
    CONSTRAINT PK_ops_quality_metrics PRIMARY KEY CLUSTERED (rule_name, observed_on, category),
    CONSTRAINT FK_ops_quality_metrics_runs FOREIGN KEY (run_id) REFERENCES ops.runs (run_id)
);
GO
