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
