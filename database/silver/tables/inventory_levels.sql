-- Grain: what a warehouse holds of a product at the end of a day.
CREATE TABLE silver.inventory_levels (
    source_system nvarchar(20) NOT NULL,
    product_id nvarchar(50) NOT NULL,
    warehouse_id nvarchar(50) NOT NULL,
    stock_date date NOT NULL,
    quantity_on_hand int NOT NULL,
    source_updated_at datetime2(3) NOT NULL,
    row_hash binary(32) NOT NULL,
    file_id bigint NOT NULL,
    line_number bigint NOT NULL,
    batch_id bigint NOT NULL,
    created_at datetime2(3) NOT NULL,
    updated_at datetime2(3) NOT NULL,
    CONSTRAINT PK_silver_inventory_levels PRIMARY KEY CLUSTERED (source_system, product_id, warehouse_id, stock_date)
);
GO
CREATE NONCLUSTERED INDEX IX_silver_inventory_levels_batch_id ON silver.inventory_levels (batch_id);
GO
