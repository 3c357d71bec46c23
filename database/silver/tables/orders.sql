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
    file_id bigint NULL,
    line_number bigint NULL,
    order_status nvarchar(20) NULL,
    is_cancelled bit NOT NULL CONSTRAINT DF_silver_orders_is_cancelled DEFAULT (0),
    currency nvarchar(3) NULL,
    ship_country nvarchar(2) NULL,
    is_ship_country_imputed bit NOT NULL
        CONSTRAINT DF_silver_orders_is_ship_country_imputed DEFAULT (0),
    shipped_at datetime2(3) NULL,
    delivered_at datetime2(3) NULL,
    order_total_amount decimal(19, 4) NULL,
    source_updated_at datetime2(3) NULL,
    CONSTRAINT PK_silver_orders PRIMARY KEY CLUSTERED (source_system, order_id)
);
GO
CREATE NONCLUSTERED INDEX IX_silver_orders_batch_id ON silver.orders (batch_id) INCLUDE (store_id, ordered_at);
GO
