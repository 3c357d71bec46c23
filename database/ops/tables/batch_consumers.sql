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
