-- Grain: one row that a batch took out of table_name, by its surrogate key; whoever copied it takes it out as well.
CREATE TABLE ops.removed_rows (
    batch_id bigint NOT NULL,
    table_name nvarchar(300) NOT NULL,
    removed_id nvarchar(200) NOT NULL,
    CONSTRAINT PK_ops_removed_rows PRIMARY KEY CLUSTERED (batch_id, table_name, removed_id)
);
GO
