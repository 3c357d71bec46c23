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
