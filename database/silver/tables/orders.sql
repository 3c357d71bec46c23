-- Grain: one order (journey: basket) of one source, with the totals of its lines.
CREATE TABLE silver.orders (
    source_system nvarchar(20) NOT NULL,
    order_id nvarchar(50) NOT NULL,
    customer_id nvarchar(50) NOT NULL,
    store_id nvarchar(50) NOT NULL,
    ordered_at datetime2(3) NOT NULL,
    order_line_count int NOT NULL,
    quantity bigint NOT NULL,
    sales_amount decimal(19, 4) NOT NULL,
    retail_discount_amount decimal(19, 4) NOT NULL,
    coupon_discount_amount decimal(19, 4) NOT NULL,
    coupon_match_discount_amount decimal(19, 4) NOT NULL,
    row_hash binary(32) NOT NULL,
    batch_id bigint NOT NULL,
    created_at datetime2(3) NOT NULL,
    updated_at datetime2(3) NOT NULL,
    CONSTRAINT PK_silver_orders PRIMARY KEY CLUSTERED (source_system, order_id)
);
GO
CREATE NONCLUSTERED INDEX IX_silver_orders_batch_id ON silver.orders (batch_id) INCLUDE (store_id, ordered_at);
GO
