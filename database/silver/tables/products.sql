-- Grain: one product of one source; the latest delivery of it wins. batch_id: the load that last wrote the row.
CREATE TABLE silver.products (
    source_system nvarchar(20) NOT NULL,
    product_id nvarchar(50) NOT NULL,
    manufacturer_id nvarchar(50) NULL,
    department nvarchar(200) NULL,
    brand nvarchar(200) NULL,
    product_category nvarchar(200) NULL,
    product_type nvarchar(200) NULL,
    package_size nvarchar(200) NULL,
    row_hash binary(32) NOT NULL,
    file_id bigint NOT NULL,
    line_number bigint NOT NULL,
    batch_id bigint NOT NULL,
    created_at datetime2(3) NOT NULL,
    updated_at datetime2(3) NOT NULL,
    product_name nvarchar(4000) NULL,
    list_price_amount decimal(19, 4) NULL,
    is_active bit NULL,
    introduced_date date NULL,
    source_updated_at datetime2(3) NULL,
    CONSTRAINT PK_silver_products PRIMARY KEY CLUSTERED (source_system, product_id)
);
GO
CREATE NONCLUSTERED INDEX IX_silver_products_batch_id ON silver.products (batch_id);
GO
