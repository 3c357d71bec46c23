-- Silver holds the shop beside journey: orders with status and currency, payments, returns, stock, rates.

-- Grain: one row that a batch took out of table_name, by its surrogate key; whoever copied it takes it out as well.
CREATE TABLE ops.removed_rows (
    batch_id bigint NOT NULL,
    table_name nvarchar(300) NOT NULL,
    removed_id nvarchar(200) NOT NULL,
    CONSTRAINT PK_ops_removed_rows PRIMARY KEY CLUSTERED (batch_id, table_name, removed_id)
);
GO

-- Grain: one payment of an order; original_amount in the order's currency, paid_amount in USD at the rate of its day.
CREATE TABLE silver.payments (
    source_system nvarchar(20) NOT NULL,
    payment_id nvarchar(50) NOT NULL,
    order_id nvarchar(50) NOT NULL,
    paid_at datetime2(3) NOT NULL,
    payment_method nvarchar(20) NOT NULL,
    currency nvarchar(3) NOT NULL,
    original_amount decimal(19, 4) NOT NULL,
    paid_amount decimal(19, 4) NOT NULL,
    source_updated_at datetime2(3) NOT NULL,
    row_hash binary(32) NOT NULL,
    file_id bigint NOT NULL,
    line_number bigint NOT NULL,
    batch_id bigint NOT NULL,
    created_at datetime2(3) NOT NULL,
    updated_at datetime2(3) NOT NULL,
    CONSTRAINT PK_silver_payments PRIMARY KEY CLUSTERED (source_system, payment_id)
);
GO
CREATE NONCLUSTERED INDEX IX_silver_payments_batch_id ON silver.payments (batch_id);
GO

-- Grain: one return of (a part of) an order line; original_amount in the order's currency, refund_amount in USD.
CREATE TABLE silver.returns (
    source_system nvarchar(20) NOT NULL,
    return_id nvarchar(50) NOT NULL,
    order_id nvarchar(50) NOT NULL,
    order_line_number int NOT NULL,
    returned_at datetime2(3) NOT NULL,
    quantity int NOT NULL,
    currency nvarchar(3) NOT NULL,
    original_amount decimal(19, 4) NOT NULL,
    refund_amount decimal(19, 4) NOT NULL,
    comment nvarchar(4000) NULL,
    source_updated_at datetime2(3) NOT NULL,
    row_hash binary(32) NOT NULL,
    file_id bigint NOT NULL,
    line_number bigint NOT NULL,
    batch_id bigint NOT NULL,
    created_at datetime2(3) NOT NULL,
    updated_at datetime2(3) NOT NULL,
    CONSTRAINT PK_silver_returns PRIMARY KEY CLUSTERED (source_system, return_id)
);
GO
CREATE NONCLUSTERED INDEX IX_silver_returns_batch_id ON silver.returns (batch_id);
GO

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

-- Grain: what one unit of a currency is worth in USD, the reporting currency, from a day on until the next rate.
CREATE TABLE silver.currency_rates (
    source_system nvarchar(20) NOT NULL,
    currency nvarchar(3) NOT NULL,
    rate_date date NOT NULL,
    rate decimal(19, 8) NOT NULL,
    source_updated_at datetime2(3) NOT NULL,
    row_hash binary(32) NOT NULL,
    file_id bigint NOT NULL,
    line_number bigint NOT NULL,
    batch_id bigint NOT NULL,
    created_at datetime2(3) NOT NULL,
    updated_at datetime2(3) NOT NULL,
    CONSTRAINT PK_silver_currency_rates PRIMARY KEY CLUSTERED (source_system, currency, rate_date)
);
GO
CREATE NONCLUSTERED INDEX IX_silver_currency_rates_batch_id ON silver.currency_rates (batch_id);
GO

ALTER TABLE silver.customers ADD
    email nvarchar(4000) NULL,
    first_name nvarchar(4000) NULL,
    last_name nvarchar(4000) NULL,
    phone nvarchar(16) NULL,
    street nvarchar(4000) NULL,
    city nvarchar(4000) NULL,
    postal_code nvarchar(4000) NULL,
    country nvarchar(2) NULL,
    registered_at datetime2(3) NULL,
    source_updated_at datetime2(3) NULL;
GO

ALTER TABLE silver.products ADD
    product_name nvarchar(4000) NULL,
    list_price_amount decimal(19, 4) NULL,
    is_active bit NULL,
    introduced_date date NULL,
    source_updated_at datetime2(3) NULL;
GO

ALTER TABLE silver.orders ADD
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
    source_updated_at datetime2(3) NULL;
GO

ALTER TABLE silver.order_lines ADD
    order_line_number int NOT NULL CONSTRAINT DF_silver_order_lines_order_line_number DEFAULT (0),
    unit_price_amount decimal(19, 4) NULL,
    discount_amount decimal(19, 4) NULL,
    is_discount_imputed bit NOT NULL CONSTRAINT DF_silver_order_lines_is_discount_imputed DEFAULT (0),
    currency nvarchar(3) NULL,
    line_amount decimal(19, 4) NULL,
    is_cancelled bit NOT NULL CONSTRAINT DF_silver_order_lines_is_cancelled DEFAULT (0);
GO

ALTER TABLE silver.order_lines DROP CONSTRAINT UQ_silver_order_lines;
GO
ALTER TABLE silver.order_lines ADD CONSTRAINT UQ_silver_order_lines UNIQUE NONCLUSTERED (
    source_system, order_id, order_line_number, customer_id, product_id
);
GO
