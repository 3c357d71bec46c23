-- Grain: one store of one source. store_key -1: unknown.
CREATE TABLE gold.dim_stores (
    store_key int IDENTITY(1, 1) NOT NULL,
    source_system nvarchar(20) NOT NULL,
    store_id nvarchar(50) NOT NULL,
    store_name nvarchar(200) NOT NULL,
    batch_id bigint NOT NULL,
    updated_at datetime2(3) NOT NULL,
    CONSTRAINT PK_gold_dim_stores PRIMARY KEY CLUSTERED (store_key),
    CONSTRAINT UQ_gold_dim_stores UNIQUE NONCLUSTERED (source_system, store_id)
);
GO
