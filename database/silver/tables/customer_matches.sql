-- Grain: one customer that is taken as the same person as others, the survivor of them included, with that survivor:
-- the one registered first. A customer that is not here is nobody else.
CREATE TABLE silver.customer_matches (
    source_system nvarchar(20) NOT NULL,
    customer_id nvarchar(50) NOT NULL,
    master_source_system nvarchar(20) NOT NULL,
    master_customer_id nvarchar(50) NOT NULL,
    cluster_size int NOT NULL,
    batch_id bigint NOT NULL,
    updated_at datetime2(3) NOT NULL,
    CONSTRAINT PK_silver_customer_matches PRIMARY KEY CLUSTERED (source_system, customer_id)
);
GO
CREATE NONCLUSTERED INDEX IX_silver_customer_matches_master ON silver.customer_matches
    (master_source_system, master_customer_id);
GO
