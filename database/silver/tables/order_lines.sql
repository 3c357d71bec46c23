-- Grain: one line of an order (journey: one product in a basket, order_line_number 0); sales_amount is in USD.
-- row_hash is that of the delivered record; batch_id: the load that last wrote the row.
CREATE TABLE silver.order_lines (
    order_line_key bigint IDENTITY(1, 1) NOT NULL,
    source_system nvarchar(20) NOT NULL,
    order_id nvarchar(50) NOT NULL,
    customer_id nvarchar(50) NOT NULL,
    product_id nvarchar(50) NOT NULL,
    store_id nvarchar(50) NOT NULL,
    ordered_at datetime2(3) NOT NULL,
    quantity int NOT NULL,
    sales_amount decimal(19, 4) NOT NULL,
    retail_discount_amount decimal(19, 4) NOT NULL,
    coupon_discount_amount decimal(19, 4) NOT NULL,
    coupon_match_discount_amount decimal(19, 4) NOT NULL,
    row_hash binary(32) NOT NULL,
    file_id bigint NOT NULL,
    line_number bigint NOT NULL,
    batch_id bigint NOT NULL,
    created_at datetime2(3) NOT NULL,
    updated_at datetime2(3) NOT NULL,
    order_line_number int NOT NULL CONSTRAINT DF_silver_order_lines_order_line_number DEFAULT (0),
    unit_price_amount decimal(19, 4) NULL,
    discount_amount decimal(19, 4) NULL,
    is_discount_imputed bit NOT NULL CONSTRAINT DF_silver_order_lines_is_discount_imputed DEFAULT (0),
    currency nvarchar(3) NULL,
    line_amount decimal(19, 4) NULL,
    is_cancelled bit NOT NULL CONSTRAINT DF_silver_order_lines_is_cancelled DEFAULT (0),
    CONSTRAINT PK_silver_order_lines PRIMARY KEY CLUSTERED (order_line_key),
    CONSTRAINT UQ_silver_order_lines UNIQUE NONCLUSTERED (
        source_system, order_id, order_line_number, customer_id, product_id
    )
);
GO
CREATE NONCLUSTERED INDEX IX_silver_order_lines_batch_id ON silver.order_lines (batch_id)
    INCLUDE (source_system, order_id, customer_id, product_id);
GO
