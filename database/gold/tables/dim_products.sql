-- Grain: one product of one source, as it is now (SCD1). product_key -1: unknown.
-- is_inferred = 1: known only from order lines, not from the source's products.
CREATE TABLE gold.dim_products (
    product_key int IDENTITY(1, 1) NOT NULL,
    source_system nvarchar(20) NOT NULL,
    product_id nvarchar(50) NOT NULL,
    manufacturer_id nvarchar(50) NOT NULL,
    department nvarchar(200) NOT NULL,
    brand nvarchar(200) NOT NULL,
    product_category nvarchar(200) NOT NULL,
    product_type nvarchar(200) NOT NULL,
    package_size nvarchar(200) NOT NULL,
    is_inferred bit NOT NULL,
    row_hash binary(32) NOT NULL,
    batch_id bigint NOT NULL,
    updated_at datetime2(3) NOT NULL,
    CONSTRAINT PK_gold_dim_products PRIMARY KEY CLUSTERED (product_key),
    CONSTRAINT UQ_gold_dim_products UNIQUE NONCLUSTERED (source_system, product_id)
);
GO
