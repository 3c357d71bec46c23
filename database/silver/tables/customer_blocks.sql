-- Grain: one block that one customer is in; only customers that share a block are compared.
CREATE TABLE silver.customer_blocks (
    block_kind nvarchar(20) NOT NULL,
    block_value nvarchar(400) NOT NULL,
    source_system nvarchar(20) NOT NULL,
    customer_id nvarchar(50) NOT NULL,
    CONSTRAINT PK_silver_customer_blocks PRIMARY KEY CLUSTERED (block_kind, block_value, source_system, customer_id)
);
GO
CREATE NONCLUSTERED INDEX IX_silver_customer_blocks_customer ON silver.customer_blocks (source_system, customer_id);
GO
