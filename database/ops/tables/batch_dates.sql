-- Grain: one calendar date whose rows a batch added, changed or removed; aggregates by day recompute these alone.
CREATE TABLE ops.batch_dates (
    batch_id bigint NOT NULL,
    affected_date date NOT NULL,
    CONSTRAINT PK_ops_batch_dates PRIMARY KEY CLUSTERED (batch_id, affected_date),
    CONSTRAINT FK_ops_batch_dates_batches FOREIGN KEY (batch_id) REFERENCES ops.batches (batch_id)
);
GO
