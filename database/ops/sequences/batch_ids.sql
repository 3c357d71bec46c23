-- Numbers ops.batches. A sequence, not an identity: a load stamps its rows with the number before it writes the
-- batch.
CREATE SEQUENCE ops.batch_ids AS bigint START WITH 1 INCREMENT BY 1 CACHE 50;
GO
